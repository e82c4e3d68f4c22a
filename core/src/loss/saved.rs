//! The words of losses and objectives in a record.

use super::crammer_singer::CrammerSinger;
use super::function::Loss;
use super::objective::Objective;
use super::softmax::Softmax;
use super::weighted::Weighted;
use super::weston_watkins::WestonWatkins;
use crate::state::{Fault, Plain, Words, checksum, kind};

impl Plain for WestonWatkins {
    type Value = Self;
    const KIND: u32 = kind::WESTON_WATKINS;
    const LEN: usize = 1;

    fn put(&self, words: &mut Words) {
        words.put_f32(self.margin());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        Ok(Self::new(words.take_f32())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

impl Plain for CrammerSinger {
    type Value = Self;
    const KIND: u32 = kind::CRAMMER_SINGER;
    const LEN: usize = 1;

    fn put(&self, words: &mut Words) {
        words.put_f32(self.margin());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        Ok(Self::new(words.take_f32())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

impl Plain for Softmax {
    type Value = Self;
    const KIND: u32 = kind::SOFTMAX;
    const LEN: usize = 0;

    fn put(&self, _: &mut Words) {}

    fn parse(&self, _: &mut Words) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn assign(&mut self, _: Self) {}
}

/// The loss, and the number and the CRC-32 of the weights, which are borrowed: a state is restored together with the
/// same weights.
impl<L: Plain<Value = L> + Copy> Plain for Weighted<'_, L> {
    type Value = Self;
    const KIND: u32 = kind::WEIGHTED;
    const LEN: usize = L::LEN + 3;

    fn put(&self, words: &mut Words) {
        words.put_state(self.loss_function());
        words.put(self.weights().len() as u32);
        words.put(checksum_of(self.weights()));
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let loss = words.take_state(self.loss_function())?;
        let own = [self.weights().len() as u32, checksum_of(self.weights())];
        if own == [words.take(), words.take()] { Ok(self.with(loss)) } else { Err(Fault::Weights) }
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

fn checksum_of(weights: &[f32]) -> u32 {
    let mut checksum = checksum();
    for weight in weights {
        checksum.update(&weight.to_le_bytes());
    }
    checksum.finalize()
}

impl<L: Loss + Plain<Value = L>> Plain for Objective<L> {
    type Value = Self;
    const KIND: u32 = kind::OBJECTIVE;
    const LEN: usize = L::LEN + 2;

    fn put(&self, words: &mut Words) {
        words.put_state(self.loss_function());
        words.put_f32(self.l2());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let loss = words.take_state(self.loss_function())?;
        Ok(Self::of(loss, words.take_f32())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}
