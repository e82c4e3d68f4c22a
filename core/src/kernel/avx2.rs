//! AVX2: the sixteen lanes are two registers of eight.

use core::arch::x86_64::{
    __m128, __m256, __m256i, _mm256_add_ps, _mm256_and_si256, _mm256_andnot_si256, _mm256_broadcast_ps,
    _mm256_castps_si256, _mm256_castps256_ps128, _mm256_castsi256_ps, _mm256_extractf128_ps, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_maskload_ps, _mm256_max_epi32, _mm256_mul_ps, _mm256_or_ps, _mm256_permute2f128_ps,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_shuffle_ps, _mm256_storeu_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};

use super::OfTarget;
use super::avx2_integers::YmmOfIntegers;
use super::integers_lanes::integers_by_lanes;
use super::lanes::{self, Packs, Register, Rows, Vector, entry_points, inside};
use super::sealed::Sealed;
use super::sse2::{self, Xmm};
use crate::error::Error;

cpufeatures::new!(detected, "avx2");

/// The kernel for AVX2: proof that the processor has it.
///
/// A model on this kernel is aligned to 32 bytes, so no load of its weights straddles two cache lines if rows are a
/// multiple of 8 features.
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
    /// Detects whether the processor has AVX2 and the operating system saves its registers.
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
    inside!("avx2");
    integers_by_lanes!("avx2", YmmOfIntegers);
}

// Five rows: ten accumulators, two registers for the sample and one for products, out of sixteen. In a batch, three
// rows by two samples: twelve accumulators. Two by three was as fast or slower; four by one was a third slower where
// the weights are not in the first-level cache.
entry_points!(Avx2: "avx2", Ymm as 2 registers; 5 rows; a batch of 3 rows by 2 samples);

#[derive(Clone, Copy)]
pub(super) struct Ymm(pub(super) __m256);

/// The first elements of a register: their number, and a mask of them.
#[derive(Clone, Copy)]
pub(super) struct First {
    count: usize,
    bits: __m256i,
}

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

    #[inline(always)]
    fn prefetch(place: *const f32) {
        sse2::prefetch(place);
    }
}

impl Ymm {
    /// Stores the first elements, fewer than eight.
    ///
    /// # Safety
    /// That many elements can be written.
    #[inline(always)]
    pub(super) unsafe fn store_few(self, to: *mut f32, count: usize) {
        // SAFETY: the register exists, so the processor has AVX2; the rest by the caller.
        unsafe {
            let (mut rest, mut to) = (Xmm(_mm256_castps256_ps128(self.0)), to);
            if count >= 4 {
                rest.store(to);
                rest = Xmm(_mm256_extractf128_ps::<1>(self.0));
                to = to.add(4);
            }
            match count % 4 {
                0 => {}
                some => rest.store_first(to, some),
            }
        }
    }
}

impl Register<2> for Ymm {
    type Mask = First;
    type Quad = Xmm;

    #[inline(always)]
    unsafe fn mask(count: usize) -> First {
        // SAFETY: the caller's processor has AVX2; eight elements from 8 − count on lie in the table, for a count of 0
        // to 8.
        let bits = unsafe { _mm256_loadu_si256(MASKS.as_ptr().add(Self::WIDTH).sub(count).cast()) };
        First { count, bits }
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, mask: First) -> Self {
        // SAFETY: the caller's processor has AVX2, and the elements of the mask can be read; no other is.
        Self(unsafe { _mm256_maskload_ps(from, mask.bits) })
    }

    #[inline(always)]
    unsafe fn load_padded(from: *const f32, mask: First) -> Self {
        // SAFETY: as `load_first`, by the caller.
        unsafe {
            let padding = _mm256_andnot_si256(mask.bits, _mm256_set1_epi32(i32::MIN));
            Self(_mm256_or_ps(_mm256_maskload_ps(from, mask.bits), _mm256_castsi256_ps(padding)))
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, mask: First) {
        // SAFETY: the register exists, so the processor has AVX2; the elements of the mask can be written, and no other
        // is.
        unsafe { self.store_few(to, mask.count) }
    }

    #[inline(always)]
    fn largest(self) -> f32 {
        // SAFETY: the register exists, so the processor has AVX2.
        unsafe { Xmm(_mm256_castps256_ps128(self.0)).larger(Xmm(_mm256_extractf128_ps::<1>(self.0))).largest() }
    }

    #[inline(always)]
    unsafe fn packed_batch_scores(rows: Rows<'_>, samples: &[&[f32]], scores: *mut f32) -> bool {
        #[target_feature(enable = "avx2")]
        #[inline(never)]
        unsafe fn entry(rows: Rows<'_>, samples: &[&[f32]], scores: *mut f32) {
            // SAFETY: this function is compiled for, and called on, a processor with the instruction set; the rest by the caller.
            unsafe { lanes::packed_batch_scores::<Ymm, 2, 5>(rows, samples, scores) }
        }
        // SAFETY: the caller's processor has AVX2; the rest by the caller.
        unsafe { entry(rows, samples, scores) }
        true
    }

    #[inline(always)]
    fn fold_eight(rows: [[Self; 2]; 8]) -> [f32; 8] {
        let [a, b, c, d, e, f, g, h] = rows;
        fold_eight([
            a[0].add(a[1]),
            b[0].add(b[1]),
            c[0].add(c[1]),
            d[0].add(d[1]),
            e[0].add(e[1]),
            f[0].add(f[1]),
            g[0].add(g[1]),
            h[0].add(h[1]),
        ])
    }

    #[inline(always)]
    fn quarter([low, high]: [Self; 2]) -> Xmm {
        let eight = low.add(high).0;
        // SAFETY: the register exists, so the processor has AVX2.
        unsafe { Xmm(_mm256_castps256_ps128(eight)).add(Xmm(_mm256_extractf128_ps::<1>(eight))) }
    }
}

impl Packs<2> for Ymm {
    #[inline(always)]
    unsafe fn spread(from: *const f32) -> Self {
        // SAFETY: the caller's processor has AVX2, and four elements can be read.
        Self(unsafe { _mm256_broadcast_ps(&from.cast::<__m128>().read_unaligned()) })
    }

    #[inline(always)]
    fn fold_quads([a, b, c, d]: [Self; 4]) -> Self {
        let (low, high) = (fold_quarters(a, b), fold_quarters(c, d));
        // SAFETY: the registers exist, so the processor has AVX2.
        unsafe {
            let even = _mm256_shuffle_ps::<0b01_00_01_00>(low.0, high.0);
            let odd = _mm256_shuffle_ps::<0b11_10_11_10>(low.0, high.0);
            Self(even).add(Self(odd))
        }
    }
}

/// The folds of eight rows, from eight lanes down: each addition serves two rows, one in each half of a register.
#[inline(always)]
fn fold_eight([a, b, c, d, e, f, g, h]: [Ymm; 8]) -> [f32; 8] {
    // Rows whose sums end up four places apart, one in each half.
    let (ae, bf, cg, dh) = (fold_halves(a, e), fold_halves(b, f), fold_halves(c, g), fold_halves(d, h));
    let mut sums = [0.0; 8];
    // SAFETY: the array holds the eight elements.
    unsafe { Ymm::fold_quads([ae, bf, cg, dh]).store(sums.as_mut_ptr()) };
    sums
}

/// The fold of two rows from eight lanes to four, one row after the other.
#[inline(always)]
fn fold_halves(a: Ymm, b: Ymm) -> Ymm {
    // SAFETY: the registers exist, so the processor has AVX2.
    unsafe {
        let low = _mm256_permute2f128_ps::<0x20>(a.0, b.0);
        let high = _mm256_permute2f128_ps::<0x31>(a.0, b.0);
        Ymm(low).add(Ymm(high))
    }
}

/// The fold of four rows from four lanes to two; each half holds the elements of two of them, interleaved.
#[inline(always)]
fn fold_quarters(a: Ymm, b: Ymm) -> Ymm {
    // SAFETY: the registers exist, so the processor has AVX2.
    unsafe { Ymm(_mm256_unpacklo_ps(a.0, b.0)).add(Ymm(_mm256_unpackhi_ps(a.0, b.0))) }
}
