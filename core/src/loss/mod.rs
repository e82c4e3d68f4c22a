//! The quantity that training minimises: the loss, its gradient, analytic and numerical, and the evaluation of a model
//! on a set.
//!
//! Models and samples stay unchanged: a finite difference changes a weight and puts it back.

mod crammer_singer;
mod evaluation;
mod finite_difference;
mod function;
mod gradient;
mod hinge;
mod lines;
mod objective;
mod pass;
mod saved;
mod softmax;
mod weighted;
mod weston_watkins;

pub use crammer_singer::CrammerSinger;
pub use evaluation::Evaluation;
pub use finite_difference::{Derivative, FiniteDifference, GradientCheck, Parameter};
pub use function::{Loss, PiecewiseLinear, SampleLoss};
pub(crate) use function::{POINTS, check_weight, weighted_step};
pub use hinge::{Hinge, coefficients};
pub use objective::Objective;
pub(crate) use pass::pass;
pub use softmax::Softmax;
pub use weighted::{Weighted, class_weights};
pub use weston_watkins::WestonWatkins;
