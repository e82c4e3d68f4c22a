//! Samples in flash as small whole numbers, and their conversion to features.

use super::samples::{Sample, Samples};
use crate::error::Error;

/// How whole numbers become features: `x = (q * scale) + offset`.
///
/// `q` is a `u8`, an `i8` or an `i16` (or any other type that converts to `f32` without loss). To standardise by mean μ
/// and deviation σ, take `1 / σ` and `−μ / σ`; to subtract a mean image, 1 and `−μ`.
///
/// Contract: `q` is converted to binary32, which is exact; then follow a product and a sum, each rounded.
///
/// ```
/// use hingeline::Scaling;
///
/// let mut x = [0.0; 3];
/// Scaling::Set { scale: 0.5, offset: -1.0 }.decode(&[0_u8, 2, 255], &mut x);
/// assert_eq!(x, [-1.0, 0.0, 126.5]);
/// Scaling::Features { scale: &[1.0, 2.0, 0.5], offset: &[0.0, 0.0, 9.0] }.decode(&[1_i8, -2, -4], &mut x);
/// assert_eq!(x, [1.0, -4.0, 7.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scaling<'a, const F: usize> {
    /// The same scaling for all features.
    Set {
        /// The change of the feature per step of `q`.
        scale: f32,
        /// The feature for `q = 0`.
        offset: f32,
    },
    /// A scaling of its own for each feature.
    Features {
        /// The change of each feature per step of `q`.
        scale: &'a [f32; F],
        /// Each feature for `q = 0`.
        offset: &'a [f32; F],
    },
}

impl<const F: usize> Scaling<'_, F> {
    /// Decodes one sample into a buffer, such as a sensor's window to be predicted.
    ///
    /// A feature that overflows is infinite, and the scores of the sample are refused.
    ///
    /// ```
    /// use hingeline::{Model, Scaling};
    /// let model = Model::from_parts([[1.0, 0.0], [0.0, 1.0]], [0.0; 2], 1.0)?;
    /// let (window, mut x) = ([-300_i16, 1_000], [0.0; 2]);
    /// Scaling::Set { scale: 1.0 / 32_768.0, offset: 0.0 }.decode(&window, &mut x);
    /// assert_eq!(model.predict(&x)?, 1);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn decode<Q: Copy + Into<f32>>(&self, values: &[Q; F], x: &mut [f32; F]) {
        match *self {
            Self::Set { scale, offset } => {
                for (x, &q) in x.iter_mut().zip(values) {
                    *x = q.into() * scale + offset;
                }
            }
            Self::Features { scale, offset } => {
                for (((x, &q), scale), offset) in x.iter_mut().zip(values).zip(scale).zip(offset) {
                    *x = q.into() * scale + offset;
                }
            }
        }
    }

    fn is_finite(&self) -> bool {
        match *self {
            Self::Set { scale, offset } => scale.is_finite() && offset.is_finite(),
            Self::Features { scale, offset } => scale.iter().chain(offset).all(|value| value.is_finite()),
        }
    }
}

/// Samples of whole numbers in flash or in memory, decoded one at a time into a buffer for one sample, which the caller
/// lends.
///
/// A `u8` takes a quarter of the flash of an `f32`. The formula and the numeric contract are those of [`Scaling`];
/// labels are `u8`, `u16` or `usize`. Decoding costs a conversion, a product and a sum per feature, each time a sample
/// is read.
///
/// ```
/// use hingeline::{Compact, Samples, Scaling};
///
/// static PIXELS: [[u8; 2]; 3] = [[0, 16], [16, 0], [16, 16]];
/// static LABELS: [u8; 3] = [0, 1, 1];
///
/// let mut buffer = [0.0; 2];
/// let scaling = Scaling::Set { scale: 1.0 / 16.0, offset: -0.5 };
/// let mut samples = Compact::new(&PIXELS, &LABELS, scaling, &mut buffer)?;
/// assert_eq!(samples.sample(1)?, (&[0.5, -0.5], 1));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct Compact<'a, const F: usize, Q, L = u8> {
    values: &'a [[Q; F]],
    labels: &'a [L],
    scaling: Scaling<'a, F>,
    buffer: &'a mut [f32; F],
}

impl<'a, const F: usize, Q: Copy + Into<f32>, L: Copy + Into<usize>> Compact<'a, F, Q, L> {
    /// Sample `i` is `values[i]`, decoded, with `labels[i]`.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are as many labels as rows of values, [`Error::InvalidScaling`] if a scale or
    /// an offset is not finite.
    ///
    /// ```
    /// use hingeline::{Compact, Error, Scaling};
    /// let mut buffer = [0.0];
    /// let scaling = Scaling::Set { scale: f32::NAN, offset: 0.0 };
    /// assert_eq!(Compact::new(&[[1_i16]], &[0_u8], scaling, &mut buffer).err(), Some(Error::InvalidScaling));
    /// ```
    pub fn new(
        values: &'a [[Q; F]],
        labels: &'a [L],
        scaling: Scaling<'a, F>,
        buffer: &'a mut [f32; F],
    ) -> Result<Self, Error> {
        if values.len() != labels.len() {
            Err(Error::ShapeMismatch)
        } else if !scaling.is_finite() {
            Err(Error::InvalidScaling)
        } else {
            Ok(Self { values, labels, scaling, buffer })
        }
    }
}

impl<const F: usize, Q: Copy + Into<f32>, L: Copy + Into<usize>> Samples<F> for Compact<'_, F, Q, L> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        let values = self.values.get(index).ok_or(Error::IndexOutOfRange)?;
        let label = *self.labels.get(index).ok_or(Error::IndexOutOfRange)?;
        self.scaling.decode(values, self.buffer);
        Ok((self.buffer, label.into()))
    }
}
