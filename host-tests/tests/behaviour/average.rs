//! Averaged SGD beside what the word means, and what it refuses.

use hingeline::{
    Average, AveragedSgd, Constant, Error, Hinge, InverseTime, Model, Order, Schedule, Sgd, Slices, Stopped,
};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::long::averaged_steps;
use hingeline_host_tests::{oracle, tolerance};

/// The mean of the iterates in f64, and the mean of their magnitudes.
struct Exact {
    mean: Vec<f64>,
    magnitude: Vec<f64>,
}

fn elements<const C: usize, const F: usize>(model: &Model<C, F>) -> Vec<f64> {
    let model = oracle::Model::from(model);
    model.weights.concat().into_iter().chain(model.bias).collect()
}

/// Runs an epoch at a time, and adds up the model after each step in f64.
fn run<const C: usize, const F: usize>(seed: u64, l2: f32, schedule: impl Schedule) -> (Model<C, F>, Exact, u32) {
    let mut rng = generate::rng(seed);
    let mut model = generate::model::<C, F>(&mut rng, 1.0, generate::ordinary);
    let set = Set::<F>::draw(&mut rng, 60, C, generate::ordinary);
    let mut average = Average::new();
    let mut averaged = AveragedSgd::new(Sgd::new(Hinge::new(1.0, l2).unwrap(), schedule).unwrap(), &mut average);
    let zeros = vec![0.0; elements(&model).len()];
    let (mut sum, mut magnitude) = (zeros.clone(), zeros);
    for (x, label) in (0..5).flat_map(|_| set.iter()) {
        averaged.step(&mut model, x, label).unwrap();
        for ((sum, magnitude), w) in sum.iter_mut().zip(&mut magnitude).zip(elements(&model)) {
            *sum += w;
            *magnitude += w.abs();
        }
    }
    average.finish(&mut model).unwrap();
    let steps = average.steps();
    let mean = |sum: Vec<f64>| sum.into_iter().map(|sum| sum / f64::from(steps)).collect();
    (model, Exact { mean: mean(sum), magnitude: mean(magnitude) }, steps)
}

#[test]
fn the_mean_is_the_mean_of_the_models_after_each_step() {
    for seed in 0..20 {
        for l2 in [0.0, 1e-3, 0.4] {
            let (model, exact, steps) = run::<5, 13>(seed, l2, InverseTime { rate: 0.2, decay: 1e-2 });
            for (index, actual) in elements(&model).into_iter().enumerate() {
                let off = (actual - exact.mean[index]).abs();
                let bound = tolerance::average(steps as usize, exact.magnitude[index]);
                assert!(off <= bound, "seed {seed}, α {l2}, element {index}: {actual}, {}", exact.mean[index]);
            }
        }
    }
}

/// What there is to compare: models, both descents' states, both orders.
#[test]
fn averaging_does_not_change_the_descent() {
    let mut rng = generate::rng(1);
    let start = generate::model::<4, 7>(&mut rng, 1.0, generate::ordinary);
    let set = Set::<7>::draw(&mut rng, 50, 4, generate::ordinary);
    let new = || Sgd::new(Hinge::new(1.0, 1e-2).unwrap(), InverseTime { rate: 0.1, decay: 1e-2 }).unwrap();
    let (mut plain, mut sgd, mut order) = (start.clone(), new(), Order::new(50, &mut rng).unwrap());
    let (mut model, mut average, mut own_order) = (start, Average::new(), order);
    let mut averaged = AveragedSgd::new(new(), &mut average);
    for _ in 0..3 {
        let step = sgd.step_next(&mut plain, &mut set.slices(), &mut order).unwrap();
        assert_eq!(averaged.step_next(&mut model, &mut set.slices(), &mut own_order), Ok(step));
        let epoch = sgd.epoch(&mut plain, &mut set.slices(), &mut order).unwrap();
        assert_eq!(averaged.epoch(&mut model, &mut set.slices(), &mut own_order), Ok(epoch));
        assert_eq!(ModelBits::of(&model), ModelBits::of(&plain));
        assert_eq!((averaged.sgd(), own_order), (sgd, order));
    }
    assert_eq!(average.steps(), 150);
}

#[test]
fn the_average_stays_as_it_is_and_starts_anew_when_cleared() {
    let mut rng = generate::rng(2);
    let mut model = generate::model::<3, 5>(&mut rng, 1.0, generate::ordinary);
    let set = Set::<5>::draw(&mut rng, 30, 3, generate::ordinary);
    let sgd = Sgd::new(Hinge::new(1.0, 1e-2).unwrap(), Constant { rate: 0.1 }).unwrap();
    let mut average = Average::new();
    let epoch = |model: &mut Model<3, 5>, average: &mut Average<3, 5>| {
        let mut averaged = AveragedSgd::new(sgd, average);
        set.iter().for_each(|(x, label)| assert!(averaged.step(model, x, label).is_ok()));
    };
    epoch(&mut model, &mut average);
    let (mut first, mut again) = (model.clone(), model.clone());
    average.finish(&mut first).unwrap();
    average.finish(&mut again).unwrap();
    assert_eq!(ModelBits::of(&first), ModelBits::of(&again));

    let mut anew = Average::new();
    let mut other = model.clone();
    epoch(&mut other, &mut anew);
    anew.finish(&mut other).unwrap();
    average.clear();
    epoch(&mut model, &mut average);
    average.finish(&mut model).unwrap();
    assert_eq!(ModelBits::of(&model), ModelBits::of(&other));
    assert_ne!(ModelBits::of(&model), ModelBits::of(&first));
}

/// All of the state, for comparison.
fn state<const C: usize, const F: usize>(model: &Model<C, F>, averaged: &impl core::fmt::Debug) -> (ModelBits, String) {
    (ModelBits::of(model), format!("{averaged:?}"))
}

#[test]
fn a_step_that_is_refused_leaves_no_trace_in_the_average() {
    let mut rng = generate::rng(3);
    let mut model = generate::model::<3, 4>(&mut rng, 1.0, generate::ordinary);
    let set = Set::<4>::draw(&mut rng, 30, 3, generate::ordinary);
    let sgd = Sgd::new(Hinge::new(1.0, 1e-2).unwrap(), Constant { rate: 0.1 }).unwrap();
    let mut average = Average::new();
    let mut averaged = AveragedSgd::new(sgd, &mut average);
    let bad = [([f32::NAN, 0.0, 0.0, 0.0], 0), ([1.0; 4], 3), ([f32::MAX; 4], 2), ([0.0, f32::INFINITY, 0.0, 0.0], 1)];
    for (index, (x, label)) in set.iter().enumerate() {
        averaged.step(&mut model, x, label).unwrap();
        let before = state(&model, &averaged);
        let (bad_x, bad_label) = bad[index % bad.len()];
        assert!(averaged.step(&mut model, &bad_x, bad_label).is_err());
        assert_eq!(state(&model, &averaged), before);
    }
}

/// Steps until one is refused, which must leave no trace; their number and the reason. With a margin of 0 none has a
/// violation; with 1 each has, and writes both rows, as they are.
fn steps_until_refused(model: &mut Model<2, 1>, average: &mut Average<2, 1>, margin: f32) -> (usize, Error) {
    let sgd = Sgd::new(Hinge::new(margin, 0.0).unwrap(), Constant { rate: 1e-3 }).unwrap();
    let mut averaged = AveragedSgd::new(sgd, average);
    let refused = (0..100).find_map(|step| {
        let before = state(model, &averaged);
        let error = averaged.step(model, &[0.0], 0).err()?;
        assert_eq!(state(model, &averaged), before);
        Some((step, error))
    });
    refused.expect("a hundred of these are too many")
}

/// Every single model is finite, the sum of a few is not. Weights stay below an eighth of the range for the rounding of
/// sum and bound, biases are added as they are.
#[test]
fn a_sum_that_would_not_be_finite() {
    let (weights, biases) = (([[1e37], [-1e37]], [0.0; 2]), ([[0.0]; 2], [1e38, 1e38]));
    for ((weights, bias), margin, admitted) in [(weights, 0.0, 4), (weights, 1.0, 4), (biases, 0.0, 3)] {
        let mut model = Model::from_parts(weights, bias, 1.0).unwrap();
        let mut average = Average::new();
        let expected = (admitted, Error::NonFiniteStep);
        assert_eq!(steps_until_refused(&mut model, &mut average, margin), expected);
        // What was averaged until then is of use, and once it is forgotten there is room again.
        let mut mean = model.clone();
        average.finish(&mut mean).unwrap();
        assert!(mean.weights().as_flattened().iter().chain(mean.bias()).all(|value| value.is_finite()));
        average.clear();
        assert_eq!(steps_until_refused(&mut model, &mut average, margin), expected);
    }
}

/// The mean has the scale 1, so its stored weights can be larger than those of the model it came from: the guard must know.
#[test]
fn a_step_on_the_mean_is_guarded_too() {
    let mut model = Model::from_parts([[6e32], [6e32]], [0.0; 2], 65_536.0).unwrap();
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    let mut average = Average::new();
    let sgd = Sgd::new(hinge, Constant { rate: 0.1 }).unwrap();
    AveragedSgd::new(sgd, &mut average).step(&mut model, &[0.0], 0).unwrap();
    average.finish(&mut model).unwrap();
    let before = ModelBits::of(&model);
    let mut large = Sgd::new(hinge, Constant { rate: 3.2e38 }).unwrap();
    assert_eq!(large.step(&mut model, &[1.0], 0), Err(Error::NonFiniteStep));
    assert_eq!(ModelBits::of(&model), before);
}

#[test]
fn an_average_of_nothing() {
    let mut model = Model::from_parts([[1.0], [2.0]], [3.0, 4.0], 1.0).unwrap();
    let before = ModelBits::of(&model);
    assert_eq!(Average::new().finish(&mut model), Err(Error::EmptySet));
    assert_eq!(ModelBits::of(&model), before);
}

/// The weights of another model, times the steps, would be infinite.
#[test]
fn another_model() {
    let mut average = Average::new();
    let sgd = Sgd::new(Hinge::new(0.0, 0.0).unwrap(), Constant { rate: 0.1 }).unwrap();
    for _ in 0..100 {
        AveragedSgd::new(sgd, &mut average).step(&mut Model::<2, 1>::new(), &[0.0], 0).unwrap();
    }
    let mut other = Model::from_parts([[3e38], [0.0]], [0.0; 2], 1.0).unwrap();
    let before = ModelBits::of(&other);
    assert_eq!(average.finish(&mut other), Err(Error::NonFiniteStep));
    assert_eq!(ModelBits::of(&other), before);
}

/// It is the caller's mistake to step another model, and still nothing infinite gets into the sum: the rows of the second
/// model would count for the hundred steps that were made on the first.
#[test]
fn steps_on_another_model() {
    let sgd = Sgd::new(Hinge::new(0.0, 0.0).unwrap(), Constant { rate: 0.1 }).unwrap();
    let (mut zeros, mut average) = (Model::<2, 1>::new(), Average::new());
    for _ in 0..100 {
        AveragedSgd::new(sgd, &mut average).step(&mut zeros, &[0.0], 0).unwrap();
    }
    let mut large = Model::from_parts([[4e36], [4e36]], [0.0; 2], 1.0).unwrap();
    let violated = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 0.1 }).unwrap();
    let mut averaged = AveragedSgd::new(violated, &mut average);
    let before = state(&large, &averaged);
    assert_eq!(averaged.step(&mut large, &[1.0], 0), Err(Error::NonFiniteStep));
    assert_eq!(state(&large, &averaged), before);
    average.finish(&mut zeros).unwrap();
    assert_eq!(zeros.weights(), &[[0.0]; 2]);
}

#[test]
fn an_average_is_full_after_its_last_step() {
    let mut model = Model::from_parts([[0.1], [-0.1]], [0.3, 0.7], 1.0).unwrap();
    // The margin of 0 is satisfied, so that no step changes the model.
    let sgd = Sgd::new(Hinge::new(0.0, 0.0).unwrap(), Constant { rate: 0.1 }).unwrap();
    let mut average = Average::new();
    let sgd = averaged_steps(Average::<2, 1>::LARGEST, sgd, &mut average, &mut model, [3.0]);
    let mut samples = Slices::new(&[[3.0]], &[0_u8]).unwrap();
    let mut order = Order::resume([1, 2, 3, 4], 1, 0, 0).unwrap();
    let stopped = AveragedSgd::new(sgd, &mut average).epoch(&mut model, &mut samples, &mut order);
    assert_eq!(stopped, Err(Stopped { error: Error::AverageFull, sample: Some(0) }));
    average.finish(&mut model).unwrap();
    // The pending scales are whole numbers of at most 2²⁴, so their sum is exact, and so is the mean.
    assert_eq!(model.weights(), &[[0.1], [-0.1]]);
}
