//! From raw values to inputs.

use core::marker::PhantomData;

use crate::error::Error;
pub use crate::kernel::inputs::InputScale;
pub(super) use crate::kernel::inputs::{HIGHEST, inputs};
use crate::kernel::inputs::{LARGEST_FACTOR, LOWEST, clamp};
use crate::kernel::{CHOSEN, KEY, Sealed};

/// The number of fraction bits of an input, q: 32 stands for 1.
pub const INPUT_BITS: u32 = 5;

/// A sample's inputs: whole numbers from −128 to 127.
///
/// Either scaled by one [`InputScale`] per feature, which clamps and counts, or checked once.
///
/// ```
/// use hingeline::integer::{InputScale, Inputs};
///
/// let scales = [InputScale::new(100, 2_048)?; 2];
/// let mut buffer = [0; 2];
/// let x = Inputs::scaled(&[104_u8, 255], &scales, &mut buffer)?;
/// assert_eq!((x.values(), x.clamped()), ([32, 127].as_slice(), 1));
/// assert!(Inputs::new(&[-128, 128]).is_err());
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs<'a> {
    values: &'a [i16],
    clamped: u32,
}

impl<'a> Inputs<'a> {
    /// Inputs that already exist. Takes one pass over them.
    ///
    /// # Errors
    /// [`Error::FeatureTooLarge`] unless all are from −128 to 127.
    pub fn new(values: &'a [i16]) -> Result<Self, Error> {
        if values.iter().all(|x| (LOWEST..=HIGHEST).contains(&i32::from(*x))) {
            Ok(Self { values, clamped: 0 })
        } else {
            Err(Error::FeatureTooLarge)
        }
    }

    /// The inputs of raw values, by a scale for each, in a buffer that the caller lends.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there is a scale and a place for each value.
    pub fn scaled<Q: RawValue>(raw: &[Q], scales: &[InputScale], buffer: &'a mut [i16]) -> Result<Self, Error> {
        if raw.len() != scales.len() || raw.len() != buffer.len() {
            return Err(Error::ShapeMismatch);
        }
        let clamped = Q::inputs(raw, scales, buffer);
        Ok(Self { values: buffer, clamped })
    }

    /// The numbers.
    pub const fn values(&self) -> &'a [i16] {
        self.values
    }

    /// How many inputs were clamped.
    pub const fn clamped(&self) -> u32 {
        self.clamped
    }
}

/// A value as a sensor or a data set provides it: `u8`, `i8` or `i16`. This trait is sealed.
///
/// ```
/// use hingeline::integer::{InputScale, RawValue};
///
/// fn input(scale: InputScale, raw: impl RawValue) -> i16 {
///     scale.apply(raw)
/// }
/// // A deviation of 8 about a mean of 100.
/// let scale = InputScale::new(100, 1_024)?;
/// assert_eq!((input(scale, 108_u8), input(scale, 84_i8)), (32, -64));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait RawValue: Copy + Into<i32> + sealed::RawValue {}

impl RawValue for u8 {}
impl RawValue for i8 {}
impl RawValue for i16 {}

mod sealed {
    use super::{InputScale, inputs};

    pub trait RawValue: Copy + Into<i32> {
        /// The number of bits that are rounded away from the product: 16-bit values vary more, and their factors are
        /// smaller.
        const SHIFT: u32;

        /// The number of bits of a value, plus 256 if it has a sign.
        const FORMAT: u32;

        /// The lowest and the highest value.
        const LOWEST: i64;
        const HIGHEST: i64;

        /// The input of each value by its scale; returns how many were clamped.
        fn inputs(raw: &[Self], scales: &[InputScale], x: &mut [i16]) -> u32 {
            inputs(raw, Self::SHIFT, scales, x, |value| value as i16)
        }
    }
}

impl sealed::RawValue for u8 {
    const SHIFT: u32 = 8;
    const FORMAT: u32 = 8;
    const LOWEST: i64 = u8::MIN as i64;
    const HIGHEST: i64 = u8::MAX as i64;

    fn inputs(raw: &[Self], scales: &[InputScale], x: &mut [i16]) -> u32 {
        CHOSEN.integer_inputs(KEY, raw, scales, x)
    }
}

impl sealed::RawValue for i8 {
    const SHIFT: u32 = 8;
    const FORMAT: u32 = 256 + 8;
    const LOWEST: i64 = i8::MIN as i64;
    const HIGHEST: i64 = i8::MAX as i64;
}

impl sealed::RawValue for i16 {
    const SHIFT: u32 = 12;
    const FORMAT: u32 = 256 + 16;
    const LOWEST: i64 = i16::MIN as i64;
    const HIGHEST: i64 = i16::MAX as i64;
}

impl InputScale {
    /// The input of a raw value.
    #[inline]
    pub fn apply<Q: RawValue>(self, raw: Q) -> i16 {
        clamp(self.unclamped(raw.into(), Q::SHIFT)) as i16
    }
}

/// The sums of [`Moments`] for one feature.
///
/// ```
/// use hingeline::integer::{Moments, Sums};
///
/// let mut sums = [Sums::ZERO];
/// Moments::new(&mut sums).observe(&[-3_i8])?;
/// assert_eq!(sums[0].parts(), (-3, 9));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    sum: i64,
    squares: u64,
}

impl Sums {
    /// The sums of no samples.
    pub const ZERO: Self = Self { sum: 0, squares: 0 };

    /// Sums from an earlier run, for [`Moments::resume`].
    pub const fn from_parts(sum: i64, squares: u64) -> Self {
        Self { sum, squares }
    }

    /// The sum of the values, and the sum of their squares.
    pub const fn parts(self) -> (i64, u64) {
        (self.sum, self.squares)
    }

    /// Whether `count` raw values can have these sums, with l and h the lowest and the highest value: `l N ≤ Σ ≤ h N`,
    /// `Σ² ≤ N · max(l², h²)` and `(Σ)² ≤ N · Σ²`.
    pub(super) fn is_of<Q: RawValue>(&self, count: u32) -> bool {
        let (n, sum, squares) = (u128::from(count), u128::from(self.sum.unsigned_abs()), u128::from(self.squares));
        let of_all = |value: i64| i64::from(count).wrapping_mul(value);
        let largest = u128::from(Q::LOWEST.unsigned_abs().max(Q::HIGHEST.unsigned_abs()));
        self.sum >= of_all(Q::LOWEST)
            && self.sum <= of_all(Q::HIGHEST)
            && squares <= n.wrapping_mul(largest.wrapping_mul(largest))
            && sum.wrapping_mul(sum) <= n.wrapping_mul(squares)
    }

    /// The scale that produces a mean of 0 and a deviation of 1.
    fn scale(&self, count: u32, shift: u32) -> InputScale {
        let (n, sum) = (i128::from(count), i128::from(self.sum));
        let zero = sum.wrapping_mul(2).wrapping_add(n).checked_div_euclid(n.wrapping_mul(2)).unwrap_or_default();
        let spread = n.wrapping_mul(self.squares.into()).wrapping_sub(sum.wrapping_mul(sum)).cast_unsigned();
        let square = n.wrapping_mul(n).cast_unsigned().wrapping_shl(shift.wrapping_add(INPUT_BITS).wrapping_mul(2));
        // None for a constant feature.
        let ratio = square.checked_div(spread).unwrap_or_default();
        let factor = u32::try_from(ratio).unwrap_or(u32::MAX).isqrt().min(LARGEST_FACTOR);
        InputScale::new(zero as i16, factor as u16).unwrap_or(InputScale::ZERO)
    }
}

/// Means and deviations of raw values from exact sums: in any order, for up to 2³² − 1 samples.
///
/// The sums are in memory that the caller lends, 16 bytes per feature.
///
/// ```
/// use hingeline::integer::{InputScale, Moments, Sums};
///
/// let (mut sums, mut scales) = ([Sums::ZERO; 1], [InputScale::ZERO; 1]);
/// let mut moments = Moments::new(&mut sums);
/// for reading in [96_u8, 104, 96, 104] {
///     moments.observe(&[reading])?;
/// }
/// moments.freeze(&mut scales)?;
/// assert_eq!(scales, [InputScale::new(100, 2_048)?]);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Numeric contract
/// With the sums Σ and Σ² over N samples, `zero = ⌊(2Σ + N) / 2N⌋` and
/// `factor = min(2¹⁴ − 1, ⌊√⌊N² · 2^(2(q + shift)) / (N·Σ² − (Σ)²)⌋⌋)`, 0 for a constant feature. The shift is 8 for
/// 8-bit values and 12 for `i16`. So a deviation of less than ½, or 8 for `i16`, remains below 1, and the factor of a
/// deviation above 2,000 has few bits; both only reduce the resolution.
#[derive(Debug)]
pub struct Moments<'a, Q> {
    pub(super) sums: &'a mut [Sums],
    pub(super) count: u32,
    raw: PhantomData<Q>,
}

impl<'a, Q: RawValue> Moments<'a, Q> {
    /// The moments of no samples, for as many features as there are sums.
    pub fn new(sums: &'a mut [Sums]) -> Self {
        sums.fill(Sums::ZERO);
        Self { sums, count: 0, raw: PhantomData }
    }

    /// Continues from the sums and the count of an earlier stream.
    ///
    /// # Errors
    /// [`Error::InvalidState`] for sums that `count` values cannot have.
    ///
    /// ```
    /// use hingeline::integer::{Moments, Sums};
    ///
    /// let mut sums = [Sums::from_parts(400, 40_064)];
    /// let moments = Moments::<u8>::resume(&mut sums, 4)?;
    /// assert_eq!(moments.count(), 4);
    /// assert!(Moments::<u8>::resume(&mut [Sums::from_parts(400, 39_999)], 4).is_err());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn resume(sums: &'a mut [Sums], count: u32) -> Result<Self, Error> {
        if sums.iter().all(|sums| sums.is_of::<Q>(count)) {
            Ok(Self { sums, count, raw: PhantomData })
        } else {
            Err(Error::InvalidState)
        }
    }

    /// The number of samples observed.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Adds a sample.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for a wrong number of features, [`Error::SetTooLarge`] after 2³² − 1 samples. The
    /// moments are then unchanged.
    pub fn observe(&mut self, raw: &[Q]) -> Result<(), Error> {
        if raw.len() != self.sums.len() {
            return Err(Error::ShapeMismatch);
        }
        self.count = self.count.checked_add(1).ok_or(Error::SetTooLarge)?;
        for (sums, raw) in self.sums.iter_mut().zip(raw) {
            let value: i32 = (*raw).into();
            sums.sum = sums.sum.wrapping_add(value.into());
            sums.squares = sums.squares.wrapping_add(value.unsigned_abs().wrapping_mul(value.unsigned_abs()).into());
        }
        Ok(())
    }

    /// The scales that produce means of 0 and deviations of 1.
    ///
    /// # Errors
    /// [`Error::EmptySet`] before the first sample, [`Error::ShapeMismatch`] unless there is a scale for each feature.
    pub fn freeze(&self, scales: &mut [InputScale]) -> Result<(), Error> {
        if self.count == 0 {
            return Err(Error::EmptySet);
        }
        if scales.len() != self.sums.len() {
            return Err(Error::ShapeMismatch);
        }
        for (scale, sums) in scales.iter_mut().zip(&*self.sums) {
            *scale = sums.scale(self.count, Q::SHIFT);
        }
        Ok(())
    }
}
