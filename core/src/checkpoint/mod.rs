//! The newest state in flash, found again after a power cut at any instant.
//!
//! What has to be read, written and erased, and in which order, is decided step by step by operations that know no driver (`scan`, `save`);
//! the drivers do the steps, and block ([`Checkpoints`]) or wait (`AsyncCheckpoints`, with the feature `async`).

mod blocking;
mod error;
mod log;
mod save;
mod scan;
#[cfg(feature = "async")]
mod waiting;

pub use blocking::Checkpoints;
pub use error::CheckpointError;
#[cfg(feature = "async")]
pub use waiting::AsyncCheckpoints;
