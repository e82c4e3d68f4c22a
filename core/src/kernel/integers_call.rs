//! Scores and inputs of integers as calls of assembly: what the files of the instruction sets share.

use super::inputs::{InputScale, of_bytes};
use super::integers;

/// Where everything is, in the order in which the assembly loads it.
#[repr(C)]
pub(super) struct Call {
    weights: *const (),
    x: *const (),
    bias: *const i32,
    scores: *mut i32,
    /// At least one.
    rows: usize,
    /// At least one, and a multiple of what the function wants.
    features: usize,
}

/// Scores by a function of assembly, or by the definition where that does not suit it or the number of features is not
/// a multiple of what it wants.
///
/// # Safety
/// The function may be called with memory for `rows · features` weights of this type, `features` inputs, and `rows`
/// biases and scores.
#[inline(always)]
pub(super) unsafe fn scores<const MULTIPLE: usize, T: Copy + Into<i32>>(
    by: unsafe extern "C" fn(&Call),
    suits: bool,
    weights: &[T],
    bias: &[i32],
    x: &[T],
    scores: &mut [i32],
) {
    let features = x.len();
    let rows = bias.len().min(scores.len());
    // Below 2¹⁶ their product has 32 bits: a division would take a Cortex-M0 150 instructions.
    let fits = rows.max(features) < 1 << 16 && rows.wrapping_mul(features) <= weights.len();
    if !suits || !fits || rows == 0 || features == 0 || !features.is_multiple_of(MULTIPLE) {
        return integers::scores(weights, bias, x, scores);
    }
    let call = Call {
        weights: weights.as_ptr().cast(),
        x: x.as_ptr().cast(),
        bias: bias.as_ptr(),
        scores: scores.as_mut_ptr(),
        rows,
        features,
    };
    // SAFETY: by the caller; there is so much of each.
    unsafe { by(&call) }
}

/// Inputs of so many blocks of bytes; returns how many were clamped.
pub(super) type InputsOfBlocks =
    unsafe extern "C" fn(raw: *const u8, scales: *const u32, x: *mut i16, count: usize) -> u32;

/// Inputs from raw bytes by a function of assembly in blocks of so many, the last ones by the definition, and all where
/// the function does not suit them; returns how many were clamped.
///
/// # Safety
/// The function may be called with memory for `count` blocks of each, at least one.
#[inline(always)]
pub(super) unsafe fn inputs<const BLOCK: usize>(
    by: InputsOfBlocks,
    suits: bool,
    raw: &[u8],
    scales: &[InputScale],
    x: &mut [i16],
) -> u32 {
    let (features, count) = (x.len(), x.len() / BLOCK);
    if !suits || count == 0 || raw.len() != features || scales.len() != features {
        return of_bytes(raw, scales, x);
    }
    // SAFETY: by the caller; there are so many blocks of each.
    let clamped = unsafe { by(raw.as_ptr(), scales.as_ptr().cast(), x.as_mut_ptr(), count) };
    let behind = count.wrapping_mul(BLOCK);
    match (raw.get(behind..), scales.get(behind..), x.get_mut(behind..)) {
        (Some(raw), Some(scales), Some(x)) => clamped.wrapping_add(of_bytes(raw, scales, x)),
        _ => clamped,
    }
}
