//! The words of a model in a record.

use super::model::AnyModel;
use super::scale::{Scale, StoredScale};
use super::storage::Storage;
use crate::error::Error;
use crate::state::{Fault, Part, kind};

/// Where a word belongs.
enum Place {
    Weight(usize),
    Bias(usize),
    Scale,
    Carry,
}

impl<S: Storage, K> AnyModel<S, K> {
    fn place(&self, index: usize) -> Place {
        let (weights, bias) = (self.storage.weights().len(), self.storage.bias().len());
        match index.checked_sub(weights) {
            None => Place::Weight(index),
            Some(index) if index < bias => Place::Bias(index),
            Some(index) if index == bias => Place::Scale,
            Some(_) => Place::Carry,
        }
    }
}

/// The weights row after row, the bias, the value of the scale, its carry.
impl<S: Storage, K> Part for AnyModel<S, K> {
    const KIND: u32 = kind::MODEL;
    /// The largest magnitude of the weights, and the scale.
    type Seen = (f32, Scale);

    fn record_shape(&self) -> [u32; 2] {
        self.shape().map(|count| count as u32)
    }

    fn record_words(&self) -> usize {
        self.storage.weights().len().saturating_add(self.storage.bias().len()).saturating_add(2)
    }

    fn word(&self, index: usize) -> u32 {
        let value = match self.place(index) {
            Place::Weight(index) => self.storage.weights().get(index).copied().unwrap_or_default(),
            Place::Bias(index) => self.storage.bias().get(index).copied().unwrap_or_default(),
            Place::Scale => self.scale.get().value,
            Place::Carry => self.scale.get().carry,
        };
        value.to_bits()
    }

    fn unseen(&self) -> (f32, Scale) {
        (0.0, Scale::ONE)
    }

    fn see(&self, (bound, scale): &mut (f32, Scale), index: usize, word: u32) -> Result<(), Fault> {
        let value = f32::from_bits(word);
        if !value.is_finite() {
            return Err(Error::NonFiniteModel.into());
        }
        match self.place(index) {
            Place::Weight(_) => *bound = bound.max(value.abs()),
            Place::Bias(_) => (),
            Place::Scale => scale.value = value,
            Place::Carry => scale.carry = value,
        }
        Ok(())
    }

    fn whole(&self, (bound, scale): &(f32, Scale)) -> Result<(), Fault> {
        let scale = scale.checked()?;
        if scale.keeps_finite(*bound) { Ok(()) } else { Err(Error::NonFiniteModel.into()) }
    }

    fn set(&mut self, index: usize, word: u32) {
        let place = self.place(index);
        let (weights, bias) = self.storage.parts_mut();
        let own = match place {
            Place::Weight(index) => weights.get_mut(index),
            Place::Bias(index) => bias.get_mut(index),
            Place::Scale | Place::Carry => None,
        };
        if let Some(own) = own {
            *own = f32::from_bits(word);
        }
    }

    fn settle(&mut self, (bound, scale): (f32, Scale)) {
        (self.scale, self.bound) = (StoredScale::of(scale), bound);
    }

    fn clear_words(&mut self) {
        let (weights, bias) = self.storage.parts_mut();
        weights.fill(0.0);
        bias.fill(0.0);
        self.settle(self.unseen());
    }
}
