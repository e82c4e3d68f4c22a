//! What the figures are made of: data, a seed, and random weights.

use hingeline::kernel::Kernel;
use hingeline::{Direction, Error, Model, Slices};
use hingeline_examples::cifar10;
use hingeline_examples::dataset::{Dataset, Part};
use hingeline_examples::digits::{self, digits};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::options::Options;
use crate::sheet::Problem;

/// A model of the digits on a kernel.
pub type DigitsModel<K> = Model<{ digits::CLASSES }, { digits::FEATURES }, K>;

/// A direction in the space of its weights.
pub type DigitsDirection = Direction<{ digits::CLASSES }, { digits::FEATURES }>;

/// The data, and the seed of all random draws.
#[derive(Debug)]
pub struct Material {
    /// The handwritten digits, standardised.
    pub digits: Dataset<{ digits::FEATURES }>,
    /// The pictures of CIFAR-10, if they were given.
    pub cifar10: Option<Dataset<{ cifar10::FEATURES }, u8>>,
    /// The seed of every figure's own generator.
    pub seed: u64,
}

/// The training sample for the figures of a single sample: its margins change their signs near random weights.
const SAMPLE: usize = 14;

/// The standard deviation of random weights and directions; for standardised digits it gives scores of about 1.
const DEVIATION: f32 = 0.1;

impl Material {
    /// Reads the data that the options ask for.
    ///
    /// # Errors
    /// If CIFAR-10 cannot be read.
    pub fn new(options: &Options) -> Result<Self, Problem> {
        let cifar10 = options.cifar10.as_deref().map(cifar10::read).transpose()?;
        Ok(Self { digits: digits(), cifar10, seed: options.seed })
    }

    /// The sample for the figures of a single sample.
    ///
    /// # Errors
    /// Never: the set has this sample.
    pub fn sample(&self) -> Result<Slices<'_, { digits::FEATURES }>, Error> {
        let Part { features, labels, .. } = &self.digits.train;
        Slices::new(&features[SAMPLE..=SAMPLE], &labels[SAMPLE..=SAMPLE])
    }

    /// A fresh generator, so that no figure depends on which others are drawn.
    pub fn rng(&self) -> XorShiftRng {
        XorShiftRng::seed_from_u64(self.seed)
    }
}

/// A direction of random weights and biases.
///
/// # Errors
/// Never: the deviation is valid.
pub fn random_direction(rng: &mut XorShiftRng) -> Result<Box<DigitsDirection>, Error> {
    let mut direction = Box::new(DigitsDirection::new());
    direction.draw(DEVIATION, rng)?;
    Ok(direction)
}

/// A model of random weights and biases, `factor` times as large as those of a direction.
///
/// # Errors
/// Never, for a factor of reasonable size.
pub fn random_model<K: Kernel>(kernel: K, factor: f32, rng: &mut XorShiftRng) -> Result<Box<DigitsModel<K>>, Error> {
    let mut drawn = random_direction(rng)?;
    drawn.scale(factor)?;
    let mut model = Box::new(DigitsModel::on(kernel));
    model.load(drawn.weights().as_flattened(), drawn.bias(), 1.0)?;
    Ok(model)
}
