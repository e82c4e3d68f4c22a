//! The words of an order, moments, a standardiser and a reservoir in a record.

use super::order::Order;
use super::reservoir::Reservoir;
use super::standardise::{AnyMoments, AnyStandardiser, check_share, is_mean, is_variance};
use super::table::Table;
use crate::error::Error;
use crate::state::{Fault, Part, Plain, Words, kind};

/// The seed, the length, the epoch, the position.
impl Plain for Order {
    type Value = Self;
    const KIND: u32 = kind::ORDER;
    const LEN: usize = 7;

    fn put(&self, words: &mut Words) {
        for word in self.seed() {
            words.put(word);
        }
        for word in [self.len() as u32, self.epoch(), self.position()] {
            words.put(word);
        }
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let mut seed = [0; 4];
        for word in &mut seed {
            *word = words.take();
        }
        let (len, epoch, position) = (words.take() as usize, words.take(), words.take());
        Ok(Self::resume(seed, len, epoch, position)?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

/// The feature and the number of the word at an index, if each feature has `WORDS` words after the `front` words.
fn of_feature<const WORDS: usize>(index: usize, front: usize) -> Option<(usize, usize)> {
    let index = index.checked_sub(front)?;
    Some((index.checked_div(WORDS)?, index.checked_rem(WORDS)?))
}

/// The count, the share; then for each feature the two words of its mean and the two of its variance.
impl<T: Table<4>> Part for AnyMoments<T> {
    const KIND: u32 = kind::MOMENTS;
    /// The count, the share, and the word before this one.
    type Seen = (u32, f32, f32);

    fn record_shape(&self) -> [u32; 2] {
        let [mean, ..] = self.words.rows();
        [mean.len() as u32, 0]
    }

    fn record_words(&self) -> usize {
        let [mean, ..] = self.words.rows();
        mean.len().saturating_mul(4).saturating_add(2)
    }

    fn word(&self, index: usize) -> u32 {
        match of_feature::<4>(index, 2) {
            Some((feature, word)) => self
                .words
                .rows()
                .get(word)
                .and_then(|values| values.get(feature))
                .copied()
                .unwrap_or_default()
                .to_bits(),
            None if index == 0 => self.count,
            None => self.share.to_bits(),
        }
    }

    fn unseen(&self) -> Self::Seen {
        (0, 0.0, 0.0)
    }

    fn see(&self, (count, share, high): &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        let value = f32::from_bits(word);
        match of_feature::<4>(index, 2) {
            None if index == 0 => *count = word,
            None => *share = check_share(value)?,
            Some((_, 0 | 2)) => *high = value,
            Some((_, 1)) if is_mean(*high, value, *count) => (),
            Some((_, 3)) if is_variance(*high, value, *count) => (),
            Some(_) => return Err(Error::InvalidState.into()),
        }
        Ok(())
    }

    fn whole(&self, _: &Self::Seen) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        let place = of_feature::<4>(index, 2);
        let mut rows = self.words.rows_mut();
        if let Some(own) = place.and_then(|(feature, word)| rows.get_mut(word)?.get_mut(feature)) {
            *own = f32::from_bits(word);
        }
    }

    fn settle(&mut self, (count, share, _): Self::Seen) {
        (self.count, self.share) = (count, share);
    }

    fn clear_words(&mut self) {
        // In place, and the share stays.
        for row in self.words.rows_mut() {
            row.fill(0.0);
        }
        self.count = 0;
    }
}

/// The limit, infinite if nothing is clipped; then the mean and the factor of each feature.
impl<T: Table<2>> Part for AnyStandardiser<T> {
    const KIND: u32 = kind::STANDARDISER;
    /// The limit.
    type Seen = f32;

    fn record_shape(&self) -> [u32; 2] {
        let [mean, _] = self.rows();
        [mean.len() as u32, 0]
    }

    fn record_words(&self) -> usize {
        let [mean, _] = self.rows();
        mean.len().saturating_mul(2).saturating_add(1)
    }

    fn word(&self, index: usize) -> u32 {
        let [mean, factor] = self.rows();
        let value = match of_feature::<2>(index, 1) {
            Some((feature, 0)) => mean.get(feature).copied(),
            Some((feature, _)) => factor.get(feature).copied(),
            None => Some(self.limit().unwrap_or(f32::INFINITY)),
        };
        value.unwrap_or_default().to_bits()
    }

    fn unseen(&self) -> f32 {
        f32::INFINITY
    }

    fn see(&self, limit: &mut f32, index: usize, word: u32) -> Result<(), Fault> {
        let value = f32::from_bits(word);
        if index == 0 {
            *limit = value;
            if value > 0.0 { Ok(()) } else { Err(Error::InvalidLimit.into()) }
        } else if value.is_finite() {
            Ok(())
        } else {
            Err(Error::InvalidScaling.into())
        }
    }

    fn whole(&self, _: &f32) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        let [mean, factor] = self.parts.rows_mut();
        let own = match of_feature::<2>(index, 1) {
            Some((feature, 0)) => mean.get_mut(feature),
            Some((feature, _)) => factor.get_mut(feature),
            None => None,
        };
        if let Some(own) = own {
            *own = f32::from_bits(word);
        }
    }

    fn settle(&mut self, limit: f32) {
        self.limit = limit;
    }

    /// A standardiser that leaves features unchanged.
    fn clear_words(&mut self) {
        self.clear();
    }
}

/// The samples seen; then the features and the label of each place, or zeros if it is empty.
impl<const C: usize, const F: usize, const N: usize, L> Part for Reservoir<C, F, N, L>
where
    L: Copy + Into<usize> + TryFrom<usize>,
{
    const KIND: u32 = kind::RESERVOIR;
    /// The samples seen.
    type Seen = u32;

    fn record_shape(&self) -> [u32; 2] {
        [N as u32, F as u32]
    }

    fn record_words(&self) -> usize {
        F.saturating_add(1).saturating_mul(N).saturating_add(2)
    }

    fn word(&self, index: usize) -> u32 {
        let (features, labels, seen) = self.parts();
        match Self::place(index) {
            Some((row, column)) => match features.get(row).and_then(|row| row.get(column)) {
                Some(value) => value.to_bits(),
                None => labels.get(row).map_or(0, |label| (*label).into() as u32),
            },
            None if index == 0 => C as u32,
            None => seen,
        }
    }

    fn unseen(&self) -> u32 {
        0
    }

    fn see(&self, seen: &mut u32, index: usize, word: u32) -> Result<(), Fault> {
        match Self::place(index) {
            None if index == 0 => return if word == C as u32 { Ok(()) } else { Err(Fault::Shape) },
            None => *seen = word,
            Some((row, _)) if row >= Self::filled(*seen) => {
                return if word == 0 { Ok(()) } else { Err(Error::InvalidState.into()) };
            }
            Some((_, column)) if column < F => {
                if !f32::from_bits(word).is_finite() {
                    return Err(Error::NonFiniteFeature.into());
                }
            }
            Some(_) => {
                if word as usize >= C || L::try_from(word as usize).is_err() {
                    return Err(Error::LabelOutOfRange.into());
                }
            }
        }
        Ok(())
    }

    fn whole(&self, _: &u32) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        let Some((row, column)) = Self::place(index) else {
            self.make_room(if index == 0 { 0 } else { Self::filled(word) });
            return;
        };
        if let Some(own) = self.features.get_mut(row).and_then(|row| row.get_mut(column)) {
            *own = f32::from_bits(word);
        } else if let (Some(own), Ok(label)) = (self.labels.get_mut(row), L::try_from(word as usize)) {
            *own = label;
        }
    }

    fn settle(&mut self, seen: u32) {
        self.seen = seen;
    }

    fn clear_words(&mut self) {
        self.clear();
    }
}

impl<const C: usize, const F: usize, const N: usize, L> Reservoir<C, F, N, L>
where
    L: Copy + Into<usize> + TryFrom<usize>,
{
    /// The row and the column of a word; the column after the features is the label's.
    fn place(index: usize) -> Option<(usize, usize)> {
        let (index, width) = (index.checked_sub(2)?, F.saturating_add(1));
        Some((index.checked_div(width)?, index.checked_rem(width)?))
    }

    /// The number of samples kept when this many have been seen.
    fn filled(seen: u32) -> usize {
        N.min(usize::try_from(seen).unwrap_or(N))
    }

    /// Makes places for this many samples.
    fn make_room(&mut self, samples: usize) {
        self.clear();
        for _ in 0..samples {
            let label = L::try_from(0).ok();
            // They fit, since there are at most N.
            let _ = label.is_some_and(|label| self.features.push([0.0; F]).is_ok() && self.labels.push(label).is_ok());
        }
    }
}
