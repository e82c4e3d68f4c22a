//! A prediction with a measure of its doubt.

use super::model::AnyModel;
use super::storage::{Shape, Storage};
use crate::error::Error;
use crate::kernel::Kernel;

/// The two best classes of a sample, and how far apart their scores are.
///
/// A small gap is a doubtful answer. [`Threshold::for_precision`](crate::Threshold::for_precision) finds on a
/// validation set how large it should be.
///
/// ```
/// use hingeline::Model;
///
/// let model = Model::from_parts([[1.0, 0.0], [0.0, 1.0]], [0.0; 2], 1.0)?;
/// let decision = model.decide(&[0.25, 0.75])?;
/// assert_eq!((decision.class, decision.runner_up, decision.gap), (1, 0, 0.5));
/// assert_eq!(decision.at_least(0.1), Some(1));
/// // Rejected.
/// assert_eq!(decision.at_least(0.6), None);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Decision {
    /// The class of the highest score; the lowest index wins a tie. [`AnyModel::predict`] returns the same class.
    pub class: usize,
    /// The best of the other classes.
    pub runner_up: usize,
    /// The score of the class less that of the runner-up: 0 for a tie, infinite if it overflows.
    pub gap: f32,
}

impl Decision {
    /// The decision for these scores. If there are fewer than two, the class is its own runner-up and the gap is
    /// infinite.
    ///
    /// ```
    /// let decision = hingeline::Decision::of(&[1.0, 3.0, 2.5]);
    /// assert_eq!((decision.class, decision.runner_up, decision.gap), (1, 2, 0.5));
    /// ```
    pub fn of(scores: &[f32]) -> Self {
        let (mut best, mut second) = ((0, f32::NEG_INFINITY), (0, f32::NEG_INFINITY));
        for (class, &score) in scores.iter().enumerate() {
            if score > best.1 {
                second = best;
                best = (class, score);
            } else if score > second.1 {
                second = (class, score);
            }
        }
        let gap = if scores.len() < 2 { f32::INFINITY } else { best.1 - second.1 };
        Self { class: best.0, runner_up: second.0, gap }
    }

    /// The class, if the gap is at least as large as the threshold; otherwise `None`. A threshold of NaN is never
    /// reached.
    #[must_use]
    pub fn at_least(self, threshold: f32) -> Option<usize> {
        (self.gap >= threshold).then_some(self.class)
    }
}

impl<S: Storage, K: Kernel> AnyModel<S, K> {
    /// The class of the highest score, as [`predict`](Self::predict) returns it, and its lead over the next one.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] if a score is NaN or infinite.
    pub fn decide(&self, x: &<S::Shape as Shape>::Sample) -> Result<Decision, Error> {
        self.decide_row(x.as_ref())
    }

    /// [`decide`](Self::decide) for a slice.
    pub(crate) fn decide_row(&self, x: &[f32]) -> Result<Decision, Error> {
        self.with_checked_scores(x, Decision::of)
    }
}
