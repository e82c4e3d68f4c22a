//! A window's features.

use super::axis::{Axis, Reading};
use super::feature::Feature;
use super::needs::Needs;
use super::readings::Readings;
use super::turns::turns;
use crate::error::Error;

/// Data-quality counts of a window.
///
/// ```
/// use hingeline::signal::{Axis, DynWindow, Feature};
///
/// let (axes, mut memory) = ([Axis::<i16>::new().saturates_at(-100, 100)?], [0; 4]);
/// let mut window = DynWindow::new(&mut memory, 4, 4, &axes, &[Feature::Mean])?;
/// for reading in [98, 100, 100, 90] {
///     window.push(&[reading])?;
/// }
/// assert_eq!(window.features(&mut [0])?.saturated, 2);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Report {
    /// The number of readings, over all axes, at or beyond the limits of [`Axis::saturates_at`]: features of a window
    /// with many of these are unreliable.
    pub saturated: u32,
    /// The number of features that were clamped to the range of `i16`; 0 for `f32` readings.
    pub clamped: u32,
}

/// The readings and the descriptions of their axes.
pub(super) struct View<'a, R> {
    /// A row for each axis.
    pub(super) rows: &'a [R],
    pub(super) len: usize,
    /// The place of the oldest reading in each row.
    pub(super) oldest: usize,
    /// The number of axes, and their descriptions; axes beyond the end of `axes` are not described.
    pub(super) count: usize,
    pub(super) axes: &'a [Axis<R>],
}

impl<'a, R: Reading> View<'a, R> {
    fn readings(&self, axis: usize) -> Readings<'a, R> {
        let start = axis.saturating_mul(self.len);
        let row = self.rows.get(start..start.saturating_add(self.len)).unwrap_or_default();
        Readings::new(row, self.oldest)
    }

    /// Writes all features. If the compiler knows the list, it knows the needs, and omits everything else.
    #[inline(always)]
    pub(super) fn features(&self, list: &[Feature], needs: Needs, x: &mut [R]) -> Result<Report, Error> {
        let mut sample = Places { places: x.iter_mut(), report: Report::default() };
        for axis in 0..self.count {
            let own = self.axes.get(axis).copied().unwrap_or_default();
            of_axis(self.readings(axis), &own, list, needs, &mut sample)?;
        }
        if needs.any(Needs::CORRELATIONS) {
            for feature in list {
                if let Feature::Correlation(first, second) = *feature {
                    sample.put(R::correlation(self.readings(first.into()), self.readings(second.into())))?;
                }
            }
        }
        if sample.places.next().is_some() { Err(Error::ShapeMismatch) } else { Ok(sample.report) }
    }
}

/// The places that features are written to.
struct Places<'x, R> {
    places: core::slice::IterMut<'x, R>,
    report: Report,
}

impl<R: Reading> Places<'_, R> {
    fn put(&mut self, wide: R::Wide) -> Result<(), Error> {
        let place = self.places.next().ok_or(Error::ShapeMismatch)?;
        *place = R::narrow(wide, &mut self.report.clamped);
        if place.is_finite() { Ok(()) } else { Err(Error::NonFiniteFeature) }
    }
}

#[inline(always)]
fn of_axis<R: Reading>(
    readings: Readings<'_, R>,
    own: &Axis<R>,
    list: &[Feature],
    needs: Needs,
    sample: &mut Places<'_, R>,
) -> Result<(), Error> {
    let (count, none) = (readings.len(), R::Wide::default());
    let Survey { low, high, sums } = survey(readings, needs);
    sample.report.saturated = sample.report.saturated.saturating_add(own.saturated(readings));
    let center = R::center(sums, count);
    if !R::is_known(center) {
        return Err(Error::NonFiniteFeature);
    }
    let deviation = if needs.any(Needs::DEVIATION) { R::deviation(readings, sums, center) } else { none };
    let root_mean_square = if needs.any(Needs::SQUARES) { R::root_mean_square(sums, count) } else { none };
    let turns =
        if needs.any(Needs::TURNS) { turns(readings, center, own.wide_noise(), needs) } else { Default::default() };
    for feature in list {
        sample.put(match *feature {
            Feature::Mean => R::mean(center),
            Feature::Deviation => deviation,
            Feature::Minimum => low.wide(),
            Feature::Maximum => high.wide(),
            Feature::Range => high.difference(low),
            Feature::RootMeanSquare => root_mean_square,
            Feature::MeanAbsolute => {
                if needs.any(Needs::MAGNITUDES) {
                    R::mean_absolute(sums, count)
                } else {
                    none
                }
            }
            Feature::ZeroCrossings => R::of_count(turns.zero_crossings),
            Feature::MeanCrossings => R::of_count(turns.mean_crossings),
            Feature::SlopeSignChanges => R::of_count(turns.slope_sign_changes),
            Feature::WaveformLength => R::quotient(turns.length, count.saturating_sub(1)),
            Feature::Peaks => R::of_count(turns.peaks),
            Feature::Band(low, high) => {
                if needs.any(Needs::BANDS) {
                    R::band(readings, center, low, high)
                } else {
                    none
                }
            }
            Feature::Segments(parts) => {
                if needs.any(Needs::SEGMENTS) {
                    segments(readings, parts.into(), sample)?;
                }
                continue;
            }
            Feature::Correlation(..) => continue,
        })?;
    }
    Ok(())
}

/// The results of one pass over the readings.
struct Survey<R: Reading> {
    low: R,
    high: R,
    sums: R::Sums,
}

#[inline(always)]
fn survey<R: Reading>(readings: Readings<'_, R>, needs: Needs) -> Survey<R> {
    let first = readings.split_first().map_or(R::ZERO, |(first, _)| first);
    let start = Survey { low: first, high: first, sums: R::Sums::default() };
    readings.fold(start, |Survey { mut low, mut high, sums }, x| {
        if needs.any(Needs::EXTREMES) {
            low = if x < low { x } else { low };
            high = if x > high { x } else { high };
        }
        Survey { low, high, sums: x.add_to(sums, needs) }
    })
}

fn segments<R: Reading>(readings: Readings<'_, R>, parts: usize, sample: &mut Places<'_, R>) -> Result<(), Error> {
    // Both are below 2¹⁵.
    let border = |part: usize| part.saturating_mul(readings.len()).checked_div(parts).unwrap_or_default();
    for part in 0..parts {
        let places = border(part)..border(part.saturating_add(1));
        sample.put(R::mean(R::center_of(readings.part(places))))?;
    }
    Ok(())
}
