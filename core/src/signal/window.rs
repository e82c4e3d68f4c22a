//! Windows over a stream of readings.

use core::fmt;
use core::marker::PhantomData;

use super::axis::{Axis, Reading};
use super::compute::{Report, View};
use super::feature::{Feature, Features, Needs, check, count};
use crate::error::Error;

/// Where a window is in its stream.
#[derive(Clone, Copy, Debug)]
struct Place {
    hop: usize,
    /// The place of the next reading, which is that of the oldest one.
    next: usize,
    filled: usize,
    /// Readings to come before a window is due.
    due: usize,
    refused: u32,
    gaps: u32,
}

impl Place {
    const fn new(hop: usize, len: usize) -> Result<Self, Error> {
        if hop == 0 {
            return Err(Error::InvalidWindow);
        }
        Ok(Self { hop, next: 0, filled: 0, due: len, refused: 0, gaps: 0 })
    }

    /// Keeps a reading of each axis; whether a window is due.
    #[inline(always)]
    fn push<'r, R: Reading + 'r>(
        &mut self,
        reading: &[R],
        rows: impl Iterator<Item = &'r mut [R]>,
        len: usize,
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
        self.filled = self.filled.saturating_add(1).min(len);
        self.due = self.due.saturating_sub(1);
        if self.due > 0 {
            return Ok(false);
        }
        self.due = self.hop;
        Ok(true)
    }

    fn gap(&mut self, len: usize) {
        (self.filled, self.due, self.gaps) = (0, len, self.gaps.saturating_add(1));
    }

    /// The place of the oldest reading, if there are enough.
    fn oldest(&self, len: usize) -> Result<usize, Error> {
        if self.filled < len { Err(Error::IncompleteWindow) } else { Ok(self.next) }
    }
}

/// The last `LEN` readings of a stream of `AXES` axes, and their features by a list that the compiler knows.
///
/// `4 · AXES · LEN` bytes for readings of `f32`, half of that for `i16`, and some twenty to fifty more; scratch: some hundred bytes of stack. A
/// reading costs a few instructions; a window's features take several passes over it, which [`features`](Self::features) makes at once.
///
/// ```
/// use hingeline::signal::{Axis, Feature, Features, Window, count};
/// use static_cell::ConstStaticCell;
///
/// struct Course;
/// impl Features for Course {
///     const LIST: &'static [Feature] = &[Feature::Range, Feature::Segments(2)];
/// }
/// const FEATURES: usize = count(Course::LIST, 1);
///
/// // Four readings a window, a new one every two; raw readings of a converter.
/// static WINDOW: ConstStaticCell<Window<i16, Course, 1, 4>> = ConstStaticCell::new(match Window::new(2, [Axis::new()]) {
///     Ok(window) => window,
///     Err(_) => panic!("at compile time"),
/// });
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
#[derive(Clone)]
pub struct Window<R, L, const AXES: usize, const LEN: usize> {
    rows: [[R; LEN]; AXES],
    place: Place,
    axes: [Axis<R>; AXES],
    list: PhantomData<L>,
}

impl<R: Reading, L: Features, const AXES: usize, const LEN: usize> Window<R, L, AXES, LEN> {
    /// The bytes that it takes.
    pub const SIZE: usize = size_of::<Self>();

    /// The values of a sample.
    pub const FEATURES: usize = count(L::LIST, AXES);

    /// No reading yet. The hop is the number of readings from one window to the next: `LEN / 2` lets them overlap by half.
    ///
    /// # Errors
    /// [`Error::InvalidWindow`] for a hop of 0, no axes, fewer than two readings or more than [`LONGEST`](super::LONGEST);
    /// [`Error::InvalidFeature`] for an empty list, and for a number in it that a window of this shape does not have.
    pub const fn new(hop: usize, axes: [Axis<R>; AXES]) -> Result<Self, Error> {
        if let Err(error) = check(L::LIST, AXES, LEN) {
            return Err(error);
        }
        match Place::new(hop, LEN) {
            Ok(place) => Ok(Self { rows: [[R::ZERO; LEN]; AXES], place, axes, list: PhantomData }),
            Err(error) => Err(error),
        }
    }

    /// Takes the next reading, a value for each axis. Returns whether a window is due: `LEN` readings have come since the start or the
    /// last gap, and `hop` since the last window.
    ///
    /// # Errors
    /// [`Error::NonFiniteFeature`] for a NaN or an infinity. The reading is counted in [`refused`](Self::refused), and left out; where
    /// the time that it stands for matters, push another value in its place, or call [`gap`](Self::gap).
    pub fn push(&mut self, reading: &[R; AXES]) -> Result<bool, Error> {
        self.place.push(reading, self.rows.iter_mut().map(|row| row.as_mut_slice()), LEN)
    }

    /// Readings were lost: starts over, so that no feature spans the gap.
    pub fn gap(&mut self) {
        self.place.gap(LEN);
    }

    /// The features of the last `LEN` readings, at any time at which there are as many.
    ///
    /// That the sample has [`FEATURES`](Self::FEATURES) values is checked when the program is compiled.
    ///
    /// # Errors
    /// [`Error::IncompleteWindow`] if there are fewer readings; [`Error::NonFiniteFeature`] if a feature overflows. The window is as before, and the
    /// sample of no use.
    pub fn features<const F: usize>(&self, x: &mut [R; F]) -> Result<Report, Error> {
        const {
            assert!(F == count(L::LIST, AXES), "a sample has as many values as the list has for these axes");
        }
        let oldest = self.place.oldest(LEN)?;
        let view = View { rows: self.rows.as_flattened(), len: LEN, oldest, axes: &self.axes };
        view.features(L::LIST, const { Needs::of(L::LIST) }, x)
    }

    /// The readings that were refused.
    pub const fn refused(&self) -> u32 {
        self.place.refused
    }

    /// The gaps that were told.
    pub const fn gaps(&self) -> u32 {
        self.place.gaps
    }
}

impl<R: Reading, L, const AXES: usize, const LEN: usize> fmt::Debug for Window<R, L, AXES, LEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("place", &self.place).field("axes", &self.axes).finish_non_exhaustive()
    }
}

/// [`Window`] of a length, a number of axes and a list that are known only at run time, in memory that the caller lends.
///
/// The calls are the same, and so are the bits; slices of another length are refused as [`Error::ShapeMismatch`].
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
    place: Place,
    axes: &'a [Axis<R>],
    list: &'a [Feature],
}

impl<'a, R: Reading> DynWindow<'a, R> {
    /// No reading yet, of as many axes as are described.
    ///
    /// # Errors
    /// As [`Window::new`], and [`Error::ShapeMismatch`] unless there are `len` places of memory for each axis.
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
        Ok(Self { rows: memory, len, place: Place::new(hop, len)?, axes, list })
    }

    /// [`Window::push`].
    ///
    /// # Errors
    /// As there, and [`Error::ShapeMismatch`] for another number of axes.
    pub fn push(&mut self, reading: &[R]) -> Result<bool, Error> {
        if reading.len() != self.axes.len() {
            return Err(Error::ShapeMismatch);
        }
        self.place.push(reading, self.rows.chunks_exact_mut(self.len.max(1)), self.len)
    }

    /// [`Window::gap`].
    pub fn gap(&mut self) {
        self.place.gap(self.len);
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
        let view = View { rows: self.rows, len: self.len, oldest, axes: self.axes };
        view.features(self.list, Needs::of(self.list), x)
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
