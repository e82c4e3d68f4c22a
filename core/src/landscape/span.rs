//! Evenly spaced points.

use crate::error::Error;

/// Evenly spaced numbers, including both ends.
///
/// Number `i` of `n` is `from + ((to − from) * (i / (n − 1)))`, the last one `to` itself.
///
/// ```
/// let span = hingeline::Span::new(-1.0, 1.0, 5)?;
/// assert!(span.values().eq([-1.0, -0.5, 0.0, 0.5, 1.0]));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Span {
    from: f32,
    to: f32,
    count: u16,
}

impl Span {
    /// This many numbers from one end to the other.
    ///
    /// # Errors
    /// [`Error::InvalidSpan`] unless both ends and their difference are finite, and there are at least two numbers.
    ///
    /// ```
    /// use hingeline::{Error, Span};
    /// assert_eq!(Span::new(0.0, f32::INFINITY, 5), Err(Error::InvalidSpan));
    /// assert_eq!(Span::new(0.0, 1.0, 1), Err(Error::InvalidSpan));
    /// ```
    pub const fn new(from: f32, to: f32, count: u16) -> Result<Self, Error> {
        if (to - from).is_finite() && count >= 2 { Ok(Self { from, to, count }) } else { Err(Error::InvalidSpan) }
    }

    /// The numbers in order.
    ///
    /// ```
    /// let span = hingeline::Span::new(1.0, 0.0, 3)?;
    /// assert!(span.values().eq([1.0, 0.5, 0.0]));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn values(self) -> impl Iterator<Item = f32> + Clone {
        (0..self.count).map(move |index| self.value(index))
    }

    fn value(self, index: u16) -> f32 {
        let last = self.count.saturating_sub(1);
        if index == last {
            return self.to;
        }
        self.from + ((self.to - self.from) * (f32::from(index) / f32::from(last)))
    }
}

/// The points of a grid, one span per coordinate, row by row: the last coordinate changes first.
///
/// Nothing of the grid is kept in memory.
///
/// ```
/// use hingeline::{Span, grid};
/// let span = Span::new(0.0, 1.0, 2)?;
/// assert!(grid([span, span]).eq([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub fn grid<const D: usize>(spans: [Span; D]) -> impl Iterator<Item = [f32; D]> + Clone {
    let mut next = Some([0_u16; D]);
    core::iter::from_fn(move || {
        let indices = next?;
        next = successor(spans, indices);
        let mut point = [0.0; D];
        for ((a, span), index) in point.iter_mut().zip(spans).zip(indices) {
            *a = span.value(index);
        }
        Some(point)
    })
}

/// The next indices, as in a counter with one digit per coordinate.
fn successor<const D: usize>(spans: [Span; D], mut indices: [u16; D]) -> Option<[u16; D]> {
    for (index, span) in indices.iter_mut().zip(&spans).rev() {
        *index = index.wrapping_add(1);
        if *index < span.count {
            return Some(indices);
        }
        *index = 0;
    }
    None
}
