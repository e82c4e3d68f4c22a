#![no_std]
#![doc = include_str!("lib.md")]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

// The modules, from the ground up. Each imports from those above it, never from those below; a test checks this.

// Errors, and the sample at which a call stopped.
mod error;

// Sums of many terms.
mod sum;

// Random draws, defined to the bit.
pub mod random;

// Learnt state, as bytes.
pub mod state;

// The same in flash, safe against power cuts.
pub mod checkpoint;

// The arithmetic, once as a definition and once for each instruction set.
pub mod kernel;

// Samples, their order, and the scaling of their features.
mod data;

// Weights, scores, and the guarded update.
mod model;

// Measures of a model's answers.
mod metrics;

// From a stream of readings to samples and to answers.
pub mod signal;

// Losses, their gradients, and the evaluation of a model.
mod loss;

// The loss around a model.
mod landscape;

// The strategies that improve a model.
mod optimise;

// The same in integers, for processors without a floating-point unit.
pub mod integer;

// The manual.
pub mod guide;

/// Traits and types for code that is generic over the shape of a model. Programs that train a model of one shape need
/// none of them.
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
