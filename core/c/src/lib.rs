//! The C interface of the library: `include/hingeline.h` is generated from it, including the comments.
//!
//! Each function checks its arguments, turns them into references and slices, and calls the crate `hingeline`. The
//! caller's pointers are checked in `memory`, and nowhere else.
#![no_std]
// Names as in the header.
#![allow(non_camel_case_types)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

// With an operating system, its standard library provides the panic handler.
#[cfg(not(target_os = "none"))]
extern crate std;

// From the ground up.

// Status codes.
mod status;

// Pointers from the caller, and objects in the caller's memory.
mod memory;

// The weights and the scores.
mod model;

// Means and variances, and features that are standardised by them.
mod standardise;

// The sources of samples, and their order.
mod order;
mod samples;

// Training.
mod sgd;

// The same in integers.
mod integer;

// Models, optimisers and orders as bytes, and in flash.
mod checkpoint;
mod record;

/// Returns the version of the library. It equals HINGELINE_VERSION if the header has the same version; compare both at
/// the start.
#[unsafe(no_mangle)]
pub extern "C" fn hingeline_version() -> *const core::ffi::c_char {
    const VERSION: &core::ffi::CStr =
        match core::ffi::CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => c"",
        };
    VERSION.as_ptr()
}

/// Nothing here panics, but the compiler requires this.
#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
