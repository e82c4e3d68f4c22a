//! Dot products: scores of a sample and of a batch.
//!
//! # What limits them
//! Each weight is loaded, multiplied and added once. Per cycle, Zen 4 loads two times 32 bytes and multiplies and adds
//! as many; so the loads are the limit, since the sample must be loaded too. A pass processes several rows, and loads
//! the sample once for all of them: with five rows six loads do the work of ten. That also hides the latency of the
//! additions: the definition allows one accumulator per lane, so a single row would be a chain of additions, three or
//! four cycles each.
//!
//! In a batch, each loaded row serves several samples too; then the limits are the arithmetic and the place of the
//! weights: see [`Problem::solve`].
//!
//! With few features the folds cost as much as the products. They are done for four rows at once.
//!
//! # What was tried and was slower
//! - Eight or ten rows per pass, for which AVX-512 has enough registers: as fast at 10×64 and 10×784, but a quarter
//!   slower at 10×3072. There all rows start at the same offset in a page, and the first-level cache holds only eight
//!   such lines.
//! - Four rows per pass: 6 % slower at 10×784. Their scores are written in one store, though, which made up for it
//!   until two passes of five were written together; see [`Problem::strip`].
//! - A tail by elements: it waits for the lanes to come back from memory. Masks, or loads of one, two and three
//!   elements, are used instead.
//! - Rows counted by a division before the first load, instead of a product.

#![expect(clippy::arithmetic_side_effects, reason = "counts of elements that lie in memory cannot overflow")]
#![expect(
    clippy::indexing_slicing,
    reason = "indices are constants, once the loops over rows and samples are unrolled"
)]

use core::mem::MaybeUninit;

#[cfg(hingeline_sse2)]
use super::Packs;
use super::asks::Asks;
use super::packed::Rows;
use super::{LANES, Quad, Register, common_length, load};

/// Whether there are variants for special shapes: not in a debug build, where each takes its own space on the stack.
const OPTIMISED: bool = !cfg!(debug_assertions);

/// The number of samples from which packing rows is faster: equal at sixteen, slower at eight.
const FEWEST: usize = 32;

/// The largest number of features of a short sample.
pub(super) const SHORT: usize = 4 * LANES;

/// The number of blocks of samples that are processed with one strip of rows: few enough to stay in the second-level
/// cache for the next strip.
const GROUP: usize = 16;

/// The number of features after which two passes alternate: that many of the sample stay in the first-level cache until
/// the second pass.
const CHUNK: usize = 1_024;

/// [`Kernel::dot`](crate::kernel::Kernel::dot).
///
/// # Safety
/// The processor has the register's instruction set.
#[inline(always)]
pub(in crate::kernel) unsafe fn dot<R: Register<PARTS>, const PARTS: usize>(a: &[f32], b: &[f32]) -> f32 {
    let features = a.len().min(b.len());
    let lengths = Lengths::of(features);
    // SAFETY: the caller's processor; both slices hold as many elements.
    let [[lanes]] = unsafe { pass::<R, PARTS, 1, 1, 1>([a.as_ptr()], [b.as_ptr()], lengths, ()) };
    R::quarter(lanes).fold()
}

/// [`Kernel::scores`](crate::kernel::Kernel::scores), `ROWS` classes at a time.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn scores<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
    weights: &[f32],
    scale: f32,
    bias: &[f32],
    x: &[f32],
    scores: &mut [f32],
) {
    // SAFETY: by the caller.
    unsafe { scores_ahead::<R, PARTS, ROWS>(weights, scale, bias, x, scores, ()) }
}

/// The same; meanwhile it prefetches a sample that is needed soon, one cache line at a time: all at once, the
/// prefetches would delay the weights.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn scores_ahead<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
    weights: &[f32],
    scale: f32,
    bias: &[f32],
    x: &[f32],
    scores: &mut [f32],
    soon: impl Asks,
) {
    let features = x.len();
    let classes = rows_within(weights.len(), features, bias.len().min(scores.len()));
    let lengths = Lengths::of(features);
    let problem = Problem { weights, scale, bias, lengths, classes, soon };
    // SAFETY: the caller's processor; as many rows lie in the weights, and as many elements in bias and scores.
    unsafe { problem.solve_each::<R, PARTS, ROWS>(0, &[[x]], scores.as_mut_ptr()) }
}

/// [`Kernel::batch_scores`](crate::kernel::Kernel::batch_scores), `BATCH_ROWS` classes of `SAMPLES` samples at a time;
/// the remaining samples, or samples whose lengths differ, one by one.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(in crate::kernel) unsafe fn batch_scores<
    R: Register<PARTS>,
    const PARTS: usize,
    const ROWS: usize,
    const BATCH_ROWS: usize,
    const SAMPLES: usize,
>(
    weights: &[f32],
    scale: f32,
    bias: &[f32],
    samples: &[&[f32]],
    scores: &mut [f32],
) {
    let classes = bias.len();
    let whole = rows_within(scores.len(), classes, samples.len());
    let samples = samples.get(..whole).unwrap_or_default();
    let features = common_length(samples).filter(|f| rows_within(weights.len(), *f, classes) == classes);
    if let Some(features @ 1..) = features
        && samples.len() >= FEWEST
        // SAFETY: the caller's processor; all rows lie in the weights, all samples have one length, and the scores hold a row for
        // each.
        && unsafe { R::packed_batch_scores(Rows { weights, scale, bias, features }, samples, scores.as_mut_ptr()) }
    {
        return;
    }
    let problem = Problem { weights, scale, bias, lengths: Lengths::of(features.unwrap_or(0)), classes, soon: () };
    // Short samples gain nothing from blocks on wide registers.
    if OPTIMISED && PARTS == 2 && features.is_some_and(|features| features <= SHORT) {
        // SAFETY: as above.
        return unsafe { problem.solve_each::<R, PARTS, ROWS>(0, samples.as_chunks().0, scores.as_mut_ptr()) };
    }
    let (blocks, rest) = if features.is_some() { samples.as_chunks::<SAMPLES>() } else { (&[][..], samples) };
    let mut scores = scores;
    for group in blocks.chunks(GROUP) {
        let Some((own, below)) = scores.split_at_mut_checked(group.len() * SAMPLES * classes) else {
            return;
        };
        // SAFETY: as above.
        unsafe { problem.solve::<R, PARTS, BATCH_ROWS, SAMPLES>(0, group, own.as_mut_ptr()) };
        scores = below;
    }
    for x in rest {
        let Some((own, below)) = scores.split_at_mut_checked(classes) else {
            return;
        };
        // SAFETY: the caller's processor.
        unsafe { self::scores::<R, PARTS, ROWS>(weights, scale, bias, x, own) };
        scores = below;
    }
}

/// The scores of a large batch, for which rows are packed, except for a few classes of short samples.
///
/// # Safety
/// The processor has the register's instruction set; there are features, and the weights hold a row of them for each class; each
/// sample has as many elements, and the scores have `bias.len()` for each sample.
#[cfg(hingeline_sse2)]
#[inline(always)]
pub(in crate::kernel) unsafe fn packed_batch_scores<R: Packs<PARTS>, const PARTS: usize, const ROWS: usize>(
    rows: Rows<'_>,
    samples: &[&[f32]],
    scores: *mut f32,
) {
    let Rows { weights, scale, bias, features } = rows;
    // SAFETY: by the caller.
    unsafe {
        if features > SHORT {
            rows.scores_of_long::<R, PARTS>(samples, scores);
        } else {
            let class = rows.scores_of_short::<R, PARTS>(samples, scores);
            let (lengths, classes) = (Lengths::of(features), bias.len());
            let problem = Problem { weights, scale, bias, lengths, classes, soon: () };
            problem.solve_each::<R, PARTS, ROWS>(class, samples.as_chunks().0, scores);
        }
    }
}

/// The number of a row's elements in whole blocks of lanes, and of those after them.
#[derive(Clone, Copy)]
struct Lengths {
    whole: usize,
    rest: usize,
}

impl Lengths {
    #[inline(always)]
    fn of(features: usize) -> Self {
        let rest = features % LANES;
        Self { whole: features - rest, rest }
    }

    #[inline(always)]
    fn features(self) -> usize {
        self.whole + self.rest
    }
}

/// A row-major matrix, and the other values that scores are computed from.
#[derive(Clone, Copy)]
struct Problem<'a, A> {
    weights: &'a [f32],
    scale: f32,
    bias: &'a [f32],
    lengths: Lengths,
    classes: usize,
    soon: A,
}

impl<A: Asks> Problem<'_, A> {
    /// The scores of blocks of samples for the classes from `class` on: two passes of `ROWS` at a time, then one, then
    /// passes of two rows and of one.
    ///
    /// A strip of rows stays in the first-level cache while the blocks are processed. In the other order, with all
    /// strips for each block, the weights of 10×784 and a block did not fit in it.
    ///
    /// # Safety
    /// The processor has the register's instruction set; the weights hold `classes` rows, the bias as many elements;
    /// each sample has as many elements as a row, and the scores have `classes` for each sample.
    #[inline(always)]
    unsafe fn solve<R: Register<PARTS>, const PARTS: usize, const ROWS: usize, const SAMPLES: usize>(
        &self,
        class: usize,
        blocks: &[[&[f32]; SAMPLES]],
        scores: *mut f32,
    ) {
        let mut class = class;
        // SAFETY: by the caller; each strip ends at the number of classes at most.
        unsafe {
            while OPTIMISED
                && PARTS <= 2
                && SAMPLES == 1
                && self.lengths.features() <= LANES
                && self.classes - class >= 8
            {
                self.eight::<R, PARTS, SAMPLES>(class, blocks, scores);
                class += 8;
            }
            while SAMPLES == 1 && self.classes - class >= 2 * ROWS {
                self.strip::<R, PARTS, ROWS, 2, SAMPLES>(class, blocks, scores);
                class += 2 * ROWS;
            }
            while self.classes - class >= ROWS {
                self.strip::<R, PARTS, ROWS, 1, SAMPLES>(class, blocks, scores);
                class += ROWS;
            }
            while self.classes - class >= 2 {
                self.strip::<R, PARTS, 2, 1, SAMPLES>(class, blocks, scores);
                class += 2;
            }
            if self.classes > class {
                self.strip::<R, PARTS, 1, 1, SAMPLES>(class, blocks, scores);
            }
        }
    }

    /// The same for samples that are taken one by one.
    ///
    /// # Safety
    /// As [`solve`](Self::solve).
    #[inline(always)]
    unsafe fn solve_each<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
        &self,
        class: usize,
        samples: &[[&[f32]; 1]],
        scores: *mut f32,
    ) {
        // SAFETY: by the caller.
        unsafe {
            if OPTIMISED && PARTS <= 2 && self.lengths.rest == 0 {
                // Tells the compiler that there is no rest: without it, and the registers that it would need, the loops
                // are shorter. With registers of four elements they became longer: from 1,262 to 2,008 units of fuel
                // for scores of 10×64 on WebAssembly.
                let problem = Problem { lengths: Lengths { rest: 0, ..self.lengths }, ..*self };
                problem.solve::<R, PARTS, ROWS, 1>(class, samples, scores);
            } else {
                self.solve::<R, PARTS, ROWS, 1>(class, samples, scores);
            }
        }
    }

    /// The scores of blocks of samples for `PASSES · ROWS` classes from `class` on, written together.
    ///
    /// Two passes of five are written as four, four and two scores: code that reads them four at a time finds each four
    /// in one store. Written as four, one, four and one, the reads had to wait until all of the stores had left the
    /// processor.
    ///
    /// # Safety
    /// As [`solve`](Self::solve), and `class + PASSES · ROWS` is at most the number of classes.
    #[inline(always)]
    unsafe fn strip<
        R: Register<PARTS>,
        const PARTS: usize,
        const ROWS: usize,
        const PASSES: usize,
        const SAMPLES: usize,
    >(
        &self,
        class: usize,
        blocks: &[[&[f32]; SAMPLES]],
        scores: *mut f32,
    ) {
        // SAFETY: by the caller, the rows and the elements of bias and scores for these classes exist.
        unsafe {
            let bias = self.bias.as_ptr().add(class).cast::<[[f32; ROWS]; PASSES]>().read();
            for (block, samples) in blocks.iter().enumerate() {
                let samples = samples.map(<[f32]>::as_ptr);
                let mut quads = MaybeUninit::<[[[R::Quad; ROWS]; PASSES]; SAMPLES]>::uninit();
                let to = quads.as_mut_ptr().cast();
                if OPTIMISED && PARTS <= 2 && SAMPLES == 1 && PASSES > 1 && self.lengths.features() > 2 * CHUNK {
                    self.by_chunks::<R, PARTS, ROWS, PASSES, SAMPLES>(class, samples, to);
                } else {
                    self.by_passes::<R, PARTS, ROWS, PASSES, SAMPLES>(class, samples, to);
                }
                // All of them are written.
                for (sample, quads) in quads.assume_init().into_iter().enumerate() {
                    let mut own = [[0.0; ROWS]; PASSES];
                    fold(quads.as_flattened(), own.as_flattened_mut());
                    finish(own.as_flattened_mut(), self.scale, bias.as_flattened());
                    let start = (block * SAMPLES + sample) * self.classes + class;
                    scores.add(start).cast::<[[f32; ROWS]; PASSES]>().write(own);
                }
            }
        }
    }

    /// The scores of blocks of short samples for eight classes, with all folds done together.
    ///
    /// # Safety
    /// As [`solve`](Self::solve), and `class + 8` is at most the number of classes.
    #[inline(always)]
    unsafe fn eight<R: Register<PARTS>, const PARTS: usize, const SAMPLES: usize>(
        &self,
        class: usize,
        blocks: &[[&[f32]; SAMPLES]],
        scores: *mut f32,
    ) {
        let [low, high] = [0, 1].map(|pass| self.soon.part(pass, 2, self.lengths.features()));
        // SAFETY: by the caller, the rows and the elements of bias and scores for these classes exist.
        unsafe {
            let bias = self.bias.as_ptr().add(class).cast::<[f32; 8]>().read();
            for (block, samples) in blocks.iter().enumerate() {
                let samples = samples.map(<[f32]>::as_ptr);
                let low = pass::<R, PARTS, 4, 2, SAMPLES>(self.rows(class), samples, self.lengths, low);
                let high = pass::<R, PARTS, 4, 2, SAMPLES>(self.rows(class + 4), samples, self.lengths, high);
                for (sample, ([a, b, c, d], [e, f, g, h])) in low.into_iter().zip(high).enumerate() {
                    let mut own = R::fold_eight([a, b, c, d, e, f, g, h]);
                    finish(&mut own, self.scale, &bias);
                    scores.add((block * SAMPLES + sample) * self.classes + class).cast::<[f32; 8]>().write(own);
                }
            }
        }
    }

    /// The quads of a strip's passes, one pass after the other.
    ///
    /// # Safety
    /// As [`strip`](Self::strip); `quads` can take `PASSES · ROWS` for each sample.
    #[inline(always)]
    unsafe fn by_passes<
        R: Register<PARTS>,
        const PARTS: usize,
        const ROWS: usize,
        const PASSES: usize,
        const SAMPLES: usize,
    >(
        &self,
        class: usize,
        samples: [*const f32; SAMPLES],
        quads: *mut R::Quad,
    ) {
        for index in 0..PASSES {
            // SAFETY: by the caller.
            unsafe {
                let rows = self.rows(class + index * ROWS);
                // Each pass prefetches its part of the next sample.
                let soon = self.soon.part(index, PASSES, self.lengths.features());
                let lanes = pass::<R, PARTS, ROWS, PASSES, SAMPLES>(rows, samples, self.lengths, soon);
                write_quads::<R, PARTS, ROWS, PASSES, SAMPLES>(lanes, index, quads);
            }
        }
    }

    /// The same for a sample that is too long for the first-level cache to keep it until the second pass: the passes
    /// alternate.
    ///
    /// The lanes pass through memory in between, which costs little for so many features.
    ///
    /// # Safety
    /// As [`by_passes`](Self::by_passes).
    #[inline(always)]
    unsafe fn by_chunks<
        R: Register<PARTS>,
        const PARTS: usize,
        const ROWS: usize,
        const PASSES: usize,
        const SAMPLES: usize,
    >(
        &self,
        class: usize,
        samples: [*const f32; SAMPLES],
        quads: *mut R::Quad,
    ) {
        // SAFETY: by the caller.
        unsafe {
            let mut all = [[[[R::splat(-0.0); PARTS]; ROWS]; SAMPLES]; PASSES];
            let mut from = 0;
            loop {
                let left = self.lengths.whole - from;
                let lengths = if left > CHUNK {
                    Lengths { whole: CHUNK, rest: 0 }
                } else {
                    Lengths { whole: left, ..self.lengths }
                };
                let samples = samples.map(|x| x.add(from));
                for (index, lanes) in all.iter_mut().enumerate() {
                    let rows = self.rows(class + index * ROWS).map(|row| row.add(from));
                    let soon = self.soon.part(index, PASSES, self.lengths.features()).onwards(from / PASSES);
                    let mut own = *lanes;
                    take_blocks::<R, PARTS, ROWS, PASSES, SAMPLES>(&mut own, rows, samples, lengths, 0, soon);
                    *lanes = own;
                }
                if left <= CHUNK {
                    break;
                }
                from += CHUNK;
            }
            for (index, lanes) in all.into_iter().enumerate() {
                write_quads::<R, PARTS, ROWS, PASSES, SAMPLES>(lanes, index, quads);
            }
        }
    }

    /// The addresses of `ROWS` rows, from `class` on.
    ///
    /// # Safety
    /// The weights hold them.
    #[inline(always)]
    unsafe fn rows<const ROWS: usize>(&self, class: usize) -> [*const f32; ROWS] {
        let features = self.lengths.features();
        // SAFETY: by the caller.
        unsafe {
            let mut rows = [self.weights.as_ptr().add(class * features); ROWS];
            for (index, row) in rows.iter_mut().enumerate() {
                *row = row.add(index * features);
            }
            rows
        }
    }
}

/// The first two folds of a pass, written to their places among those of its strip.
///
/// # Safety
/// The processor has the register's instruction set; `quads` can take `PASSES · ROWS` for each sample.
#[inline(always)]
unsafe fn write_quads<
    R: Register<PARTS>,
    const PARTS: usize,
    const ROWS: usize,
    const PASSES: usize,
    const SAMPLES: usize,
>(
    lanes: [[[R; PARTS]; ROWS]; SAMPLES],
    pass: usize,
    quads: *mut R::Quad,
) {
    for (sample, lanes) in lanes.into_iter().enumerate() {
        for (row, lanes) in lanes.into_iter().enumerate() {
            // SAFETY: by the caller.
            unsafe { quads.add((sample * PASSES + pass) * ROWS + row).write(R::quarter(lanes)) }
        }
    }
}

/// The lanes of the dot products of some rows with some samples: one pass over all of them.
///
/// # Safety
/// The processor has the register's instruction set; each row and sample has the elements of `lengths`.
#[inline(always)]
unsafe fn pass<R: Register<PARTS>, const PARTS: usize, const ROWS: usize, const PASSES: usize, const SAMPLES: usize>(
    rows: [*const f32; ROWS],
    samples: [*const f32; SAMPLES],
    lengths: Lengths,
    soon: impl Asks,
) -> [[[R; PARTS]; ROWS]; SAMPLES] {
    // SAFETY: the caller's processor; the first block exists where it is taken.
    unsafe {
        let mut lanes = [[[R::splat(-0.0); PARTS]; ROWS]; SAMPLES];
        let mut block = 0;
        // The first products are assigned, since a lane starts at the identity of addition. For one sample and wide
        // registers that was up to a tenth slower.
        if (PARTS == 4 || SAMPLES > 1) && lengths.whole > 0 {
            for part in 0..PARTS {
                take_products(&mut lanes, rows, samples, part, part * R::WIDTH, None, true);
            }
            block = LANES;
        }
        take_blocks::<R, PARTS, ROWS, PASSES, SAMPLES>(&mut lanes, rows, samples, lengths, block, soon);
        lanes
    }
}

/// Adds the products of the blocks from `first` on, and of the elements after them.
///
/// # Safety
/// As [`pass`]; `first` is a multiple of the lanes, and not above the elements of the whole blocks.
#[inline(always)]
unsafe fn take_blocks<
    R: Register<PARTS>,
    const PARTS: usize,
    const ROWS: usize,
    const PASSES: usize,
    const SAMPLES: usize,
>(
    lanes: &mut [[[R; PARTS]; ROWS]; SAMPLES],
    rows: [*const f32; ROWS],
    samples: [*const f32; SAMPLES],
    lengths: Lengths,
    first: usize,
    soon: impl Asks,
) {
    let Lengths { whole, rest } = lengths;
    let mut block = first;
    // SAFETY: the caller's processor; every load ends at the lengths' elements at most.
    unsafe {
        while block < whole {
            if let Some(place) = soon.place(block, PASSES) {
                R::prefetch(place);
            }
            for part in 0..PARTS {
                take_products(lanes, rows, samples, part, block + part * R::WIDTH, None, false);
            }
            block += LANES;
        }
        if rest > 0 {
            for part in 0..PARTS {
                let start = part * R::WIDTH;
                if rest >= start + R::WIDTH {
                    take_products(lanes, rows, samples, part, whole + start, None, false);
                } else if rest > start {
                    take_products(lanes, rows, samples, part, whole + start, Some(R::mask(rest - start)), false);
                }
            }
        }
    }
}

/// Multiplies and adds one register of each row and sample, whole or up to a mask.
///
/// Past the mask the products are +0.0 · −0.0 = −0.0, which leave their lanes as they are.
///
/// # Safety
/// The processor has the register's instruction set; from `at` on, each row and sample has the elements of a register,
/// or those of the mask.
#[inline(always)]
unsafe fn take_products<R: Register<PARTS>, const PARTS: usize, const ROWS: usize, const SAMPLES: usize>(
    lanes: &mut [[[R; PARTS]; ROWS]; SAMPLES],
    rows: [*const f32; ROWS],
    samples: [*const f32; SAMPLES],
    part: usize,
    at: usize,
    mask: Option<R::Mask>,
    first: bool,
) {
    // SAFETY: by the caller.
    unsafe {
        let mut xs = [R::splat(0.0); SAMPLES];
        for (x, sample) in xs.iter_mut().zip(samples) {
            *x = match mask {
                None => R::load(sample.add(at)),
                Some(mask) => R::load_padded(sample.add(at), mask),
            };
        }
        for (index, row) in rows.into_iter().enumerate() {
            let w = load::<R, PARTS>(row.add(at), mask);
            for (lanes, x) in lanes.iter_mut().zip(xs) {
                let lane = &mut lanes[index][part];
                let product = w.mul(x);
                *lane = if first { product } else { lane.add(product) };
            }
        }
    }
}

/// The last sums of some rows, four rows at a time where possible.
#[inline(always)]
pub(super) fn fold<Q: Quad>(quads: &[Q], sums: &mut [f32]) {
    let (fours, rest) = quads.as_chunks();
    let (sums_of_fours, sums_of_rest) = sums.as_chunks_mut();
    for (sums, four) in sums_of_fours.iter_mut().zip(fours) {
        *sums = Q::fold_four(*four);
    }
    for (sum, quad) in sums_of_rest.iter_mut().zip(rest) {
        *sum = quad.fold();
    }
}

/// Turns sums into scores.
#[inline(always)]
pub(super) fn finish(sums: &mut [f32], scale: f32, bias: &[f32]) {
    for (sum, bias) in sums.iter_mut().zip(bias) {
        *sum = (scale * *sum) + bias;
    }
}

/// The number of rows of `features` elements: as many as wanted, or as the elements fill.
#[inline(always)]
pub(super) fn rows_within(elements: usize, features: usize, wanted: usize) -> usize {
    // The product first: it decides without a division, which takes as long as several rows.
    match wanted.checked_mul(features) {
        Some(needed) if needed <= elements => wanted,
        _ => elements.checked_div(features).unwrap_or(wanted),
    }
}
