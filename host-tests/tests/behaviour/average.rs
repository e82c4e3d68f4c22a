//! Averaged SGD against the definition of the mean, and its refusals.

use hingeline::{
    Average, AverageParts, AveragedSgd, Constant, DynAverage, Error, Hinge, InverseTime, Model, Order, Schedule, Sgd,
    Slices, Stopped,
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

/// Runs an epoch at a time, and sums the model after each step in f64.
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

/// Everything is compared: the models, the states of both descents, and both orders.
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
fn the_average_is_kept_until_it_is_cleared() {
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

/// The whole state, for comparison.
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

/// Steps until one is refused, which must leave no trace. Returns the number of steps and the reason. With a margin of
/// 0 no step has a violation; with 1 each step has one, and writes both rows without changing them.
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

/// Every single model is finite, but the sum of a few is not. Weights must stay below an eighth of the range, because
/// the sum and the bound are rounded; biases are added without this margin.
#[test]
fn a_sum_that_would_not_be_finite() {
    let (weights, biases) = (([[1e37], [-1e37]], [0.0; 2]), ([[0.0]; 2], [1e38, 1e38]));
    for ((weights, bias), margin, admitted) in [(weights, 0.0, 4), (weights, 1.0, 4), (biases, 0.0, 3)] {
        let mut model = Model::from_parts(weights, bias, 1.0).unwrap();
        let mut average = Average::new();
        let expected = (admitted, Error::NonFiniteStep);
        assert_eq!(steps_until_refused(&mut model, &mut average, margin), expected);
        // The average up to here is usable, and once it is cleared there is room again.
        let mut mean = model.clone();
        average.finish(&mut mean).unwrap();
        assert!(mean.weights().as_flattened().iter().chain(mean.bias()).all(|value| value.is_finite()));
        average.clear();
        assert_eq!(steps_until_refused(&mut model, &mut average, margin), expected);
    }
}

/// The mean has the scale 1, so its stored weights can be larger than those of the model it came from. The guard must
/// take this into account.
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

/// The terms pending at a folding step belong to the weights before it, which are 2¹⁷ times those after it. A bound of
/// an eighth of the range holds.
#[test]
fn a_fold_near_the_end_of_the_range() {
    let smallest = 1.0 / 65_536.0;
    let model = Model::from_parts([[1e38], [-1e38]], [0.0; 2], smallest).unwrap();
    let sgd = Sgd::new(Hinge::new(0.0, 0.5).unwrap(), Constant { rate: 0.5 }).unwrap();
    for (pending, expected) in [(0.25, Ok(true)), (0.5, Err(Error::NonFiniteStep))] {
        for asked in [false, true] {
            let (mut model, mut average) = (model.clone(), Average::new());
            let parts =
                AverageParts { weights: &[0.0; 2], bias: &[0.0; 2], pending: &[pending; 2], bound: 0.0, steps: 9 };
            average.load(parts).unwrap();
            let mut averaged = AveragedSgd::new(sgd, &mut average);
            let before = state(&model, &averaged);
            let fold = |model: &mut Model<2, 1>, averaged: &mut AveragedSgd<'_, _, _>| {
                if asked { averaged.fold(model) } else { averaged.step(model, &[0.0], 0).map(|step| step.folded) }
            };
            assert_eq!(fold(&mut model, &mut averaged), expected, "pending {pending}, asked for: {asked}");
            if expected.is_err() {
                assert_eq!(state(&model, &averaged), before);
                continue;
            }
            let fold = if asked { smallest } else { smallest / 2.0 };
            assert_eq!((model.weights(), model.scale()), (&[[1e38 * fold], [-1e38 * fold]], 1.0));
            let after = average.parts();
            assert_eq!((after.weights, after.bound), ([0.25e38, -0.25e38].as_slice(), 0.25e38));
            assert_eq!((after.pending, after.steps), if asked { (&[0.0; 2][..], 9) } else { (&[1.0; 2][..], 10) });
        }
    }
}

/// A step adds the pending terms of the rows that it writes, and the bound rises by the largest of them. But the step
/// is refused because of the pending terms of any row.
#[test]
fn rows_with_unequal_counts_pending() {
    // Without a feature no row changes; the margin of class 1 counts, and that of class 2 does not.
    let model = Model::from_parts([[1e37], [-1e37], [5e36]], [0.0, 0.0, -9.0], 1.0).unwrap();
    let sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 1e-3 }).unwrap();
    fn parts(pending: &[f32; 3]) -> AverageParts<'_> {
        AverageParts { weights: &[1e36, 0.0, 0.0], bias: &[0.0; 3], pending, bound: 1e36, steps: 9 }
    }
    let mut average = Average::new();
    for (pending, longest) in [([0.5, 1.5, 2.5], 1.5), ([1.5, 0.5, 2.5], 1.5), ([0.25, 0.125, 2.0], 0.25)] {
        average.load(parts(&pending)).unwrap();
        AveragedSgd::new(sgd, &mut average).step(&mut model.clone(), &[0.0], 0).unwrap();
        let after = average.parts();
        assert_eq!(after.weights, &[1e36 + pending[0] * 1e37, pending[1] * -1e37, 0.0]);
        assert_eq!((after.pending, after.bound), (&[1.0, 1.0, pending[2] + 1.0][..], 1e36 + longest * 1e37));
    }
    // The sum of 0.1, of the pending count and of the step itself, times 1e37, is at most an eighth of the range,
    // 4.25e37.
    for (pending, admitted) in [([0.0, 0.0, 3.1], true), ([0.0, 0.0, 3.2], false), ([3.2, 0.0, 0.0], false)] {
        average.load(parts(&pending)).unwrap();
        let step = AveragedSgd::new(sgd, &mut average).step(&mut model.clone(), &[0.0], 0);
        assert_eq!(step.err(), (!admitted).then_some(Error::NonFiniteStep), "{pending:?}");
        assert_eq!(average.parts() == parts(&pending), !admitted, "{pending:?}");
    }
}

/// Stored weights near the end of the range, with a small scale: the sum is of the scaled weights W.
#[test]
fn weights_that_are_large_as_they_are_stored() {
    let sgd = Sgd::new(Hinge::new(0.0, 0.0).unwrap(), Constant { rate: 0.1 }).unwrap();
    let mut model = Model::from_parts([[1e38], [-1e38]], [0.0; 2], 1.0 / 1_024.0).unwrap();
    let mut average = Average::new();
    for _ in 0..100 {
        AveragedSgd::new(sgd, &mut average).step(&mut model, &[0.0], 0).unwrap();
    }
    average.finish(&mut model).unwrap();
    assert_eq!((model.weights(), model.scale()), (&[[1e38 / 1_024.0], [-1e38 / 1_024.0]], 1.0));
}

/// Pending terms and a sum of opposite signs, and of the same sign.
#[test]
fn a_mean_near_the_end_of_the_range() {
    let parts = AverageParts { weights: &[-4e37, 4e37], bias: &[0.0; 2], pending: &[1.0; 2], bound: 4e37, steps: 2 };
    let mut average = Average::new();
    average.load(parts).unwrap();
    for (sign, expected) in [(1.0, Ok(())), (-1.0, Err(Error::NonFiniteStep))] {
        let mut model = Model::<2, 1>::from_parts([[sign * 3.2e38], [sign * -3.2e38]], [0.0; 2], 1.0).unwrap();
        let before = ModelBits::of(&model);
        assert_eq!(average.finish(&mut model), expected);
        let mean = (3.2e38_f32 - 4e37) / 2.0;
        assert!(expected.is_err() || model.weights() == &[[mean], [-mean]], "{:?}", model.weights());
        assert!(expected.is_ok() || ModelBits::of(&model) == before);
    }
}

/// States that no run leaves behind are refused, and change nothing; states just inside the limits are loaded.
#[test]
fn states_that_are_loaded_and_that_are_not() {
    let good =
        AverageParts { weights: &[8.0, -8.0], bias: &[1.0, -f32::MAX], pending: &[0.0, 3.0], bound: 1.0, steps: 9 };
    let full = Average::<2, 1>::LARGEST;
    // The largest bound whose eightfold is finite.
    let bound = f32::MAX / 8.0;
    for parts in
        [good, AverageParts { steps: full, ..good }, AverageParts { bound, ..good }, Average::<2, 1>::new().parts()]
    {
        let mut average = Average::<2, 1>::new();
        assert_eq!(average.load(parts), Ok(()));
        assert_eq!(average.parts(), parts);
    }
    let above = 8.0_f32.next_up();
    let refused = [
        (AverageParts { weights: &[above, 0.0], ..good }, Error::InvalidState),
        (AverageParts { weights: &[0.0, -above], ..good }, Error::InvalidState),
        (AverageParts { weights: &[0.0, f32::NAN], ..good }, Error::InvalidState),
        (AverageParts { bias: &[0.0, f32::INFINITY], ..good }, Error::InvalidState),
        (AverageParts { pending: &[0.0, -1.0], ..good }, Error::InvalidState),
        (AverageParts { pending: &[f32::INFINITY, 1.0], ..good }, Error::InvalidState),
        (AverageParts { pending: &[f32::NAN, 1.0], ..good }, Error::InvalidState),
        (AverageParts { bound: bound.next_up(), ..good }, Error::InvalidState),
        (AverageParts { bound: f32::NAN, ..good }, Error::InvalidState),
        (AverageParts { weights: &[0.0; 2], bound: -1.0, ..good }, Error::InvalidState),
        (AverageParts { steps: full + 1, ..good }, Error::InvalidState),
        (AverageParts { steps: 0, ..good }, Error::InvalidState),
        (AverageParts { weights: &[0.0; 1], ..good }, Error::ShapeMismatch),
        (AverageParts { bias: &[0.0; 3], ..good }, Error::ShapeMismatch),
        (AverageParts { pending: &[0.0; 1], ..good }, Error::ShapeMismatch),
    ];
    let mut average = Average::<2, 1>::new();
    average.load(good).unwrap();
    for (parts, error) in refused {
        assert_eq!(average.load(parts), Err(error), "{parts:?}");
        assert_eq!(average.parts(), good, "{parts:?}");
    }
}

/// Memory of exactly this length is enough for an average of runtime shape, and one less is not.
#[test]
fn the_memory_of_an_average() {
    for (classes, features) in [(2, 1), (3, 4), (10, 17)] {
        let len = DynAverage::memory_len(classes, features);
        assert_eq!(len, classes * (features + 2));
        let mut memory = vec![1.0; len];
        let average = DynAverage::new(&mut memory, classes, features).unwrap();
        assert_eq!((average.steps(), average.parts().weights), (0, vec![0.0; classes * features].as_slice()));
        assert_eq!(DynAverage::new(&mut memory[1..], classes, features).err(), Some(Error::ShapeMismatch));
    }
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

/// Stepping another model is the caller's mistake, but nothing infinite gets into the sum: the rows of the second model
/// would count for the hundred steps made on the first.
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
    // The margin of 0 is satisfied, so no step changes the model.
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
