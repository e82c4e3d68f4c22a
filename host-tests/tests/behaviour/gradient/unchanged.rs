//! A difference changes the model in place, and restores it to the bit, after success and after every error.

use hingeline::{Decoded, Error, FiniteDifference, Gradient, Hinge, Model, Parameter, Samples, Slices, Stopped};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate::{self, Set};

use super::{central, forward, parameters};

/// Calls all three functions that compute differences, and asserts that none leaves a trace in the model.
fn assert_unchanged<const C: usize, const F: usize>(
    method: FiniteDifference,
    model: &mut Model<C, F>,
    samples: &mut impl Samples<F>,
) -> [Option<Stopped>; 3] {
    let (before, mut gradient) = (ModelBits::of(model), Gradient::new());
    let hinge = Hinge::new(1.0, 0.1).unwrap();
    let last = Parameter::Weight { class: C - 1, feature: F - 1 };
    let derivative = method.derivative(&hinge, model, samples, last).err();
    assert_eq!(ModelBits::of(model), before, "after a derivative, {derivative:?}");
    let numeric = method.gradient(&hinge, model, samples, &mut gradient).err();
    assert_eq!(ModelBits::of(model), before, "after a gradient, {numeric:?}");
    let check = method.check(&hinge, model, samples, &mut gradient).err();
    assert_eq!(ModelBits::of(model), before, "after a check, {check:?}");
    [derivative, numeric, check]
}

fn special_model(seed: u64) -> Model<3, 4> {
    // Signed zeros and subnormals, which a step forth and back would not restore.
    let draw = |rng: &mut _| generate::one_of(rng, &[-0.0, 0.0, 1e-45, -1e-40, 0.1, -3.0, 1e-9]);
    generate::model(&mut generate::rng(seed), [1.0, 0.3][seed as usize % 2], draw)
}

fn special_set(seed: u64) -> Set<4> {
    Set::draw(&mut generate::rng(seed), 6, 3, generate::ordinary)
}

#[test]
fn after_success() {
    for seed in 0..20 {
        for method in [central(1e-2), forward(1e-2)] {
            let outcome = assert_unchanged(method, &mut special_model(seed), &mut special_set(seed).slices());
            assert_eq!(outcome, [None; 3], "seed {seed}");
        }
    }
}

#[test]
fn after_each_single_derivative() {
    let (mut model, set) = (special_model(1), special_set(1));
    let before = ModelBits::of(&model);
    for at in parameters::<3, 4>() {
        let hinge = Hinge::new(1.0, 0.1).unwrap();
        central(0.1).derivative(&hinge, &mut model, &mut set.slices(), at).unwrap();
        assert_eq!(ModelBits::of(&model), before, "{at:?}");
    }
}

#[test]
fn after_a_bad_sample() {
    let stopped = |error| Some(Stopped { error, sample: Some(4) });
    for method in [central(1e-2), forward(1e-2)] {
        let (mut model, mut set) = (special_model(2), special_set(2));
        set.features[4][3] = f32::NAN;
        assert_eq!(assert_unchanged(method, &mut model, &mut set.slices()), [stopped(Error::NonFiniteScore); 3]);
        set = special_set(2);
        set.labels[4] = 3;
        assert_eq!(assert_unchanged(method, &mut model, &mut set.slices()), [stopped(Error::LabelOutOfRange); 3]);
    }
}

#[test]
fn after_a_source_that_fails() {
    let (mut buffer, set) = ([0.0; 4], special_set(3));
    let mut samples = Decoded::new(6, &mut buffer, |index, buffer: &mut [f32; 4]| {
        *buffer = set.features[index];
        if index == 2 { Err(Error::Unreadable) } else { Ok(set.labels[index]) }
    });
    let stopped = Some(Stopped { error: Error::Unreadable, sample: Some(2) });
    assert_eq!(assert_unchanged(central(1e-2), &mut special_model(3), &mut samples), [stopped; 3]);
}

/// The scores overflow at only one of the two points: the model itself is valid.
#[test]
fn after_a_point_that_overflows() {
    let features = [[0.0], [1e30]];
    let mut samples = Slices::new(&features, &[0u8, 1]).unwrap();
    let stopped = Some(Stopped { error: Error::NonFiniteScore, sample: Some(1) });
    let mut model = Model::<2, 1>::new();
    for method in [central(1e10), forward(1e10)] {
        assert_eq!(assert_unchanged(method, &mut model, &mut samples), [stopped; 3]);
    }
    // The scores are finite, but their margin of 3e38 overflows at one of the points.
    let mut model = Model::from_parts([[1.5e8], [-1.5e8]], [0.0; 2], 1.0).unwrap();
    let stopped = Some(Stopped { error: Error::NonFiniteLoss, sample: Some(1) });
    assert_eq!(assert_unchanged(central(0.5e8), &mut model, &mut samples), [stopped; 3]);
}

#[test]
fn after_steps_that_change_nothing_or_too_much() {
    let mut samples = Slices::new(&[[0.0]], &[0u8]).unwrap();
    let invalid = Some(Stopped { error: Error::InvalidDifference, sample: None });
    let mut heavy = Model::from_parts([[1e10], [1e10]], [1e10; 2], 1.0).unwrap();
    for method in [central(1e-2), forward(1e-2)] {
        assert_eq!(assert_unchanged(method, &mut heavy, &mut samples), [invalid; 3]);
    }
    let mut largest = Model::from_parts([[3e38], [3e38]], [0.0; 2], 1.0).unwrap();
    let [derivative, gradient, _] = assert_unchanged(forward(1e38), &mut largest, &mut samples);
    assert_eq!([derivative, gradient], [invalid; 2]);
}

#[test]
fn after_an_empty_set_or_a_parameter_that_is_not_there() {
    let mut nothing = Slices::<4, u8>::new(&[], &[]).unwrap();
    let empty = Some(Stopped { error: Error::EmptySet, sample: None });
    assert_eq!(assert_unchanged(central(1e-2), &mut special_model(4), &mut nothing), [empty; 3]);

    let (mut model, set) = (special_model(5), special_set(5));
    let before = ModelBits::of(&model);
    for at in [
        Parameter::Weight { class: 3, feature: 0 },
        Parameter::Weight { class: 0, feature: 4 },
        Parameter::Weight { class: usize::MAX, feature: usize::MAX },
        Parameter::Bias { class: 3 },
    ] {
        let hinge = Hinge::new(1.0, 0.0).unwrap();
        let refused = central(1e-2).derivative(&hinge, &mut model, &mut set.slices(), at);
        assert_eq!(refused, Err(Stopped { error: Error::IndexOutOfRange, sample: None }));
        assert_eq!(ModelBits::of(&model), before, "{at:?}");
    }
}
