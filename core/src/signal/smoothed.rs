//! Exponentially smoothed scores.

use crate::error::Error;
use crate::kernel::magnitude::all_finite;
use crate::model::Decision;

/// The exponential mean of the scores of a stream of windows.
///
/// `m ← m + (a * (s − m))` for each class, starting with the scores of the first window. The share a is the weight of
/// the latest window: 1 means no smoothing, 0.1 averages over about ten windows. A [threshold](Decision::at_least) on
/// the gap between the means rejects doubtful windows.
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
    mean: [f32; C],
    rule: Rule,
}

/// [`Smoothed`] scores for a number of classes that is known only at run time, in memory that the caller lends: one
/// value per class.
///
/// ```
/// use hingeline::signal::DynSmoothed;
///
/// let mut memory = vec![0.0; 2];
/// let mut smoothed = DynSmoothed::new(&mut memory, 0.25)?;
/// smoothed.push(&[1.0, 0.0])?;
/// assert_eq!(smoothed.push(&[0.0, 1.0])?.gap, 0.5);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct DynSmoothed<'a> {
    mean: &'a mut [f32],
    rule: Rule,
}

/// The update rule of the means.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Rule {
    share: f32,
    /// Whether there have been scores.
    follows: bool,
}

impl Rule {
    const fn new(share: f32) -> Result<Self, Error> {
        if share > 0.0 && share <= 1.0 { Ok(Self { share, follows: false }) } else { Err(Error::InvalidShare) }
    }

    fn push(&mut self, mean: &mut [f32], scores: &[f32]) -> Result<Decision, Error> {
        let Self { share, follows } = *self;
        let follows = follows && share < 1.0;
        let next = |mean: f32, score: f32| if follows { mean + share * (score - mean) } else { score };
        let all = mean.iter().zip(scores).map(|(mean, score)| next(*mean, *score));
        if !all_finite(scores.iter().copied().chain(all)) {
            return Err(Error::NonFiniteScore);
        }
        for (mean, score) in mean.iter_mut().zip(scores) {
            *mean = next(*mean, *score);
        }
        self.follows = true;
        Ok(Decision::of(mean))
    }
}

impl<const C: usize> Smoothed<C> {
    /// No scores yet.
    ///
    /// # Errors
    /// [`Error::InvalidShare`] unless the share is above 0 and at most 1.
    pub const fn new(share: f32) -> Result<Self, Error> {
        match Rule::new(share) {
            Ok(rule) => Ok(Self { mean: [0.0; C], rule }),
            Err(error) => Err(error),
        }
    }

    /// Takes the scores of the next window; returns the decision for their mean.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] if a score or a mean is not finite; the means are then unchanged.
    pub fn push(&mut self, scores: &[f32; C]) -> Result<Decision, Error> {
        self.rule.push(&mut self.mean, scores)
    }

    /// Forgets all scores, as after a gap.
    pub const fn clear(&mut self) {
        self.rule.follows = false;
    }
}

impl<'a> DynSmoothed<'a> {
    /// No scores yet, for as many classes as there are values of memory.
    ///
    /// # Errors
    /// [`Error::InvalidShare`] unless the share is above 0 and at most 1.
    pub const fn new(memory: &'a mut [f32], share: f32) -> Result<Self, Error> {
        match Rule::new(share) {
            Ok(rule) => Ok(Self { mean: memory, rule }),
            Err(error) => Err(error),
        }
    }

    /// [`Smoothed::push`].
    ///
    /// # Errors
    /// As there, and [`Error::ShapeMismatch`] for a wrong number of classes.
    pub fn push(&mut self, scores: &[f32]) -> Result<Decision, Error> {
        if scores.len() != self.mean.len() {
            return Err(Error::ShapeMismatch);
        }
        self.rule.push(self.mean, scores)
    }

    /// [`Smoothed::clear`].
    pub const fn clear(&mut self) {
        self.rule.follows = false;
    }
}
