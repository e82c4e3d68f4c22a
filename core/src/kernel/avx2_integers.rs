//! Integers on AVX2: an instruction multiplies sixteen weights with sixteen inputs and adds the products in pairs.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_add_epi32, _mm_loadu_si128, _mm_storeu_si128, _mm256_add_epi32, _mm256_castsi256_si128,
    _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_setzero_si256,
};

use super::integers::{self, Rate};

/// The numbers of 16 bits in a register.
const WIDTH: usize = 16;
/// Rows that are taken together, so that an input is loaded once for as many products.
const ROWS: usize = 4;

/// [`integers::scores`]. Rows of fewer than sixteen features are left to the compiler.
#[target_feature(enable = "avx2")]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    let Some(last) = x.len().checked_sub(WIDTH) else {
        return integers::scores(weights, bias, x, scores);
    };
    // The last inputs, of which those that a whole register has taken are zeros.
    let mut rest = [0; WIDTH];
    let of_rest = x.len() % WIDTH;
    if of_rest > 0 {
        for (to, from) in rest.iter_mut().zip(x.iter().skip(last)).skip(WIDTH.wrapping_sub(of_rest)) {
            *to = *from;
        }
    }
    let (mut rows, of_block) = (weights, x.len().wrapping_mul(ROWS));
    let (blocks, last_scores) = scores.as_chunks_mut::<ROWS>();
    let (biases, last_biases) = bias.as_chunks::<ROWS>();
    for (scores, bias) in blocks.iter_mut().zip(biases) {
        let Some((block, below)) = rows.split_at_checked(of_block) else { return };
        rows = below;
        *scores = sums::<ROWS>(block, x, &rest, bias);
    }
    let count = last_scores.len().min(last_biases.len());
    let mut bias = [0; ROWS];
    bias.iter_mut().zip(last_biases).for_each(|(to, from)| *to = *from);
    let sums = match count {
        0 => return,
        1 => sums::<1>(rows, x, &rest, &bias),
        2 => sums::<2>(rows, x, &rest, &bias),
        _ => sums::<3>(rows, x, &rest, &bias),
    };
    last_scores.iter_mut().zip(sums).for_each(|(score, sum)| *score = sum);
}

/// [`integers::update`], as the compiler makes it of the definition with these registers.
#[target_feature(enable = "avx2")]
pub(super) fn update(weights: &mut [i16], bias: &mut [i32], coefficients: &[i32], rate: Rate, x: &[i16]) -> u32 {
    integers::update(weights, coefficients, rate, x);
    integers::update_biases(bias, coefficients, rate)
}

/// The biases of so many rows, and the sums of their products to them; of at least sixteen features.
#[target_feature(enable = "avx2")]
#[inline]
fn sums<const R: usize>(block: &[i16], x: &[i16], rest: &[i16; WIDTH], bias: &[i32; ROWS]) -> [i32; ROWS] {
    let features = x.len();
    let mut sums = [_mm256_setzero_si256(); ROWS];
    if features < WIDTH || block.len() < R.wrapping_mul(features) {
        return *bias;
    }
    let (registers, behind) = x.as_chunks::<WIDTH>();
    let mut add = |start: usize, x: &[i16; WIDTH]| {
        // SAFETY: an array of sixteen numbers.
        let x = unsafe { load(x.as_ptr()) };
        for (row, sum) in (0..R).zip(&mut sums) {
            // SAFETY: the block has R rows, and `start` is at most `features − 16`.
            let weights = unsafe { load(block.as_ptr().add(row.wrapping_mul(features).wrapping_add(start))) };
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(weights, x));
        }
    };
    let mut start = 0_usize;
    for x in registers {
        add(start, x);
        start = start.wrapping_add(WIDTH);
    }
    if !behind.is_empty() {
        add(features.wrapping_sub(WIDTH), rest);
    }
    let [a, b, c, d] = sums;
    let pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    let four: __m128i = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256::<1>(pairs));
    let mut out = [0; ROWS];
    // SAFETY: arrays of four numbers.
    unsafe {
        let bias = _mm_loadu_si128(bias.as_ptr().cast());
        _mm_storeu_si128(out.as_mut_ptr().cast(), _mm_add_epi32(bias, four));
    }
    out
}

/// # Safety
/// Sixteen numbers can be read.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn load(from: *const i16) -> __m256i {
    // SAFETY: by the caller.
    unsafe { _mm256_loadu_si256(from.cast()) }
}
