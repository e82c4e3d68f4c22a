//! The results of a run, as one number.

use core::fmt::Debug;
use std::fmt::{self, Write};

/// All results so far: two runs have equal results if their traces are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// A fingerprint of the results.
    pub hash: u64,
    /// The number of accepted calls.
    pub accepted: u64,
    /// The number of refused calls.
    pub refused: u64,
}

impl Trace {
    /// The trace of no calls.
    pub const NONE: Self = Self { hash: 0xcbf2_9ce4_8422_2325, accepted: 0, refused: 0 };

    /// Adds a value.
    pub fn value(&mut self, value: impl Debug) {
        write!(self, "{value:?}").expect("nothing here fails");
    }

    /// Adds the result of a call, and returns it.
    pub fn call<T: Debug, E: Debug>(&mut self, result: Result<T, E>) -> Result<T, E> {
        *(if result.is_ok() { &mut self.accepted } else { &mut self.refused }) += 1;
        self.value(&result);
        result
    }
}

/// Values are distinguished as Rust prints them: by all bits except those of a NaN.
impl Write for Trace {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        Ok(())
    }
}
