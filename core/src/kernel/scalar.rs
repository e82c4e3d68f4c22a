//! For processors that process one value at a time: only the operations that the definition needs, with four lanes in
//! registers.
//!
//! Without a floating-point unit each addition is a call of some seventy instructions. So the first products are
//! assigned to their lanes, since a lane starts at the identity of addition, and lanes without a product are left out
//! of the fold. With a unit but no vectors, four sums stay in registers along the row; sixteen would pass through
//! memory.

use super::OfTarget;
use super::portable::{dot_by, scores_by};
use super::sealed::Sealed;
use super::{Choice, Kernel, Portable};

const LANES: usize = 16;
/// The number of lanes that are summed together.
const GROUP: usize = 4;

/// The kernel for processors without vectors, in safe Rust: Cortex-M0 to M3, RISC-V.
///
/// ```
/// use hingeline::kernel::{Kernel, Scalar};
///
/// assert_eq!(Scalar.dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Scalar;

impl OfTarget for Scalar {
    const OF_TARGET: Self = Self;
}

impl Sealed for Scalar {
    #[cfg(hingeline_assembly)]
    super::assembly::integers_in_assembly!();
}

impl Kernel for Scalar {
    const CHOICE: Choice = Choice::Scalar;
    const BATCHES: bool = false;

    fn dot(self, a: &[f32], b: &[f32]) -> f32 {
        dot_by(dot, a, b)
    }

    #[inline(never)]
    fn scores(self, weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) {
        scores_by(dot, weights, scale, bias, x, scores);
    }

    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]) {
        Portable.axpy(k, x, y);
    }

    fn rank_one(self, k: &[f32], x: &[f32], rows: &mut [f32]) {
        Portable.rank_one(k, x, rows);
    }

    fn scale(self, k: f32, y: &mut [f32]) {
        Portable.scale(k, y);
    }

    fn largest(self, x: &[f32]) -> f32 {
        Portable.largest(x)
    }
}

/// The dot product of two slices of equal length.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [-0.0; LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    if let (Some((a_first, a_blocks)), Some((b_first, b_blocks))) = (a_blocks.split_first(), b_blocks.split_first()) {
        for (group, sums) in lanes.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
            *sums = sums_of_group(group, (a_first, b_first), a_blocks, b_blocks);
        }
        for ((lane, a), b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
            *lane += a * b;
        }
    } else {
        for ((lane, a), b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
            *lane = a * b;
        }
    }
    fold(&mut lanes, a.len())
}

type Block = [f32; LANES];

/// The sums of four lanes over all blocks.
#[inline(always)]
fn sums_of_group(group: usize, first: (&Block, &Block), a: &[Block], b: &[Block]) -> [f32; GROUP] {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (quad(first.0, group), quad(first.1, group));
    let (mut sum0, mut sum1, mut sum2, mut sum3) = (a0 * b0, a1 * b1, a2 * b2, a3 * b3);
    for (a, b) in a.iter().zip(b) {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (quad(a, group), quad(b, group));
        sum0 += a0 * b0;
        sum1 += a1 * b1;
        sum2 += a2 * b2;
        sum3 += a3 * b3;
    }
    [sum0, sum1, sum2, sum3]
}

#[inline(always)]
fn quad(block: &Block, group: usize) -> [f32; GROUP] {
    block.as_chunks::<GROUP>().0.get(group).copied().unwrap_or_default()
}

/// Adds the upper half of the lanes to the lower half until one is left; only the first `used` lanes count.
#[inline(always)]
fn fold(lanes: &mut Block, used: usize) -> f32 {
    let mut used = used.min(LANES);
    for half in [8, 4, 2, 1] {
        if let Some(above) = used.checked_sub(half) {
            let (low, high) = lanes.split_at_mut(half);
            for (low, high) in low.iter_mut().zip(high).take(above) {
                *low += *high;
            }
            used = half;
        }
    }
    let [sum, ..] = *lanes;
    sum
}
