//! The frame of a record: its header and its checksum.

use crc::{CRC_32_ISO_HDLC, Crc, Digest, NoTable};

use super::fault::Fault;
use super::part::State;

/// The format that this version of the crate writes, and the only one that it reads.
pub(crate) const VERSION: u16 = 1;

const MAGIC: u32 = u32::from_le_bytes(*b"HNGL");

/// The words of the header; the last one is its checksum.
pub(super) const HEADER_WORDS: usize = 5;
pub(crate) const HEADER: usize = HEADER_WORDS * WORD;
pub(crate) const WORD: usize = 4;

/// A length that a header can hold and that erased flash never shows.
const LONGEST: usize = 1 << 30;

/// Without a table, which would take a kilobyte of flash.
static CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);

/// The checksum of a record with its own checksum at its end.
pub(crate) const WHOLE: u32 = 0x2144_df1c;

pub(crate) type Checksum = Digest<'static, u32, NoTable>;

pub(crate) fn checksum() -> Checksum {
    CRC.digest()
}

/// The length in bytes of a record of this state, header and checksum included.
///
/// A record of a model of `C` classes and `F` features takes `4 · (C · F + C + 3) + 40` bytes, in integers `2 · C · F + 4 · C + 44`, rounded
/// up to a multiple of 4.
///
/// ```
/// use hingeline::Model;
/// use hingeline::state::record_len;
/// assert_eq!(record_len(&Model::<10, 64>::new()), 2_652);
/// ```
pub fn record_len<T: State + ?Sized>(state: &T) -> usize {
    state.words().saturating_add(HEADER_WORDS + 1).saturating_mul(WORD)
}

/// The content of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) version: u16,
    pub(crate) parts: u16,
    /// The length of the whole record, in bytes.
    pub(crate) len: u32,
    pub(crate) sequence: u32,
}

impl Header {
    /// The header of a record of this state, unless the state is too long for one.
    pub(crate) fn of<T: State + ?Sized>(state: &T, sequence: u32) -> Result<Self, Fault> {
        let len = record_len(state);
        if len > LONGEST {
            return Err(Fault::TooLong);
        }
        Ok(Self { version: VERSION, parts: state.parts(), len: len as u32, sequence })
    }

    pub(super) fn words(self) -> [u32; HEADER_WORDS] {
        let versions = u32::from(self.version) | u32::from(self.parts) << 16;
        let [magic, versions, len, sequence] = [MAGIC, versions, self.len, self.sequence];
        [magic, versions, len, sequence, check_of([magic, versions, len, sequence])]
    }

    pub(crate) fn parse(words: [u32; HEADER_WORDS]) -> Result<Self, Fault> {
        let [magic, versions, len, sequence, check] = words;
        let is_header = magic == MAGIC && check == check_of([magic, versions, len, sequence]);
        let fits = len as usize >= HEADER + WORD && len as usize <= LONGEST && len.is_multiple_of(WORD as u32);
        if !(is_header && fits) {
            return Err(Fault::NoRecord);
        }
        Ok(Self { version: versions as u16, parts: (versions >> 16) as u16, len, sequence })
    }
}

fn check_of(words: [u32; HEADER_WORDS - 1]) -> u32 {
    let mut checksum = checksum();
    for word in words {
        checksum.update(&word.to_le_bytes());
    }
    checksum.finalize()
}
