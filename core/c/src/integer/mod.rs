//! Models, training and inputs in integers.

mod input;
mod model;
mod samples;
mod sgd;

pub(crate) use input::{check_scales, hingeline_input_scale};
pub(crate) use model::hingeline_integer_model;
pub(crate) use sgd::{Optimiser, hingeline_integer_sgd};
