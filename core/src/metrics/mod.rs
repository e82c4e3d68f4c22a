//! Measures of a model's answers: which classes it takes for which, and how sure it must be.
//!
//! This module counts answers and does not know about losses.

mod confusion;
mod saved;
mod threshold;

pub use confusion::Confusion;
pub use threshold::Threshold;
