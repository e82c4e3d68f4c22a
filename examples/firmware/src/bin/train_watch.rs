//! Trains on the watch's windows and prints the fingerprint of the weights, which equals the desktop's.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println, stack_used};
use hingeline_firmware::training::{self, Watch};
use static_cell::ConstStaticCell;

static MODEL: ConstStaticCell<Watch> = ConstStaticCell::new(Watch::new());

/// The bytes of stack to paint; at least this much must be free.
const ROOM: usize = 4096;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    let model = MODEL.take();
    let (trained, stack) = stack_used(ROOM, || training::watch(model));
    println!("stack {stack}");
    println!("checksum {:016x}", model.checksum());
    exit(trained.is_ok())
}
