//! The features of a window.

use super::axis::{Axis, Reading};
use super::needs::Needs;
use crate::error::Error;

/// The maximum window length. All counts fit in 16 bits.
pub const LONGEST: usize = 32_767;

/// A feature of the readings of one axis or two; [`signal`](crate::signal) has the formulas.
///
/// ```
/// use hingeline::signal::{Feature, count};
///
/// let list = [Feature::Mean, Feature::Segments(4), Feature::Correlation(0, 2)];
/// // A mean and four parts of each of three axes, and one correlation.
/// assert_eq!(count(&list, 3), 16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Feature {
    /// The mean.
    Mean,
    /// The standard deviation.
    Deviation,
    /// The smallest reading.
    Minimum,
    /// The largest reading.
    Maximum,
    /// The largest reading minus the smallest.
    Range,
    /// The root of the mean square.
    RootMeanSquare,
    /// The mean of the magnitudes.
    MeanAbsolute,
    /// The number of sign changes.
    ZeroCrossings,
    /// The number of crossings of the mean.
    MeanCrossings,
    /// The number of slope sign changes.
    SlopeSignChanges,
    /// The mean magnitude of the difference to the previous reading: the waveform length per step.
    WaveformLength,
    /// The number of maxima above the noise threshold.
    Peaks,
    /// The means of n consecutive parts of the window; n is from 1 to the number of readings.
    Segments(u16),
    /// The RMS amplitude of the components from the first to the second frequency, both included, in whole cycles per window: from 1 to half the
    /// number of readings.
    Band(u16, u16),
    /// The correlation of two different axes, counted from 0.
    Correlation(u16, u16),
}

impl Feature {
    /// The number of values for each axis; values of a pair of axes are not counted.
    const fn values(self) -> usize {
        match self {
            Self::Correlation(..) => 0,
            Self::Segments(parts) => parts as usize,
            _ => 1,
        }
    }

    /// Whether a window with this number of axes and this length has the feature.
    const fn is_of(self, axes: usize, len: usize) -> bool {
        match self {
            Self::Segments(parts) => parts >= 1 && parts as usize <= len,
            Self::Band(low, high) => low >= 1 && low <= high && high as usize <= len / 2,
            Self::Correlation(first, second) => (first as usize) < axes && (second as usize) < axes && first != second,
            _ => true,
        }
    }

    /// A bit for each feature, independent of its parameters.
    const fn bit(self) -> u32 {
        match self {
            // Always computed.
            Self::Mean => 0,
            Self::Deviation => Needs::DEVIATION,
            Self::Minimum | Self::Maximum | Self::Range => Needs::EXTREMES,
            Self::RootMeanSquare => Needs::SQUARES,
            Self::MeanAbsolute => Needs::MAGNITUDES,
            Self::ZeroCrossings => Needs::ZERO_CROSSINGS,
            Self::MeanCrossings => Needs::MEAN_CROSSINGS,
            Self::SlopeSignChanges => Needs::SLOPES,
            Self::WaveformLength => Needs::LENGTH,
            Self::Peaks => Needs::PEAKS,
            Self::Segments(_) => Needs::SEGMENTS,
            Self::Band(..) => Needs::BANDS,
            Self::Correlation(..) => Needs::CORRELATIONS,
        }
    }
}

/// The number of values in a sample with this list and number of axes.
///
/// ```
/// use hingeline::signal::{Feature, count};
///
/// const LIST: &[Feature] = &[Feature::Deviation, Feature::Band(1, 3), Feature::Band(4, 9)];
/// const FEATURES: usize = count(LIST, 6);
/// assert_eq!(FEATURES, 18);
/// ```
pub const fn count(list: &[Feature], axes: usize) -> usize {
    let (mut values, mut pairs, mut rest) = (0_usize, 0_usize, list);
    while let [feature, behind @ ..] = rest {
        values = values.saturating_add(feature.values());
        pairs = pairs.saturating_add(matches!(feature, Feature::Correlation(..)) as usize);
        rest = behind;
    }
    values.saturating_mul(axes).saturating_add(pairs)
}

/// Rejects a shape that no window has, and a feature that does not exist for this shape.
pub(super) const fn check(list: &[Feature], axes: usize, len: usize) -> Result<(), Error> {
    if axes == 0 || len < 2 || len > LONGEST {
        return Err(Error::InvalidWindow);
    }
    let mut rest = list;
    while let [feature, behind @ ..] = rest {
        if !feature.is_of(axes, len) {
            return Err(Error::InvalidFeature);
        }
        rest = behind;
    }
    if list.is_empty() { Err(Error::InvalidFeature) } else { Ok(()) }
}

/// Describes the features of windows: the type of the readings, a list of features, and the properties of the axes. All
/// of it is constant, so only the listed features are linked.
///
/// ```
/// use hingeline::signal::{Feature, Features};
///
/// struct Muscle;
/// impl Features for Muscle {
///     type Reading = i16;
///     const LIST: &'static [Feature] = &[Feature::MeanAbsolute, Feature::WaveformLength, Feature::ZeroCrossings];
/// }
/// ```
pub trait Features {
    /// The type that a sensor delivers: `f32`, or `i16` as converters do.
    type Reading: Reading;

    /// The features, in the order of the sample.
    const LIST: &'static [Feature];

    /// The range and the noise of each axis; empty if they are unknown.
    const AXES: &'static [Axis<Self::Reading>] = &[];
}

/// The sums and counts that these features need.
pub(super) const fn needs(list: &[Feature]) -> Needs {
    let (mut needs, mut rest) = (Needs::NONE, list);
    while let [feature, behind @ ..] = rest {
        needs = needs.and(feature.bit());
        rest = behind;
    }
    needs
}
