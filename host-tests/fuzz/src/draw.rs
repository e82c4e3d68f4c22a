//! Random arguments, both valid and hostile.

use hingeline::{Constant, Cosine, Error, Hinge, InverseTime, Limited, Pegasos, Schedule, StepDecay};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

/// A source of random arguments.
#[derive(Clone, Debug)]
pub struct Draw(XorShiftRng);

impl Draw {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(XorShiftRng::seed_from_u64(seed))
    }

    /// The generator, for calls that take one.
    pub fn rng(&mut self) -> &mut XorShiftRng {
        &mut self.0
    }

    /// Any bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.bits() as usize % n
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// From 0 to 1.
    pub fn fraction(&mut self) -> f32 {
        (self.bits() >> 8) as f32 / 16_777_216.0
    }

    /// From −2 to 2.
    pub fn mild(&mut self) -> f32 {
        4.0 * self.fraction() - 2.0
    }

    /// Any value: not finite, both ends of the range, subnormals, any bits, and mild values in between.
    pub fn wild(&mut self) -> f32 {
        match self.below(16) {
            0 => 0.0,
            1 => -0.0,
            2 => f32::NAN,
            3 => f32::INFINITY,
            4 => f32::NEG_INFINITY,
            5 => f32::MAX,
            6 => f32::MIN,
            7 => f32::from_bits(self.bits()),
            8 => f32::from_bits(self.bits() & 0x807f_ffff),
            9 => 1e-30 * self.fraction(),
            10 => 1e30 * self.fraction(),
            11 => 1e19 * (self.fraction() - 0.5),
            _ => self.mild(),
        }
    }

    /// The same, but finite.
    pub fn finite(&mut self) -> f32 {
        let value = self.wild();
        if value.is_finite() { value } else { self.mild() }
    }

    /// A parameter, such as a rate: most are small and positive.
    pub fn parameter(&mut self) -> f32 {
        match self.below(10) {
            0 => self.wild(),
            1 => self.finite().abs(),
            2 => 0.0,
            3 => 1e-3,
            _ => 0.2 * self.fraction() + 1e-4,
        }
    }

    /// A count: most are small.
    pub fn count(&mut self) -> u32 {
        match self.below(6) {
            0 => 0,
            1 => u32::MAX,
            2 => 1,
            3 => self.bits(),
            _ => self.bits() % 50,
        }
    }

    /// A number of steps.
    pub fn steps(&mut self) -> u64 {
        match self.below(8) {
            0 => u64::MAX,
            1 => u64::MAX - 1,
            2 => u64::from(self.bits()) * u64::from(self.bits()),
            3 => (1 << 32) - 1,
            4 => 1 << 24,
            _ => u64::from(self.bits() % 30),
        }
    }

    /// A loss with valid parameters.
    pub fn hinge(&mut self) -> Hinge {
        let margin = if self.once_in(3) { self.parameter() } else { 1.0 };
        let l2 = if self.once_in(3) { 0.0 } else { self.parameter() };
        Hinge::new(margin, l2).unwrap_or_else(|_| Hinge::new(1.0, 0.0).expect("of use"))
    }

    /// A schedule, valid or not.
    pub fn schedule(&mut self) -> AnySchedule {
        let rate = self.parameter();
        match self.below(7) {
            0 => AnySchedule::Constant(Constant { rate }),
            1 => AnySchedule::InverseTime(InverseTime { rate, decay: self.parameter() }),
            2 => AnySchedule::StepDecay(StepDecay { rate, factor: self.parameter(), every: self.count() }),
            3 => AnySchedule::Cosine(Cosine { rate, floor: self.parameter(), steps: self.count() }),
            4 => {
                let start = if self.once_in(2) { 100.0 * self.fraction() } else { self.parameter() };
                AnySchedule::Pegasos(Pegasos { l2: rate, start })
            }
            5 => AnySchedule::Limited(Limited { schedule: Constant { rate }, longest: self.parameter() }),
            _ => AnySchedule::Own { rate, every: self.steps() % 7 + 1 },
        }
    }
}

/// One of the library's schedules, or one that claims to be valid and is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AnySchedule {
    /// A schedule of the library.
    Constant(Constant),
    /// A schedule of the library.
    InverseTime(InverseTime),
    /// A schedule of the library.
    StepDecay(StepDecay),
    /// A schedule of the library.
    Cosine(Cosine),
    /// A schedule of the library.
    Pegasos(Pegasos),
    /// A schedule of the library.
    Limited(Limited<Constant>),
    /// Any bits, except for one step in `every`.
    Own {
        /// The rate of that step.
        rate: f32,
        /// The distance between such steps.
        every: u64,
    },
}

impl Schedule for AnySchedule {
    fn rate(&self, t: u64) -> f32 {
        match self {
            Self::Constant(schedule) => schedule.rate(t),
            Self::InverseTime(schedule) => schedule.rate(t),
            Self::StepDecay(schedule) => schedule.rate(t),
            Self::Cosine(schedule) => schedule.rate(t),
            Self::Pegasos(schedule) => schedule.rate(t),
            Self::Limited(schedule) => schedule.rate(t),
            Self::Own { rate, every } if t.is_multiple_of(*every) => *rate,
            Self::Own { .. } => f32::from_bits((t as u32).wrapping_mul(2_654_435_761)),
        }
    }

    fn check(&self) -> Result<(), Error> {
        match self {
            Self::Constant(schedule) => schedule.check(),
            Self::InverseTime(schedule) => schedule.check(),
            Self::StepDecay(schedule) => schedule.check(),
            Self::Cosine(schedule) => schedule.check(),
            Self::Pegasos(schedule) => schedule.check(),
            Self::Limited(schedule) => schedule.check(),
            Self::Own { .. } => Ok(()),
        }
    }
    fn longest_step(&self) -> f32 {
        match self {
            Self::Limited(schedule) => schedule.longest_step(),
            _ => f32::INFINITY,
        }
    }
}
