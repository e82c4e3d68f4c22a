//! The code that all boards share: a simulated wearer, windows of readings that become features, a model that answers,
//! and another one that learns what the wearer confirms.
//!
//! It accesses no hardware, so that a test on the desktop runs what the boards run, and ends with the same bits.
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

/// The activities of the wearer, by class.
pub const ACTIVITIES: [&str; CLASSES] = ["still", "walking", "running", "shaking"];

/// The number of activities.
pub const CLASSES: usize = 4;

/// The axes of the accelerometer.
pub const AXES: usize = 3;

/// Readings per second.
pub const RATE: u32 = 50;

/// Readings per window: 1.28 s, in which a step fits.
pub const LEN: usize = 64;

/// Readings from one window to the next.
pub const HOP: usize = 32;

/// The features of a window.
#[derive(Debug)]
pub struct Wrist;

impl Features for Wrist {
    type Reading = f32;

    // One cycle per window is 0.78 Hz here: the bands are those of walking, of running, and of a shaken hand.
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

/// The number of features of a window.
pub const FEATURES: usize = count(Wrist::LIST, AXES);

/// Confirmed windows between two publications.
pub const PUBLISH: u32 = 8;

/// Confirmed windows between two checkpoints, some hundred seconds of them. A checkpoint has 812 bytes, so two pages of
/// 4 kB that endure 10,000 erases last for 100,000 checkpoints: seven years, at one hour a day.
pub const SAVE: u32 = 16 * PUBLISH;

/// The seed of everything that the sensor draws.
pub const SEED: u32 = 1;

/// The confirmed windows after which the weights are compared with those of the desktop: four minutes.
pub const COMPARED: u32 = 320;

/// The checksum of the model after [`COMPARED`] windows of [`SEED`], on every processor, if no reading was lost and
/// nothing was restored.
pub const CHECKSUM: u64 = 0x48a2_f46f_d2b5_6082;
