//! What the boards have in common: a simulated wearer, windows of readings that become features, a model that answers, and another
//! one that learns what the wearer confirms.
//!
//! No hardware is in here, so that a test on the desktop runs what the boards run, and ends in the same bits.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod learner;
mod ram;
mod sensor;
mod watcher;

pub use hingeline::kernel::{CHOSEN, self_check};
pub use learner::{Learner, Published};
pub use ram::RamFlash;
pub use sensor::Sensor;
pub use watcher::{Seen, Watcher};

use hingeline::signal::{Feature, Features, count};

/// What the wearer does, by its class.
pub const ACTIVITIES: [&str; CLASSES] = ["still", "walking", "running", "shaking"];

/// The activities.
pub const CLASSES: usize = 4;

/// The axes of the accelerometer.
pub const AXES: usize = 3;

/// Readings a second.
pub const RATE: u32 = 50;

/// Readings of a window: 1.28 s, in which a step fits.
pub const LEN: usize = 64;

/// Readings from one window to the next.
pub const HOP: usize = 32;

/// What a window is turned into.
#[derive(Debug)]
pub struct Wrist;

impl Features for Wrist {
    type Reading = f32;

    // A cycle a window is 0.78 Hz here: the bands are those of walking, of running, and of a hand that is shaken.
    const LIST: &'static [Feature] = &[
        Feature::Mean,
        Feature::Deviation,
        Feature::Range,
        Feature::MeanCrossings,
        Feature::Band(1, 2),
        Feature::Band(3, 4),
        Feature::Band(5, 8),
    ];
}

/// The features of a window.
pub const FEATURES: usize = count(Wrist::LIST, AXES);

/// Confirmed windows between two publications.
pub const PUBLISH: u32 = 8;

/// Confirmed windows between two checkpoints, some hundred seconds of them. A checkpoint has 812 bytes, so two pages of 4 kB that bear
/// 10,000 erases hold 100,000 of them: seven years, an hour a day.
pub const SAVE: u32 = 16 * PUBLISH;

/// What decides all that the sensor draws.
pub const SEED: u32 = 1;

/// The confirmed windows after which the weights are compared with those of the desktop: four minutes.
pub const COMPARED: u32 = 320;

/// The checksum of the model after [`COMPARED`] windows of [`SEED`], on every processor, if no reading was lost and nothing was restored.
pub const CHECKSUM: u64 = 0x48a2_f46f_d2b5_6082;
