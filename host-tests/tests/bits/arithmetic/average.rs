//! Averaged SGD: the steps are those of SGD, and the mean is that of the contract.

use hingeline::kernel::Kernel;
use hingeline::{Average, AveragedSgd, Constant, Hinge, Sgd};
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::{contract, for_extreme_shapes};

use super::descent::assert_model;

pub(crate) fn means<K: Kernel>(kernel: K) {
    for l2 in [0.0, 1e-9, 1e-3, 0.5] {
        for_extreme_shapes!(mean(kernel, 1.0, l2, 0.1));
        for_extreme_shapes!(mean(kernel, 0.3, l2, 0.1));
    }
}

/// A strength that takes the scale below 2⁻¹⁶ every few steps.
pub(crate) fn means_of_steps_that_fold<K: Kernel>(kernel: K) {
    for_extreme_shapes!(mean(kernel, 2e-5, 4.0, 0.12));
}

fn mean<const C: usize, const F: usize>(kernel: impl Kernel, scale: f32, l2: f32, rate: f32) {
    let seed = 6;
    let mut rng = generate::rng(seed);
    let mut model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale, generate::ordinary));
    let set = Set::<F>::draw(&mut rng, 40, C, generate::ordinary);
    let mut expected = contract::Model::from(&model);
    let mut expected_average = contract::Average::new(C, F);
    let mut average = Average::new();
    let sgd = Sgd::new(Hinge::new(1.0, l2).unwrap(), Constant { rate }).unwrap();
    let mut averaged = AveragedSgd::new(sgd, &mut average);
    for (t, sample) in contract::samples_of(&set).iter().enumerate() {
        averaged.step(&mut model, &set.features[t], sample.1).unwrap();
        expected_average.step(&mut expected, sample, 1.0, l2, rate);
        assert_model(&model, &expected, &format!("{C}x{F}, scale {scale}, α {l2}, step {t}, seed {seed}"));
    }
    let what = format!("mean, {C}x{F}, scale {scale}, α {l2}, seed {seed}");
    average.finish(&mut model).unwrap();
    assert_model(&model, &expected_average.mean(&expected), &what);
}
