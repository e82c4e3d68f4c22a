//! What is minimised: the loss, its gradient, analytic and numerical, and how good a model is on a set.
//!
//! Reads models and samples, and writes to neither.

mod evaluation;
mod finite_difference;
mod gradient;
mod hinge;
mod pass;
mod sum;

pub use evaluation::Evaluation;
pub use finite_difference::{Derivative, FiniteDifference, GradientCheck, Parameter};
pub use hinge::{Hinge, coefficients};
pub(crate) use pass::Pass;
pub(crate) use sum::Sum;
