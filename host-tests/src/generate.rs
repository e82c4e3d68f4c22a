//! Random values, models and samples, from a seed that a failing test can print.

use hingeline::kernel::Kernel;
use hingeline::{Direction, Model, Slices};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

/// The generator for a seed.
pub fn rng(seed: u64) -> XorShiftRng {
    XorShiftRng::seed_from_u64(seed)
}

/// A whole number below `n`.
pub fn below(rng: &mut XorShiftRng, n: usize) -> usize {
    rng.next_u32() as usize % n
}

/// One of these.
pub fn one_of<T: Copy>(rng: &mut XorShiftRng, values: &[T]) -> T {
    values[below(rng, values.len())]
}

/// A value of ordinary size, of either sign, between 2⁻⁶ and 2⁶ in magnitude, and sometimes zero.
///
/// Products of a few of these are far from the subnormals, so that their errors are relative.
pub fn ordinary(rng: &mut XorShiftRng) -> f32 {
    if below(rng, 16) == 0 {
        return 0.0;
    }
    let mantissa = 1.0 + (rng.next_u32() >> 9) as f32 / 8_388_608.0;
    let exponent = below(rng, 12) as i32 - 6;
    one_of(rng, &[-1.0, 1.0]) * mantissa * 2.0_f32.powi(exponent)
}

/// A value that is hard for arithmetic: signed zeros, subnormals, values near both ends of the range, small whole
/// numbers, and ordinary values in between.
pub fn special(rng: &mut XorShiftRng) -> f32 {
    const SPECIAL: [f32; 18] = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        3.0,
        -7.0,
        f32::MIN_POSITIVE,
        -f32::MIN_POSITIVE,
        1e-45,
        -1e-45,
        1e-40,
        -3e-39,
        1e-20,
        -1e19,
        1e20,
        f32::MAX,
        f32::MIN,
        1e38,
    ];
    if below(rng, 3) == 0 { ordinary(rng) } else { one_of(rng, &SPECIAL) }
}

/// A special value, and occasionally an infinity or NaN.
pub fn special_or_not_finite(rng: &mut XorShiftRng) -> f32 {
    if below(rng, 40) == 0 { one_of(rng, &[f32::NAN, f32::INFINITY, f32::NEG_INFINITY]) } else { special(rng) }
}

/// A subnormal value or a zero.
pub fn subnormal(rng: &mut XorShiftRng) -> f32 {
    f32::from_bits(rng.next_u32() & 0x807f_ffff)
}

/// Any bit pattern.
pub fn any_bits(rng: &mut XorShiftRng) -> f32 {
    f32::from_bits(rng.next_u32())
}

/// A whole number of at most this magnitude.
pub fn whole(rng: &mut XorShiftRng, largest: i32) -> f32 {
    (below(rng, 2 * largest as usize + 1) as i32 - largest) as f32
}

/// `n` values of one kind.
pub fn values(rng: &mut XorShiftRng, n: usize, mut draw: impl FnMut(&mut XorShiftRng) -> f32) -> Vec<f32> {
    values_of(rng, n, &mut draw)
}

/// Not generic, so that it is compiled here, with optimisation.
fn values_of(rng: &mut XorShiftRng, n: usize, draw: &mut dyn FnMut(&mut XorShiftRng) -> f32) -> Vec<f32> {
    (0..n).map(|_| draw(rng)).collect()
}

/// A model whose weights and bias are of one kind.
pub fn model<const C: usize, const F: usize>(
    rng: &mut XorShiftRng,
    scale: f32,
    mut draw: impl FnMut(&mut XorShiftRng) -> f32,
) -> Model<C, F> {
    let weights = [(); C].map(|()| [(); F].map(|()| draw(rng)));
    let bias = [(); C].map(|()| draw(rng));
    Model::from_parts(weights, bias, scale).expect("the drawn values are finite")
}

/// A direction whose elements are of one kind.
pub fn direction<const C: usize, const F: usize>(
    rng: &mut XorShiftRng,
    mut draw: impl FnMut(&mut XorShiftRng) -> f32,
) -> Direction<C, F> {
    let (weights, bias) = (values(rng, C * F, &mut draw), values(rng, C, draw));
    let mut direction = Direction::new();
    direction.load(&weights, &bias).expect("the drawn values are finite");
    direction
}

/// The same model on another kernel.
pub fn on_kernel<const C: usize, const F: usize, K: Kernel>(kernel: K, model: &Model<C, F>) -> Model<C, F, K> {
    let mut copy = Model::on(kernel);
    copy.copy_from(model);
    copy
}

/// A set of samples that a test owns.
#[derive(Clone, Debug)]
pub struct Set<const F: usize> {
    /// One row per sample.
    pub features: Vec<[f32; F]>,
    /// One label per sample.
    pub labels: Vec<usize>,
}

impl<const F: usize> Set<F> {
    /// `n` samples of `classes` classes, with features of one kind.
    pub fn draw(
        rng: &mut XorShiftRng,
        n: usize,
        classes: usize,
        mut draw: impl FnMut(&mut XorShiftRng) -> f32,
    ) -> Self {
        Self {
            features: (0..n).map(|_| [(); F].map(|()| draw(rng))).collect(),
            labels: (0..n).map(|_| below(rng, classes)).collect(),
        }
    }

    /// The set as the library reads it.
    pub fn slices(&self) -> Slices<'_, F, usize> {
        Slices::new(&self.features, &self.labels).expect("a label for each row")
    }

    /// The samples one by one.
    pub fn iter(&self) -> impl Iterator<Item = (&[f32; F], usize)> {
        self.features.iter().zip(self.labels.iter().copied())
    }

    /// Keeps the samples that a test can use.
    pub fn keep(&mut self, mut usable: impl FnMut(&[f32; F], usize) -> bool) {
        let (features, labels) = self.iter().filter(|(x, label)| usable(x, *label)).unzip();
        *self = Self { features, labels };
    }
}
