//! Dot products: scores of a sample and of a batch.
//!
//! # What limits them
//! Each weight is loaded, multiplied and added once. In a cycle, Zen 4 loads two times 32 bytes and multiplies and adds
//! as many; so the loads run out first, since the sample must be loaded too. A pass takes several rows, and loads the
//! sample once for all of them: with five rows six loads do the work of ten. That also hides the latency of the
//! additions: the definition allows one accumulator a lane, so a single row would be a chain of additions, three or
//! four cycles each.
//!
//! In a batch each row loaded serves several samples as well; then the arithmetic is the limit, and where the weights
//! lie: see [`Problem::solve`].
//!
//! With few features the folds are as dear as the products. They are done for four rows at once.
//!
//! # What was tried and was slower
//! - Eight or ten rows a pass, which AVX-512 has registers for: as fast at 10×64 and 10×784, but a quarter slower at
//!   10×3072. There all rows start at the same place of a page, and the first cache holds eight lines of such.
//! - Four rows a pass: 6 % slower at 10×784. They are written in one store each, though, which made up for it until
//!   two passes of five were written together; see [`Problem::strip`].
//! - A tail by elements: it waits for the lanes to come back from memory. Masks, or loads of one, two and three.
//! - Rows counted by a division before the first load, instead of a product.

#![expect(clippy::arithmetic_side_effects, reason = "counts of elements that lie in memory cannot overflow")]
#![expect(
    clippy::indexing_slicing,
    reason = "indices are constants, once the loops over rows and samples are unrolled"
)]

use core::mem::MaybeUninit;

use super::{LANES, Quad, Register, common_length, load};

/// Blocks of samples that go by one strip of rows: few enough to stay in the second cache for the next strip.
const GROUP: usize = 16;

/// [`Kernel::dot`](crate::kernel::Kernel::dot).
///
/// # Safety
/// The processor has the register's instruction set.
#[inline(always)]
pub(in crate::kernel) unsafe fn dot<R: Register<PARTS>, const PARTS: usize>(a: &[f32], b: &[f32]) -> f32 {
    let features = a.len().min(b.len());
    // SAFETY: the caller's processor; both slices hold as many elements.
    let [[lanes]] = unsafe { pass::<R, PARTS, 1, 1>([a.as_ptr()], [b.as_ptr()], features) };
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
    let features = x.len();
    let classes = rows_within(weights.len(), features, bias.len().min(scores.len()));
    let problem = Problem { weights, scale, bias, features, classes };
    // SAFETY: the caller's processor; as many rows lie in the weights, and as many elements in bias and scores.
    unsafe { problem.solve::<R, PARTS, ROWS, 1>(&[[x]], scores.as_mut_ptr()) }
}

/// [`Kernel::batch_scores`](crate::kernel::Kernel::batch_scores), `BATCH_ROWS` classes of `SAMPLES` samples at a time;
/// those that are left over, or whose lengths differ, one by one.
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
    let (blocks, rest) = if features.is_some() { samples.as_chunks::<SAMPLES>() } else { (&[][..], samples) };
    let problem = Problem { weights, scale, bias, features: features.unwrap_or(0), classes };

    let mut scores = scores;
    for group in blocks.chunks(GROUP) {
        let Some((own, below)) = scores.split_at_mut_checked(group.len() * SAMPLES * classes) else {
            return;
        };
        // SAFETY: the caller's processor; all rows lie in the weights, all samples have one length, and `own` has the
        // scores of each.
        unsafe { problem.solve::<R, PARTS, BATCH_ROWS, SAMPLES>(group, own.as_mut_ptr()) };
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

/// A row-major matrix and what else the scores of samples are made of.
struct Problem<'a> {
    weights: &'a [f32],
    scale: f32,
    bias: &'a [f32],
    features: usize,
    classes: usize,
}

impl Problem<'_> {
    /// The scores of blocks of samples for all classes: two passes of `ROWS` at a time, then one, then of two rows and
    /// one.
    ///
    /// A strip of rows stays in the nearest cache while the blocks go by. In the other order, with all strips for each
    /// block, the weights of 10×784 and a block were too much for it.
    ///
    /// # Safety
    /// The processor has the register's instruction set; the weights hold `classes` rows, the bias as many elements;
    /// each sample has `features` elements, and the scores have `classes` for each sample.
    #[inline(always)]
    unsafe fn solve<R: Register<PARTS>, const PARTS: usize, const ROWS: usize, const SAMPLES: usize>(
        &self,
        blocks: &[[&[f32]; SAMPLES]],
        scores: *mut f32,
    ) {
        let mut class = 0;
        // SAFETY: by the caller; each strip ends at the number of classes at most.
        unsafe {
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

    /// The scores of blocks of samples for `PASSES · ROWS` classes from one on, written together.
    ///
    /// Two passes of five are written as four, four and two scores: who reads them four at a time finds each four in
    /// one store. Written as four, one, four and one, they had to be waited for until all of them had left the
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
                for index in 0..PASSES {
                    let rows = self.rows(class + index * ROWS);
                    let lanes = pass::<R, PARTS, ROWS, SAMPLES>(rows, samples, self.features);
                    for (sample, lanes) in lanes.into_iter().enumerate() {
                        let first = quads.as_mut_ptr().cast::<R::Quad>().add((sample * PASSES + index) * ROWS);
                        for (row, lanes) in lanes.into_iter().enumerate() {
                            first.add(row).write(R::quarter(lanes));
                        }
                    }
                }
                // All of them are written.
                for (sample, quads) in quads.assume_init().into_iter().enumerate() {
                    let mut own = [[0.0; ROWS]; PASSES];
                    fold(quads.as_flattened(), own.as_flattened_mut());
                    for (score, bias) in own.as_flattened_mut().iter_mut().zip(bias.as_flattened()) {
                        *score = (self.scale * *score) + bias;
                    }
                    let start = (block * SAMPLES + sample) * self.classes + class;
                    scores.add(start).cast::<[[f32; ROWS]; PASSES]>().write(own);
                }
            }
        }
    }

    /// Where `ROWS` rows start, from a class on.
    ///
    /// # Safety
    /// The weights hold them.
    #[inline(always)]
    unsafe fn rows<const ROWS: usize>(&self, class: usize) -> [*const f32; ROWS] {
        // SAFETY: by the caller.
        unsafe {
            let mut rows = [self.weights.as_ptr().add(class * self.features); ROWS];
            for (index, row) in rows.iter_mut().enumerate() {
                *row = row.add(index * self.features);
            }
            rows
        }
    }
}

/// The lanes of the dot products of some rows with some samples: one pass over all of them.
///
/// # Safety
/// The processor has the register's instruction set; each row and sample has `features` elements.
#[inline(always)]
unsafe fn pass<R: Register<PARTS>, const PARTS: usize, const ROWS: usize, const SAMPLES: usize>(
    rows: [*const f32; ROWS],
    samples: [*const f32; SAMPLES],
    features: usize,
) -> [[[R; PARTS]; ROWS]; SAMPLES] {
    // SAFETY: the caller's processor; every load ends at `features` at most.
    unsafe {
        let mut lanes = [[[R::splat(-0.0); PARTS]; ROWS]; SAMPLES];
        let rest = features % LANES;
        let tail = features - rest;
        let mut block = 0;
        // The first products are assigned, since a lane starts at the identity of addition. For one sample and wide
        // registers that was up to a tenth slower.
        if (PARTS == 4 || SAMPLES > 1) && block < tail {
            for part in 0..PARTS {
                take_products(&mut lanes, rows, samples, part, part * R::WIDTH, None, true);
            }
            block += LANES;
        }
        while block < tail {
            for part in 0..PARTS {
                take_products(&mut lanes, rows, samples, part, block + part * R::WIDTH, None, false);
            }
            block += LANES;
        }
        if rest > 0 {
            for part in 0..PARTS {
                let start = part * R::WIDTH;
                if rest >= start + R::WIDTH {
                    take_products(&mut lanes, rows, samples, part, tail + start, None, false);
                } else if rest > start {
                    take_products(&mut lanes, rows, samples, part, tail + start, Some(R::mask(rest - start)), false);
                }
            }
        }
        lanes
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

/// The last sums of some rows: four rows at a time as far as they go.
#[inline(always)]
fn fold<Q: Quad>(quads: &[Q], sums: &mut [f32]) {
    let (fours, rest) = quads.as_chunks();
    let (sums_of_fours, sums_of_rest) = sums.as_chunks_mut();
    for (sums, four) in sums_of_fours.iter_mut().zip(fours) {
        *sums = Q::fold_four(*four);
    }
    for (sum, quad) in sums_of_rest.iter_mut().zip(rest) {
        *sum = quad.fold();
    }
}

/// How many rows of `features` elements there are: as many as wanted, or as the elements make.
#[inline(always)]
fn rows_within(elements: usize, features: usize, wanted: usize) -> usize {
    // The product first: it tells without a division, which takes as long as several rows.
    match wanted.checked_mul(features) {
        Some(needed) if needed <= elements => wanted,
        _ => elements.checked_div(features).unwrap_or(wanted),
    }
}
