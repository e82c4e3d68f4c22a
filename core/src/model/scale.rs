//! The factor of all weights: how it shrinks, when it is folded, and whether the weights are finite with it.

use crate::error::Error;

/// The factor of a model's weights, as a sum of two numbers: the value that multiplies the scores, and the carry, which
/// its rounding has lost.
///
/// One step of L2 shrinks the scale by a few parts in a million, or in 10¹²; most of that is less than the last bit of
/// a binary32. The carry keeps that part until it is large enough to count.
///
/// ```
/// use hingeline::{Model, Scale};
///
/// let mut model = Model::<2, 1>::new();
/// // As a step left it; a number alone has no carry.
/// model.load(&[1.0, -1.0], &[0.0; 2], Scale { value: 0.5, carry: -1e-9 })?;
/// model.load(&[1.0, -1.0], &[0.0; 2], 0.5)?;
/// assert_eq!(model.parts().2, Scale { value: 0.5, carry: 0.0 });
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Numeric contract
/// The decay of a step is `d = 2 * (η * α)`. Without L2 nothing changes. For `d ≤ ½`, `c = carry − (value * d)` and `v = value`; for a larger one,
/// `v = value * (1 − d)` and `c = carry * (1 − d)`. Then `value' = v + c` and `carry' = c − (value' − v)`, which is exact.
///
/// # How exact that is
/// `value + carry` shrinks by `1 − 2ηα` with a relative error of 2ηα of at most 2⁻²² for the products and 2⁻⁴⁹ / (2ηα)
/// for the carry: below 0.1 % for ηα of 10⁻¹² and above.
///
/// # Source
/// T. J. Dekker, "A Floating-Point Technique for Extending the Available Precision", Numerische Mathematik 18 (1971): the sum of two
/// numbers of which the first is the larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Scale {
    /// The factor of the stored weights.
    pub value: f32,
    /// The part still to be added to the value, at most half of its last bit.
    pub carry: f32,
}

impl From<f32> for Scale {
    fn from(value: f32) -> Self {
        Self { value, carry: 0.0 }
    }
}

impl Scale {
    pub(crate) const ONE: Self = Self { value: 1.0, carry: 0.0 };

    /// Below this the scale is folded into the weights; see [`Sgd`](crate::Sgd).
    pub(crate) const SMALLEST: f32 = 1.0 / 65_536.0;
    const LARGEST: f32 = 65_536.0;

    /// The scale, or an error if a model cannot have it.
    pub(crate) const fn checked(self) -> Result<Self, Error> {
        let in_range = self.value >= Self::SMALLEST && self.value <= Self::LARGEST;
        if in_range && self.value + self.carry == self.value { Ok(self) } else { Err(Error::InvalidScale) }
    }

    /// Whether weights of at most this magnitude are finite, both as they are stored and times the scale.
    pub(crate) const fn keeps_finite(self, bound: f32) -> bool {
        (bound * if self.value > 1.0 { self.value } else { 1.0 }).is_finite()
    }

    /// The scale after a step that removes this share of the weights; the share is below 1.
    #[inline]
    pub(crate) fn decayed(self, decay: f32) -> Self {
        if decay == 0.0 {
            return self;
        }
        let (value, carry) = if decay <= 0.5 {
            (self.value, self.carry - self.value * decay)
        } else {
            // The factor is exact, and the product above might be as large as the value.
            let factor = 1.0 - decay;
            (self.value * factor, self.carry * factor)
        };
        let sum = value + carry;
        Self { value: sum, carry: carry - (sum - value) }
    }

    /// 1 for a scale that may stay; else the power of two to multiply the weights by, which leaves a scale in [1, 2).
    pub(crate) fn due_fold(self) -> f32 {
        if self.value >= Self::SMALLEST { 1.0 } else { self.fold() }
    }

    /// The power of two to multiply the weights by, which leaves a scale in [1, 2); 1 for a scale of at least 1.
    pub(crate) fn fold(self) -> f32 {
        const EXPONENT: u32 = 0x7f80_0000;
        if self.value >= 1.0 { 1.0 } else { f32::from_bits(self.value.to_bits() & EXPONENT) }
    }

    /// The number of steps with this decay that certainly leave a scale that may stay; `u64::MAX` for no decay.
    pub(crate) fn steps_until_fold(self, decay: f32) -> u64 {
        if decay == 0.0 {
            return u64::MAX;
        }
        // Less the carry and the rounding of the value. A conversion from floating point saturates.
        let value = self.value * (1.0 - 4.0 * f32::EPSILON);
        let steps = libm::logf(value / Self::SMALLEST) / -libm::log1pf(-decay);
        (steps * 0.999) as u64
    }

    /// The scale after this power of two is folded into the weights: exact.
    pub(crate) fn without(self, fold: f32) -> Self {
        Self { value: self.value / fold, carry: self.carry / fold }
    }
}

/// A model's scale, its value stored as the bits in which it differs from 1.
///
/// So a fresh model is all zero bits and its static costs no flash.
#[derive(Clone, Copy)]
pub(crate) struct StoredScale {
    bits: u32,
    carry: f32,
}

impl StoredScale {
    pub(crate) const ONE: Self = Self::of(Scale::ONE);

    pub(crate) const fn of(scale: Scale) -> Self {
        Self { bits: scale.value.to_bits() ^ 1.0_f32.to_bits(), carry: scale.carry }
    }

    pub(crate) const fn value(self) -> f32 {
        f32::from_bits(self.bits ^ 1.0_f32.to_bits())
    }

    pub(crate) const fn get(self) -> Scale {
        Scale { value: self.value(), carry: self.carry }
    }
}
