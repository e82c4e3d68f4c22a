//! Integers on NEON: one instruction multiplies four weights by four inputs and adds the products to four sums.

use core::arch::aarch64::{int32x4_t, vandq_s32, vdupq_n_s32, vld1q_s16, vpaddq_s32, vreinterpretq_s32_s16, vst1q_s32};
use core::arch::asm;

use super::integers_lanes::{Products, ROWS};

/// A NEON register.
#[derive(Clone, Copy)]
pub(super) struct QuadrupleOfIntegers(int32x4_t);

impl Products for QuadrupleOfIntegers {
    const WIDTH: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's processor has NEON.
        Self(unsafe { vdupq_n_s32(0) })
    }

    #[inline(always)]
    unsafe fn load(from: *const i16) -> Self {
        // SAFETY: the caller's processor has NEON, and eight numbers can be read.
        Self(unsafe { vreinterpretq_s32_s16(vld1q_s16(from)) })
    }

    #[inline(always)]
    fn and(self, mask: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        Self(unsafe { vandq_s32(self.0, mask.0) })
    }

    #[inline(always)]
    fn add(self, weights: Self, x: Self) -> Self {
        let mut sums = self.0;
        // In assembly, since the compiler would make a tree of a sum of many products: a third more instructions.
        // SAFETY: the register exists, so the processor has NEON.
        unsafe {
            asm!(
                "smlal {sums:v}.4s, {weights:v}.4h, {x:v}.4h",
                "smlal2 {sums:v}.4s, {weights:v}.8h, {x:v}.8h",
                sums = inout(vreg) sums,
                weights = in(vreg) weights.0,
                x = in(vreg) x.0,
                options(pure, nomem, nostack, preserves_flags)
            );
        }
        Self(sums)
    }

    #[inline(always)]
    fn fold([a, b, c, d]: [Self; ROWS]) -> [i32; ROWS] {
        let mut out = [0; ROWS];
        // SAFETY: the registers exist, so the processor has NEON; the array holds four numbers.
        unsafe { vst1q_s32(out.as_mut_ptr(), vpaddq_s32(vpaddq_s32(a.0, b.0), vpaddq_s32(c.0, d.0))) }
        out
    }
}
