//! The state that every descent carries from step to step.

use super::schedule::Schedule;
use crate::error::Error;
use crate::loss::{Hinge, Objective, WestonWatkins};

/// The whole state of a descent apart from its model and its order: the loss, the schedule and the steps made.
///
/// Read it out, store it, and rebuild it with [`Progress::new`] from the same numbers: the descent continues bit for
/// bit.
///
/// ```
/// use hingeline::{Hinge, InverseTime, Progress, Sgd};
///
/// let sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, InverseTime { rate: 0.1, decay: 1e-3 })?;
/// let saved = sgd.progress();
/// let (hinge, schedule, steps) = (saved.hinge(), saved.schedule(), saved.steps());
/// let rebuilt = Progress::new(Hinge::new(hinge.margin(), hinge.l2())?, schedule, steps)?;
/// assert_eq!(Sgd::resume(rebuilt), sgd);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Progress<S, L = WestonWatkins> {
    objective: Objective<L>,
    schedule: S,
    steps: u64,
}

/// The parameters of one step.
pub(crate) struct StepSize {
    pub(crate) learning_rate: f32,
    /// The share `2ηα` of the weights that L2 removes.
    pub(crate) decay: f32,
}

impl<S: Schedule, L: Copy> Progress<S, L> {
    /// The state after `steps` steps, 0 for a new descent.
    ///
    /// # Errors
    /// The errors of [`Schedule::check`], [`Error::InvalidLearningRate`] if the rate of the next step is not finite and
    /// above 0, [`Error::InvalidLimit`] unless [`Schedule::longest_step`] is above 0, and [`Error::L2TooStrong`] if
    /// `2ηα ≥ 1` at the next step.
    ///
    /// ```
    /// use hingeline::{Constant, Error, Hinge, Progress};
    /// let hinge = Hinge::new(1.0, 0.0)?;
    /// let schedule = Constant { rate: f32::NAN };
    /// assert_eq!(Progress::new(hinge, schedule, 0), Err(Error::InvalidLearningRate));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn new(objective: Objective<L>, schedule: S, steps: u64) -> Result<Self, Error> {
        schedule.check()?;
        let progress = Self { objective, schedule, steps };
        progress.step_size()?;
        Ok(progress)
    }

    /// The state after a run. Its next step may be refused: a schedule may be at its end.
    pub(super) fn of_run(objective: Objective<L>, schedule: S, steps: u64) -> Result<Self, Error> {
        schedule.check()?;
        Ok(Self { objective, schedule, steps })
    }

    /// The loss that is minimised, and its regulariser.
    pub const fn objective(&self) -> Objective<L> {
        self.objective
    }

    /// The schedule of the learning rate.
    pub const fn schedule(&self) -> S {
        self.schedule
    }

    /// The number of steps made; refused ones do not count.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// The learning rate of the next step.
    ///
    /// ```
    /// # use hingeline::{Hinge, InverseTime, Progress};
    /// let schedule = InverseTime { rate: 0.1, decay: 0.5 };
    /// assert_eq!(Progress::new(Hinge::new(1.0, 0.0)?, schedule, 2)?.learning_rate(), 0.05);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn learning_rate(&self) -> f32 {
        self.schedule.rate(self.steps)
    }

    pub(crate) fn step_size(&self) -> Result<StepSize, Error> {
        let learning_rate = self.learning_rate();
        // A schedule may fall below the smallest number; a step would then do nothing.
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            return Err(Error::InvalidLearningRate);
        }
        // A schedule of the caller's own may return anything.
        if self.schedule.longest_step().is_nan() || self.schedule.longest_step() <= 0.0 {
            return Err(Error::InvalidLimit);
        }
        Ok(StepSize { learning_rate, decay: self.objective.decay(learning_rate)? })
    }

    /// The most by which a step may change an element; if the schedule has no bound, the compiler knows.
    #[inline(always)]
    pub(crate) fn longest_step(&self) -> Option<f32> {
        let longest = self.schedule.longest_step();
        (longest < f32::INFINITY).then_some(longest)
    }

    pub(crate) fn count_step(&mut self) {
        self.steps = self.steps.saturating_add(1);
    }
}

impl<S> Progress<S> {
    /// The same as [`objective`](Self::objective), for the hinge loss.
    pub const fn hinge(&self) -> Hinge {
        self.objective
    }
}

/// The learning rate, reduced if it would move an element of a gradient of at most this magnitude by more than
/// `longest`.
pub(crate) fn limited(rate: f32, magnitude: f32, longest: f32) -> f32 {
    if rate * magnitude > longest { longest / magnitude } else { rate }
}
