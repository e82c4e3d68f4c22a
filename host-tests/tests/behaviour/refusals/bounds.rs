//! Finite values that still ruin a model: bounds on features and on steps.

use hingeline::{
    Bounded, Constant, DynSlices, Error, Gradient, GradientDescent, Hinge, Limited, Model, Order, Samples, Schedule,
    Sgd, Slices, check_features,
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

/// An epoch stops at the bad sample, and continues after it.
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

/// Within the bound every bit is that of the schedule alone; beyond it the step is that of the reported rate.
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

/// One sample of 1e30 among good ones: with a bound on the step, the model continues as if the sample had hardly been
/// there.
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

/// Random sets, some with features so small that the bias has the largest gradient; models with a scale; nested bounds.
#[test]
fn a_limited_batch_is_one_of_a_smaller_rate() {
    let (mut within, mut beyond, mut by_bias) = (0, 0, 0);
    for seed in 0..100 {
        let mut rng = generate::rng(seed);
        let mut set = Set::<5>::draw(&mut rng, 20, 4, generate::ordinary);
        if seed % 2 == 1 {
            set.features.iter_mut().flatten().for_each(|x| *x *= 0.01);
        }
        let before = generate::model::<4, 5>(&mut rng, 0.7, generate::ordinary);
        let hinge = Hinge::new(1.0, 0.0).unwrap();
        let mut gradient = Gradient::new();
        hinge.gradient(&before, &mut set.slices(), &mut gradient).unwrap();
        let largest = |values: &[f32]| values.iter().fold(0.0_f32, |most, g| most.max(g.abs()));
        let (of_weights, of_bias) = (largest(gradient.weights().as_flattened()), largest(gradient.bias()));
        by_bias += usize::from(of_bias > of_weights);

        let longest = [0.02, 0.2][seed as usize / 2 % 2];
        let inner = Limited { schedule: Constant { rate: 0.25 }, longest };
        let nested = Limited { schedule: inner, longest: 1e3 };
        let mut model = before.clone();
        let step = GradientDescent::new(hinge, nested, &mut gradient).unwrap().step(&mut model, &mut set.slices());
        let rate = step.unwrap().learning_rate;
        // The mean that `gradient` returns is rounded before its maximum is taken, and the mean of the step after.
        let expected = f32::min(0.25, longest / of_weights.max(of_bias));
        assert!((rate - expected).abs() <= 2.0 * f32::EPSILON * expected, "seed {seed}: {rate}, {expected}");
        let mut own = before.clone();
        let schedule = Constant { rate };
        GradientDescent::new(hinge, schedule, &mut gradient).unwrap().step(&mut own, &mut set.slices()).unwrap();
        assert_eq!(model.checksum(), own.checksum(), "seed {seed}");
        // L2 shrinks at the rate of the schedule.
        let (mut shrunk, hinge) = (before.clone(), Hinge::new(1.0, 0.1).unwrap());
        GradientDescent::new(hinge, nested, &mut gradient).unwrap().step(&mut shrunk, &mut set.slices()).unwrap();
        assert_eq!(shrunk.scale(), before.scale() * (1.0 - 2.0 * 0.25 * 0.1), "seed {seed}");
        if rate < 0.25 { beyond += 1 } else { within += 1 }
    }
    assert!(within > 5 && beyond > 30 && by_bias > 10, "{within} within, {beyond} beyond, {by_bias} by the bias");
}

/// A user-defined schedule with this longest step.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Says(f32);

impl Schedule for Says {
    fn rate(&self, _: u64) -> f32 {
        0.1
    }

    fn longest_step(&self) -> f32 {
        self.0
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[test]
fn a_longest_step_that_is_none_is_refused() {
    for bad in [0.0, -0.0, -1.0, f32::NAN, f32::NEG_INFINITY] {
        assert_eq!(Sgd::new(hinge(), Says(bad)), Err(Error::InvalidLimit), "{bad}");
        let nested = Limited { schedule: Says(bad), longest: 0.5 };
        assert_eq!(Sgd::new(hinge(), nested), Err(Error::InvalidLimit), "{bad}");
    }
    for good in [f32::from_bits(1), 1.0, f32::INFINITY] {
        assert!(Sgd::new(hinge(), Says(good)).is_ok(), "{good}");
    }
}
