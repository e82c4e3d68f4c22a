//! The library as C sees it: `include/hingeline.h` is made of this, comments and all.
//!
//! Each function looks at what it is given, makes references and slices of it, and calls the crate `hingeline`. What a pointer of the
//! caller's may be is decided in `memory`, and nowhere else.
#![no_std]
// Names as they stand in the header.
#![allow(non_camel_case_types)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

// With an operating system, whatever links this has a panic handler from there.
#[cfg(not(target_os = "none"))]
extern crate std;

// From the ground up.

// What can be refused.
mod status;

// Pointers of the caller's, and objects in the caller's memory.
mod memory;

// The weights and the scores.
mod model;

// Means and variances, and features that are standardised by them.
mod standardise;

// Where samples come from, and in which order.
mod order;
mod samples;

// Training.
mod sgd;

// All of it once more in integers.
mod integer;

// Models, optimisers and orders as bytes, and in flash.
mod checkpoint;
mod record;

/// Returns the version of the library. It is HINGELINE_VERSION if the header is of the same version; compare both at the start.
#[unsafe(no_mangle)]
pub extern "C" fn hingeline_version() -> *const core::ffi::c_char {
    const VERSION: &core::ffi::CStr =
        match core::ffi::CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    VERSION.as_ptr()
}

/// Nothing here panics; the compiler asks for this all the same.
#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
