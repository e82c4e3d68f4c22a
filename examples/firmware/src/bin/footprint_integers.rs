//! A program that makes inputs, scores and steps in integers, and nothing else, to measure the flash that those take.
#![no_std]
#![no_main]

use core::hint::black_box;

use hingeline::Error;
use hingeline::integer::{Halving, Hinge, InputScale, Inputs, Model, Sgd};
use hingeline_firmware::board::entry;
use static_cell::ConstStaticCell;

static RAW: [u8; 64] = [8; 64];
static SCALES: [InputScale; 64] = [InputScale::ZERO; 64];
static MODEL: ConstStaticCell<Model<10, 64>> = ConstStaticCell::new(Model::new());

const HINGE: Hinge = match Hinge::new(1.0, 1e-3) {
    Ok(hinge) => hinge,
    Err(_) => panic!("at compile time"),
};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    hingeline_firmware::board::a_panic_can_be_reached()
}

#[entry]
fn main() -> ! {
    if let Some(model) = MODEL.try_take()
        && let Ok(mut sgd) = Sgd::new(HINGE, black_box(Halving { exponent: 8, period: 13, last: 12 }))
    {
        let (mut buffer, mut scores) = ([0; 64], [0; 10]);
        let _ = black_box(learn(&mut sgd, model, black_box(&RAW), black_box(3), &mut buffer, &mut scores));
        black_box(&scores);
    }
    loop {}
}

/// Only this function and everything that it calls are measured. Its caller lends the memory for inputs and scores.
#[inline(never)]
fn learn(
    sgd: &mut Sgd,
    model: &mut Model<10, 64>,
    raw: &[u8; 64],
    label: usize,
    buffer: &mut [i16; 64],
    scores: &mut [i32; 10],
) -> Result<(), Error> {
    let x = Inputs::scaled(raw, &SCALES, buffer)?;
    model.scores(x, scores)?;
    sgd.step(model, x, label)?;
    Ok(())
}
