//! Trains on the watch's windows by each loss and prints the fingerprints of the weights, which equal the desktop's.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use hingeline_firmware::training::{self, Watch};
use static_cell::ConstStaticCell;

static MODEL: ConstStaticCell<Watch> = ConstStaticCell::new(Watch::new());

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    let trained = training::watch_by_losses(MODEL.take());
    if let Ok([crammer_singer, softmax, weighted]) = trained {
        println!("crammer-singer {crammer_singer:016x}");
        println!("softmax {softmax:016x}");
        println!("weighted {weighted:016x}");
    }
    exit(trained.is_ok())
}
