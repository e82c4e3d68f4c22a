//! Windows over a stream of readings.

use core::fmt;

use super::axis::sealed::Reading as _;
use super::axis::{Axis, Reading};
use super::compute::{Report, View};
use super::feature::{Feature, Features, check, count, needs};
use crate::error::Error;

/// The position of a window in its stream: zeros at the start, so that a static window takes no flash.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// The place of the next reading, which is that of the oldest one.
    next: usize,
    /// The number of readings present, at most the window length.
    filled: usize,
    /// The number of readings since the last window.
    since: usize,
    refused: u32,
    gaps: u32,
}

impl Place {
    const START: Self = Self { next: 0, filled: 0, since: 0, refused: 0, gaps: 0 };

    /// Stores a reading of each axis. Returns whether a window is due.
    #[inline(always)]
    fn push<'r, R: Reading + 'r>(
        &mut self,
        reading: &[R],
        rows: impl Iterator<Item = &'r mut [R]>,
        len: usize,
        hop: usize,
    ) -> Result<bool, Error> {
        if !reading.iter().all(|value| value.is_finite()) {
            self.refused = self.refused.saturating_add(1);
            return Err(Error::NonFiniteFeature);
        }
        for (value, row) in reading.iter().zip(rows) {
            if let Some(place) = row.get_mut(self.next) {
                *place = *value;
            }
        }
        let next = self.next.saturating_add(1);
        self.next = if next < len { next } else { 0 };
        self.since = self.since.saturating_add(1);
        let due = if self.filled < len {
            self.filled = self.filled.saturating_add(1);
            self.filled == len
        } else {
            self.since >= hop
        };
        if due {
            self.since = 0;
        }
        Ok(due)
    }

    const fn clear(&mut self) {
        self.filled = 0;
    }

    const fn gap(&mut self) {
        self.clear();
        self.gaps = self.gaps.saturating_add(1);
    }

    /// The place of the oldest reading, if there are enough readings.
    fn oldest(&self, len: usize) -> Result<usize, Error> {
        if self.filled < len { Err(Error::IncompleteWindow) } else { Ok(self.next) }
    }
}

/// The last `LEN` readings of a stream of `AXES` axes, with a window every `HOP` readings and features from a list that
/// the compiler knows.
///
/// The size is that of the readings, `4 · AXES · LEN` bytes for `f32` and half of that for `i16`, plus 20 bytes on a
/// 32-bit processor. All bits are zero at the start, so a static window is in `.bss` and takes no flash.
/// [`features`](Self::features) makes several passes over the window and does not return before the last; it takes a
/// few hundred bytes of stack, which [`guide::windows`](crate::guide::windows#what-it-costs) lists with the
/// instructions.
///
/// # In an interrupt
/// Readings arrive in an interrupt, and features take longer than an interrupt should: let the interrupt put
/// readings in a queue, such as `heapless::spsc::Queue`, that is long enough for the time that features, prediction and
/// learning take, and let the main loop own the window. If the features of a window take less time than the interval
/// between readings, the interrupt may own it.
///
/// ```
/// use hingeline::signal::{Feature, Features, Window, count};
/// use static_cell::ConstStaticCell;
///
/// struct Course;
/// impl Features for Course {
///     // Raw readings of a converter.
///     type Reading = i16;
///     const LIST: &'static [Feature] = &[Feature::Range, Feature::Segments(2)];
/// }
/// const FEATURES: usize = count(Course::LIST, 1);
///
/// // Four readings per window, a window every two.
/// static WINDOW: ConstStaticCell<Window<Course, 1, 4, 2>> = ConstStaticCell::new(Window::new());
///
/// let window = WINDOW.take();
/// let mut samples = vec![];
/// for reading in [1, 3, 10, 20, 30, 50] {
///     if window.push(&[reading])? {
///         let mut x = [0; FEATURES];
///         window.features(&mut x)?;
///         samples.push(x);
///     }
/// }
/// assert_eq!(samples, [[19, 2, 15], [40, 15, 40]]);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// An impossible shape or list does not compile:
///
/// ```compile_fail
/// use hingeline::signal::{Feature, Features, Window};
///
/// struct High;
/// impl Features for High {
///     type Reading = f32;
///     const LIST: &'static [Feature] = &[Feature::Band(1, 40)];
/// }
/// // 64 readings have bands up to 32 cycles.
/// let window = Window::<High, 3, 64, 32>::new();
/// ```
pub struct Window<L: Features, const AXES: usize, const LEN: usize, const HOP: usize> {
    rows: [[L::Reading; LEN]; AXES],
    place: Place,
}

impl<L: Features, const AXES: usize, const LEN: usize, const HOP: usize> Window<L, AXES, LEN, HOP> {
    /// The number of bytes that it takes.
    pub const SIZE: usize = size_of::<Self>();

    /// The number of values in a sample.
    pub const FEATURES: usize = count(L::LIST, AXES);

    /// An empty window.
    ///
    /// It is checked at compile time that there is an axis, that there are 2 to [`LONGEST`](super::LONGEST) readings
    /// and a hop of at least one, that the list is not empty, and that each feature exists for this shape.
    pub const fn new() -> Self {
        const {
            assert!(HOP > 0, "the hop is at least one reading");
            assert!(L::AXES.is_empty() || L::AXES.len() == AXES, "the list describes all axes or none");
            assert!(check(L::LIST, AXES, LEN).is_ok(), "a window of this shape does not have these features");
        }
        Self { rows: [[L::Reading::ZERO; LEN]; AXES], place: Place::START }
    }

    /// Takes the next reading, a value for each axis. Returns whether a window is due: `LEN` readings have come since
    /// the start or the last gap, and `HOP` since the last window.
    ///
    /// # Errors
    /// [`Error::NonFiniteFeature`] for a NaN or an infinity. The reading is counted in [`refused`](Self::refused) and
    /// left out, and the window is otherwise unchanged. Then call [`gap`](Self::gap), as `hingeline train` does for a
    /// missing value, or push another value in its place.
    pub fn push(&mut self, reading: &[L::Reading; AXES]) -> Result<bool, Error> {
        self.place.push(reading, self.rows.iter_mut().map(|row| row.as_mut_slice()), LEN, HOP)
    }

    /// Starts over because readings were lost, so that no feature spans the gap. Counted in [`gaps`](Self::gaps).
    pub const fn gap(&mut self) {
        self.place.gap();
    }

    /// Starts over, as at the beginning of another recording. The counts are kept.
    pub const fn clear(&mut self) {
        self.place.clear();
    }

    /// Computes the features of the last `LEN` readings. May be called whenever that many are present: if readings are
    /// pushed between the call that returned `true` and this one, the window has moved on.
    ///
    /// It is checked at compile time that the sample has [`FEATURES`](Self::FEATURES) values.
    ///
    /// # Errors
    /// [`Error::IncompleteWindow`] if there are fewer readings; [`Error::NonFiniteFeature`] if a feature overflows. The window is unchanged, and the
    /// contents of `x` are unspecified.
    pub fn features<const F: usize>(&self, x: &mut [L::Reading; F]) -> Result<Report, Error> {
        const {
            assert!(F == count(L::LIST, AXES), "a sample has as many values as the list has for these axes");
        }
        let oldest = self.place.oldest(LEN)?;
        let view = View { rows: self.rows.as_flattened(), len: LEN, oldest, count: AXES, axes: L::AXES };
        view.features(L::LIST, const { needs(L::LIST) }, x)
    }

    /// The number of readings that were refused.
    pub const fn refused(&self) -> u32 {
        self.place.refused
    }

    /// The number of calls to [`gap`](Self::gap).
    pub const fn gaps(&self) -> u32 {
        self.place.gaps
    }
}

impl<L: Features, const AXES: usize, const LEN: usize, const HOP: usize> Default for Window<L, AXES, LEN, HOP> {
    fn default() -> Self {
        Self::new()
    }
}

impl<L: Features, const AXES: usize, const LEN: usize, const HOP: usize> Clone for Window<L, AXES, LEN, HOP> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<L: Features, const AXES: usize, const LEN: usize, const HOP: usize> fmt::Debug for Window<L, AXES, LEN, HOP> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("place", &self.place).finish_non_exhaustive()
    }
}

/// [`Window`] with a list, a length, a hop and a number of axes that are known only at run time, in memory that the
/// caller lends.
///
/// The methods are the same, and so are the bits; slices of a wrong length return [`Error::ShapeMismatch`].
///
/// ```
/// use hingeline::signal::{Axis, DynWindow, Feature, count};
///
/// let (len, hop, axes) = (4, 2, [Axis::<f32>::new(); 2]);
/// let list = [Feature::Mean, Feature::Correlation(0, 1)];
/// let mut memory = vec![0.0; axes.len() * len];
/// let mut window = DynWindow::new(&mut memory, len, hop, &axes, &list)?;
/// let mut x = vec![0.0; count(&list, axes.len())];
/// for t in [0.0, 1.0, 2.0, 3.0] {
///     if window.push(&[t, -2.0 * t])? {
///         window.features(&mut x)?;
///     }
/// }
/// assert_eq!(x, [1.5, -3.0, -1.0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct DynWindow<'a, R> {
    rows: &'a mut [R],
    len: usize,
    hop: usize,
    place: Place,
    axes: &'a [Axis<R>],
    list: &'a [Feature],
}

impl<'a, R: Reading> DynWindow<'a, R> {
    /// An empty window of as many axes as are described.
    ///
    /// # Errors
    /// [`Error::InvalidWindow`] for a hop of 0, no axes, fewer than two readings or more than [`LONGEST`](super::LONGEST);
    /// [`Error::InvalidFeature`] for an empty list and for a feature that does not exist for this shape; [`Error::ShapeMismatch`] unless there are
    /// `len` values of memory for each axis.
    pub fn new(
        memory: &'a mut [R],
        len: usize,
        hop: usize,
        axes: &'a [Axis<R>],
        list: &'a [Feature],
    ) -> Result<Self, Error> {
        check(list, axes.len(), len)?;
        if axes.len().checked_mul(len) != Some(memory.len()) {
            return Err(Error::ShapeMismatch);
        }
        if hop == 0 {
            return Err(Error::InvalidWindow);
        }
        Ok(Self { rows: memory, len, hop, place: Place::START, axes, list })
    }

    /// [`Window::push`].
    ///
    /// # Errors
    /// As there, and [`Error::ShapeMismatch`] for a wrong number of axes.
    pub fn push(&mut self, reading: &[R]) -> Result<bool, Error> {
        if reading.len() != self.axes.len() {
            return Err(Error::ShapeMismatch);
        }
        self.place.push(reading, self.rows.chunks_exact_mut(self.len.max(1)), self.len, self.hop)
    }

    /// [`Window::gap`].
    pub const fn gap(&mut self) {
        self.place.gap();
    }

    /// [`Window::clear`].
    pub const fn clear(&mut self) {
        self.place.clear();
    }

    /// [`Window::features`].
    ///
    /// # Errors
    /// As there, and [`Error::ShapeMismatch`] unless the sample has [`count`] values.
    pub fn features(&self, x: &mut [R]) -> Result<Report, Error> {
        if x.len() != count(self.list, self.axes.len()) {
            return Err(Error::ShapeMismatch);
        }
        let oldest = self.place.oldest(self.len)?;
        let view = View { rows: self.rows, len: self.len, oldest, count: self.axes.len(), axes: self.axes };
        view.features(self.list, needs(self.list), x)
    }

    /// [`Window::refused`].
    pub const fn refused(&self) -> u32 {
        self.place.refused
    }

    /// [`Window::gaps`].
    pub const fn gaps(&self) -> u32 {
        self.place.gaps
    }
}
