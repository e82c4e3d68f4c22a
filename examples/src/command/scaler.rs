//! Standardising features to mean 0 and deviation 1, and a table as a model sees it.

use hingeline::{DynSamples, Error};

use super::table::{Table, Values};
use crate::integers;

/// Standardises features: `z = (x − mean) · factor`, like the library's [`Standardiser`](hingeline::Standardiser).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Scaler {
    /// What is subtracted from each feature.
    pub mean: Vec<f32>,
    /// What each feature is then multiplied by; 0 for a feature that is the same in all samples.
    pub factor: Vec<f32>,
}

impl Scaler {
    /// Creates a scaler that gives the features of a table mean 0 and deviation 1.
    pub fn of(table: &Table) -> Self {
        let samples = table.labels.len() as f64;
        let mean_of = |value: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; table.width];
            for (place, x) in table.values.iter().enumerate() {
                let feature = place % table.width;
                sums[feature] += value(feature, x.into());
            }
            sums.into_iter().map(|sum| sum / samples).collect::<Vec<f64>>()
        };
        let mean = mean_of(&|_, x| x);
        let variance = mean_of(&|feature, x| (x - mean[feature]).powi(2));
        let factor = variance.into_iter().map(|variance| 1.0 / variance.sqrt() as f32);
        Self {
            mean: mean.iter().map(|mean| *mean as f32).collect(),
            factor: factor.map(|factor| if factor.is_finite() { factor } else { 0.0 }).collect(),
        }
    }

    /// A scaler that changes nothing.
    pub fn none(width: usize) -> Self {
        Self { mean: vec![0.0; width], factor: vec![1.0; width] }
    }

    /// Whether it changes nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::none(self.mean.len())
    }

    /// Standardises a sample in place.
    pub fn apply(&self, x: &mut [f32]) {
        for ((x, mean), factor) in x.iter_mut().zip(&self.mean).zip(&self.factor) {
            *x = (*x - mean) * factor;
        }
    }
}

/// A table as a model sees it: standardised. Values stored as numbers of four bytes are standardised once for all;
/// bytes, which take a quarter of the memory, are standardised at each access.
#[derive(Clone, Debug)]
pub struct Standardised<'a> {
    values: &'a Values,
    labels: &'a [u16],
    /// What remains to be done at each access.
    scaler: Option<&'a Scaler>,
    width: usize,
    buffer: Vec<f32>,
}

impl Table {
    /// Standardises values stored as numbers of four bytes, in place; bytes are standardised at each access.
    pub fn standardise(&mut self, scaler: &Scaler) {
        if let Values::Floats(floats) = &mut self.values {
            floats.chunks_exact_mut(self.width).for_each(|x| scaler.apply(x));
        }
    }

    /// Standardises all values and rounds them, as training in integers requires.
    pub fn round(&mut self, scaler: &Scaler) {
        let mut floats: Vec<f32> = self.values.iter().collect();
        for x in floats.chunks_exact_mut(self.width) {
            scaler.apply(x);
            integers::round(x);
        }
        self.values = Values::Floats(floats);
    }
}

impl<'a> Standardised<'a> {
    /// The samples of a table that [was standardised](Table::standardise) by this scaler.
    pub fn new(table: &'a Table, scaler: &'a Scaler) -> Self {
        let scaler = matches!(table.values, Values::Bytes(_)).then_some(scaler);
        let Table { width, ref values, ref labels, .. } = *table;
        Self { values, labels, scaler, width, buffer: vec![0.0; width] }
    }
}

impl DynSamples for Standardised<'_> {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        let label = *self.labels.get(index).ok_or(Error::IndexOutOfRange)?;
        self.values.copy_to(index, &mut self.buffer)?;
        if let Some(scaler) = self.scaler {
            scaler.apply(&mut self.buffer);
        }
        Ok((&self.buffer, label.into()))
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        let Values::Floats(floats) = self.values else { return None };
        let label = *self.labels.get(index)?;
        Some((floats.get(index.checked_mul(self.width)?..)?.get(..self.width)?, label.into()))
    }
}
