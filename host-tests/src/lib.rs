//! The harness that the library is held against, and none of it shares code with the library.
//!
//! Two references, for two questions. [`contract`] is the arithmetic contract written a second time, in binary32 and
//! word by word: are these the right *bits*? [`oracle`] is the textbook in f64: are these the right *numbers*? How far
//! binary32 may be from the oracle is derived, operation by operation, in [`tolerance`].

pub mod bits;
pub mod contract;
pub mod flash;
pub mod generate;
pub mod integers;
pub mod kernels;
pub mod long;
pub mod moments;
pub mod oracle;
pub mod orders;
pub mod power_cuts;
pub mod records;
pub mod tolerance;
pub mod windows;

mod shapes;
