//! A step's margins, indicators and biases, four at a time.
//!
//! Four, since the scores are written in fours: a load of a wider register would wait until two stores had left the
//! processor, and so would the next load of anything that is written wider than it is read. With registers of eight, a
//! step of 10×64 took a quarter longer.

#![expect(clippy::arithmetic_side_effects, reason = "counts of elements that lie in memory cannot overflow")]

use core::mem::MaybeUninit;

use super::{Four, Register, WORD};
use crate::error::Error;
use crate::kernel::margins::check_label;

/// From element `4 − n` on, a one after n zeros.
static ONE: [f32; 8] = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];

/// From element `4 − n` on, a zero after n ones.
static OTHERS: [f32; 8] = [1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0];

/// From element `4 − n` on, n zeros and then values that keep any margin from counting.
static BEHIND: [f32; 8] = {
    const LEAST: f32 = f32::NEG_INFINITY;
    [0.0, 0.0, 0.0, 0.0, LEAST, LEAST, LEAST, LEAST]
};

/// [`Sealed::violations`](crate::kernel::sealed::Sealed::violations).
///
/// # Safety
/// The processor has the register's instruction set.
#[inline(always)]
pub(in crate::kernel) unsafe fn violations<R: Four>(
    margin: f32,
    label: usize,
    factor: f32,
    scores: &mut [f32],
    bias: &mut [f32],
) -> Result<(f32, usize), Error> {
    let classes = scores.len();
    if classes != bias.len() {
        return Err(Error::ShapeMismatch);
    }
    check_label(label, classes)?;
    let (scores, bias) = (scores.as_mut_ptr(), bias.as_mut_ptr());
    // SAFETY: the caller's processor; both have an element for each class, the label is one, and each word begins at one.
    unsafe {
        let own = scores.add(label).read();
        let mut largest = R::splat(0.0);
        let (mut sum, mut count) = (0.0, 0_u32);
        let mut first = 0;
        while first < classes {
            let here = (classes - first).min(WORD);
            let mut margins = MaybeUninit::<[f32; WORD]>::uninit();
            let margins = margins.as_mut_ptr().cast::<f32>();
            let mut bits = indicators::<R>((own, margin), scores.add(first), here, margins, &mut largest);
            if label.wrapping_sub(first) < here {
                bits &= !(1 << (label - first));
            }
            // In ascending order; most samples have few.
            while bits != 0 {
                sum += margins.add(bits.trailing_zeros() as usize).read();
                bits &= bits - 1;
                count += 1;
            }
            first += WORD;
        }
        if !R::largest(largest).is_finite() {
            return Err(Error::NonFiniteScore);
        }
        if !sum.is_finite() {
            return Err(Error::NonFiniteLoss);
        }
        if count > 0 {
            // Replaces the indicator of the label's own margin.
            set_at::<R>(-(count as f32), label, scores, classes);
            if !step_biases::<R>(factor, scores, bias, classes).is_finite() {
                return Err(Error::NonFiniteStep);
            }
        }
        Ok((sum, count as usize))
    }
}

/// Turns scores into indicators in place, including the label's own, and writes the margins one after the other.
/// Returns a bit for each margin, set if it is above zero.
///
/// # Safety
/// As [`violations`]; there are that many scores, no more than the margins have room for, which is a multiple of four.
#[inline(always)]
unsafe fn indicators<R: Four>(
    (own, margin): (f32, f32),
    scores: *mut f32,
    classes: usize,
    margins: *mut f32,
    largest: &mut R,
) -> u64 {
    let (mut bits, mut at) = (0, 0);
    // SAFETY: by the caller.
    unsafe {
        // A difference is a sum with a sign changed.
        let (own, margin, one) = (R::splat(-own), R::splat(margin), R::splat(1.0));
        while classes - at >= R::WIDTH {
            let place = scores.add(at);
            let scores = R::load(place);
            *largest = largest.larger(scores);
            let own = scores.add(own).add(margin);
            own.store(margins.add(at));
            own.where_positive(one).store(place);
            bits |= u64::from(own.positive_bits()) << at;
            at += R::WIDTH;
        }
        if at < classes {
            let (place, mask) = (scores.add(at), R::mask(classes - at));
            let scores = R::load_first(place, mask);
            *largest = largest.larger(scores);
            let behind = R::load(BEHIND.as_ptr().add(R::WIDTH + at - classes));
            let own = scores.add(own).add(margin).add(behind);
            own.store(margins.add(at));
            own.where_positive(one).store_first(place, mask);
            bits |= u64::from(own.positive_bits()) << at;
        }
    }
    bits
}

/// Sets one element among zeros and ones.
///
/// # Safety
/// As [`violations`]; there are that many elements, and the place is one of them.
#[inline(always)]
unsafe fn set_at<R: Four>(value: f32, place: usize, elements: *mut f32, length: usize) {
    let (lane, left) = (place % R::WIDTH, length - (place - place % R::WIDTH));
    // SAFETY: by the caller; the register that the element is in begins at the first one of its four.
    unsafe {
        let elements = elements.add(place - lane);
        let value = R::splat(value).mul(R::load(ONE.as_ptr().add(R::WIDTH - lane)));
        let others = R::load(OTHERS.as_ptr().add(R::WIDTH - lane));
        if left >= R::WIDTH {
            R::load(elements).mul(others).add(value).store(elements);
        } else {
            R::load_first(elements, R::mask(left)).mul(others).add(value).store_first(elements, R::mask(left));
        }
    }
}

/// `bias[c] = bias[c] + (factor * k[c])`; returns the largest magnitude of these.
///
/// # Safety
/// As [`violations`]; there are that many elements of both.
#[inline(always)]
unsafe fn step_biases<R: Four>(factor: f32, k: *const f32, bias: *mut f32, classes: usize) -> f32 {
    let mut at = 0;
    // SAFETY: by the caller.
    unsafe {
        let (factor, mut largest) = (R::splat(factor), R::splat(0.0));
        while classes - at >= R::WIDTH {
            let own = R::load(bias.add(at)).add(factor.mul(R::load(k.add(at))));
            own.store(bias.add(at));
            largest = largest.larger(own);
            at += R::WIDTH;
        }
        if at < classes {
            let mask = R::mask(classes - at);
            let own = R::load_first(bias.add(at), mask).add(factor.mul(R::load_first(k.add(at), mask)));
            own.store_first(bias.add(at), mask);
            largest = largest.larger(own);
        }
        R::largest(largest)
    }
}

/// [`Sealed::adopt`](crate::kernel::sealed::Sealed::adopt).
///
/// # Safety
/// As [`violations`].
#[inline(always)]
pub(in crate::kernel) unsafe fn adopt<R: Four>(from: &[f32], to: &mut [f32]) {
    let length = from.len().min(to.len());
    let (from, to) = (from.as_ptr(), to.as_mut_ptr());
    let mut at = 0;
    // SAFETY: the caller's processor; both have that many elements.
    unsafe {
        while length - at >= R::WIDTH {
            R::load(from.add(at)).store(to.add(at));
            at += R::WIDTH;
        }
        if at < length {
            let mask = R::mask(length - at);
            R::load_first(from.add(at), mask).store_first(to.add(at), mask);
        }
    }
}
