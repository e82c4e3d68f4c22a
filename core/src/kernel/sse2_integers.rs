//! Integers on SSE2: one instruction multiplies eight weights by eight inputs and adds the products in pairs.

use core::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_and_si128, _mm_loadu_si128, _mm_madd_epi16, _mm_setzero_si128, _mm_storeu_si128,
    _mm_unpackhi_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi32, _mm_unpacklo_epi64,
};

use super::integers_lanes::{Products, ROWS};

/// An SSE2 register.
#[derive(Clone, Copy)]
pub(super) struct XmmOfIntegers(__m128i);

impl Products for XmmOfIntegers {
    const WIDTH: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        Self(unsafe { _mm_setzero_si128() })
    }

    #[inline(always)]
    unsafe fn load(from: *const i16) -> Self {
        // SAFETY: the caller's eight numbers can be read.
        Self(unsafe { _mm_loadu_si128(from.cast()) })
    }

    #[inline(always)]
    fn and(self, mask: Self) -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        Self(unsafe { _mm_and_si128(self.0, mask.0) })
    }

    #[inline(always)]
    fn add(self, weights: Self, x: Self) -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        Self(unsafe { _mm_add_epi32(self.0, _mm_madd_epi16(weights.0, x.0)) })
    }

    #[inline(always)]
    fn fold([a, b, c, d]: [Self; ROWS]) -> [i32; ROWS] {
        let mut out = [0; ROWS];
        // SAFETY: every x86-64 processor has SSE2; the array holds four numbers.
        unsafe {
            let ab = _mm_add_epi32(_mm_unpacklo_epi32(a.0, b.0), _mm_unpackhi_epi32(a.0, b.0));
            let cd = _mm_add_epi32(_mm_unpacklo_epi32(c.0, d.0), _mm_unpackhi_epi32(c.0, d.0));
            let four = _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd));
            _mm_storeu_si128(out.as_mut_ptr().cast(), four);
        }
        out
    }
}
