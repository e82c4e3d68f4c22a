//! How sure a model must be.

use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::model::{AnyModel, SamplesOf, Storage};

/// A gap of scores at and above which a model's answers are right as often as requested, and its results on the set on
/// which it was found.
///
/// On other samples the results are slightly worse, because the gap was chosen for these. Use a validation set that the
/// model was not trained on, with some hundred samples that are answered.
///
/// ```
/// use hingeline::{Model, Slices, Threshold};
///
/// let model = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0)?;
/// let mut validation = Slices::new(&[[2.0], [-1.5], [0.25], [0.125]], &[0u8, 1, 1, 0])?;
/// let mut gaps = [0.0; 4];
/// let threshold = Threshold::for_precision(1.0, &model, &mut validation, &mut gaps)?.unwrap();
/// assert_eq!((threshold.gap, threshold.answered, threshold.coverage()), (3.0, 2, 0.5));
///
/// assert_eq!(model.decide(&[2.5])?.at_least(threshold.gap), Some(0));
/// assert_eq!(model.decide(&[0.5])?.at_least(threshold.gap), None);
/// # Ok::<(), hingeline::Stopped>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Threshold {
    /// For [`Decision::at_least`](crate::Decision::at_least).
    pub gap: f32,
    /// The number of samples in the set whose gap is at least as large.
    pub answered: usize,
    /// The number of these whose class was predicted correctly.
    pub correct: usize,
    /// The number of samples in the set.
    pub samples: usize,
}

impl Threshold {
    /// The smallest gap of a sample of this set at and above which at least this fraction of the answers is right, so
    /// that the most samples are answered; `None` if there is no such gap.
    ///
    /// This takes one pass over the set, and a sort of the gaps, `O(N log N)`, in a buffer that the caller lends: one
    /// value for each sample. The values after these are left alone. Scratch: `C` scores. The fraction of `answered` is
    /// `correct / answered` in binary32.
    ///
    /// # Errors
    /// [`Error::InvalidPrecision`] unless the precision is above 0 and at most 1, [`Error::EmptySet`],
    /// [`Error::ShapeMismatch`] for a buffer that is too short; for the sample at fault [`Error::LabelOutOfRange`],
    /// [`Error::NonFiniteScore`] and the errors of the set.
    pub fn for_precision<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        precision: f32,
        model: &AnyModel<S, K>,
        samples: &mut D,
        gaps: &mut [f32],
    ) -> Result<Option<Self>, Stopped> {
        if !(precision > 0.0 && precision <= 1.0) {
            return Err(Error::InvalidPrecision.into());
        }
        let count = samples.count(KEY);
        if count == 0 {
            return Err(Error::EmptySet.into());
        }
        let gaps = gaps.get_mut(..count).ok_or(Error::ShapeMismatch)?;
        for (index, gap) in gaps.iter_mut().enumerate() {
            let (x, label) = samples.row(KEY, model.features(), index).map_err(Stopped::at(index))?;
            if label >= model.classes() {
                return Err(Stopped::at(index)(Error::LabelOutOfRange));
            }
            let decision = model.decide_row(x).map_err(Stopped::at(index))?;
            // The sign of a gap, which is at least 0, shows whether the answer is wrong.
            *gap = if decision.class == label { decision.gap } else { -decision.gap };
        }
        sort_by_magnitude(gaps);
        Ok(Self::lowest(precision, gaps))
    }

    /// The last gap, in falling order, at and above which the answers are precise enough.
    fn lowest(precision: f32, rising: &[f32]) -> Option<Self> {
        let (mut answered, mut correct, mut lowest) = (0_usize, 0_usize, None);
        let mut falling = rising.iter().rev().peekable();
        while let Some(gap) = falling.next() {
            answered = answered.wrapping_add(1);
            correct = correct.wrapping_add(usize::from(gap.is_sign_positive()));
            // Samples with the same gap are all answered or all not.
            let is_last = falling.peek().is_none_or(|next| next.abs() < gap.abs());
            if is_last && correct as f32 / answered as f32 >= precision {
                lowest = Some(Self { gap: gap.abs(), answered, correct, samples: rising.len() });
            }
        }
        lowest
    }

    /// The fraction of the answers that are right.
    pub fn precision(&self) -> f32 {
        self.correct as f32 / self.answered as f32
    }

    /// The fraction of the samples that are answered.
    pub fn coverage(&self) -> f32 {
        self.answered as f32 / self.samples as f32
    }
}

/// Heapsort, since the standard library's sorts can panic if a comparison is not a valid order, and the linker cannot
/// know that this one is.
///
/// Source: J. W. J. Williams, "Algorithm 232: Heapsort", Communications of the ACM 7(6), 1964.
fn sort_by_magnitude(values: &mut [f32]) {
    for root in (0..values.len() / 2).rev() {
        sift_down(values, root);
    }
    let mut rest = values;
    while let [first, .., last] = rest {
        core::mem::swap(first, last);
        let Some((_, heap)) = rest.split_last_mut() else { return };
        sift_down(heap, 0);
        rest = heap;
    }
}

/// Lets a value sink below those that are larger.
fn sift_down(heap: &mut [f32], mut root: usize) {
    loop {
        let left = root.saturating_mul(2).saturating_add(1);
        let magnitude = |index: usize| heap.get(index).map_or(-1.0, |value| value.abs());
        let larger = if magnitude(left.saturating_add(1)) > magnitude(left) { left.saturating_add(1) } else { left };
        if magnitude(larger) <= magnitude(root) {
            return;
        }
        let Ok([parent, child]) = heap.get_disjoint_mut([root, larger]) else { return };
        core::mem::swap(parent, child);
        root = larger;
    }
}
