//! The record words of integer models and moments.

use super::input::{InputScale, Moments, RawValue, Sums};
use super::model::{AnyModel, check_bias, largest_weight};
use super::storage::Storage;
use crate::error::Error;
use crate::state::{Fault, Part, kind};

/// The part of the model that a word belongs to.
enum Place {
    /// The weight with this index, and the next one.
    Weights(usize),
    Bias(usize),
    FractionBits,
}

impl<S: Storage, K> AnyModel<S, K> {
    fn place(&self, index: usize) -> Place {
        let pairs = self.storage.weights().len().div_ceil(2);
        match index.checked_sub(pairs) {
            None => Place::Weights(index.saturating_mul(2)),
            Some(index) if index < self.storage.bias().len() => Place::Bias(index),
            Some(_) => Place::FractionBits,
        }
    }
}

/// Two weights, the first one in the lower half.
fn halves(word: u32) -> [i16; 2] {
    [word as i16, (word >> 16) as i16]
}

/// The weights row after row, two in a word, with 0 in the last half if their number is odd; the biases; the fraction
/// bits.
impl<S: Storage, K> Part for AnyModel<S, K> {
    const KIND: u32 = kind::INTEGER_MODEL;
    /// The largest magnitude of the weights, and the fraction bits.
    type Seen = (i32, u32);

    fn record_shape(&self) -> [u32; 2] {
        [self.classes() as u32, self.features() as u32]
    }

    fn record_words(&self) -> usize {
        self.storage.weights().len().div_ceil(2).saturating_add(self.storage.bias().len()).saturating_add(1)
    }

    fn word(&self, index: usize) -> u32 {
        match self.place(index) {
            Place::Weights(index) => {
                let weight = |index| self.storage.weights().get(index).copied().unwrap_or_default();
                let [first, second] = [index, index.saturating_add(1)].map(|index| u32::from(weight(index) as u16));
                first | second << 16
            }
            Place::Bias(index) => self.storage.bias().get(index).copied().unwrap_or_default() as u32,
            Place::FractionBits => self.fraction_bits().into(),
        }
    }

    fn unseen(&self) -> Self::Seen {
        (0, 0)
    }

    fn see(&self, (largest, bits): &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        match self.place(index) {
            Place::Weights(index) => {
                let [first, second] = halves(word);
                if index.saturating_add(1) >= self.storage.weights().len() && second != 0 {
                    return Err(Error::InvalidState.into());
                }
                for weight in [first, second] {
                    *largest = (*largest).max(i32::from(weight).saturating_abs());
                }
                if *largest > largest_weight(self.features()) {
                    return Err(Error::WeightTooLarge.into());
                }
            }
            Place::Bias(_) => check_bias(&[word as i32], 0)?,
            Place::FractionBits => {
                check_bias(&[], u8::try_from(word).unwrap_or(u8::MAX))?;
                *bits = word;
            }
        }
        Ok(())
    }

    fn whole(&self, _: &Self::Seen) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        let place = self.place(index);
        let (weights, bias) = self.storage.parts_mut();
        match place {
            Place::Weights(index) => {
                let own = weights.get_mut(index..).unwrap_or_default();
                own.iter_mut().zip(halves(word)).for_each(|(own, weight)| *own = weight);
            }
            Place::Bias(index) => {
                if let Some(own) = bias.get_mut(index) {
                    *own = word as i32;
                }
            }
            Place::FractionBits => (),
        }
    }

    fn settle(&mut self, (largest, bits): Self::Seen) {
        self.set_bounds(largest, bits as u8);
    }

    fn clear_words(&mut self) {
        self.clear();
    }
}

/// The count; then for each feature its sum and its sum of squares, two words each, the lower word first.
impl<Q: RawValue> Part for Moments<'_, Q> {
    const KIND: u32 = kind::INTEGER_MOMENTS;
    /// The count, and the words of the current feature that have arrived.
    type Seen = (u32, [u32; 3]);

    fn record_shape(&self) -> [u32; 2] {
        [self.sums.len() as u32, Q::FORMAT]
    }

    fn record_words(&self) -> usize {
        self.sums.len().saturating_mul(4).saturating_add(1)
    }

    fn word(&self, index: usize) -> u32 {
        let Some(index) = index.checked_sub(1) else { return self.count };
        let (sum, squares) = self.sums.get(index / 4).copied().unwrap_or_default().parts();
        match index % 4 {
            0 => sum as u32,
            1 => (sum >> 32) as u32,
            2 => squares as u32,
            _ => (squares >> 32) as u32,
        }
    }

    fn unseen(&self) -> Self::Seen {
        (0, [0; 3])
    }

    fn see(&self, (count, words): &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        let Some(index) = index.checked_sub(1) else {
            *count = word;
            return Ok(());
        };
        if let Some(own) = words.get_mut(index % 4) {
            *own = word;
            return Ok(());
        }
        let [low, high, squares] = *words;
        let sums = Sums::from_parts(wide(low, high) as i64, wide(squares, word));
        if sums.is_of::<Q>(*count) { Ok(()) } else { Err(Error::InvalidState.into()) }
    }

    fn whole(&self, _: &Self::Seen) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        let Some(index) = index.checked_sub(1) else { return };
        if let Some(own) = self.sums.get_mut(index / 4) {
            let (sum, squares) = own.parts();
            let (sum_word, squares_word) = (sum as u64, squares);
            *own = match index % 4 {
                0 => Sums::from_parts(wide(word, (sum_word >> 32) as u32) as i64, squares),
                1 => Sums::from_parts(wide(sum_word as u32, word) as i64, squares),
                2 => Sums::from_parts(sum, wide(word, (squares_word >> 32) as u32)),
                _ => Sums::from_parts(sum, wide(squares_word as u32, word)),
            };
        }
    }

    fn settle(&mut self, (count, _): Self::Seen) {
        self.count = count;
    }

    fn clear_words(&mut self) {
        self.sums.fill(Sums::ZERO);
        self.count = 0;
    }
}

fn wide(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// For each feature, the zero in the lower half and the factor in the upper half.
impl Part for &mut [InputScale] {
    const KIND: u32 = kind::INPUT_SCALES;
    type Seen = ();

    fn record_shape(&self) -> [u32; 2] {
        [self.len() as u32, 0]
    }

    fn record_words(&self) -> usize {
        self.len()
    }

    fn word(&self, index: usize) -> u32 {
        word_of(self, index)
    }

    fn unseen(&self) {}

    fn see(&self, (): &mut (), _: usize, word: u32) -> Result<(), Fault> {
        scale_of(word)?;
        Ok(())
    }

    fn whole(&self, (): &()) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        if let (Some(own), Ok(scale)) = (self.get_mut(index), scale_of(word)) {
            *own = scale;
        }
    }

    fn settle(&mut self, (): ()) {}

    fn clear_words(&mut self) {
        self.fill(InputScale::ZERO);
    }
}

/// The same in place.
impl<const F: usize> Part for [InputScale; F] {
    const KIND: u32 = kind::INPUT_SCALES;
    type Seen = ();

    fn record_shape(&self) -> [u32; 2] {
        [F as u32, 0]
    }

    fn record_words(&self) -> usize {
        F
    }

    fn word(&self, index: usize) -> u32 {
        word_of(self, index)
    }

    fn unseen(&self) {}

    fn see(&self, (): &mut (), _: usize, word: u32) -> Result<(), Fault> {
        scale_of(word)?;
        Ok(())
    }

    fn whole(&self, (): &()) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        self.as_mut_slice().set(index, word);
    }

    fn settle(&mut self, (): ()) {}

    fn clear_words(&mut self) {
        self.fill(InputScale::ZERO);
    }
}

fn word_of(scales: &[InputScale], index: usize) -> u32 {
    let scale = scales.get(index).copied().unwrap_or(InputScale::ZERO);
    u32::from(scale.zero() as u16) | u32::from(scale.factor()) << 16
}

fn scale_of(word: u32) -> Result<InputScale, Error> {
    let [zero, factor] = halves(word);
    InputScale::new(zero, factor as u16)
}
