//! Samples that must stop a step, a loss or a gradient, and the index that is named.

use hingeline::{
    Decoded, Error, FiniteDifference, Gradient, Hinge, Model, Parameter, Samples, Selected, Slices, Stopped,
};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate::{self, Set};

use super::strategy::{assert_refused, strategies};

const C: usize = 3;
const F: usize = 4;
const N: usize = 8;

/// The index of the bad sample: neither first nor last.
const BAD: usize = 5;

fn hinge() -> Hinge {
    Hinge::new(1.0, 1e-3).unwrap()
}

fn good_model() -> Model<C, F> {
    generate::model(&mut generate::rng(1), 1.0, generate::ordinary)
}

fn good_set() -> Set<F> {
    Set::draw(&mut generate::rng(2), N, C, generate::ordinary)
}

/// Asserts that everything that reads the set stops at this sample for this reason.
#[track_caller]
fn assert_stops(model: &Model<C, F>, samples: &mut dyn Samples<F>, stopped: Stopped) {
    for mut strategy in strategies(hinge(), 0.1, N) {
        assert_refused(&mut *strategy, &mut model.clone(), samples, stopped);
    }
    let mut gradient = Gradient::new();
    assert_eq!(hinge().loss(model, samples), Err(stopped));
    assert_eq!(hinge().gradient(model, samples, &mut gradient), Err(stopped));
    let (method, mut copy) = (FiniteDifference::central(1e-2).unwrap(), model.clone());
    let at = Parameter::Bias { class: 1 };
    assert_eq!(method.derivative(&hinge(), &mut copy, samples, at), Err(stopped));
    assert_eq!(method.gradient(&hinge(), &mut copy, samples, &mut gradient), Err(stopped));
    assert_eq!(method.check(&hinge(), &mut copy, samples, &mut gradient), Err(stopped));
    assert_eq!(ModelBits::of(&copy), ModelBits::of(model));
}

fn at_bad(error: Error) -> Stopped {
    Stopped { error, sample: Some(BAD) }
}

#[test]
fn the_good_set_is_good() {
    for mut strategy in strategies(hinge(), 0.1, N) {
        let mut model = good_model();
        for _ in 0..2 * N {
            strategy.step(&mut model, &mut good_set().slices()).unwrap();
        }
    }
}

#[test]
fn label_out_of_range() {
    for label in [C, C + 1, usize::MAX] {
        let mut set = good_set();
        set.labels[BAD] = label;
        assert_stops(&good_model(), &mut set.slices(), at_bad(Error::LabelOutOfRange));
    }
}

#[test]
fn feature_that_is_not_finite() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for position in 0..F {
            let mut set = good_set();
            set.features[BAD][position] = bad;
            assert_stops(&good_model(), &mut set.slices(), at_bad(Error::NonFiniteScore));
        }
    }
}

/// A label out of range is reported first: no score is needed to detect it.
#[test]
fn bad_label_of_a_bad_feature() {
    let mut set = good_set();
    (set.features[BAD], set.labels[BAD]) = ([f32::NAN; F], C);
    assert_stops(&good_model(), &mut set.slices(), at_bad(Error::LabelOutOfRange));
}

#[test]
fn scores_that_overflow() {
    let mut set = good_set();
    set.features[BAD] = [f32::MAX; F];
    assert_stops(&good_model(), &mut set.slices(), at_bad(Error::NonFiniteScore));
}

/// Finite scores whose difference or sum is not finite.
#[test]
fn loss_that_overflows() {
    let mut margins = [0.0; 3];
    for (bias, label) in [([2.5e38, -2.5e38, 0.0], 1), ([2.5e38, 2.5e38, 0.0], 2)] {
        let model = Model::<3, 1>::from_parts([[0.0]; 3], bias, 1.0).unwrap();
        assert_eq!(hinge().margins(&model, &[1.0], label, &mut margins), Err(Error::NonFiniteLoss));
        let mut set = Slices::new(&[[1.0]], core::slice::from_ref(&label)).unwrap();
        let stopped = Stopped { error: Error::NonFiniteLoss, sample: Some(0) };
        assert_eq!(hinge().loss(&model, &mut set), Err(stopped));
        for mut strategy in super::strategy::descents(hinge(), 0.1, 1) {
            assert_refused(&mut *strategy, &mut model.clone(), &mut set, stopped);
        }
    }
    // A margin that overflows downwards does not count, and its sample has no loss.
    let model = Model::<3, 1>::from_parts([[0.0]; 3], [2.5e38, -2.5e38, 0.0], 1.0).unwrap();
    assert_eq!(hinge().margins(&model, &[1.0], 0, &mut margins), Ok(0.0));
}

/// Each loss is finite but their sum is not, and that is no single sample's fault.
#[test]
fn sum_of_losses_that_overflows() {
    let model = Model::<2, 1>::from_parts([[0.0]; 2], [2.5e38, 0.0], 1.0).unwrap();
    let mut set = Slices::new(&[[1.0], [1.0]], &[1u8, 1]).unwrap();
    let stopped = Stopped { error: Error::NonFiniteLoss, sample: None };
    assert_eq!(hinge().loss(&model, &mut set), Err(stopped));
    assert_eq!(hinge().gradient(&model, &mut set, &mut Gradient::new()), Err(stopped));
    for mut strategy in super::strategy::descents(hinge(), 0.1, 2).into_iter().skip(2) {
        assert_refused(&mut *strategy, &mut model.clone(), &mut set, stopped);
    }
}

/// The regulariser alone can overflow; with a strength of zero it is not even computed.
#[test]
fn regulariser_that_overflows() {
    let model = Model::<2, 1>::from_parts([[1e30], [0.0]], [0.0; 2], 1.0).unwrap();
    let mut set = Slices::new(&[[0.0]], &[0u8]).unwrap();
    let stopped = Stopped { error: Error::NonFiniteLoss, sample: None };
    assert_eq!(hinge().loss(&model, &mut set), Err(stopped));
    assert_eq!(hinge().gradient(&model, &mut set, &mut Gradient::new()), Err(stopped));
    assert_eq!(Hinge::new(1.0, 0.0).unwrap().loss(&model, &mut set), Ok(1.0));
}

/// A gradient that overflows although its loss does not: the features add up, and their scores are zero.
#[test]
fn gradient_that_overflows() {
    let mut set = Slices::new(&[[2e38], [2e38]], &[0u8, 0]).unwrap();
    let stopped = Stopped { error: Error::NonFiniteLoss, sample: None };
    let refused = hinge().gradient(&Model::<2, 1>::new(), &mut set, &mut Gradient::new());
    assert_eq!(refused, Err(stopped));
}

#[test]
fn unreadable_source() {
    let (set, mut buffer) = (good_set(), [0.0; F]);
    let mut samples = Decoded::new(N, &mut buffer, |index, buffer: &mut [f32; F]| {
        *buffer = set.features[index];
        if index == BAD { Err(Error::Unreadable) } else { Ok(set.labels[index]) }
    });
    assert_stops(&good_model(), &mut samples, at_bad(Error::Unreadable));
}

/// A batch reports the place in the batch, whatever the index at that place.
#[test]
fn index_out_of_range() {
    let set = good_set();
    let mut slices = set.slices();
    let mut batch = Selected::new(&mut slices, &[7, 6, 5, 4, 3, N, 1, 0]);
    assert_stops(&good_model(), &mut batch, at_bad(Error::IndexOutOfRange));
    for index in [N, N + 1, usize::MAX] {
        assert_eq!(set.slices().sample(index), Err(Error::IndexOutOfRange));
        assert_eq!(Selected::new(&mut set.slices(), &[0; N]).sample(index), Err(Error::IndexOutOfRange));
        let mut buffer = [0.0; F];
        let decode = |_, _: &mut [f32; F]| -> Result<usize, Error> { panic!("asked for what is not there") };
        assert_eq!(Decoded::new(N, &mut buffer, decode).sample(index), Err(Error::IndexOutOfRange));
    }
}

#[test]
fn empty_set() {
    let stopped = Stopped { error: Error::EmptySet, sample: None };
    let mut nothing = Slices::<F, u8>::new(&[], &[]).unwrap();
    let mut gradient = Gradient::new();
    assert_eq!(hinge().loss(&good_model(), &mut nothing), Err(stopped));
    assert_eq!(hinge().gradient(&good_model(), &mut nothing, &mut gradient), Err(stopped));
    // The descent on the whole set and the two searches: the others need an order, which cannot be empty.
    let all = strategies(hinge(), 0.1, 1).into_iter().enumerate();
    for (_, mut strategy) in all.filter(|(index, _)| [2, 4, 5].contains(index)) {
        assert_refused(&mut *strategy, &mut good_model(), &mut nothing, stopped);
    }
}
