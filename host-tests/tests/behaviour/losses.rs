//! The losses other than the lecture's hinge, and weights: against the textbook in f64, against finite differences, and
//! their refusals.

use hingeline::{
    Average, AveragedSgd, Bounded, Constant, CrammerSinger, Error, FiniteDifference, Gradient, GradientDescent, Hinge,
    Landscape, Loss, MiniBatch, Model, Objective, Order, Sample, Samples, Selected, Sgd, Slices, Softmax, Stopped,
    Weighted, WestonWatkins, WithWeights, class_weights,
};
use hingeline_examples::digits::digits;
use hingeline_host_tests::bits::{ModelBits, elements};
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle;
use hingeline_host_tests::tolerance::{self, U};

/// The textbook's loss and coefficients for these scores.
type Exact = fn(&[f64], usize) -> (f64, Vec<f64>);

fn crammer_singer(scores: &[f64], label: usize) -> (f64, Vec<f64>) {
    oracle::crammer_singer(1.0, scores, label)
}

/// Loss and gradient of random sets. With δ the error of a score, the error of a sample's loss is at most 2δ, and that
/// of a coefficient of the softmax δ. Its own roundings are those of the largest difference of scores, of C
/// exponentials and additions, and of the quotient, each at most 2u, and that of the logarithm. A coefficient of
/// Crammer and Singer is exact where rival and margin are decided.
fn near_the_textbook<const C: usize, const F: usize>(loss: impl Loss, exact: Exact, smooth: bool) {
    for seed in 0..40 {
        let mut rng = generate::rng(seed);
        let model = generate::model::<C, F>(&mut rng, [1.0, 0.3, 5e-2][seed as usize % 3], generate::ordinary);
        let mut set = Set::<F>::draw(&mut rng, 13, C, generate::ordinary);
        let exact_model = oracle::Model::from(&model);
        let error = |x: &[f64]| (0..C).map(|c| tolerance::score(&exact_model, c, x)).fold(0.0, f64::max);
        set.keep(|x, label| {
            let x = oracle::widen(x);
            let scores = exact_model.scores(&x);
            let mut margins: Vec<f64> =
                (0..C).filter(|c| *c != label).map(|c| scores[c] - scores[label] + 1.0).collect();
            margins.sort_by(f64::total_cmp);
            let gap = margins.windows(2).last().map_or(f64::INFINITY, |pair| pair[1] - pair[0]);
            smooth || (margins.last().is_some_and(|m| m.abs() > 3.0 * error(&x)) && gap > 3.0 * error(&x))
        });
        let n = set.labels.len() as f64;
        let (mut mean, mut mean_off) = (0.0, 0.0);
        let mut gradient = vec![vec![0.0; F + 1]; C];
        let mut off = vec![vec![0.0; F + 1]; C];
        for (x, label) in &oracle::samples_of(&set) {
            let scores = exact_model.scores(x);
            let (of_sample, k) = exact(&scores, *label);
            let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let delta = error(x);
            let own = (highest - scores[*label]).abs() + 4.0 * C as f64 + 4.0 + 2.0 * of_sample.abs();
            mean += of_sample / n;
            mean_off += (2.0 * delta + U * own + 4.0 * U * of_sample) / n;
            let k_off = if smooth { 2.0 * delta + U * (4.0 * C as f64 + 6.0) } else { 0.0 };
            for c in 0..C {
                for (i, x) in x.iter().chain([&1.0]).enumerate() {
                    gradient[c][i] += k[c] * x / n;
                    off[c][i] += (k_off * x.abs() + tolerance::gamma(18) * (k[c] * x).abs()) / n;
                }
            }
        }
        let objective = Objective::of(loss, 0.0).unwrap();
        let mut reported = Gradient::new();
        let data_loss = objective.gradient(&model, &mut set.slices(), &mut reported).unwrap();
        assert!((f64::from(data_loss) - mean).abs() <= mean_off, "seed {seed}: {data_loss}, {mean}, {mean_off:e}");
        for c in 0..C {
            for i in 0..=F {
                let value = if i < F { reported.weights()[c][i] } else { reported.bias()[c] };
                let distance = (f64::from(value) - gradient[c][i]).abs();
                assert!(distance <= off[c][i], "seed {seed}, {C}x{F}, [{c}][{i}]: {distance:e} beyond {:e}", off[c][i]);
            }
        }
    }
}

#[test]
fn losses_and_gradients_are_the_textbooks() {
    near_the_textbook::<2, 1>(CrammerSinger::new(1.0).unwrap(), crammer_singer, false);
    near_the_textbook::<7, 30>(CrammerSinger::new(1.0).unwrap(), crammer_singer, false);
    near_the_textbook::<26, 16>(CrammerSinger::new(1.0).unwrap(), crammer_singer, false);
    near_the_textbook::<2, 1>(Softmax, oracle::softmax, true);
    near_the_textbook::<7, 30>(Softmax, oracle::softmax, true);
    near_the_textbook::<26, 16>(Softmax, oracle::softmax, true);
}

/// Within the documented bound.
#[test]
fn probabilities_sum_to_one() {
    for seed in 0..4_000 {
        let mut rng = generate::rng(seed);
        let classes = [2, 3, 7, 10, 26, 100, 1_024][seed as usize % 7];
        let spread = generate::one_of(&mut rng, &[1e-3, 1.0, 20.0, 1e3]);
        let mut values = generate::values(&mut rng, classes, |rng| spread * generate::ordinary(rng));
        let scores = values.clone();
        Softmax::turn_into_probabilities(&mut values).unwrap();
        let sum: f64 = values.iter().map(|p| f64::from(*p)).sum();
        assert!((sum - 1.0).abs() <= (classes as f64 + 2.0) * U, "seed {seed}, {classes} classes: {sum}");
        assert!(values.iter().all(|p| (0.0..=1.0).contains(p)), "seed {seed}");
        // The order is kept, and ties remain ties.
        for (a, p) in scores.iter().zip(&values).take(30) {
            for (b, q) in scores.iter().zip(&values).take(30) {
                assert!(a < b || p >= q, "seed {seed}: {a} {b}, {p} {q}");
            }
        }
    }
    assert_eq!(Softmax::turn_into_probabilities(&mut []), Err(Error::InvalidShape));
    assert_eq!(Softmax::turn_into_probabilities(&mut [0.0, f32::NAN]), Err(Error::NonFiniteScore));
    let mut far = [f32::MAX, f32::MIN];
    Softmax::turn_into_probabilities(&mut far).unwrap();
    assert_eq!(far, [1.0, 0.0]);
    assert_eq!(Softmax.loss(1, &mut [f32::MAX, f32::MIN]), Err(Error::NonFiniteLoss));
}

/// A well classified sample keeps a loss and a gradient, where `ln(1 + R)` in binary32 would be 0.
#[test]
fn a_small_loss_is_not_lost() {
    let mut scores = [0.0, 20.0];
    let sample = Softmax.coefficients(1, &mut scores).unwrap();
    let exact = (-20.0_f64).exp();
    assert!((f64::from(sample.loss) / exact - 1.0).abs() < 1e-6 && (f64::from(-scores[1]) / exact - 1.0).abs() < 1e-6);
    assert_eq!(sample.largest, scores[0]);
}

/// Finite differences agree with the gradient.
#[test]
fn gradients_pass_the_check() {
    let weights = [0.5, 3.0, 1.0, 0.25, 2.0, 0.0, 1.5];
    for seed in 0..6 {
        let mut rng = generate::rng(seed);
        let model = generate::model::<7, 5>(&mut rng, 1.0, |rng| 0.25 * generate::ordinary(rng).clamp(-4.0, 4.0));
        let set = Set::<5>::draw(&mut rng, 9, 7, |rng| generate::ordinary(rng).clamp(-2.0, 2.0));
        let weight = |rng: &mut _| generate::one_of(rng, &[0.5, 1.0, 2.0]);
        let of_samples = generate::values(&mut rng, 9, weight);
        checked(CrammerSinger::new(1.0).unwrap(), &weights, model.clone(), &set, &of_samples);
        // h² |x|³ / 62 is below 2 · 10⁻⁵ for h = 2⁻⁷ and |x| ≤ 2, and the derivatives are some tenths.
        checked(Softmax, &weights, model.clone(), &set, &of_samples);
        checked(WestonWatkins::new(1.0).unwrap(), &weights, model, &set, &of_samples);
    }
}

fn checked(loss: impl Loss, weights: &[f32], mut model: Model<7, 5>, set: &Set<5>, of_samples: &[f32]) {
    let objective = Objective::of(Weighted::new(loss, weights).unwrap(), 1e-2).unwrap();
    let (mut slices, mut scratch) = (set.slices(), Gradient::new());
    let mut samples = WithWeights::new(&mut slices, of_samples);
    let difference = FiniteDifference::central(1.0 / 128.0).unwrap();
    let check = difference.check(&objective, &mut model, &mut samples, &mut scratch).unwrap();
    assert!(check.compared > 20 && check.largest_error < 1e-2, "{loss:?}: {check:?}");
}

/// There is a kink where the rival changes between the two points, or where its margin begins to count; the softmax has
/// none.
#[test]
fn a_change_of_the_rival_is_a_kink() {
    let mut samples = Slices::new(&[[0.0]], &[0_u8]).unwrap();
    for (bias, kinks) in [([0.0, 1.0, 1.004], 1), ([0.0, 1.0, 1.1], 0), ([2.0, 0.9, 0.5], 0), ([2.0, 1.004, 0.5], 1)] {
        let mut model = Model::from_parts([[0.0]; 3], bias, 1.0).unwrap();
        let at = hingeline::Parameter::Bias { class: 1 };
        let difference = FiniteDifference::central(1.0 / 128.0).unwrap();
        let objective = Objective::of(CrammerSinger::new(1.0).unwrap(), 0.0).unwrap();
        let slope = difference.derivative(&objective, &mut model, &mut samples, at).unwrap();
        assert_eq!(slope.kinks, kinks, "{bias:?}");
        let objective = Objective::of(Softmax, 0.0).unwrap();
        assert_eq!(difference.derivative(&objective, &mut model, &mut samples, at).unwrap().kinks, 0);
    }
}

/// The truncation error of a central difference of the softmax is within the documented bound plus the rounding.
#[test]
fn the_truncation_error_of_the_softmax_is_bounded() {
    let at = hingeline::Parameter::Weight { class: 0, feature: 0 };
    for x in [1.0_f32, 3.0] {
        for w in [-2.0, -0.66, 0.0, 0.66, 1.3] {
            let mut model = Model::from_parts([[w], [0.0]], [0.0; 2], 1.0).unwrap();
            let samples = [[x]];
            let mut set = Slices::new(&samples, &[0_u8]).unwrap();
            let step = 0.25;
            let objective = Objective::of(Softmax, 0.0).unwrap();
            let slope = FiniteDifference::central(step).unwrap().derivative(&objective, &mut model, &mut set, at);
            let slope = slope.unwrap();
            let exact = f64::from(x) * oracle::softmax(&[f64::from(w) * f64::from(x), 0.0], 0).1[0];
            let bound = f64::from(step).powi(2) * f64::from(x).powi(3) / 62.0 + f64::from(slope.rounding);
            assert!((f64::from(slope.value) - exact).abs() <= bound, "x {x}, w {w}: {slope:?}, {exact}");
        }
    }
}

/// Models after every kind of step: one by one, averaged, in batches, and on the whole set; and loss and gradient.
fn everything<L: Loss>(objective: Objective<L>, samples: &mut impl Samples<64>) -> Vec<u64> {
    let rates = Constant { rate: 0.01 };
    let mut checksums = Vec::new();
    let mut order = Order::new(samples.len(), &mut generate::rng(1)).unwrap();
    let (mut model, mut average) = (Model::<10, 64>::new(), Average::new());
    let mut sgd = Sgd::new(objective, rates).unwrap();
    let epoch = sgd.epoch(&mut model, samples, &mut order).unwrap();
    checksums.extend([model.checksum(), epoch.loss.to_bits().into()]);
    AveragedSgd::new(sgd, &mut average).epoch(&mut model, samples, &mut order).unwrap();
    average.finish(&mut model).unwrap();
    checksums.push(model.checksum());
    let mut gradient = Gradient::new();
    MiniBatch::new(objective, rates, 32, &mut gradient).unwrap().epoch(&mut model, samples, &mut order).unwrap();
    GradientDescent::new(objective, rates, &mut gradient).unwrap().step(&mut model, samples).unwrap();
    checksums.push(model.checksum());
    let loss = objective.gradient(&model, samples, &mut gradient).unwrap();
    checksums.extend([loss.to_bits(), objective.loss(&model, samples).unwrap().to_bits()].map(u64::from));
    checksums.extend(elements(&gradient).iter().map(|element| u64::from(element.to_bits())));
    checksums.push(objective.evaluate(&model, samples).unwrap().data_loss.to_bits().into());
    checksums
}

#[test]
fn weights_of_one_leave_every_bit() {
    let set = digits().train;
    fn same<L: Loss>(loss: L, set: &mut Slices<'_, 64>) {
        let plain = everything(Objective::of(loss, 1e-3).unwrap(), set);
        let weighted = Objective::of(Weighted::new(loss, &[1.0; 10]).unwrap(), 1e-3).unwrap();
        assert_eq!(everything(weighted, set), plain, "{loss:?} with classes of 1");
        let ones = vec![1.0; set.len()];
        let mut with_ones = WithWeights::new(set, &ones);
        assert_eq!(everything(weighted, &mut with_ones), plain, "{loss:?} with samples of 1");
    }
    same(WestonWatkins::new(1.0).unwrap(), &mut set.samples().unwrap());
    same(CrammerSinger::new(1.0).unwrap(), &mut set.samples().unwrap());
    same(Softmax, &mut set.samples().unwrap());
}

/// The functions for piecewise linear losses along a ray, with weights: twice the weight gives twice the slope.
#[test]
fn pieces_are_weighted_too() {
    let set = digits().train;
    let mut samples = set.samples().unwrap();
    let (plain, zero) = (Hinge::new(1.0, 0.0).unwrap(), Model::<10, 64>::new());
    let twice = Objective::of(Weighted::new(WestonWatkins::new(1.0).unwrap(), &[2.0; 10]).unwrap(), 0.0).unwrap();
    let mut direction = hingeline::Direction::new();
    direction.downhill(&plain, &zero, &mut samples).unwrap();
    let (ray, doubled) = (Landscape::new(plain, &zero, [&direction]), Landscape::new(twice, &zero, [&direction]));
    for a in [0.0, 0.1, 0.4] {
        let derivative = ray.derivative(&mut samples, a).unwrap();
        assert_eq!(doubled.derivative(&mut samples, a).unwrap(), 2.0 * derivative);
        let halves = vec![0.5; samples.len()];
        let mut halved = WithWeights::new(&mut samples, &halves);
        assert_eq!(doubled.derivative(&mut halved, a).unwrap(), derivative);
    }
    let (minimum, other) = (ray.minimum(&mut samples).unwrap(), doubled.minimum(&mut samples).unwrap());
    assert_eq!((other.at, other.derivative), (minimum.at, 2.0 * minimum.derivative));
    let count = ray.breakpoints(&mut samples, |_| {}).unwrap();
    assert_eq!(doubled.breakpoints(&mut samples, |_| {}), Ok(count));
    let mut gradient_check = zero.clone();
    let mut search = hingeline::LineSearch::new(twice, &mut direction);
    assert!(search.step(&mut gradient_check, &mut samples).unwrap().loss < 18.0);
}

#[test]
fn a_weight_of_zero_counts_the_step_and_shrinks() {
    let mut model = Model::from_parts([[2.0], [-2.0]], [0.5, -0.5], 1.0).unwrap();
    let mut sgd = Sgd::new(Hinge::new(10.0, 0.25).unwrap(), Constant { rate: 0.5 }).unwrap();
    let step = sgd.step_weighted(&mut model, &[1.0], 0, 0.0).unwrap();
    assert_eq!((step.loss, step.violations, sgd.progress().steps()), (0.0, 0, 1));
    assert_eq!((model.scale(), model.bias()), (0.75, &[0.5, -0.5]));
    let loss = Weighted::new(WestonWatkins::new(10.0).unwrap(), &[0.0, 1.0]).unwrap();
    let mut sgd = Sgd::new(Objective::of(loss, 0.25).unwrap(), Constant { rate: 0.5 }).unwrap();
    assert_eq!(sgd.step(&mut model, &[1.0], 0).unwrap().violations, 0);
    assert_eq!((model.scale(), model.bias()), (0.5625, &[0.5, -0.5]));
    // The mean is over both samples.
    let mut samples = Slices::new(&[[1.0], [1.0]], &[0_u8, 1]).unwrap();
    let zero = Model::<2, 1>::new();
    assert_eq!(Objective::of(loss, 0.0).unwrap().loss(&zero, &mut samples), Ok(5.0));
    assert_eq!(Hinge::new(10.0, 0.0).unwrap().loss(&zero, &mut WithWeights::new(&mut samples, &[0.0, 1.0])), Ok(5.0));
}

/// Class and sample weights are multiplied, and a set within a set keeps them.
#[test]
fn weights_pass_through_sets() {
    let mut slices = Slices::new(&[[1.0], [2.0], [3.0]], &[0_u8, 1, 1]).unwrap();
    let mut weighted = WithWeights::new(&mut slices, &[0.5, 2.0, 3.0]);
    let mut again = WithWeights::new(&mut weighted, &[1.0, 4.0, 0.0]);
    assert_eq!([0, 1, 2].map(|index| again.weight(index)), [0.5, 8.0, 0.0]);
    let mut bounded = Bounded::new(&mut again, 10.0).unwrap();
    let mut selected = Selected::new(&mut bounded, &[1, 0]);
    assert_eq!([0, 1].map(|index| Samples::<1>::weight(&selected, index)), [8.0, 0.5]);
    assert!(again_is_refused(selected.sample(2)));
    let loss = Weighted::new(WestonWatkins::new(1.0).unwrap(), &[3.0, 1.0]).unwrap();
    let objective = Objective::of(loss, 0.0).unwrap();
    assert_eq!(objective.loss(&Model::<2, 1>::new(), &mut selected), Ok((8.0 + 0.5 * 3.0) / 2.0));
    let mut counts = [0; 2];
    selected.count_classes(&mut counts).unwrap();
    assert_eq!(counts, [1, 1]);
}

fn again_is_refused(sample: Result<Sample<'_, 1>, Error>) -> bool {
    sample == Err(Error::IndexOutOfRange)
}

#[test]
fn weights_of_no_use_are_refused_and_change_nothing() {
    let hinge = Hinge::new(1.0, 1e-2).unwrap();
    for bad in [-1.0, -1e-45, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut model = Model::from_parts([[2.0], [-2.0]], [0.5, -0.5], 1.0).unwrap();
        let before = ModelBits::of(&model);
        let mut sgd = Sgd::new(hinge, Constant { rate: 0.5 }).unwrap();
        assert_eq!(sgd.step_weighted(&mut model, &[1.0], 0, bad), Err(Error::InvalidWeight), "{bad}");
        let mut slices = Slices::new(&[[1.0], [1.0]], &[0_u8, 1]).unwrap();
        let weights = [1.0, bad];
        let mut samples = WithWeights::new(&mut slices, &weights);
        let stopped: Result<(), _> = Err(Stopped { error: Error::InvalidWeight, sample: Some(1) });
        let mut gradient = Gradient::new();
        let mut descent = GradientDescent::new(hinge, Constant { rate: 0.5 }, &mut gradient).unwrap();
        assert_eq!(descent.step(&mut model, &mut samples).map(drop), stopped, "{bad}");
        assert_eq!(hinge.loss(&model, &mut samples).map(drop), stopped, "{bad}");
        assert_eq!(hinge.evaluate(&model, &mut samples).map(drop), stopped, "{bad}");
        let mut order = Order::resume([1, 2, 3, 4], 2, 0, 0).unwrap();
        while order.index() != 1 {
            order.skip();
        }
        let position = order.position();
        assert_eq!(sgd.step_next(&mut model, &mut samples, &mut order).map(drop), stopped, "{bad}");
        assert_eq!((order.position(), sgd.progress().steps()), (position, 0));
        let direction = hingeline::Direction::new();
        let ray = Landscape::new(hinge, &model, [&direction]);
        assert_eq!(ray.loss(&mut samples, [0.0]).map(drop), stopped, "{bad}");
        assert_eq!(ModelBits::of(&model), before, "{bad}");
        assert_eq!(Weighted::new(Softmax, &[1.0, bad]).map(drop), Err(Error::InvalidWeight), "{bad}");
        assert_eq!(class_weights(&[1, 2], bad, &mut [0.0; 2]), Err(Error::InvalidWeight), "{bad}");
    }
    // One weight for two samples.
    let mut slices = Slices::new(&[[1.0], [1.0]], &[0_u8, 1]).unwrap();
    let stopped = Stopped { error: Error::InvalidWeight, sample: Some(1) };
    assert_eq!(hinge.loss(&Model::<2, 1>::new(), &mut WithWeights::new(&mut slices, &[1.0])), Err(stopped));
}

#[test]
fn what_overflows_by_a_weight_is_refused() {
    let mut model = Model::from_parts([[0.0], [0.0], [0.0]], [0.0; 3], 1.0).unwrap();
    let before = ModelBits::of(&model);
    // A loss of 2 · 3e38, and coefficients of 1e-30 · 3e38 which are fine.
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 0.5 }).unwrap();
    assert_eq!(sgd.step_weighted(&mut model, &[1.0], 0, 3e38), Err(Error::NonFiniteLoss));
    // A small loss whose coefficient overflows: −2 · 3e38.
    let mut sgd = Sgd::new(Hinge::new(1e-30, 0.0).unwrap(), Constant { rate: 1e-3 }).unwrap();
    assert_eq!(sgd.step_weighted(&mut model, &[1.0], 0, 3e38), Err(Error::NonFiniteLoss));
    // A step that overflows.
    let mut sgd = Sgd::new(Hinge::new(1e-30, 0.0).unwrap(), Constant { rate: 10.0 }).unwrap();
    assert_eq!(sgd.step_weighted(&mut model, &[1.0], 0, 1.5e38), Err(Error::NonFiniteStep));
    assert_eq!(sgd.step_weighted(&mut model, &[1e10], 0, 1e30), Err(Error::NonFiniteStep));
    assert_eq!((ModelBits::of(&model), sgd.progress().steps()), (before, 0));
}

#[test]
fn weights_of_classes_fit_the_classes() {
    let loss = Weighted::new(Softmax, &[1.0, 2.0]).unwrap();
    let mut sgd = Sgd::new(Objective::of(loss, 0.0).unwrap(), Constant { rate: 0.5 }).unwrap();
    assert_eq!(sgd.step(&mut Model::<3, 1>::new(), &[1.0], 0), Err(Error::ShapeMismatch));
    assert_eq!(sgd.step(&mut Model::<2, 1>::new(), &[1.0], 2), Err(Error::LabelOutOfRange));
    let mut slices = Slices::new(&[[1.0]], &[0_u8]).unwrap();
    let direction = hingeline::Direction::new();
    let zero = Model::<3, 1>::new();
    let ray = Landscape::new(Objective::of(loss, 0.0).unwrap(), &zero, [&direction]);
    let stopped = Stopped { error: Error::ShapeMismatch, sample: Some(0) };
    assert_eq!(ray.loss(&mut slices, [1.0]), Err(stopped));
    assert_eq!(CrammerSinger::new(1.0).unwrap().loss(1, &mut [0.0]), Err(Error::LabelOutOfRange));
    assert_eq!(Softmax.coefficients(0, &mut []), Err(Error::LabelOutOfRange));
    // A single class has no rival.
    assert_eq!(CrammerSinger::new(1.0).unwrap().loss(0, &mut [5.0]), Ok(0.0));
    for margin in [-1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(CrammerSinger::new(margin), Err(Error::InvalidMargin));
    }
}

#[test]
fn class_weights_are_the_formulas() {
    let counts = [4, 36, 0, 160];
    for (power, exact) in [(0.0, [1.0; 3]), (0.5, [16.666_67_f64.sqrt(), 1.851_85_f64.sqrt(), 0.416_67_f64.sqrt()])] {
        let mut weights = [0.0; 4];
        class_weights(&counts, power, &mut weights).unwrap();
        for (weight, exact) in [weights[0], weights[1], weights[3]].into_iter().zip(exact) {
            assert!((f64::from(weight) - exact).abs() < 1e-4, "{weights:?}");
        }
        assert_eq!(weights[2], 1.0);
    }
    assert_eq!(class_weights(&[0, 0], 0.5, &mut [0.0; 2]), Err(Error::EmptySet));
    assert_eq!(class_weights(&[1, 1], 0.5, &mut [0.0; 3]), Err(Error::ShapeMismatch));
    let mut weights = [7.0; 2];
    assert_eq!(class_weights(&[1, usize::MAX], 3e38, &mut weights), Err(Error::InvalidWeight));
    assert_eq!(weights, [7.0; 2]);
    let mut counts = [0; 1];
    let mut slices = Slices::new(&[[1.0], [1.0]], &[0_u8, 1]).unwrap();
    let stopped = Stopped { error: Error::LabelOutOfRange, sample: Some(1) };
    assert_eq!(slices.count_classes(&mut counts), Err(stopped));
    assert_eq!(counts, [1]);
}
