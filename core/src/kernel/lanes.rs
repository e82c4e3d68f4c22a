//! Every loop of the vector kernels, written once over a register of any width.
//!
//! The sixteen lanes of a dot product are `PARTS` registers: one of AVX-512, two of AVX2, four of SSE2. Each lane keeps
//! the order of the definition, so blocking changes no bit: which rows and samples share a pass is free, and chosen by
//! what limits the processor.
//!
//! # What limits it
//! Each weight is loaded, multiplied and added once. Zen 4 does two multiplications and two additions of 32 bytes in a
//! cycle, and two loads: the loads run out first, as the sample must be loaded too. So a pass takes several rows and
//! loads the sample once for all of them. It is also what hides the latency of the additions: the definition allows one
//! accumulator a lane, so a row alone would be a single chain of them, three or four cycles each.
//!
//! In a batch, each row loaded serves several samples as well. Then the arithmetic is the limit.
//!
//! # Inlining
//! A loop is compiled once for each instruction set, inside an entry point that has it. So everything here is
//! `inline(always)`, and values in registers go through no closure and no adapter such as `map`: these are functions of
//! their own without the instruction set, and handed their registers through memory the scores of 10×64 took ten
//! times as long.

#![expect(clippy::arithmetic_side_effects, reason = "counts of elements that lie in memory cannot overflow")]
#![expect(
    clippy::indexing_slicing,
    reason = "indices are constants, once the loops over rows and samples are unrolled"
)]

/// Lanes of a dot product.
const LANES: usize = 16;

/// Blocks of samples that go by one strip of rows: few enough to stay in the second cache for the next strip.
const GROUP: usize = 16;

/// A register of an instruction set that holds a `PARTS`-th of the lanes.
///
/// A register exists only where the processor has its instruction set, since `splat` and the loads, which make the first
/// ones, require that of their caller. So operations on registers that exist are safe.
pub(super) trait Register<const PARTS: usize>: Copy {
    /// Elements that it holds.
    const WIDTH: usize = LANES / PARTS;

    /// Some of its first elements.
    type Mask: Copy;

    /// Four lanes.
    type Quad: Quad;

    /// # Safety
    /// The processor has this register's instruction set.
    unsafe fn splat(value: f32) -> Self;

    /// # Safety
    /// As [`splat`](Self::splat); `WIDTH` elements can be read.
    unsafe fn load(from: *const f32) -> Self;

    /// # Safety
    /// As [`splat`](Self::splat); `count` is below `WIDTH`.
    unsafe fn mask(count: usize) -> Self::Mask;

    /// The elements of the mask, and +0.0 in place of the others, which are not read.
    ///
    /// # Safety
    /// As [`splat`](Self::splat); the elements of the mask can be read.
    unsafe fn load_first(from: *const f32, mask: Self::Mask) -> Self;

    /// The elements of the mask, and −0.0 in place of the others, which are not read.
    ///
    /// # Safety
    /// As [`load_first`](Self::load_first).
    unsafe fn load_padded(from: *const f32, mask: Self::Mask) -> Self;

    /// # Safety
    /// `WIDTH` elements can be written.
    unsafe fn store(self, to: *mut f32);

    /// # Safety
    /// The elements of the mask can be written; no other is.
    unsafe fn store_first(self, to: *mut f32, mask: Self::Mask);

    fn add(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;

    /// In each place, the larger of a magnitude and that of any other element, in the order of their bits as integers:
    /// infinity is above all numbers and NaN above that.
    fn larger(self, other: Self) -> Self;

    /// The largest of its magnitudes, in that order.
    fn largest(self) -> f32;

    /// The first two folds of a row's lanes, from sixteen to eight and to four.
    fn quarter(lanes: [Self; PARTS]) -> Self::Quad;
}

/// Four lanes of a row, after the first two folds.
pub(super) trait Quad: Copy {
    /// To start with, so that arrays can be filled.
    const ZERO: Self;

    /// The last two folds.
    fn fold(self) -> f32;

    /// The last two folds of four rows at once.
    fn fold_four(rows: [Self; 4]) -> [f32; 4];
}

/// [`Kernel::dot`](super::Kernel::dot).
///
/// # Safety
/// The processor has the register's instruction set.
#[inline(always)]
pub(super) unsafe fn dot<R: Register<PARTS>, const PARTS: usize>(a: &[f32], b: &[f32]) -> f32 {
    let features = a.len().min(b.len());
    // SAFETY: the caller's processor; both slices hold as many elements.
    let [[lanes]] = unsafe { pass::<R, PARTS, 1, 1>([a.as_ptr()], [b.as_ptr()], features) };
    R::quarter(lanes).fold()
}

/// [`Kernel::scores`](super::Kernel::scores), `ROWS` classes at a time.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(super) unsafe fn scores<R: Register<PARTS>, const PARTS: usize, const ROWS: usize>(
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

/// [`Kernel::batch_scores`](super::Kernel::batch_scores), `BATCH_ROWS` classes of `SAMPLES` samples at a time; those that
/// are left over, or whose lengths differ, one by one.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(super) unsafe fn batch_scores<
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
    /// The scores of blocks of samples for all classes: two passes of `ROWS` at a time, then one, then of two rows and one.
    ///
    /// A strip of rows stays in the nearest cache while the blocks go by. In the other order, with all strips for each
    /// block, the weights of 10×784 and a block were too much for it.
    ///
    /// # Safety
    /// The processor has the register's instruction set; the weights hold `classes` rows, the bias as many elements; each
    /// sample has `features` elements, and the scores have `classes` for each sample.
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
    /// Two passes of five are written as four, four and two scores: who reads them four at a time finds each four in one
    /// store. Written as four, one, four and one, they had to be waited for until all of them had left the processor.
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
            let mut scores = scores.add(class).cast::<[[f32; ROWS]; PASSES]>();
            for samples in blocks {
                let samples = samples.map(<[f32]>::as_ptr);
                let mut quads = [[[R::Quad::ZERO; ROWS]; PASSES]; SAMPLES];
                for index in 0..PASSES {
                    let rows = self.rows(class + index * ROWS);
                    let lanes = pass::<R, PARTS, ROWS, SAMPLES>(rows, samples, self.features);
                    for (quads, lanes) in quads.iter_mut().zip(lanes) {
                        for (quad, lanes) in quads[index].iter_mut().zip(lanes) {
                            *quad = R::quarter(lanes);
                        }
                    }
                }
                for quads in quads {
                    let mut own = [[0.0; ROWS]; PASSES];
                    fold(quads.as_flattened(), own.as_flattened_mut());
                    for (score, bias) in own.as_flattened_mut().iter_mut().zip(bias.as_flattened()) {
                        *score = (self.scale * *score) + bias;
                    }
                    scores.write(own);
                    scores = scores.cast::<f32>().add(self.classes).cast();
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
        while block < tail {
            for part in 0..PARTS {
                take_products(&mut lanes, rows, samples, part, block + part * R::WIDTH, None);
            }
            block += LANES;
        }
        if rest > 0 {
            for part in 0..PARTS {
                let start = part * R::WIDTH;
                if rest >= start + R::WIDTH {
                    take_products(&mut lanes, rows, samples, part, tail + start, None);
                } else if rest > start {
                    take_products(&mut lanes, rows, samples, part, tail + start, Some(R::mask(rest - start)));
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
/// The processor has the register's instruction set; from `at` on, each row and sample has the elements of a register, or
/// those of the mask.
#[inline(always)]
unsafe fn take_products<R: Register<PARTS>, const PARTS: usize, const ROWS: usize, const SAMPLES: usize>(
    lanes: &mut [[[R; PARTS]; ROWS]; SAMPLES],
    rows: [*const f32; ROWS],
    samples: [*const f32; SAMPLES],
    part: usize,
    at: usize,
    mask: Option<R::Mask>,
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
                *lane = lane.add(w.mul(x));
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

/// [`Kernel::axpy`](super::Kernel::axpy).
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(super) unsafe fn axpy<R: Register<PARTS>, const PARTS: usize>(k: f32, x: &[f32], y: &mut [f32]) {
    let length = x.len().min(y.len());
    if k != 0.0 {
        // SAFETY: the caller's processor; both slices hold as many elements.
        unsafe { add_multiples::<R, PARTS, 1>([(k, x.as_ptr())], y.as_mut_ptr(), length) }
    }
}

/// [`Kernel::rank_one`](super::Kernel::rank_one).
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(super) unsafe fn rank_one<R: Register<PARTS>, const PARTS: usize>(k: &[f32], x: &[f32], rows: &mut [f32]) {
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

/// [`Kernel::batch_rank_one`](super::Kernel::batch_rank_one), row by row.
///
/// A row is loaded and stored once for up to four samples: one by one, its stores would be the limit, since a processor
/// stores half as much in a cycle as it loads. Samples whose coefficient is zero, most of them in a trained model, cost
/// nothing but the look.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(super) unsafe fn batch_rank_one<R: Register<PARTS>, const PARTS: usize>(
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
        let factors = k.iter().skip(class).step_by(classes);
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

/// `y[i] = y[i] + (k * x[i])` for each of some `(k, x)` in order, in one pass over `y`.
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

/// [`Kernel::scale`](super::Kernel::scale).
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(super) unsafe fn scale<R: Register<PARTS>, const PARTS: usize>(k: f32, y: &mut [f32]) {
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

/// [`Kernel::largest`](super::Kernel::largest), in two chains: the latency of one would be the limit.
///
/// # Safety
/// As [`dot`].
#[inline(always)]
pub(super) unsafe fn largest<R: Register<PARTS>, const PARTS: usize>(x: &[f32]) -> f32 {
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

/// How many rows of `features` elements there are: as many as wanted, or as the elements make.
#[inline(always)]
fn rows_within(elements: usize, features: usize, wanted: usize) -> usize {
    // The product first: it tells without a division, which takes as long as several rows.
    match wanted.checked_mul(features) {
        Some(needed) if needed <= elements => wanted,
        _ => elements.checked_div(features).unwrap_or(wanted),
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
                fn entry($($argument: $type),*) -> $result {
                    // SAFETY: this function is compiled for, and called on, a processor with the instruction set.
                    unsafe { $crate::kernel::lanes::$operation::<$($generic),*>($($argument),*) }
                }
                // SAFETY: `self` is proof that the processor has the instruction set.
                unsafe { entry($($argument),*) }
            }
        )*
    };
}
pub(super) use entry_points;
