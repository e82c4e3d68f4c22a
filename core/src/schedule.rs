//! Learning rates that change with the step.

use crate::Error;

/// The learning rate η of step `t`, counted from 0.
///
/// Plain data, so that it can be logged and stored; an optimiser checks it when it is given one.
///
/// ```
/// use hingeline::Schedule;
///
/// let schedule = Schedule::InverseTime { rate: 0.1, decay: 0.5 };
/// assert_eq!(schedule.rate(0), 0.1);
/// assert_eq!(schedule.rate(2), 0.05);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Schedule {
    /// `η = rate`.
    Constant {
        /// The learning rate, above 0.
        rate: f32,
    },
    /// `η = rate / (1 + decay · t)`.
    InverseTime {
        /// The learning rate of the first step, above 0.
        rate: f32,
        /// How fast it falls, per step, at least 0.
        decay: f32,
    },
}

impl Schedule {
    /// The learning rate of step `t`.
    ///
    /// Contract: `t` is rounded to binary32, then the operations of the formula as it is written.
    ///
    /// ```
    /// use hingeline::Schedule;
    /// assert_eq!(Schedule::Constant { rate: 0.1 }.rate(1_000), 0.1);
    /// ```
    pub fn rate(&self, t: u64) -> f32 {
        match *self {
            Self::Constant { rate } => rate,
            Self::InverseTime { rate, decay } => rate / (1.0 + decay * t as f32),
        }
    }

    /// Refuses parameters that are of no use.
    ///
    /// # Errors
    /// [`Error::InvalidLearningRate`] unless the first rate is finite and above 0, [`Error::InvalidDecay`] unless the
    /// decay is finite and at least 0.
    ///
    /// ```
    /// use hingeline::{Error, Schedule};
    /// assert_eq!(Schedule::Constant { rate: -0.1 }.check(), Err(Error::InvalidLearningRate));
    /// ```
    pub fn check(&self) -> Result<(), Error> {
        let (rate, decay) = match *self {
            Self::Constant { rate } => (rate, 0.0),
            Self::InverseTime { rate, decay } => (rate, decay),
        };
        if !(rate.is_finite() && rate > 0.0) {
            Err(Error::InvalidLearningRate)
        } else if !(decay.is_finite() && decay >= 0.0) {
            Err(Error::InvalidDecay)
        } else {
            Ok(())
        }
    }
}
