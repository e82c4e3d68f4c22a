//! Steps that would leave infinite values behind, although the scores and the loss are finite.

use hingeline::{
    Constant, Direction, Error, Gradient, GradientDescent, Hinge, InverseTime, MiniBatch, Model, Order, RandomSearch,
    Search, Sgd, Slices, Stopped,
};
use hingeline_host_tests::bits::{ModelBits, is_finite};
use hingeline_host_tests::generate::{self, Set};

use super::strategy::{assert_refused, descents};

/// Asserts that every descent refuses a step on a set of this one sample.
#[track_caller]
fn assert_step_refused<const C: usize, const F: usize>(
    model: &Model<C, F>,
    delta: f32,
    rate: f32,
    x: [f32; F],
    label: usize,
) {
    let hinge = Hinge::new(delta, 0.0).unwrap();
    let set = Set { features: vec![x], labels: vec![label] };
    // A step on a batch is not a single sample's fault.
    for (mut strategy, sample) in descents(hinge, rate, 1).into_iter().zip([Some(0), Some(0), None, None]) {
        let expected = Stopped { error: Error::NonFiniteStep, sample };
        assert_refused(&mut *strategy, &mut model.clone(), &mut set.slices(), expected);
    }
}

/// The scores are zero for any x, and the update is 1e39.
#[test]
fn weights_from_zero() {
    assert_step_refused(&Model::<2, 1>::new(), 1.0, 1e19, [1e20], 0);
    assert_step_refused(&Model::<2, 1>::new(), 1.0, 1e19, [-1e20], 1);
    for position in 0..70 {
        let mut x = [0.0; 70];
        x[position] = 1e20;
        assert_step_refused(&Model::<3, 70>::new(), 1.0, 1e19, x, 2);
    }
}

/// Without a feature the weights cannot overflow; only the bias does.
#[test]
fn bias() {
    let model = Model::<2, 1>::from_parts([[0.0]; 2], [2e38; 2], 1.0).unwrap();
    assert_step_refused(&model, 1.0, 3e38, [0.0], 0);
    // The other direction: the bias of the class that counts falls.
    let model = Model::<2, 1>::from_parts([[0.0]; 2], [-2e38; 2], 1.0).unwrap();
    assert_step_refused(&model, 1.0, 3e38, [0.0], 0);
    // Only the label's bias takes more than one step at once.
    assert_step_refused(&Model::<4, 1>::new(), 1.0, 1.5e38, [0.0], 3);
}

/// Biases that move by 3e38, through zero: only the opposite direction would be refused.
#[test]
fn biases_that_change_their_sign() {
    let model = Model::<2, 1>::from_parts([[0.0]; 2], [-1e38, 1e38], 1.0).unwrap();
    let (hinge, schedule) = (Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 3e38 });
    let (mut by_sample, mut by_batch, mut gradient) = (model.clone(), model, Gradient::new());
    Sgd::new(hinge, schedule).unwrap().step(&mut by_sample, &[0.0], 0).unwrap();
    let mut descent = GradientDescent::new(hinge, schedule, &mut gradient).unwrap();
    descent.step(&mut by_batch, &mut Slices::new(&[[0.0]], &[0u8]).unwrap()).unwrap();
    for model in [by_sample, by_batch] {
        assert_eq!(model.bias(), &[3e38 - 1e38, 1e38 - 3e38]);
    }
}

/// Three violations move the label's row three times as far as the others.
#[test]
fn row_of_the_label() {
    assert_step_refused(&Model::<4, 1>::new(), 1.0, 1e30, [1.5e8], 1);
    // With two fewer violations, the same step is fine.
    let mut model = Model::<2, 1>::new();
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 1e30 }).unwrap();
    assert!(sgd.step(&mut model, &[1.5e8], 1).is_ok());
}

/// The one weight that would overflow may be anywhere, in the label's row, which rises, or in the other, which falls.
#[test]
fn a_single_weight() {
    for position in 0..40 {
        for (class, sign) in [(0, 1.0), (1, -1.0)] {
            let (mut weights, mut bias, mut x) = ([[0.0; 40]; 2], [0.0; 2], [0.0; 40]);
            weights[class][position] = sign * 3e38;
            // Brings the score of 1.5e38 back to zero, so that the margin is 1 and counts.
            bias[class] = sign * -1.5e38;
            x[position] = 0.5;
            let model = Model::from_parts(weights, bias, 1.0).unwrap();
            assert_step_refused(&model, 1.0, 2e38, x, 0);
        }
    }
}

/// The stored weights move by the learning rate over the scale.
#[test]
fn rate_over_scale() {
    let model = Model::<2, 1>::from_parts([[0.0]; 2], [0.0; 2], 2.0_f32.powi(-16)).unwrap();
    assert_step_refused(&model, 1.0, 1e34, [1.0], 0);
    let model = Model::<2, 1>::from_parts([[0.0]; 2], [0.0; 2], 2.0_f32.powi(-10)).unwrap();
    assert_step_refused(&model, 1.0, 1e34, [1e2], 0);
}

/// Two finite samples whose sum in the gradient of the batch is not finite.
#[test]
fn gradient_of_a_batch() {
    let set = Set { features: vec![[2e38], [2e38]], labels: vec![0, 0] };
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    for mut strategy in descents(hinge, 1e-30, 2).into_iter().skip(2) {
        let expected = Stopped { error: Error::NonFiniteStep, sample: None };
        assert_refused(&mut *strategy, &mut Model::<2, 1>::new(), &mut set.slices(), expected);
    }
}

/// A step that takes weights near the end of the range, and then one that takes them beyond it: the effect of the first
/// must be tracked. The second step alone, on weights of 1.6e38, would reach 3.35e38 at most.
#[test]
fn weights_that_grew() {
    let weights = [[0.0, -1.6e38, -1.6e38], [0.0, 1.6e38, 1.6e38]];
    let model = Model::from_parts(weights, [-1e38, 0.3e38], 1.0).unwrap();
    let hinge = Hinge::new(2e38, 0.0).unwrap();
    let schedule = Constant { rate: 1.75e38 };
    // Scores −1e38 and 0.3e38. Then the first weights are ±1.75e38, and the scores of the second sample are −0.7e38 and
    // 0, so its margin counts, and the first weights would be ±3.5e38; the bias would be 2.5e38 and −3.2e38.
    let samples = [[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]];

    let mut stepped = model.clone();
    let mut sgd = Sgd::new(hinge, schedule).unwrap();
    sgd.step(&mut stepped, &samples[0], 0).unwrap();
    let before = ModelBits::of(&stepped);
    assert_eq!(sgd.step(&mut stepped, &samples[1], 0), Err(Error::NonFiniteStep));
    assert_eq!(ModelBits::of(&stepped), before);

    let (mut stepped, mut gradient) = (model, Gradient::new());
    let mut descent = GradientDescent::new(hinge, schedule, &mut gradient).unwrap();
    descent.step(&mut stepped, &mut Slices::new(&samples[..1], &[0u8]).unwrap()).unwrap();
    let before = ModelBits::of(&stepped);
    let refused = descent.step(&mut stepped, &mut Slices::new(&samples[1..], &[0u8]).unwrap());
    assert_eq!(refused, Err(Stopped { error: Error::NonFiniteStep, sample: None }));
    assert_eq!(ModelBits::of(&stepped), before);
}

/// The bound starts at the first step on zeros.
#[test]
fn weights_that_grew_from_zero() {
    let mut direction = Direction::new();
    direction.load(&[1.0, 0.0, -0.5, 0.0], &[0.0; 2]).unwrap();
    let mut model = Model::<2, 2>::new();
    assert_eq!(model.advance(&direction, 2e38), Ok(()));
    assert_eq!(model.advance(&direction, 2e38), Err(Error::NonFiniteStep));
    assert_eq!(model.weights(), &[[2e38, 0.0], [-1e38, 0.0]]);
}

/// The bound of a loaded model is known from the start, and a copy has it too.
#[test]
fn weights_that_were_loaded_or_copied() {
    let (weights, bias) = ([[2e38], [0.0]], [-2e38, 0.0]);
    let made = Model::from_parts(weights, bias, 1.0).unwrap();
    assert_step_refused(&made, 1.0, 2e38, [1.0], 0);
    let mut loaded = Model::<2, 1>::new();
    loaded.load(&[2e38, 0.0], &bias, 1.0).unwrap();
    assert_step_refused(&loaded, 1.0, 2e38, [1.0], 0);
    let mut copy = Model::new();
    copy.copy_from(&made);
    assert_step_refused(&copy, 1.0, 2e38, [1.0], 0);
}

/// A fold reduces the largest weight to 2e33, which is still enough to overflow together with a step of the whole
/// range.
#[test]
fn weights_that_were_folded() {
    let mut model = Model::<2, 1>::from_parts([[3e38], [0.0]], [1.0, 0.0], 2.0_f32.powi(-16)).unwrap();
    let mut folding = Sgd::new(Hinge::new(0.5, 0.5).unwrap(), Constant { rate: 0.5 }).unwrap();
    assert!(folding.step(&mut model, &[0.0], 0).unwrap().folded);
    assert_eq!(model.scale(), 1.0);
    assert_step_refused(&model, 1e34, f32::MAX, [1.0], 0);
}

/// A descent that continues from a search knows the bound of the drawn weights.
#[test]
fn weights_that_were_drawn() {
    let search = Search::new(Hinge::new(1.0, 0.0).unwrap(), 1e38).unwrap();
    let mut refused = 0;
    for seed in 0..300 {
        let (mut model, mut candidate) = (Model::<2, 2>::new(), Model::new());
        // Takes the first draw, whatever it is: small features keep its scores finite, if its bias is finite.
        let mut samples = Slices::new(&[[1e-3, 1e-3]], &[0u8]).unwrap();
        let drawn = RandomSearch::new(search, &mut candidate).step(&mut model, &mut samples, &mut generate::rng(seed));
        if drawn.is_err() {
            continue;
        }
        let mut sgd = Sgd::new(Hinge::new(1e38, 0.0).unwrap(), Constant { rate: 2.5e38 }).unwrap();
        let step = sgd.step(&mut model, &[1.0, 0.0], 0);
        assert!(is_finite(&model), "seed {seed}: {step:?}");
        refused += usize::from(step == Err(Error::NonFiniteStep));
    }
    assert!(refused > 10, "{refused} of the steps were too large");
}

/// Samples that a descent must refuse, at a learning rate of 0.1.
fn bad_samples() -> [([f32; 4], usize); 5] {
    [
        ([f32::NAN, 0.0, 0.0, 0.0], 0),
        ([0.0, f32::INFINITY, 0.0, 0.0], 1),
        ([1.0; 4], 3),
        ([f32::MAX; 4], 2),
        ([0.0, 0.0, 0.0, 3e38], usize::MAX),
    ]
}

#[test]
fn sgd_goes_on_as_if_the_bad_sample_had_not_been_there() {
    let mut rng = generate::rng(1);
    let model = generate::model::<3, 4>(&mut rng, 1.0, generate::ordinary);
    let good = Set::<4>::draw(&mut rng, 30, 3, generate::ordinary);
    let schedule = InverseTime { rate: 0.1, decay: 0.1 };
    let new_sgd = || Sgd::new(Hinge::new(1.0, 0.1).unwrap(), schedule).unwrap();

    let (mut undisturbed, mut sgd) = (model.clone(), new_sgd());
    for (x, label) in good.iter() {
        sgd.step(&mut undisturbed, x, label).unwrap();
    }

    let (mut disturbed, mut disturbed_sgd) = (model, new_sgd());
    for (index, (x, label)) in good.iter().enumerate() {
        let (bad_x, bad_label) = bad_samples()[index % 5];
        assert!(disturbed_sgd.step(&mut disturbed, &bad_x, bad_label).is_err());
        disturbed_sgd.step(&mut disturbed, x, label).unwrap();
    }
    assert_eq!(ModelBits::of(&disturbed), ModelBits::of(&undisturbed));
    assert_eq!(disturbed_sgd, sgd);
}

/// A batch with a bad sample is skipped, and the descent continues as if it had never been tried.
#[test]
fn mini_batches_go_on_behind_the_bad_batch() {
    for (bad_x, bad_label) in bad_samples() {
        let mut rng = generate::rng(2);
        let model = generate::model::<3, 4>(&mut rng, 1.0, generate::ordinary);
        let mut set = Set::<4>::draw(&mut rng, 10, 3, generate::ordinary);
        (set.features[7], set.labels[7]) = (bad_x, bad_label);
        let start = Order::new(10, &mut rng).unwrap();
        let [tried, skipped] = [true, false].map(|try_it| epoch_around(7, &set, &model, start, try_it));
        assert_eq!(tried, skipped);
        assert_eq!(tried.2, 3, "three of the four batches are good");
    }
}

/// An epoch of batches of three that skips the batch with a bad sample, after trying it if requested.
fn epoch_around(bad: usize, set: &Set<4>, model: &Model<3, 4>, start: Order, try_it: bool) -> (ModelBits, Order, u64) {
    let (mut model, mut order, mut gradient) = (model.clone(), start, Gradient::new());
    let schedule = InverseTime { rate: 0.1, decay: 0.1 };
    let mut descent = MiniBatch::new(Hinge::new(1.0, 0.1).unwrap(), schedule, 3, &mut gradient).unwrap();
    while order.epoch() == start.epoch() {
        let mut ahead = order;
        let indices = (0..3.min(order.remaining())).map(|_| (ahead.index(), ahead.skip()).0);
        if indices.collect::<Vec<_>>().contains(&bad) {
            if try_it {
                let stopped = descent.step(&mut model, &mut set.slices(), &mut order).unwrap_err();
                assert_eq!(stopped.sample, Some(bad));
            }
            descent.skip(&mut order);
        } else {
            descent.step(&mut model, &mut set.slices(), &mut order).unwrap();
        }
    }
    (ModelBits::of(&model), order, descent.progress().steps())
}

/// The stored weights are finite, but times the scale they would not be.
#[test]
fn weights_times_the_scale() {
    let mut model = Model::<2, 1>::from_parts([[0.0]; 2], [0.0; 2], 1.0).unwrap();
    let hinge = Hinge::new(1.0, 1.14e-20).unwrap();
    let mut sgd = Sgd::new(hinge, Constant { rate: 1e19 }).unwrap();
    for _ in 0..42 {
        sgd.step(&mut model, &[0.0], 0).unwrap();
    }
    let before = ModelBits::of(&model);
    // The next step folds the scale to 1.93, and would store 3.1e38.
    assert_eq!(sgd.step(&mut model, &[6e19], 1), Err(Error::NonFiniteStep));
    assert_eq!(ModelBits::of(&model), before);
    assert_eq!(Model::from_parts([[3e38], [0.0]], [0.0; 2], 2.0).err(), Some(Error::NonFiniteModel));
}
