//! Sources of training data: the data set is never copied, and need not be in RAM.

use crate::error::{Error, Stopped};

/// A sample: its features and its label, the class to which it belongs.
///
/// ```
/// use hingeline::{Samples, Slices};
///
/// let mut samples = Slices::new(&[[1.0, 2.0]], &[1u8])?;
/// assert_eq!(samples.sample(0)?, (&[1.0, 2.0], 1));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type Sample<'a, const F: usize> = (&'a [f32; F], usize);

/// A set of samples of `F` features each, read one at a time.
///
/// A source either lends a sample that is already in memory ([`Slices`]) or decodes it into a buffer for one sample
/// that the caller lends ([`Compact`](crate::Compact) for small whole numbers, [`Decoded`] for anything). Implement the
/// trait for whatever else holds your data:
///
/// ```
/// use hingeline::{Error, Sample, Samples};
///
/// /// Windows of a recording; each is a sample of the class that the recording shows.
/// struct Windows<'a> {
///     recording: &'a [f32],
///     label: usize,
/// }
///
/// impl Samples<4> for Windows<'_> {
///     fn len(&self) -> usize {
///         self.recording.len() / 4
///     }
///
///     fn sample(&mut self, index: usize) -> Result<Sample<'_, 4>, Error> {
///         let window = self.recording.as_chunks().0.get(index);
///         Ok((window.ok_or(Error::IndexOutOfRange)?, self.label))
///     }
/// }
///
/// let mut windows = Windows { recording: &[0.0; 9], label: 1 };
/// assert_eq!(windows.len(), 2);
/// assert_eq!(windows.sample(1)?, (&[0.0; 4], 1));
/// assert_eq!(windows.sample(2), Err(Error::IndexOutOfRange));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait Samples<const F: usize> {
    /// The number of samples.
    ///
    /// ```
    /// use hingeline::{Samples, Slices};
    /// assert_eq!(Slices::new(&[[1.0], [2.0]], &[0u8, 1])?.len(), 2);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    fn len(&self) -> usize;

    /// Whether there is no sample.
    ///
    /// ```
    /// use hingeline::{Samples, Slices};
    /// assert!(!Slices::new(&[[1.0], [2.0]], &[0u8, 1])?.is_empty());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sample `index`, the same at each call.
    ///
    /// # Errors
    /// [`Error::IndexOutOfRange`] for an index that is not below the length, [`Error::Unreadable`] if the source fails.
    ///
    /// ```
    /// use hingeline::{Samples, Slices};
    /// let mut samples = Slices::new(&[[1.0], [2.0]], &[0u8, 1])?;
    /// assert_eq!(samples.sample(1)?, (&[2.0], 1));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error>;

    /// The same sample, if it is in memory and can be lent together with others; then a kernel may take several at
    /// once.
    ///
    /// `None`, which is always correct, for a sample that must be decoded first, and for one that
    /// [`sample`](Self::sample) would refuse. The call should be cheap: a training loop also requests a sample that
    /// comes a few steps after the current one.
    ///
    /// ```
    /// use hingeline::{Samples, Slices};
    /// let samples = Slices::new(&[[1.0], [2.0]], &[0u8, 1])?;
    /// assert_eq!(samples.resident(1), Some((&[2.0], 1)));
    /// assert_eq!(samples.resident(2), None);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    fn resident(&self, index: usize) -> Option<Sample<'_, F>> {
        let _ = index;
        None
    }

    /// The factor of this sample's loss and gradient; see [`Weighted`](crate::Weighted). The default is 1 for all
    /// samples.
    ///
    /// A weight that is not finite or is below 0 is refused with [`Error::InvalidWeight`] when the sample's turn comes.
    /// [`WithWeights`] gives weights to any set.
    ///
    /// ```
    /// use hingeline::{Samples, Slices};
    /// assert_eq!(Slices::new(&[[1.0], [2.0]], &[0u8, 1])?.weight(1), 1.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    fn weight(&self, index: usize) -> f32 {
        let _ = index;
        1.0
    }

    /// Adds the number of samples of each class to the counts, for [`class_weights`](crate::class_weights). One pass
    /// over the set.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`] for a label without a count, and the errors of [`sample`](Self::sample); the samples
    /// before that one are then counted.
    ///
    /// ```
    /// use hingeline::{Samples, Slices};
    /// let mut counts = [0; 3];
    /// Slices::new(&[[1.0], [2.0], [3.0]], &[0u8, 1, 1])?.count_classes(&mut counts)?;
    /// assert_eq!(counts, [1, 2, 0]);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    fn count_classes(&mut self, counts: &mut [usize]) -> Result<(), Stopped> {
        count_labels(self.len(), |index| self.sample(index).map(|(_, label)| label), counts)
    }
}

/// Counts the labels of this many samples.
fn count_labels(
    samples: usize,
    mut label: impl FnMut(usize) -> Result<usize, Error>,
    counts: &mut [usize],
) -> Result<(), Stopped> {
    for index in 0..samples {
        let label = label(index).map_err(Stopped::at(index))?;
        let count = counts.get_mut(label).ok_or(Error::LabelOutOfRange).map_err(Stopped::at(index))?;
        *count = count.saturating_add(1);
    }
    Ok(())
}

/// Samples in memory or in memory-mapped flash, lent without a copy.
///
/// Labels are `u8`, `u16` or `usize`. One sample is a set too: `Slices::new(core::slice::from_ref(x), &[label])`.
///
/// ```
/// use hingeline::{Samples, Slices};
///
/// static FEATURES: [[f32; 2]; 3] = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// static LABELS: [u8; 3] = [0, 1, 1];
///
/// let mut samples = Slices::new(&FEATURES, &LABELS)?;
/// assert_eq!(samples.sample(2)?, (&[1.0, 1.0], 1));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Slices<'a, const F: usize, L = u8> {
    features: &'a [[f32; F]],
    labels: &'a [L],
}

impl<'a, const F: usize, L: Copy + Into<usize>> Slices<'a, F, L> {
    /// Sample `i` is `features[i]` with `labels[i]`.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are as many labels as rows of features.
    ///
    /// ```
    /// use hingeline::{Error, Slices};
    /// assert_eq!(Slices::new(&[[1.0], [2.0]], &[0u8]).err(), Some(Error::ShapeMismatch));
    /// ```
    pub const fn new(features: &'a [[f32; F]], labels: &'a [L]) -> Result<Self, Error> {
        if features.len() == labels.len() { Ok(Self { features, labels }) } else { Err(Error::ShapeMismatch) }
    }
}

impl<const F: usize, L: Copy + Into<usize>> Samples<F> for Slices<'_, F, L> {
    fn len(&self) -> usize {
        self.features.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        self.resident(index).ok_or(Error::IndexOutOfRange)
    }

    fn resident(&self, index: usize) -> Option<Sample<'_, F>> {
        Some((self.features.get(index)?, (*self.labels.get(index)?).into()))
    }
}

/// Samples that are decoded one at a time into a buffer for one sample, which the caller lends.
///
/// ```
/// use hingeline::{Decoded, Samples};
///
/// // Two samples of three bytes each, behind a label each, as they come from flash or from a card.
/// let bytes = [0u8, 10, 20, 30, 1, 40, 50, 60];
/// let mut buffer = [0.0; 3];
/// let mut samples = Decoded::new(2, &mut buffer, |index, buffer: &mut [f32; 3]| {
///     let record = &bytes[4 * index..][..4];
///     for (feature, &byte) in buffer.iter_mut().zip(&record[1..]) {
///         *feature = f32::from(byte) / 64.0;
///     }
///     Ok(usize::from(record[0]))
/// });
/// assert_eq!(samples.sample(1)?, (&[0.625, 0.78125, 0.9375], 1));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub struct Decoded<'a, const F: usize, D> {
    len: usize,
    buffer: &'a mut [f32; F],
    decode: D,
}

impl<'a, const F: usize, D> Decoded<'a, F, D>
where
    D: FnMut(usize, &mut [f32; F]) -> Result<usize, Error>,
{
    /// `len` samples; `decode(index, buffer)` writes the features of one into the buffer and returns its label. It is
    /// only called with an index below `len`.
    ///
    /// ```
    /// use hingeline::{Decoded, Error, Samples};
    /// let mut buffer = [0.0];
    /// let mut samples = Decoded::new(1, &mut buffer, |_, _| Err(Error::Unreadable));
    /// assert_eq!(samples.sample(0), Err(Error::Unreadable));
    /// ```
    pub const fn new(len: usize, buffer: &'a mut [f32; F], decode: D) -> Self {
        Self { len, buffer, decode }
    }
}

impl<const F: usize, D> Samples<F> for Decoded<'_, F, D>
where
    D: FnMut(usize, &mut [f32; F]) -> Result<usize, Error>,
{
    fn len(&self) -> usize {
        self.len
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        if index >= self.len {
            return Err(Error::IndexOutOfRange);
        }
        let label = (self.decode)(index, self.buffer)?;
        Ok((self.buffer, label))
    }
}

impl<const F: usize, D> core::fmt::Debug for Decoded<'_, F, D> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Decoded").field("len", &self.len).finish_non_exhaustive()
    }
}

/// Some samples of a set, selected by their indices: a batch.
///
/// ```
/// use hingeline::{Samples, Selected, Slices};
///
/// let mut all = Slices::new(&[[1.0], [2.0], [3.0]], &[0u8, 1, 0])?;
/// let mut batch = Selected::new(&mut all, &[2, 0]);
/// assert_eq!(batch.len(), 2);
/// assert_eq!(batch.sample(0)?, (&[3.0], 0));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct Selected<'a, S: ?Sized> {
    samples: &'a mut S,
    indices: &'a [usize],
}

impl<'a, S: ?Sized> Selected<'a, S> {
    /// Sample `i` is sample `indices[i]` of the set; an index that the set does not have is refused when it is read.
    ///
    /// ```
    /// use hingeline::{Error, Samples, Selected, Slices};
    /// let mut all = Slices::new(&[[1.0]], &[0u8])?;
    /// assert_eq!(Selected::new(&mut all, &[1]).sample(0), Err(Error::IndexOutOfRange));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn new(samples: &'a mut S, indices: &'a [usize]) -> Self {
        Self { samples, indices }
    }
}

impl<const F: usize, S: Samples<F> + ?Sized> Samples<F> for Selected<'_, S> {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        let index = self.indices.get(index).ok_or(Error::IndexOutOfRange)?;
        self.samples.sample(*index)
    }

    fn resident(&self, index: usize) -> Option<Sample<'_, F>> {
        self.samples.resident(*self.indices.get(index)?)
    }

    fn weight(&self, index: usize) -> f32 {
        self.indices.get(index).map_or(1.0, |index| self.samples.weight(*index))
    }
}

/// A set with a weight for each sample.
///
/// The weight is multiplied by the weight that the sample already has, if any.
///
/// ```
/// use hingeline::{Hinge, Model, Slices, WithWeights};
///
/// let mut samples = Slices::new(&[[1.0], [2.0]], &[0u8, 1])?;
/// // The second one is of little worth.
/// let mut weighted = WithWeights::new(&mut samples, &[1.0, 0.25]);
/// let model = Model::<2, 1>::new();
/// assert_eq!(Hinge::new(1.0, 0.0)?.loss(&model, &mut weighted)?, (1.0 + 0.25) / 2.0);
/// # Ok::<(), hingeline::Stopped>(())
/// ```
#[derive(Debug)]
pub struct WithWeights<'a, S: ?Sized> {
    samples: &'a mut S,
    weights: &'a [f32],
}

impl<'a, S: ?Sized> WithWeights<'a, S> {
    /// Sample `i` of the set with `weights[i]`. A sample without a weight is refused with [`Error::InvalidWeight`] when
    /// its turn comes, and so is one whose weight is not finite or is below 0.
    pub const fn new(samples: &'a mut S, weights: &'a [f32]) -> Self {
        Self { samples, weights }
    }

    fn times(&self, index: usize, own: f32) -> f32 {
        self.weights.get(index).map_or(f32::NAN, |weight| own * weight)
    }
}

impl<const F: usize, S: Samples<F> + ?Sized> Samples<F> for WithWeights<'_, S> {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        self.samples.sample(index)
    }

    fn resident(&self, index: usize) -> Option<Sample<'_, F>> {
        self.samples.resident(index)
    }

    fn weight(&self, index: usize) -> f32 {
        self.times(index, self.samples.weight(index))
    }
}

impl<S: DynSamples + ?Sized> DynSamples for WithWeights<'_, S> {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        self.samples.sample(index)
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        self.samples.resident(index)
    }

    fn weight(&self, index: usize) -> f32 {
        self.times(index, self.samples.weight(index))
    }
}

/// [`Samples`] whose number of features is known only at run time, for a [`DynModel`](crate::DynModel).
///
/// ```
/// use hingeline::{DynSamples, Error};
///
/// /// One sample for each class: the unit vectors.
/// struct Units(Vec<f32>);
///
/// impl DynSamples for Units {
///     fn len(&self) -> usize {
///         self.0.len()
///     }
///     fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
///         self.0.fill(0.0);
///         *self.0.get_mut(index).ok_or(Error::IndexOutOfRange)? = 1.0;
///         Ok((&self.0, index))
///     }
/// }
/// assert_eq!(Units(vec![0.0; 3]).sample(1), Ok(([0.0, 1.0, 0.0].as_slice(), 1)));
/// ```
pub trait DynSamples {
    /// The number of samples.
    fn len(&self) -> usize;

    /// Whether there is no sample.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The features and the label of a sample. If the number of features is not that of the model, the call that reads
    /// the sample returns [`Error::ShapeMismatch`].
    ///
    /// # Errors
    /// [`Error::IndexOutOfRange`], [`Error::Unreadable`], or any other [`Error`].
    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error>;

    /// The same sample, if it is in memory and need not be decoded, so that several can be taken together. `None` is
    /// always correct.
    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        let _ = index;
        None
    }

    /// [`Samples::weight`].
    fn weight(&self, index: usize) -> f32 {
        let _ = index;
        1.0
    }

    /// [`Samples::count_classes`].
    ///
    /// # Errors
    /// As for [`Samples::count_classes`].
    fn count_classes(&mut self, counts: &mut [usize]) -> Result<(), Stopped> {
        count_labels(self.len(), |index| self.sample(index).map(|(_, label)| label), counts)
    }
}

/// [`Slices`] whose number of features is known only at run time: features in row-major order.
///
/// ```
/// use hingeline::{DynSamples, DynSlices};
///
/// let features = [1.0, 2.0, 3.0, 4.0]; // two samples of two features
/// let mut samples = DynSlices::new(2, &features, &[0u8, 1])?;
/// assert_eq!(samples.sample(1)?, ([3.0, 4.0].as_slice(), 1));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DynSlices<'a, L = u8> {
    width: usize,
    features: &'a [f32],
    labels: &'a [L],
}

impl<'a, L: Copy + Into<usize>> DynSlices<'a, L> {
    /// A set of samples of `width` features.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for a width of 0, [`Error::ShapeMismatch`] unless there are `width` features for each
    /// label.
    pub fn new(width: usize, features: &'a [f32], labels: &'a [L]) -> Result<Self, Error> {
        if width == 0 {
            Err(Error::InvalidShape)
        } else if labels.len().checked_mul(width) == Some(features.len()) {
            Ok(Self { width, features, labels })
        } else {
            Err(Error::ShapeMismatch)
        }
    }
}

impl<L: Copy + Into<usize>> DynSamples for DynSlices<'_, L> {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        self.resident(index).ok_or(Error::IndexOutOfRange)
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        let label = *self.labels.get(index)?;
        let first = index.checked_mul(self.width)?;
        Some((self.features.get(first..first.checked_add(self.width)?)?, label.into()))
    }
}

/// [`Decoded`] samples whose number of features is known only at run time; it is the length of the buffer.
///
/// ```
/// use hingeline::{DynDecoded, DynSamples};
///
/// let pixels = [[0_u8, 128], [255, 64]];
/// let mut buffer = vec![0.0; 2];
/// let mut samples = DynDecoded::new(2, &mut buffer, |index, x| {
///     x.iter_mut().zip(pixels[index]).for_each(|(x, pixel)| *x = f32::from(pixel) / 128.0);
///     Ok(index)
/// });
/// assert_eq!(samples.sample(0)?, ([0.0, 1.0].as_slice(), 0));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub struct DynDecoded<'a, D> {
    len: usize,
    buffer: &'a mut [f32],
    decode: D,
}

impl<'a, D: FnMut(usize, &mut [f32]) -> Result<usize, Error>> DynDecoded<'a, D> {
    /// A set of `len` samples; `decode` writes the features of one into the buffer and returns its label.
    pub const fn new(len: usize, buffer: &'a mut [f32], decode: D) -> Self {
        Self { len, buffer, decode }
    }
}

impl<D: FnMut(usize, &mut [f32]) -> Result<usize, Error>> DynSamples for DynDecoded<'_, D> {
    fn len(&self) -> usize {
        self.len
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        if index >= self.len {
            return Err(Error::IndexOutOfRange);
        }
        let label = (self.decode)(index, self.buffer)?;
        Ok((self.buffer, label))
    }
}

impl<D> core::fmt::Debug for DynDecoded<'_, D> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DynDecoded").field("len", &self.len).finish_non_exhaustive()
    }
}

impl<S: DynSamples + ?Sized> DynSamples for Selected<'_, S> {
    fn len(&self) -> usize {
        self.indices.len()
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        let index = self.indices.get(index).ok_or(Error::IndexOutOfRange)?;
        self.samples.sample(*index)
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        self.samples.resident(*self.indices.get(index)?)
    }

    fn weight(&self, index: usize) -> f32 {
        self.indices.get(index).map_or(1.0, |index| self.samples.weight(*index))
    }
}
