//! States as bytes, to keep what a device has learnt across a reset, or to send it elsewhere.
//!
//! [`encode`] and [`load`] write and read a record in memory. [`Encoder`] and [`Decoder`] do this in pieces, for a
//! stream; a [`Source`] is anything that can be read twice. [`checkpoint`](crate::checkpoint) keeps the newest record
//! in flash. The page [`saving`](crate::guide::saving) of the guide shows all of them, and describes the format.

// Only this module knows the frame of a record. The words of a type are defined in the type's own module.

mod decoder;
mod encoder;
mod fault;
pub(crate) mod kind;
mod load;
mod part;
mod record;
#[cfg(feature = "serde")]
mod serialise;
mod words;

pub use decoder::Decoder;
#[cfg(feature = "async")]
pub(crate) use decoder::Reading;
pub use encoder::{Encoder, encode};
pub use fault::Fault;
pub use load::{LoadError, Source, load};
pub(crate) use part::sealed::{Decode, Encode, Part};
pub use part::{Restore, State};
pub use record::record_len;
pub(crate) use record::{Checksum, HEADER, Header, WHOLE, WORD, checksum};
#[cfg(feature = "serde")]
pub use serialise::{IntoState, Serialised};
pub use words::{Plain, Words};
