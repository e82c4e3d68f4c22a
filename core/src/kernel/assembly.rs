//! Integers on processors without vectors for which there is assembly: selects it for the target's instruction set.

#[cfg(hingeline_dsp)]
use super::dsp::change_rows;
#[cfg(hingeline_dsp)]
pub(super) use super::dsp::{inputs, scores};
use super::integers::Rate;
use super::rows;
#[cfg(hingeline_rv32m)]
use super::rv32::change_rows;
#[cfg(hingeline_rv32m)]
pub(super) use super::rv32::{inputs, scores};
#[cfg(any(hingeline_thumb1, hingeline_thumb2))]
pub(super) use super::thumb_inputs::inputs;
#[cfg(hingeline_thumb1)]
use super::thumb1::change_rows;
#[cfg(hingeline_thumb1)]
pub(super) use super::thumb1::scores;
#[cfg(hingeline_thumb2)]
use super::thumb2::change_rows;
#[cfg(hingeline_thumb2)]
pub(super) use super::thumb2::scores;

/// `row[f] = row[f] − k · rate(x[f])` for each row and its coefficient, and the biases; returns how many were clamped.
#[inline(always)]
pub(super) fn update(weights: &mut [i16], bias: &mut [i32], coefficients: &[i32], rate: Rate, x: &[i16]) -> u32 {
    // SAFETY: the function is one for this processor.
    unsafe { rows::update(change_rows, weights, bias, coefficients, rate, x) }
}

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
