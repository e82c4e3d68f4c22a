//! Windows of a stream, the same on every core and on the desktop: their costs, and a fingerprint of their features.

use hingeline::Error;
use hingeline::signal::{Axis, Feature, Features, Reading, Window, count};

pub(crate) const AXES: usize = 3;
pub(crate) const LEN: usize = 64;

/// Defines one list for each type of reading; the noise is in the last digits of a reading.
macro_rules! lists {
    ($($(#[$text:meta])* $name:ident, $raw:ident: $($feature:expr),+;)*) => {$(
        $(#[$text])*
        pub(crate) struct $name;
        $(#[$text])*
        pub(crate) struct $raw;

        impl Features for $name {
            type Reading = f32;
            const LIST: &'static [Feature] = &[$($feature),+];
            const AXES: &'static [Axis<f32>] = &[FLOATS; AXES];
        }

        impl Features for $raw {
            type Reading = i16;
            const LIST: &'static [Feature] = $name::LIST;
            const AXES: &'static [Axis<i16>] = &[INTEGERS; AXES];
        }
    )*};
}

const FLOATS: Axis<f32> = match Axis::<f32>::new().noise(0.02) {
    Ok(axis) => axis,
    Err(_) => panic!(),
};

const INTEGERS: Axis<i16> = match Axis::<i16>::new().noise(20) {
    Ok(axis) => axis,
    Err(_) => panic!(),
};

lists! {
    /// The features that most users try first.
    Plain, RawPlain: Feature::Mean, Feature::Deviation;
    /// All features of an axis that are one value, except for bands.
    Time, RawTime: Feature::Mean, Feature::Deviation, Feature::Minimum, Feature::Maximum, Feature::Range, Feature::RootMeanSquare,
        Feature::MeanAbsolute, Feature::ZeroCrossings, Feature::MeanCrossings, Feature::SlopeSignChanges, Feature::WaveformLength, Feature::Peaks;
    /// Sixteen frequencies in three bands.
    Bands, RawBands: Feature::Band(1, 4), Feature::Band(5, 8), Feature::Band(9, 16);
    /// Each axis with each other axis.
    Pairs, RawPairs: Feature::Correlation(0, 1), Feature::Correlation(0, 2), Feature::Correlation(1, 2);
    /// The features that the other lists leave out: high frequencies and segments.
    Rest, RawRest: Feature::Band(17, 31), Feature::Band(32, 32), Feature::Segments(5);
}

pub(crate) const PLAIN: usize = count(Plain::LIST, AXES);
pub(crate) const TIME: usize = count(Time::LIST, AXES);
pub(crate) const BANDS: usize = count(Bands::LIST, AXES);
pub(crate) const PAIRS: usize = count(Pairs::LIST, AXES);
const REST: usize = count(Rest::LIST, AXES);

/// A window with a hop of half its length.
pub(crate) type Half<L> = Window<L, AXES, LEN, { LEN / 2 }>;

/// The sensor's reading at a time: a slow oscillation, a faster one, and pseudo-noise.
pub(crate) fn raw(time: usize) -> [i16; AXES] {
    let time = time as i32;
    core::array::from_fn(|axis| {
        let axis = axis as i32;
        let swing = (time * (axis + 1) * 125) % 4_000 - 2_000;
        let faster = if (time / (axis + 2)) % 2 == 0 { 300 } else { -300 };
        let noise = ((time * 7_919 + axis * 104_729) % 211) - 105;
        (swing.abs() + faster + noise - 900) as i16
    })
}

/// The same in units of thousandths.
pub(crate) fn reading(time: usize) -> [f32; AXES] {
    raw(time).map(|raw| f32::from(raw) / 1_000.0)
}

/// A fingerprint of numbers: 64-bit FNV-1a.
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bits: u32) {
        for byte in bits.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn value(&self) -> u64 {
        self.0
    }
}

/// A feature as bits.
pub(crate) trait Bits: Reading + Default {
    fn bits(self) -> u32;
}

impl Bits for f32 {
    fn bits(self) -> u32 {
        self.to_bits()
    }
}

impl Bits for i16 {
    fn bits(self) -> u32 {
        i32::from(self) as u32
    }
}

/// Adds the features of four windows.
fn add_all<L: Features<Reading: Bits>, const F: usize>(
    at: impl Fn(usize) -> [L::Reading; AXES],
    fingerprint: &mut Fingerprint,
) -> Result<(), Error> {
    let mut window = Half::<L>::new();
    for time in 0..LEN * 5 / 2 {
        if window.push(&at(time))? {
            let mut x = [L::Reading::default(); F];
            window.features(&mut x)?;
            x.iter().for_each(|x| fingerprint.add(x.bits()));
        }
    }
    Ok(())
}

/// The fingerprint of all lists, in both kinds of numbers.
pub(crate) fn fingerprint() -> Result<u64, Error> {
    let mut of = Fingerprint::new();
    add_all::<Plain, PLAIN>(reading, &mut of)?;
    add_all::<Time, TIME>(reading, &mut of)?;
    add_all::<Bands, BANDS>(reading, &mut of)?;
    add_all::<Pairs, PAIRS>(reading, &mut of)?;
    add_all::<RawPlain, PLAIN>(raw, &mut of)?;
    add_all::<RawTime, TIME>(raw, &mut of)?;
    add_all::<RawBands, BANDS>(raw, &mut of)?;
    add_all::<RawPairs, PAIRS>(raw, &mut of)?;
    add_all::<Rest, REST>(reading, &mut of)?;
    add_all::<RawRest, REST>(raw, &mut of)?;
    Ok(of.value())
}
