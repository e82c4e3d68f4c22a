//! Short samples: with few features the folds of the lanes cost as much as the products.
//!
//! Here a register holds four lanes of each of several rows, and is multiplied by the same four features of a sample in
//! every group of four places: all folds except the last two are plain additions, and those two are done for four
//! registers at once.
//!
//! # What was tried and was slower
//! - Samples side by side in a register, which needs no folds of registers at all: the samples of a batch have to be
//!   transposed, their scores transposed back, and each element of a row broadcast. 26×16 took 40 % longer.
//! - Eight rows of a sample at a time without packing, with halves exchanged between registers: 26×16 took 17 % longer.

#![expect(clippy::arithmetic_side_effects, reason = "counts of elements that lie in memory cannot overflow")]

use core::mem::MaybeUninit;

use super::dots::SHORT;
use super::packed::{Aligned, Rows};
use super::{LANES, Packs, Vector};

/// Lanes of one row in a register.
const QUAD: usize = 4;

/// The number of registers of rows that are multiplied by a sample together: they share the last folds.
const REGISTERS: usize = 4;

impl Rows<'_> {
    /// The scores of short samples for the first classes, as many as fill registers, or half of one; returns how many.
    ///
    /// # Safety
    /// The processor has the register's instruction set; the weights hold a row of `features`, from 1 to `SHORT`, for each class; each
    /// sample has as many elements, and the scores have `bias.len()` for each sample.
    #[inline(always)]
    pub(super) unsafe fn scores_of_short<R: Packs<PARTS>, const PARTS: usize>(
        self,
        samples: &[&[f32]],
        scores: *mut f32,
    ) -> usize {
        let (mut class, classes) = (0, self.bias.len());
        while classes - class >= R::WIDTH / 2 {
            let some = (classes - class).min(R::WIDTH);
            // SAFETY: by the caller.
            unsafe {
                // Constants, so that the compiler knows the loops.
                match (self.features.div_ceil(LANES), self.features % LANES) {
                    (1, 0) => self.some_classes::<R, PARTS, 1, false>(class, some, samples, scores),
                    (1, _) => self.some_classes::<R, PARTS, 1, true>(class, some, samples, scores),
                    (2, 0) => self.some_classes::<R, PARTS, 2, false>(class, some, samples, scores),
                    (2, _) => self.some_classes::<R, PARTS, 2, true>(class, some, samples, scores),
                    (3, 0) => self.some_classes::<R, PARTS, 3, false>(class, some, samples, scores),
                    (3, _) => self.some_classes::<R, PARTS, 3, true>(class, some, samples, scores),
                    (_, 0) => self.some_classes::<R, PARTS, 4, false>(class, some, samples, scores),
                    (_, _) => self.some_classes::<R, PARTS, 4, true>(class, some, samples, scores),
                }
            }
            class += some;
        }
        class
    }

    /// The scores for at most as many classes as a register has places.
    ///
    /// # Safety
    /// As [`scores_of_short`](Self::scores_of_short); these classes exist, and the features make `BLOCKS` blocks of
    /// lanes, of which the last is not whole if `REST` says so.
    #[inline(always)]
    unsafe fn some_classes<R: Packs<PARTS>, const PARTS: usize, const BLOCKS: usize, const REST: bool>(
        self,
        class: usize,
        classes: usize,
        samples: &[&[f32]],
        scores: *mut f32,
    ) {
        let mut packed = MaybeUninit::<Aligned<[f32; SHORT * LANES]>>::uninit();
        let packed = packed.as_mut_ptr().cast::<f32>();
        // Adding +0.0 · −0.0 = −0.0 leaves a lane unchanged.
        let mut padded = Aligned([-0.0_f32; LANES]);
        let last = (BLOCKS - 1) * LANES;
        // SAFETY: by the caller; there is memory for all blocks of a register's rows.
        unsafe {
            self.pack_quads::<R, PARTS>(class, classes, BLOCKS * LANES, packed);
            let bias = self.bias.as_ptr().add(class);
            let bias = if classes < R::WIDTH { R::load_first(bias, R::mask(classes)) } else { R::load(bias) };
            let (scale, mut scores) = (R::splat(self.scale), scores.add(class));
            for x in samples {
                let x = x.as_ptr();
                let mut blocks = [x, x.add(last)];
                if REST {
                    copy_padded::<R, PARTS>(blocks[1], self.features - last, padded.0.as_mut_ptr());
                    blocks[1] = padded.0.as_ptr();
                }
                // The folds from sixteen lanes to eight and to four.
                let even =
                    sum(lanes::<R, PARTS, BLOCKS>(packed, blocks, 0), lanes::<R, PARTS, BLOCKS>(packed, blocks, 2));
                let odd =
                    sum(lanes::<R, PARTS, BLOCKS>(packed, blocks, 1), lanes::<R, PARTS, BLOCKS>(packed, blocks, 3));
                let own = scale.mul(R::fold_quads(sum(even, odd))).add(bias);
                if classes < R::WIDTH {
                    own.store_first(scores, R::mask(classes));
                } else {
                    own.store(scores);
                }
                scores = scores.add(self.bias.len());
            }
        }
    }

    /// Packs rows: for each four features one register of them from the rows 0, 4, 8 and so on, one from the rows 1, 5,
    /// 9, and two more; +0.0 for features and rows that do not exist.
    ///
    /// # Safety
    /// As [`some_classes`](Self::some_classes); there is room for `length` elements of as many rows as a register has places, and the
    /// length is a multiple of four.
    #[inline(always)]
    unsafe fn pack_quads<R: Packs<PARTS>, const PARTS: usize>(
        self,
        class: usize,
        classes: usize,
        length: usize,
        packed: *mut f32,
    ) {
        for row in 0..R::WIDTH {
            let own = if row < classes { self.features } else { 0 };
            let quads = own / QUAD;
            // SAFETY: by the caller; of a row that does not exist, nothing is read.
            unsafe {
                let to = packed.add(row % REGISTERS * R::WIDTH + row / REGISTERS * QUAD);
                for quad in 0..quads {
                    let from = self.row(class + row).add(quad * QUAD);
                    R::Quad::load(from).store(to.add(quad * REGISTERS * R::WIDTH));
                }
                for feature in quads * QUAD..length {
                    let value = if feature < own { self.row(class + row).add(feature).read() } else { 0.0 };
                    to.add(feature / QUAD * REGISTERS * R::WIDTH + feature % QUAD).write(value);
                }
            }
        }
    }
}

/// Copies the elements of a block of lanes that is not whole, followed by −0.0 up to the end of a register.
///
/// # Safety
/// The processor has the register's instruction set; that many elements can be read, and all lanes written.
#[inline(always)]
unsafe fn copy_padded<R: Packs<PARTS>, const PARTS: usize>(from: *const f32, count: usize, to: *mut f32) {
    for part in 0..PARTS {
        let start = part * R::WIDTH;
        // SAFETY: by the caller.
        unsafe {
            if count >= start + R::WIDTH {
                R::load(from.add(start)).store(to.add(start));
            } else if count > start {
                R::load_padded(from.add(start), R::mask(count - start)).store(to.add(start));
            }
        }
    }
}

/// Four lanes of each row, those of the given fourth. Blocks of the sample lie one after the other, except for the last
/// one.
///
/// # Safety
/// The processor has the register's instruction set; packed rows and sample have `BLOCKS` blocks of lanes.
#[inline(always)]
unsafe fn lanes<R: Packs<PARTS>, const PARTS: usize, const BLOCKS: usize>(
    packed: *const f32,
    [x, last]: [*const f32; 2],
    fourth: usize,
) -> [R; REGISTERS] {
    // SAFETY: by the caller.
    unsafe {
        let first = if BLOCKS == 1 { last } else { x };
        let mut lanes = products(packed, first, fourth);
        for block in 1..BLOCKS {
            let from = if block == BLOCKS - 1 { last } else { x.add(block * LANES) };
            lanes = sum(lanes, products(packed.add(block * LANES * R::WIDTH), from, fourth));
        }
        lanes
    }
}

/// # Safety
/// As [`lanes`]; of one block.
#[inline(always)]
unsafe fn products<R: Packs<PARTS>, const PARTS: usize>(
    packed: *const f32,
    x: *const f32,
    fourth: usize,
) -> [R; REGISTERS] {
    // SAFETY: by the caller.
    unsafe {
        let mut products = [R::spread(x.add(fourth * QUAD)); REGISTERS];
        for (index, product) in products.iter_mut().enumerate() {
            *product = product.mul(R::load(packed.add((fourth * REGISTERS + index) * R::WIDTH)));
        }
        products
    }
}

#[inline(always)]
fn sum<R: Packs<PARTS>, const PARTS: usize>(a: [R; REGISTERS], b: [R; REGISTERS]) -> [R; REGISTERS] {
    let mut sums = a;
    for (sum, b) in sums.iter_mut().zip(b) {
        *sum = sum.add(b);
    }
    sums
}
