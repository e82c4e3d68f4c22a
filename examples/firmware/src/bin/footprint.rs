//! A program that scores and steps, and nothing else: what those take in flash.
#![no_std]
#![no_main]

use core::hint::black_box;

use hingeline::{Hinge, InverseTime, Model, Sgd};
use hingeline_firmware::board::entry;
use static_cell::ConstStaticCell;

static X: [f32; 64] = [0.5; 64];
static MODEL: ConstStaticCell<Model<10, 64>> = ConstStaticCell::new(Model::new());

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    hingeline_firmware::board::a_panic_can_be_reached()
}

#[entry]
fn main() -> ! {
    let x = black_box(&X);
    if let Some(model) = MODEL.try_take()
        && let Ok(hinge) = Hinge::new(1.0, black_box(1e-3))
        && let Ok(mut sgd) = Sgd::new(hinge, black_box(InverseTime { rate: 0.01, decay: 1e-4 }))
    {
        let _ = black_box(model.predict(x));
        let _ = black_box(sgd.step(model, x, black_box(3)));
    }
    loop {}
}
