//! The costs of making a model whose shape is known at run time, of a score and of a step, beside the same program in
//! C. Each is called once, so that the instructions between its function's entry and its return can be counted, and the
//! flash of these functions and of everything that they call can be added up.
#![no_std]
#![no_main]

use core::hint::black_box;

use hingeline::{DynModel, Error, Hinge, InverseTime, Sgd, SgdStep};
use hingeline_firmware::board::{entry, exit, panicked, println};
use static_cell::ConstStaticCell;

const CLASSES: usize = 10;
const FEATURES: usize = 64;

/// Classes 1 to 3 are within the margin of class 0, and the others are not.
const BIAS: [f32; CLASSES] = [5.0, 4.5, 4.75, 4.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const VIOLATIONS: usize = 3;

const LEN: usize = DynModel::memory_len(CLASSES, FEATURES);
static MEMORY: ConstStaticCell<[f32; LEN]> = ConstStaticCell::new([0.0; LEN]);
static WEIGHTS: [f32; CLASSES * FEATURES] = [1e-3; CLASSES * FEATURES];

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[inline(never)]
fn init(memory: &mut [f32]) -> Result<(DynModel<'_>, Sgd<InverseTime>), Error> {
    let (classes, features) = black_box((CLASSES, FEATURES));
    let (margin, l2, rate, decay) = black_box((1.0, 1e-3, 0.01, 1e-4));
    let model = DynModel::new(memory, classes, features)?;
    Ok((model, Sgd::new(Hinge::new(margin, l2)?, InverseTime { rate, decay })?))
}

#[inline(never)]
fn score(model: &DynModel<'_>, x: &[f32], scores: &mut [f32]) -> Result<(), Error> {
    model.scores(x, scores)
}

#[inline(never)]
fn step(sgd: &mut Sgd<InverseTime>, model: &mut DynModel<'_>, x: &[f32], weight: f32) -> Result<SgdStep, Error> {
    sgd.step_weighted(model, x, black_box(0), weight)
}

#[entry]
fn main() -> ! {
    exit(measure(MEMORY.take()).unwrap_or_default())
}

fn measure(memory: &mut [f32]) -> Result<bool, Error> {
    let x: [f32; FEATURES] = core::array::from_fn(|feature| (37 * feature % 64) as f32 / 64.0);
    let mut scores = [0.0; CLASSES];
    // Slices whose lengths the compiler does not know, as in a program that learns them at run time.
    let (x, scores): (&[f32], &mut [f32]) = (black_box(&x), black_box(&mut scores));
    let (mut model, mut sgd) = init(black_box(memory))?;
    model.load(&WEIGHTS, &BIAS, 1.0)?;
    score(&model, x, scores)?;
    let made = step(&mut sgd, &mut model, x, black_box(1.0))?;
    let (model_bytes, optimiser) = (size_of::<DynModel<'_>>() + 4 * LEN, Sgd::<InverseTime>::SIZE);
    println!("model {model_bytes} optimiser {optimiser} checksum {:016x}", model.checksum());
    Ok(made.violations == VIOLATIONS)
}
