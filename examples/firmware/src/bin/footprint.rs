//! A program that scores and steps, and nothing else, to measure the flash that those two take.
#![no_std]
#![no_main]

use core::hint::black_box;

use hingeline::{Error, Hinge, InverseTime, Model, Sgd};
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
    if let Some(model) = MODEL.try_take()
        && let Ok(hinge) = Hinge::new(1.0, black_box(1e-3))
        && let Ok(mut sgd) = Sgd::new(hinge, black_box(InverseTime { rate: 0.01, decay: 1e-4 }))
    {
        let mut scores = [0.0; 10];
        let _ = black_box(learn(&mut sgd, model, black_box(&X), black_box(3), &mut scores));
        black_box(&scores);
    }
    loop {}
}

/// Only this function and everything that it calls are measured. Its caller lends the memory for scores.
#[inline(never)]
fn learn(
    sgd: &mut Sgd<InverseTime>,
    model: &mut Model<10, 64>,
    x: &[f32; 64],
    label: usize,
    scores: &mut [f32; 10],
) -> Result<(), Error> {
    model.scores(x, scores)?;
    sgd.step(model, x, label)?;
    Ok(())
}
