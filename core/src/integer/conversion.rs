//! Conversion from binary32 and back.

use super::input::{INPUT_BITS, Inputs};
use super::model::{AnyModel, LARGEST_BIAS, largest_weight};
use super::samples::Samples;
use super::storage::Storage;
use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::model::{self, SamplesOf, StoredScale};

/// How often two models give the same answer.
///
/// ```
/// use hingeline::integer::Agreement;
/// assert_eq!(Agreement { agreeing: 99, samples: 100 }.fraction(), 0.99);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Agreement {
    /// The number of samples for which both predict the same class.
    pub agreeing: usize,
    /// The number of samples in the set.
    pub samples: usize,
}

impl Agreement {
    /// The fraction of the samples for which both predict the same class.
    pub fn fraction(&self) -> f32 {
        self.agreeing as f32 / self.samples as f32
    }

    /// Compares a binary32 model with a prediction, sample by sample.
    pub(super) fn of<T, K, D, I>(
        float: &model::AnyModel<T, K>,
        features: &mut D,
        inputs: &mut I,
        mut predict: impl FnMut(Inputs<'_>) -> Result<usize, Error>,
    ) -> Result<Self, Stopped>
    where
        T: model::Storage,
        K: Kernel,
        D: SamplesOf<T::Shape> + ?Sized,
        I: Samples + ?Sized,
    {
        let samples = inputs.len();
        if samples != features.count(KEY) {
            return Err(Error::ShapeMismatch.into());
        }
        if samples == 0 {
            return Err(Error::EmptySet.into());
        }
        let mut agreeing = 0_usize;
        for index in 0..samples {
            let (x, _) = features.row(KEY, float.features(), index).map_err(Stopped::at(index))?;
            let expected = float.predict_row(x).map_err(Stopped::at(index))?;
            let (x, _) = inputs.sample(index).map_err(Stopped::at(index))?;
            let predicted = predict(x).map_err(Stopped::at(index))?;
            agreeing = agreeing.wrapping_add(usize::from(predicted == expected));
        }
        Ok(Self { agreeing, samples })
    }
}

/// `2^bits`, in the range of binary32.
fn power(bits: u8) -> f32 {
    1_u32.wrapping_shl(bits.into()) as f32
}

/// Two to the power of an input's fraction bits.
const ONE: f32 = (1_u32 << INPUT_BITS) as f32;

/// The largest number of fraction bits, up to 15, for which no weight is beyond the limit and no bias beyond ±2²⁸.
pub(super) fn largest_power(weights: &[f32], bias: &[f32], scale: f32, limit: i32) -> Result<u8, Error> {
    let fits = |bits: &u8| {
        let (weight_unit, bias_unit) = (power(*bits), power(*bits) * ONE);
        weights.iter().all(|w| (scale * w * weight_unit).abs() <= limit as f32)
            && bias.iter().all(|b| (b * bias_unit).abs() <= LARGEST_BIAS as f32)
    };
    (0..=15).rev().find(fits).ok_or(Error::WeightTooLarge)
}

/// A weight with `bits` fraction bits, rounded to the nearest whole number.
pub(super) fn rounded_weight(w: f32, scale: f32, bits: u8) -> f32 {
    libm::roundf(scale * w * power(bits))
}

/// The same for a bias, which has the fraction bits of an input in addition.
pub(super) fn rounded_bias(b: f32, bits: u8) -> i32 {
    libm::roundf(b * power(bits) * ONE) as i32
}

impl<S: Storage, Own: Kernel> AnyModel<S, Own> {
    /// Turns this model, in place, into the one nearest to a binary32 model of standardised features.
    ///
    /// An input of the integer model is a feature times 32: one [`InputScale`](super::InputScale) per feature replaces
    /// the standardiser. [`agreement`](Self::agreement) measures the loss on a set.
    ///
    /// # Numeric contract
    /// p is the largest number from 0 to 15 for which all `|W · 2^p|` are at most the integer model's W and all `|b ·
    /// 2^(p+q)|` at most 2²⁸, with `W = scale * w` rounded to binary32. Weights are `roundf(W · 2^p)` and biases
    /// `roundf(b · 2^(p+q))`, of the `libm` crate: halves away from zero.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for another shape, [`Error::WeightTooLarge`] if there is no such p. This model is then
    /// unchanged.
    ///
    /// ```
    /// let trained = hingeline::Model::from_parts([[1.5], [-0.75]], [0.5, 0.0], 1.0)?;
    /// let mut model = hingeline::integer::Model::<2, 1>::new();
    /// model.quantise(&trained)?;
    /// assert_eq!(model.parts(), ([24_576, -12_288].as_slice(), [1 << 18, 0].as_slice(), 14));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn quantise<T: model::Storage, K: Kernel>(&mut self, float: &model::AnyModel<T, K>) -> Result<(), Error> {
        if [self.classes(), self.features()] != float.shape() {
            return Err(Error::ShapeMismatch);
        }
        let (weights, bias, scale) = float.parts();
        let bits = largest_power(weights, bias, scale.value, largest_weight(self.features()))?;
        self.fill(
            weights.iter().map(|w| rounded_weight(*w, scale.value, bits) as i16),
            bias.iter().map(|b| rounded_bias(*b, bits)),
            bits,
        );
        Ok(())
    }

    /// Turns a binary32 model, in place, into exactly this one; its scale is then 1, and its features are inputs
    /// divided by 32.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for another shape, [`Error::Inexact`] for a bias that binary32 cannot represent
    /// exactly, which is never the case below 2²⁴ in magnitude. The other model is then unchanged.
    ///
    /// ```
    /// let model = hingeline::integer::Model::from_parts([[8_192], [-4_096]], [1 << 18, 0], 13)?;
    /// let mut float = hingeline::Model::<2, 1>::new();
    /// model.dequantise(&mut float)?;
    /// assert_eq!((float.weights(), float.bias()), (&[[1.0], [-0.5]], &[1.0, 0.0]));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn dequantise<T: model::Storage, K: Kernel>(&self, float: &mut model::AnyModel<T, K>) -> Result<(), Error> {
        if [self.classes(), self.features()] != float.shape() {
            return Err(Error::ShapeMismatch);
        }
        let (weights, bias, bits) = self.parts();
        if bias.iter().any(|b| *b as f32 as i32 != *b) {
            return Err(Error::Inexact);
        }
        let view = float.view_mut();
        for (own, w) in view.weights.iter_mut().zip(weights) {
            *own = f32::from(*w) / power(bits);
        }
        for (own, b) in view.bias.iter_mut().zip(bias) {
            *own = *b as f32 / (power(bits) * ONE);
        }
        *view.scale = StoredScale::ONE;
        *view.bound = view.kernel.largest(view.weights);
        Ok(())
    }

    /// How often this model and a binary32 model predict the same class, on the same samples, each in the form that its
    /// model takes.
    ///
    /// # Errors
    /// [`Error::EmptySet`], [`Error::ShapeMismatch`] for sets of different lengths; the errors of the sets and the
    /// models, with the sample at fault.
    pub fn agreement<T, K, D, I>(
        &self,
        float: &model::AnyModel<T, K>,
        features: &mut D,
        inputs: &mut I,
    ) -> Result<Agreement, Stopped>
    where
        T: model::Storage,
        K: Kernel,
        D: SamplesOf<T::Shape> + ?Sized,
        I: Samples + ?Sized,
    {
        Agreement::of(float, features, inputs, |x| self.predict(x))
    }
}
