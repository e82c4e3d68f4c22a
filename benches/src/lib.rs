//! Shared code of the benches: models and samples of any shape, and steps to compare with.

pub mod aligned;
pub mod contest;
pub mod epoch;
pub mod machine;
#[cfg(feature = "peers")]
pub mod peers;
#[cfg(feature = "peers")]
mod python;
#[cfg(feature = "peers")]
pub mod work;

use std::time::Duration;

use criterion::Criterion;
use hingeline::kernel::{CHOSEN, Kernel};
use hingeline::{Constant, Hinge, Model, Sgd, coefficients, random};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

/// A sample of standard normal features, the same each time.
pub fn random_sample<const F: usize>() -> [f32; F] {
    let mut rng = XorShiftRng::seed_from_u64(1);
    std::array::from_fn(|_| random::normal(&mut rng))
}

/// A model whose bias makes a given number of margins count for class 0. Its weights have little influence.
///
/// # Panics
/// Never: its values are finite.
pub fn model_of<const C: usize, const F: usize>(violations: usize) -> Box<Model<C, F>> {
    Box::new(model_on(CHOSEN, violations))
}

/// The same on any kernel.
///
/// # Panics
/// Never: its values are finite.
pub fn model_on<const C: usize, const F: usize, K: Kernel>(kernel: K, violations: usize) -> Model<C, F, K> {
    let bias: [f32; C] = std::array::from_fn(|class| match class {
        0 => 0.0,
        class if class <= violations => 10.0,
        _ => -10.0,
    });
    let mut model = Model::on(kernel);
    model.load(&[1e-6; F].repeat(C), &bias, 1.0).expect("finite");
    model
}

/// A rate so small that the steps of a bench leave the margins of a model unchanged.
pub const RATE: f32 = 1e-12;

/// A step of SGD for class 0 without any checks: scores, margins, loss, coefficients, update.
pub fn unguarded_step<const C: usize, const F: usize>(
    weights: &mut [[f32; F]; C],
    bias: &mut [f32; C],
    x: &[f32; F],
) -> (f32, usize) {
    let mut scratch = [0.0; C];
    CHOSEN.scores(weights.as_flattened(), 1.0, bias, x, &mut scratch);
    let own = scratch[0];
    for score in &mut scratch {
        *score = (*score - own) + 1.0;
    }
    scratch[0] = 0.0;
    let loss = scratch.iter().fold(0.0, |sum, margin| sum + margin.max(0.0));
    let violations = coefficients(&mut scratch, 0);
    if violations > 0 {
        for coefficient in &mut scratch {
            *coefficient *= -RATE;
        }
        CHOSEN.rank_one(&scratch, x, weights.as_flattened_mut());
        CHOSEN.axpy(1.0, &scratch, bias);
    }
    (loss, violations)
}

/// Criterion's settings: one second per bench, since there are many and their differences are large.
pub fn quick() -> Criterion {
    let criterion = Criterion::default().warm_up_time(Duration::from_millis(300));
    criterion.measurement_time(Duration::from_secs(1)).sample_size(20)
}

/// SGD with a constant rate, without L2.
///
/// # Panics
/// If the rate is not a finite number above 0.
pub fn sgd(rate: f32) -> Sgd<Constant> {
    let hinge = Hinge::new(1.0, 0.0).expect("a valid margin");
    Sgd::new(hinge, Constant { rate }).expect("a valid rate")
}

/// Samples around a centre for each class, wide enough that the classes overlap a little; the same each time.
pub fn overlapping_classes<const F: usize>(classes: usize, samples: usize) -> (Vec<[f32; F]>, Vec<u8>) {
    let mut rng = XorShiftRng::seed_from_u64(1);
    let centres: Vec<[f32; F]> =
        (0..classes).map(|_| std::array::from_fn(|_| random::uniform(&mut rng) - 0.5)).collect();
    let labels: Vec<u8> = (0..samples).map(|_| random::index(&mut rng, classes as u32) as u8).collect();
    let spread = 0.4 * (F as f32).sqrt();
    let around = |label: &u8| centres[usize::from(*label)].map(|x| x + spread * (random::uniform(&mut rng) - 0.5));
    (labels.iter().map(around).collect(), labels)
}
