//! Integers on SIMD128: one instruction multiplies eight weights by eight inputs and adds the products in pairs.

use core::arch::wasm32::{
    i32x4_add, i32x4_dot_i16x8, i32x4_shuffle, i32x4_splat, v128, v128_and, v128_load, v128_store,
};

use super::integers_lanes::{Products, ROWS};

/// A 128-bit value.
#[derive(Clone, Copy)]
pub(super) struct V128OfIntegers(v128);

impl Products for V128OfIntegers {
    const WIDTH: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Self(i32x4_splat(0))
    }

    #[inline(always)]
    unsafe fn load(from: *const i16) -> Self {
        // SAFETY: the caller's eight numbers can be read; the load requires no alignment.
        Self(unsafe { v128_load(from.cast()) })
    }

    #[inline(always)]
    fn and(self, mask: Self) -> Self {
        Self(v128_and(self.0, mask.0))
    }

    #[inline(always)]
    fn add(self, weights: Self, x: Self) -> Self {
        Self(i32x4_add(self.0, i32x4_dot_i16x8(weights.0, x.0)))
    }

    #[inline(always)]
    fn fold([a, b, c, d]: [Self; ROWS]) -> [i32; ROWS] {
        let pairs =
            |a: Self, b: Self| i32x4_add(i32x4_shuffle::<0, 4, 1, 5>(a.0, b.0), i32x4_shuffle::<2, 6, 3, 7>(a.0, b.0));
        let (ab, cd) = (pairs(a, b), pairs(c, d));
        let four = i32x4_add(i32x4_shuffle::<0, 1, 4, 5>(ab, cd), i32x4_shuffle::<2, 3, 6, 7>(ab, cd));
        let mut out = [0; ROWS];
        // SAFETY: the array holds four numbers.
        unsafe { v128_store(out.as_mut_ptr().cast(), four) }
        out
    }
}
