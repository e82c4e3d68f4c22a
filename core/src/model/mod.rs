//! The weights, the scores, and the guarded update: the only code that writes to a trained model.
//!
//! A model knows its kernel and nothing of losses: a step comes as coefficients.

mod fold;
mod gradient;
#[expect(clippy::module_inception, reason = "the room is named after its main type")]
mod model;
mod scale;
mod update;

pub use gradient::Gradient;
pub(crate) use model::{BLOCK, Parts};
pub use model::{Model, argmax};
pub(crate) use scale::Scale;
pub(crate) use update::{Observer, Update};
