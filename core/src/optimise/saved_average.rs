//! The words of an average in a record.

use super::average::{AnyAverage, AveragedSgd, agree};
use super::schedule::Schedule;
use super::sgd::Sgd;
use crate::error::Error;
use crate::loss::Loss;
use crate::model::Storage;
use crate::state::{Decode, Encode, Fault, Part, Plain, kind};

/// Where a word belongs.
enum Place {
    Weight(usize),
    Bias(usize),
    Pending(usize),
    Bound,
    Steps,
}

impl<S: Storage> AnyAverage<S> {
    fn place(&self, index: usize) -> Place {
        let (weights, classes) = (self.sums.weights().len(), self.sums.bias().len());
        let Some(index) = index.checked_sub(weights) else { return Place::Weight(index) };
        let Some(pending) = index.checked_sub(classes) else { return Place::Bias(index) };
        match pending.checked_sub(classes) {
            None => Place::Pending(pending),
            Some(0) => Place::Bound,
            Some(_) => Place::Steps,
        }
    }
}

/// The sums of the weights row after row, those of the bias, the pending scales, the bound, the steps.
impl<S: Storage> Part for AnyAverage<S> {
    const KIND: u32 = kind::AVERAGE;
    /// The largest magnitude of the sums of weights, whether all sums are 0, the bound, the steps.
    type Seen = (f32, bool, f32, u32);

    fn record_shape(&self) -> [u32; 2] {
        self.sums.shape().map(|count| count as u32)
    }

    fn record_words(&self) -> usize {
        let rows = self.sums.bias().len().saturating_mul(2);
        self.sums.weights().len().saturating_add(rows).saturating_add(2)
    }

    fn word(&self, index: usize) -> u32 {
        let value = match self.place(index) {
            Place::Weight(index) => self.sums.weights().get(index),
            Place::Bias(index) => self.sums.bias().get(index),
            Place::Pending(index) => self.pending.as_ref().get(index),
            Place::Bound => Some(&self.bound),
            Place::Steps => return self.steps,
        };
        value.copied().unwrap_or_default().to_bits()
    }

    fn unseen(&self) -> Self::Seen {
        (0.0, true, 0.0, 0)
    }

    fn see(&self, (largest, zero, bound, steps): &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        let (place, value) = (self.place(index), f32::from_bits(word));
        match place {
            Place::Steps => {
                *steps = word;
                return Ok(());
            }
            Place::Bound => *bound = value,
            Place::Weight(_) => *largest = largest.max(value.abs()),
            Place::Pending(_) if value < 0.0 => return Err(Error::InvalidState.into()),
            Place::Pending(_) | Place::Bias(_) => (),
        }
        *zero &= value == 0.0 || matches!(place, Place::Bound);
        if value.is_finite() { Ok(()) } else { Err(Error::InvalidState.into()) }
    }

    fn whole(&self, (largest, zero, bound, steps): &Self::Seen) -> Result<(), Fault> {
        if agree(*largest, *zero, *bound, *steps) { Ok(()) } else { Err(Error::InvalidState.into()) }
    }

    fn set(&mut self, index: usize, word: u32) {
        let place = self.place(index);
        let (weights, bias) = self.sums.parts_mut();
        let own = match place {
            Place::Weight(index) => weights.get_mut(index),
            Place::Bias(index) => bias.get_mut(index),
            Place::Pending(index) => self.pending.as_mut().get_mut(index),
            Place::Bound | Place::Steps => None,
        };
        if let Some(own) = own {
            *own = f32::from_bits(word);
        }
    }

    fn settle(&mut self, (_, _, bound, steps): Self::Seen) {
        (self.bound, self.steps) = (bound, steps);
    }

    fn clear_words(&mut self) {
        self.clear();
    }
}

/// Two parts: the average and the SGD.
impl<A, R, L> Encode for AveragedSgd<'_, AnyAverage<A>, R, L>
where
    A: Storage,
    R: Schedule + Plain<Value = R>,
    L: Loss + Plain<Value = L>,
{
    fn parts(&self) -> u16 {
        2
    }

    fn words(&self) -> usize {
        (&*self.average, &self.sgd).words()
    }

    fn word_at(&self, index: usize) -> u32 {
        (&*self.average, &self.sgd).word_at(index)
    }
}

impl<A, R, L> Decode for AveragedSgd<'_, AnyAverage<A>, R, L>
where
    A: Storage,
    R: Schedule + Plain<Value = R>,
    L: Loss + Plain<Value = L>,
{
    type Seen = (<AnyAverage<A> as Decode>::Seen, <Sgd<R, L> as Decode>::Seen);

    fn unseen(&self) -> Self::Seen {
        (Decode::unseen(&*self.average), Decode::unseen(&self.sgd))
    }

    fn see_at(&self, (average, sgd): &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        match index.checked_sub(self.average.words()) {
            None => self.average.see_at(average, index, word),
            Some(index) => self.sgd.see_at(sgd, index, word),
        }
    }

    fn check_whole(&self, (average, sgd): &Self::Seen) -> Result<(), Fault> {
        self.average.check_whole(average)?;
        self.sgd.check_whole(sgd)
    }

    fn set_at(&mut self, index: usize, word: u32) {
        (&mut *self.average, &mut self.sgd).set_at(index, word);
    }

    fn complete(&mut self, seen: Self::Seen) {
        (&mut *self.average, &mut self.sgd).complete(seen);
    }

    fn empty(&mut self) {
        (&mut *self.average, &mut self.sgd).empty();
    }
}
