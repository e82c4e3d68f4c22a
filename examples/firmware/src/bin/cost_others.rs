//! The costs of a step by each loss, and of a score, a step and the inputs of a sample in integers. Each is called
//! once, as in `cost`, but in a program of its own, since code that several losses share is laid out differently.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use core::hint::black_box;

use hingeline::integer::{self, ByteInputs, ByteModel, Halving, InputScale, Inputs};
use hingeline::{
    CrammerSinger, Error, InverseTime, Loss, Model, Objective, Sgd, SgdStep, Softmax, Weighted, WestonWatkins,
};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println, stack_used};
use static_cell::ConstStaticCell;

const CLASSES: usize = 10;
const FEATURES: usize = 64;

/// As in `cost`: three classes are within the margin of class 0.
const BIAS: [f32; CLASSES] = [5.0, 4.5, 4.75, 4.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
const VIOLATIONS: usize = 3;

static MODEL: ConstStaticCell<Model<CLASSES, FEATURES>> = ConstStaticCell::new(Model::new());
static PIXELS: [u8; FEATURES] = [8; FEATURES];

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

/// A step by another loss, on scores of the same three violations.
#[inline(never)]
fn step_crammer_singer(
    sgd: &mut Sgd<InverseTime, CrammerSinger>,
    model: &mut Model<CLASSES, FEATURES>,
    x: &[f32; FEATURES],
) -> Result<SgdStep, Error> {
    sgd.step(model, x, black_box(0))
}

#[inline(never)]
fn step_softmax(
    sgd: &mut Sgd<InverseTime, Softmax>,
    model: &mut Model<CLASSES, FEATURES>,
    x: &[f32; FEATURES],
) -> Result<SgdStep, Error> {
    sgd.step(model, x, black_box(0))
}

#[inline(never)]
fn step_weighted(
    sgd: &mut Sgd<InverseTime, Weighted<'_, WestonWatkins>>,
    model: &mut Model<CLASSES, FEATURES>,
    x: &[f32; FEATURES],
) -> Result<SgdStep, Error> {
    sgd.step(model, x, black_box(0))
}

/// The same in integers.
const ONE: i32 = 1 << 18;
const INTEGER_BIAS: [i32; CLASSES] =
    [5 * ONE, 5 * ONE - ONE / 2, 5 * ONE - ONE / 4, 5 * ONE - ONE / 8, 0, 0, 0, 0, 0, 0];

static INTEGERS: ConstStaticCell<integer::Model<CLASSES, FEATURES>> =
    ConstStaticCell::new(match integer::Model::from_parts([[8; FEATURES]; CLASSES], INTEGER_BIAS, 13) {
        Ok(model) => model,
        Err(_) => panic!("at compile time"),
    });

const INTEGER_HINGE: integer::Hinge = match integer::Hinge::new(1.0, 0.0) {
    Ok(hinge) => hinge,
    Err(_) => panic!("at compile time"),
};

static WEIGHTS: [i8; CLASSES * FEATURES] = [7; CLASSES * FEATURES];
static BYTES: ByteModel<'static> = match ByteModel::from_parts(&WEIGHTS, &INTEGER_BIAS, FEATURES, 6) {
    Ok(model) => model,
    Err(_) => panic!("at compile time"),
};

static INTEGER_SCALES: [InputScale; FEATURES] = [match InputScale::new(7, 1_500) {
    Ok(scale) => scale,
    Err(_) => panic!("at compile time"),
}; FEATURES];

#[inline(never)]
fn integer_score(
    model: &integer::Model<CLASSES, FEATURES>,
    x: Inputs<'_>,
    scores: &mut [i32; CLASSES],
) -> Result<(), Error> {
    model.scores(x, scores)
}

#[inline(never)]
fn integer_bytes(model: &ByteModel<'_>, x: ByteInputs<'_>, scores: &mut [i32; CLASSES]) -> Result<(), Error> {
    model.scores(x, scores)
}

#[inline(never)]
fn integer_step(
    sgd: &mut integer::Sgd,
    model: &mut integer::Model<CLASSES, FEATURES>,
    x: Inputs<'_>,
    label: usize,
) -> Result<integer::SgdStep, Error> {
    sgd.step(model, x, label)
}

#[inline(never)]
fn integer_decode(pixels: &[u8; FEATURES], buffer: &mut [i16; FEATURES]) -> Result<u32, Error> {
    Ok(Inputs::scaled(pixels, &INTEGER_SCALES, buffer)?.clamped())
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    exit(measure(MODEL.take()).unwrap_or_default())
}

fn measure(model: &mut Model<CLASSES, FEATURES>) -> Result<bool, Error> {
    let x = black_box(core::array::from_fn(|feature| (37 * feature % 64) as f32 / 64.0));
    Ok(by_losses(model, &x)? && by_integers(INTEGERS.take())?)
}

/// SGD with another loss.
fn by<L: Loss>(loss: L) -> Result<Sgd<InverseTime, L>, Error> {
    Sgd::new(Objective::of(loss, 1e-3)?, InverseTime { rate: 0.01, decay: 1e-4 })
}

/// A step by each loss, each on the weights as they were before the first step.
fn by_losses(model: &mut Model<CLASSES, FEATURES>, x: &[f32; FEATURES]) -> Result<bool, Error> {
    let weights = [2.0; CLASSES];
    let mut weighted = by(Weighted::new(WestonWatkins::new(1.0)?, black_box(&weights))?)?;
    let (mut crammer_singer, mut softmax) = (by(CrammerSinger::new(1.0)?)?, by(Softmax)?);
    let restore = |model: &mut Model<CLASSES, FEATURES>| model.load(&[1e-3; CLASSES * FEATURES], &BIAS, 1.0);
    restore(model)?;
    let first = step_crammer_singer(&mut crammer_singer, model, x)?;
    restore(model)?;
    let second = step_softmax(&mut softmax, model, x)?;
    restore(model)?;
    let third = step_weighted(&mut weighted, model, x)?;
    restore(model)?;
    Ok([first, second, third].map(|step| step.violations) == [1, CLASSES - 1, VIOLATIONS])
}

fn by_integers(model: &mut integer::Model<CLASSES, FEATURES>) -> Result<bool, Error> {
    let mut sgd = integer::Sgd::new(INTEGER_HINGE, Halving { exponent: 8, period: 13, last: 8 })?;
    let (mut scores, mut buffer) = ([0; CLASSES], [0; FEATURES]);
    let values: [i16; FEATURES] = black_box(core::array::from_fn(|feature| (37 * feature % 256) as i16 - 128));
    let x = Inputs::new(&values)?;
    integer_score(model, x, &mut scores)?;
    let step = integer_step(&mut sgd, model, x, black_box(0))?;
    let clamped = integer_decode(black_box(&PIXELS), &mut buffer)?;
    integer_bytes(&BYTES, ByteInputs::new(black_box(&[7; FEATURES])), &mut scores)?;
    let (_, score_stack) = stack_used(1024, || integer_score(model, x, &mut scores));
    let (_, step_stack) = stack_used(1024, || integer_step(&mut sgd, model, x, black_box(0)));
    println!("integers {} stack score {score_stack} step {step_stack}", integer::Model::<CLASSES, FEATURES>::SIZE);
    Ok(step.violations == VIOLATIONS && step.clamped == 0 && clamped == 0)
}
