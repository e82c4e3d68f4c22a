//! The readings of an axis, with their range and noise.

use super::needs::Needs;
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
pub trait Reading: sealed::Reading + 'static {}

impl Reading for f32 {}
impl Reading for i16 {}

pub(super) mod sealed {
    use super::{Needs, Readings};

    /// The arithmetic of readings. Wide values hold intermediate results before they become features.
    pub trait Reading: Copy + PartialOrd + Default + core::fmt::Debug {
        const ZERO: Self;

        type Wide: Copy + PartialOrd + Default;

        /// The sums of one pass over the readings.
        type Sums: Copy + Default;

        /// The values from which the mean is computed.
        type Center: Copy;

        fn is_finite(self) -> bool;

        fn wide(self) -> Self::Wide;

        fn difference(self, other: Self) -> Self::Wide;

        fn magnitude(wide: Self::Wide) -> Self::Wide;

        fn sum(a: Self::Wide, b: Self::Wide) -> Self::Wide;

        fn quotient(a: Self::Wide, count: usize) -> Self::Wide;

        fn of_count(count: u32) -> Self::Wide;

        /// Converts a wide value to a feature; counts a clamp.
        fn narrow(wide: Self::Wide, clamped: &mut u32) -> Self;

        /// Adds a reading to the sums that the list needs.
        fn add_to(self, sums: Self::Sums, needs: Needs) -> Self::Sums;

        fn center(sums: Self::Sums, count: usize) -> Self::Center;

        /// Whether the sums did not overflow.
        fn is_known(center: Self::Center) -> bool;

        fn mean(center: Self::Center) -> Self::Wide;

        fn is_below(self, center: Self::Center) -> bool;

        fn mean_absolute(sums: Self::Sums, count: usize) -> Self::Wide;

        fn root_mean_square(sums: Self::Sums, count: usize) -> Self::Wide;

        fn deviation(readings: Readings<'_, Self>, sums: Self::Sums, center: Self::Center) -> Self::Wide;

        fn band(readings: Readings<'_, Self>, center: Self::Center, low: u16, high: u16) -> Self::Wide;

        fn correlation(first: Readings<'_, Self>, second: Readings<'_, Self>) -> Self::Wide;

        /// The center of readings when nothing else is needed.
        #[inline(always)]
        fn center_of(readings: Readings<'_, Self>) -> Self::Center {
            Self::center(readings.fold(Self::Sums::default(), |sums, x| x.add_to(sums, Needs::NONE)), readings.len())
        }
    }
}

/// The sensor range and the noise threshold of an axis.
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
    ends: Option<(R, R)>,
    noise: R,
}

/// Functions that are `const` for each type of reading.
macro_rules! axes {
    ($($reading:ty)*) => {$(
        impl Axis<$reading> {
            /// Sets the sensor range. Readings at or beyond a limit are counted as saturated.
            ///
            /// # Errors
            /// [`Error::InvalidAxis`] unless the lower limit is below the upper one.
            pub const fn saturates_at(self, low: $reading, high: $reading) -> Result<Self, Error> {
                if low < high { Ok(Self { ends: Some((low, high)), ..self }) } else { Err(Error::InvalidAxis) }
            }

            /// Sets the noise threshold: smaller changes are not counted as crossings, slope sign changes or peaks.
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
    /// An axis with an unknown range and no noise.
    pub const fn new() -> Self {
        Self { ends: None, noise: R::ZERO }
    }

    /// The noise threshold, as wide as a difference of readings.
    pub(super) fn wide_noise(&self) -> R::Wide {
        self.noise.wide()
    }

    /// The number of readings at or beyond the limits of the sensor.
    pub(super) fn saturated(&self, readings: Readings<'_, R>) -> u32 {
        let Some((low, high)) = self.ends else { return 0 };
        readings.fold(0_u32, |count, x| count.wrapping_add((x <= low || x >= high).into()))
    }
}

impl<R: Reading> Default for Axis<R> {
    fn default() -> Self {
        Self::new()
    }
}
