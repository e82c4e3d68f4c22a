//! From a state to bytes.

use core::fmt;

use super::fault::Fault;
use super::part::State;
use super::record::{Checksum, HEADER_WORDS, Header, WORD, checksum};

/// Turns a state into the bytes of a record, in pieces as small as the caller's buffers.
///
/// It borrows the state, so that the record is of one moment, and takes about 60 bytes of its own. The bytes are those
/// of [the format](crate::guide::saving).
///
/// ```
/// use hingeline::Model;
/// use hingeline::state::Encoder;
///
/// let model = Model::<3, 2>::new();
/// let mut encoder = Encoder::new(&model)?;
/// let (mut piece, mut sent) = ([0; 16], Vec::new());
/// loop {
///     let len = encoder.fill(&mut piece);
///     if len == 0 {
///         break;
///     }
///     sent.extend_from_slice(&piece[..len]); // for instance to a UART
/// }
/// assert_eq!(sent.len(), encoder.record_len());
/// # Ok::<(), hingeline::state::Fault>(())
/// ```
pub struct Encoder<'a, T: ?Sized> {
    state: &'a T,
    header: Header,
    checksum: Checksum,
    /// The number of bytes already written.
    at: usize,
    /// The word that contains the next byte.
    word: [u8; WORD],
}

impl<'a, T: State + ?Sized> Encoder<'a, T> {
    /// An encoder before the first byte.
    ///
    /// # Errors
    /// [`Fault::TooLong`] for a state of more than 2³⁰ bytes.
    pub fn new(state: &'a T) -> Result<Self, Fault> {
        Self::numbered(state, 0)
    }

    /// The same with a sequence number in the header.
    pub(crate) fn numbered(state: &'a T, sequence: u32) -> Result<Self, Fault> {
        let header = Header::of(state, sequence)?;
        Ok(Self { state, header, checksum: checksum(), at: 0, word: [0; WORD] })
    }

    /// The length of the whole record in bytes.
    pub const fn record_len(&self) -> usize {
        self.header.len as usize
    }

    /// Fills the buffer with the next bytes; returns their number, which is 0 at the end of the record.
    pub fn fill(&mut self, buffer: &mut [u8]) -> usize {
        let summed = self.record_len().saturating_sub(WORD);
        let own = self.fill_up_to(summed, buffer);
        let (bytes, rest) = buffer.split_at_mut_checked(own).unwrap_or_default();
        self.checksum.update(bytes);
        own.saturating_add(self.fill_up_to(self.record_len(), rest))
    }

    /// The same, but no byte at or after this place.
    fn fill_up_to(&mut self, end: usize, buffer: &mut [u8]) -> usize {
        let mut filled = 0_usize;
        while self.at < end {
            let place = self.at % WORD;
            if place == 0 {
                self.word = self.word_at(self.at / WORD).to_le_bytes();
            }
            let to = buffer.get_mut(filled..).unwrap_or_default();
            let from = self.word.get(place..).unwrap_or_default();
            let len = to.len().min(from.len());
            if len == 0 {
                break;
            }
            to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
            (self.at, filled) = (self.at.saturating_add(len), filled.saturating_add(len));
        }
        filled
    }

    fn word_at(&self, index: usize) -> u32 {
        match index.checked_sub(HEADER_WORDS) {
            None => self.header.words().get(index).copied().unwrap_or_default(),
            Some(index) if index < self.state.words() => self.state.word_at(index),
            Some(_) => self.checksum.clone().finalize(),
        }
    }
}

impl<T: ?Sized> fmt::Debug for Encoder<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("header", &self.header).field("at", &self.at).finish_non_exhaustive()
    }
}

/// Writes the record of a state to the start of a buffer; returns its length.
///
/// # Errors
/// [`Fault::BufferTooSmall`], and the errors of [`Encoder::new`].
///
/// ```
/// use hingeline::Model;
/// use hingeline::state::{encode, load};
///
/// let trained = Model::from_parts([[1.0], [-1.0]], [0.5, -0.5], 1.0).unwrap();
/// let mut record = [0; 100];
/// let len = encode(&trained, &mut record)?;
/// let mut model = Model::<2, 1>::new();
/// load(&mut model, &mut &record[..len], &mut [0; 16]).unwrap();
/// assert_eq!(model.checksum(), trained.checksum());
/// # Ok::<(), hingeline::state::Fault>(())
/// ```
pub fn encode<T: State + ?Sized>(state: &T, buffer: &mut [u8]) -> Result<usize, Fault> {
    let mut encoder = Encoder::new(state)?;
    let record = buffer.get_mut(..encoder.record_len()).ok_or(Fault::BufferTooSmall)?;
    Ok(encoder.fill(record))
}
