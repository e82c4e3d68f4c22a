//! Rows of integers two weights at a time, in one register: for processors of 32 bits without vectors.
//!
//! A register that holds two numbers of 16 bits is, but for the sign of the lower one, their sum with the upper one
//! times 2¹⁶. Read as that sum, both are multiplied and added to at once; what does not fit 16 bits would spill into
//! the upper one, and the callers' bounds exclude it.

use super::integers::{self, Rate, for_each_row};

/// The sign of the lower number.
#[cfg(not(any(hingeline_thumb1, hingeline_dsp)))]
const SIGN: u32 = 0x8000;

/// Pairs of rounded inputs that are kept on the stack at a time.
const BLOCK: usize = 16;

/// [`integers::update`] where rows and inputs begin at words and have an even length; else the definition.
#[inline]
pub(super) fn update(weights: &mut [i16], coefficients: &[i32], rate: Rate, x: &[i16]) {
    // SAFETY: all bits are numbers, of 16 and of 32 bits.
    let ((before, pairs, _), (x_before, x_pairs, x_rest)) =
        unsafe { (weights.align_to_mut::<u32>(), x.align_to::<u32>()) };
    if !(before.is_empty() && x_before.is_empty() && x_rest.is_empty()) {
        return integers::update(weights, coefficients, rate, x);
    }
    if rate.shift < 0 {
        return update_rounded(pairs, coefficients, rate, x_pairs);
    }
    for_each_row(pairs, coefficients, x_pairs.len(), |row, k| subtract(row, rate.of(k).cast_unsigned(), x_pairs));
}

/// By inputs that are rounded once for all rows, a block after the other.
fn update_rounded(pairs: &mut [u32], coefficients: &[i32], rate: Rate, x: &[u32]) {
    let mut rounded = [0; BLOCK];
    let mut start = 0_usize;
    for block in x.chunks(BLOCK) {
        for (rounded, pair) in rounded.iter_mut().zip(block) {
            let (low, high) = (*pair as i16, pair.wrapping_shr(16) as i16);
            let [low, high] = [low, high].map(|x| rate.of(x.into()).cast_unsigned());
            *rounded = high.wrapping_shl(16) | low & 0xffff;
        }
        let rounded = rounded.get(..block.len()).unwrap_or_default();
        for_each_row(pairs, coefficients, x.len(), |row, k| {
            let end = start.wrapping_add(rounded.len());
            subtract(row.get_mut(start..end).unwrap_or_default(), k.cast_unsigned(), rounded);
        });
        start = start.wrapping_add(BLOCK);
    }
}

#[cfg(hingeline_dsp)]
use super::dsp::subtract;
#[cfg(hingeline_thumb1)]
use super::thumb1::subtract;

/// `w = w − factor · x` for both numbers of each pair.
#[cfg(not(any(hingeline_thumb1, hingeline_dsp)))]
#[inline(always)]
fn subtract(row: &mut [u32], factor: u32, x: &[u32]) {
    let one = |pair: &mut u32, x: &u32| {
        let sum = (*x ^ SIGN).wrapping_sub(SIGN);
        *pair = (*pair ^ SIGN).wrapping_sub(factor.wrapping_mul(sum)) ^ SIGN;
    };
    // By four, or half of the instructions would count.
    let (fours, rest) = row.as_chunks_mut::<4>();
    let (x_fours, x_rest) = x.as_chunks::<4>();
    for ([a, b, c, d], [ax, bx, cx, dx]) in fours.iter_mut().zip(x_fours) {
        one(a, ax);
        one(b, bx);
        one(c, cx);
        one(d, dx);
    }
    rest.iter_mut().zip(x_rest).for_each(|(pair, x)| one(pair, x));
}
