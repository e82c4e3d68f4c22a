//! The factor of all weights, and whether they are finite with it.

use crate::error::Error;

/// A model's scale, stored as the bits in which it differs from 1.
///
/// So a fresh model is all zero bits and its static costs no flash.
#[derive(Clone, Copy)]
pub(crate) struct Scale(u32);

impl Scale {
    pub(crate) const ONE: Self = Self::of(1.0);

    /// Below this the scale is folded into the weights; see [`Sgd`](crate::Sgd).
    pub(crate) const SMALLEST: f32 = 1.0 / 65_536.0;
    const LARGEST: f32 = 65_536.0;

    /// The scale, unless it is outside the range that a model keeps it in.
    pub(crate) const fn in_range(scale: f32) -> Result<Self, Error> {
        if scale >= Self::SMALLEST && scale <= Self::LARGEST { Ok(Self::of(scale)) } else { Err(Error::InvalidScale) }
    }

    pub(crate) const fn of(scale: f32) -> Self {
        Self(scale.to_bits() ^ 1.0_f32.to_bits())
    }

    pub(crate) const fn get(self) -> f32 {
        f32::from_bits(self.0 ^ 1.0_f32.to_bits())
    }

    /// Whether weights of at most this magnitude are finite, as they are stored and times the scale.
    pub(crate) const fn keeps_finite(self, bound: f32) -> bool {
        let scale = self.get();
        (bound * if scale > 1.0 { scale } else { 1.0 }).is_finite()
    }
}
