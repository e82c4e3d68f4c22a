#![no_std]
#![doc = include_str!("lib.md")]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

// The rooms, from the ground up. Each imports from those above it, never from those below; a test holds that.

// What can be refused, and where.
mod error;

// Sums of many terms.
mod sum;

// Random draws, defined to the bit.
pub mod random;

// What a device has learnt, as bytes.
pub mod state;

// The same in flash, whatever happens to the power.
pub mod checkpoint;

// The arithmetic, once as a definition and once for each instruction set.
pub mod kernel;

// Samples, their order, the scaling of their features.
mod data;

// Weights, scores, and the guarded update.
mod model;

// How good a model's answers are.
mod metrics;

// From a stream of readings to samples and to answers.
pub mod signal;

// What is minimised, its gradient, and how good a model is.
mod loss;

// The loss around a model.
mod landscape;

// The strategies that make a model better.
mod optimise;

// All of it once more in integers, for processors without a floating-point unit.
pub mod integer;

// The manual.
pub mod guide;

/// What code that is generic over the shape of a model asks for. Programs that train a model of one shape need none of it.
///
/// The page [`runtime_shapes`](guide::runtime_shapes) of the guide shows a function that takes any model.
pub mod shape {
    pub use crate::model::{Arrays, Fixed, Lent, Runtime, SamplesOf, Shape, Storage};
}

pub use data::{
    AnyMoments, AnyStandardiser, Bounded, Compact, Decoded, DynDecoded, DynMoments, DynSamples, DynSlices,
    DynStandardiser, Moments, Order, Reservoir, Sample, Samples, Scaling, Selected, Slices, Standardiser, WithWeights,
    check_features,
};
pub use error::{Error, Stopped};
pub use landscape::{AnyDirection, Breakpoint, Direction, DynDirection, Landscape, Minimum, Plane, Ray, Span, grid};
pub use loss::{
    CrammerSinger, Derivative, Evaluation, FiniteDifference, GradientCheck, Hinge, Loss, Objective, Parameter,
    PiecewiseLinear, SampleLoss, Softmax, Weighted, WestonWatkins, class_weights, coefficients,
};
pub use metrics::{Confusion, Threshold};
pub use model::{AnyGradient, AnyModel, Decision, DynGradient, DynModel, Gradient, Model, Scale, argmax};
pub use optimise::{
    Adoption, AnyAverage, Average, AverageParts, AveragedSgd, BatchStep, Constant, Cosine, DynAverage, EarlyStopping,
    GradientDescent, InverseTime, Limited, LineSearch, LineSearchStep, MiniBatch, Pegasos, Progress, RandomLocalSearch,
    RandomSearch, Review, Schedule, Search, SearchStep, Sgd, SgdEpoch, SgdStep, StepDecay, Verdict,
};
