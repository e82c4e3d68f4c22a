//! The parts of a record.

use super::fault::Fault;
use super::words::{MOST_WORDS, Plain, Words};

/// A state that can be written to a record: a model, an optimiser, an order, a user's [`Plain`] state, or a tuple of
/// references to up to six of these. Tuples may hold references to tuples. `Option<&mut T>` is a part if it is `Some`,
/// and nothing otherwise: for records whose parts only the running program knows.
///
/// This trait is sealed; implement [`Plain`].
///
/// ```
/// use hingeline::state::{State, record_len};
/// use hingeline::{EarlyStopping, Model};
///
/// fn is_small(state: &impl State) -> bool {
///     record_len(state) <= 200
/// }
/// assert!(is_small(&(&Model::<2, 3>::new(), &EarlyStopping::new(5)?)));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait State: sealed::Encode {}

/// A state that can be read from a record: a [`State`], or a tuple of mutable references to up to six of them. Such a
/// tuple can be written too, so a program needs only one.
///
/// This trait is sealed; implement [`Plain`].
///
/// ```
/// use hingeline::state::{Fault, Restore, encode, load};
/// use hingeline::{EarlyStopping, Model, Verdict};
///
/// fn restore(state: &mut impl Restore, record: &[u8]) -> bool {
///     load(state, &mut &record[..], &mut [0; 16]).is_ok()
/// }
/// let (mut model, mut stopping) = (Model::<2, 3>::new(), EarlyStopping::new(5).unwrap());
/// let mut record = [0; 200];
/// let len = encode(&(&model, &stopping), &mut record)?;
/// assert!(restore(&mut (&mut model, &mut stopping), &record[..len]));
/// # Ok::<(), Fault>(())
/// ```
pub trait Restore: State + sealed::Decode {}

impl<T: sealed::Encode> State for T {}
impl<T: sealed::Encode + sealed::Decode> Restore for T {}

/// The words of a part's heading: its kind, its shape, the number of words that follow.
const HEADING: usize = 4;

pub(crate) mod sealed {
    use super::Fault;

    /// A sequence of words of 32 bits.
    pub trait Encode {
        /// The number of parts.
        fn parts(&self) -> u16;

        /// The number of words, including the headings.
        fn words(&self) -> usize;

        /// The word at this place.
        fn word_at(&self, index: usize) -> u32;
    }

    /// A state that takes such a sequence, word by word, twice: first to check it, then to store it.
    pub trait Decode: Encode {
        /// The facts gathered from the words received.
        type Seen;

        /// The value before the first word.
        fn unseen(&self) -> Self::Seen;

        /// Checks the next word.
        fn see_at(&self, seen: &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault>;

        /// Checks what only all words together show.
        fn check_whole(&self, seen: &Self::Seen) -> Result<(), Fault>;

        /// Stores a word; the state must not be used before it is complete.
        fn set_at(&mut self, index: usize, word: u32);

        /// Completes the state.
        fn complete(&mut self, seen: Self::Seen);

        /// Makes the state as newly created, where words were stored.
        fn empty(&mut self);
    }

    /// A state of one type.
    pub trait Part {
        const KIND: u32;

        /// The facts gathered from the words received.
        type Seen;

        /// Two numbers that describe the shape; 0 where there are fewer.
        fn record_shape(&self) -> [u32; 2];

        /// The number of words, which follows from the type and the shape.
        fn record_words(&self) -> usize;

        fn word(&self, index: usize) -> u32;

        fn unseen(&self) -> Self::Seen;

        fn see(&self, seen: &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault>;

        fn whole(&self, seen: &Self::Seen) -> Result<(), Fault>;

        fn set(&mut self, index: usize, word: u32);

        fn settle(&mut self, seen: Self::Seen);

        fn clear_words(&mut self);
    }
}

use sealed::{Decode, Encode, Part};

/// The words before a part.
fn heading<T: Part>(part: &T) -> [u32; HEADING] {
    let [rows, columns] = part.record_shape();
    [T::KIND, rows, columns, part.record_words() as u32]
}

impl<T: Part> Encode for T {
    fn parts(&self) -> u16 {
        1
    }

    fn words(&self) -> usize {
        self.record_words().saturating_add(HEADING)
    }

    fn word_at(&self, index: usize) -> u32 {
        match index.checked_sub(HEADING) {
            Some(index) => self.word(index),
            None => heading(self).get(index).copied().unwrap_or_default(),
        }
    }
}

impl<T: Part> Decode for T {
    type Seen = <T as Part>::Seen;

    fn unseen(&self) -> Self::Seen {
        Part::unseen(self)
    }

    fn see_at(&self, seen: &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        match index.checked_sub(HEADING) {
            Some(index) => self.see(seen, index, word),
            None if heading(self).get(index) == Some(&word) => Ok(()),
            None if index == 0 => Err(Fault::Kind),
            None => Err(Fault::Shape),
        }
    }

    fn check_whole(&self, seen: &Self::Seen) -> Result<(), Fault> {
        self.whole(seen)
    }

    fn set_at(&mut self, index: usize, word: u32) {
        if let Some(index) = index.checked_sub(HEADING) {
            self.set(index, word);
        }
    }

    fn complete(&mut self, seen: Self::Seen) {
        self.settle(seen);
    }

    fn empty(&mut self) {
        self.clear_words();
    }
}

/// Nothing is stored before all words have arrived.
impl<T: Plain> Part for T {
    const KIND: u32 = T::KIND;
    type Seen = Words;

    fn record_shape(&self) -> [u32; 2] {
        [0; 2]
    }

    fn record_words(&self) -> usize {
        const { assert!(T::LEN <= MOST_WORDS, "a plain state has at most 20 words") };
        T::LEN
    }

    fn word(&self, index: usize) -> u32 {
        let mut words = Words::new();
        self.put(&mut words);
        words.get(index)
    }

    fn unseen(&self) -> Words {
        Words::new()
    }

    fn see(&self, seen: &mut Words, index: usize, word: u32) -> Result<(), Fault> {
        seen.set(index, word);
        Ok(())
    }

    fn whole(&self, seen: &Words) -> Result<(), Fault> {
        self.parse(&mut { *seen }).map(drop)
    }

    fn set(&mut self, _: usize, _: u32) {}

    fn settle(&mut self, mut seen: Words) {
        if let Ok(value) = self.parse(&mut seen) {
            self.assign(value);
        }
    }

    fn clear_words(&mut self) {}
}

/// References to several states, one after another.
macro_rules! tuples {
    ($($($name:ident: $place:tt),+;)+) => { $(
        impl<$($name: State),+> Encode for ($(&$name,)+) {
            fn parts(&self) -> u16 {
                0_u16 $(.saturating_add(self.$place.parts()))+
            }

            fn words(&self) -> usize {
                0_usize $(.saturating_add(self.$place.words()))+
            }

            fn word_at(&self, mut index: usize) -> u32 {
                $(
                    let words = self.$place.words();
                    if index < words {
                        return self.$place.word_at(index);
                    }
                    index = index.saturating_sub(words);
                )+
                let _ = index;
                0
            }
        }

        impl<$($name: State),+> Encode for ($(&mut $name,)+) {
            fn parts(&self) -> u16 {
                0_u16 $(.saturating_add(self.$place.parts()))+
            }

            fn words(&self) -> usize {
                ($(&*self.$place,)+).words()
            }

            fn word_at(&self, index: usize) -> u32 {
                ($(&*self.$place,)+).word_at(index)
            }
        }

        impl<$($name: Restore),+> Decode for ($(&mut $name,)+) {
            type Seen = ($($name::Seen,)+);

            fn unseen(&self) -> Self::Seen {
                ($(self.$place.unseen(),)+)
            }

            fn see_at(&self, seen: &mut Self::Seen, mut index: usize, word: u32) -> Result<(), Fault> {
                $(
                    let words = self.$place.words();
                    if index < words {
                        return self.$place.see_at(&mut seen.$place, index, word);
                    }
                    index = index.saturating_sub(words);
                )+
                let _ = index;
                Ok(())
            }

            fn check_whole(&self, seen: &Self::Seen) -> Result<(), Fault> {
                $(self.$place.check_whole(&seen.$place)?;)+
                Ok(())
            }

            fn set_at(&mut self, mut index: usize, word: u32) {
                $(
                    let words = self.$place.words();
                    if index < words {
                        return self.$place.set_at(index, word);
                    }
                    index = index.saturating_sub(words);
                )+
                let _ = index;
            }

            fn complete(&mut self, seen: Self::Seen) {
                $(self.$place.complete(seen.$place);)+
            }

            fn empty(&mut self) {
                $(self.$place.empty();)+
            }
        }
    )+ };
}

tuples! {
    A: 0;
    A: 0, B: 1;
    A: 0, B: 1, C: 2;
    A: 0, B: 1, C: 2, D: 3;
    A: 0, B: 1, C: 2, D: 3, E: 4;
    A: 0, B: 1, C: 2, D: 3, E: 4, G: 5;
}

impl<T: State + ?Sized> Encode for Option<&mut T> {
    fn parts(&self) -> u16 {
        self.as_ref().map_or(0, |own| own.parts())
    }

    fn words(&self) -> usize {
        self.as_ref().map_or(0, |own| own.words())
    }

    fn word_at(&self, index: usize) -> u32 {
        self.as_ref().map_or(0, |own| own.word_at(index))
    }
}

impl<T: Restore + ?Sized> Decode for Option<&mut T> {
    type Seen = Option<T::Seen>;

    fn unseen(&self) -> Self::Seen {
        self.as_ref().map(|own| own.unseen())
    }

    fn see_at(&self, seen: &mut Self::Seen, index: usize, word: u32) -> Result<(), Fault> {
        match (self, seen) {
            (Some(own), Some(seen)) => own.see_at(seen, index, word),
            _ => Ok(()),
        }
    }

    fn check_whole(&self, seen: &Self::Seen) -> Result<(), Fault> {
        match (self, seen) {
            (Some(own), Some(seen)) => own.check_whole(seen),
            _ => Ok(()),
        }
    }

    fn set_at(&mut self, index: usize, word: u32) {
        if let Some(own) = self {
            own.set_at(index, word);
        }
    }

    fn complete(&mut self, seen: Self::Seen) {
        if let (Some(own), Some(seen)) = (self, seen) {
            own.complete(seen);
        }
    }

    fn empty(&mut self) {
        if let Some(own) = self {
            own.empty();
        }
    }
}
