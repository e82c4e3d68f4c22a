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
        scores_by(dot, weights, scale, bias, x, scores);
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
///
/// Written so that the compiler keeps the lanes in vector registers where the target has them.
#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [-0.0; LANES];
    let (a_blocks, a_tail) = a.as_chunks::<LANES>();
    let (b_blocks, b_tail) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    if !a_tail.is_empty() {
        add_tail(&mut lanes, a_tail, b_tail);
    }
    fold(&lanes)
}

/// Adds the products of a tail to the first lanes, and −0.0 to the others, which leaves them unchanged.
///
/// The products do not wait for the lanes: added one by one, each would pass through memory after the loop. They are
/// computed four at a time where possible, for the registers of most targets.
#[inline(always)]
fn add_tail(lanes: &mut [f32; LANES], a: &[f32], b: &[f32]) {
    let mut products = [-0.0; LANES];
    let (quads, _) = products.as_chunks_mut::<4>();
    let (a_quads, a_rest) = a.as_chunks::<4>();
    let (b_quads, b_rest) = b.as_chunks::<4>();
    for ((products, a), b) in quads.iter_mut().zip(a_quads).zip(b_quads) {
        take_products(products, a, b);
    }
    if let Some(products) = quads.get_mut(a_quads.len()) {
        take_products(products, a_rest, b_rest);
    }
    for (lane, product) in lanes.iter_mut().zip(products) {
        *lane += product;
    }
}

#[inline(always)]
fn take_products(products: &mut [f32; 4], a: &[f32], b: &[f32]) {
    for ((product, a), b) in products.iter_mut().zip(a).zip(b) {
        *product = a * b;
    }
}

/// Adds the upper half of the lanes to the lower half until one is left.
#[inline(always)]
fn fold(lanes: &[f32; LANES]) -> f32 {
    let lanes: [f32; 8] = halve(lanes);
    let lanes: [f32; 4] = halve(&lanes);
    let lanes: [f32; 2] = halve(&lanes);
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
