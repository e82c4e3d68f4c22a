//! The scores of integers as a call of assembly: what the files of the instruction sets share.

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
/// The function may be called with memory for `rows · features` weights of this type, `features` inputs, and `rows` biases and
/// scores.
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
