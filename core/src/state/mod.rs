//! States as bytes: what a device has learnt, to be kept over a reset or sent elsewhere.
//!
//! A record is a header, one part for each state, and a checksum; the page [`saving`](crate::guide::saving) of the guide has the format,
//! byte by byte. Only here a record's frame is known. What a state's words are, its own room says.

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
pub(crate) use part::sealed::Part;
pub use part::{Restore, State};
pub use record::record_len;
pub(crate) use record::{Checksum, HEADER, Header, WHOLE, WORD, checksum};
#[cfg(feature = "serde")]
pub use serialise::{IntoState, Serialised};
pub use words::{Plain, Words};
