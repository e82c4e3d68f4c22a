//! The learning rates that a person can choose: all schedules of the library in one type.

use hingeline::{Constant, Cosine, Error, InverseTime, Pegasos, Schedule, StepDecay};

/// One of the library's schedules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rates {
    /// The same at each step.
    Constant(Constant),
    /// Falls as 1/t.
    InverseTime(InverseTime),
    /// Falls by a factor now and then.
    StepDecay(StepDecay),
    /// Falls by half a cosine.
    Cosine(Cosine),
    /// Falls as 1/t, by the L2 strength alone.
    Pegasos(Pegasos),
}

impl Schedule for Rates {
    fn rate(&self, t: u64) -> f32 {
        match self {
            Self::Constant(schedule) => schedule.rate(t),
            Self::InverseTime(schedule) => schedule.rate(t),
            Self::StepDecay(schedule) => schedule.rate(t),
            Self::Cosine(schedule) => schedule.rate(t),
            Self::Pegasos(schedule) => schedule.rate(t),
        }
    }

    fn check(&self) -> Result<(), Error> {
        match self {
            Self::Constant(schedule) => schedule.check(),
            Self::InverseTime(schedule) => schedule.check(),
            Self::StepDecay(schedule) => schedule.check(),
            Self::Cosine(schedule) => schedule.check(),
            Self::Pegasos(schedule) => schedule.check(),
        }
    }
}
