//! Kernels against the definition, on slices of any lengths that lie next to guard pages.

use core::fmt::Display;

use hingeline::integer::{DynModel, Halving, Hinge, Inputs, Sgd};
use hingeline::kernel::{Choice, Kernel, Portable, Work};
use hingeline_host_tests::bits::{assert_all_same, assert_same};

use crate::draw::Draw;
use crate::pages::{Flush, Guarded};

/// Rounds of all operations per seed.
const ROUNDS: usize = 50;
/// The maximum of each dimension.
const FEATURES: usize = 200;
const CLASSES: usize = 26;
const SAMPLES: usize = 70;
/// The maximum of surplus or missing elements in a slice whose length does not fit the others.
const SLACK: usize = 5;

/// The memory of the slices, which is mapped once.
#[derive(Debug)]
pub struct Memory([Guarded; 5]);

impl Memory {
    /// Maps memory for all lengths that are tried.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn new() -> Result<Self, mmap_rs::Error> {
        let of = Guarded::new;
        let (rows, scores) = (FEATURES * CLASSES + SLACK, SAMPLES * CLASSES + SLACK);
        Ok(Self([of(rows)?, of(FEATURES)?, of(scores)?, of(rows)?, of(SAMPLES * FEATURES)?]))
    }
}

/// Runs all kernels of this processor on the values that a seed draws, and returns the number of compared calls.
///
/// # Panics
/// If a result differs from the definition. An access to a guard page ends the program by a signal.
pub fn run(seed: u64, memory: &mut Memory) -> u64 {
    let mut compared = 0;
    for choice in Choice::ALL {
        // A kernel that the processor lacks compares nothing.
        compared += choice.run(Rounds { draw: Draw::new(seed), memory }).unwrap_or(0);
    }
    compared
}

struct Rounds<'a> {
    draw: Draw,
    memory: &'a mut Memory,
}

impl Work for Rounds<'_> {
    type Output = u64;

    fn run<K: Kernel>(mut self, kernel: K) -> u64 {
        (0..ROUNDS)
            .map(|_| self.vectors(kernel) + self.rows(kernel) + self.batches(kernel) + self.integers(kernel))
            .sum()
    }
}

impl Rounds<'_> {
    fn vectors<K: Kernel>(&mut self, kernel: K) -> u64 {
        let draw = &mut self.draw;
        let kind = Kind::draw(draw);
        let [first, second, ..] = &mut self.memory.0;
        let (a, b) = (length(draw, FEATURES), length(draw, FEATURES));
        let (a, b) = (slice(first, a, kind, draw), slice(second, b, kind, draw));
        let k = draw.wild();
        assert_same(kernel.dot(a, b), Portable.dot(a, b), format_args!("dot, {}", K::NAME));
        assert_same(kernel.largest(a), Portable.largest(a), format_args!("largest, {}", K::NAME));
        compare(format_args!("axpy, {}", K::NAME), b, |b| kernel.axpy(k, a, b), |b| Portable.axpy(k, a, b));
        compare(format_args!("scale, {}", K::NAME), b, |b| kernel.scale(k, b), |b| Portable.scale(k, b));
        4
    }

    fn rows<K: Kernel>(&mut self, kernel: K) -> u64 {
        let draw = &mut self.draw;
        let kind = Kind::draw(draw);
        let [rows, x, scores, bias, _] = &mut self.memory.0;
        let (features, classes) = (length(draw, FEATURES), draw.below(CLASSES + 1));
        let (weights_len, bias_len, scores_len) =
            (unfit(draw, features * classes), unfit(draw, classes), unfit(draw, classes));
        let (rows, x) = (slice(rows, weights_len, kind, draw), slice(x, features, kind, draw));
        let (scores, bias) = (slice(scores, scores_len, kind, draw), slice(bias, bias_len, kind, draw));
        let scale = draw.wild();
        compare(
            format_args!("scores, {}", K::NAME),
            scores,
            |scores| kernel.scores(rows, scale, bias, x, scores),
            |scores| Portable.scores(rows, scale, bias, x, scores),
        );
        zeros(bias, draw);
        compare(
            format_args!("rank_one, {}", K::NAME),
            rows,
            |rows| kernel.rank_one(bias, x, rows),
            |rows| Portable.rank_one(bias, x, rows),
        );
        2
    }

    fn batches<K: Kernel>(&mut self, kernel: K) -> u64 {
        let draw = &mut self.draw;
        let kind = Kind::draw(draw);
        let [rows, bias, scores, _, samples] = &mut self.memory.0;
        // Few features, for which AVX-512 has other registers, and more.
        let features = if draw.once_in(3) { length(draw, 100) } else { draw.below(20) };
        let (classes, count) = (draw.below(8), draw.below(SAMPLES + 1));
        let same_lengths = !draw.once_in(3);
        let mut rest: &[f32] = slice(samples, count * (features + SLACK), kind, draw);
        let mut samples = Vec::new();
        for _ in 0..count {
            let odd = !same_lengths && draw.once_in(4);
            let len = if odd { draw.below(features + SLACK) } else { features };
            let (sample, behind) = rest.split_at(len);
            samples.push(sample);
            rest = behind;
        }
        let (weights_len, scores_len) = (unfit(draw, features * classes), unfit(draw, count * classes));
        let (rows, bias) = (slice(rows, weights_len, kind, draw), slice(bias, classes, kind, draw));
        let scores = slice(scores, scores_len, kind, draw);
        let scale = draw.wild();
        compare(
            format_args!("batch_scores, {}", K::NAME),
            scores,
            |scores| kernel.batch_scores(rows, scale, bias, &samples, scores),
            |scores| Portable.batch_scores(rows, scale, bias, &samples, scores),
        );
        zeros(scores, draw);
        compare(
            format_args!("batch_rank_one, {}", K::NAME),
            rows,
            |rows| kernel.batch_rank_one(scores, &samples, rows),
            |rows| Portable.batch_rank_one(scores, &samples, rows),
        );
        2
    }
}

impl Rounds<'_> {
    /// Scores of a batch in integers, and a step.
    fn integers<K: Kernel>(&mut self, kernel: K) -> u64 {
        let draw = &mut self.draw;
        let [weights, scores, words, _, samples] = &mut self.memory.0;
        // Rows of 256 and more are read from aligned addresses if they are a multiple of 16.
        let long =
            draw.once_in(4).then(|| 16 * (16 + draw.below(12)) + if draw.once_in(2) { draw.below(16) } else { 0 });
        let features = long.unwrap_or_else(|| 1 + length(draw, FEATURES - 1));
        let (classes, count) = (2 + draw.below(8), 1 + draw.below(20));
        let own: Vec<i16> = (0..classes * features).map(|_| (draw.bits() as i16) >> 3).collect();
        let bias: Vec<i32> = (0..classes).map(|_| draw.bits().cast_signed() >> 5).collect();
        let samples: &mut [i16] = samples.values(count * features, flush(draw));
        samples.iter_mut().for_each(|x| *x = i16::from(draw.bits() as i8));
        let samples: Vec<_> = samples.chunks(features).map(|x| Inputs::new(x).expect("eight bits each")).collect();
        let scores: &mut [i32] = scores.values(count * classes, flush(draw));
        let words: &mut [i32] = words.values(2 * classes, flush(draw));
        // Beside the guard page, or some elements from it: at any place between two addresses of a register.
        let (end, aside) = (flush(draw), draw.below(16));
        let weights: &mut [i16] = weights.values(classes * features + aside, end);
        let first = if matches!(end, Flush::Start) { aside } else { 0 };
        let weights = &mut weights[first..first + classes * features];
        let (exponent, label) = (5 + draw.below(8) as u8, draw.below(classes));

        let mut model = DynModel::on(kernel, weights, words, classes, features).expect("memory of this length");
        let (mut memory, mut expected) = ((vec![0; classes * features], vec![0; 2 * classes]), vec![0; scores.len()]);
        let mut defined = DynModel::on(Portable, &mut memory.0, &mut memory.1, classes, features).expect("the same");
        model.load(&own, &bias, 13).expect("parts within the bounds");
        defined.load(&own, &bias, 13).expect("the same parts");
        model.batch_scores(&samples, scores).expect("scores for each sample");
        defined.batch_scores(&samples, &mut expected).expect("as many");
        assert_eq!(scores, expected, "integer_batch_scores, {}, {classes}×{features}", K::NAME);

        let schedule = Halving { exponent, period: 13, last: 12 };
        let sgd = Sgd::new(Hinge::new(1.0, 1e-4).expect("a margin"), schedule).expect("a schedule");
        let (mut first, mut second) = (sgd, sgd);
        let step = first.step(&mut model, samples[0], label);
        assert_eq!(step, second.step(&mut defined, samples[0], label), "step, {}", K::NAME);
        assert_eq!(model.checksum(), defined.checksum(), "weights, {}, {classes}×{features}", K::NAME);
        2
    }
}

fn flush(draw: &mut Draw) -> Flush {
    if draw.once_in(2) { Flush::Start } else { Flush::End }
}

/// The values of a round.
#[derive(Clone, Copy)]
enum Kind {
    Mild,
    Finite,
    Wild,
}

impl Kind {
    fn draw(draw: &mut Draw) -> Self {
        [Self::Mild, Self::Finite, Self::Wild][draw.below(3)]
    }
}

/// A length that is short, about a block, or some blocks: kernels treat these differently.
fn length(draw: &mut Draw, most: usize) -> usize {
    let length = match draw.below(6) {
        0 => 0,
        1 => draw.below(4),
        2 => draw.below(20),
        3 => draw.below(70),
        4 => draw.below(most + 1),
        _ => 16 * draw.below(12),
    };
    length.min(most)
}

/// This length, or occasionally another one.
fn unfit(draw: &mut Draw, length: usize) -> usize {
    match draw.below(4) {
        0 => length.saturating_sub(draw.below(SLACK)),
        1 => length + draw.below(SLACK),
        _ => length,
    }
}

fn slice<'a>(memory: &'a mut Guarded, length: usize, kind: Kind, draw: &mut Draw) -> &'a mut [f32] {
    let values: &mut [f32] = memory.values(length, flush(draw));
    for value in &mut *values {
        *value = match kind {
            Kind::Mild => draw.mild(),
            Kind::Finite => draw.finite(),
            Kind::Wild => draw.wild(),
        };
    }
    values
}

/// Sets a third of the values to zero: factors that leave a row unchanged.
fn zeros(values: &mut [f32], draw: &mut Draw) {
    values.iter_mut().filter(|_| draw.once_in(3)).for_each(|value| *value = 0.0);
}

/// Changes the slice by a kernel, and a copy of it by the definition.
fn compare(what: impl Display, to: &mut [f32], own: impl FnOnce(&mut [f32]), defined: impl FnOnce(&mut [f32])) {
    let mut expected = to.to_vec();
    own(to);
    defined(&mut expected);
    assert_all_same(to, &expected, what);
}
