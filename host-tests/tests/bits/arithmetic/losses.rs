//! All losses, with weights of classes and samples: coefficients, gradients, steps and landscapes.

use hingeline::kernel::Kernel;
use hingeline::{
    Constant, CrammerSinger, Error, Gradient, GradientDescent, Landscape, Loss, Model, Objective, Samples, Sgd,
    Softmax, Weighted, WestonWatkins, WithWeights,
};
use hingeline_host_tests::bits::{assert_all_same, assert_same, elements};
use hingeline_host_tests::contract::{self, Function};
use hingeline_host_tests::for_extreme_shapes;
use hingeline_host_tests::generate::{self, Set, one_of};

use super::descent::assert_model;

/// Runs a check for each loss, in the library's and in the contract's form.
macro_rules! for_losses {
    ($check:ident::<$c:ident, $f:ident>($kernel:expr, $seed:expr)) => {{
        for delta in [1.0, 0.0] {
            $check::<$c, $f, _, _>($kernel, $seed, WestonWatkins::new(delta).unwrap(), Function::WestonWatkins(delta));
            $check::<$c, $f, _, _>($kernel, $seed, CrammerSinger::new(delta).unwrap(), Function::CrammerSinger(delta));
        }
        $check::<$c, $f, _, _>($kernel, $seed, Softmax, Function::Softmax);
    }};
}

/// Scores of ordinary size, unusual ones, and ties; labels of all classes.
pub(crate) fn losses_of_scores<K: Kernel>(_: K) {
    scores_of(WestonWatkins::new(1.0).unwrap(), Function::WestonWatkins(1.0));
    scores_of(CrammerSinger::new(1.0).unwrap(), Function::CrammerSinger(1.0));
    scores_of(CrammerSinger::new(0.0).unwrap(), Function::CrammerSinger(0.0));
    scores_of(Softmax, Function::Softmax);
}

fn scores_of(loss: impl Loss, function: Function) {
    for seed in 0..3_000 {
        let mut rng = generate::rng(seed);
        let classes = 2 + generate::below(&mut rng, 12);
        let label = generate::below(&mut rng, classes);
        let scores: Vec<f32> = match seed % 4 {
            0 => generate::values(&mut rng, classes, generate::ordinary),
            1 => generate::values(&mut rng, classes, generate::special_or_not_finite),
            // Ties, and margins of exactly 0.
            2 => generate::values(&mut rng, classes, |rng| generate::whole(rng, 2)),
            _ => generate::values(&mut rng, classes, |rng| 30.0 * generate::ordinary(rng)),
        };
        let what = format!("{function:?}, seed {seed}, label {label}, {scores:?}");
        let (mut own, mut k) = (scores.clone(), scores.clone());
        let (reported, sample) = (loss.loss(label, &mut own), loss.coefficients(label, &mut k));
        if scores.iter().any(|score| !score.is_finite()) {
            assert_eq!((reported, sample), (Err(Error::NonFiniteScore), Err(Error::NonFiniteScore)), "{what}");
            continue;
        }
        let (expected, expected_k) = function.of_scores(&scores, label);
        if !expected.is_finite() {
            assert_eq!((reported, sample), (Err(Error::NonFiniteLoss), Err(Error::NonFiniteLoss)), "{what}");
            continue;
        }
        let sample = sample.unwrap();
        assert_same(reported.unwrap(), expected, format_args!("loss, {what}"));
        assert_same(sample.loss, expected, format_args!("loss, {what}"));
        assert_all_same(&k, &expected_k, format_args!("coefficients, {what}"));
        let others = expected_k.iter().enumerate().filter(|(class, k)| *class != label && **k != 0.0).count();
        assert_eq!(sample.violations, others, "{what}");
        assert_same(sample.largest, contract::largest(&expected_k), format_args!("largest, {what}"));
    }
}

/// A model, a set, and weights of both kinds, in the contract's form too.
struct Case<const C: usize, const F: usize, K> {
    what: String,
    model: Model<C, F, K>,
    expected: contract::Model,
    set: Set<F>,
    samples: Vec<contract::Sample>,
    of_classes: Vec<f32>,
    of_samples: Vec<f32>,
    l2: f32,
}

impl<const C: usize, const F: usize, K: Kernel> Case<C, F, K> {
    fn draw(kernel: K, seed: u64, function: Function) -> Self {
        let mut rng = generate::rng(seed);
        let scale = [1.0, 0.7, 3.1e-5][seed as usize % 3];
        let model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale, generate::ordinary));
        let set = Set::<F>::draw(&mut rng, 11, C, generate::ordinary);
        let weight = |rng: &mut _| one_of(rng, &[0.0, 1.0, 0.3, 2.0, 7.1, 1e-40]);
        Self {
            what: format!("{C}x{F}, {function:?}, seed {seed}"),
            expected: contract::Model::from(&model),
            samples: contract::samples_of(&set),
            of_classes: generate::values(&mut rng, C, weight),
            of_samples: generate::values(&mut rng, 11, weight),
            l2: [0.0, 1e-3][seed as usize % 2],
            model,
            set,
        }
    }

    fn reference(&self, function: Function) -> contract::Objective {
        contract::Objective { function, l2: self.l2, weights: Some(self.of_classes.clone()) }
    }
}

pub(crate) fn gradients<K: Kernel>(kernel: K) {
    for_extreme_shapes!(gradients_of(kernel));
}

fn gradients_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for seed in 0..4 {
        for_losses!(gradient_of::<C, F>(kernel, seed));
    }
}

fn gradient_of<const C: usize, const F: usize, K: Kernel, L: Loss>(kernel: K, seed: u64, loss: L, function: Function) {
    let case = Case::<C, F, K>::draw(kernel, seed, function);
    let what = &case.what;
    let reference = case.reference(function);
    let objective = Objective::of(Weighted::new(loss, &case.of_classes).unwrap(), case.l2).unwrap();
    let mut slices = case.set.slices();
    let mut samples = WithWeights::new(&mut slices, &case.of_samples);
    let mut gradient = Gradient::new();
    let reported = objective.gradient(&case.model, &mut samples, &mut gradient).unwrap();
    let expected = reference.gradient(&case.expected, &case.samples, &case.of_samples);
    let elements_expected = [expected.weights.concat(), expected.bias].concat();
    assert_all_same(&elements(&gradient), &elements_expected, format_args!("gradient, {what}"));
    let expected = reference.loss(&case.expected, &case.samples, &case.of_samples);
    assert_same(reported, expected, format_args!("loss with the gradient, {what}"));
    assert_same(objective.loss(&case.model, &mut samples).unwrap(), expected, format_args!("loss, {what}"));
    let data_loss = contract::Objective { l2: 0.0, ..reference }.loss(&case.expected, &case.samples, &case.of_samples);
    let evaluation = objective.evaluate(&case.model, &mut samples).unwrap();
    assert_same(evaluation.data_loss, data_loss, format_args!("evaluation, {what}"));
    assert_eq!(samples.weight(10), case.of_samples[10]);
}

pub(crate) fn steps<K: Kernel>(kernel: K) {
    for_extreme_shapes!(steps_of(kernel));
}

fn steps_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for seed in 0..4 {
        for_losses!(step_of::<C, F>(kernel, seed));
    }
}

/// Weighted steps, on each sample in turn, and then on all of them together.
fn step_of<const C: usize, const F: usize, K: Kernel, L: Loss>(kernel: K, seed: u64, loss: L, function: Function) {
    let mut case = Case::<C, F, K>::draw(kernel, seed, function);
    let reference = case.reference(function);
    let objective = Objective::of(Weighted::new(loss, &case.of_classes).unwrap(), case.l2).unwrap();
    let mut sgd = Sgd::new(objective, Constant { rate: 0.1 }).unwrap();
    for (t, sample) in case.samples.iter().enumerate() {
        let what = format!("step {t}, {}", case.what);
        let (expected, _) = reference.of_sample(&case.expected, sample, case.of_samples[t]);
        reference.sgd_step(&mut case.expected, sample, case.of_samples[t], 0.1);
        let step = sgd.step_weighted(&mut case.model, &case.set.features[t], sample.1, case.of_samples[t]).unwrap();
        assert_same(step.loss, expected, format_args!("loss, {what}"));
        assert_model(&case.model, &case.expected, &what);
    }
    assert_eq!(sgd.progress().steps(), 11);
    let mut gradient = Gradient::new();
    let mut descent = GradientDescent::new(objective, Constant { rate: 0.2 }, &mut gradient).unwrap();
    let mut slices = case.set.slices();
    let mut samples = WithWeights::new(&mut slices, &case.of_samples);
    for t in 0..3 {
        reference.batch_step(&mut case.expected, &case.samples, &case.of_samples, 0.2);
        descent.step(&mut case.model, &mut samples).unwrap();
        assert_model(&case.model, &case.expected, &format!("batch step {t}, {}", case.what));
    }
}

pub(crate) fn landscapes<K: Kernel>(kernel: K) {
    for_extreme_shapes!(landscapes_of(kernel));
}

fn landscapes_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for seed in 0..3 {
        for_losses!(landscape_of::<C, F>(kernel, seed));
    }
}

fn landscape_of<const C: usize, const F: usize, K: Kernel, L: Loss>(kernel: K, seed: u64, loss: L, function: Function) {
    let mut case = Case::<C, F, K>::draw(kernel, seed, function);
    case.l2 = 0.0;
    let (reference, mut rng) = (case.reference(function), generate::rng(seed));
    let objective = Objective::of(Weighted::new(loss, &case.of_classes).unwrap(), 0.0).unwrap();
    let directions = [(); 2].map(|()| generate::direction::<C, F>(&mut rng, generate::ordinary));
    let mut slices = case.set.slices();
    let mut samples = WithWeights::new(&mut slices, &case.of_samples);
    let plane = Landscape::new(objective, &case.model, directions.each_ref());
    let at_the_model = plane.loss(&mut samples, [0.0; 2]).unwrap();
    assert_same(at_the_model, objective.loss(&case.model, &mut samples).unwrap(), &case.what);
    let own: Vec<_> = directions.iter().map(contract::Model::from).collect();
    for at in [[0.5, 0.0], [-1.0, 0.25], [3.0, -7.5], [1e-30, 1e3]] {
        let expected = reference.loss_at(&case.expected, &own, &case.samples, &case.of_samples, &at);
        let reported = plane.loss(&mut samples, at).unwrap();
        assert_same(reported, expected, format_args!("at {at:?}, {}", case.what));
    }
}
