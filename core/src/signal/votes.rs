//! A class that enough of the last windows agree on.

use crate::error::Error;

/// n of the last `M` windows, or of fewer: a class is the answer while so many of them voted for it.
///
/// A single window that is wrong changes nothing, and a change of class is answered n windows after it at the earliest. Of several classes with
/// enough votes the one with the most is the answer, and of those the one that was voted for last.
///
/// ```
/// use hingeline::signal::Votes;
///
/// let mut votes = Votes::<3>::new(2)?;
/// let answers = [Some(4), Some(4), Some(1), Some(4), None, Some(1), Some(1)].map(|class| votes.push(class));
/// assert_eq!(answers, [None, Some(4), Some(4), Some(4), None, None, Some(1)]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Votes<const M: usize> {
    /// The oldest one is overwritten next.
    last: [Option<u32>; M],
    /// So many of them vote.
    windows: usize,
    next: usize,
    needed: usize,
}

impl<const M: usize> Votes<M> {
    /// No votes yet, of which so many are needed.
    ///
    /// # Errors
    /// [`Error::InvalidVotes`] unless they are at least 1 and at most `M`.
    pub const fn new(needed: usize) -> Result<Self, Error> {
        Self::of_last(M, needed)
    }

    /// No votes yet, of which so many of the last windows are needed, where the program runs before that is known.
    ///
    /// # Errors
    /// [`Error::InvalidVotes`] unless `1 ≤ needed ≤ windows ≤ M`.
    ///
    /// ```
    /// use hingeline::signal::Votes;
    ///
    /// let mut votes = Votes::<16>::of_last(3, 2)?;
    /// assert_eq!([Some(0), None, None, Some(0)].map(|class| votes.push(class)), [None; 4]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn of_last(windows: usize, needed: usize) -> Result<Self, Error> {
        if needed >= 1 && needed <= windows && windows <= M {
            Ok(Self { last: [None; M], windows, next: 0, needed })
        } else {
            Err(Error::InvalidVotes)
        }
    }

    /// Takes the class of the next window, or none for one that was [rejected](crate::Decision::at_least) or refused; returns the answer, if enough agree.
    ///
    /// A class above `u32::MAX` counts as none.
    pub fn push(&mut self, class: Option<usize>) -> Option<usize> {
        let last = self.last.get_mut(..self.windows)?;
        if let Some(place) = last.get_mut(self.next) {
            *place = class.and_then(|class| u32::try_from(class).ok());
        }
        let next = self.next.saturating_add(1);
        self.next = if next < self.windows { next } else { 0 };
        let (newer, older) = last.split_at_checked(self.next)?;
        let newest_first = newer.iter().rev().chain(older.iter().rev()).flatten();
        let (mut answer, mut most) = (None, self.needed.saturating_sub(1));
        for class in newest_first {
            let votes = last.iter().filter(|vote| **vote == Some(*class)).count();
            if votes > most {
                (answer, most) = (Some(*class as usize), votes);
            }
        }
        answer
    }

    /// Forgets all votes, as after a gap.
    pub fn clear(&mut self) {
        (self.last, self.next) = ([None; M], 0);
    }
}
