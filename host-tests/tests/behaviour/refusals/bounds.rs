//! What is finite and still ruins: bounds on features and on steps.

use hingeline::{
    Bounded, Constant, DynSlices, Error, Gradient, GradientDescent, Hinge, Limited, Model, Order, Samples, Sgd, Slices,
    check_features,
};
use hingeline_host_tests::contract;
use hingeline_host_tests::generate::{self, Set};

#[test]
fn features_beyond_the_bound_are_refused() {
    let bound = 4.0_f32;
    for (x, expected) in [
        (bound, Ok(())),
        (-bound, Ok(())),
        (bound.next_up(), Err(Error::FeatureTooLarge)),
        (-1e30, Err(Error::FeatureTooLarge)),
        (f32::NAN, Err(Error::NonFiniteFeature)),
        (f32::NEG_INFINITY, Err(Error::NonFiniteFeature)),
    ] {
        assert_eq!(check_features(&[0.0, x], bound), expected, "{x}");
        let rows = [[0.0, 1.0], [0.0, x]];
        let mut set = Slices::new(&rows, &[0u8, 1]).unwrap();
        let mut bounded = Bounded::new(&mut set, bound).unwrap();
        assert_eq!((bounded.len(), bounded.sample(0)), (2, Ok((&rows[0], 0))));
        assert_eq!(bounded.sample(1).map(|_| ()), expected, "{x}");
        assert_eq!(bounded.resident(1).is_some(), expected.is_ok(), "{x}");
        let mut set = DynSlices::new(2, rows.as_flattened(), &[0u8, 1]).unwrap();
        let mut bounded = Bounded::new(&mut set, bound).unwrap();
        assert_eq!(hingeline::DynSamples::sample(&mut bounded, 1).map(|_| ()), expected, "{x}");
        assert_eq!(hingeline::DynSamples::resident(&bounded, 1).is_some(), expected.is_ok(), "{x}");
    }
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(Bounded::new(&mut (), bad).err(), Some(Error::InvalidLimit), "{bad}");
        assert_eq!(
            Sgd::new(hinge(), Limited { schedule: Constant { rate: 0.1 }, longest: bad }),
            Err(Error::InvalidLimit)
        );
    }
}

/// An epoch stops at the sample at fault, and goes on behind it.
#[test]
fn an_epoch_over_a_bounded_set_names_the_sample() {
    let mut set = Slices::new(&[[1.0], [1e30], [-1.0]], &[0u8, 1, 1]).unwrap();
    let mut bounded = Bounded::new(&mut set, 10.0).unwrap();
    let mut order = Order::resume([1, 2, 3, 4], 3, 0, 0).unwrap();
    let (mut model, mut sgd) = (Model::<2, 1>::new(), Sgd::new(hinge(), Constant { rate: 0.1 }).unwrap());
    let stopped = sgd.epoch(&mut model, &mut bounded, &mut order).unwrap_err();
    assert_eq!((stopped.error, stopped.sample), (Error::FeatureTooLarge, Some(1)));
    order.skip();
    if order.epoch() == 0 {
        sgd.epoch(&mut model, &mut bounded, &mut order).unwrap();
    }
    assert_eq!((order.epoch(), sgd.progress().steps()), (1, 2));
}

fn hinge() -> Hinge {
    Hinge::new(1.0, 1e-3).unwrap()
}

/// Within the bound every bit is that of the schedule alone; beyond it the step is the one of the rate that it tells.
#[test]
fn a_limited_step_is_one_of_a_smaller_rate() {
    let (mut within, mut beyond) = (0, 0);
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let set = Set::<5>::draw(&mut rng, 20, 4, generate::ordinary);
        let schedule = Limited { schedule: Constant { rate: 0.1 }, longest: 0.3 };
        let mut limited = Sgd::new(hinge(), schedule).unwrap();
        let mut model = generate::model::<4, 5>(&mut rng, 0.7, generate::ordinary);
        for (x, label) in set.iter() {
            let before = model.clone();
            let mut expected = contract::Model::from(&before);
            let step = limited.step(&mut model, x, label).unwrap();
            let most = x.iter().fold(1.0_f32, |most, x| most.max(x.abs()));
            // The label's coefficient is the largest.
            let magnitude = step.violations as f32 * most;
            let rate = if 0.1 * magnitude > 0.3 { 0.3 / magnitude } else { 0.1 };
            assert_eq!(step.learning_rate.to_bits(), rate.to_bits(), "seed {seed}");
            let (x, decay) = (x.to_vec(), 0.1);
            contract::limited_sgd_step(&mut expected, &(x, label), 1.0, 1e-3, decay, rate);
            assert_eq!(model.checksum(), contract::checksum(&expected), "seed {seed}");
            if rate < 0.1 { beyond += 1 } else { within += 1 }
        }
    }
    assert!(within > 100 && beyond > 100, "{within} within, {beyond} beyond");
}

/// One sample of 1e30 among good ones: with a bound on the step the model goes on as if it had hardly been there.
#[test]
fn one_bad_sample_does_not_ruin_a_limited_run() {
    let good = [([1.0, 0.2], 0), ([-1.0, 0.1], 1)];
    let right = |model: &Model<2, 2>| good.iter().filter(|(x, label)| model.predict(x) == Ok(*label)).count();
    let run = |longest| {
        let schedule = Limited { schedule: Constant { rate: 0.1 }, longest };
        let (mut model, mut sgd) = (Model::new(), Sgd::new(hinge(), schedule).unwrap());
        for t in 0..1_000 {
            let (x, label) = if t == 100 { ([-1e30, 1e30], 0) } else { good[t % 2] };
            sgd.step(&mut model, &x, label).unwrap();
        }
        right(&model)
    };
    assert_eq!(run(0.5), 2);
    assert!(run(f32::MAX) < 2, "the sample does no harm");
}

#[test]
fn a_limited_batch_moves_no_further_than_its_bound() {
    for (longest, huge) in [(0.5, 1e30), (0.01, 1.0), (f32::MAX, 1.0)] {
        let schedule = Limited { schedule: Constant { rate: 0.25 }, longest };
        let mut gradient = Gradient::new();
        let objective = Hinge::new(1.0, 0.0).unwrap();
        let mut descent = GradientDescent::new(objective, schedule, &mut gradient).unwrap();
        let rows = [[1.0], [huge]];
        let mut set = Slices::new(&rows, &[0u8, 1]).unwrap();
        let mut model = Model::<2, 1>::new();
        let step = descent.step(&mut model, &mut set).unwrap();
        // The gradient of both classes is ±(huge − 1) / 2, and in binary32 ±huge / 2 for the first.
        let magnitude = ((huge - 1.0) / 2.0_f32).max(0.0);
        let rate = if 0.25 * magnitude > longest { longest / magnitude } else { 0.25 };
        assert_eq!(step.learning_rate, rate, "{longest}");
        assert!(model.weights().as_flattened().iter().all(|w| w.abs() <= longest), "{longest}: {:?}", model.weights());
    }
}
