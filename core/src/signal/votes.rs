//! Voting over the last windows.

use crate::error::Error;

/// n-of-M voting: a class is the answer while at least n of the last `M` windows voted for it.
///
/// With `1 < n < M`, a single wrong window changes nothing, and a new class becomes the answer at its n-th window. If
/// several classes have enough votes, the answer is the one with the most, and among equals the one that received a
/// vote last. `2 · M` bytes and three words.
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
    /// One more than the class, or 0 for none. The oldest vote is overwritten next.
    last: [u16; M],
    /// The number of votes in use.
    windows: usize,
    next: usize,
    needed: usize,
}

impl<const M: usize> Votes<M> {
    /// No votes yet; `needed` of the last `M` windows must agree.
    ///
    /// # Errors
    /// [`Error::InvalidVotes`] unless `needed` is at least 1 and at most `M`.
    pub const fn new(needed: usize) -> Result<Self, Error> {
        Self::of_last(M, needed)
    }

    /// The same with a number of windows chosen at run time, at most `M`.
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
            Ok(Self { last: [0; M], windows, next: 0, needed })
        } else {
            Err(Error::InvalidVotes)
        }
    }

    /// Takes the class of the next window, or none for a window that was [rejected](crate::Decision::at_least) or
    /// refused; returns the answer, if enough votes agree.
    ///
    /// A class above 65,534 counts as none.
    pub fn push(&mut self, class: Option<usize>) -> Option<usize> {
        let last = self.last.get_mut(..self.windows)?;
        if let Some(place) = last.get_mut(self.next) {
            *place = class.and_then(|class| u16::try_from(class.checked_add(1)?).ok()).unwrap_or_default();
        }
        let next = self.next.saturating_add(1);
        self.next = if next < self.windows { next } else { 0 };
        let (newer, older) = last.split_at_checked(self.next)?;
        let newest_first = newer.iter().rev().chain(older.iter().rev());
        let (mut answer, mut most) = (None, self.needed.saturating_sub(1));
        for vote in newest_first {
            let votes = last.iter().filter(|own| *own == vote).count();
            if let (Some(class), true) = (vote.checked_sub(1), votes > most) {
                (answer, most) = (Some(class.into()), votes);
            }
        }
        answer
    }

    /// Forgets all votes, as after a gap.
    pub fn clear(&mut self) {
        (self.last, self.next) = ([0; M], 0);
    }
}
