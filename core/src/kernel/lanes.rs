//! What the kernels of all instruction sets share: the sixteen lanes in registers of any width, and the entry points.
//!
//! Every loop is written once, over a register of unknown width: the sixteen lanes of a dot product are `PARTS`
//! registers, one of AVX-512, two of AVX2, four of SSE2. A file of an instruction set holds its register and says how
//! its loops are blocked. Each lane keeps the order of the definition, so blocking changes no bit.
//!
//! # Inlining
//! A loop is compiled once for each instruction set, inside an entry point that has it. So all of it is
//! `inline(always)`, and no closure and no function given to an adapter such as `map` works on registers: these would
//! be functions of their own without the instruction set. With them the scores of 10×64 took ten times as long.

mod dots;
mod four;
mod updates;

pub(super) use dots::{batch_scores, dot, scores};
pub(super) use four::Four;
pub(super) use updates::{axpy, batch_rank_one, largest, rank_one, scale};

/// Lanes of a dot product.
const LANES: usize = 16;

/// A vector of binary32 in a register of an instruction set.
///
/// One exists only where the processor has its instruction set, since `splat` and the loads, which make the first ones,
/// require that of their caller. So operations on vectors that exist are safe.
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

    /// In each place, the larger of a magnitude and that of any other element, in the order of their bits as integers:
    /// infinity is above all numbers and NaN above that.
    fn larger(self, other: Self) -> Self;
}

/// A vector that holds a `PARTS`-th of the lanes, and parts of such a vector.
pub(super) trait Register<const PARTS: usize>: Vector {
    /// Elements that it holds.
    const WIDTH: usize = LANES / PARTS;

    /// Some of its first elements.
    type Mask: Copy;

    /// Four lanes.
    type Quad: Quad;

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
}

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

/// The length that all samples have; none if there is no sample.
#[inline(always)]
fn common_length(samples: &[&[f32]]) -> Option<usize> {
    let (first, others) = samples.split_first()?;
    others.iter().all(|x| x.len() == first.len()).then_some(first.len())
}

/// The kernel of an instruction set: for each operation an entry point that is compiled for it.
macro_rules! entry_points {
    ($kernel:ident: $feature:tt, $register:ident as $parts:literal $(registers)? $(register)?; $rows:literal rows;
     a batch of $batch_rows:literal $(row)? $(rows)? by $samples:literal samples) => {
        impl $crate::kernel::Kernel for $kernel {
            const CHOICE: $crate::kernel::Choice = $crate::kernel::Choice::$kernel;
            const BATCHES: bool = true;

            $crate::kernel::lanes::entry_points! { @ $feature
                dot(a: &[f32], b: &[f32]) -> f32: <$register, $parts>;
                scores(weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) -> ():
                    <$register, $parts, $rows>;
                batch_scores(weights: &[f32], scale: f32, bias: &[f32], samples: &[&[f32]], scores: &mut [f32]) -> ():
                    <$register, $parts, $rows, $batch_rows, $samples>;
                axpy(k: f32, x: &[f32], y: &mut [f32]) -> (): <$register, $parts>;
                rank_one(k: &[f32], x: &[f32], rows: &mut [f32]) -> (): <$register, $parts>;
                batch_rank_one(k: &[f32], samples: &[&[f32]], rows: &mut [f32]) -> (): <$register, $parts>;
                scale(k: f32, y: &mut [f32]) -> (): <$register, $parts>;
                largest(x: &[f32]) -> f32: <$register, $parts>;
            }
        }
    };
    (@ $feature:tt $($operation:ident($($argument:ident: $type:ty),*) -> $result:ty: <$($generic:tt),*>;)*) => {
        $(
            #[inline]
            fn $operation(self, $($argument: $type),*) -> $result {
                #[target_feature(enable = $feature)]
                #[inline(never)]
                fn entry($($argument: $type),*) -> $result {
                    // SAFETY: this function is compiled for, and called on, a processor with the instruction set.
                    unsafe { $crate::kernel::lanes::$operation::<$($generic),*>($($argument),*) }
                }
                #[cfg_attr(target_arch = "wasm32", allow(unused_unsafe, reason = "a module runs where it can or not at all"))]
                // SAFETY: `self` is proof that the processor has the instruction set.
                unsafe { entry($($argument),*) }
            }
        )*
    };
}
pub(super) use entry_points;
