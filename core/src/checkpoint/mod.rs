//! The newest state in flash, found again after a power cut at any instant.
//!
//! [`Checkpoints`] works on a flash whose calls block, `AsyncCheckpoints`, with the feature `async`, on one whose calls are awaited. The page
//! [`saving`](crate::guide::saving) of the guide shows a device that uses them.

// Operations that know no driver (`scan`, `save`) decide step by step what is to be read, written and erased; the drivers do the steps.

mod blocking;
mod error;
mod log;
mod save;
mod scan;
#[cfg(feature = "async")]
mod waiting;

pub use blocking::Checkpoints;
pub use error::CheckpointError;
pub use log::Geometry;
#[cfg(feature = "async")]
pub use waiting::AsyncCheckpoints;
