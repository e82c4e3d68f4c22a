//! Which classes a model takes for which.

use core::iter;

use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::model::{AnyModel, SamplesOf, Storage};

/// The confusion matrix of a model's answers, and the measures computed from it: recall, precision and F1 of a class,
/// and their means.
///
/// The counts are in memory that the caller lends, `C²` whole numbers in row-major order: row `l`, column `p` counts
/// the samples of label `l` that were taken for class `p`. A count stops at `u32::MAX`.
///
/// Let TP be the number of samples of a class that were recognised. Recall is TP / the samples of the class, precision
/// is TP / the answers that named it, and F1, the harmonic mean of both, is 2 TP / (samples + answers). A division by 0
/// gives `None`.
///
/// ```
/// use hingeline::{Confusion, Model, Slices};
///
/// let model = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0)?;
/// let mut samples = Slices::new(&[[2.0], [1.0], [-1.0], [0.5]], &[0u8, 0, 1, 1])?;
/// let mut counts = [0; 4];
/// let mut confusion = Confusion::new(&mut counts, 2)?;
/// confusion.add_set(&model, &mut samples)?;
/// assert_eq!(confusion.count(1, 0), Some(1));
/// assert_eq!((confusion.recall(1), confusion.precision(1)), (Some(0.5), Some(1.0)));
/// assert_eq!((confusion.accuracy(), confusion.balanced_accuracy()), (Some(0.75), Some(0.75)));
/// # Ok::<(), hingeline::Stopped>(())
/// ```
///
/// # Source
/// C. J. van Rijsbergen, "Information Retrieval", 2nd edition, 1979, chapter 7; the means are those of scikit-learn's
/// `f1_score(average="macro")` and `balanced_accuracy_score`.
#[derive(Debug, PartialEq, Eq)]
pub struct Confusion<'a> {
    pub(super) counts: &'a mut [u32],
    classes: usize,
}

impl<'a> Confusion<'a> {
    /// A matrix of zeros.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for fewer than two classes, [`Error::ShapeMismatch`] unless there are `classes²` counts.
    ///
    /// ```
    /// use hingeline::{Confusion, Error};
    /// assert_eq!(Confusion::new(&mut [0; 8], 3), Err(Error::ShapeMismatch));
    /// ```
    pub fn new(counts: &'a mut [u32], classes: usize) -> Result<Self, Error> {
        if classes < 2 {
            return Err(Error::InvalidShape);
        }
        if classes.checked_mul(classes) != Some(counts.len()) {
            return Err(Error::ShapeMismatch);
        }
        counts.fill(0);
        Ok(Self { counts, classes })
    }

    /// Continues from earlier counts, such as those that [`counts`](Self::counts) returned.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are `classes²` of them. The counts are then unchanged.
    ///
    /// ```
    /// let mut counts = [0; 4];
    /// let mut confusion = hingeline::Confusion::new(&mut counts, 2)?;
    /// confusion.load(&[3, 1, 0, 4])?;
    /// assert_eq!(confusion.accuracy(), Some(0.875));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn load(&mut self, counts: &[u32]) -> Result<(), Error> {
        if counts.len() != self.counts.len() {
            return Err(Error::ShapeMismatch);
        }
        self.counts.iter_mut().zip(counts).for_each(|(own, count)| *own = *count);
        Ok(())
    }

    /// Counts one answer.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`] unless both are classes; nothing is then counted.
    ///
    /// ```
    /// let mut counts = [0; 4];
    /// let mut confusion = hingeline::Confusion::new(&mut counts, 2)?;
    /// confusion.add(0, 1)?;
    /// assert_eq!(confusion.count(0, 1), Some(1));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn add(&mut self, label: usize, predicted: usize) -> Result<(), Error> {
        let place = self.place(label, predicted).and_then(|place| self.counts.get_mut(place));
        let count = place.ok_or(Error::LabelOutOfRange)?;
        *count = count.saturating_add(1);
        Ok(())
    }

    /// Counts the answers of a model to all samples of a set, in one pass. Scratch: `C` scores.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for a model with another number of classes, [`Error::EmptySet`]; for the sample at
    /// fault [`Error::LabelOutOfRange`], [`Error::NonFiniteScore`] and the errors of the set. The samples before it are
    /// then counted.
    pub fn add_set<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &AnyModel<S, K>,
        samples: &mut D,
    ) -> Result<(), Stopped> {
        if model.classes() != self.classes {
            return Err(Error::ShapeMismatch.into());
        }
        if samples.count(KEY) == 0 {
            return Err(Error::EmptySet.into());
        }
        for index in 0..samples.count(KEY) {
            let (x, label) = samples.row(KEY, model.features(), index).map_err(Stopped::at(index))?;
            let predicted = model.predict_row(x).map_err(Stopped::at(index))?;
            self.add(label, predicted).map_err(Stopped::at(index))?;
        }
        Ok(())
    }

    /// The number of classes.
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// The counts, row after row.
    pub const fn counts(&self) -> &[u32] {
        self.counts
    }

    /// The number of samples of this label that were taken for that class; `None` if either is not a class.
    pub fn count(&self, label: usize, predicted: usize) -> Option<u32> {
        self.counts.get(self.place(label, predicted)?).copied()
    }

    /// The fraction of all samples that were recognised; `None` without samples.
    pub fn accuracy(&self) -> Option<f32> {
        ratio(sum((0..self.classes).map(|class| self.recognised(class))), sum(self.counts.iter().copied()))
    }

    /// The fraction of a class's samples that were recognised; `None` for a class without samples.
    pub fn recall(&self, class: usize) -> Option<f32> {
        ratio(self.recognised(class).into(), self.samples(class))
    }

    /// The fraction of the answers naming a class that were right; `None` for a class that no answer named.
    pub fn precision(&self, class: usize) -> Option<f32> {
        ratio(self.recognised(class).into(), self.answers(class))
    }

    /// The harmonic mean of recall and precision; `None` for a class without samples and answers, 0 for one without
    /// samples or without answers.
    pub fn f1(&self, class: usize) -> Option<f32> {
        let both = self.samples(class).saturating_add(self.answers(class));
        ratio(u64::from(self.recognised(class)).saturating_mul(2), both)
    }

    /// The mean F1 of the classes that have samples or answers; `None` without samples.
    pub fn macro_f1(&self) -> Option<f32> {
        mean((0..self.classes).filter_map(|class| self.f1(class)))
    }

    /// The mean recall of the classes that have samples; `None` without samples.
    pub fn balanced_accuracy(&self) -> Option<f32> {
        mean((0..self.classes).filter_map(|class| self.recall(class)))
    }

    fn place(&self, label: usize, predicted: usize) -> Option<usize> {
        let row = label.checked_mul(self.classes)?;
        (label < self.classes && predicted < self.classes).then_some(row.checked_add(predicted)?)
    }

    fn recognised(&self, class: usize) -> u32 {
        self.count(class, class).unwrap_or_default()
    }

    /// The number of samples of a class.
    fn samples(&self, class: usize) -> u64 {
        sum((0..self.classes).filter_map(|predicted| self.count(class, predicted)))
    }

    /// The number of answers that named a class.
    fn answers(&self, class: usize) -> u64 {
        sum((0..self.classes).filter_map(|label| self.count(label, class)))
    }
}

fn sum(counts: impl Iterator<Item = u32>) -> u64 {
    counts.fold(0, |sum, count| sum.saturating_add(count.into()))
}

fn ratio(part: u64, whole: u64) -> Option<f32> {
    (whole > 0).then(|| part as f32 / whole as f32)
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (sum, count) = iter::zip(values, 1_u32..).fold((0.0, 0), |(sum, _), (value, count)| (sum + value, count));
    (count > 0).then(|| sum / count as f32)
}
