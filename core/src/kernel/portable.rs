//! The definition: every operation as the contract states it, in safe Rust for every target.

use super::OfTarget;
use super::sealed::Sealed;
use super::{Choice, Kernel};

/// Lanes of a dot product: one AVX-512 register, two of AVX, four of SSE, NEON, wasm or Helium, and enough
/// independent chains to hide the latency of an addition.
const LANES: usize = 16;

/// The kernel that every target has and that defines the results of all others.
///
/// ```
/// use hingeline::{Model, kernel::Portable};
///
/// let model = Model::<2, 3, Portable>::on(Portable);
/// assert_eq!(model.predict(&[1.0, 2.0, 3.0])?, 0);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Portable;

impl OfTarget for Portable {
    const OF_TARGET: Self = Self;
}

impl Sealed for Portable {}

impl Kernel for Portable {
    const CHOICE: Choice = Choice::Portable;
    const BATCHES: bool = false;

    fn dot(self, a: &[f32], b: &[f32]) -> f32 {
        dot_by(dot, a, b)
    }

    fn scores(self, weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) {
        if x.len().is_multiple_of(LANES) {
            // Without a tail the loop over the rows is half as long.
            scores_by(|a, b| fold(&lanes_of(a, b)), weights, scale, bias, x, scores);
        } else {
            #[expect(clippy::redundant_closure, reason = "only as a closure is it inlined")]
            scores_by(|a, b| dot(a, b), weights, scale, bias, x, scores);
        }
    }

    #[inline]
    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]) {
        if k != 0.0 {
            for (y, x) in y.iter_mut().zip(x) {
                *y += k * x;
            }
        }
    }

    fn rank_one(self, k: &[f32], x: &[f32], rows: &mut [f32]) {
        let mut rows = rows;
        for &k in k {
            let Some((row, below)) = rows.split_at_mut_checked(x.len()) else {
                return;
            };
            self.axpy(k, x, row);
            rows = below;
        }
    }

    fn scale(self, k: f32, y: &mut [f32]) {
        for y in y {
            *y *= k;
        }
    }

    // A maximum of integers, as `magnitude::largest` explains: that one can run at compile time, this one is
    // vectorised, in signed integers, which SSE2 can compare.
    fn largest(self, x: &[f32]) -> f32 {
        let largest = x.iter().fold(0, |largest, x| x.abs().to_bits().cast_signed().max(largest));
        f32::from_bits(largest.cast_unsigned())
    }
}

/// The dot product of the common part of two slices, by a function for slices of equal length.
#[inline(always)]
pub(super) fn dot_by(dot: impl Fn(&[f32], &[f32]) -> f32, a: &[f32], b: &[f32]) -> f32 {
    let length = a.len().min(b.len());
    match (a.split_at_checked(length), b.split_at_checked(length)) {
        (Some((a, _)), Some((b, _))) => dot(a, b),
        _ => -0.0,
    }
}

/// The scores row by row, by a dot product for slices of equal length.
#[inline(always)]
pub(super) fn scores_by(
    dot: impl Fn(&[f32], &[f32]) -> f32,
    weights: &[f32],
    scale: f32,
    bias: &[f32],
    x: &[f32],
    scores: &mut [f32],
) {
    let mut rows = weights;
    for (score, bias) in scores.iter_mut().zip(bias) {
        let Some((row, below)) = rows.split_at_checked(x.len()) else {
            return;
        };
        *score = (scale * dot(row, x)) + bias;
        rows = below;
    }
}

/// The dot product of two slices of equal length.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((_, a_tail), (_, b_tail)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let lanes = lanes_of(a, b);
    if a_tail.is_empty() { fold(&lanes) } else { fold_with_tail(lanes, a_tail, b_tail) }
}

/// The lanes after the whole blocks.
///
/// Written so that the compiler keeps them in vector registers where the target has them.
#[inline(always)]
fn lanes_of(a: &[f32], b: &[f32]) -> [f32; LANES] {
    let mut lanes = [-0.0; LANES];
    for (a, b) in a.as_chunks::<LANES>().0.iter().zip(b.as_chunks::<LANES>().0) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes
}

/// The sum of the lanes, after the products of a tail were added to the first ones; −0.0, added to the others, would
/// leave them unchanged.
///
/// There is code for each number of whole quads, and the lanes are passed by value, so that the compiler knows which of
/// them are meant and keeps them in vector registers; otherwise all would pass through memory.
#[inline(always)]
fn fold_with_tail(lanes: [f32; LANES], a: &[f32], b: &[f32]) -> f32 {
    let (a_quads, a_rest) = a.as_chunks::<4>();
    let (b_quads, b_rest) = b.as_chunks::<4>();
    let rest = times_rest(a_rest, b_rest);
    match (a_quads, b_quads) {
        ([a0, a1, a2], [b0, b1, b2]) => fold(&plus(lanes, [times(a0, b0), times(a1, b1), times(a2, b2), rest])),
        ([a0, a1], [b0, b1]) => fold(&plus(lanes, [times(a0, b0), times(a1, b1), rest])),
        ([a0], [b0]) => fold(&plus(lanes, [times(a0, b0), rest])),
        _ => fold(&plus(lanes, [rest])),
    }
}

#[inline(always)]
fn plus<const N: usize>(lanes: [f32; LANES], products: [[f32; 4]; N]) -> [f32; LANES] {
    let mut sums = lanes;
    for (lane, product) in sums.iter_mut().zip(products.as_flattened()) {
        *lane += product;
    }
    sums
}

#[inline(always)]
fn times([a, b, c, d]: &[f32; 4], [e, f, g, h]: &[f32; 4]) -> [f32; 4] {
    [a * e, b * f, c * g, d * h]
}

/// The same for up to three elements.
#[inline(always)]
fn times_rest(a: &[f32], b: &[f32]) -> [f32; 4] {
    match (a, b) {
        (&[a0, a1, a2], &[b0, b1, b2]) => [a0 * b0, a1 * b1, a2 * b2, -0.0],
        (&[a0, a1], &[b0, b1]) => [a0 * b0, a1 * b1, -0.0, -0.0],
        (&[a0], &[b0]) => [a0 * b0, -0.0, -0.0, -0.0],
        _ => [-0.0; 4],
    }
}

/// Adds the upper half of the lanes to the lower half until one is left.
#[inline(always)]
fn fold(lanes: &[f32; LANES]) -> f32 {
    let lanes: [f32; 8] = halve(lanes);
    fold_four(&halve(&lanes))
}

/// Through memory, so that the compiler keeps the lanes by fours: for a sum of two halves it would keep them by twos.
#[inline(always)]
fn fold_four(lanes: &[f32; 4]) -> f32 {
    let lanes: [f32; 2] = halve(core::hint::black_box(lanes));
    let [sum] = halve(&lanes);
    sum
}

#[inline(always)]
fn halve<const N: usize, const HALF: usize>(lanes: &[f32; N]) -> [f32; HALF] {
    let mut sums = [0.0; HALF];
    for ((sum, low), high) in sums.iter_mut().zip(lanes).zip(lanes.iter().skip(HALF)) {
        *sum = low + high;
    }
    sums
}
