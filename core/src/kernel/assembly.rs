//! Integers on processors without vectors for which there is assembly: selects it for the target's instruction set.

#[cfg(hingeline_dsp)]
pub(super) use super::dsp::{inputs, scores, update};
#[cfg(hingeline_rv32m)]
pub(super) use super::rv32::{inputs, scores, update};
#[cfg(any(hingeline_thumb1, hingeline_thumb2))]
pub(super) use super::thumb_inputs::inputs;
#[cfg(hingeline_thumb1)]
pub(super) use super::thumb1::{scores, update};
#[cfg(hingeline_thumb2)]
pub(super) use super::thumb2::{scores, update};

/// The sealed operations that a kernel takes from this module.
macro_rules! integers_in_assembly {
    () => {
        #[inline(always)]
        fn integer_scores(self, _: $crate::kernel::Key, weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
            $crate::kernel::assembly::scores(weights, bias, x, scores);
        }

        #[inline(always)]
        fn integer_update(
            self,
            _: $crate::kernel::Key,
            weights: &mut [i16],
            bias: &mut [i32],
            coefficients: &[i32],
            rate: $crate::kernel::integers::Rate,
            x: &[i16],
        ) -> u32 {
            $crate::kernel::assembly::update(weights, bias, coefficients, rate, x)
        }

        #[inline(always)]
        fn integer_inputs(
            self,
            _: $crate::kernel::Key,
            raw: &[u8],
            scales: &[$crate::kernel::inputs::InputScale],
            x: &mut [i16],
        ) -> u32 {
            $crate::kernel::assembly::inputs(raw, scales, x)
        }
    };
}
pub(super) use integers_in_assembly;
