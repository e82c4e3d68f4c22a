//! Training and prediction in 16-bit integers, for processors without a floating-point unit.
//!
//! On a Cortex-M0, nine tenths of a binary32 score are software floating point; here a score is one multiplication and
//! one addition per weight. The types have the same names as those for binary32, so a program only changes its `use`
//! lines: [`Model`], [`DynModel`], [`Sgd`], [`Hinge`], [`Objective`], [`Moments`], [`Samples`], [`Evaluation`]. Both
//! share [`Order`](crate::Order).
//!
//! ```
//! use hingeline::Order;
//! use hingeline::integer::{Halving, Hinge, InputScale, Model, Moments, Raw, Sgd, Sums};
//! use rand_core::SeedableRng;
//!
//! static READINGS: [u8; 8] = [10, 200, 20, 190, 180, 30, 170, 15];
//! static LABELS: [u8; 4] = [0, 0, 1, 1];
//! const HINGE: Hinge = match Hinge::new(1.0, 1e-4) {
//!     Ok(hinge) => hinge,
//!     Err(_) => panic!("at compile time"),
//! };
//!
//! // One pass for mean and deviation.
//! let (mut sums, mut scales) = ([Sums::ZERO; 2], [InputScale::ZERO; 2]);
//! let mut moments = Moments::new(&mut sums);
//! for reading in READINGS.chunks_exact(2) {
//!     moments.observe(reading)?;
//! }
//! moments.freeze(&mut scales)?;
//!
//! let mut buffer = [0; 2];
//! let mut samples = Raw::new(&READINGS, &LABELS, &scales, &mut buffer)?;
//! let mut model = Model::<2, 2>::new();
//! let mut order = Order::new(4, &mut rand_xorshift::XorShiftRng::seed_from_u64(1))?;
//! let mut sgd = Sgd::new(HINGE, Halving { exponent: 6, period: 13, last: 12 })?;
//! for _ in 0..20 {
//!     sgd.epoch(&mut model, &mut samples, &mut order)?;
//! }
//! assert_eq!(HINGE.evaluate(&model, &mut samples)?.correct, 4);
//! # Ok::<(), hingeline::Stopped>(())
//! ```
//!
//! # When to take which
//! Use integers where there is no floating-point unit, and wherever RAM or flash for weights is scarce: a model takes
//! half of what it takes in binary32. Features must then be within a few deviations of their mean, and rates are powers
//! of two. Use binary32 where there is a unit, and for everything else: averaging, batches, line search, landscapes,
//! other schedules and losses, and features of any scale.
//!
//! # The numeric contract
//! An input is a whole number from −128 to 127 that stands for 1/32 of itself ([`INPUT_BITS`], q = 5); so a feature
//! that is [standardised](Moments::freeze) to a deviation of 1 has a range of ±4 deviations. A weight is an `i16` with
//! p [fraction bits](AnyModel::fraction_bits), 13 unless a model is loaded with another number. A bias, a score and a
//! margin are `i32` with p + q fraction bits; a loss is an `i64` with as many.
//!
//! | operation | definition |
//! |---|---|
//! | input of a raw value | `clamp(((raw − zero) · factor + 2^(shift−1)) >> shift, −128, 127)`, with a shift of 8 for 8-bit raw values and of 12 for 16-bit ones, see [`InputScale`] |
//! | score | `s[c] = b[c] + Σ w[c][f] · x[f]`, exact |
//! | margin | `s[j] − (s[y] − D)` with `D = ⌊round(Δ · 2¹⁶) · 2^(p+q−16)⌋`; it counts if it is above zero |
//! | rate | `2^−e` with `e = min(last, exponent + ⌊log₂(1 + ⌊t / 2^period⌋)⌋)`, see [`Halving`] |
//! | step | with `T = p − q − e`, for `T ≥ 0` `w = w − (k · 2^T) · x`, for `T < 0` `w = w − k · ((x + 2^(−T−1)) >> −T)`; `b = b − k · 2^(p+q−e)` |
//! | L2 | each step adds `λ · 2^(31−e)` to a counter, with `λ = round(2α · 2³²)`; when it has reached 2⁵⁷, which is a sixty-fourth, 2⁵⁷ are subtracted from it, and all weights shrink before the step changes them: `w = w − ((w + 32) >> 6)` |
//! | clamp | weights stay within ±W, `W = min(32767, ⌊2²² / F⌋)`, biases within ±2²⁸ |
//!
//! Right shifts are arithmetic: they round down. The coefficients `k` are whole numbers: those of [`WestonWatkins`] or
//! [`CrammerSinger`], times the whole weight of the class.
//!
//! # Nothing overflows
//! With |x| ≤ 2⁷, |w| ≤ W, |b| ≤ 2²⁸ and D ≤ 2²⁸, a score is at most 2²⁹ + 2²⁸ in magnitude and a margin below 2³¹, for
//! up to 4,096 features and 1,024 classes. A step returns an error unless `k · 2^(p+q−e) < 2³⁰` for the largest
//! coefficient k, which is at most C − 1 times the weight of the class; so a weight before its clamp is below 2³¹ too.
//!
//! # Never silent
//! Every clamp is counted: of inputs ([`Inputs::clamped`]), of weights and biases ([`SgdStep::clamped`]), and both in
//! the report of an epoch. A model whose weights are clamped often needs fewer fraction bits or more L2.
//!
//! # From binary32 and back
//! [`AnyModel::quantise`] converts a model that was trained on a desktop, [`AnyModel::agreement`] measures how often
//! both then give the same answer, and [`AnyModel::dequantise`] converts it back exactly. For prediction only, a
//! [`ByteModel`] has 8-bit weights.
//!
//! # An invariant
//! While nothing is clamped and nothing shrinks, the sums of `w[c][f]` and of `b[c]` over all classes stay the same.

mod bytes;
mod conversion;
mod evaluation;
mod input;
mod loss;
mod model;
mod samples;
mod saved;
mod saved_sgd;
mod schedule;
mod sgd;
mod storage;

pub use bytes::{ByteInputs, ByteModel};
pub use conversion::Agreement;
pub use evaluation::Evaluation;
pub use input::{INPUT_BITS, InputScale, Inputs, Moments, RawValue, Sums};
pub use loss::{CrammerSinger, Hinge, Loss, Objective, SampleLoss, Weighted, WestonWatkins};
pub use model::{AnyModel, DynModel, Model};
pub use samples::{Decoded, Raw, Samples};
pub use schedule::Halving;
pub use sgd::{Progress, Sgd, SgdEpoch, SgdStep};
pub use storage::{Arrays, Lent, Storage};
