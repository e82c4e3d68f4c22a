//! Training in 16-bit integers, as on a device without a floating-point unit.

use hingeline::integer::{self, CrammerSinger, Halving, Inputs, Objective, Sgd, WestonWatkins};
use hingeline::kernel::Kernel;
use hingeline::{DynModel, DynSamples, Order, Stopped};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::selection::{LossName, Recipe};

/// The integer input that represents a feature of 1.
const ONE: f32 = (1 << integer::INPUT_BITS) as f32;

/// Rounds standardised features to values that the inputs of an integer model can represent.
pub fn round(features: &mut [f32]) {
    features.iter_mut().for_each(|x| *x = (*x * ONE).round().clamp(-128.0, 127.0) / ONE);
}

/// Trains in integers on features that were [rounded](round), with learning rates that fall to a thirtieth. `model`
/// becomes the trained model in binary32.
///
/// # Errors
/// An error of the library, with the sample at fault.
pub fn train<K: Kernel>(
    kernel: K,
    samples: &mut dyn DynSamples,
    recipe: Recipe,
    seed: u64,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    match recipe.loss {
        LossName::CrammerSinger => {
            minimise(kernel, samples, recipe, seed, Objective::of(CrammerSinger::new(1.0)?, recipe.l2)?, model)
        }
        LossName::Hinge | LossName::Softmax => {
            minimise(kernel, samples, recipe, seed, Objective::of(WestonWatkins::new(1.0)?, recipe.l2)?, model)
        }
    }
}

fn minimise<K: Kernel, L: integer::Loss>(
    kernel: K,
    samples: &mut dyn DynSamples,
    recipe: Recipe,
    seed: u64,
    objective: Objective<L>,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    let steps = samples.len() as f32 * recipe.epochs as f32;
    // The rate starts at the nearest power of two and is halved after 1/40 of the steps, after 3/40, and so on: without
    // averaging, the last steps have to be small.
    let exponent = (-recipe.learning_rate.log2()).round().clamp(0.0, 15.0) as u8;
    let period = (steps / 40.0).max(1.0).log2().round() as u8;
    let schedule = Halving { exponent, period, last: (exponent + 5).min(15) };

    let (classes, features) = (model.classes(), model.features());
    let (mut weights, mut memory) = (vec![0; classes * features], vec![0; 2 * classes]);
    let mut own = integer::DynModel::on(kernel, &mut weights, &mut memory, classes, features)?;
    let mut sgd = Sgd::new(objective, schedule)?;
    let mut order = Order::new(samples.len(), &mut XorShiftRng::seed_from_u64(seed))?;
    let mut inputs = vec![0; features];
    for _ in 0..recipe.epochs {
        let epoch = order.epoch();
        while order.epoch() == epoch {
            let index = order.index();
            let at = |error| Stopped { error, sample: Some(index) };
            let (x, label) = samples.sample(index).map_err(at)?;
            inputs.iter_mut().zip(x).for_each(|(input, x)| *input = (x * ONE) as i16);
            sgd.step(&mut own, Inputs::new(&inputs)?, label).map_err(at)?;
            order.skip();
        }
    }
    own.dequantise(model)?;
    Ok(())
}
