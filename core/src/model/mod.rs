//! The weights, the scores, and the guarded update.
//!
//! A model knows its kernel but nothing about losses: a step arrives as coefficients. Only the typed front of a model
//! ([`AnyModel`]) knows its shape; the code that computes takes slices ([`View`], [`ViewMut`]) and is compiled once for
//! all shapes.

// First, so that the documentation of a model begins with what is called most.
#[expect(clippy::module_inception, reason = "the module is named after its main type")]
mod model;

mod decision;
mod fold;
mod gradient;
mod growth;
mod samples_of;
mod saved;
mod scale;
mod storage;
mod update;

pub use decision::Decision;
pub use gradient::{AnyGradient, DynGradient, Gradient};
pub(crate) use gradient::{Elements, ElementsMut};
pub use model::{AnyModel, DynModel, Model, argmax};
pub(crate) use model::{BLOCK, View, ViewMut, fnv1a};
pub use samples_of::SamplesOf;
pub use scale::Scale;
pub(crate) use scale::StoredScale;
pub use storage::{Arrays, Fixed, Lent, Runtime, Shape, Storage};
pub(crate) use storage::{copy, rows, rows_mut};
pub(crate) use update::{Observer, Update};
