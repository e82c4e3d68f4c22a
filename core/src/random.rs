//! Random draws, defined to the bit: the same generator gives the same numbers on every target.
//!
//! All randomness comes from the caller's [`rand_core::Rng`], through `next_u32` alone, never through a draw whose
//! width or count depends on the target.

use rand_core::Rng;

/// A number uniform in [0, 1): `(u >> 8) · 2⁻²⁴`, from one draw.
///
/// ```
/// use rand_core::SeedableRng;
/// use rand_xorshift::XorShiftRng;
///
/// let u = hingeline::random::uniform(&mut XorShiftRng::seed_from_u64(1));
/// assert!((0.0..1.0).contains(&u));
/// ```
pub fn uniform<R: Rng + ?Sized>(rng: &mut R) -> f32 {
    const UNIT: f32 = 1.0 / 16_777_216.0;
    (rng.next_u32() >> 8) as f32 * UNIT
}

/// An index below `n`: the high half of `u · n` in 64 bits, from one draw; 0 for `n = 0`.
///
/// The bias is below `n / 2³²`.
///
/// ```
/// use rand_core::SeedableRng;
/// use rand_xorshift::XorShiftRng;
///
/// assert!(hingeline::random::index(&mut XorShiftRng::seed_from_u64(1), 10) < 10);
/// ```
pub fn index<R: Rng + ?Sized>(rng: &mut R, n: u32) -> u32 {
    let product = u64::from(rng.next_u32()).wrapping_mul(u64::from(n));
    (product >> 32) as u32
}

/// A standard normal deviate by Box and Muller: `√(−2 ln(1 − u₁)) · cos(τ · u₂)`, for two [`uniform`] draws, u₁ first.
///
/// The logarithm, root and cosine are those of the `libm` crate on every target. `1 − u₁` is in (0, 1], so the
/// logarithm is finite and the result is at most 5.77 in magnitude.
///
/// Source: G. E. P. Box and M. E. Muller, "A Note on the Generation of Random Normal Deviates", 1958.
///
/// ```
/// use rand_core::SeedableRng;
/// use rand_xorshift::XorShiftRng;
///
/// let deviate = hingeline::random::normal(&mut XorShiftRng::seed_from_u64(1));
/// assert!(deviate.abs() < 5.77);
/// ```
pub fn normal<R: Rng + ?Sized>(rng: &mut R) -> f32 {
    let radius = libm::sqrtf(-2.0 * libm::logf(1.0 - uniform(rng)));
    radius * libm::cosf(core::f32::consts::TAU * uniform(rng))
}
