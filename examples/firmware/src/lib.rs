//! Shared code of the firmware programs, which a desktop program can run as well: the same work, the same bits.
#![no_std]

pub mod board;
pub mod data;
pub mod integers;
#[rustfmt::skip]
pub mod pretrained;
pub mod table;
pub mod training;
pub mod wearer;
