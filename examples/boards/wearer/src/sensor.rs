//! A simulated wrist with an accelerometer, in integers: the readings are the same on every processor.

use crate::{AXES, CLASSES, LEN};

/// The highest class.
const LAST: i32 = CLASSES as i32 - 1;

/// Stands for the driver of an accelerometer.
#[derive(Clone, Debug)]
pub struct Sensor {
    random: u32,
    activity: u8,
    /// Readings since the activity began, and how many there will be.
    age: u32,
    length: u32,
    /// The phase of the motion, and how far it advances per reading; a whole cycle is 2¹⁶.
    phase: u16,
    speed: u16,
    /// In thousandths of g.
    strength: i32,
    gravity: [i32; AXES],
}

impl Sensor {
    /// A wearer who changes activity every few seconds. The seed decides to which.
    pub const fn new(seed: u32) -> Self {
        // The generator must not start from 0.
        let random = seed.wrapping_mul(2).wrapping_add(1);
        Self { random, activity: 0, age: 0, length: 0, phase: 0, speed: 0, strength: 0, gravity: [0; AXES] }
    }

    /// The next reading, in thousandths of g. It cannot fail; that of a real sensor can.
    pub fn read(&mut self) -> [i16; AXES] {
        if self.age >= self.length {
            self.change();
        }
        self.age = self.age.saturating_add(1);
        self.phase = self.phase.wrapping_add(self.speed);
        let stride = self.wave(self.phase);
        // The arm swings once in two steps.
        let swing = self.wave(self.phase / 2);
        let moved = match self.activity {
            0 => [0, 0, 0],
            1 | 2 => [swing / 3, stride / 4, stride],
            _ => [stride, swing / 2, stride / 4],
        };
        let noise: i32 = if self.activity == 0 { 15 } else { 90 };
        let mut reading = [0; AXES];
        for ((axis, gravity), moved) in reading.iter_mut().zip(self.gravity).zip(moved) {
            let value = gravity.saturating_add(moved).saturating_add(self.between(noise.wrapping_neg(), noise));
            // The range of a ±4 g sensor ends there.
            *axis = i16::try_from(value.clamp(-4_000, 4_000)).unwrap_or_default();
        }
        reading
    }

    /// The wearer's label for the last window: on a real device it comes from a button or an app. `None` while the
    /// window may contain two activities.
    pub fn confirmed(&self) -> Option<u8> {
        (self.age >= LEN as u32).then_some(self.activity)
    }

    /// Begins another activity: draws how long, how fast and how strong it is, and how the wrist is turned.
    fn change(&mut self) {
        // One of the others.
        let next = self.activity.wrapping_add(self.between(1, LAST) as u8);
        self.activity = next.checked_rem(CLASSES as u8).unwrap_or_default();
        (self.age, self.length) = (0, self.between(200, 450) as u32);
        // Cycles of 2¹⁶ at 50 readings per second: 1,311 is one cycle per second.
        let (speed, strength) = match self.activity {
            0 => ((0, 0), (0, 0)),
            1 => ((2_100, 2_900), (200, 550)),
            2 => ((3_100, 4_200), (450, 1_400)),
            _ => ((4_000, 8_000), (400, 1_800)),
        };
        (self.speed, self.strength) = (self.between(speed.0, speed.1) as u16, self.between(strength.0, strength.1));
        self.gravity = [self.between(-500, 500), self.between(-500, 500), self.between(700, 950)];
    }

    /// An approximate sine: two parabolas.
    fn wave(&self, phase: u16) -> i32 {
        let half = i32::from(phase & 0x7fff);
        // At most 2¹⁴.
        let height = half.wrapping_mul(0x8000_i32.wrapping_sub(half)) >> 14;
        let value = height.wrapping_mul(self.strength) >> 14;
        if phase < 0x8000 { value } else { value.wrapping_neg() }
    }

    /// A number from `low` to `high`, both included.
    fn between(&mut self, low: i32, high: i32) -> i32 {
        // Marsaglia's xorshift.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let span = high.saturating_sub(low).saturating_add(1).max(1) as u64;
        // The upper half of the product of two 32-bit numbers is below the span.
        low.saturating_add((u64::from(self.random).wrapping_mul(span) >> 32) as i32)
    }
}
