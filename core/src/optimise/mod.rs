//! The strategies that improve a model; each is an object that the caller steps.
//!
//! A descent computes a step; the guarded update in [`model`](crate::model) writes it. The searches write their
//! candidate; an average writes the model into which it is finished.

mod adoption;
mod average;
mod descent;
mod early_stopping;
mod line_search;
mod progress;
mod saved;
mod saved_average;
mod schedule;
mod search;
mod sgd;

pub use adoption::{Adoption, Review};
pub use average::{AnyAverage, Average, AverageParts, AveragedSgd, DynAverage};
pub use descent::{BatchStep, GradientDescent, MiniBatch};
pub use early_stopping::{EarlyStopping, Verdict};
pub use line_search::{LineSearch, LineSearchStep};
pub use progress::Progress;
pub use schedule::{Constant, Cosine, InverseTime, Limited, Pegasos, Schedule, StepDecay};
pub use search::{RandomLocalSearch, RandomSearch, Search, SearchStep};
pub use sgd::{Sgd, SgdEpoch, SgdStep};
