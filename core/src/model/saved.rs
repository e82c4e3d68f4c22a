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
    Bound,
}

impl<S: Storage, K> AnyModel<S, K> {
    fn place(&self, index: usize) -> Place {
        let (weights, bias) = (self.storage.weights().len(), self.storage.bias().len());
        match index.checked_sub(weights) {
            None => Place::Weight(index),
            Some(index) if index < bias => Place::Bias(index),
            Some(index) => match index.saturating_sub(bias) {
                0 => Place::Scale,
                1 => Place::Carry,
                _ => Place::Bound,
            },
        }
    }
}

/// The weights row after row, the bias, the value of the scale, its carry, the bound of the weights.
impl<S: Storage, K> Part for AnyModel<S, K> {
    const KIND: u32 = kind::MODEL;
    /// The largest magnitude of the weights, the scale, and the bound.
    type Seen = (f32, Scale, f32);

    fn record_shape(&self) -> [u32; 2] {
        self.shape().map(|count| count as u32)
    }

    fn record_words(&self) -> usize {
        self.storage.weights().len().saturating_add(self.storage.bias().len()).saturating_add(3)
    }

    fn word(&self, index: usize) -> u32 {
        let value = match self.place(index) {
            Place::Weight(index) => self.storage.weights().get(index).copied().unwrap_or_default(),
            Place::Bias(index) => self.storage.bias().get(index).copied().unwrap_or_default(),
            Place::Scale => self.scale.get().value,
            Place::Carry => self.scale.get().carry,
            Place::Bound => self.bound,
        };
        value.to_bits()
    }

    fn unseen(&self) -> Self::Seen {
        (0.0, Scale::ONE, 0.0)
    }

    fn see(&self, (largest, scale, bound): &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        let value = f32::from_bits(word);
        if !value.is_finite() {
            return Err(Error::NonFiniteModel.into());
        }
        match self.place(index) {
            Place::Weight(_) => *largest = largest.max(value.abs()),
            Place::Bias(_) => (),
            Place::Scale => scale.value = value,
            Place::Carry => scale.carry = value,
            Place::Bound => *bound = value,
        }
        Ok(())
    }

    fn whole(&self, (largest, scale, bound): &Self::Seen) -> Result<(), Fault> {
        let scale = scale.checked()?;
        if !scale.keeps_finite(*bound) {
            return Err(Error::NonFiniteModel.into());
        }
        if *bound >= *largest { Ok(()) } else { Err(Error::InvalidState.into()) }
    }

    fn set(&mut self, index: usize, word: u32) {
        let place = self.place(index);
        // Until the bound is known. So a leaked decoder leaves a guarded model.
        self.bound = f32::INFINITY;
        let (weights, bias) = self.storage.parts_mut();
        let own = match place {
            Place::Weight(index) => weights.get_mut(index),
            Place::Bias(index) => bias.get_mut(index),
            Place::Scale | Place::Carry | Place::Bound => None,
        };
        if let Some(own) = own {
            *own = f32::from_bits(word);
        }
    }

    fn settle(&mut self, (_, scale, bound): Self::Seen) {
        (self.scale, self.bound) = (StoredScale::of(scale), bound);
    }

    fn clear_words(&mut self) {
        let (weights, bias) = self.storage.parts_mut();
        weights.fill(0.0);
        bias.fill(0.0);
        self.settle(self.unseen());
    }
}
