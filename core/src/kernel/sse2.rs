//! SSE2: the sixteen lanes are four registers of four.

use core::arch::x86_64::{
    __m128, _MM_HINT_T1, _mm_add_ps, _mm_and_ps, _mm_and_si128, _mm_andnot_si128, _mm_castps_si128, _mm_castsi128_ps,
    _mm_cmpgt_epi32, _mm_cmpgt_ps, _mm_cmpneq_ps, _mm_cvtss_f32, _mm_load_ss, _mm_loadl_epi64, _mm_loadu_ps,
    _mm_movehl_ps, _mm_movelh_ps, _mm_movemask_ps, _mm_mul_ps, _mm_or_ps, _mm_or_si128, _mm_prefetch, _mm_set1_epi32,
    _mm_set1_ps, _mm_setzero_ps, _mm_shuffle_ps, _mm_store_ss, _mm_storel_epi64, _mm_storeu_ps, _mm_unpackhi_ps,
    _mm_unpacklo_ps,
};

use super::OfTarget;
use super::integers_lanes::integers_by_lanes;
use super::lanes::{Four, Vector, entry_points, inside};
use super::sealed::Sealed;
use super::sse2_integers::XmmOfIntegers;

/// The kernel for SSE2, which every x86-64 processor has.
///
/// ```
/// # #[cfg(target_arch = "x86_64")]
/// # {
/// use hingeline::kernel::{Kernel, Sse2};
///
/// assert_eq!(Sse2.dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sse2;

impl OfTarget for Sse2 {
    const OF_TARGET: Self = Self;
}

impl Sealed for Sse2 {
    inside!("sse2");
    integers_by_lanes!("sse2", XmmOfIntegers);
}

/// Prefetches a cache line into the second-level cache, since the first-level one may just hold the weights: with
/// prefetches into that one, epochs of 10×784 took half as long again.
#[inline(always)]
pub(super) fn prefetch(place: *const f32) {
    // SAFETY: every x86-64 processor has the instruction; it may be given any address.
    unsafe { _mm_prefetch::<_MM_HINT_T1>(place.cast()) };
}

// Two rows, and one row by three samples in a batch: eight and twelve accumulators of the sixteen registers. With three
// rows 10×784 gained 5 %, and small shapes lost up to 30 %. A row by several samples needs a copy of the row for each,
// since an SSE2 instruction overwrites an operand: so a batch gains little.
entry_points!(Sse2: "sse2", Xmm as 4 registers; 2 rows; a batch of 1 row by 3 samples);

/// An SSE2 register; wider registers are folded to four lanes in one of these.
#[derive(Clone, Copy)]
pub(super) struct Xmm(pub(super) __m128);

impl Vector for Xmm {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller's processor has SSE2.
        Self(unsafe { _mm_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's processor has SSE2, and four elements can be read.
        Self(unsafe { _mm_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has SSE2; the caller's four elements can be written.
        unsafe { _mm_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_mul_ps(self.0, other.0) })
    }

    // SSE2 has no maximum of 32-bit integers, and that of floats loses a NaN on one side.
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        unsafe {
            let magnitude = _mm_and_si128(_mm_castps_si128(other.0), _mm_set1_epi32(i32::MAX));
            let own = _mm_castps_si128(self.0);
            let greater = _mm_cmpgt_epi32(magnitude, own);
            let larger = _mm_or_si128(_mm_and_si128(greater, magnitude), _mm_andnot_si128(greater, own));
            Self(_mm_castsi128_ps(larger))
        }
    }

    #[inline(always)]
    fn prefetch(place: *const f32) {
        prefetch(place);
    }
}

impl Four for Xmm {
    #[inline(always)]
    unsafe fn load_one(from: *const f32) -> Self {
        // SAFETY: the caller's processor has SSE2, and an element can be read.
        Self(unsafe { _mm_load_ss(from) })
    }

    #[inline(always)]
    unsafe fn load_two(from: *const f32) -> Self {
        // SAFETY: the caller's processor has SSE2, and two elements can be read; the load requires no more alignment
        // than theirs.
        Self(unsafe { _mm_castsi128_ps(_mm_loadl_epi64(from.cast())) })
    }

    #[inline(always)]
    unsafe fn store_one(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has SSE2; the caller's element can be written.
        unsafe { _mm_store_ss(to, self.0) }
    }

    #[inline(always)]
    unsafe fn store_two(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has SSE2; the caller's two elements can be written, and the
        // store requires no more alignment than theirs.
        unsafe { _mm_storel_epi64(to.cast(), _mm_castps_si128(self.0)) }
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_or_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_unpacklo_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_unpackhi_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn pair_low(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_movelh_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn pair_high(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_movehl_ps(other.0, self.0) })
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has SSE2.
        Self(unsafe { _mm_and_ps(_mm_cmpgt_ps(self.0, _mm_setzero_ps()), other.0) })
    }

    #[inline(always)]
    fn positive_bits(self) -> u32 {
        // SAFETY: the register exists, so the processor has SSE2.
        unsafe { _mm_movemask_ps(_mm_cmpgt_ps(self.0, _mm_setzero_ps())).cast_unsigned() }
    }

    #[inline(always)]
    fn nonzero_bits(self) -> u32 {
        // SAFETY: the register exists, so the processor has SSE2.
        unsafe { _mm_movemask_ps(_mm_cmpneq_ps(self.0, _mm_setzero_ps())).cast_unsigned() }
    }

    #[inline(always)]
    fn first(self) -> f32 {
        // SAFETY: the register exists, so the processor has SSE2.
        unsafe { _mm_cvtss_f32(self.0) }
    }

    #[inline(always)]
    fn second(self) -> f32 {
        // SAFETY: the register exists, so the processor has SSE2.
        unsafe { _mm_cvtss_f32(_mm_shuffle_ps::<0b01>(self.0, self.0)) }
    }
}
