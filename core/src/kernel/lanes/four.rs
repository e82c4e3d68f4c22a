//! Registers of four elements, as in SSE2, NEON and SIMD128: the sixteen lanes are four of these.
//!
//! An instruction set provides one instruction for each method. What is built from them is the same for all sets: parts
//! of registers, and the folds.

use super::{Quad, Register, Vector};

/// A register of four elements.
pub(in crate::kernel) trait Four: Vector {
    /// One element and three times +0.0.
    ///
    /// # Safety
    /// The processor has this register's instruction set; one element can be read.
    unsafe fn load_one(from: *const f32) -> Self;

    /// Two elements and two times +0.0.
    ///
    /// # Safety
    /// As [`load_one`](Self::load_one); two elements can be read.
    unsafe fn load_two(from: *const f32) -> Self;

    /// # Safety
    /// One element can be written.
    unsafe fn store_one(self, to: *mut f32);

    /// # Safety
    /// Two elements can be written.
    unsafe fn store_two(self, to: *mut f32);

    /// Or, bit by bit.
    fn or(self, other: Self) -> Self;

    /// The lower two elements of both, interleaved.
    fn zip_low(self, other: Self) -> Self;

    /// The upper two elements of both, interleaved.
    fn zip_high(self, other: Self) -> Self;

    /// The lower two elements of both, one pair after the other.
    fn pair_low(self, other: Self) -> Self;

    /// The upper two elements of both, one pair after the other.
    fn pair_high(self, other: Self) -> Self;

    /// The elements of the other register where those of this one are above zero, and +0.0 elsewhere.
    fn where_positive(self, other: Self) -> Self;

    /// A bit for each element, set if it is above zero; the first element has the lowest bit.
    fn positive_bits(self) -> u32;

    /// A bit for each element, set if it is not zero.
    fn nonzero_bits(self) -> u32;

    fn first(self) -> f32;
    fn second(self) -> f32;
}

/// From element 3 − n on, n times +0.0 and then −0.0.
static PADDING: [f32; 6] = [0.0, 0.0, 0.0, -0.0, -0.0, -0.0];

impl<R: Four> Register<4> for R {
    /// The number of elements: one, two or three are moved by instructions of their own.
    type Mask = usize;
    type Quad = Self;

    #[inline(always)]
    unsafe fn mask(count: usize) -> usize {
        count
    }

    #[inline(always)]
    unsafe fn load_first(from: *const f32, mask: usize) -> Self {
        // SAFETY: by the caller, as many elements as the arm loads can be read.
        unsafe {
            match mask {
                1 => R::load_one(from),
                2 => R::load_two(from),
                _ => R::load_two(from).pair_low(R::load_one(from.add(2))),
            }
        }
    }

    #[inline(always)]
    unsafe fn load_padded(from: *const f32, mask: usize) -> Self {
        // SAFETY: by the caller; for a mask of one to three, four elements of the padding can be read.
        unsafe {
            let padding = R::load(PADDING.as_ptr().add(3).sub(mask));
            R::load_first(from, mask).or(padding)
        }
    }

    #[inline(always)]
    unsafe fn store_first(self, to: *mut f32, mask: usize) {
        // SAFETY: by the caller, as many elements as the arm stores can be written.
        unsafe {
            match mask {
                1 => self.store_one(to),
                2 => self.store_two(to),
                _ => {
                    self.store_two(to);
                    self.pair_high(self).store_one(to.add(2));
                }
            }
        }
    }

    #[inline(always)]
    fn largest(self) -> f32 {
        let pair = self.larger(self.pair_high(self));
        f32::from_bits(pair.first().to_bits().max(pair.second().to_bits()))
    }

    #[inline(always)]
    fn quarter([first, second, third, fourth]: [Self; 4]) -> Self {
        first.add(third).add(second.add(fourth))
    }
}

impl<R: Four> Quad for R {
    #[inline(always)]
    fn fold(self) -> f32 {
        let pair = self.add(self.pair_high(self));
        pair.first() + pair.second()
    }

    // Three additions for four rows; one by one they would need eight. The elements of two rows are interleaved, not
    // one row after the other: the compiler would turn that into horizontal additions, which are slower on x86.
    #[inline(always)]
    fn fold_four([first, second, third, fourth]: [Self; 4]) -> [f32; 4] {
        let (low, high) = (halve(first, second), halve(third, fourth));
        let mut sums = [0.0; 4];
        // SAFETY: the array holds the four elements.
        unsafe { low.pair_low(high).add(low.pair_high(high)).store(sums.as_mut_ptr()) }
        sums
    }
}

/// The fold of two rows from four lanes to two, their elements interleaved.
#[inline(always)]
fn halve<R: Four>(a: R, b: R) -> R {
    a.zip_low(b).add(a.zip_high(b))
}
