//! The interface between the model and the processor: what a kernel computes, and how one is selected.
//!
//! A kernel is a zero-sized token: proof that its instructions may be used. [`Portable`] defines the results; every
//! other kernel returns the same bits by other means. Kernels take slices, so one kernel serves all shapes and uses
//! little flash.
//!
//! [`Chosen`] is the kernel of this build; the choice costs nothing at run time. On a desktop, [`Choice::best`] detects
//! the fastest kernel of the processor and [`Choice::run`] runs a whole program's [`Work`] on it. To force a kernel,
//! build with `--cfg hingeline_kernel="…"`, or create the model [on it](crate::Model::on).

#[cfg(hingeline_assembly)]
#[allow(unsafe_code, reason = "calls of assembly")]
mod assembly;
#[cfg(hingeline_sse2)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod avx2;
#[cfg(hingeline_sse2)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod avx2_integers;
#[cfg(hingeline_sse2)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod avx512;
mod choice;
#[cfg(hingeline_dsp)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod dsp;
#[cfg(hingeline_helium)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod helium;
#[cfg(hingeline_helium)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod helium_integers;
pub(crate) mod inputs;
pub(crate) mod integers;
#[cfg(hingeline_assembly)]
#[allow(unsafe_code, reason = "calls of assembly")]
mod integers_call;
#[cfg(any(hingeline_neon, hingeline_simd128, hingeline_sse2))]
#[allow(unsafe_code, reason = "a loop over memory that the kernels of an instruction set share")]
mod integers_lanes;
#[cfg(any(hingeline_neon, hingeline_simd128, hingeline_sse2))]
#[allow(unsafe_code, reason = "loops over memory that the kernels of an instruction set share")]
mod lanes;
pub(crate) mod magnitude;
pub(crate) mod margins;
#[cfg(hingeline_neon)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod neon;
#[cfg(hingeline_neon)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod neon_integers;
mod portable;
#[cfg(hingeline_assembly)]
#[allow(unsafe_code, reason = "calls of assembly")]
mod rows;
#[cfg(hingeline_rv32m)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod rv32;
mod scalar;
mod self_check;
#[cfg(hingeline_simd128)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod simd128;
#[cfg(hingeline_simd128)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod simd128_integers;
#[cfg(hingeline_sse2)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod sse2;
#[cfg(hingeline_sse2)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod sse2_integers;
#[cfg(hingeline_thumb1)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod thumb1;
#[cfg(hingeline_thumb2)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod thumb2;
#[cfg(any(hingeline_thumb1, hingeline_thumb2))]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod thumb_inputs;
#[cfg(any(hingeline_thumb2, hingeline_dsp))]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod thumb_rows;
#[cfg(hingeline_vfp)]
#[allow(unsafe_code, reason = "instructions of the processor")]
mod vfp;

pub use choice::{CHOSEN, Choice, Chosen, Work};
#[cfg(hingeline_helium)]
pub use helium::Helium;
#[cfg(hingeline_neon)]
pub use neon::Neon;
pub use portable::Portable;
pub use scalar::Scalar;
pub use self_check::{fingerprint, self_check};
#[cfg(hingeline_simd128)]
pub use simd128::Simd128;
#[cfg(hingeline_vfp)]
pub use vfp::Vfp;
#[cfg(hingeline_sse2)]
pub use {avx2::Avx2, avx512::Avx512, sse2::Sse2};

/// The arithmetic of the crate, operation by operation; everything else is plain scalar code around it.
///
/// All values are IEEE 754 binary32, rounded to nearest even, with subnormals. A product and a sum are two operations
/// with two roundings: no fused multiply-add, no reassociation. All NaNs count as equal. Where lengths differ, only the
/// common part of the slices is used.
///
/// The trait is sealed: a kernel that returned other bits would break the crate's promise.
///
/// ```
/// use hingeline::kernel::{Kernel, Portable};
///
/// fn norm_squared<K: Kernel>(kernel: K, x: &[f32]) -> f32 {
///     kernel.dot(x, x)
/// }
/// assert_eq!(norm_squared(Portable, &[3.0, 4.0]), 25.0);
/// ```
pub trait Kernel: Copy + 'static + sealed::Sealed {
    /// The kernel as a choice at run time.
    ///
    /// ```
    /// use hingeline::kernel::{Choice, Kernel, Portable};
    /// assert_eq!(Portable::CHOICE, Choice::Portable);
    /// ```
    const CHOICE: Choice;

    /// The kernel's name in tables and logs.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// assert_eq!(Portable::NAME, "portable");
    /// ```
    const NAME: &'static str = Self::CHOICE.name();

    /// Whether a batch of samples is faster than the same samples one by one.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// assert!(!Portable::BATCHES);
    /// ```
    const BATCHES: bool;

    /// `Σ a[i] · b[i]` in 16 lanes.
    ///
    /// Element `i` belongs to lane `i mod 16`. Every lane starts at −0.0, the identity of addition, and accumulates its
    /// products in ascending `i`: `lane = lane + (a[i] * b[i])`. Then the lanes are folded in halves:
    /// `lane[l] = lane[l] + lane[l + h]` for h = 8, 4, 2, 1. The result is `lane[0]`.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// assert_eq!(Portable.dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]), 32.0);
    /// ```
    fn dot(self, a: &[f32], b: &[f32]) -> f32;

    /// `scores[c] = (scale * dot(weights[c], x)) + bias[c]`, for weights in row-major order: row `c` is
    /// `weights[c * x.len()..][..x.len()]`.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// let mut scores = [0.0; 2];
    /// Portable.scores(&[1.0, 2.0, 3.0, 4.0], 1.0, &[0.5, -0.5], &[1.0, 1.0], &mut scores);
    /// assert_eq!(scores, [3.5, 6.5]);
    /// ```
    fn scores(self, weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]);

    /// `scores(weights, scale, bias, samples[s], row s of scores)` for every sample that has a whole row of
    /// `bias.len()` scores.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// let mut scores = [0.0; 4];
    /// Portable.batch_scores(&[1.0, 2.0, 3.0, 4.0], 1.0, &[0.0, 0.0], &[&[1.0, 1.0], &[1.0, 0.0]], &mut scores);
    /// assert_eq!(scores, [3.0, 7.0, 1.0, 3.0]);
    /// ```
    fn batch_scores(self, weights: &[f32], scale: f32, bias: &[f32], samples: &[&[f32]], scores: &mut [f32]) {
        let mut scores = scores;
        for x in samples {
            let Some((own, below)) = scores.split_at_mut_checked(bias.len()) else {
                return;
            };
            self.scores(weights, scale, bias, x, own);
            scores = below;
        }
    }

    /// `y[i] = y[i] + (k * x[i])`; does nothing for `k = 0`.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// let mut y = [1.0, 1.0];
    /// Portable.axpy(2.0, &[3.0, 4.0], &mut y);
    /// assert_eq!(y, [7.0, 9.0]);
    /// ```
    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]);

    /// `axpy(k[c], x, row c)` for every row of a row-major matrix: the update that one sample makes.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// let mut rows = [0.0; 4];
    /// Portable.rank_one(&[1.0, -2.0], &[3.0, 4.0], &mut rows);
    /// assert_eq!(rows, [3.0, 4.0, -6.0, -8.0]);
    /// ```
    fn rank_one(self, k: &[f32], x: &[f32], rows: &mut [f32]);

    /// `rank_one(row s of k, samples[s], rows)` for every sample in order: the data gradient of a batch.
    ///
    /// `k` has one row of `k.len() / samples.len()` factors for each sample.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// let mut rows = [0.0; 4];
    /// Portable.batch_rank_one(&[1.0, -1.0, 0.0, 2.0], &[&[1.0, 2.0], &[3.0, 4.0]], &mut rows);
    /// assert_eq!(rows, [1.0, 2.0, 5.0, 6.0]);
    /// ```
    fn batch_rank_one(self, k: &[f32], samples: &[&[f32]], rows: &mut [f32]) {
        let classes = k.len().checked_div(samples.len()).unwrap_or(0);
        let mut factors = k;
        for x in samples {
            let Some((own, below)) = factors.split_at_checked(classes) else {
                return;
            };
            self.rank_one(own, x, rows);
            factors = below;
        }
    }

    /// `y[i] = y[i] * k`.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// let mut y = [1.0, -2.0];
    /// Portable.scale(0.5, &mut y);
    /// assert_eq!(y, [0.5, -1.0]);
    /// ```
    fn scale(self, k: f32, y: &mut [f32]);

    /// The largest `|x[i]|`; +0.0 if there are no elements, NaN or infinite if an element is.
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable};
    /// assert_eq!(Portable.largest(&[1.0, -3.0, 2.0]), 3.0);
    /// assert!(!Portable.largest(&[1.0, f32::NAN]).is_finite());
    /// ```
    fn largest(self, x: &[f32]) -> f32;
}

/// A kernel that every processor of the target supports; on other targets its token does not compile.
trait OfTarget: Sized {
    const OF_TARGET: Self;
}

/// `copy_from_slice` without its panic: copies the part that both slices have.
#[inline(always)]
pub(crate) fn copy<T: Copy>(from: &[T], to: &mut [T]) {
    let len = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..len), to.get_mut(..len)) {
        to.copy_from_slice(from);
    }
}

mod sealed {
    use super::inputs::InputScale;
    use super::integers::{self, Rate};
    use super::{Kernel, Work, inputs, margins};
    use crate::error::Error;

    /// Operations that only this crate can call: they take a key, and only this crate has one.
    pub trait Sealed: Sized {
        /// Runs the work. A kernel may do so in a function that is compiled for its instructions, with its operations
        /// inlined: then there are no calls, and the compiler knows the shapes.
        #[inline]
        fn inside<W: Work>(self, _: Key, work: W) -> W::Output
        where
            Self: Kernel,
        {
            work.run(self)
        }

        /// One pass over a sample's scores, in place: they become the indicators of the margins that count, and
        /// `factor` times these is added to the bias.
        ///
        /// The margin of class j is `(scores[j] − scores[label]) + margin`, and counts if it is above zero. Its
        /// indicator is then 1, otherwise 0; the indicator of the label is minus the number of margins that count.
        /// `bias[c] = bias[c] + (factor * indicators[c])`. Returns the sum and the number of the margins that count. If
        /// there are none, the indicators are undefined and the bias is unchanged; after an error both are undefined.
        ///
        /// The default takes six passes; vector kernels and assembly take one or two.
        #[inline(always)]
        fn violations(
            self,
            _: Key,
            margin: f32,
            label: usize,
            factor: f32,
            scores: &mut [f32],
            bias: &mut [f32],
        ) -> Result<(f32, usize), Error> {
            margins::violations(margin, label, factor, scores, bias)
        }

        /// `rank_one` with the factors `k[c] * factor`, each rounded, for a finite factor; afterwards the contents of
        /// `k` are undefined.
        #[inline(always)]
        fn scaled_rank_one(self, _: Key, k: &mut [f32], factor: f32, x: &[f32], rows: &mut [f32])
        where
            Self: Kernel,
        {
            for k in &mut *k {
                *k *= factor;
            }
            self.rank_one(k, x, rows);
        }

        /// [`Kernel::scores`]; meanwhile the kernel may prefetch the cache lines of a sample that is needed soon.
        #[inline(always)]
        fn scores_ahead(self, _: Key, linear: Linear<'_>, x: &[f32], scores: &mut [f32], soon: Soon)
        where
            Self: Kernel,
        {
            let _ = soon;
            self.scores(linear.weights, linear.scale, linear.bias, x, scores);
        }

        /// Copies a bias that [`violations`](Self::violations) has written.
        #[inline(always)]
        fn adopt(self, _: Key, from: &[f32], to: &mut [f32]) {
            super::copy(from, to);
        }

        /// Scores in [integers](crate::integer): `scores[c] = bias[c] + Σ weights[c][f] · x[f]`, within their bounds.
        #[inline(always)]
        fn integer_scores(self, _: Key, weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
            integers::scores(weights, bias, x, scores);
        }

        /// The same for samples of one length; a row of `bias.len()` scores for each of them.
        #[inline(always)]
        fn integer_batch_scores(self, key: Key, weights: &[i16], bias: &[i32], samples: &[&[i16]], scores: &mut [i32])
        where
            Self: Copy,
        {
            let mut rest = scores;
            for x in samples {
                let Some((own, below)) = rest.split_at_mut_checked(bias.len()) else { return };
                self.integer_scores(key, weights, bias, x, own);
                rest = below;
            }
        }

        /// The same for 8-bit weights and inputs.
        #[inline(always)]
        fn byte_scores(self, _: Key, weights: &[i8], bias: &[i32], x: &[i8], scores: &mut [i32]) {
            integers::scores(weights, bias, x, scores);
        }

        /// A step in integers: `row[f] = row[f] − k · rate(x[f])` for each row and its coefficient, clamped if the rate
        /// has a limit, and `bias = bias − k · 2^bias_shift`, clamped; returns how many weights and biases were clamped.
        #[inline(always)]
        fn integer_update(
            self,
            _: Key,
            weights: &mut [i16],
            bias: &mut [i32],
            coefficients: &[i32],
            rate: Rate,
            x: &[i16],
        ) -> u32 {
            let clamped = integers::update(weights, coefficients, rate, x);
            clamped.wrapping_add(integers::update_biases(bias, coefficients, rate))
        }

        /// Integer inputs from raw bytes, with a scale for each; returns how many were clamped.
        #[inline(always)]
        fn integer_inputs(self, _: Key, raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
            inputs::of_bytes(raw, scales, x)
        }
    }

    /// What scores are computed from, besides the sample.
    #[derive(Clone, Copy, Debug)]
    pub struct Linear<'a> {
        pub(crate) weights: &'a [f32],
        pub(crate) scale: f32,
        pub(crate) bias: &'a [f32],
    }

    /// The address of a sample whose cache lines are to be prefetched; it is never dereferenced.
    #[derive(Clone, Copy, Debug)]
    pub struct Soon(pub(super) *const f32);

    impl Soon {
        pub(crate) const NONE: Self = Self(core::ptr::null());

        /// This address, or that of `x` if there is none: `x` is in the cache already, so its prefetch is harmless and
        /// later code needs no check.
        #[inline(always)]
        pub(crate) fn or(self, x: &[f32]) -> Self {
            if self.0.is_null() { Self::at(x) } else { self }
        }

        #[inline(always)]
        pub(crate) fn at(x: &[f32]) -> Self {
            Self(x.as_ptr())
        }
    }

    /// The key that the sealed operations require.
    #[derive(Clone, Copy, Debug)]
    pub struct Key(());

    pub(crate) const KEY: Key = Key(());
}

pub(crate) use sealed::{KEY, Key, Linear, Sealed, Soon};
