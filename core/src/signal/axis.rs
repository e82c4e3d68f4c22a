//! What is known of an axis, and what its readings are.

use super::feature::Needs;
use super::readings::Readings;
use crate::error::Error;

/// A value of a sensor: `f32`, or `i16` as converters deliver it. This trait is sealed.
///
/// ```
/// use hingeline::signal::{Axis, Reading};
///
/// fn quiet<R: Reading>() -> Axis<R> {
///     Axis::new()
/// }
/// assert_eq!(quiet::<i16>(), Axis::new());
/// ```
pub trait Reading: sealed::Reading {}

impl Reading for f32 {}
impl Reading for i16 {}

pub(super) mod sealed {
    use super::{Needs, Readings};

    /// The arithmetic of readings. Wide values hold what sums of them lead to, before it becomes a feature.
    pub trait Reading: Copy + PartialOrd + Default + core::fmt::Debug {
        const ZERO: Self;

        /// The ends of a sensor of which nothing else is known.
        const LOWEST: Self;
        const HIGHEST: Self;

        type Wide: Copy + PartialOrd + Default;

        /// What one pass over the readings adds up.
        type Sums: Copy + Default;

        /// What the mean is found by.
        type Center: Copy;

        fn is_finite(self) -> bool;

        fn wide(self) -> Self::Wide;

        fn difference(self, other: Self) -> Self::Wide;

        fn magnitude(wide: Self::Wide) -> Self::Wide;

        fn sum(a: Self::Wide, b: Self::Wide) -> Self::Wide;

        fn quotient(a: Self::Wide, count: usize) -> Self::Wide;

        fn of_count(count: u32) -> Self::Wide;

        /// As a feature; counts a clamp.
        fn narrow(wide: Self::Wide, clamped: &mut u32) -> Self;

        /// Adds a reading, as far as the list needs it.
        fn add_to(self, sums: Self::Sums, needs: Needs) -> Self::Sums;

        fn center(sums: Self::Sums, count: usize) -> Self::Center;

        fn mean(center: Self::Center) -> Self::Wide;

        fn is_below(self, center: Self::Center) -> bool;

        fn mean_absolute(sums: Self::Sums, count: usize) -> Self::Wide;

        fn root_mean_square(sums: Self::Sums, count: usize) -> Self::Wide;

        fn deviation(readings: Readings<'_, Self>, sums: Self::Sums, center: Self::Center) -> Self::Wide;

        fn band(readings: Readings<'_, Self>, center: Self::Center, low: u16, high: u16) -> Self::Wide;

        fn correlation(first: Readings<'_, Self>, second: Readings<'_, Self>) -> Self::Wide;

        /// The center of readings of which nothing else is asked.
        #[inline(always)]
        fn center_of(readings: Readings<'_, Self>) -> Self::Center {
            Self::center(readings.fold(Self::Sums::default(), |sums, x| x.add_to(sums, Needs::NONE)), readings.len())
        }
    }
}

/// What is known of the readings of an axis: where its sensor ends, and what is noise.
///
/// ```
/// use hingeline::Error;
/// use hingeline::signal::Axis;
///
/// // A converter of 12 bits, whose last two bits are noise.
/// let axis = Axis::<i16>::new().saturates_at(-2_048, 2_047)?.noise(4)?;
/// assert_eq!(Axis::<f32>::new().noise(f32::NAN), Err(Error::InvalidAxis));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Axis<R> {
    low: R,
    high: R,
    noise: R,
}

/// What does not differ between readings of floats and of integers, in functions that are `const`.
macro_rules! axes {
    ($($reading:ty)*) => {$(
        impl Axis<$reading> {
            /// The lowest and the highest reading that the sensor has; readings there or beyond are counted in each window.
            ///
            /// # Errors
            /// [`Error::InvalidAxis`] unless the one is below the other.
            pub const fn saturates_at(self, low: $reading, high: $reading) -> Result<Self, Error> {
                if low < high { Ok(Self { low, high, ..self }) } else { Err(Error::InvalidAxis) }
            }

            /// The difference below which readings cross or turn by chance.
            ///
            /// # Errors
            /// [`Error::InvalidAxis`] unless it is at least 0 and finite.
            pub const fn noise(self, noise: $reading) -> Result<Self, Error> {
                if noise >= 0 as $reading && noise <= <$reading>::MAX { Ok(Self { noise, ..self }) } else { Err(Error::InvalidAxis) }
            }
        }
    )*};
}

axes!(f32 i16);

impl<R: Reading> Axis<R> {
    /// No noise. Of `i16` the ends of the sensor are those of 16 bits, of `f32` there are none.
    pub const fn new() -> Self {
        Self { low: R::LOWEST, high: R::HIGHEST, noise: R::ZERO }
    }

    /// As wide as a difference of readings.
    pub(super) fn wide_noise(&self) -> R::Wide {
        self.noise.wide()
    }

    pub(super) fn is_saturated(&self, reading: R) -> bool {
        reading <= self.low || reading >= self.high
    }
}

impl<R: Reading> Default for Axis<R> {
    fn default() -> Self {
        Self::new()
    }
}
