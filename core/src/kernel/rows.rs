//! The rows that an integer step writes, and their biases, by assembly.

use super::integers::Rate;

/// Rows of weights that lie behind each other, and how they change: `row = row − k · rate(x)` for each row and its
/// coefficient k, and `bias = bias − k · bias_step`. The assembly loads the fields in this order, and may change them
/// as it advances.
#[repr(C)]
pub(super) struct Rows {
    coefficients: *const i32,
    weights: *mut i16,
    bias: *mut i32,
    /// The number of rows, at least one and below 2¹⁶.
    count: usize,
    x: *const i16,
    /// The number of inputs, at least one and below 2¹⁶.
    features: usize,
    /// From a row to the next.
    bytes: usize,
    /// The largest magnitude of a weight, to which results are clamped; 0 where all of them fit.
    limit: i32,
    /// Of the inputs to the left; below 0 to the right, with rounding.
    shift: i32,
    bias_step: i32,
}

/// Changes each row whose coefficient is not 0, and its bias, where a product fits in 32 bits; returns how many weights
/// and biases were clamped.
///
/// # Safety
/// There is as much of everything as the fields say.
pub(super) type ChangeRows = unsafe extern "C" fn(&mut Rows) -> u32;

/// [`integers::update`](super::integers::update) and the biases; returns how many weights and biases were clamped.
///
/// # Safety
/// The function may be called.
#[inline(always)]
pub(super) unsafe fn update(
    by: ChangeRows,
    weights: &mut [i16],
    bias: &mut [i32],
    coefficients: &[i32],
    rate: Rate,
    x: &[i16],
) -> u32 {
    let (count, features) = (coefficients.len().min(bias.len()), x.len());
    // The caller's model has these lengths, so the compiler removes the checks where it knows the shape.
    let fits = count.max(features) < 1 << 16 && count.wrapping_mul(features) <= weights.len();
    if !fits || count == 0 || features == 0 {
        return 0;
    }
    let mut rows = Rows {
        coefficients: coefficients.as_ptr(),
        weights: weights.as_mut_ptr(),
        bias: bias.as_mut_ptr(),
        count,
        x: x.as_ptr(),
        features,
        bytes: features.wrapping_mul(2),
        limit: rate.limit.unwrap_or_default(),
        shift: rate.shift,
        bias_step: 1_i32.wrapping_shl(rate.bias_shift),
    };
    // SAFETY: by the caller; there is that much of everything.
    unsafe { by(&mut rows) }
}
