//! From bytes to a state.

use core::fmt;

use super::fault::Fault;
use super::part::Restore;
use super::record::{Checksum, HEADER_WORDS, Header, VERSION, WORD, checksum, record_len};

/// The bytes of a record while they come, checked against the state that they are for.
pub(crate) struct Reading<S> {
    checksum: Checksum,
    header: [u32; HEADER_WORDS],
    /// The bytes that came.
    at: usize,
    word: [u8; WORD],
    seen: S,
    whole: bool,
}

impl<S> Reading<S> {
    pub(crate) fn new<T: Restore<Seen = S> + ?Sized>(target: &T) -> Self {
        let seen = target.unseen();
        Self { checksum: checksum(), header: [0; HEADER_WORDS], at: 0, word: [0; WORD], seen, whole: false }
    }

    /// Takes the next byte. With the last one of a word of the state, returns its place and the word.
    fn push<T: Restore<Seen = S> + ?Sized>(&mut self, target: &T, byte: u8) -> Result<Option<(usize, u32)>, Fault> {
        if self.whole {
            return Err(Fault::TooLong);
        }
        let (index, place) = (self.at / WORD, self.at % WORD);
        if let Some(own) = self.word.get_mut(place) {
            *own = byte;
        }
        self.at = self.at.saturating_add(1);
        if place < WORD - 1 {
            return Ok(None);
        }
        self.take_word(target, index, u32::from_le_bytes(self.word))
    }

    fn take_word<T: Restore<Seen = S> + ?Sized>(
        &mut self,
        target: &T,
        index: usize,
        word: u32,
    ) -> Result<Option<(usize, u32)>, Fault> {
        let Some(place) = index.checked_sub(HEADER_WORDS) else {
            self.checksum.update(&self.word);
            if let Some(own) = self.header.get_mut(index) {
                *own = word;
            }
            if index == HEADER_WORDS - 1 {
                self.check_header(T::PARTS)?;
            }
            return Ok(None);
        };
        if place < target.words() {
            self.checksum.update(&self.word);
            target.see_at(&mut self.seen, place, word)?;
            return Ok(Some((place, word)));
        }
        if self.checksum.clone().finalize() != word {
            return Err(Fault::Checksum);
        }
        // The first heading has been compared: what is wrong with the length is that of another part.
        if Header::parse(self.header)?.len as usize != record_len(target) {
            return Err(Fault::Shape);
        }
        target.check_whole(&self.seen)?;
        self.whole = true;
        Ok(None)
    }

    fn check_header(&self, parts: u16) -> Result<(), Fault> {
        let header = Header::parse(self.header)?;
        if header.version != VERSION {
            return Err(Fault::Version(header.version));
        }
        if header.parts != parts {
            return Err(Fault::Kind);
        }
        Ok(())
    }

    /// Checks the next bytes, and keeps none.
    pub(crate) fn check<T: Restore<Seen = S> + ?Sized>(&mut self, target: &T, bytes: &[u8]) -> Result<(), Fault> {
        bytes.iter().try_for_each(|byte| self.push(target, *byte).map(drop))
    }

    pub(crate) const fn is_whole(&self) -> bool {
        self.whole
    }
}

/// Takes a record in pieces of any length, as they come from a stream that cannot be read twice.
///
/// What comes is kept while it comes, so the target is not to be used before [`finish`](Self::finish) has said that all of it was right: give it
/// a model of its own, and copy it then. If something is wrong, or the decoder is dropped halfway, models, averages, moments and
/// other states of many numbers are as new; [`Plain`](super::Plain) states are as they were.
///
/// ```
/// use hingeline::Model;
/// use hingeline::state::{Decoder, encode};
///
/// let sender = Model::from_parts([[1.0], [-1.0]], [0.5, -0.5], 1.0).unwrap();
/// let mut record = [0; 100];
/// let len = encode(&sender, &mut record)?;
///
/// let (mut model, mut received) = (Model::<2, 1>::new(), Model::new());
/// let mut decoder = Decoder::new(&mut received);
/// for piece in record[..len].chunks(7) {
///     decoder.push(piece)?;
/// }
/// decoder.finish()?;
/// model.copy_from(&received);
/// assert_eq!(model.checksum(), sender.checksum());
/// # Ok::<(), hingeline::state::Fault>(())
/// ```
pub struct Decoder<'a, T: Restore + ?Sized> {
    target: &'a mut T,
    /// None behind the end.
    reading: Option<Reading<T::Seen>>,
    /// A word was kept.
    dirty: bool,
}

impl<'a, T: Restore + ?Sized> Decoder<'a, T> {
    /// Before the first byte. The target is as it was until the header, and the kind of its first part, have come and were right.
    pub fn new(target: &'a mut T) -> Self {
        Self { reading: Some(Reading::new(target)), target, dirty: false }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// What is wrong with them; [`Fault::Truncated`] for all that come behind a refusal.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let result = bytes.iter().try_for_each(|byte| self.push_byte(*byte));
        if result.is_err() {
            self.abandon();
        }
        result
    }

    fn push_byte(&mut self, byte: u8) -> Result<(), Fault> {
        let reading = self.reading.as_mut().ok_or(Fault::Truncated)?;
        if let Some((place, word)) = reading.push(&*self.target, byte)? {
            self.dirty = true;
            self.target.set_at(place, word);
        }
        Ok(())
    }

    /// The end of the record: from here on the target is what was saved.
    ///
    /// # Errors
    /// [`Fault::Truncated`] if bytes are missing, or were refused.
    pub fn finish(mut self) -> Result<(), Fault> {
        match self.reading.take() {
            Some(reading) if reading.whole => {
                self.dirty = false;
                self.target.complete(reading.seen);
                Ok(())
            }
            _ => {
                self.abandon();
                Err(Fault::Truncated)
            }
        }
    }

    fn abandon(&mut self) {
        self.reading = None;
        if self.dirty {
            self.target.empty();
            self.dirty = false;
        }
    }
}

impl<T: Restore + ?Sized> fmt::Debug for Decoder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.reading.as_ref().map(|reading| reading.at);
        f.debug_struct("Decoder").field("at", &at).finish_non_exhaustive()
    }
}

impl<T: Restore + ?Sized> Drop for Decoder<'_, T> {
    fn drop(&mut self) {
        self.abandon();
    }
}
