//! How large values are, and whether they are finite.

/// The largest `|value|`; +0.0 if there are no values, not finite if a value is not.
///
/// Without their sign bit, the bits of floats are ordered as the floats are, with infinity above all numbers and NaN
/// above infinity. So this is a maximum of integers: the compiler may reorder it freely, it is not slow on a processor
/// without an FPU, and it can run at compile time.
pub(crate) const fn largest(values: &[f32]) -> f32 {
    let mut largest = 0;
    let mut rest = values;
    while let [value, tail @ ..] = rest {
        let magnitude = value.to_bits() & (u32::MAX >> 1);
        if magnitude > largest {
            largest = magnitude;
        }
        rest = tail;
    }
    f32::from_bits(largest)
}

/// Whether no value is NaN or infinite, without a branch for each.
///
/// An exponent of all ones is the only one that carries into the sign bit when one is added to it.
pub(crate) fn all_finite(values: impl Iterator<Item = f32>) -> bool {
    const MAGNITUDE: u32 = u32::MAX >> 1;
    const ONE: u32 = 1 << (f32::MANTISSA_DIGITS - 1);
    values.fold(0, |carries, value| carries | (value.to_bits() & MAGNITUDE).wrapping_add(ONE)) <= MAGNITUDE
}
