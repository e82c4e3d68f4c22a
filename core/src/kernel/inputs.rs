//! From raw values to integer inputs: the definition.

use crate::error::Error;

pub(crate) const LOWEST: i32 = -128;
pub(crate) const HIGHEST: i32 = 127;

pub(crate) const LARGEST_FACTOR: u32 = (1 << 14) - 1;

/// How the raw values of a feature become inputs: `clamp(((raw − zero) · factor + 2^(shift−1)) >> shift, −128, 127)`,
/// with a shift of 8 for 8-bit raw values and of 12 for 16-bit ones.
///
/// No product overflows: a difference has 16 bits and a sign, a factor 14. A scale takes four bytes; scales learnt on a
/// desktop can be stored in flash.
///
/// ```
/// use hingeline::integer::InputScale;
///
/// // A mean of 100 and a deviation of 4: 2⁵ · 2⁸ / 4 = 2,048.
/// let scale = InputScale::new(100, 2_048)?;
/// assert_eq!(scale.apply(102_u8), 16);
/// assert_eq!(scale.apply(0_u8), -128);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(transparent)]
pub struct InputScale {
    /// The zero in the lower half and the factor in the upper one: a word, which any processor loads at once.
    halves: u32,
}

impl InputScale {
    /// Maps every value to 0: the scale of a constant feature.
    pub const ZERO: Self = Self { halves: 0 };

    /// A scale with this zero and this factor.
    ///
    /// # Errors
    /// [`Error::InvalidScaling`] for a factor of 2¹⁴ or more.
    pub const fn new(zero: i16, factor: u16) -> Result<Self, Error> {
        if factor as u32 <= LARGEST_FACTOR {
            Ok(Self { halves: (zero.cast_unsigned() as u32) | (factor as u32) << 16 })
        } else {
            Err(Error::InvalidScaling)
        }
    }

    /// The raw value that becomes 0.
    pub const fn zero(&self) -> i16 {
        self.halves as i16
    }

    /// The factor, below 2¹⁴.
    pub const fn factor(&self) -> u16 {
        (self.halves >> 16) as u16
    }

    #[inline(always)]
    pub(crate) fn unclamped(self, raw: i32, shift: u32) -> i32 {
        let half = 1_i32.wrapping_shl(shift).wrapping_shr(1);
        let product = raw.wrapping_sub(self.zero().into()).wrapping_mul(self.factor().into());
        product.wrapping_add(half).wrapping_shr(shift)
    }
}

/// The nearest input.
#[inline(always)]
pub(crate) fn clamp(value: i32) -> i32 {
    value.clamp(LOWEST, HIGHEST)
}

/// The input of each raw value by its scale, up to the end of the shortest slice, in 16 bits or in 8; returns how many
/// were clamped.
#[inline]
pub(crate) fn inputs<Q: Copy + Into<i32>, X>(
    raw: &[Q],
    shift: u32,
    scales: &[InputScale],
    x: &mut [X],
    narrow: impl Fn(i32) -> X,
) -> u32 {
    let mut clamped = 0_u32;
    for ((x, raw), scale) in x.iter_mut().zip(raw).zip(scales) {
        let mut value = scale.unclamped((*raw).into(), shift);
        // One comparison for both ends.
        if value.wrapping_sub(LOWEST).cast_unsigned() > 255 {
            clamped = clamped.wrapping_add(1);
            value = clamp(value);
        }
        *x = narrow(value);
    }
    clamped
}

/// The number of bits that are rounded away from the product with a byte.
pub(super) const SHIFT_OF_BYTES: u32 = 8;

/// [`inputs`] from bytes.
#[inline]
pub(super) fn of_bytes(raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
    inputs(raw, SHIFT_OF_BYTES, scales, x, |value| value as i16)
}
