//! The last answer, for a while.

/// Keeps the last answer for windows that have none, up to so many of them in a row.
///
/// ```
/// use hingeline::signal::Hold;
///
/// let mut hold = Hold::new(2);
/// let answers = [None, Some(7), None, None, None, Some(1)].map(|class| hold.push(class));
/// assert_eq!(answers, [None, Some(7), Some(7), Some(7), None, Some(1)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hold {
    windows: u32,
    left: u32,
    last: Option<usize>,
}

impl Hold {
    /// No answer yet; each is held for so many windows without one.
    pub const fn new(windows: u32) -> Self {
        Self { windows, left: 0, last: None }
    }

    /// The answer of a window, or the one that is held.
    pub const fn push(&mut self, class: Option<usize>) -> Option<usize> {
        match (class, self.left.checked_sub(1)) {
            (Some(_), _) => (self.last, self.left) = (class, self.windows),
            (None, Some(left)) => self.left = left,
            (None, None) => self.last = None,
        }
        self.last
    }

    /// Forgets the answer, as after a gap.
    pub const fn clear(&mut self) {
        (self.left, self.last) = (0, None);
    }
}
