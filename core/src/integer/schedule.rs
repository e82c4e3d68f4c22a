//! Learning rates that are powers of two.

use crate::error::Error;

/// A rate of `2^−e` that is halved less and less often, as 1/t is:
/// `e = min(last, exponent + ⌊log₂(1 + ⌊t / 2^period⌋)⌋)` in step t, counted from 0.
///
/// ```
/// use hingeline::integer::Halving;
///
/// let schedule = Halving { exponent: 6, period: 10, last: 8 };
/// assert_eq!([0, 1_023, 1_024, 3_072, 1_000_000].map(|t| schedule.rate_exponent(t)), [6, 6, 7, 8, 8]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Halving {
    /// The exponent of the first steps: their rate is `2^−exponent`.
    pub exponent: u8,
    /// After `2^period` steps the rate is halved for the first time.
    pub period: u8,
    /// The largest exponent, at least the first one and at most 31.
    pub last: u8,
}

impl Halving {
    /// The exponent e of step `t`.
    #[inline]
    pub fn rate_exponent(&self, t: u32) -> u8 {
        let (mut exponent, last) = (u32::from(self.exponent), u32::from(self.last));
        // One less than the periods whose logarithm counts; without an instruction for it, a loop is shorter.
        let mut periods = t.checked_shr(self.period.into()).unwrap_or(0);
        while periods > 0 && exponent < last {
            periods = periods.wrapping_sub(1).wrapping_shr(1);
            exponent = exponent.wrapping_add(1);
        }
        exponent.min(last) as u8
    }

    /// Rejects an invalid schedule.
    ///
    /// # Errors
    /// [`Error::InvalidSchedule`] unless `exponent ≤ last ≤ 31` and `period ≤ 31`.
    pub const fn check(&self) -> Result<(), Error> {
        if self.exponent <= self.last && self.last <= 31 && self.period <= 31 {
            Ok(())
        } else {
            Err(Error::InvalidSchedule)
        }
    }
}
