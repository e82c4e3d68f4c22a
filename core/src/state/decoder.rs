//! From bytes to a state.

use core::fmt;

use super::fault::Fault;
use super::part::Restore;
use super::record::{Checksum, HEADER_WORDS, Header, VERSION, WORD, checksum, record_len};

/// A record while its bytes arrive, checked against the state that it is for.
pub(crate) struct Reading<S> {
    checksum: Checksum,
    header: [u32; HEADER_WORDS],
    /// The number of bytes received, and the length of the record.
    at: usize,
    len: usize,
    word: [u8; WORD],
    seen: S,
    /// Whether a word was stored.
    dirty: bool,
}

impl<S> Reading<S> {
    pub(crate) fn new<T: Restore<Seen = S> + ?Sized>(target: &T) -> Self {
        let (len, seen) = (record_len(target), target.unseen());
        Self { checksum: checksum(), header: [0; HEADER_WORDS], at: 0, len, word: [0; WORD], seen, dirty: false }
    }

    /// Checks the next bytes; stores each word of the state where it belongs, or leaves the target unchanged.
    ///
    /// One function for both, because each would take flash.
    pub(crate) fn push<T: Restore<Seen = S> + ?Sized>(
        &mut self,
        target: &mut T,
        mut bytes: &[u8],
        keeps: bool,
    ) -> Result<(), Fault> {
        let summed = self.len.saturating_sub(WORD).saturating_sub(self.at).min(bytes.len());
        self.checksum.update(bytes.get(..summed).unwrap_or_default());
        while !bytes.is_empty() {
            if self.is_whole() {
                return Err(Fault::TooLong);
            }
            let (index, place) = (self.at / WORD, self.at % WORD);
            let own = self.word.get_mut(place..).unwrap_or_default();
            own.iter_mut().zip(bytes).for_each(|(own, byte)| *own = *byte);
            let taken = own.len().min(bytes.len());
            bytes = bytes.get(taken..).unwrap_or_default();
            self.at = self.at.saturating_add(taken);
            if self.at.is_multiple_of(WORD) {
                self.take_word(target, index, u32::from_le_bytes(self.word), keeps)?;
            }
        }
        Ok(())
    }

    fn take_word<T: Restore<Seen = S> + ?Sized>(
        &mut self,
        target: &mut T,
        index: usize,
        word: u32,
        keeps: bool,
    ) -> Result<(), Fault> {
        let Some(place) = index.checked_sub(HEADER_WORDS) else {
            if let Some(own) = self.header.get_mut(index) {
                *own = word;
            }
            return if index == HEADER_WORDS - 1 { self.check_header(target.parts()) } else { Ok(()) };
        };
        if !self.is_whole() {
            target.see_at(&mut self.seen, place, word)?;
            if keeps {
                self.dirty = true;
                target.set_at(place, word);
            }
            return Ok(());
        }
        if self.checksum.clone().finalize() != word {
            return Err(Fault::Checksum);
        }
        // The headings have been compared: no record of these states has another length.
        if Header::parse(self.header)?.len as usize != self.len {
            return Err(Fault::Shape);
        }
        target.check_whole(&self.seen)
    }

    /// Whether all bytes have arrived; they were either right or refused.
    pub(crate) const fn is_whole(&self) -> bool {
        self.at >= self.len
    }

    /// The checksum of the bytes received, without the record's own checksum.
    pub(crate) fn sum(&self) -> u32 {
        self.checksum.clone().finalize()
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
}

/// Takes a record in pieces of any length, as they arrive from a stream that cannot be read twice.
///
/// Words are stored as they arrive, so do not use the target before [`finish`](Self::finish) has confirmed that the
/// whole record was right: give the decoder a model of its own, and copy that afterwards. If something is wrong, or the
/// decoder is dropped halfway, models, averages, moments and other states of many numbers are as newly created;
/// [`Plain`](super::Plain) states are unchanged.
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
    /// `None` after the end.
    reading: Option<Reading<T::Seen>>,
}

impl<'a, T: Restore + ?Sized> Decoder<'a, T> {
    /// A decoder before the first byte. The target is unchanged until the header and the kind of its first part have
    /// arrived and were right.
    pub fn new(target: &'a mut T) -> Self {
        Self { reading: Some(Reading::new(target)), target }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// The fault in these bytes; [`Fault::Truncated`] for all bytes after a refusal.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let Some(reading) = &mut self.reading else { return Err(Fault::Truncated) };
        let result = reading.push(&mut *self.target, bytes, true);
        if result.is_err() {
            self.abandon();
        }
        result
    }

    /// Ends the record: from here on, the target is the saved state.
    ///
    /// # Errors
    /// [`Fault::Truncated`] if bytes are missing, or were refused.
    pub fn finish(self) -> Result<(), Fault> {
        self.finish_if(|_| true)
    }

    /// The same, if the checksum received is that of a certain record.
    pub(crate) fn finish_if(mut self, is_it: impl FnOnce(u32) -> bool) -> Result<(), Fault> {
        match self.reading.take_if(|reading| reading.is_whole() && is_it(reading.sum())) {
            Some(reading) => {
                self.target.complete(reading.seen);
                Ok(())
            }
            // Dropping the decoder abandons the record.
            None => Err(Fault::Truncated),
        }
    }

    fn abandon(&mut self) {
        if self.reading.take().is_some_and(|reading| reading.dirty) {
            self.target.empty();
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
