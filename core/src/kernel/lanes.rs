//! The part that the kernels of all instruction sets share: the sixteen lanes in registers of any width, and the entry
//! points.
//!
//! Every loop is written once, over a register of unknown width: the sixteen lanes of a dot product are `PARTS`
//! registers, one of AVX-512, two of AVX2, four of SSE2. The file of an instruction set defines its register and how
//! its loops are blocked. Each lane keeps the order of the definition, so blocking changes no bit.
//!
//! # Inlining
//! A loop is compiled once for each instruction set, inside an entry point that has it. So all of it is
//! `inline(always)`, and no closure and no function passed to an adapter such as `map` works on registers: these would
//! be functions of their own, compiled without the instruction set. With them the scores of 10×64 took ten times as
//! long.

mod asks;
mod dots;
mod four;
#[cfg(hingeline_sse2)]
mod long;
mod margins;
mod packed;
#[cfg(hingeline_sse2)]
mod short;
mod updates;

#[cfg(hingeline_sse2)]
pub(super) use dots::packed_batch_scores;
pub(super) use dots::{batch_scores, dot, scores, scores_ahead};
pub(super) use four::Four;
pub(super) use margins::{adopt, violations};
pub(super) use packed::Rows;
pub(super) use updates::{axpy, batch_rank_one, largest, rank_one, scale, scaled_rank_one};

/// Lanes of a dot product.
const LANES: usize = 16;

/// The number of classes for which a word has a bit each.
const WORD: usize = u64::BITS as usize;

/// A vector of binary32 in a register of an instruction set.
///
/// A vector exists only where the processor has its instruction set, since `splat` and the loads, which create vectors,
/// require this of their caller. So operations on existing vectors are safe.
pub(super) trait Vector: Copy {
    /// # Safety
    /// The processor has this vector's instruction set.
    unsafe fn splat(value: f32) -> Self;

    /// # Safety
    /// As [`splat`](Self::splat); all its elements can be read.
    unsafe fn load(from: *const f32) -> Self;

    /// # Safety
    /// All its elements can be written.
    unsafe fn store(self, to: *mut f32);

    fn add(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;

    /// In each place, the larger of this magnitude and the magnitude of the other element, compared by their bits as
    /// integers: infinity is above all numbers and NaN above infinity.
    fn larger(self, other: Self) -> Self;

    /// Prefetches a cache line, if the processor can; any address is allowed.
    #[inline(always)]
    fn prefetch(place: *const f32) {
        let _ = place;
    }
}

/// A vector that holds a `PARTS`-th of the lanes, and parts of such a vector.
pub(super) trait Register<const PARTS: usize>: Vector {
    /// The number of elements that it holds.
    const WIDTH: usize = LANES / PARTS;

    /// A selection of its first elements.
    type Mask: Copy;

    /// Four lanes.
    type Quad: Four;

    /// # Safety
    /// The processor has this register's instruction set; `count` is at least 1 and below `WIDTH`.
    unsafe fn mask(count: usize) -> Self::Mask;

    /// The elements of the mask, and +0.0 in place of the others, which are not read.
    ///
    /// # Safety
    /// The processor has this register's instruction set; the elements of the mask can be read.
    unsafe fn load_first(from: *const f32, mask: Self::Mask) -> Self;

    /// The elements of the mask, and −0.0 in place of the others, which are not read.
    ///
    /// # Safety
    /// As [`load_first`](Self::load_first).
    unsafe fn load_padded(from: *const f32, mask: Self::Mask) -> Self;

    /// # Safety
    /// The elements of the mask can be written; no other is.
    unsafe fn store_first(self, to: *mut f32, mask: Self::Mask);

    /// The largest of its magnitudes, in the order of their bits.
    fn largest(self) -> f32;

    /// The first two folds of a row's lanes, from sixteen to eight and to four.
    fn quarter(lanes: [Self; PARTS]) -> Self::Quad;

    /// The scores of a large batch with packed rows, in a function of its own since it needs much stack. Returns
    /// whether the register supports this.
    ///
    /// # Safety
    /// The processor has this register's instruction set; there are features, and the weights hold a row of them for each class; each
    /// sample has as many elements, and the scores have a row for each sample.
    #[inline(always)]
    unsafe fn packed_batch_scores(_: Rows<'_>, _: &[&[f32]], _: *mut f32) -> bool {
        false
    }

    /// All folds of eight rows at once.
    #[inline(always)]
    fn fold_eight(rows: [[Self; PARTS]; 8]) -> [f32; 8] {
        let [a, b, c, d, e, f, g, h] = rows;
        let low = Self::Quad::fold_four([Self::quarter(a), Self::quarter(b), Self::quarter(c), Self::quarter(d)]);
        let high = Self::Quad::fold_four([Self::quarter(e), Self::quarter(f), Self::quarter(g), Self::quarter(h)]);
        let mut sums = [0.0; 8];
        let (first, second) = sums.split_at_mut(4);
        first.copy_from_slice(&low);
        second.copy_from_slice(&high);
        sums
    }
}

/// A register that supports batches with packed rows.
#[cfg(hingeline_sse2)]
pub(super) trait Packs<const PARTS: usize>: Register<PARTS> {
    /// The same four elements in every group of four places.
    ///
    /// # Safety
    /// As [`splat`](Vector::splat); four elements can be read.
    unsafe fn spread(from: *const f32) -> Self;

    /// The last two folds of four registers, each of which holds four lanes of each of several rows: the sums of the
    /// rows in the first four places, then of those in the next.
    fn fold_quads(registers: [Self; 4]) -> Self;
}

/// Four lanes in a register of their own.
pub(super) type QuadOf<R, const PARTS: usize> = <R as Register<PARTS>>::Quad;

/// Four lanes of a row, after the first two folds.
pub(super) trait Quad: Copy {
    /// The last two folds.
    fn fold(self) -> f32;

    /// The last two folds of four rows at once.
    fn fold_four(rows: [Self; 4]) -> [f32; 4];
}

/// # Safety
/// The processor has the register's instruction set; the elements of a register, or those of the mask, can be read.
#[inline(always)]
unsafe fn load<R: Register<PARTS>, const PARTS: usize>(from: *const f32, mask: Option<R::Mask>) -> R {
    // SAFETY: by the caller.
    unsafe {
        match mask {
            None => R::load(from),
            Some(mask) => R::load_first(from, mask),
        }
    }
}

/// The length of all samples if they have the same one; none if there is no sample.
#[inline(always)]
fn common_length(samples: &[&[f32]]) -> Option<usize> {
    let (first, others) = samples.split_first()?;
    others.iter().all(|x| x.len() == first.len()).then_some(first.len())
}

/// A kernel inside code that is compiled for its instructions: its operations have no entry points. Its integer
/// operations are the portable ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside<K>(pub(super) K);

/// The kernel of an instruction set: for each operation an entry point that is compiled for it, and the same operation
/// for use inside code that is compiled for it. With few features it may use other registers.
macro_rules! entry_points {
    ($kernel:ident: $feature:tt, $register:ident as $parts:literal $(registers)? $(register)?; $rows:literal rows;
     a batch of $batch_rows:literal $(row)? $(rows)? by $samples:literal samples
     $(; below $below:literal features $narrow:ident as $narrow_parts:literal registers, $narrow_rows:literal rows,
     a batch of $narrow_batch_rows:literal rows by $narrow_samples:literal samples)?) => {
        $crate::kernel::lanes::entry_points! { @ $kernel $feature
            dot(a: &[f32], b: &[f32]) -> f32: <$register, $parts>;
            scores(weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) -> ():
                <$register, $parts, $rows> $(if x.len() < $below =>
                    $crate::kernel::lanes::scores::<$narrow, $narrow_parts, $narrow_rows>(weights, scale, bias, x, scores))?;
            batch_scores(weights: &[f32], scale: f32, bias: &[f32], samples: &[&[f32]], scores: &mut [f32]) -> ():
                <$register, $parts, $rows, $batch_rows, $samples>
                $(if samples.first().is_some_and(|x| x.len() < $below) => $crate::kernel::lanes::batch_scores::<
                    $narrow, $narrow_parts, $narrow_rows, $narrow_batch_rows, $narrow_samples
                >(weights, scale, bias, samples, scores))?;
            axpy(k: f32, x: &[f32], y: &mut [f32]) -> (): <$register, $parts>
                $(if x.len() < $below => $crate::kernel::lanes::axpy::<$narrow, $narrow_parts>(k, x, y))?;
            rank_one(k: &[f32], x: &[f32], rows: &mut [f32]) -> (): <$register, $parts>
                $(if x.len() < $below => $crate::kernel::lanes::rank_one::<$narrow, $narrow_parts>(k, x, rows))?;
            batch_rank_one(k: &[f32], samples: &[&[f32]], rows: &mut [f32]) -> (): <$register, $parts>;
            scale(k: f32, y: &mut [f32]) -> (): <$register, $parts>;
            largest(x: &[f32]) -> f32: <$register, $parts>
                $(if x.len() < $below => $crate::kernel::lanes::largest::<$narrow, $narrow_parts>(x))?;
        }

        impl $crate::kernel::sealed::Sealed for $crate::kernel::lanes::Inside<$kernel> {
            #[inline(always)]
            fn violations(
                self,
                _: $crate::kernel::Key,
                margin: f32,
                label: usize,
                factor: f32,
                scores: &mut [f32],
                bias: &mut [f32],
            ) -> Result<(f32, usize), $crate::error::Error> {
                // SAFETY: `self` is proof that the processor has the instruction set; inlined into code compiled for
                // it, this is fast too.
                unsafe { $crate::kernel::lanes::violations::<$crate::kernel::lanes::QuadOf<$register, $parts>>(margin, label, factor, scores, bias) }
            }

            #[inline(always)]
            fn scores_ahead(
                self,
                _: $crate::kernel::Key,
                linear: $crate::kernel::Linear<'_>,
                x: &[f32],
                scores: &mut [f32],
                soon: $crate::kernel::Soon,
            ) {
                let $crate::kernel::Linear { weights, scale, bias } = linear;
                // SAFETY: as `violations`.
                unsafe {
                    $(if x.len() < $below {
                        return $crate::kernel::lanes::scores_ahead::<$narrow, $narrow_parts, $narrow_rows>(weights, scale, bias, x, scores, soon);
                    })?
                    $crate::kernel::lanes::scores_ahead::<$register, $parts, $rows>(weights, scale, bias, x, scores, soon)
                }
            }

            #[inline(always)]
            fn scaled_rank_one(self, _: $crate::kernel::Key, k: &mut [f32], factor: f32, x: &[f32], rows: &mut [f32]) {
                // SAFETY: as `violations`.
                unsafe {
                    $(if x.len() < $below {
                        return $crate::kernel::lanes::scaled_rank_one::<$narrow, $narrow_parts>(k, factor, x, rows);
                    })?
                    $crate::kernel::lanes::scaled_rank_one::<$register, $parts>(k, factor, x, rows)
                }
            }

            #[inline(always)]
            fn adopt(self, _: $crate::kernel::Key, from: &[f32], to: &mut [f32]) {
                // SAFETY: as `violations`.
                unsafe { $crate::kernel::lanes::adopt::<$crate::kernel::lanes::QuadOf<$register, $parts>>(from, to) }
            }
        }
    };
    (@ $kernel:ident $feature:tt $($operation:ident($($argument:ident: $type:ty),*) -> $result:ty: <$($generic:tt),*> $(if $few:expr => $instead:expr)?;)*) => {
        impl $crate::kernel::Kernel for $kernel {
            const CHOICE: $crate::kernel::Choice = $crate::kernel::Choice::$kernel;
            const BATCHES: bool = true;

            $(
                #[inline]
                fn $operation(self, $($argument: $type),*) -> $result {
                    #[target_feature(enable = $feature)]
                    #[inline(never)]
                    fn entry($($argument: $type),*) -> $result {
                        // SAFETY: this function is compiled for, and called on, a processor with the instruction set.
                        unsafe {
                            $(if $few {
                                return $instead;
                            })?
                            $crate::kernel::lanes::$operation::<$($generic),*>($($argument),*)
                        }
                    }
                    #[cfg_attr(target_arch = "wasm32", allow(unused_unsafe, reason = "a module runs where it can or not at all"))]
                    // SAFETY: `self` is proof that the processor has the instruction set.
                    unsafe { entry($($argument),*) }
                }
            )*
        }

        impl $crate::kernel::Kernel for $crate::kernel::lanes::Inside<$kernel> {
            const CHOICE: $crate::kernel::Choice = $crate::kernel::Choice::$kernel;
            const BATCHES: bool = true;

            $(
                #[inline(always)]
                fn $operation(self, $($argument: $type),*) -> $result {
                    // SAFETY: `self` is proof that the processor has the instruction set; inlined into code compiled
                    // for it, this is fast too.
                    unsafe {
                        $(if $few {
                            return $instead;
                        })?
                        $crate::kernel::lanes::$operation::<$($generic),*>($($argument),*)
                    }
                }
            )*
        }
    };
}
pub(super) use entry_points;

/// [`Sealed::inside`](super::sealed::Sealed::inside): one entry point for a whole piece of work.
///
/// Not in a debug build: the work is compiled with the crate that calls it, where each operation on a register would be
/// a call and each register would be on the stack. A debug build uses the operations of this crate instead, which may
/// be optimised on their own.
macro_rules! inside {
    ($feature:tt) => {
        #[inline]
        fn inside<W: $crate::kernel::Work>(self, _: $crate::kernel::Key, work: W) -> W::Output {
            #[target_feature(enable = $feature)]
            #[inline(never)]
            fn entry<W: $crate::kernel::Work, K>(work: W, kernel: $crate::kernel::lanes::Inside<K>) -> W::Output
            where
                $crate::kernel::lanes::Inside<K>: $crate::kernel::Kernel,
            {
                work.run(kernel)
            }
            if cfg!(debug_assertions) {
                return work.run(self);
            }
            #[cfg_attr(
                target_arch = "wasm32",
                allow(unused_unsafe, reason = "a module runs where it can or not at all")
            )]
            // SAFETY: `self` is proof that the processor has the instruction set.
            unsafe {
                entry(work, $crate::kernel::lanes::Inside(self))
            }
        }
    };
}
pub(super) use inside;
