//! Integer scores with vectors: the loop that the instruction sets share. Each defines its register in a file of its
//! own.

use super::integers;

/// A register of 16-bit numbers or of 32-bit sums.
pub(super) trait Products: Copy {
    /// The number of 16-bit elements, at most [`WIDEST`].
    const WIDTH: usize;

    /// The number of features from which rows are read from addresses of registers, if it is a multiple of
    /// [`WIDTH`](Self::WIDTH): below it, the register that comes before these costs more than loads across cache lines.
    const ALIGNS_FROM: usize = usize::MAX;

    /// # Safety
    /// The processor has the instruction set.
    unsafe fn zero() -> Self;

    /// # Safety
    /// The processor has the instruction set, and that many numbers can be read.
    unsafe fn load(from: *const i16) -> Self;

    /// The numbers where the mask has ones.
    fn and(self, mask: Self) -> Self;

    /// These sums plus the products of weights and inputs.
    fn add(self, weights: Self, x: Self) -> Self;

    /// The sum of each register.
    fn fold(registers: [Self; ROWS]) -> [i32; ROWS];
}

/// The number of rows that are processed together, so that each load of inputs serves as many products.
pub(super) const ROWS: usize = 4;
/// The largest number of elements in a register.
const WIDEST: usize = 16;

/// A register of these has ones in its first elements, or in its last ones.
static MASKS: [[i16; WIDEST]; 3] = [[-1; WIDEST], [0; WIDEST], [-1; WIDEST]];

/// The number of samples of a batch that are processed together, so that each load of weights serves as many products.
const TOGETHER: usize = 2;

/// [`integers::scores`]. Rows that do not fill a register are left to the compiler.
///
/// # Safety
/// The processor has the instruction set; the function is inlined into one that is compiled for it.
#[inline(always)]
pub(super) unsafe fn scores<P: Products>(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: by the caller.
    unsafe { scores_of::<P, 1>(weights, bias, [x], [scores]) }
}

/// The same for samples of one length, row after row.
///
/// # Safety
/// As above.
#[inline(always)]
pub(super) unsafe fn batch_scores<P: Products>(weights: &[i16], bias: &[i32], samples: &[&[i16]], scores: &mut [i32]) {
    let (pairs, rest) = samples.as_chunks::<TOGETHER>();
    let mut scores = scores;
    for [first, second] in pairs {
        let Some((own, below)) = scores.split_at_mut_checked(bias.len()) else { return };
        let Some((next, below)) = below.split_at_mut_checked(bias.len()) else { return };
        scores = below;
        // SAFETY: by the caller.
        unsafe {
            if first.len() == second.len() {
                scores_of::<P, TOGETHER>(weights, bias, [first, second], [own, next]);
            } else {
                self::scores::<P>(weights, bias, first, own);
                self::scores::<P>(weights, bias, second, next);
            }
        }
    }
    if let (&[x], Some(own)) = (rest, scores.get_mut(..bias.len())) {
        // SAFETY: by the caller.
        unsafe { self::scores::<P>(weights, bias, x, own) }
    }
}

/// The scores of samples of one length.
///
/// # Safety
/// As above.
#[inline(always)]
unsafe fn scores_of<P: Products, const SAMPLES: usize>(
    weights: &[i16],
    bias: &[i32],
    samples: [&[i16]; SAMPLES],
    scores: [&mut [i32]; SAMPLES],
) {
    let features = samples.first().map_or(0, |x| x.len());
    if features < P::WIDTH {
        for (x, scores) in samples.into_iter().zip(scores) {
            integers::scores(weights, bias, x, scores);
        }
        return;
    }
    // The number of weights before the first address of a register: the same in all rows.
    let before = if features >= P::ALIGNS_FROM && features.is_multiple_of(P::WIDTH) {
        weights.as_ptr().addr().wrapping_neg().wrapping_shr(1).checked_rem(P::WIDTH).unwrap_or(0)
    } else {
        0
    };
    let (mut rows, of_block, mut scores) = (weights, features.wrapping_mul(ROWS), scores);
    let classes = scores.iter().fold(bias.len(), |classes, scores| classes.min(scores.len()));
    let (blocks, rest) = bias.get(..classes).unwrap_or_default().as_chunks::<ROWS>();
    for bias in blocks {
        let Some((block, below)) = rows.split_at_checked(of_block) else { return };
        rows = below;
        // SAFETY: by the caller.
        let sums = unsafe { sums::<P, ROWS, SAMPLES>(block, samples, features, before) };
        for (scores, sums) in scores.iter_mut().zip(sums) {
            let Some((own, below)) = core::mem::take(scores).split_first_chunk_mut::<ROWS>() else { return };
            add(own, bias, sums);
            *scores = below;
        }
    }
    // SAFETY: by the caller.
    let sums = unsafe {
        match rest.len() {
            0 => return,
            1 => sums::<P, 1, SAMPLES>(rows, samples, features, before),
            2 => sums::<P, 2, SAMPLES>(rows, samples, features, before),
            _ => sums::<P, 3, SAMPLES>(rows, samples, features, before),
        }
    };
    for (scores, sums) in scores.iter_mut().zip(sums) {
        add(scores, rest, sums);
    }
}

/// Scores from biases and sums.
#[inline(always)]
fn add(scores: &mut [i32], bias: &[i32], sums: [i32; ROWS]) {
    for ((score, bias), sum) in scores.iter_mut().zip(bias).zip(sums) {
        *score = bias.wrapping_add(sum);
    }
}

/// The sums of the products of `R` rows with samples of one length, at least that of a register. So many of the first
/// elements, less than those of a register, are taken first.
///
/// # Safety
/// As the functions above.
#[inline(always)]
unsafe fn sums<P: Products, const R: usize, const SAMPLES: usize>(
    block: &[i16],
    samples: [&[i16]; SAMPLES],
    features: usize,
    before: usize,
) -> [[i32; ROWS]; SAMPLES] {
    if features < P::WIDTH
        || before >= P::WIDTH
        || block.len() < R.wrapping_mul(features)
        || samples.iter().any(|x| x.len() != features)
    {
        return [[0; ROWS]; SAMPLES];
    }
    // SAFETY: by the caller.
    let mut sums = [[unsafe { P::zero() }; ROWS]; SAMPLES];
    let mut xs = [core::ptr::null(); SAMPLES];
    for (own, x) in xs.iter_mut().zip(samples) {
        *own = x.as_ptr();
    }
    let (rows, mut start) = (block.as_ptr(), before);
    let masks = MASKS.as_flattened().as_ptr();
    // SAFETY: the block has R rows, whose registers and those of the samples are within the features; so are those of
    // the masks, which are read from at most twice the widest register.
    unsafe {
        if before > 0 {
            let mask = P::load(masks.add(WIDEST.wrapping_sub(before)));
            add_products::<P, R, SAMPLES>(&mut sums, rows, features, xs, Some(mask));
        }
        // Two registers at a time, then one.
        while features.wrapping_sub(start) >= P::WIDTH.wrapping_mul(2) {
            add_products::<P, R, SAMPLES>(&mut sums, rows.add(start), features, advance(&xs, start), None);
            let next = start.wrapping_add(P::WIDTH);
            add_products::<P, R, SAMPLES>(&mut sums, rows.add(next), features, advance(&xs, next), None);
            start = next.wrapping_add(P::WIDTH);
        }
        if features.wrapping_sub(start) >= P::WIDTH {
            add_products::<P, R, SAMPLES>(&mut sums, rows.add(start), features, advance(&xs, start), None);
            start = start.wrapping_add(P::WIDTH);
        }
        if start < features {
            // A register that ends with the row, with zeros in place of inputs that have already been taken.
            let last = features.wrapping_sub(P::WIDTH);
            let mask = P::load(masks.add(WIDEST.wrapping_add(WIDEST).wrapping_sub(start.wrapping_sub(last))));
            add_products::<P, R, SAMPLES>(&mut sums, rows.add(last), features, advance(&xs, last), Some(mask));
        }
    }
    let mut folded = [[0; ROWS]; SAMPLES];
    // Loops in place of the methods of arrays, which would not be inlined into code for this instruction set.
    if SAMPLES > 1 && R.wrapping_mul(SAMPLES) <= ROWS {
        // All of them at once.
        // SAFETY: by the caller.
        let mut together = [unsafe { P::zero() }; ROWS];
        for (own, sums) in together.chunks_exact_mut(R).zip(&sums) {
            for (own, sum) in own.iter_mut().zip(sums) {
                *own = *sum;
            }
        }
        let together = P::fold(together);
        for (folded, sums) in folded.iter_mut().zip(together.chunks_exact(R)) {
            for (own, sum) in folded.iter_mut().zip(sums) {
                *own = *sum;
            }
        }
        return folded;
    }
    for (folded, sums) in folded.iter_mut().zip(sums) {
        *folded = P::fold(sums);
    }
    folded
}

/// # Safety
/// Each address has at least that many elements.
#[inline(always)]
unsafe fn advance<const SAMPLES: usize>(samples: &[*const i16; SAMPLES], by: usize) -> [*const i16; SAMPLES] {
    let mut places = *samples;
    for place in &mut places {
        // SAFETY: by the caller.
        *place = unsafe { place.add(by) };
    }
    places
}

/// Adds the products of a register of each of `R` rows with one of each sample, of the elements in the mask if there is
/// one.
///
/// # Safety
/// As the functions above; a register can be read at each address, and at those of `R` rows, `features` apart.
#[inline(always)]
unsafe fn add_products<P: Products, const R: usize, const SAMPLES: usize>(
    sums: &mut [[P; ROWS]; SAMPLES],
    rows: *const i16,
    features: usize,
    samples: [*const i16; SAMPLES],
    mask: Option<P>,
) {
    // SAFETY: by the caller.
    unsafe {
        let mut xs = [P::zero(); SAMPLES];
        for (own, x) in xs.iter_mut().zip(samples) {
            *own = P::load(x);
            if let Some(mask) = mask {
                *own = own.and(mask);
            }
        }
        for row in 0..R {
            let weights = P::load(rows.add(row.wrapping_mul(features)));
            for (sums, x) in sums.iter_mut().zip(xs) {
                if let Some(sum) = sums.get_mut(row) {
                    *sum = sum.add(weights, x);
                }
            }
        }
    }
}

/// The sealed operations of a kernel with such a register, in functions compiled for its instruction set.
macro_rules! integers_by_lanes {
    ($feature:tt, $register:ty) => {
        #[inline(always)]
        fn integer_scores(self, _: $crate::kernel::Key, weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
            #[target_feature(enable = $feature)]
            #[inline(never)]
            fn entry(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
                // SAFETY: this function is compiled for, and called on, a processor with the instruction set.
                unsafe { $crate::kernel::integers_lanes::scores::<$register>(weights, bias, x, scores) }
            }
            #[cfg_attr(
                target_arch = "wasm32",
                allow(unused_unsafe, reason = "a module runs where it can or not at all")
            )]
            // SAFETY: `self` is proof that the processor has the instruction set.
            unsafe {
                entry(weights, bias, x, scores);
            }
        }

        #[inline(always)]
        fn integer_batch_scores(
            self,
            _: $crate::kernel::Key,
            weights: &[i16],
            bias: &[i32],
            samples: &[&[i16]],
            scores: &mut [i32],
        ) {
            #[target_feature(enable = $feature)]
            #[inline(never)]
            fn entry(weights: &[i16], bias: &[i32], samples: &[&[i16]], scores: &mut [i32]) {
                // SAFETY: as above.
                unsafe { $crate::kernel::integers_lanes::batch_scores::<$register>(weights, bias, samples, scores) }
            }
            #[cfg_attr(
                target_arch = "wasm32",
                allow(unused_unsafe, reason = "a module runs where it can or not at all")
            )]
            // SAFETY: `self` is proof that the processor has the instruction set.
            unsafe {
                entry(weights, bias, samples, scores);
            }
        }

        #[inline(always)]
        fn integer_update(
            self,
            _: $crate::kernel::Key,
            weights: &mut [i16],
            bias: &mut [i32],
            coefficients: &[i32],
            rate: $crate::kernel::integers::Rate,
            x: &[i16],
        ) -> u32 {
            // The compiler's code for the definition with these registers is as good.
            #[target_feature(enable = $feature)]
            #[inline(never)]
            fn entry(
                weights: &mut [i16],
                coefficients: &[i32],
                rate: $crate::kernel::integers::Rate,
                x: &[i16],
            ) -> u32 {
                $crate::kernel::integers::update(weights, coefficients, rate, x)
            }
            #[cfg_attr(
                target_arch = "wasm32",
                allow(unused_unsafe, reason = "a module runs where it can or not at all")
            )]
            // SAFETY: `self` is proof that the processor has the instruction set.
            let clamped = unsafe { entry(weights, coefficients, rate, x) };
            clamped.wrapping_add($crate::kernel::integers::update_biases(bias, coefficients, rate))
        }
    };
}
pub(super) use integers_by_lanes;
