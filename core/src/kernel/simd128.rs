//! SIMD128 of WebAssembly: the sixteen lanes are four registers of four.
//!
//! What a target lacks cannot be compiled in: an engine without these instructions rejects the whole module if it
//! contains one of them. So nothing needs proof here, and the intrinsics are safe.

use core::arch::wasm32::{
    f32x4_add, f32x4_extract_lane, f32x4_gt, f32x4_mul, f32x4_ne, f32x4_splat, i32x4_max, i32x4_shuffle, i32x4_splat,
    u32x4_bitmask, v128, v128_and, v128_load, v128_load32_zero, v128_load64_zero, v128_or, v128_store,
    v128_store32_lane, v128_store64_lane,
};

use super::OfTarget;
use super::integers_lanes::integers_by_lanes;
use super::lanes::{Four, Vector, entry_points, inside};
use super::sealed::Sealed;
use super::simd128_integers::V128OfIntegers;

/// The kernel for WebAssembly with `-C target-feature=+simd128`.
///
/// ```
/// # #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
/// # {
/// use hingeline::kernel::{Kernel, Simd128};
///
/// assert_eq!(Simd128.dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Simd128;

impl OfTarget for Simd128 {
    const OF_TARGET: Self = Self;
}

impl Sealed for Simd128 {
    inside!("simd128");
    integers_by_lanes!("simd128", V128OfIntegers);
}

// Three rows, and one row by three samples in a batch: twelve accumulators, since engines on x86-64 have sixteen
// registers. With four or five rows the compiler leaves the loop over blocks as it is, which takes half as much fuel
// again at 10×64.
entry_points!(Simd128: "simd128", V128 as 4 registers; 3 rows; a batch of 1 row by 3 samples);

/// A 128-bit value.
#[derive(Clone, Copy)]
pub(super) struct V128(v128);

impl Vector for V128 {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's four elements can be read; the load requires no alignment.
        Self(unsafe { v128_load(from.cast()) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's four elements can be written; the store requires no alignment.
        unsafe { v128_store(to.cast(), self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(i32x4_max(v128_and(other.0, i32x4_splat(i32::MAX)), self.0))
    }
}

impl Four for V128 {
    #[inline(always)]
    unsafe fn load_one(from: *const f32) -> Self {
        // SAFETY: the caller's element can be read.
        Self(unsafe { v128_load32_zero(from.cast()) })
    }

    #[inline(always)]
    unsafe fn load_two(from: *const f32) -> Self {
        // SAFETY: the caller's two elements can be read; the load requires no alignment.
        Self(unsafe { v128_load64_zero(from.cast()) })
    }

    #[inline(always)]
    unsafe fn store_one(self, to: *mut f32) {
        // SAFETY: the caller's element can be written.
        unsafe { v128_store32_lane::<0>(self.0, to.cast()) }
    }

    #[inline(always)]
    unsafe fn store_two(self, to: *mut f32) {
        // SAFETY: the caller's two elements can be written; the store requires no alignment.
        unsafe { v128_store64_lane::<0>(self.0, to.cast()) }
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        Self(i32x4_shuffle::<0, 4, 1, 5>(self.0, other.0))
    }

    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        Self(i32x4_shuffle::<2, 6, 3, 7>(self.0, other.0))
    }

    #[inline(always)]
    fn pair_low(self, other: Self) -> Self {
        Self(i32x4_shuffle::<0, 1, 4, 5>(self.0, other.0))
    }

    #[inline(always)]
    fn pair_high(self, other: Self) -> Self {
        Self(i32x4_shuffle::<2, 3, 6, 7>(self.0, other.0))
    }

    #[inline(always)]
    fn where_positive(self, other: Self) -> Self {
        Self(v128_and(f32x4_gt(self.0, f32x4_splat(0.0)), other.0))
    }

    #[inline(always)]
    fn positive_bits(self) -> u32 {
        u32x4_bitmask(f32x4_gt(self.0, f32x4_splat(0.0))).into()
    }

    #[inline(always)]
    fn nonzero_bits(self) -> u32 {
        u32x4_bitmask(f32x4_ne(self.0, f32x4_splat(0.0))).into()
    }

    #[inline(always)]
    fn first(self) -> f32 {
        f32x4_extract_lane::<0>(self.0)
    }

    #[inline(always)]
    fn second(self) -> f32 {
        f32x4_extract_lane::<1>(self.0)
    }
}
