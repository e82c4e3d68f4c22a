//! The pages of the manual.

#[doc = include_str!("guide/replaying.md")]
pub mod replaying {}
