//! Faults in a record.

use core::fmt;

use crate::error::Error;

/// Why a record was refused.
///
/// ```
/// use hingeline::Model;
/// use hingeline::state::{Fault, LoadError, load};
///
/// let mut model = Model::<2, 1>::new();
/// let refused = load(&mut model, &mut [0xff; 100].as_slice(), &mut [0; 16]);
/// assert_eq!(refused, Err(LoadError::Refused(Fault::NoRecord)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Fault {
    /// The bytes do not begin like a record, or the heading is damaged.
    NoRecord,
    /// The record has this version of the format, which this version of the crate does not read.
    Version(u16),
    /// The record holds other types, or another number of them; or the heading of a part is damaged.
    Kind,
    /// The record holds states of another shape; or the heading of a part is damaged.
    Shape,
    /// The record holds a loss with other class weights: they are borrowed, and must be the same as when it was saved.
    Weights,
    /// The record ends too early.
    Truncated,
    /// The record continues where it should end.
    TooLong,
    /// A byte is not what was written: the record is torn or damaged.
    Checksum,
    /// The bytes are as they were written, but no run can produce such a state.
    Content(Error),
    /// The buffer is empty, or too small for the record.
    BufferTooSmall,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Content(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRecord => "these bytes are not a record",
            Self::Version(version) => return write!(f, "the record has the unknown format version {version}"),
            Self::Kind => "the record holds states of other types",
            Self::Shape => "the record holds states of another shape",
            Self::Weights => "the record holds a loss with other class weights",
            Self::Truncated => "the record ends too early",
            Self::TooLong => "the record continues past its end",
            Self::Checksum => "the record is torn or damaged",
            Self::Content(error) => return error.fmt(f),
            Self::BufferTooSmall => "the buffer is too small",
        })
    }
}

impl core::error::Error for Fault {}
