#![no_std]
#![doc = include_str!("lib.md")]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod average;
mod compact;
mod descent;
mod direction;
mod error;
mod evaluation;
pub mod guide;
pub mod kernel;
mod landscape;
mod line_search;
mod loss;
mod magnitude;
mod model;
mod numeric;
mod order;
mod pass;
mod progress;
pub mod random;
mod ray;
mod reservoir;
mod samples;
mod schedule;
mod search;
mod sgd;
mod span;
mod standardise;
mod sum;
mod update;

pub use average::{Average, AveragedSgd};
pub use compact::{Compact, Scaling};
pub use descent::{BatchStep, GradientDescent, MiniBatch};
pub use direction::Direction;
pub use error::{Error, Stopped};
pub use evaluation::{EarlyStopping, Evaluation, Verdict};
pub use landscape::{Landscape, Plane, Ray};
pub use line_search::{LineSearch, LineSearchStep};
pub use loss::{Gradient, Hinge, coefficients};
pub use model::{Model, argmax};
pub use numeric::{Derivative, FiniteDifference, GradientCheck, Parameter};
pub use order::Order;
pub use progress::Progress;
pub use ray::{Breakpoint, Minimum};
pub use reservoir::Reservoir;
pub use samples::{Decoded, Sample, Samples, Selected, Slices};
pub use schedule::{Constant, Cosine, InverseTime, Pegasos, Schedule, StepDecay};
pub use search::{RandomLocalSearch, RandomSearch, Search, SearchStep};
pub use sgd::{Sgd, SgdEpoch, SgdStep};
pub use span::{Span, grid};
pub use standardise::{Moments, Standardiser};
