//! How large values are, and whether they are finite.

/// The largest `|value|`, +0.0 for none; not finite if a value is not.
///
/// Without their sign bit, the bits of floats order as the floats do, with infinity above all numbers and NaN above
/// that. So this is a maximum of integers: the compiler may reorder it freely, a processor without an FPU is not
/// slowed, and it can run at compile time.
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
pub(crate) fn all_finite(values: impl Iterator<Item = f32>) -> bool {
    values.fold(true, |finite, value| finite & value.is_finite())
}
