//! AVX-512: the sixteen lanes are one register.

use core::arch::x86_64::{
    __m512, __mmask16, _mm256_add_ps, _mm256_castpd_ps, _mm256_castps256_ps128, _mm256_extractf128_ps,
    _mm256_storeu_ps, _mm512_abs_ps, _mm512_add_ps, _mm512_castps_pd, _mm512_castps_si512, _mm512_castps512_ps256,
    _mm512_castsi512_ps, _mm512_extractf64x4_pd, _mm512_loadu_ps, _mm512_mask_loadu_ps, _mm512_maskz_loadu_ps,
    _mm512_max_epi32, _mm512_mul_ps, _mm512_reduce_max_epi32, _mm512_set1_ps, _mm512_storeu_ps,
};

use super::OfTarget;
use super::avx2::Ymm;
use super::avx2_integers::YmmOfIntegers;
use super::integers_lanes::integers_by_lanes;
use super::lanes::{Register, Vector, entry_points, inside};
use super::sealed::Sealed;
use super::sse2::{self, Xmm};
use crate::error::Error;

cpufeatures::new!(detected, "avx512f", "avx512vl");

/// The kernel for AVX-512 (F and VL): proof that the processor has it.
///
/// A model on this kernel is aligned to 64 bytes, a cache line, so no load of its weights straddles two lines if rows
/// are a multiple of 16 features: at 10×784 the scores of a model at another address took half as long again.
///
/// ```
/// # #[cfg(target_arch = "x86_64")]
/// # {
/// use hingeline::kernel::{Avx512, Kernel};
///
/// if let Ok(kernel) = Avx512::new() {
///     assert_eq!(kernel.dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(align(64))]
pub struct Avx512(());

impl Avx512 {
    /// Detects whether the processor has AVX-512F and AVX-512VL and the operating system saves their registers.
    ///
    /// # Errors
    /// [`Error::KernelUnavailable`] if not.
    ///
    /// ```
    /// # #[cfg(target_arch = "x86_64")]
    /// match hingeline::kernel::Avx512::new() {
    ///     Ok(_) => println!("AVX-512"),
    ///     Err(error) => println!("{error}"),
    /// }
    /// ```
    pub fn new() -> Result<Self, Error> {
        if detected::get() { Ok(Self(())) } else { Err(Error::KernelUnavailable) }
    }
}

impl OfTarget for Avx512 {
    const OF_TARGET: Self = {
        assert!(
            cfg!(all(target_feature = "avx512f", target_feature = "avx512vl")),
            "this target lacks AVX-512; see `-C target-feature`"
        );
        Self(())
    };
}

impl Sealed for Avx512 {
    // Wider integer registers need an extension of AVX-512 that this kernel does not require.
    inside!("avx512f,avx512vl");
    integers_by_lanes!("avx2", YmmOfIntegers);
}

// Five rows, as for AVX2: more were no faster, or slower. In a batch, five rows by four samples: twenty accumulators,
// four registers for the samples and one for products, out of thirty-two, if the upper sixteen can be used at all
// widths. That is what AVX-512VL is for: without it, accumulators were spilled to memory, and the batch took half as
// long again.
//
// Scores and steps of rows of less than two registers are left to those of AVX2: their folds and their last elements
// take a larger part, and on Intel any instruction on 64 bytes delays all vectors around it. A batch of 26×16 takes half
// as long, a step of 4×16, 7×30 and 26×16 a tenth to a sixth less.
entry_points!(Avx512: "avx512f,avx512vl", Zmm as 1 register; 5 rows; a batch of 5 rows by 4 samples;
    below 32 features Ymm as 2 registers, 5 rows, a batch of 3 rows by 2 samples);

#[derive(Clone, Copy)]
pub(super) struct Zmm(__m512);

impl Vector for Zmm {
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller's processor has AVX-512F.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's processor has AVX-512F, and sixteen elements can be read.
        Self(unsafe { _mm512_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the register exists, so the processor has AVX-512F; the caller's sixteen elements can be written.
        unsafe { _mm512_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX-512F.
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX-512F.
        Self(unsafe { _mm512_mul_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        // SAFETY: the register exists, so the processor has AVX-512F.
        unsafe {
            let magnitude = _mm512_castps_si512(_mm512_abs_ps(other.0));
            Self(_mm512_castsi512_ps(_mm512_max_epi32(magnitude, _mm512_castps_si512(self.0))))
        }
    }

    #[inline(always)]
    fn prefetch(place: *const f32) {
        sse2::prefetch(place);
    }
}

impl Register<1> for Zmm {
    type Mask = __mmask16;
    type Quad = Xmm;

    #[inline(always)]
    unsafe fn mask(count: usize) -> __mmask16 {
        !(u16::MAX << count)
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, mask: __mmask16) -> Self {
        // SAFETY: the caller's processor has AVX-512F, and the elements of the mask can be read; no other is.
        Self(unsafe { _mm512_maskz_loadu_ps(mask, from) })
    }

    #[inline(always)]
    unsafe fn load_padded(from: *const f32, mask: __mmask16) -> Self {
        // SAFETY: as `load_first`, by the caller.
        Self(unsafe { _mm512_mask_loadu_ps(_mm512_set1_ps(-0.0), mask, from) })
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, mask: __mmask16) {
        // Not by one store with a mask, from which the processor forwards nothing to the next load of the row: with it,
        // a step of 7×30 took a fifth longer on Intel.
        //
        // SAFETY: the register exists, so the processor has AVX-512F; the elements of the mask can be written, and no
        // other is.
        unsafe {
            let count = mask.count_ones() as usize;
            let (mut eight, mut to) = (_mm512_castps512_ps256(self.0), to);
            if count >= 8 {
                _mm256_storeu_ps(to, eight);
                eight = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(self.0)));
                to = to.add(8);
            }
            Ymm(eight).store_few(to, count % 8);
        }
    }

    #[inline(always)]
    fn largest(self) -> f32 {
        // SAFETY: the register exists, so the processor has AVX-512F.
        f32::from_bits(unsafe { _mm512_reduce_max_epi32(_mm512_castps_si512(self.0)) }.cast_unsigned())
    }

    #[inline(always)]
    fn quarter([lanes]: [Self; 1]) -> Xmm {
        // SAFETY: the register exists, so the processor has AVX-512F.
        unsafe {
            let upper = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(lanes.0)));
            let eight = _mm256_add_ps(_mm512_castps512_ps256(lanes.0), upper);
            Xmm(_mm256_castps256_ps128(eight)).add(Xmm(_mm256_extractf128_ps::<1>(eight)))
        }
    }
}
