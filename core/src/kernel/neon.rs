//! NEON: the sixteen lanes are four registers of four.

use core::arch::aarch64::{
    float32x4_t, uint32x4_t, vabsq_f32, vaddq_f32, vaddvq_u32, vandq_u32, vceqq_f32, vcgtq_f32, vcombine_f32,
    vdup_n_f32, vdupq_n_f32, vget_low_f32, vgetq_lane_f32, vld1_f32, vld1_lane_f32, vld1q_f32, vld1q_u32, vmaxq_u32,
    vmulq_f32, vmvnq_u32, vorrq_u32, vreinterpretq_f32_f64, vreinterpretq_f32_u32, vreinterpretq_f64_f32,
    vreinterpretq_u32_f32, vst1_f32, vst1q_f32, vst1q_lane_f32, vzip1q_f32, vzip1q_f64, vzip2q_f32, vzip2q_f64,
};

use super::OfTarget;
use super::integers_lanes::integers_by_lanes;
use super::lanes::{Four, Vector, entry_points};
use super::neon_integers::QuadrupleOfIntegers;
use super::sealed::Sealed;

/// The kernel for NEON, which every AArch64 processor has unless the kernel of an operating system does without it.
///
/// ```
/// # #[cfg(target_arch = "aarch64")]
/// # {
/// use hingeline::kernel::{Kernel, Neon};
///
/// assert_eq!(Neon.dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Neon;

impl OfTarget for Neon {
    const OF_TARGET: Self = Self;
}

impl Sealed for Neon {
    // No entry point for a whole step: with two violations of ten it took 2 % fewer instructions, with nine 11 % more.
    integers_by_lanes!("neon", QuadrupleOfIntegers);
}

// Four rows, and three rows by two samples in a batch: sixteen and twenty-four accumulators of the thirty-two
// registers. With five rows the compiler spills some of them to memory: 549 instructions at 10×64 and 639 at 10×30,
// instead of 533 and 389.
entry_points!(Neon: "neon", Quadruple as 4 registers; 4 rows; a batch of 3 rows by 2 samples);

/// A NEON register.
#[derive(Clone, Copy)]
pub(super) struct Quadruple(float32x4_t);

impl Vector for Quadruple {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller's processor has NEON.
        Self(unsafe { vdupq_n_f32(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's processor has NEON, and four elements can be read.
        Self(unsafe { vld1q_f32(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has NEON; the caller's four elements can be written.
        unsafe { vst1q_f32(to, self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        Self(unsafe { vaddq_f32(self.0, other.0) })
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        Self(unsafe { vmulq_f32(self.0, other.0) })
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        unsafe {
            let magnitude = vreinterpretq_u32_f32(vabsq_f32(other.0));
            Self(vreinterpretq_f32_u32(vmaxq_u32(magnitude, vreinterpretq_u32_f32(self.0))))
        }
    }
}

/// A bit for each element of a mask; the first element has the lowest bit.
#[inline(always)]
fn bits_of(mask: uint32x4_t) -> u32 {
    const BITS: [u32; 4] = [1, 2, 4, 8];
    // SAFETY: the register exists, so the processor has NEON; four elements can be read.
    unsafe { vaddvq_u32(vandq_u32(mask, vld1q_u32(BITS.as_ptr()))) }
}

impl Four for Quadruple {
    #[inline(always)]
    unsafe fn load_one(from: *const f32) -> Self {
        // SAFETY: the caller's processor has NEON, and an element can be read.
        Self(unsafe { vcombine_f32(vld1_lane_f32::<0>(from, vdup_n_f32(0.0)), vdup_n_f32(0.0)) })
    }

    #[inline(always)]
    unsafe fn load_two(from: *const f32) -> Self {
        // SAFETY: the caller's processor has NEON, and two elements can be read.
        Self(unsafe { vcombine_f32(vld1_f32(from), vdup_n_f32(0.0)) })
    }

    #[inline(always)]
    unsafe fn store_one(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has NEON; the caller's element can be written.
        unsafe { vst1q_lane_f32::<0>(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_two(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has NEON; the caller's two elements can be written.
        unsafe { vst1_f32(to, vget_low_f32(self.0)) }
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        unsafe {
            let bits = vorrq_u32(vreinterpretq_u32_f32(self.0), vreinterpretq_u32_f32(other.0));
            Self(vreinterpretq_f32_u32(bits))
        }
    }

    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        Self(unsafe { vzip1q_f32(self.0, other.0) })
    }

    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        Self(unsafe { vzip2q_f32(self.0, other.0) })
    }

    #[inline(always)]
    fn pair_low(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        unsafe {
            Self(vreinterpretq_f32_f64(vzip1q_f64(vreinterpretq_f64_f32(self.0), vreinterpretq_f64_f32(other.0))))
        }
    }

    #[inline(always)]
    fn pair_high(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        unsafe {
            Self(vreinterpretq_f32_f64(vzip2q_f64(vreinterpretq_f64_f32(self.0), vreinterpretq_f64_f32(other.0))))
        }
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has NEON.
        unsafe {
            let positive = vcgtq_f32(self.0, vdupq_n_f32(0.0));
            Self(vreinterpretq_f32_u32(vandq_u32(positive, vreinterpretq_u32_f32(other.0))))
        }
    }

    #[inline(always)]
    fn positive_bits(self) -> u32 {
        // SAFETY: the register exists, so the processor has NEON.
        bits_of(unsafe { vcgtq_f32(self.0, vdupq_n_f32(0.0)) })
    }

    #[inline(always)]
    fn nonzero_bits(self) -> u32 {
        // SAFETY: the register exists, so the processor has NEON.
        bits_of(unsafe { vmvnq_u32(vceqq_f32(self.0, vdupq_n_f32(0.0))) })
    }

    #[inline(always)]
    fn first(self) -> f32 {
        // SAFETY: the register exists, so the processor has NEON.
        unsafe { vgetq_lane_f32::<0>(self.0) }
    }

    #[inline(always)]
    fn second(self) -> f32 {
        // SAFETY: the register exists, so the processor has NEON.
        unsafe { vgetq_lane_f32::<1>(self.0) }
    }
}
