//! Adds one more class to a model in use: learns nine digits, then the tenth, with or without samples kept of the nine.

use std::ops::Range;

use hingeline::{Constant, Hinge, Model, Order, Reservoir, Samples, Sgd, Stopped, random};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::dataset::Part;
use crate::digits::{CLASSES, FEATURES, digits};

/// The digits that are learned first: all but the last.
const KNOWN: usize = CLASSES - 1;

/// Passes over the known digits.
const EPOCHS: usize = 20;

const RATE: f32 = 0.01;
const L2: f32 = 1e-4;

/// Which bias the new class starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewBias {
    /// Zero, which is the mean bias of the known classes: a step of the hinge changes their sum only by rounding.
    Zero,
    /// The lowest bias of the known classes.
    Lowest,
}

impl NewBias {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Zero, Self::Lowest];

    fn of(self, known: &[f32]) -> f32 {
        match self {
            Self::Zero => 0.0,
            Self::Lowest => known.iter().copied().fold(f32::INFINITY, f32::min),
        }
    }
}

/// The result of growing a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// Test samples of the known digits that were recognised before.
    pub before: u32,
    /// Those that are recognised after.
    pub after: u32,
    /// Test samples of the known digits.
    pub known: u32,
    /// Test samples of the new digit that are recognised after.
    pub new: u32,
    /// Test samples of the new digit.
    pub news: u32,
    /// The fingerprint of the weights after.
    pub weights: u64,
}

/// Learns the known digits and keeps at most `N` of their samples. Then learns the new digit in one pass over its
/// samples; each of these steps is followed by `rehearsals` steps on kept samples, drawn at random.
///
/// # Errors
/// Never for the digits, unless the library has a bug.
pub fn grow<const N: usize>(rehearsals: usize, bias: NewBias, seed: u64) -> Result<Growth, Stopped> {
    let set = digits();
    let (mut known, mut new) = (Part::default(), Part::default());
    for (x, label) in rows(&set.train) {
        let part = if usize::from(label) < KNOWN { &mut known } else { &mut new };
        part.features.push(*x);
        part.labels.push(label);
    }
    let mut rng = XorShiftRng::seed_from_u64(seed);
    let mut kept = Reservoir::<CLASSES, FEATURES, N>::new();
    for (x, label) in rows(&known) {
        kept.offer(x, label, &mut rng)?;
    }
    let mut sgd = Sgd::new(Hinge::new(1.0, L2)?, Constant { rate: RATE })?;
    let mut model = Model::<KNOWN, FEATURES>::new();
    // A separate generator, so that what is learned of the known digits does not depend on what is kept.
    let mut order = Order::new(known.labels.len(), &mut XorShiftRng::seed_from_u64(seed))?;
    for _ in 0..EPOCHS {
        sgd.epoch(&mut model, &mut known.samples()?, &mut order)?;
    }

    let mut grown = Model::<CLASSES, FEATURES>::new();
    grown.grow_from(&model, bias.of(model.bias()))?;
    for (x, label) in rows(&new) {
        sgd.step(&mut grown, x, label.into())?;
        for _ in 0..rehearsals {
            let again = random::index(&mut rng, kept.len() as u32) as usize;
            let (x, label) = kept.sample(again)?;
            sgd.step(&mut grown, x, label)?;
        }
    }
    report(&set.test, &model, &grown)
}

fn rows(part: &Part<FEATURES>) -> impl Iterator<Item = (&[f32; FEATURES], u8)> {
    part.features.iter().zip(part.labels.iter().copied())
}

fn report(
    test: &Part<FEATURES>,
    model: &Model<KNOWN, FEATURES>,
    grown: &Model<CLASSES, FEATURES>,
) -> Result<Growth, Stopped> {
    let mut growth = Growth { before: 0, after: 0, known: 0, new: 0, news: 0, weights: grown.checksum() };
    for (x, label) in rows(test) {
        let label = usize::from(label);
        let recognised = u32::from(grown.predict(x)? == label);
        if label < KNOWN {
            growth.known += 1;
            growth.before += u32::from(model.predict(x)? == label);
            growth.after += recognised;
        } else {
            growth.news += 1;
            growth.new += recognised;
        }
    }
    Ok(growth)
}

/// One way to grow, and its results on several seeds.
#[derive(Clone, Debug)]
pub struct Row {
    /// Samples of the known digits that were kept.
    pub kept: usize,
    /// Steps on kept samples after each step on the new digit.
    pub rehearsals: usize,
    /// The bias of the new digit.
    pub bias: NewBias,
    /// One result for each seed.
    pub growths: Vec<Growth>,
}

/// Every way to grow that the program shows, on `seeds` seeds starting with `seed`.
///
/// # Errors
/// Those of [`grow`].
pub fn table(seed: u64, seeds: u64) -> Result<Vec<Row>, Stopped> {
    let mut rows = Vec::new();
    for bias in NewBias::ALL {
        rows.push(row(1, grow::<1>, 0, bias, seed..seed.saturating_add(seeds))?);
    }
    for rehearsals in [1, 3, 9] {
        for bias in NewBias::ALL {
            rows.push(row(50, grow::<50>, rehearsals, bias, seed..seed.saturating_add(seeds))?);
            rows.push(row(100, grow::<100>, rehearsals, bias, seed..seed.saturating_add(seeds))?);
            rows.push(row(200, grow::<200>, rehearsals, bias, seed..seed.saturating_add(seeds))?);
        }
    }
    Ok(rows)
}

type Grow = fn(usize, NewBias, u64) -> Result<Growth, Stopped>;

fn row(kept: usize, grow: Grow, rehearsals: usize, bias: NewBias, seeds: Range<u64>) -> Result<Row, Stopped> {
    let growths = seeds.map(|seed| grow(rehearsals, bias, seed)).collect::<Result<_, _>>()?;
    Ok(Row { kept: if rehearsals == 0 { 0 } else { kept }, rehearsals, bias, growths })
}
