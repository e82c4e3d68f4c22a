//! The learning rate schedules that the command line offers: all schedules of the library in one type.

use clap::ValueEnum;
use hingeline::{Constant, Cosine, Error, InverseTime, Pegasos, Schedule, StepDecay};

/// One of the library's schedules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rates {
    /// The same at each step.
    Constant(Constant),
    /// Falls as 1/t.
    InverseTime(InverseTime),
    /// Falls by a factor at regular intervals.
    StepDecay(StepDecay),
    /// Falls along half a cosine.
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

/// How a learning rate falls over a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fall {
    /// Not at all
    Constant,
    /// As 1/t, to a tenth at the end
    InverseTime,
    /// To a tenth after each third of the run
    StepDecay,
    /// Along half a cosine, to a hundredth at the end
    Cosine,
    /// As 1/(2αt), starting from the learning rate; α is the L2 strength
    Pegasos,
}

impl Fall {
    /// The schedule that starts at this rate and falls in this way over `steps` steps.
    pub fn from(self, rate: f32, l2: f32, steps: u32) -> Rates {
        match self {
            Self::Constant => Rates::Constant(Constant { rate }),
            Self::InverseTime => Rates::InverseTime(InverseTime { rate, decay: 9.0 / steps as f32 }),
            Self::StepDecay => Rates::StepDecay(StepDecay { rate, factor: 0.1, every: steps.div_ceil(3).max(1) }),
            Self::Cosine => Rates::Cosine(Cosine { rate, floor: 0.01 * rate, steps: steps.max(1) }),
            // The first step has the rate 1 / (2α start). Too large a rate would need a start below 1; it gets a start
            // of 1, which the library refuses because the rate is too large.
            Self::Pegasos => Rates::Pegasos(Pegasos { l2, start: (1.0 / (2.0 * l2 * rate)).max(1.0) }),
        }
    }
}
