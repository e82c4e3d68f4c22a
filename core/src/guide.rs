//! The pages of the manual.
//!
//! Read [`command`] or [`first_steps`], then [`firmware`]. Every program on these pages is compiled and run as a test.

#[doc = include_str!("guide/first_steps.md")]
pub mod first_steps {}

#[doc = include_str!("guide/command.md")]
pub mod command {}

#[doc = include_str!("guide/firmware.md")]
pub mod firmware {}

#[doc = include_str!("guide/windows.md")]
pub mod windows {}

#[doc = include_str!("guide/adapting.md")]
pub mod adapting {}

#[doc = include_str!("guide/saving.md")]
pub mod saving {}

#[doc = include_str!("guide/runtime_shapes.md")]
pub mod runtime_shapes {}

#[doc = include_str!("guide/integers.md")]
pub mod integers {}

#[doc = include_str!("guide/costs.md")]
pub mod costs {}

#[doc = include_str!("guide/cores.md")]
pub mod cores {}

#[doc = include_str!("guide/kernels.md")]
pub mod kernels {}

#[doc = include_str!("guide/landscape.md")]
pub mod landscape {}

#[doc = include_str!("guide/data.md")]
pub mod data {}

#[doc = include_str!("guide/replaying.md")]
pub mod replaying {}

#[doc = include_str!("guide/proof.md")]
pub mod proof {}

#[doc = include_str!("guide/inside.md")]
pub mod inside {}
