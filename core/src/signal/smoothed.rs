//! Scores that follow a model's slowly.

use crate::error::Error;
use crate::kernel::magnitude::all_finite;
use crate::model::Decision;

/// The exponential mean of the scores of a stream of windows.
///
/// `m ← m + (a * (s − m))` for each class, from the first window's scores on, with the share a of the latest window: 1 follows each
/// window, a tenth the last ten or so. A [threshold](Decision::at_least) on the gap of the means rejects what is in doubt.
///
/// ```
/// use hingeline::signal::Smoothed;
///
/// let mut smoothed = Smoothed::<2>::new(0.25)?;
/// smoothed.push(&[1.0, 0.0])?;
/// // One window that is wrong does not change the answer, but for its gap.
/// let decision = smoothed.push(&[0.0, 1.0])?;
/// assert_eq!((decision.class, decision.gap), (0, 0.5));
/// assert_eq!(decision.at_least(0.75), None);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Smoothed<const C: usize> {
    mean: Option<[f32; C]>,
    share: f32,
}

impl<const C: usize> Smoothed<C> {
    /// No scores yet.
    ///
    /// # Errors
    /// [`Error::InvalidShare`] unless the share is above 0 and at most 1.
    pub const fn new(share: f32) -> Result<Self, Error> {
        if share > 0.0 && share <= 1.0 { Ok(Self { mean: None, share }) } else { Err(Error::InvalidShare) }
    }

    /// Takes the scores of the next window; the decision is that of their mean.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] if a score or a mean is not finite; the means are then as before.
    pub fn push(&mut self, scores: &[f32; C]) -> Result<Decision, Error> {
        let mut mean = self.mean.unwrap_or(*scores);
        for (mean, score) in mean.iter_mut().zip(scores) {
            *mean += self.share * (score - *mean);
        }
        if !all_finite(scores.iter().chain(&mean).copied()) {
            return Err(Error::NonFiniteScore);
        }
        self.mean = Some(mean);
        Ok(Decision::of(&mean))
    }

    /// Forgets all scores, as after a gap.
    pub const fn clear(&mut self) {
        self.mean = None;
    }
}
