//! Steps of SGD and of batch descent, many in a row.

use hingeline::kernel::Kernel;
use hingeline::{Constant, Gradient, GradientDescent, Hinge, InverseTime, MiniBatch, Model, Order, Sgd};
use hingeline_host_tests::bits::{assert_all_same, assert_same};
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::{contract, for_extreme_shapes};

/// Asserts that the model is that of the contract.
pub(crate) fn assert_model<const C: usize, const F: usize, K>(
    model: &Model<C, F, K>,
    expected: &contract::Model,
    what: &str,
) {
    let weights = model.weights().as_flattened();
    assert_all_same(weights, &expected.flat_weights(), format_args!("weights, {what}"));
    assert_all_same(model.bias(), &expected.bias, format_args!("bias, {what}"));
    assert_same(model.scale(), expected.scale, format_args!("scale, {what}"));
    assert_same(model.parts().2.carry, expected.carry, format_args!("carry, {what}"));
}

pub(crate) fn sgd_steps<K: Kernel>(kernel: K) {
    for l2 in [0.0, 1e-9, 1e-3, 0.5, 4.0] {
        for_extreme_shapes!(sgd_run(kernel, 1.0, l2, 0.1));
        for_extreme_shapes!(sgd_run(kernel, 0.3, l2, 0.1));
    }
}

/// A strength that takes the scale below 2⁻¹⁶ every few steps.
pub(crate) fn sgd_steps_that_fold<K: Kernel>(kernel: K) {
    for_extreme_shapes!(sgd_run_with_folds(kernel));
}

fn sgd_run_with_folds<const C: usize, const F: usize>(kernel: impl Kernel) {
    assert!(sgd_run::<C, F>(kernel, 2e-5, 4.0, 0.12) >= 5);
}

/// Returns the number of folds of the scale.
fn sgd_run<const C: usize, const F: usize>(kernel: impl Kernel, scale: f32, l2: f32, rate: f32) -> usize {
    let seed = 3;
    let mut rng = generate::rng(seed);
    let mut model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale, generate::ordinary));
    let set = Set::<F>::draw(&mut rng, 40, C, generate::ordinary);
    let mut expected = contract::Model::from(&model);
    let schedule = InverseTime { rate, decay: 1e-3 };
    let mut sgd = Sgd::new(Hinge::new(1.0, l2).unwrap(), schedule).unwrap();
    let mut folds = 0;
    for (t, sample) in contract::samples_of(&set).iter().enumerate() {
        let what = format!("{C}x{F}, scale {scale}, α {l2}, step {t}, seed {seed}");
        let rate = contract::inverse_time_rate(rate, 1e-3, t as u64);
        let loss = contract::sample_loss(&contract::margins(&expected, &sample.0, sample.1, 1.0));
        let folded = contract::sgd_step(&mut expected, sample, 1.0, l2, rate);
        let step = sgd.step(&mut model, &set.features[t], sample.1).unwrap();
        assert_same(step.loss, loss, format_args!("loss, {what}"));
        assert_same(step.learning_rate, rate, format_args!("rate, {what}"));
        assert_eq!(step.folded, folded, "{what}");
        folds += usize::from(folded);
        assert_model(&model, &expected, &what);
    }
    folds
}

pub(crate) fn batch_steps<K: Kernel>(kernel: K) {
    for l2 in [0.0, 1e-9, 1e-3, 0.5, 2.0] {
        for_extreme_shapes!(batch_run(kernel, 1.0, l2));
    }
}

pub(crate) fn batch_steps_of_a_scaled_model<K: Kernel>(kernel: K) {
    for_extreme_shapes!(batch_run(kernel, 0.3, 1e-2));
}

fn batch_run<const C: usize, const F: usize>(kernel: impl Kernel, scale: f32, l2: f32) {
    let seed = 4;
    let mut rng = generate::rng(seed);
    let mut model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale, generate::ordinary));
    // Not a power of two, so that dividing by N rounds.
    let set = Set::<F>::draw(&mut rng, 11, C, generate::ordinary);
    let samples = contract::samples_of(&set);
    let mut expected = contract::Model::from(&model);
    let mut gradient = Gradient::new();
    let hinge = Hinge::new(1.0, l2).unwrap();
    let mut descent = GradientDescent::new(hinge, Constant { rate: 0.2 }, &mut gradient).unwrap();
    for t in 0..6 {
        let what = format!("{C}x{F}, scale {scale}, α {l2}, step {t}, seed {seed}");
        let data_loss = contract::set_loss(&expected, &samples, 1.0, 0.0);
        contract::batch_step(&mut expected, &samples, 1.0, l2, contract::constant_rate(0.2));
        let step = descent.step(&mut model, &mut set.slices()).unwrap();
        assert_same(step.data_loss, data_loss, format_args!("loss, {what}"));
        assert_eq!(step.samples, 11, "{what}");
        assert_model(&model, &expected, &what);
    }
}

pub(crate) fn mini_batches<K: Kernel>(kernel: K) {
    for_extreme_shapes!(mini_batch_run(kernel));
}

fn mini_batch_run<const C: usize, const F: usize>(kernel: impl Kernel) {
    let seed = 5;
    let mut rng = generate::rng(seed);
    let mut model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, 1.0, generate::ordinary));
    let set = Set::<F>::draw(&mut rng, 11, C, generate::ordinary);
    let samples = contract::samples_of(&set);
    let mut order = Order::new(11, &mut rng).unwrap();
    let mut expected = contract::Model::from(&model);
    let mut gradient = Gradient::new();
    let (hinge, schedule) = (Hinge::new(1.0, 1e-2).unwrap(), Constant { rate: 0.2 });
    let mut descent = MiniBatch::new(hinge, schedule, 3, &mut gradient).unwrap();
    for t in 0..8 {
        let what = format!("{C}x{F}, step {t}, seed {seed}");
        let mut ahead = order;
        let size = 3.min(order.remaining() as usize);
        let batch = (0..size).map(|_| (samples[ahead.index()].clone(), ahead.skip()).0).collect::<Vec<_>>();
        contract::batch_step(&mut expected, &batch, 1.0, 1e-2, 0.2);
        let step = descent.step(&mut model, &mut set.slices(), &mut order).unwrap();
        assert_eq!((step.samples, order), (size, ahead), "{what}");
        assert_model(&model, &expected, &what);
    }
}
