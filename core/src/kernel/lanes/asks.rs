//! What passes over rows ask the cache for on their way.

#![expect(clippy::arithmetic_side_effects, reason = "no pass is none, and features are in memory")]

use crate::kernel::Soon;

/// What passes ask for: each for its part of a sample, or for nothing.
pub(in crate::kernel) trait Asks: Copy {
    /// What one of some passes asks for.
    fn part(self, pass: usize, passes: usize, features: usize) -> Self;

    /// The same from the pass's feature on.
    fn onwards(self, feature: usize) -> Self;

    /// The place of one of some passes that comes to this feature, if it asks.
    fn place(self, feature: usize, passes: usize) -> Option<*const f32>;
}

impl Asks for () {
    #[inline(always)]
    fn part(self, _: usize, _: usize, _: usize) {}

    #[inline(always)]
    fn onwards(self, _: usize) {}

    #[inline(always)]
    fn place(self, _: usize, _: usize) -> Option<*const f32> {
        None
    }
}

impl Asks for Soon {
    #[inline(always)]
    fn part(self, pass: usize, passes: usize, features: usize) -> Self {
        self.onwards(features * pass / passes)
    }

    #[inline(always)]
    fn onwards(self, feature: usize) -> Self {
        Self(self.0.wrapping_add(feature))
    }

    #[inline(always)]
    fn place(self, feature: usize, passes: usize) -> Option<*const f32> {
        Some(self.0.wrapping_add(feature / passes))
    }
}
