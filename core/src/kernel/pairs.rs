//! Integer rows, two weights at a time in one register, for 32-bit processors without vectors.
//!
//! A register that holds two 16-bit numbers is, except for the sign of the lower one, the sum of the lower one and 2¹⁶
//! times the upper one. Read as that sum, both are multiplied and added at once; a result that does not fit in 16 bits
//! would spill into the upper number, and the callers' bounds exclude that.

use core::slice::{from_raw_parts, from_raw_parts_mut};

#[cfg(hingeline_dsp)]
use super::dsp::{change_rows, subtract_pairs};
use super::integers::{self, Rate, for_each_row};
#[cfg(hingeline_rv32m)]
use super::rv32::subtract_pairs;
#[cfg(any(hingeline_thumb2, hingeline_dsp))]
use super::thumb_rows;
#[cfg(hingeline_thumb1)]
use super::thumb1::subtract_pairs;
#[cfg(hingeline_thumb2)]
use super::thumb2::{change_rows, subtract_pairs};

/// The number of pairs of rounded inputs that are kept on the stack at a time.
const BLOCK: usize = 16;

/// [`integers::update`], in pairs if rows and inputs are word-aligned and have an even length, otherwise by the
/// definition. Also updates the biases, and returns how many of them were clamped.
#[inline(always)]
pub(super) fn update(weights: &mut [i16], bias: &mut [i32], coefficients: &[i32], rate: Rate, x: &[i16]) -> u32 {
    #[cfg(any(hingeline_thumb2, hingeline_dsp))]
    if rate.shift >= 0 && in_pairs(weights, x) {
        // SAFETY: rows and inputs are whole pairs that begin at words.
        return unsafe { thumb_rows::update(change_rows, x.len() / 2, weights, bias, coefficients, rate, x) };
    }
    update_row_by_row(weights, bias, coefficients, rate, x)
}

/// Once for all calls.
#[inline(never)]
fn update_row_by_row(weights: &mut [i16], bias: &mut [i32], coefficients: &[i32], rate: Rate, x: &[i16]) -> u32 {
    update_weights(weights, coefficients, rate, x);
    integers::update_biases(bias, coefficients, rate)
}

/// Whether rows and inputs are word-aligned and have an even length.
#[inline(always)]
fn in_pairs(weights: &[i16], x: &[i16]) -> bool {
    let in_words = weights.as_ptr().cast::<u32>().is_aligned() && x.as_ptr().cast::<u32>().is_aligned();
    in_words && x.len().is_multiple_of(2)
}

#[inline(always)]
fn update_weights(weights: &mut [i16], coefficients: &[i32], rate: Rate, x: &[i16]) {
    if !in_pairs(weights, x) {
        return integers::update(weights, coefficients, rate, x);
    }
    // SAFETY: the numbers are there, all bits are a word, and the first ones are aligned.
    let (pairs, x_pairs) = unsafe {
        let pairs = from_raw_parts_mut(weights.as_mut_ptr().cast::<u32>(), weights.len() / 2);
        (pairs, from_raw_parts(x.as_ptr().cast::<u32>(), x.len() / 2))
    };
    // Where all rows are changed in one call, only inputs that are rounded are left.
    if cfg!(any(hingeline_thumb2, hingeline_dsp)) || rate.shift < 0 {
        return update_rounded(pairs, coefficients, rate, x_pairs);
    }
    for_each_row(pairs, coefficients, x_pairs.len(), |row, k| subtract(row, rate.of(k).cast_unsigned(), x_pairs));
}

/// Updates by inputs that are rounded once for all rows, block by block.
fn update_rounded(pairs: &mut [u32], coefficients: &[i32], rate: Rate, x: &[u32]) {
    let mut rounded = [0; BLOCK];
    let mut start = 0_usize;
    for block in x.chunks(BLOCK) {
        for (rounded, pair) in rounded.iter_mut().zip(block) {
            let high = rate.of(pair.cast_signed().wrapping_shr(16)).cast_unsigned();
            let low = rate.of((*pair as i16).into()).cast_unsigned();
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

/// `w = w − factor · x` for both numbers of each pair, up to the shorter slice.
#[inline]
fn subtract(row: &mut [u32], factor: u32, x: &[u32]) {
    let count = row.len().min(x.len());
    if count > 0 {
        // SAFETY: there are that many pairs of both.
        unsafe { subtract_pairs(row.as_mut_ptr(), x.as_ptr(), factor.cast_signed(), count) }
    }
}
