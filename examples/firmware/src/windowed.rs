//! Windows of a stream that every core and the desktop compute alike: what they cost, and a fingerprint of their features.

use hingeline::Error;
use hingeline::signal::{Axis, Feature, Features, Reading, Window, count};

pub(crate) const AXES: usize = 3;
pub(crate) const LEN: usize = 64;

/// What most take first.
pub(crate) struct Plain;
/// All that is told by the readings in their order.
pub(crate) struct Time;
/// Sixteen frequencies in three bands.
pub(crate) struct Bands;
/// Each axis with each.
pub(crate) struct Pairs;

impl Features for Plain {
    const LIST: &'static [Feature] = &[Feature::Mean, Feature::Deviation];
}

impl Features for Time {
    const LIST: &'static [Feature] = &[
        Feature::Mean,
        Feature::Deviation,
        Feature::Minimum,
        Feature::Maximum,
        Feature::Range,
        Feature::RootMeanSquare,
        Feature::MeanAbsolute,
        Feature::ZeroCrossings,
        Feature::MeanCrossings,
        Feature::SlopeSignChanges,
        Feature::WaveformLength,
        Feature::Peaks,
    ];
}

impl Features for Bands {
    const LIST: &'static [Feature] = &[Feature::Band(1, 4), Feature::Band(5, 8), Feature::Band(9, 16)];
}

impl Features for Pairs {
    const LIST: &'static [Feature] =
        &[Feature::Correlation(0, 1), Feature::Correlation(0, 2), Feature::Correlation(1, 2)];
}

pub(crate) const PLAIN: usize = count(Plain::LIST, AXES);
pub(crate) const TIME: usize = count(Time::LIST, AXES);
pub(crate) const BANDS: usize = count(Bands::LIST, AXES);
pub(crate) const PAIRS: usize = count(Pairs::LIST, AXES);

/// A window of half a window's hop.
pub(crate) type Half<R, L> = Window<R, L, AXES, LEN>;

/// No reading yet; noise is what the last digits of a reading are.
pub(crate) fn empty<R: Reading, L: Features>(axis: Axis<R>) -> Result<Half<R, L>, Error> {
    Window::new(LEN / 2, [axis; AXES])
}

/// What the sensor delivers at a time: a slow swing, a faster one, and what looks like noise.
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

/// The same in thousandths.
pub(crate) fn reading(time: usize) -> [f32; AXES] {
    raw(time).map(|raw| f32::from(raw) / 1_000.0)
}

/// A fingerprint of numbers: FNV-1a of 64 bits.
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

/// The features of four windows.
fn add_all<R: Bits, L: Features, const F: usize>(
    axis: Axis<R>,
    at: impl Fn(usize) -> [R; AXES],
    fingerprint: &mut Fingerprint,
) -> Result<(), Error> {
    let mut window = empty::<R, L>(axis)?;
    for time in 0..LEN * 5 / 2 {
        if window.push(&at(time))? {
            let mut x = [R::default(); F];
            window.features(&mut x)?;
            x.iter().for_each(|x| fingerprint.add(x.bits()));
        }
    }
    Ok(())
}

/// Of all lists, in both kinds of numbers.
pub(crate) fn fingerprint() -> Result<u64, Error> {
    let mut of = Fingerprint::new();
    let (floats, integers) = (Axis::<f32>::new().noise(0.02)?, Axis::<i16>::new().noise(20)?);
    add_all::<f32, Plain, PLAIN>(floats, reading, &mut of)?;
    add_all::<f32, Time, TIME>(floats, reading, &mut of)?;
    add_all::<f32, Bands, BANDS>(floats, reading, &mut of)?;
    add_all::<f32, Pairs, PAIRS>(floats, reading, &mut of)?;
    add_all::<i16, Plain, PLAIN>(integers, raw, &mut of)?;
    add_all::<i16, Time, TIME>(integers, raw, &mut of)?;
    add_all::<i16, Bands, BANDS>(integers, raw, &mut of)?;
    add_all::<i16, Pairs, PAIRS>(integers, raw, &mut of)?;
    Ok(of.value())
}
