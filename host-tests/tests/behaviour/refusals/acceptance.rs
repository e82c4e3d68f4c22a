//! Steps that a rough bound would refuse but that must be taken, since their results are finite.

use hingeline::{Constant, Gradient, GradientDescent, Hinge, Model, Sgd, Slices};
use hingeline_host_tests::bits::{assert_all_same, is_finite};
use hingeline_host_tests::contract;

/// Steps once by SGD and once by batch descent, and asserts that both give the contract's result.
#[track_caller]
fn assert_accepted<const C: usize, const F: usize>(model: &Model<C, F>, rate: f32, x: [f32; F], label: usize) {
    let (hinge, schedule) = (Hinge::new(1.0, 0.0).unwrap(), Constant { rate });
    let sample = (x.to_vec(), label);
    let mut expected = contract::Model::from(model);
    contract::sgd_step(&mut expected, &sample, 1.0, 0.0, rate);

    let mut by_sgd = model.clone();
    let step = Sgd::new(hinge, schedule).unwrap().step(&mut by_sgd, &x, label).unwrap();
    assert!(step.violations > 0, "a step without a violation shows nothing");
    let (mut by_batch, mut gradient) = (model.clone(), Gradient::new());
    let mut descent = GradientDescent::new(hinge, schedule, &mut gradient).unwrap();
    descent.step(&mut by_batch, &mut Slices::new(&[x], &[label]).unwrap()).unwrap();
    for after in [&by_sgd, &by_batch] {
        assert_all_same(after.weights().as_flattened(), &expected.flat_weights(), "weights");
        assert_all_same(after.bias(), &expected.bias, "bias");
        assert!(is_finite(after));
    }
}

/// The largest weight moves towards zero; in the other direction it would overflow.
#[test]
fn an_update_that_cancels() {
    for weight in [3e38, f32::MAX] {
        let rate = 1e38;
        assert!((weight + rate).is_infinite(), "the rough bound must not decide");
        let model = Model::from_parts([[weight], [0.0]], [0.0; 2], 1.0).unwrap();
        assert_accepted(&model, rate, [-0.9], 0);
    }
    // The other row, with many features.
    let mut weights = [[0.0; 20]; 2];
    weights[1] = [3e37; 20];
    weights[1][13] = 3e38;
    let (mut x, bias) = ([0.0; 20], [0.0; 2]);
    (x[0], x[13]) = (1e-3, 1.0);
    assert_accepted(&Model::from_parts(weights, bias, 1.0).unwrap(), 1e38, x, 0);
}

/// A huge weight in a feature that is zero in this sample, or in a row that the step does not write.
#[test]
fn an_update_elsewhere() {
    let model = Model::from_parts([[3e38, 0.0], [3e38, 0.0]], [0.0; 2], 1.0).unwrap();
    assert_accepted(&model, 1e38, [0.0, 1.0], 0);
    let model = Model::from_parts([[0.0], [0.0], [-3e38]], [0.0; 3], 1.0).unwrap();
    assert_accepted(&model, 1e38, [1.0], 0);
}

#[test]
fn an_update_to_the_very_end_of_the_range() {
    assert_accepted(&Model::<2, 1>::new(), f32::MAX, [1.0], 0);
    // A bias that cancels.
    let model = Model::<2, 1>::from_parts([[0.0]; 2], [-3e38, -3e38], 1.0).unwrap();
    assert_accepted(&model, 3e37, [0.0], 0);
}

/// After such a step training continues: small steps beside huge weights, forth and back.
#[test]
fn steps_after_it() {
    let mut model = Model::from_parts([[3e38, 0.0], [0.0, 0.0]], [0.0; 2], 1.0).unwrap();
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    let mut sgd = Sgd::new(hinge, Constant { rate: 1e38 }).unwrap();
    sgd.step(&mut model, &[-0.9, 0.0], 0).unwrap();
    let mut slow = Sgd::new(hinge, Constant { rate: 1.0 }).unwrap();
    for _ in 0..1_000 {
        slow.step(&mut model, &[-0.1, 0.5], 0).unwrap();
        slow.step(&mut model, &[0.1, -0.5], 1).unwrap();
    }
    assert!(is_finite(&model));
}
