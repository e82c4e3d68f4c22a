//! Integer scores and inputs as calls of assembly: what the files of the instruction sets share.

use super::inputs::{InputScale, of_bytes};
use super::integers;

/// What the assembly computes scores from; that of Cortex-M0 loads it in this order.
#[repr(C)]
pub(super) struct Call {
    pub(super) weights: *const (),
    pub(super) x: *const (),
    pub(super) bias: *const i32,
    pub(super) scores: *mut i32,
    /// At least one, and below 2¹⁶, as the features are.
    pub(super) rows: usize,
    /// At least one, and a multiple of what the function requires.
    pub(super) features: usize,
}

/// Scores by an assembly function, or by the definition if that function is not suitable or the number of features is
/// not a multiple of what it requires.
///
/// A call has `rows · features` weights of this type, `features` inputs, and `rows` biases and scores.
#[inline(always)]
pub(super) fn scores<const MULTIPLE: usize, T: Copy + Into<i32>>(
    by: impl FnOnce(&Call),
    suits: bool,
    weights: &[T],
    bias: &[i32],
    x: &[T],
    scores: &mut [i32],
) {
    let features = x.len();
    let rows = bias.len().min(scores.len());
    // Below 2¹⁶ their product fits in 32 bits; a division would take 150 instructions on a Cortex-M0.
    let fits = rows.max(features) < 1 << 16 && rows.wrapping_mul(features) <= weights.len();
    if !suits || !fits || rows == 0 || features == 0 || !features.is_multiple_of(MULTIPLE) {
        return by_definition(weights, x, bias, scores);
    }
    let call = Call {
        weights: weights.as_ptr().cast(),
        x: x.as_ptr().cast(),
        bias: bias.as_ptr(),
        scores: scores.as_mut_ptr(),
        rows,
        features,
    };
    by(&call);
}

/// Once for all calls, so that none of them saves registers for it; the arguments in the order of the assembly's.
#[inline(never)]
fn by_definition<T: Copy + Into<i32>>(weights: &[T], x: &[T], bias: &[i32], scores: &mut [i32]) {
    integers::scores(weights, bias, x, scores);
}

/// Inputs from `count` blocks of bytes; returns how many were clamped.
pub(super) type InputsOfBlocks =
    unsafe extern "C" fn(raw: *const u8, scales: *const u32, x: *mut i16, count: usize) -> u32;

/// Inputs from raw bytes by an assembly function in blocks of `BLOCK` bytes, the last ones by the definition; all by
/// the definition if the function is not suitable. Returns how many were clamped.
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
    // SAFETY: by the caller; there are that many blocks of each.
    let clamped = unsafe { by(raw.as_ptr(), scales.as_ptr().cast(), x.as_mut_ptr(), count) };
    let behind = count.wrapping_mul(BLOCK);
    match (raw.get(behind..), scales.get(behind..), x.get_mut(behind..)) {
        (Some(raw), Some(scales), Some(x)) => clamped.wrapping_add(of_bytes(raw, scales, x)),
        _ => clamped,
    }
}
