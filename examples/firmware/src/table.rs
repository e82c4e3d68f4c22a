//! The kernel of this target against the definition, bit for bit, on inputs that are hard for arithmetic.

use core::ops::Range;

use hingeline::kernel::{Kernel, Portable};
use hingeline::{Constant, Hinge, Model, Sgd};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

/// All row lengths up to this one are tried, and these longer ones.
const SHORT: usize = 70;
const LONG: [usize; 4] = [80, 97, 112, LONGEST];
const LONGEST: usize = 130;
/// Rows begin at this many addresses, one element apart.
const STARTS: usize = 4;
/// The rows of a matrix, and of a matrix with short rows: kernels process several rows at once, and the rest in other
/// ways.
const ROWS: usize = 3;
const SHORT_ROWS: usize = 7;
/// Samples of a batch.
const SAMPLES: usize = 2;

/// Steps of SGD for each kind of values, on models of these shapes.
const STEPS: usize = 400;
const CLASSES: usize = 7;
/// Two blocks of sixteen, a block of four, and one more.
const FEATURES: usize = 37;

/// The fingerprint of all results if nothing differs: the same on every target. It is another one where the definition
/// itself gives other results, because something flushes subnormals to zero.
pub const CHECKSUM: u64 = 0xb4b9_7a20_5808_4b0d;

/// The result of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// The number of results.
    pub compared: u32,
    /// The number of results that differ, which must be zero.
    pub different: u32,
    /// A fingerprint of all results.
    pub checksum: u64,
}

impl Report {
    /// Whether all results are right.
    pub fn is_right(&self) -> bool {
        self.different == 0 && self.checksum == CHECKSUM
    }
}

/// The kinds of values.
#[derive(Clone, Copy, Debug)]
enum Values {
    Ordinary,
    /// Signed zeros, the ends of the range, and some values in between.
    Special,
    Subnormal,
    /// Not subnormal themselves, but their products are, or round to the least subnormal or zero.
    Tiny,
    /// Their products are close to the least normal number, and round to it from below.
    Verge,
    /// Any bits, including NaN and infinities.
    AnyBits,
}

impl Values {
    const ALL: [Self; 6] = [Self::Ordinary, Self::Special, Self::Subnormal, Self::Tiny, Self::Verge, Self::AnyBits];

    fn draw(self, rng: &mut XorShiftRng) -> f32 {
        const SPECIAL: [f32; 16] = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            3.0,
            -7.0,
            f32::MIN_POSITIVE,
            -f32::MIN_POSITIVE,
            1e-45,
            -1e-40,
            1e-20,
            -1e19,
            1e20,
            f32::MAX,
            f32::MIN,
            1e38,
        ];
        let bits = rng.next_u32();
        match self {
            // 2⁻⁶ to 2², of either sign.
            Self::Ordinary => f32::from_bits((bits & 0x83ff_ffff) + (121 << 23)),
            Self::Special => SPECIAL.get(bits as usize % SPECIAL.len()).copied().unwrap_or_default(),
            Self::Subnormal => f32::from_bits(bits & 0x807f_ffff),
            // 2⁻⁷⁵ to 2⁻⁶⁷, of either sign.
            Self::Tiny => f32::from_bits((bits & 0x83ff_ffff) + (52 << 23)),
            // 2⁻⁶³ within one or two units in the last place, of either sign.
            Self::Verge => f32::from_bits((bits & 0x8000_0003) + (64 << 23) - 2),
            Self::AnyBits => f32::from_bits(bits),
        }
    }
}

/// Compares all operations.
pub fn check<K: Kernel>(kernel: K) -> Report {
    let report = Report { compared: 0, different: 0, checksum: 0xcbf2_9ce4_8422_2325 };
    let mut table = Table { kernel, rng: XorShiftRng::seed_from_u64(70), report };
    for length in (0..=SHORT).chain(LONG) {
        for values in Values::ALL {
            for start in 0..STARTS {
                table.check(values, start..start + length);
            }
        }
    }
    for _ in 0..STEPS {
        for values in Values::ALL {
            table.check_step(values);
        }
    }
    table.report
}

struct Table<K> {
    kernel: K,
    rng: XorShiftRng,
    report: Report,
}

impl<K: Kernel> Table<K> {
    /// Compares all operations on rows at this place in larger buffers.
    fn check(&mut self, values: Values, place: Range<usize>) {
        let length = place.len();
        let (mut x, mut y, mut rows) =
            ([0.0; LONGEST + STARTS], [0.0; LONGEST + STARTS], [0.0; ROWS * LONGEST + STARTS]);
        let (mut bias, mut k) = ([0.0; SHORT_ROWS], [0.0; SAMPLES * SHORT_ROWS]);
        for value in x.iter_mut().chain(&mut y).chain(&mut rows).chain(&mut bias).chain(&mut k) {
            *value = values.draw(&mut self.rng);
        }
        let (x, y) = (x.get(place.clone()).unwrap_or_default(), y.get(place.clone()).unwrap_or_default());
        let count = (ROWS * LONGEST).checked_div(length).unwrap_or(SHORT_ROWS).min(SHORT_ROWS);
        let rows = rows.get(place.start..place.start + count * length).unwrap_or_default();
        let (bias, k) = (&bias[..count], &mut k[..SAMPLES * count]);
        let (scale, factor) = (values.draw(&mut self.rng), values.draw(&mut self.rng));
        // One row must not be touched.
        k[1] = 0.0;

        self.compare([Portable.dot(x, y)], [self.kernel.dot(x, y)]);
        self.compare([Portable.largest(x)], [self.kernel.largest(x)]);
        let (mut defined, mut own) = ([0.0; SHORT_ROWS], [0.0; SHORT_ROWS]);
        Portable.scores(rows, scale, bias, x, &mut defined);
        self.kernel.scores(rows, scale, bias, x, &mut own);
        self.compare(defined, own);
        let (mut defined, mut own) = ([0.0; SAMPLES * SHORT_ROWS], [0.0; SAMPLES * SHORT_ROWS]);
        Portable.batch_scores(rows, scale, bias, &[x, y], &mut defined);
        self.kernel.batch_scores(rows, scale, bias, &[x, y], &mut own);
        self.compare(defined, own);

        self.compare_changed(y, place.start, |kernel, y| kernel.axpy(factor, x, y), |y| Portable.axpy(factor, x, y));
        self.compare_changed(y, place.start, |kernel, y| kernel.axpy(0.0, x, y), |y| Portable.axpy(0.0, x, y));
        self.compare_changed(y, place.start, |kernel, y| kernel.scale(factor, y), |y| Portable.scale(factor, y));
        let (one, two) = (&k[..count], [x, y]);
        self.compare_changed(rows, place.start, |own, to| own.rank_one(one, x, to), |to| Portable.rank_one(one, x, to));
        self.compare_changed(
            rows,
            place.start,
            |own, to| own.batch_rank_one(k, &two, to),
            |to| Portable.batch_rank_one(k, &two, to),
        );
    }

    /// Compares two copies, each changed by one kernel; the elements around them must stay the same.
    fn compare_changed(
        &mut self,
        from: &[f32],
        start: usize,
        own: impl Fn(K, &mut [f32]),
        defined: impl Fn(&mut [f32]),
    ) {
        const SIZE: usize = ROWS * LONGEST + 2 * STARTS;
        let (mut changed, mut expected) = ([1.5; SIZE], [1.5; SIZE]);
        for copy in [&mut changed, &mut expected] {
            for (to, from) in copy.iter_mut().skip(start).zip(from) {
                *to = *from;
            }
        }
        let place = start..start + from.len();
        own(self.kernel, changed.get_mut(place.clone()).unwrap_or_default());
        defined(expected.get_mut(place).unwrap_or_default());
        self.compare(expected, changed);
    }

    /// Compares a step on both kernels, refused or not, and the resulting models.
    fn check_step(&mut self, values: Values) {
        let (mut defined, mut own) = (Model::on(Portable), Model::on(self.kernel));
        let (mut weights, mut bias, mut x) = ([0.0; CLASSES * FEATURES], [0.0; CLASSES], [0.0; FEATURES]);
        for value in weights.iter_mut().chain(&mut bias).chain(&mut x) {
            *value = values.draw(&mut self.rng);
        }
        // One label is out of range.
        let label = self.rng.next_u32() as usize % (CLASSES + 1);
        let mut rate = f32::from_bits(values.draw(&mut self.rng).to_bits() & (u32::MAX >> 1));
        let mut scale = 1.0;
        match self.rng.next_u32() % 4 {
            // Without features only the bias decides whether a step stays finite.
            0 => {
                (x, rate) = ([0.0; FEATURES], 1e38);
                let extreme = if weights[0].is_sign_negative() { f32::MIN } else { f32::MAX };
                bias = bias.map(|value| if value.to_bits() % 2 == 0 { extreme } else { 0.99 * extreme });
            }
            // A factor of zero must keep the signs of zeros.
            1 => {
                (scale, rate) = (4.0, f32::from_bits(1));
                weights = weights.map(|value| if value.to_bits() % 2 == 0 { -0.0 } else { 0.0 });
                bias = [0.0; CLASSES];
            }
            _ => {}
        }
        let margin = [0.0, 1.0, f32::MAX][self.rng.next_u32() as usize % 3];
        let loaded = defined.load(&weights, &bias, scale).and_then(|()| own.load(&weights, &bias, scale));
        let sgd = Hinge::new(margin, 0.0).and_then(|hinge| Sgd::new(hinge, Constant { rate }));
        // Models and optimisers refuse such values.
        let (Ok(()), Ok(sgd)) = (loaded, sgd) else { return };
        let first = step(sgd, &mut defined, &x, label);
        let second = step(sgd, &mut own, &x, label);
        self.compare(first, second);
    }

    fn compare<const N: usize>(&mut self, defined: [f32; N], own: [f32; N]) {
        for (defined, own) in defined.into_iter().zip(own) {
            // Any NaN equals any other.
            let [defined, own] = [defined, own].map(|value| if value.is_nan() { f32::NAN } else { value }.to_bits());
            self.report.compared += 1;
            self.report.different += u32::from(defined != own);
            self.report.checksum = (self.report.checksum ^ u64::from(own)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

/// The report of a step and the fingerprint of the resulting model, as numbers to compare.
fn step<K: Kernel>(
    mut sgd: Sgd<Constant>,
    model: &mut Model<CLASSES, FEATURES, K>,
    x: &[f32; FEATURES],
    label: usize,
) -> [f32; 6] {
    let [accepted, reason, loss, violations] = match sgd.step(model, x, label) {
        Ok(step) => [1.0, 0.0, step.loss, step.violations as f32],
        Err(reason) => [0.0, f32::from(reason as u8), 0.0, 0.0],
    };
    let checksum = model.checksum();
    // The halves of the checksum's low bits as whole numbers, which binary32 holds exactly.
    let part = |shift: u32| ((checksum >> shift) & 0xff_ffff) as f32;
    [accepted, reason, loss, violations, part(0), part(24)]
}
