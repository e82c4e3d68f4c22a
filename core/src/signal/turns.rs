//! Features of the differences between successive readings: crossings, turns, peaks, waveform length.

use super::axis::Reading;
use super::needs::Needs;
use super::readings::Readings;

/// The counts of a window, and the sum of the magnitudes of the differences.
#[derive(Clone, Copy, Default)]
pub(super) struct Turns<W> {
    pub(super) zero_crossings: u32,
    pub(super) mean_crossings: u32,
    pub(super) slope_sign_changes: u32,
    pub(super) peaks: u32,
    pub(super) length: W,
}

/// One pass over all readings. Results that the list does not need stay 0.
#[inline(always)]
pub(super) fn turns<R: Reading>(
    readings: Readings<'_, R>,
    center: R::Center,
    noise: R::Wide,
    needs: Needs,
) -> Turns<R::Wide> {
    let mut turns = Turns::default();
    let Some((first, rest)) = readings.split_first() else { return turns };
    let zero = R::Wide::default();
    let mut before = first;
    let mut slope = zero;
    let mut peak = Peak::of(first);
    rest.fold((), |(), reading| {
        let next = reading.difference(before);
        let large = R::magnitude(next) >= noise;
        if needs.any(Needs::ZERO_CROSSINGS) {
            let crosses = (before < R::ZERO) != (reading < R::ZERO);
            turns.zero_crossings = turns.zero_crossings.wrapping_add((crosses && large).into());
        }
        if needs.any(Needs::MEAN_CROSSINGS) {
            let crosses = before.is_below(center) != reading.is_below(center);
            turns.mean_crossings = turns.mean_crossings.wrapping_add((crosses && large).into());
        }
        if needs.any(Needs::SLOPES) {
            let turned = (slope > zero && next < zero) || (slope < zero && next > zero);
            let large = large || R::magnitude(slope) >= noise;
            turns.slope_sign_changes = turns.slope_sign_changes.wrapping_add((turned && large).into());
            slope = next;
        }
        if needs.any(Needs::LENGTH) {
            turns.length = R::sum(turns.length, R::magnitude(next));
        }
        if needs.any(Needs::PEAKS) {
            turns.peaks = turns.peaks.wrapping_add(peak.is_passed(reading, noise).into());
        }
        before = reading;
    });
    turns
}

/// The state of the search: rising to a maximum, or falling from the last one.
struct Peak<R> {
    /// The largest reading since the rise began, or the smallest since the fall began.
    extreme: R,
    rises: bool,
}

impl<R: Reading> Peak<R> {
    fn of(first: R) -> Self {
        Self { extreme: first, rises: false }
    }

    /// Whether this reading is the first that is below a maximum by more than the noise.
    #[inline(always)]
    fn is_passed(&mut self, reading: R, noise: R::Wide) -> bool {
        let extends = if self.rises { reading >= self.extreme } else { reading <= self.extreme };
        if extends {
            self.extreme = reading;
            return false;
        }
        if R::magnitude(reading.difference(self.extreme)) <= noise {
            return false;
        }
        let fell = self.rises;
        (self.extreme, self.rises) = (reading, !fell);
        fell
    }
}
