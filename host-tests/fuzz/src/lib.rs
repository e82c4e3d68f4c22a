//! Random calls of everything, with random arguments, most of them valid and some of them hostile.
//!
//! The tests try cases that someone thought of; this package tries those that no one did. [`api`] calls every strategy
//! on models of either kind of shape, [`statistics`] the types that exist only for static shapes, [`integers`] models
//! in integers, [`windows`] streams of readings, [`kernels`] the kernels on slices that end at the end of mapped
//! memory. [`readers`] passes bytes to everything that reads a file. Everything is drawn from a seed, so that a failure
//! can be repeated.

pub mod api;
pub mod draw;
pub mod integers;
pub mod kernels;
pub mod pages;
pub mod readers;
pub mod sides;
pub mod statistics;
pub mod trace;
pub mod windows;
