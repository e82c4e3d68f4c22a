//! A class that enough of the last windows agree on.

use crate::error::Error;

/// n of the last `M` windows: a class is the answer while so many of them voted for it.
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
    next: usize,
    needed: usize,
}

impl<const M: usize> Votes<M> {
    /// No votes yet, of which so many are needed.
    ///
    /// # Errors
    /// [`Error::InvalidVotes`] unless they are at least 1 and at most `M`.
    pub const fn new(needed: usize) -> Result<Self, Error> {
        if needed >= 1 && needed <= M {
            Ok(Self { last: [None; M], next: 0, needed })
        } else {
            Err(Error::InvalidVotes)
        }
    }

    /// Takes the class of the next window, or none for one that was [rejected](crate::Decision::at_least) or refused; returns the answer, if enough agree.
    ///
    /// A class above `u32::MAX` counts as none.
    pub fn push(&mut self, class: Option<usize>) -> Option<usize> {
        if let Some(place) = self.last.get_mut(self.next) {
            *place = class.and_then(|class| u32::try_from(class).ok());
        }
        let next = self.next.saturating_add(1);
        self.next = if next < M { next } else { 0 };
        let (newer, older) = self.last.split_at_checked(self.next)?;
        let newest_first = newer.iter().rev().chain(older.iter().rev()).flatten();
        let (mut answer, mut most) = (None, self.needed.saturating_sub(1));
        for class in newest_first {
            let votes = self.last.iter().filter(|vote| **vote == Some(*class)).count();
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
