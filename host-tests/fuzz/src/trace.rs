//! What a run returned, as one number.

use core::fmt::Debug;
use std::fmt::{self, Write};

/// All results so far: those of two runs are equal if the traces are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// A fingerprint of what the calls returned.
    pub hash: u64,
    /// Calls that did what they were asked.
    pub accepted: u64,
    /// Calls that refused to.
    pub refused: u64,
}

impl Trace {
    /// Of no call.
    pub const NONE: Self = Self { hash: 0xcbf2_9ce4_8422_2325, accepted: 0, refused: 0 };

    /// Takes a value.
    pub fn value(&mut self, value: impl Debug) {
        write!(self, "{value:?}").expect("nothing here fails");
    }

    /// Takes what a call returned, and returns it.
    pub fn call<T: Debug, E: Debug>(&mut self, result: Result<T, E>) -> Result<T, E> {
        *(if result.is_ok() { &mut self.accepted } else { &mut self.refused }) += 1;
        self.value(&result);
        result
    }
}

/// Values are told apart as Rust prints them: all bits but those of a NaN.
impl Write for Trace {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
        Ok(())
    }
}
