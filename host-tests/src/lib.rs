//! The test harness, which shares no code with the library.
//!
//! There are two references, for two questions. [`contract`] is a second, literal implementation of the arithmetic
//! contract, in binary32: are these the right *bits*? [`oracle`] is the textbook in f64: are these the right *numbers*?
//! [`tolerance`] derives the distance that binary32 may have from the oracle, operation by operation.

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
