//! The loss around a model: its values in given directions and, along a ray, its pieces and its minimum.
//!
//! This module reads models and samples; except for [`AnyModel::advance`](crate::AnyModel::advance), it writes to
//! neither.

mod direction;
mod ray;
mod slice;
mod span;

pub use direction::{AnyDirection, Direction, DynDirection};
pub use ray::{Breakpoint, Minimum};
pub use slice::{Landscape, Plane, Ray};
pub use span::{Span, grid};
