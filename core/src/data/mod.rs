//! The sources of samples, the order in which they are visited, and the processing of their features before a model
//! sees them.
//!
//! Nothing here knows about models. Only this module knows where a sample's data is stored.

mod bounded;
mod compact;
mod order;
mod reservoir;
mod samples;
mod saved;
mod standardise;
mod table;

pub use bounded::{Bounded, check_features};
pub use compact::{Compact, Scaling};
pub use order::Order;
pub(crate) use order::{Ahead, PLACES};
pub use reservoir::Reservoir;
pub use samples::{Decoded, DynDecoded, DynSamples, DynSlices, Sample, Samples, Selected, Slices, WithWeights};
pub use standardise::{AnyMoments, AnyStandardiser, DynMoments, DynStandardiser, Moments, Standardiser};
pub(crate) use table::Table;
