//! Why a checkpoint was not saved or not found.

use core::fmt;

use super::save::Unfit;
use crate::state::{Fault, LoadError};

/// Why a checkpoint was refused.
///
/// ```
/// use hingeline::checkpoint::CheckpointError;
/// use hingeline::state::Fault;
///
/// let error: CheckpointError<core::convert::Infallible> = CheckpointError::Refused(Fault::Version(2));
/// assert_eq!(error.to_string(), "the record has the unknown format version 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CheckpointError<E> {
    /// The flash refused to read, to write or to erase. The newest record is still there.
    Flash(E),
    /// The range does not consist of two halves that can be erased, or is not in the flash; or the flash reads or writes more than 64 bytes at once.
    UnsuitableFlash,
    /// The record is longer than half of the range.
    TooLong,
    /// There is no whole record.
    Empty,
    /// The data read back is not the data written. The previous record is still there.
    NotAsWritten,
    /// The newest record does not fit this target. The target is unchanged.
    Refused(Fault),
    /// The newest record could not be read a second time. Models and other states of many numbers are as newly created;
    /// [`Plain`](crate::state::Plain) states are unchanged.
    Cleared,
    /// Part of the range cannot be read, and no whole record was found, although there may be one. Try again, or
    /// [`clear`](super::Checkpoints::clear) the range to start over.
    Unreadable,
    /// There have been 2³² − 2 saves.
    OutOfNumbers,
}

impl<E> From<Unfit> for CheckpointError<E> {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::TooLong => Self::TooLong,
            Unfit::OutOfNumbers => Self::OutOfNumbers,
            Unfit::Unreadable => Self::Unreadable,
        }
    }
}

impl<E> From<LoadError<E>> for CheckpointError<E> {
    fn from(error: LoadError<E>) -> Self {
        match error {
            LoadError::Source(error) => Self::Flash(error),
            LoadError::Refused(fault) => Self::Refused(fault),
            LoadError::Cleared => Self::Cleared,
        }
    }
}

impl<E: fmt::Debug> fmt::Display for CheckpointError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flash(error) => return write!(f, "the flash failed: {error:?}"),
            Self::UnsuitableFlash => {
                "the range is not two halves that can be erased, or the units of the flash are too large"
            }
            Self::TooLong => "the record is longer than half of the range",
            Self::Empty => "there is no whole record",
            Self::NotAsWritten => "the record read back is not the record written",
            Self::Refused(fault) => return fault.fmt(f),
            Self::Cleared => "the record could not be read twice, and the state was cleared",
            Self::Unreadable => "no whole record was found, and part of the flash cannot be read",
            Self::OutOfNumbers => "no record numbers are left",
        })
    }
}

impl<E: fmt::Debug> core::error::Error for CheckpointError<E> {}
