//! Long samples: ten rows and one part of the lanes of a sample at a time, chunk by chunk.
//!
//! # What limits it
//! The loads, of which Zen 3 does 1.6 per cycle: eleven for ten products. On long rows a batch benefits from the
//! caches: the rows of a chunk stay in the first-level cache while all samples are processed.
//!
//! # What was tried and was slower
//! - Five rows by two samples: seven loads for ten products, but a third more instructions.
//! - The same without packing: slower by a quarter where rows are a multiple of a page apart.
//! - Chunks of 256 or 1,024 features.

#![expect(clippy::arithmetic_side_effects, reason = "counts of elements that lie in memory cannot overflow")]

use core::mem::MaybeUninit;

use super::dots::{finish, fold};
use super::packed::{Aligned, Rows};
use super::{LANES, Register};

/// The number of features in a chunk: ten rows of them are packed into 20 kB of the stack.
const CHUNK: usize = 512;

/// The number of samples whose lanes are kept from chunk to chunk, in another 20 kB.
const GROUP: usize = 32;

/// The largest number of rows that are processed together: their sums, a register of the sample and a product take
/// twelve of sixteen registers.
const MOST_ROWS: usize = 10;

impl Rows<'_> {
    /// The scores of long samples.
    ///
    /// # Safety
    /// The processor has the register's instruction set; there are features; the weights hold a row of them for each class, each sample
    /// has as many elements, and the scores have `bias.len()` for each sample.
    #[inline(always)]
    pub(super) unsafe fn scores_of_long<R: Register<PARTS>, const PARTS: usize>(
        self,
        samples: &[&[f32]],
        scores: *mut f32,
    ) {
        let (classes, mut scores) = (self.bias.len(), scores);
        for group in samples.chunks(GROUP) {
            let mut class = 0;
            // SAFETY: by the caller; each strip ends at the number of classes at most.
            unsafe {
                while classes - class >= MOST_ROWS {
                    self.strip::<R, PARTS, MOST_ROWS>(class, group, scores);
                    class += MOST_ROWS;
                }
                if classes - class >= 5 {
                    self.strip::<R, PARTS, 5>(class, group, scores);
                    class += 5;
                }
                while classes - class >= 2 {
                    self.strip::<R, PARTS, 2>(class, group, scores);
                    class += 2;
                }
                if classes > class {
                    self.strip::<R, PARTS, 1>(class, group, scores);
                }
                scores = scores.add(group.len() * classes);
            }
        }
    }

    /// The scores of a group of samples for `ROWS` classes from `class` on.
    ///
    /// # Safety
    /// As [`scores_of_long`](Self::scores_of_long); these classes exist, and there are `GROUP` samples at most.
    #[inline(always)]
    unsafe fn strip<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
        self,
        class: usize,
        samples: &[&[f32]],
        scores: *mut f32,
    ) {
        let mut packed = MaybeUninit::<Aligned<[f32; CHUNK * MOST_ROWS]>>::uninit();
        let packed = packed.as_mut_ptr().cast::<f32>();
        let mut lanes = MaybeUninit::<Aligned<[f32; GROUP * LANES * MOST_ROWS]>>::uninit();
        let lanes = lanes.as_mut_ptr().cast::<f32>();
        let mut from = 0;
        // SAFETY: by the caller; there is memory for a chunk of the rows, and for the lanes of all samples.
        unsafe {
            while from < self.features {
                let features = (self.features - from).min(CHUNK);
                self.pack::<R, PARTS, ROWS>(class, from, features, packed);
                for (index, x) in samples.iter().enumerate() {
                    let (x, mut rows) = (x.as_ptr().add(from), packed.cast_const());
                    for part in 0..PARTS {
                        let lanes = lanes.add((index * PARTS + part) * ROWS * R::WIDTH);
                        let own = part * R::WIDTH;
                        rows = take::<R, PARTS, ROWS>(lanes, from == 0, rows, x, own, features);
                    }
                }
                from += CHUNK;
            }
            let bias = self.biases::<ROWS>(class);
            for index in 0..samples.len() {
                let mut quads = MaybeUninit::<[R::Quad; ROWS]>::uninit();
                for row in 0..ROWS {
                    let mut own = [R::splat(0.0); PARTS];
                    for (part, own) in own.iter_mut().enumerate() {
                        *own = R::load(lanes.add(((index * PARTS + part) * ROWS + row) * R::WIDTH));
                    }
                    quads.as_mut_ptr().cast::<R::Quad>().add(row).write(R::quarter(own));
                }
                let mut own = [0.0; ROWS];
                fold(&quads.assume_init(), &mut own);
                finish(&mut own, self.scale, &bias);
                scores.add(index * self.bias.len() + class).cast::<[f32; ROWS]>().write(own);
            }
        }
    }

    /// Packs a chunk of rows: part by part of the lanes, within a part block by block, and within a block a register of
    /// each row; +0.0 after the last feature.
    ///
    /// # Safety
    /// As [`strip`](Self::strip); there is room for a chunk of as many rows.
    #[inline(always)]
    unsafe fn pack<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
        self,
        class: usize,
        from: usize,
        features: usize,
        packed: *mut f32,
    ) {
        let mut to = packed;
        for part in 0..PARTS {
            let mut at = part * R::WIDTH;
            while at < features {
                for row in 0..ROWS {
                    // SAFETY: by the caller.
                    unsafe {
                        let own = self.row(class + row).add(from + at);
                        let left = features - at;
                        let own = if left < R::WIDTH { R::load_first(own, R::mask(left)) } else { R::load(own) };
                        own.store(to);
                        to = to.add(R::WIDTH);
                    }
                }
                at += LANES;
            }
        }
    }
}

/// Adds the products of a chunk to a part of the lanes of each row; returns the address after the rows that it has
/// used.
///
/// # Safety
/// The processor has the register's instruction set; there are `ROWS` registers of lanes, which are initialised unless
/// the chunk is the first one; the sample has `features` elements, and as many are packed of each row.
#[inline(always)]
unsafe fn take<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
    lanes: *mut f32,
    is_first: bool,
    rows: *const f32,
    x: *const f32,
    first: usize,
    features: usize,
) -> *const f32 {
    let (mut rows, mut at) = (rows, first);
    // SAFETY: by the caller.
    unsafe {
        let mut sums = [R::splat(-0.0); ROWS];
        if !is_first {
            for (row, sum) in sums.iter_mut().enumerate() {
                *sum = R::load(lanes.add(row * R::WIDTH));
            }
        }
        while at + R::WIDTH <= features {
            sums = add_products::<R, PARTS, ROWS>(sums, rows, R::load(x.add(at)));
            rows = rows.add(ROWS * R::WIDTH);
            at += LANES;
        }
        if at < features {
            sums = add_products::<R, PARTS, ROWS>(sums, rows, R::load_padded(x.add(at), R::mask(features - at)));
            rows = rows.add(ROWS * R::WIDTH);
        }
        for (row, sum) in sums.into_iter().enumerate() {
            sum.store(lanes.add(row * R::WIDTH));
        }
    }
    rows
}

/// # Safety
/// The processor has the register's instruction set; there is a register of each row.
#[inline(always)]
unsafe fn add_products<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
    sums: [R; ROWS],
    rows: *const f32,
    x: R,
) -> [R; ROWS] {
    let mut sums = sums;
    for (row, sum) in sums.iter_mut().enumerate() {
        // SAFETY: by the caller.
        *sum = sum.add(x.mul(unsafe { R::load(rows.add(row * R::WIDTH)) }));
    }
    sums
}
