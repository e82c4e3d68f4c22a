//! The record words of integer losses and of the integer optimiser.

use super::loss::{CrammerSinger, Loss, Objective, Weighted, WestonWatkins};
use super::schedule::Halving;
use super::sgd::{Progress, Sgd};
use crate::error::Error;
use crate::state::{Fault, Plain, Words, checksum, kind};

/// The margin in units of 2⁻¹⁶.
impl Plain for WestonWatkins {
    type Value = Self;
    const KIND: u32 = kind::INTEGER_WESTON_WATKINS;
    const LEN: usize = 1;

    fn put(&self, words: &mut Words) {
        words.put(self.margin());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        Ok(Self::of_units(words.take())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

/// The margin in units of 2⁻¹⁶.
impl Plain for CrammerSinger {
    type Value = Self;
    const KIND: u32 = kind::INTEGER_CRAMMER_SINGER;
    const LEN: usize = 1;

    fn put(&self, words: &mut Words) {
        words.put(self.margin());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        Ok(Self::of_units(words.take())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

/// The loss; then the number and the CRC-32 of the weights, which are borrowed.
impl<L: Plain<Value = L>> Plain for Weighted<'_, L> {
    type Value = Self;
    const KIND: u32 = kind::INTEGER_WEIGHTED;
    const LEN: usize = L::LEN + 3;

    fn put(&self, words: &mut Words) {
        words.put_state(&self.loss);
        words.put(self.weights.len() as u32);
        words.put(checksum_of(self.weights));
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let loss = words.take_state(&self.loss)?;
        let own = [self.weights.len() as u32, checksum_of(self.weights)];
        let weights = self.weights;
        if own == [words.take(), words.take()] { Ok(Self { loss, weights }) } else { Err(Fault::Weights) }
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

fn checksum_of(weights: &[u8]) -> u32 {
    let mut checksum = checksum();
    checksum.update(weights);
    checksum.finalize()
}

impl Plain for Halving {
    type Value = Self;
    const KIND: u32 = kind::HALVING;
    const LEN: usize = 1;

    fn put(&self, words: &mut Words) {
        words.put(u32::from_le_bytes([self.exponent, self.period, self.last, 0]));
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let [exponent, period, last, rest] = words.take().to_le_bytes();
        let schedule = Self { exponent, period, last };
        schedule.check()?;
        if rest == 0 { Ok(schedule) } else { Err(Error::InvalidState.into()) }
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

/// The loss, L2 in its units, the schedule, the steps, the L2 shrinking that is owed.
impl<L: Loss + Plain<Value = L>> Plain for Progress<L> {
    type Value = Self;
    const KIND: u32 = kind::INTEGER_PROGRESS;
    const LEN: usize = L::LEN + 6;

    fn put(&self, words: &mut Words) {
        words.put_state(self.objective.loss_function());
        words.put(self.objective.l2());
        self.schedule.put(words);
        words.put(self.steps);
        words.put_u64(self.owed);
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let loss = words.take_state(self.objective.loss_function())?;
        let objective = Objective::of_units(loss, words.take());
        let schedule = self.schedule.parse(words)?;
        let progress = Self { objective, schedule, steps: words.take(), owed: words.take_u64() };
        Ok(Sgd::resume(progress)?.progress())
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

impl<L: Loss + Plain<Value = L>> Plain for Sgd<L> {
    type Value = Self;
    const KIND: u32 = kind::INTEGER_SGD;
    const LEN: usize = <Progress<L> as Plain>::LEN;

    fn put(&self, words: &mut Words) {
        self.progress().put(words);
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        Ok(Self::resume(self.progress().parse(words)?)?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}
