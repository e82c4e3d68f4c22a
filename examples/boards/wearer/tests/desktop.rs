//! Runs on the desktop what a board runs: it learns, and ends with the same bits as every board.

use hingeline::checkpoint::{CheckpointError, Checkpoints};
use hingeline_wearer::{CHECKSUM, COMPARED, Learner, Published, RamFlash, SAVE, SEED, Seen, Sensor, Watcher};

/// A device and its wearer.
struct Device {
    learner: Learner,
    sensor: Sensor,
    watcher: Watcher,
}

impl Device {
    fn new(seed: u32) -> Self {
        Self { learner: Learner::new().unwrap(), sensor: Sensor::new(seed), watcher: Watcher::new() }
    }

    /// The next window that the wearer confirms, and what it was.
    fn next(&mut self) -> (Seen, u8) {
        loop {
            if let Some(seen) = self.watcher.push(self.sensor.read())
                && let Some(label) = self.sensor.confirmed()
            {
                return (seen, label);
            }
        }
    }

    /// Learns this many windows, as the main loop of a board does; returns the last publication.
    fn live(&mut self, windows: u32) -> Published {
        let mut last = None;
        for _ in 0..windows {
            let (seen, label) = self.next();
            self.learner.learn(&seen.features, label).unwrap();
            if let Some(published) = self.learner.publish().unwrap() {
                last = Some(published.clone());
                self.watcher.adopt(published);
            }
        }
        last.expect("enough windows for a publication")
    }
}

/// The number of recognised windows, out of 500 of a wearer that was not learnt from.
fn recognised(published: Published) -> usize {
    let mut other = Device::new(SEED + 1);
    other.watcher.adopt(published);
    (0..500).map(|_| other.next()).filter(|(seen, label)| seen.class == Some(usize::from(*label))).count()
}

#[test]
fn it_learns_and_ends_in_the_bits_of_every_board() {
    let mut device = Device::new(SEED);
    // The first publication knows the range of the features, and has learnt nothing.
    let before = recognised(device.live(8));
    let after = recognised(device.live(COMPARED - 8));
    println!("recognised before: {before} of 500, after: {after}, weights {:016x}", device.learner.checksum());
    assert!(before < 150 && after > 460);
    assert_eq!(device.learner.checksum(), CHECKSUM);
}

#[test]
fn a_reset_after_a_checkpoint_changes_nothing() {
    let mut flash = RamFlash::new();
    let mut checkpoints = Checkpoints::open(&mut flash, 0..RamFlash::CAPACITY as u32).unwrap();
    let mut device = Device::new(SEED);
    assert_eq!(device.learner.restore(&mut checkpoints).err(), Some(CheckpointError::Empty));
    device.live(SAVE);
    assert!(device.learner.is_save_due());
    assert_eq!(device.learner.save(&mut checkpoints), Ok(1));

    // The power fails; the wearer does not notice.
    for _ in 0..4 {
        device.next();
    }
    device.learner = Learner::new().unwrap();
    let (number, published) = device.learner.restore(&mut checkpoints).unwrap();
    assert_eq!(number, 1);
    device.watcher.adopt(published.expect("there is something to answer from"));

    let mut whole = Device::new(SEED);
    whole.live(SAVE);
    for _ in 0..4 {
        whole.next();
    }
    device.live(64);
    whole.live(64);
    assert_eq!(device.learner.checksum(), whole.learner.checksum());
}

#[test]
fn what_is_no_number_is_refused() {
    let mut device = Device::new(SEED);
    device.live(16);
    let before = device.learner.checksum();
    assert!(device.learner.learn(&[f32::NAN; hingeline_wearer::FEATURES], 0).is_err());
    assert_eq!((device.learner.checksum(), device.learner.learnt()), (before, 16));
}
