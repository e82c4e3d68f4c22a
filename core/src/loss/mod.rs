//! What is minimised: the loss, its gradient, analytic and numerical, and how good a model is on a set.
//!
//! Leaves models and samples as they were: a finite difference changes a weight and puts it back.

mod evaluation;
mod finite_difference;
mod function;
mod gradient;
mod hinge;
mod objective;
mod pass;
mod sum;
mod weston_watkins;

pub use evaluation::Evaluation;
pub use finite_difference::{Derivative, FiniteDifference, GradientCheck, Parameter};
pub(crate) use function::POINTS;
pub use function::{Loss, PiecewiseLinear, SampleLoss};
pub use hinge::{Hinge, coefficients};
pub use objective::Objective;
pub(crate) use pass::pass;
pub(crate) use sum::Sum;
pub use weston_watkins::WestonWatkins;
