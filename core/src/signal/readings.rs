//! The readings of an axis in order, wherever the oldest one is stored.

pub(super) use sealed::Readings;

mod sealed {
    use core::ops::Range;

    /// Readings in two pieces, from the oldest to the newest.
    #[derive(Clone, Copy, Debug)]
    pub struct Readings<'a, R> {
        older: &'a [R],
        newer: &'a [R],
    }

    impl<'a, R: Copy> Readings<'a, R> {
        /// The readings of a row whose oldest one is at this place.
        pub fn new(row: &'a [R], oldest: usize) -> Self {
            let (newer, older) = row.split_at_checked(oldest).unwrap_or_default();
            Self { older, newer }
        }

        pub fn len(&self) -> usize {
            self.older.len().saturating_add(self.newer.len())
        }

        /// The first reading, and those after it.
        pub fn split_first(self) -> Option<(R, Self)> {
            match (self.older, self.newer) {
                ([first, older @ ..], newer) => Some((*first, Self { older, newer })),
                ([], [first, newer @ ..]) => Some((*first, Self { older: &[], newer })),
                ([], []) => None,
            }
        }

        /// Whether all are equal.
        pub fn is_constant(self) -> bool
        where
            R: PartialEq,
        {
            let Some((first, rest)) = self.split_first() else { return true };
            rest.older.iter().chain(rest.newer).all(|reading| *reading == first)
        }

        /// The readings at these places.
        pub fn part(self, places: Range<usize>) -> Self {
            let border = self.older.len();
            let of = |slice: &'a [R], offset: usize| {
                let place = |end: usize| end.saturating_sub(offset).min(slice.len());
                slice.get(place(places.start)..place(places.end)).unwrap_or_default()
            };
            Self { older: of(self.older, 0), newer: of(self.newer, border) }
        }

        /// Folds over all readings in order: two loops, each over a slice.
        #[inline(always)]
        pub fn fold<S>(self, start: S, mut step: impl FnMut(S, R) -> S) -> S {
            let mut state = start;
            for slice in [self.older, self.newer] {
                for reading in slice {
                    state = step(state, *reading);
                }
            }
            state
        }

        /// The same over the readings of two axes.
        #[inline(always)]
        pub fn fold_pairs<S>(self, other: Self, start: S, mut step: impl FnMut(S, R, R) -> S) -> S {
            let mut state = start;
            for (first, second) in [(self.older, other.older), (self.newer, other.newer)] {
                for (a, b) in first.iter().zip(second) {
                    state = step(state, *a, *b);
                }
            }
            state
        }
    }
}
