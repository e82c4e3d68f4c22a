//! Rows of integers two weights at a time, in one register: for processors of 32 bits without vectors.
//!
//! A register that holds two numbers of 16 bits is, but for the sign of the lower one, their sum with the upper one times 2¹⁶. Read as that sum, both are multiplied and added to at once; what does not
//! fit 16 bits would spill into the upper one, and the callers' bounds exclude it.

use super::integers::{self, Rate};

/// The sign of the lower number.
#[cfg(not(hingeline_thumb1))]
const SIGN: u32 = 0x8000;

/// [`integers::update`] for a rate that takes no rounding, where rows and inputs begin at words and have an even length; else the definition.
#[inline]
pub(super) fn update(weights: &mut [i16], coefficients: &[i32], rate: Rate, x: &[i16]) {
    // SAFETY: all bits are numbers, of 16 and of 32 bits.
    let ((before, pairs, _), (x_before, x_pairs, x_rest)) =
        unsafe { (weights.align_to_mut::<u32>(), x.align_to::<u32>()) };
    let in_words = before.is_empty() && x_before.is_empty() && x_rest.is_empty();
    if rate.shift < 0 || !in_words {
        return integers::update(weights, coefficients, rate, x);
    }
    let mut rest = pairs;
    for k in coefficients {
        let Some((row, below)) = rest.split_at_mut_checked(x_pairs.len()) else { return };
        rest = below;
        if *k != 0 {
            subtract(row, rate.of(*k).cast_unsigned(), x_pairs);
        }
    }
}

#[cfg(hingeline_thumb1)]
use super::thumb1::subtract;

/// `w = w − factor · x` for both numbers of each pair.
#[cfg(not(hingeline_thumb1))]
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
