//! The costs of a score, a step and a decoded sample. Each is called once, so that the instructions between its
//! function's entry and its return can be counted, and once more on a painted stack.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use core::hint::black_box;

use hingeline::{Compact, Error, Hinge, InverseTime, Model, Samples, Scaling, Sgd, SgdStep};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println, stack_used};
use static_cell::ConstStaticCell;

const CLASSES: usize = 10;
const FEATURES: usize = 64;

/// Classes 1 to 3 are within the margin of class 0, and the others are not.
const BIAS: [f32; CLASSES] = [5.0, 4.5, 4.75, 4.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const VIOLATIONS: usize = 3;

static MODEL: ConstStaticCell<Model<CLASSES, FEATURES>> =
    ConstStaticCell::new(match Model::from_parts([[1e-3; FEATURES]; CLASSES], BIAS, 1.0) {
        Ok(model) => model,
        Err(_) => panic!("at compile time"),
    });

/// The same at the smallest scale that is not folded.
static AT_A_FOLD: ConstStaticCell<Model<CLASSES, FEATURES>> =
    ConstStaticCell::new(match Model::from_parts([[1e-3; FEATURES]; CLASSES], BIAS, 1.0 / 65_536.0) {
        Ok(model) => model,
        Err(_) => panic!("at compile time"),
    });

static MODEL_30: Model<CLASSES, 30> = Model::new();
static MODEL_96: Model<CLASSES, 96> = Model::new();
static SUBNORMAL: [f32; FEATURES] = [1e-39; FEATURES];

static PIXELS: [[u8; FEATURES]; 1] = [[8; FEATURES]];
static LABELS: [u8; 1] = [0];
static SCALES: [f32; FEATURES] = [0.125; FEATURES];
static OFFSETS: [f32; FEATURES] = [-0.5; FEATURES];

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[inline(never)]
fn score(model: &Model<CLASSES, FEATURES>, x: &[f32; FEATURES], scores: &mut [f32; CLASSES]) -> Result<(), Error> {
    model.scores(x, scores)
}

/// The same at other lengths, for their scores alone.
#[inline(never)]
fn score_30(scores: &mut [f32; CLASSES]) -> Result<(), Error> {
    black_box(&MODEL_30).scores(black_box(&[0.5; 30]), scores)
}

#[inline(never)]
fn score_96(scores: &mut [f32; CLASSES]) -> Result<(), Error> {
    black_box(&MODEL_96).scores(black_box(&[0.5; 96]), scores)
}

/// The same for a sample that some floating-point units cannot handle in hardware.
#[inline(never)]
fn score_subnormal(model: &Model<CLASSES, FEATURES>, scores: &mut [f32; CLASSES]) -> Result<(), Error> {
    model.scores(black_box(&SUBNORMAL), scores)
}

#[inline(never)]
fn step(
    sgd: &mut Sgd<InverseTime>,
    model: &mut Model<CLASSES, FEATURES>,
    x: &[f32; FEATURES],
    label: usize,
) -> Result<SgdStep, Error> {
    sgd.step(model, x, label)
}

#[inline(never)]
fn step_subnormal(
    sgd: &mut Sgd<InverseTime>,
    model: &mut Model<CLASSES, FEATURES>,
    label: usize,
) -> Result<SgdStep, Error> {
    sgd.step(model, black_box(&SUBNORMAL), label)
}

/// The longest step without a fold: every margin counts. The labels differ, or the compiler would merge the two
/// functions.
#[inline(never)]
fn step_longest(
    sgd: &mut Sgd<InverseTime>,
    model: &mut Model<CLASSES, FEATURES>,
    x: &[f32; FEATURES],
) -> Result<SgdStep, Error> {
    sgd.step(model, x, black_box(CLASSES - 1))
}

/// The longest step of all.
#[inline(never)]
fn step_folding(
    sgd: &mut Sgd<InverseTime>,
    model: &mut Model<CLASSES, FEATURES>,
    x: &[f32; FEATURES],
) -> Result<SgdStep, Error> {
    sgd.step(model, x, black_box(CLASSES - 2))
}

#[inline(never)]
fn decode(samples: &mut Compact<'_, FEATURES, u8>) -> Result<usize, Error> {
    let (_, label) = samples.sample(0)?;
    Ok(label)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    exit(measure(MODEL.take(), AT_A_FOLD.take()).unwrap_or_default())
}

fn measure(model: &mut Model<CLASSES, FEATURES>, at_a_fold: &mut Model<CLASSES, FEATURES>) -> Result<bool, Error> {
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-3)?, InverseTime { rate: 0.01, decay: 1e-4 })?;
    let (mut scores, mut buffer) = ([0.0; CLASSES], [0.0; FEATURES]);
    // The guard's cost depends a little on how often a feature exceeds all before it: here five times.
    let x = black_box(core::array::from_fn(|feature| (37 * feature % 64) as f32 / 64.0));
    let scaling = Scaling::Features { scale: &SCALES, offset: &OFFSETS };
    let mut samples = Compact::new(&PIXELS, &LABELS, scaling, &mut buffer)?;

    // One call after the other, with nothing in between; the subnormals first, so that any effect that they leave
    // behind would show.
    score_subnormal(model, &mut scores)?;
    score(model, &x, &mut scores)?;
    score_30(&mut scores)?;
    score_96(&mut scores)?;
    let first = step(&mut sgd, model, &x, black_box(0))?;
    let second = step_subnormal(&mut sgd, model, black_box(0))?;
    let longest = step_longest(&mut sgd, model, &x)?;
    let folding = step_folding(&mut sgd, at_a_fold, &x)?;
    let decoded = decode(&mut samples)?;
    let as_meant = [first, second].iter().all(|step| step.violations == VIOLATIONS && !step.folded)
        && [longest, folding].iter().all(|step| step.violations == CLASSES - 1)
        && !longest.folded
        && folding.folded;

    let (_, score_stack) = stack_used(1024, || score(model, &x, &mut scores));
    let (_, step_stack) = stack_used(1024, || step(&mut sgd, model, &x, black_box(0)));
    let (_, decode_stack) = stack_used(1024, || decode(&mut samples));
    println!("model {} optimiser {}", Model::<CLASSES, FEATURES>::SIZE, Sgd::<InverseTime>::SIZE);
    println!("stack score {score_stack} step {step_stack} decode {decode_stack}");
    Ok(as_meant && decoded == 0)
}
