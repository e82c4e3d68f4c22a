//! States of a few numbers.

use super::fault::Fault;

/// The largest number of words that a [`Plain`] state can have.
pub(crate) const MOST_WORDS: usize = 20;

/// A few words of 32 bits, written one after another and read in the same order.
///
/// ```
/// use hingeline::state::Words;
///
/// let mut words = Words::new();
/// words.put_f32(0.5);
/// words.put_u64(7);
/// words.rewind();
/// assert_eq!((words.take_f32(), words.take_u64()), (0.5, 7));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Words {
    words: [u32; MOST_WORDS],
    at: usize,
}

impl Words {
    /// No words.
    pub const fn new() -> Self {
        Self { words: [0; MOST_WORDS], at: 0 }
    }

    /// Goes back to the first word.
    pub const fn rewind(&mut self) {
        self.at = 0;
    }

    /// The next word, to be written or read; `None` after the last.
    fn next(&mut self) -> Option<&mut u32> {
        let word = self.words.get_mut(self.at);
        self.at = self.at.saturating_add(1);
        word
    }

    /// Appends a word. Words beyond the maximum of a [`Plain`] state are dropped.
    pub fn put(&mut self, word: u32) {
        if let Some(next) = self.next() {
            *next = word;
        }
    }

    /// Appends two words, the low one first.
    pub fn put_u64(&mut self, value: u64) {
        self.put(value as u32);
        self.put((value >> 32) as u32);
    }

    /// Appends the bits of a number.
    pub fn put_f32(&mut self, value: f32) {
        self.put(value.to_bits());
    }

    /// The next word, 0 after the last one.
    pub fn take(&mut self) -> u32 {
        self.next().copied().unwrap_or_default()
    }

    /// The next two words, the low one first.
    pub fn take_u64(&mut self) -> u64 {
        u64::from(self.take()) | u64::from(self.take()) << 32
    }

    /// The number whose bits are the next word.
    pub fn take_f32(&mut self) -> f32 {
        f32::from_bits(self.take())
    }

    /// Appends another state: its kind and its words.
    pub fn put_state<T: Plain>(&mut self, state: &T) {
        self.put(T::KIND);
        state.put(self);
    }

    /// Reads another state of the same type as this one.
    ///
    /// # Errors
    /// [`Fault::Kind`] for a state of another type, and the errors of [`Plain::parse`].
    pub fn take_state<T: Plain>(&mut self, own: &T) -> Result<T::Value, Fault> {
        if self.take() == T::KIND { own.parse(self) } else { Err(Fault::Kind) }
    }

    pub(crate) fn set(&mut self, index: usize, word: u32) {
        if let Some(own) = self.words.get_mut(index) {
            *own = word;
        }
    }

    pub(crate) fn get(&self, index: usize) -> u32 {
        self.words.get(index).copied().unwrap_or_default()
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::new()
    }
}

/// A state of a few numbers, which is restored all at once: a schedule, an optimiser, an order.
///
/// Implement it for a [`Schedule`](crate::Schedule) of your own, so that an optimiser with it can be saved; or for
/// anything that a device must remember besides its model, as a part of the same record.
///
/// ```
/// use hingeline::Error;
/// use hingeline::state::{Fault, Plain, Words, encode, load};
///
/// #[derive(Debug, PartialEq)]
/// struct Calibration {
///     offset: f32,
///     day: u32,
/// }
///
/// impl Plain for Calibration {
///     type Value = Self;
///     // A number of your own, above all of the crate's.
///     const KIND: u32 = 0x8000_0001;
///     const LEN: usize = 2;
///
///     fn put(&self, words: &mut Words) {
///         words.put_f32(self.offset);
///         words.put(self.day);
///     }
///
///     fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
///         let (offset, day) = (words.take_f32(), words.take());
///         if offset.is_finite() { Ok(Self { offset, day }) } else { Err(Error::InvalidState.into()) }
///     }
///
///     fn assign(&mut self, value: Self) {
///         *self = value;
///     }
/// }
///
/// let mut record = [0; 64];
/// let len = encode(&Calibration { offset: 0.25, day: 7 }, &mut record)?;
/// let mut restored = Calibration { offset: 0.0, day: 0 };
/// load(&mut restored, &mut &record[..len], &mut [0; 16]).unwrap();
/// assert_eq!(restored, Calibration { offset: 0.25, day: 7 });
/// # Ok::<(), Fault>(())
/// ```
pub trait Plain {
    /// The value read: the type itself, or the part of it that a record holds.
    type Value;

    /// The number of this type in a record: from 2³¹ up for types of your own.
    const KIND: u32;

    /// The number of words, at most 20; more do not compile.
    const LEN: usize;

    /// Writes the words.
    fn put(&self, words: &mut Words);

    /// Reads the same number of words.
    ///
    /// # Errors
    /// [`Fault::Content`] for a value that no run can produce, [`Fault::Kind`] for a word that must be a different one.
    fn parse(&self, words: &mut Words) -> Result<Self::Value, Fault>;

    /// Assigns the value read.
    fn assign(&mut self, value: Self::Value);
}
