//! The cache lines that passes over rows prefetch.

#![expect(clippy::arithmetic_side_effects, reason = "no pass is none, and features are in memory")]

use crate::kernel::Soon;

/// The prefetches of passes: each pass prefetches its part of a sample, or nothing.
pub(in crate::kernel) trait Asks: Copy {
    /// The part that one of `passes` passes prefetches.
    fn part(self, pass: usize, passes: usize, features: usize) -> Self;

    /// The same from this feature of the pass on.
    fn onwards(self, feature: usize) -> Self;

    /// The address that one of `passes` passes prefetches when it comes to this feature, if any.
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
