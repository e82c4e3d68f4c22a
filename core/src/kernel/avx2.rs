//! AVX2: the sixteen lanes are two registers of eight.

use core::arch::x86_64::{
    __m256, __m256i, _mm256_add_ps, _mm256_and_si256, _mm256_andnot_si256, _mm256_castps_si256, _mm256_castps256_ps128,
    _mm256_castsi256_ps, _mm256_extractf128_ps, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_maskload_ps,
    _mm256_maskstore_ps, _mm256_max_epi32, _mm256_mul_ps, _mm256_or_ps, _mm256_set1_epi32, _mm256_set1_ps,
    _mm256_storeu_ps,
};

use super::OfTarget;
use super::avx2_integers::YmmOfIntegers;
use super::integers_lanes::integers_by_lanes;
use super::lanes::{Register, Vector, entry_points};
use super::sealed::{Key, Sealed};
use super::sse2::{self, Xmm};
use crate::error::Error;

cpufeatures::new!(detected, "avx2");

/// The kernel for AVX2: proof that the processor has it.
///
/// A model on it starts at a multiple of 32 bytes, so that no load of its weights straddles two cache lines when rows
/// are a multiple of 8 features.
///
/// ```
/// # #[cfg(target_arch = "x86_64")]
/// # {
/// use hingeline::kernel::{Avx2, Kernel};
///
/// if let Ok(kernel) = Avx2::new() {
///     assert_eq!(kernel.dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(align(32))]
pub struct Avx2(());

impl Avx2 {
    /// Looks whether the processor has AVX2, and whether the system keeps its registers.
    ///
    /// # Errors
    /// [`Error::KernelUnavailable`] if not.
    ///
    /// ```
    /// # #[cfg(target_arch = "x86_64")]
    /// match hingeline::kernel::Avx2::new() {
    ///     Ok(_) => println!("AVX2"),
    ///     Err(error) => println!("{error}"),
    /// }
    /// ```
    pub fn new() -> Result<Self, Error> {
        if detected::get() { Ok(Self(())) } else { Err(Error::KernelUnavailable) }
    }
}

impl OfTarget for Avx2 {
    const OF_TARGET: Self = {
        assert!(cfg!(target_feature = "avx2"), "this target lacks AVX2; see `-C target-feature`");
        Self(())
    };
}

impl Sealed for Avx2 {
    #[inline(always)]
    fn prefetch(self, _: Key, x: &[f32]) {
        sse2::prefetch(x);
    }

    integers_by_lanes!("avx2", YmmOfIntegers);
}

// Five rows: ten accumulators, two registers of the sample and one for products, of sixteen. In a batch three rows by
// two samples: twelve accumulators; two by three was as fast or slower, four by one a third slower where the weights
// are not in the nearest cache.
entry_points!(Avx2: "avx2", Ymm as 2 registers; 5 rows; a batch of 3 rows by 2 samples);

#[derive(Clone, Copy)]
pub(super) struct Ymm(__m256);

/// A mask of n ones and 8 − n zeros starts at element 8 − n.
static MASKS: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

impl Vector for Ymm {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller's processor has AVX2.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's processor has AVX2, and eight elements can be read.
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has AVX2; the caller's eight elements can be written.
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX2.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX2.
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX2.
        unsafe {
            let magnitude = _mm256_and_si256(_mm256_castps_si256(other.0), _mm256_set1_epi32(i32::MAX));
            Self(_mm256_castsi256_ps(_mm256_max_epi32(magnitude, _mm256_castps_si256(self.0))))
        }
    }
}

impl Register<2> for Ymm {
    type Mask = __m256i;
    type Quad = Xmm;

    #[inline(always)]
    unsafe fn mask(count: usize) -> __m256i {
        // SAFETY: the caller's processor has AVX2; eight elements from 8 − count on lie in the table, for a count of 0
        // to 8.
        unsafe { _mm256_loadu_si256(MASKS.as_ptr().add(Self::WIDTH).sub(count).cast()) }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, mask: __m256i) -> Self {
        // SAFETY: the caller's processor has AVX2, and the elements of the mask can be read; no other is.
        Self(unsafe { _mm256_maskload_ps(from, mask) })
    }

    #[inline(always)]
    unsafe fn load_padded(from: *const f32, mask: __m256i) -> Self {
        // SAFETY: as `load_first`, by the caller.
        unsafe {
            let padding = _mm256_andnot_si256(mask, _mm256_set1_epi32(i32::MIN));
            Self(_mm256_or_ps(_mm256_maskload_ps(from, mask), _mm256_castsi256_ps(padding)))
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, mask: __m256i) {
        // SAFETY: the register exists, so the processor has AVX2; the elements of the mask can be written, and no other
        // is.
        unsafe { _mm256_maskstore_ps(to, mask, self.0) }
    }

    #[inline(always)]
    fn largest(self) -> f32 {
        // SAFETY: the register exists, so the processor has AVX2.
        unsafe { Xmm(_mm256_castps256_ps128(self.0)).larger(Xmm(_mm256_extractf128_ps::<1>(self.0))).largest() }
    }

    #[inline(always)]
    fn quarter([low, high]: [Self; 2]) -> Xmm {
        let eight = low.add(high).0;
        // SAFETY: the register exists, so the processor has AVX2.
        unsafe { Xmm(_mm256_castps256_ps128(eight)).add(Xmm(_mm256_extractf128_ps::<1>(eight))) }
    }
}
