//! How good a model's answers are: which classes it takes for which, and how sure it has to be.
//!
//! Counts answers; knows of no loss.

mod confusion;
mod saved;
mod threshold;

pub use confusion::Confusion;
pub use threshold::Threshold;
