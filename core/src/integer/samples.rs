//! Sources of inputs.

use super::input::{InputScale, Inputs, RawValue};
use crate::error::Error;

/// A set of samples as inputs, read one at a time, for models of any shape.
///
/// ```
/// use hingeline::Error;
/// use hingeline::integer::{Inputs, Samples};
///
/// /// One sample for each class: the unit vectors.
/// struct Units([i16; 3]);
///
/// impl Samples for Units {
///     fn len(&self) -> usize {
///         3
///     }
///     fn sample(&mut self, index: usize) -> Result<(Inputs<'_>, usize), Error> {
///         self.0 = [0; 3];
///         *self.0.get_mut(index).ok_or(Error::IndexOutOfRange)? = 32;
///         Ok((Inputs::new(&self.0)?, index))
///     }
/// }
/// assert_eq!(Units([0; 3]).sample(1)?.0.values(), [0, 32, 0]);
/// # Ok::<(), Error>(())
/// ```
pub trait Samples {
    /// The number of samples.
    fn len(&self) -> usize;

    /// Whether the set is empty.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Inputs and label of sample `index`; the same for every call.
    ///
    /// # Errors
    /// [`Error::IndexOutOfRange`], [`Error::Unreadable`], or any other [`Error`].
    fn sample(&mut self, index: usize) -> Result<(Inputs<'_>, usize), Error>;
}

/// Raw values in memory or in flash, row after row, scaled one sample at a time into a buffer that the caller lends.
///
/// ```
/// use hingeline::integer::{InputScale, Raw, Samples};
///
/// static PIXELS: [u8; 4] = [100, 104, 96, 100];
/// let scales = [InputScale::new(100, 2_048)?; 2];
/// let mut buffer = [0; 2];
/// let mut samples = Raw::new(&PIXELS, &[0u8, 1], &scales, &mut buffer)?;
/// assert_eq!(samples.sample(1)?.0.values(), [-32, 0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct Raw<'a, Q, L = u8> {
    values: &'a [Q],
    labels: &'a [L],
    scales: &'a [InputScale],
    buffer: &'a mut [i16],
}

impl<'a, Q: RawValue, L: Copy + Into<usize>> Raw<'a, Q, L> {
    /// Samples with as many features as there are scales.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] if there are no scales; [`Error::ShapeMismatch`] unless each label has as many values as
    /// there are scales, and the buffer as many places.
    pub const fn new(
        values: &'a [Q],
        labels: &'a [L],
        scales: &'a [InputScale],
        buffer: &'a mut [i16],
    ) -> Result<Self, Error> {
        if scales.is_empty() {
            return Err(Error::InvalidShape);
        }
        match labels.len().checked_mul(scales.len()) {
            Some(len) if len == values.len() && buffer.len() == scales.len() => {
                Ok(Self { values, labels, scales, buffer })
            }
            _ => Err(Error::ShapeMismatch),
        }
    }
}

impl<Q: RawValue, L: Copy + Into<usize>> Samples for Raw<'_, Q, L> {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn sample(&mut self, index: usize) -> Result<(Inputs<'_>, usize), Error> {
        let label = *self.labels.get(index).ok_or(Error::IndexOutOfRange)?;
        let first = index.wrapping_mul(self.scales.len());
        let row = self.values.get(first..first.wrapping_add(self.scales.len())).ok_or(Error::IndexOutOfRange)?;
        Ok((Inputs::scaled(row, self.scales, self.buffer)?, label.into()))
    }
}

/// Samples whose raw values are read one sample at a time, such as from a card or from records with labels among them.
///
/// ```
/// use hingeline::integer::{Decoded, InputScale, Samples};
///
/// let records = [[0_u8, 104, 100], [1, 100, 96]];
/// let scales = [InputScale::new(100, 2_048)?; 2];
/// let (mut raw, mut buffer) = ([0_u8; 2], [0; 2]);
/// let mut samples = Decoded::new(2, &scales, &mut raw, &mut buffer, |index, raw| {
///     raw.copy_from_slice(&records[index][1..]);
///     Ok(records[index][0].into())
/// });
/// assert_eq!(samples.sample(0)?.0.values(), [32, 0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct Decoded<'a, Q, D> {
    len: usize,
    scales: &'a [InputScale],
    raw: &'a mut [Q],
    buffer: &'a mut [i16],
    decode: D,
}

impl<'a, Q: RawValue, D: FnMut(usize, &mut [Q]) -> Result<usize, Error>> Decoded<'a, Q, D> {
    /// `len` samples; `decode(index, raw)` writes the raw values of one and returns its label. It is only called with
    /// an index below `len`. If a buffer is not as long as the scales, reading a sample returns
    /// [`Error::ShapeMismatch`].
    pub const fn new(len: usize, scales: &'a [InputScale], raw: &'a mut [Q], buffer: &'a mut [i16], decode: D) -> Self {
        Self { len, scales, raw, buffer, decode }
    }
}

impl<Q: RawValue, D: FnMut(usize, &mut [Q]) -> Result<usize, Error>> Samples for Decoded<'_, Q, D> {
    fn len(&self) -> usize {
        self.len
    }

    fn sample(&mut self, index: usize) -> Result<(Inputs<'_>, usize), Error> {
        if index >= self.len {
            return Err(Error::IndexOutOfRange);
        }
        let label = (self.decode)(index, self.raw)?;
        Ok((Inputs::scaled(self.raw, self.scales, self.buffer)?, label))
    }
}
