//! Integers on AVX2: one instruction multiplies sixteen weights by sixteen inputs and adds the products in pairs.

use core::arch::x86_64::{
    __m256i, _mm_add_epi32, _mm_storeu_si128, _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_si128,
    _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_setzero_si256,
};

use super::integers_lanes::{Products, ROWS};

/// An AVX2 register.
#[derive(Clone, Copy)]
pub(super) struct YmmOfIntegers(__m256i);

impl Products for YmmOfIntegers {
    const WIDTH: usize = 16;
    const ALIGNS_FROM: usize = 256;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's processor has AVX2.
        Self(unsafe { _mm256_setzero_si256() })
    }

    #[inline(always)]
    unsafe fn load(from: *const i16) -> Self {
        // SAFETY: the caller's processor has AVX2, and sixteen numbers can be read.
        Self(unsafe { _mm256_loadu_si256(from.cast()) })
    }

    #[inline(always)]
    fn and(self, mask: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX2.
        Self(unsafe { _mm256_and_si256(self.0, mask.0) })
    }

    #[inline(always)]
    fn add(self, weights: Self, x: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX2.
        Self(unsafe { _mm256_add_epi32(self.0, _mm256_madd_epi16(weights.0, x.0)) })
    }

    #[inline(always)]
    fn fold([a, b, c, d]: [Self; ROWS]) -> [i32; ROWS] {
        let mut out = [0; ROWS];
        // SAFETY: the registers exist, so the processor has AVX2; the array holds four numbers.
        unsafe {
            let pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(a.0, b.0), _mm256_hadd_epi32(c.0, d.0));
            let four = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256::<1>(pairs));
            _mm_storeu_si128(out.as_mut_ptr().cast(), four);
        }
        out
    }
}
