//! Integer scores with vectors: the loop that the instruction sets share. Each defines its register in a file of its
//! own.

use super::integers;

/// A register of 16-bit numbers or of 32-bit sums.
pub(super) trait Products: Copy {
    /// The number of 16-bit elements, at most [`WIDEST`].
    const WIDTH: usize;

    /// # Safety
    /// The processor has the instruction set.
    unsafe fn zero() -> Self;

    /// # Safety
    /// The processor has the instruction set, and that many numbers can be read.
    unsafe fn load(from: *const i16) -> Self;

    /// These sums plus the products of weights and inputs.
    fn add(self, weights: Self, x: Self) -> Self;

    /// The sum of each register.
    fn fold(registers: [Self; ROWS]) -> [i32; ROWS];
}

/// The number of rows that are processed together, so that each load of inputs serves as many products.
pub(super) const ROWS: usize = 4;
/// The largest number of elements in a register.
const WIDEST: usize = 16;

/// [`integers::scores`]. Rows that do not fill a register are left to the compiler.
///
/// # Safety
/// The processor has the instruction set; the function is inlined into one that is compiled for it.
#[inline(always)]
pub(super) unsafe fn scores<P: Products>(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    let classes = bias.len().min(scores.len());
    let (Some((bias, _)), Some((scores, _))) = (bias.split_at_checked(classes), scores.split_at_mut_checked(classes))
    else {
        return;
    };
    let Some(last) = x.len().checked_sub(P::WIDTH) else {
        return integers::scores(weights, bias, x, scores);
    };
    // The last inputs, with zeros in place of those that a whole register has already taken.
    let mut rest = [0; WIDEST];
    let of_rest = x.chunks_exact(P::WIDTH).remainder().len();
    if of_rest > 0 {
        for (to, from) in rest.iter_mut().zip(x.iter().skip(last)).skip(P::WIDTH.wrapping_sub(of_rest)) {
            *to = *from;
        }
    }
    let (mut rows, of_block) = (weights, x.len().wrapping_mul(ROWS));
    let (blocks, last_scores) = scores.as_chunks_mut::<ROWS>();
    let (biases, last_biases) = bias.as_chunks::<ROWS>();
    for (scores, bias) in blocks.iter_mut().zip(biases) {
        let Some((block, below)) = rows.split_at_checked(of_block) else { return };
        rows = below;
        // SAFETY: by the caller.
        let sums = unsafe { sums::<P, ROWS>(block, x, &rest) };
        add(scores, bias, sums);
    }
    // SAFETY: by the caller.
    let sums = unsafe {
        match last_scores.len() {
            0 => return,
            1 => sums::<P, 1>(rows, x, &rest),
            2 => sums::<P, 2>(rows, x, &rest),
            _ => sums::<P, 3>(rows, x, &rest),
        }
    };
    add(last_scores, last_biases, sums);
}

/// Scores from biases and sums.
#[inline(always)]
fn add(scores: &mut [i32], bias: &[i32], sums: [i32; ROWS]) {
    for ((score, bias), sum) in scores.iter_mut().zip(bias).zip(sums) {
        *score = bias.wrapping_add(sum);
    }
}

/// The sums of the products of `R` rows with enough features to fill a register.
///
/// # Safety
/// As the function above.
#[inline(always)]
unsafe fn sums<P: Products, const R: usize>(block: &[i16], x: &[i16], rest: &[i16; WIDEST]) -> [i32; ROWS] {
    let features = x.len();
    if features < P::WIDTH || block.len() < R.wrapping_mul(features) {
        return [0; ROWS];
    }
    // SAFETY: by the caller.
    let mut sums = [unsafe { P::zero() }; ROWS];
    let mut add = |start: usize, x: *const i16| {
        // SAFETY: the caller provides as many numbers as a register holds.
        let x = unsafe { P::load(x) };
        for (row, sum) in (0..R).zip(&mut sums) {
            // SAFETY: the block has R rows, and `start` is at most `features − WIDTH`.
            let weights = unsafe { P::load(block.as_ptr().add(row.wrapping_mul(features).wrapping_add(start))) };
            *sum = sum.add(weights, x);
        }
    };
    let mut start = 0_usize;
    let mut pairs = x.chunks_exact(P::WIDTH.wrapping_mul(2));
    for pair in &mut pairs {
        // SAFETY: a pair is two registers.
        let second = unsafe { pair.as_ptr().add(P::WIDTH) };
        add(start, pair.as_ptr());
        add(start.wrapping_add(P::WIDTH), second);
        start = start.wrapping_add(P::WIDTH.wrapping_mul(2));
    }
    for one in pairs.remainder().chunks_exact(P::WIDTH) {
        add(start, one.as_ptr());
        start = start.wrapping_add(P::WIDTH);
    }
    if start < features {
        add(features.wrapping_sub(P::WIDTH), rest.as_ptr());
    }
    P::fold(sums)
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
            fn entry(weights: &mut [i16], coefficients: &[i32], rate: $crate::kernel::integers::Rate, x: &[i16]) {
                $crate::kernel::integers::update(weights, coefficients, rate, x);
            }
            #[cfg_attr(
                target_arch = "wasm32",
                allow(unused_unsafe, reason = "a module runs where it can or not at all")
            )]
            // SAFETY: `self` is proof that the processor has the instruction set.
            unsafe {
                entry(weights, coefficients, rate, x);
            }
            $crate::kernel::integers::update_biases(bias, coefficients, rate)
        }
    };
}
pub(super) use integers_by_lanes;
