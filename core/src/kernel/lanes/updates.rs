//! Updates of rows, and the largest magnitude.
//!
//! # What limits them
//! An update loads two elements and stores one for each multiplication and addition: the stores are the limit, with
//! half as many bytes per cycle as the loads.
//!
//! # What was tried and was slower
//! - One pass over two to four rows that loads the sample once: 0 to 5 % faster with 784 features, a third slower with
//!   64, since the sample's loads were not the limit.
//! - The largest magnitude of a sample found while its scores are computed: a step of 10×64 without violations, which
//!   does not need it, took a quarter longer.
//! - One register per iteration instead of two: 5 to 9 % slower with 784 features; four instead of two: 2 % faster.
//! - The last elements of a row stored with AVX2's mask: half as long again with 30 features on AMD.

#![expect(clippy::arithmetic_side_effects, reason = "counts of elements that lie in memory cannot overflow")]
#![expect(
    clippy::indexing_slicing,
    reason = "indices are constants, once the loops over rows and samples are unrolled"
)]

use super::dots::rows_within;
use super::{Four, LANES, Register, WORD, common_length, load};

/// [`Kernel::axpy`](crate::kernel::Kernel::axpy).
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn axpy<R: Register<PARTS>, const PARTS: usize>(k: f32, x: &[f32], y: &mut [f32]) {
    let length = x.len().min(y.len());
    if k != 0.0 {
        // SAFETY: the caller's processor; both slices hold as many elements.
        unsafe { add_multiples::<R, PARTS, 1>([(k, x.as_ptr())], y.as_mut_ptr(), length) }
    }
}

/// [`Kernel::rank_one`](crate::kernel::Kernel::rank_one).
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn rank_one<R: Register<PARTS>, const PARTS: usize>(
    k: &[f32],
    x: &[f32],
    rows: &mut [f32],
) {
    let mut rows = rows;
    for &k in k {
        let Some((row, below)) = rows.split_at_mut_checked(x.len()) else {
            return;
        };
        // SAFETY: the caller's processor.
        unsafe { axpy::<R, PARTS>(k, x, row) };
        rows = below;
    }
}

/// [`Sealed::scaled_rank_one`](crate::kernel::sealed::Sealed::scaled_rank_one).
///
/// The rows to be written are found first, four factors at a time: a branch for each would often be mispredicted.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn scaled_rank_one<R: Register<PARTS>, const PARTS: usize>(
    k: &[f32],
    factor: f32,
    x: &[f32],
    rows: &mut [f32],
) {
    let features = x.len();
    let classes = rows_within(rows.len(), features, k.len());
    let (k, rows) = (k.as_ptr(), rows.as_mut_ptr());
    let mut first = 0;
    while first < classes {
        let here = (classes - first).min(WORD);
        // SAFETY: the caller's processor; there are that many factors and rows.
        unsafe {
            let mut bits = nonzero::<R::Quad>(k.add(first), here);
            while bits != 0 {
                let class = first + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                // The product of two factors that are not zero may be zero.
                let k = k.add(class).read() * factor;
                if k != 0.0 {
                    add_multiples::<R, PARTS, 1>([(k, x.as_ptr())], rows.add(class * features), features);
                }
            }
        }
        first += WORD;
    }
}

/// A bit for each factor that is not zero.
///
/// # Safety
/// The processor has the register's instruction set; there are that many factors, and a word has as many bits.
#[inline(always)]
unsafe fn nonzero<R: Four>(k: *const f32, count: usize) -> u64 {
    let (mut bits, mut at) = (0, 0);
    // SAFETY: by the caller.
    unsafe {
        while count - at >= R::WIDTH {
            bits |= u64::from(R::load(k.add(at)).nonzero_bits()) << at;
            at += R::WIDTH;
        }
        if at < count {
            bits |= u64::from(R::load_first(k.add(at), R::mask(count - at)).nonzero_bits()) << at;
        }
    }
    bits
}

/// [`Kernel::batch_rank_one`](crate::kernel::Kernel::batch_rank_one), row by row.
///
/// A row is loaded and stored once for up to four samples: one by one, its stores would be the limit, since a processor
/// stores half as much per cycle as it loads. Samples whose coefficient is zero, which are most of them in a trained
/// model, cost only the check.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn batch_rank_one<R: Register<PARTS>, const PARTS: usize>(
    k: &[f32],
    samples: &[&[f32]],
    rows: &mut [f32],
) {
    let classes = k.len().checked_div(samples.len()).unwrap_or(0);
    let Some(features) = common_length(samples) else {
        for (index, x) in samples.iter().enumerate() {
            let k = k.get(index * classes..(index + 1) * classes).unwrap_or_default();
            // SAFETY: the caller's processor.
            unsafe { rank_one::<R, PARTS>(k, x, rows) };
        }
        return;
    };
    let mut rows = rows;
    for class in 0..classes {
        let Some((row, below)) = rows.split_at_mut_checked(features) else {
            return;
        };
        let factors = k.chunks_exact(classes).filter_map(|k| k.get(class));
        let mut terms = factors.zip(samples).filter(|(k, _)| **k != 0.0).map(|(k, x)| (*k, x.as_ptr()));
        let row = row.as_mut_ptr();
        loop {
            // SAFETY: the caller's processor; the row and each sample have as many elements.
            unsafe {
                match (terms.next(), terms.next(), terms.next(), terms.next()) {
                    (Some(a), Some(b), Some(c), Some(d)) => {
                        add_multiples::<R, PARTS, 4>([a, b, c, d], row, features);
                        continue;
                    }
                    (Some(a), Some(b), Some(c), None) => add_multiples::<R, PARTS, 3>([a, b, c], row, features),
                    (Some(a), Some(b), None, _) => add_multiples::<R, PARTS, 2>([a, b], row, features),
                    (Some(a), None, ..) => add_multiples::<R, PARTS, 1>([a], row, features),
                    (None, ..) => (),
                }
            }
            break;
        }
        rows = below;
    }
}

/// `y[i] = y[i] + (k * x[i])` for each `(k, x)` in order, in one pass over `y`.
///
/// # Safety
/// The processor has the register's instruction set; `y` and each `x` have `length` elements.
#[inline(always)]
unsafe fn add_multiples<R: Register<PARTS>, const PARTS: usize, const TERMS: usize>(
    terms: [(f32, *const f32); TERMS],
    y: *mut f32,
    length: usize,
) {
    // SAFETY: by the caller; every load and store ends at `length` at most.
    unsafe {
        let mut factors = [R::splat(0.0); TERMS];
        for (factor, (k, _)) in factors.iter_mut().zip(terms) {
            *factor = R::splat(k);
        }
        let mut at = 0;
        while length - at >= 4 * R::WIDTH {
            for turn in 0..4 {
                let next = at + turn * R::WIDTH;
                add_registers(factors, terms, R::load(y.add(next)), next, None).store(y.add(next));
            }
            at += 4 * R::WIDTH;
        }
        while length - at >= R::WIDTH {
            add_registers(factors, terms, R::load(y.add(at)), at, None).store(y.add(at));
            at += R::WIDTH;
        }
        if at < length {
            let mask = R::mask(length - at);
            add_registers(factors, terms, R::load_first(y.add(at), mask), at, Some(mask)).store_first(y.add(at), mask);
        }
    }
}

/// # Safety
/// As [`add_multiples`]; from `at` on, each `x` has the elements of a register, or those of the mask.
#[inline(always)]
unsafe fn add_registers<R: Register<PARTS>, const PARTS: usize, const TERMS: usize>(
    factors: [R; TERMS],
    terms: [(f32, *const f32); TERMS],
    y: R,
    at: usize,
    mask: Option<R::Mask>,
) -> R {
    let mut sum = y;
    for (factor, (_, x)) in factors.into_iter().zip(terms) {
        // SAFETY: by the caller.
        sum = sum.add(factor.mul(unsafe { load::<R, PARTS>(x.add(at), mask) }));
    }
    sum
}

/// [`Kernel::scale`](crate::kernel::Kernel::scale).
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn scale<R: Register<PARTS>, const PARTS: usize>(k: f32, y: &mut [f32]) {
    let (length, y) = (y.len(), y.as_mut_ptr());
    // SAFETY: the caller's processor; every load and store ends at `length` at most.
    unsafe {
        let factor = R::splat(k);
        let mut at = 0;
        while length - at >= R::WIDTH {
            R::load(y.add(at)).mul(factor).store(y.add(at));
            at += R::WIDTH;
        }
        if at < length {
            let mask = R::mask(length - at);
            R::load_first(y.add(at), mask).mul(factor).store_first(y.add(at), mask);
        }
    }
}

/// [`Kernel::largest`](crate::kernel::Kernel::largest), in two chains: the latency of one would be the limit.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn largest<R: Register<PARTS>, const PARTS: usize>(x: &[f32]) -> f32 {
    let (length, x) = (x.len(), x.as_ptr());
    // SAFETY: the caller's processor; every load ends at `length` at most.
    unsafe {
        let mut largest = [R::splat(0.0); PARTS];
        let mut other = [R::splat(0.0); PARTS];
        let mut at = 0;
        while length - at >= 2 * LANES {
            for part in 0..PARTS {
                largest[part] = largest[part].larger(R::load(x.add(at + part * R::WIDTH)));
                other[part] = other[part].larger(R::load(x.add(at + LANES + part * R::WIDTH)));
            }
            at += 2 * LANES;
        }
        while length - at >= R::WIDTH {
            largest[0] = largest[0].larger(R::load(x.add(at)));
            at += R::WIDTH;
        }
        if at < length {
            other[0] = other[0].larger(R::load_first(x.add(at), R::mask(length - at)));
        }
        for part in 0..PARTS {
            largest[0] = largest[0].larger(largest[part]).larger(other[part]);
        }
        R::largest(largest[0])
    }
}
