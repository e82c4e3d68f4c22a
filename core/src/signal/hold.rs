//! Repeats the last answer.

/// Repeats the last answer for up to `windows` consecutive windows without one.
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
    /// No answer yet. Each is repeated for at most this number of windows.
    pub const fn new(windows: u32) -> Self {
        Self { windows, left: 0, last: None }
    }

    /// Takes the answer of a window; returns it, or the last one.
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
