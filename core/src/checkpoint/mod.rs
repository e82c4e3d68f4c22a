//! The newest state in flash, found again after a power cut at any instant.
//!
//! [`Checkpoints`] works on a flash whose calls block. `AsyncCheckpoints`, with the feature `async`, works on one whose
//! calls are awaited. The page [`saving`](crate::guide::saving) of the guide shows a device that uses them.

// Operations that are independent of the driver (`scan`, `save`) decide step by step what to read, write and erase; the
// drivers carry out the steps.

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
