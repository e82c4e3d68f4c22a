//! Random calls of everything, with random arguments, most of which are of use and some of which are hostile.
//!
//! The tests try what somebody thought of. This tries what nobody did: [`api`] calls every strategy on models of either kind of
//! shape, [`statistics`] what exists for static shapes alone, [`integers`] models in
//! integers, [`windows`] streams of readings, [`kernels`] calls the kernels on slices that end where memory does, and
//! [`readers`] gives bytes to whatever reads a file. All of it is drawn from a seed, so that what was found is found again.

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
