//! What the firmware programs share, and what a desktop program can run just as well: the same work, the same bits.
#![no_std]

pub mod board;
pub mod data;
pub mod integers;
#[rustfmt::skip]
pub mod pretrained;
pub mod table;
pub mod training;
pub mod wearer;
