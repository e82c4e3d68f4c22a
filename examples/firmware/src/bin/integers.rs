//! Models in integers: the kernel against the definition; training on the digits as they are stored in flash, down to
//! the fingerprint of the weights; and the costs of a score, a step and the inputs of a sample, for a count of
//! instructions.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use core::hint::black_box;

use hingeline::Error;
use hingeline::integer::{ByteInputs, ByteModel, DynModel, Halving, Hinge, InputScale, Inputs, Model, Sgd, SgdStep};
use hingeline::kernel::{CHOSEN, Portable};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println, stack_used};
use hingeline_firmware::integers::{self, Digits};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;
use static_cell::ConstStaticCell;

const CLASSES: usize = 10;
const FEATURES: usize = 64;

const HINGE: Hinge = match Hinge::new(1.0, 0.0) {
    Ok(hinge) => hinge,
    Err(_) => panic!("at compile time"),
};

/// Classes 1 to 3 are within the margin of class 0, and the others are not.
const ONE: i32 = 1 << 18;
const BIAS: [i32; CLASSES] = [5 * ONE, 5 * ONE - ONE / 2, 5 * ONE - ONE / 4, 5 * ONE - ONE / 8, 0, 0, 0, 0, 0, 0];

static MODEL: ConstStaticCell<Model<CLASSES, FEATURES>> =
    ConstStaticCell::new(match Model::from_parts([[1_000; FEATURES]; CLASSES], BIAS, 13) {
        Ok(model) => model,
        Err(_) => panic!("at compile time"),
    });
static TRAINED: ConstStaticCell<Digits> = ConstStaticCell::new(Digits::new());

static PIXELS: [u8; FEATURES] = [8; FEATURES];
static SCALES: [InputScale; FEATURES] = [match InputScale::new(7, 1_500) {
    Ok(scale) => scale,
    Err(_) => panic!("at compile time"),
}; FEATURES];

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[inline(never)]
fn score(model: &Model<CLASSES, FEATURES>, x: Inputs<'_>, scores: &mut [i32; CLASSES]) -> Result<(), Error> {
    model.scores(x, scores)
}

#[inline(never)]
fn step(sgd: &mut Sgd, model: &mut Model<CLASSES, FEATURES>, x: Inputs<'_>, label: usize) -> Result<SgdStep, Error> {
    sgd.step(model, x, label)
}

#[inline(never)]
fn decode(buffer: &mut [i16; FEATURES]) -> Result<u32, Error> {
    Ok(Inputs::scaled(black_box(&PIXELS), &SCALES, buffer)?.clamped())
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    let compared = Compared::with_the_definition();
    println!("results that differ from the definition {}", compared.different);
    let as_meant = measure(MODEL.take());
    let trained = TRAINED.take();
    let report = integers::digits(trained);
    println!("checksum {:016x}", trained.checksum());
    exit(compared.is_as_meant() && as_meant == Ok(true) && report.is_ok_and(|epoch| epoch.clamped == 0))
}

fn measure(model: &mut Model<CLASSES, FEATURES>) -> Result<bool, Error> {
    let mut sgd = Sgd::new(HINGE, Halving { exponent: 8, period: 13, last: 8 })?;
    let (mut scores, mut buffer) = ([0; CLASSES], [0; FEATURES]);
    let values: [i16; FEATURES] = black_box(core::array::from_fn(|feature| (37 * feature % 256) as i16 - 128));
    let x = Inputs::new(&values)?;

    // One call after the other, with nothing in between.
    score(model, x, &mut scores)?;
    let told = step(&mut sgd, model, x, black_box(0))?;
    decode(&mut buffer)?;

    let (_, score_stack) = stack_used(1024, || score(model, x, &mut scores));
    let (_, step_stack) = stack_used(1024, || step(&mut sgd, model, x, black_box(0)));
    let (_, decode_stack) = stack_used(1024, || decode(&mut buffer));
    println!("model {} optimiser {}", Model::<CLASSES, FEATURES>::SIZE, size_of::<Sgd>());
    println!("stack score {score_stack} step {step_stack} decode {decode_stack}");
    Ok(told.violations == 3 && told.clamped == 0)
}

const LARGEST_BIAS: i32 = 1 << 28;
const MOST_CLASSES: usize = 12;
const MOST_FEATURES: usize = 70;

/// Results of this kernel beside those of the definition.
#[derive(Default)]
struct Compared {
    different: u32,
    /// The weights and biases that were clamped: in all, and of more features than are rounded at a time.
    clamped: u32,
    clamped_after_rounding: u32,
}

impl Compared {
    fn is_as_meant(&self) -> bool {
        self.different == 0 && self.clamped > 1_000 && self.clamped_after_rounding > 100
    }

    /// For all small shapes.
    fn with_the_definition() -> Self {
        let (mut all, mut rng) = (Self::default(), XorShiftRng::seed_from_u64(12));
        for classes in 2..=MOST_CLASSES {
            for features in (1..=20).chain([31, 32, 33, 64, 69, MOST_FEATURES]) {
                // Weights and biases of half their range, and of all of it.
                for shift in [1, 0] {
                    all.add(classes, features, shift, &mut rng);
                }
            }
        }
        // So many features that weights are clamped to less than their 16 bits.
        all.add(MOST_CLASSES / 3, 3 * MOST_FEATURES, 0, &mut rng);
        for features in 1..=MOST_FEATURES {
            for first in [[0, 0], [0, 1], [1, 0], [1, 1]] {
                all.different += differences_of_inputs(first, features, &mut rng).unwrap_or(1);
            }
        }
        all
    }

    fn add(&mut self, classes: usize, features: usize, shift: u32, rng: &mut XorShiftRng) {
        // Of inputs that are shifted to the right only if the rate is below 2^(5 − fraction bits).
        let fraction_bits = 10 + (rng.next_u32() % 6) as u8;
        let Ok((same, step)) = same_by_both((classes, features, fraction_bits), shift, rng) else {
            self.different += 1;
            return;
        };
        self.different += u32::from(!same);
        self.clamped += step.clamped;
        if features > 32 && step.rate_exponent + 5 > fraction_bits {
            self.clamped_after_rounding += step.clamped;
        }
    }
}

/// What lies around what is written.
const AROUND: i16 = 0x5a5a;

/// Whether all elements outside of the part are as they were.
fn is_untouched(memory: &[i16], first: usize, len: usize) -> bool {
    let around = |index| index < first || index >= first + len;
    memory.iter().enumerate().all(|(index, value)| *value == AROUND || !around(index))
}

/// The number of differences between inputs from raw bytes, both at even or odd addresses, and those that are scaled one
/// by one.
fn differences_of_inputs([first, first_x]: [usize; 2], features: usize, rng: &mut XorShiftRng) -> Result<u32, Error> {
    let (mut raw, mut memory) = ([0_u8; MOST_FEATURES + 1], [AROUND; MOST_FEATURES + 7]);
    let mut scales = [InputScale::ZERO; MOST_FEATURES];
    raw.iter_mut().for_each(|raw| *raw = rng.next_u32() as u8);
    for scale in &mut scales {
        // Occasionally a zero that is far from any byte, and a factor that clamps nothing or nearly everything.
        let zero = if rng.next_u32() % 8 == 0 { rng.next_u32() as i16 } else { (rng.next_u32() % 256) as i16 };
        *scale = InputScale::new(zero, (rng.next_u32() as u16 >> 2) >> (rng.next_u32() % 8))?;
    }
    let raw = raw.get(first..first + features).unwrap_or_default();
    let scales = scales.get(..features).unwrap_or_default();
    let first_x = first_x + 2;
    let own = Inputs::scaled(raw, scales, memory.get_mut(first_x..first_x + features).unwrap_or_default())?;
    let one_by_one = || raw.iter().zip(scales).map(|(raw, scale)| scale.apply(*raw));
    let clamped = raw.iter().zip(scales).filter(|(raw, scale)| {
        let product = (i32::from(**raw) - i32::from(scale.zero())) * i32::from(scale.factor());
        !(-128..=127).contains(&((product + 128) >> 8))
    });
    let same = own.values().iter().copied().eq(one_by_one()) && own.clamped() as usize == clamped.count();
    Ok(u32::from(!same || !is_untouched(&memory, first_x, features)))
}

/// Whether scores of a random model, and what a step leaves of it, are those of the definition and nothing around the
/// model was written; and the step's report. Weights and inputs are at even or odd addresses of words.
fn same_by_both(
    (classes, features, fraction_bits): (usize, usize, u8),
    shift: u32,
    rng: &mut XorShiftRng,
) -> Result<(bool, SgdStep), Error> {
    let mut memory = [[AROUND; MOST_CLASSES * MOST_FEATURES + 3]; 2];
    let mut words = [[0_i32; 2 * MOST_CLASSES]; 2];
    let (mut weights, mut bias) = ([0_i16; MOST_CLASSES * MOST_FEATURES], [0_i32; MOST_CLASSES]);
    let mut x = [0_i16; 3 * MOST_FEATURES + 1];
    let limit = ((1 << 22) / features).min(32_767) as i16;
    // Some at their bound.
    weights.iter_mut().for_each(|w| *w = (rng.next_u32() as i16).saturating_mul(2).clamp(-limit, limit) >> shift);
    // Many at their bound, or by a power of two below it, as a step changes them.
    for b in &mut bias {
        let below = 1 << (rng.next_u32() % 17);
        *b = (rng.next_u32().cast_signed() >> 1).clamp(-LARGEST_BIAS, LARGEST_BIAS - below) >> shift;
    }
    x.iter_mut().for_each(|x| *x = i16::from(rng.next_u32() as i8));
    let untouched = x;
    let at = |odd: u32| (odd % 2) as usize;
    let odd = rng.next_u32();
    let (first_x, first_weight) = (at(odd), 1 + at(odd >> 1));
    let [first, second] = &mut memory;
    let [first_words, second_words] = &mut words;
    let own = first.get_mut(first_weight..).unwrap_or_default();
    let mut own =
        DynModel::on(CHOSEN, part(own, classes * features), part(first_words, 2 * classes), classes, features)?;
    let mut defined =
        DynModel::on(Portable, part(second, classes * features), part(second_words, 2 * classes), classes, features)?;
    let (weights, bias) = (part(&mut weights, classes * features), part(&mut bias, classes));
    own.load(weights, bias, fraction_bits)?;
    defined.load(weights, bias, fraction_bits)?;
    let inputs = Inputs::new(x.get(first_x..first_x + features).unwrap_or_default())?;
    let (mut own_scores, mut scores) = ([0; MOST_CLASSES], [0; MOST_CLASSES]);
    own.scores(inputs, part(&mut own_scores, classes))?;
    defined.scores(inputs, part(&mut scores, classes))?;
    // Inputs shifted by up to 10 bits to the left, or 7 to the right.
    let exponent = (rng.next_u32() % (u32::from(fraction_bits) + 3)) as u8;
    let mut sgd = Sgd::new(HINGE, Halving { exponent, period: 13, last: 31 })?;
    let mut another = sgd;
    let label = rng.next_u32() as usize % classes;
    let told = sgd.step(&mut own, inputs, label)?;
    let expected = another.step(&mut defined, inputs, label)?;
    let same = own_scores == scores && own.checksum() == defined.checksum() && told == expected;
    let is_untouched = is_untouched(first, first_weight, classes * features) && x == untouched;
    let by_bytes = same_by_bytes(classes, features, bias, rng)?;
    Ok((same && is_untouched && by_bytes, told))
}

/// Whether scores of bytes are those of the definition.
fn same_by_bytes(classes: usize, features: usize, bias: &[i32], rng: &mut XorShiftRng) -> Result<bool, Error> {
    let (mut weights, mut x) = ([0_i8; MOST_CLASSES * MOST_FEATURES], [0_i8; 3 * MOST_FEATURES]);
    weights.iter_mut().chain(&mut x).for_each(|byte| *byte = rng.next_u32() as i8);
    let (weights, x) = (part(&mut weights, classes * features), ByteInputs::new(part(&mut x, features)));
    let own = ByteModel::on(CHOSEN, weights, bias, features, 6)?;
    let defined = ByteModel::on(Portable, weights, bias, features, 6)?;
    let (mut own_scores, mut scores) = ([0; MOST_CLASSES], [0; MOST_CLASSES]);
    own.scores(x, part(&mut own_scores, classes))?;
    defined.scores(x, part(&mut scores, classes))?;
    Ok(own_scores == scores && own.predict(x)? == defined.predict(x)?)
}

fn part<T>(memory: &mut [T], len: usize) -> &mut [T] {
    memory.get_mut(..len).unwrap_or_default()
}
