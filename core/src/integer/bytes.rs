//! Models whose weights and inputs are bytes, for prediction only.

use core::fmt;

use super::conversion::{Agreement, largest_power, rounded_bias, rounded_weight};
use super::input::{HIGHEST, InputScale, Inputs, RawValue, inputs};
use super::model::{argmax, check_bias, check_shape};
use super::samples::Samples;
use crate::error::{Error, Stopped};
use crate::kernel::{CHOSEN, Chosen, KEY, Kernel};
use crate::model::{self, SamplesOf};

/// The inputs of a [`ByteModel`]: those of [`Inputs`], one byte each.
///
/// ```
/// use hingeline::integer::{ByteInputs, InputScale};
///
/// let scales = [InputScale::new(100, 2_048)?; 2];
/// let mut buffer = [0; 2];
/// let x = ByteInputs::scaled(&[104_u8, 255], &scales, &mut buffer)?;
/// assert_eq!((x.values(), x.clamped()), ([32, 127].as_slice(), 1));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteInputs<'a> {
    values: &'a [i8],
    clamped: u32,
}

impl<'a> ByteInputs<'a> {
    /// Inputs that already exist; any byte is valid.
    pub const fn new(values: &'a [i8]) -> Self {
        Self { values, clamped: 0 }
    }

    /// As [`Inputs::scaled`].
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there is a scale and a place for each value.
    pub fn scaled<Q: RawValue>(raw: &[Q], scales: &[InputScale], buffer: &'a mut [i8]) -> Result<Self, Error> {
        if raw.len() != scales.len() || raw.len() != buffer.len() {
            return Err(Error::ShapeMismatch);
        }
        let clamped = inputs(raw, Q::SHIFT, scales, buffer, |value| value as i8);
        Ok(Self { values: buffer, clamped })
    }

    /// 16-bit inputs, copied into a buffer that the caller lends.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there is a place for each.
    pub fn narrowed(x: Inputs<'_>, buffer: &'a mut [i8]) -> Result<Self, Error> {
        if x.values().len() != buffer.len() {
            return Err(Error::ShapeMismatch);
        }
        for (narrow, x) in buffer.iter_mut().zip(x.values()) {
            *narrow = *x as i8;
        }
        Ok(Self { values: buffer, clamped: x.clamped() })
    }

    /// The numbers.
    pub const fn values(&self) -> &'a [i8] {
        self.values
    }

    /// How many inputs were clamped.
    pub const fn clamped(&self) -> u32 {
        self.clamped
    }
}

/// A linear model whose weights are bytes, for prediction only: they take half the memory of those of a
/// [`Model`](super::Model), and on a processor that multiplies bytes the scores take fewer instructions.
///
/// It borrows weights and biases, in flash or in RAM, of 2 to 1,024 classes and 1 to 4,096 features. Inputs are
/// standardised by one [`InputScale`] per feature: weights that included the deviations would differ too much for one
/// byte each.
///
/// ```
/// use hingeline::integer::{ByteInputs, ByteModel};
///
/// static WEIGHTS: [i8; 6] = [64, 0, 0, 64, -64, -64];
/// static BIAS: [i32; 3] = [0; 3];
/// static MODEL: ByteModel<'static> = match ByteModel::from_parts(&WEIGHTS, &BIAS, 2, 6) {
///     Ok(model) => model,
///     Err(_) => panic!("out of bounds"),
/// };
/// assert_eq!(MODEL.predict(ByteInputs::new(&[3, 29]))?, 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Numeric contract
/// `s[c] = b[c] + Σ w[c][f] · x[f]`, exact, with p + 5 fraction bits. With |x| ≤ 2⁷, |w| ≤ 2⁷, |b| ≤ 2²⁸ and up to
/// 4,096 features, a score is below 2²⁹.
#[derive(Clone, Copy)]
pub struct ByteModel<'a, K = Chosen> {
    weights: &'a [i8],
    bias: &'a [i32],
    features: usize,
    fraction_bits: u8,
    kernel: K,
}

impl<'a> ByteModel<'a, Chosen> {
    /// A model of these parts on the kernel of this build: the weights row after row, the biases, the number of
    /// features, the fraction bits of the weights. In a `static`, parts that are out of bounds do not compile.
    ///
    /// # Errors
    /// As [`on`](ByteModel::on).
    pub const fn from_parts(
        weights: &'a [i8],
        bias: &'a [i32],
        features: usize,
        fraction_bits: u8,
    ) -> Result<Self, Error> {
        Self::on(CHOSEN, weights, bias, features, fraction_bits)
    }

    /// The model nearest to a binary32 model of standardised features, in memory that the caller lends: for
    /// `classes · features` weights and `classes` biases.
    ///
    /// p is the largest number from 0 to 15 for which all `|W · 2^p|` are at most 127 and all `|b · 2^(p+5)|` at most
    /// 2²⁸, with `W = scale * w`; weights and biases are rounded as in [`quantise`](super::AnyModel::quantise).
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for more than 1,024 classes or 4,096 features, [`Error::ShapeMismatch`] for memory of
    /// wrong lengths, [`Error::WeightTooLarge`] if there is no such p.
    ///
    /// ```
    /// use hingeline::integer::ByteModel;
    ///
    /// let trained = hingeline::Model::from_parts([[1.5], [-0.75]], [0.5, 0.0], 1.0)?;
    /// let (mut weights, mut bias) = ([0; 2], [0; 2]);
    /// let model = ByteModel::quantise(&trained, &mut weights, &mut bias)?;
    /// assert_eq!(model.parts(), ([96, -48].as_slice(), [1 << 10, 0].as_slice(), 6));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn quantise<T: model::Storage, K: Kernel>(
        float: &model::AnyModel<T, K>,
        weights: &'a mut [i8],
        bias: &'a mut [i32],
    ) -> Result<Self, Error> {
        let [classes, features] = float.shape();
        check_shape(classes, features)?;
        let (float_weights, float_bias, scale) = float.parts();
        if weights.len() != float_weights.len() || bias.len() != float_bias.len() {
            return Err(Error::ShapeMismatch);
        }
        let bits = largest_power(float_weights, float_bias, scale.value, HIGHEST)?;
        for (own, w) in weights.iter_mut().zip(float_weights) {
            *own = rounded_weight(*w, scale.value, bits) as i8;
        }
        for (own, b) in bias.iter_mut().zip(float_bias) {
            *own = rounded_bias(*b, bits);
        }
        Self::from_parts(weights, bias, features, bits)
    }
}

impl<'a, K> ByteModel<'a, K> {
    /// The same on a kernel of the caller's choice.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for fewer than two classes or more than 1,024, for no features or more than 4,096;
    /// [`Error::ShapeMismatch`] unless each bias has the same number of weights; [`Error::InvalidScale`] for more than
    /// 15 fraction bits; [`Error::WeightTooLarge`] for a bias beyond ±2²⁸.
    pub const fn on(
        kernel: K,
        weights: &'a [i8],
        bias: &'a [i32],
        features: usize,
        fraction_bits: u8,
    ) -> Result<Self, Error>
    where
        K: Copy,
    {
        if let Err(error) = check_shape(bias.len(), features) {
            return Err(error);
        }
        match bias.len().checked_mul(features) {
            Some(count) if count == weights.len() => (),
            _ => return Err(Error::ShapeMismatch),
        }
        if let Err(error) = check_bias(bias, fraction_bits) {
            return Err(error);
        }
        Ok(Self { weights, bias, features, fraction_bits, kernel })
    }

    /// The number of classes.
    pub const fn classes(&self) -> usize {
        self.bias.len()
    }

    /// The number of features.
    pub const fn features(&self) -> usize {
        self.features
    }

    /// The weights row after row, the biases, the fraction bits of the weights.
    pub const fn parts(&self) -> (&'a [i8], &'a [i32], u8) {
        (self.weights, self.bias, self.fraction_bits)
    }
}

impl<K> fmt::Debug for ByteModel<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteModel")
            .field("classes", &self.classes())
            .field("features", &self.features)
            .field("fraction_bits", &self.fraction_bits)
            .finish_non_exhaustive()
    }
}

/// The number of rows whose scores are on the stack at a time.
const ROWS: usize = 10;

impl<K: Kernel> ByteModel<'_, K> {
    /// The score of every class, exactly, with p + 5 fraction bits.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for a wrong number of inputs or of scores.
    ///
    /// ```
    /// use hingeline::integer::{ByteInputs, ByteModel};
    ///
    /// let model = ByteModel::from_parts(&[1, 2, 3, 4], &[10, -10], 2, 6)?;
    /// let mut scores = [0; 2];
    /// model.scores(ByteInputs::new(&[1, -1]), &mut scores)?;
    /// assert_eq!(scores, [9, -11]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn scores(&self, x: ByteInputs<'_>, scores: &mut [i32]) -> Result<(), Error> {
        if x.values.len() != self.features || scores.len() != self.bias.len() {
            return Err(Error::ShapeMismatch);
        }
        self.kernel.byte_scores(KEY, self.weights, self.bias, x.values, scores);
        Ok(())
    }

    /// The class with the highest score; the lowest index wins a tie. Scratch: ten scores.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for a wrong number of inputs.
    pub fn predict(&self, x: ByteInputs<'_>) -> Result<usize, Error> {
        if x.values.len() != self.features {
            return Err(Error::ShapeMismatch);
        }
        let (mut best, mut highest, mut first) = (0_usize, i32::MIN, 0_usize);
        let rows = self.weights.chunks(self.features.saturating_mul(ROWS).max(1));
        for (weights, bias) in rows.zip(self.bias.chunks(ROWS)) {
            let mut scores = [i32::MIN; ROWS];
            self.kernel.byte_scores(KEY, weights, bias, x.values, &mut scores);
            let own = argmax(&scores);
            let score = scores.get(own).copied().unwrap_or(i32::MIN);
            if score > highest {
                (best, highest) = (first.wrapping_add(own), score);
            }
            first = first.wrapping_add(ROWS);
        }
        Ok(best)
    }

    /// How often this model and a binary32 model predict the same class, on the same samples, each in the form that its
    /// model takes; the buffer holds the inputs of one sample.
    ///
    /// # Errors
    /// As [`AnyModel::agreement`](super::AnyModel::agreement), and [`Error::ShapeMismatch`] if the length of the buffer
    /// differs from that of the inputs.
    pub fn agreement<T, Float, D, I>(
        &self,
        float: &model::AnyModel<T, Float>,
        features: &mut D,
        inputs: &mut I,
        buffer: &mut [i8],
    ) -> Result<Agreement, Stopped>
    where
        T: model::Storage,
        Float: Kernel,
        D: SamplesOf<T::Shape> + ?Sized,
        I: Samples + ?Sized,
    {
        Agreement::of(float, features, inputs, |x| self.predict(ByteInputs::narrowed(x, buffer)?))
    }
}
