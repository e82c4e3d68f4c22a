//! Every numeric operation against the textbook in f64, within the derived tolerances.
//!
//! A sample is left out if one of its margins is so close to zero that the two may disagree on whether it counts.

use hingeline::{
    Constant, Cosine, Gradient, GradientDescent, Hinge, InverseTime, MiniBatch, Model, Order, Pegasos, Schedule, Sgd,
    StepDecay, argmax, random,
};
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle::{self, Loss};
use hingeline_host_tests::{for_shapes, tolerance};
use rand_core::Rng;

const SEEDS: core::ops::Range<u64> = 0..20;
const SAMPLES: usize = 13;

/// A random case: a model, samples whose margins are decided, and both of them in f64.
struct Case<const C: usize, const F: usize> {
    seed: u64,
    hinge: Hinge,
    loss: Loss,
    model: Model<C, F>,
    set: Set<F>,
    exact: oracle::Model,
    samples: Vec<oracle::Sample>,
}

impl<const C: usize, const F: usize> Case<C, F> {
    fn draw(seed: u64) -> Self {
        let mut rng = generate::rng(seed);
        let l2 = [0.0, 1e-3, 0.7][seed as usize % 3];
        let hinge = Hinge::new([1.0, 0.0, 9.5, 300.0][seed as usize % 4], l2).unwrap();
        let scale = [1.0, 0.3, 1.0, 5e-2, 19.0][seed as usize % 5];
        let model = generate::model::<C, F>(&mut rng, scale, generate::ordinary);
        let mut set = Set::<F>::draw(&mut rng, SAMPLES, C, generate::ordinary);
        let (exact, loss) = (oracle::Model::from(&model), Loss::from(&hinge));
        set.keep(|x, label| tolerance::is_decided(&exact, loss, &(oracle::widen(x), label)));
        assert!(set.labels.len() > SAMPLES / 2, "seed {seed} leaves too few samples");
        let samples = oracle::samples_of(&set);
        Self { seed, hinge, loss, model, set, exact, samples }
    }

    /// Asserts that a value is within a tolerance of the exact one.
    #[track_caller]
    fn assert_near(&self, what: &str, actual: f32, exact: f64, tolerance: f64) {
        let off = (f64::from(actual) - exact).abs();
        let seed = self.seed;
        assert!(off <= tolerance, "{what}, {C}x{F}, seed {seed}: {actual} is {off:e} off {exact}, not {tolerance:e}");
    }

    /// Asserts that a model is the result of a step on these samples.
    fn assert_stepped(&self, samples: &[oracle::Sample], rate: f32, after: &Model<C, F>) {
        let mut exact = self.exact.clone();
        let rate = f64::from(rate);
        exact.batch_step(self.loss, rate, samples);
        let magnitudes = tolerance::gradient_magnitudes(&self.exact, self.loss, samples);
        let n = samples.len();
        let after_wide = oracle::Model::from(after);
        for c in 0..C {
            for i in 0..F {
                let bound = tolerance::step(n, self.exact.weights[c][i], rate, magnitudes.weights[c][i]);
                let off = (after_wide.weights[c][i] - exact.weights[c][i]).abs();
                assert!(off <= bound, "w[{c}][{i}], {C}x{F}, seed {}: off {off:e}, not {bound:e}", self.seed);
            }
            let bound = tolerance::bias_step(n, self.exact.bias[c], rate, magnitudes.bias[c]);
            self.assert_near("bias", after.bias()[c], exact.bias[c], bound);
        }
    }
}

fn for_cases<const C: usize, const F: usize>(check: impl Fn(&Case<C, F>)) {
    SEEDS.for_each(|seed| check(&Case::draw(seed)));
}

#[test]
fn scores_and_predictions() {
    for_shapes!(scores_of());
}

fn scores_of<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        for (x, (wide, _)) in case.set.features.iter().zip(&case.samples) {
            let mut scores = [0.0; C];
            case.model.scores(x, &mut scores).unwrap();
            let exact = case.exact.scores(wide);
            let tolerances = (0..C).map(|c| tolerance::score(&case.exact, c, wide)).collect::<Vec<_>>();
            for c in 0..C {
                case.assert_near("score", scores[c], exact[c], tolerances[c]);
            }
            let (predicted, best) = (case.model.predict(x).unwrap(), case.exact.predict(wide));
            assert_eq!(predicted, argmax(&scores));
            let gap = exact[best] - exact[predicted];
            assert!(gap <= tolerances[best] + tolerances[predicted], "seed {}: {gap}", case.seed);
        }
    });
}

#[test]
fn ties_go_to_the_lowest_class() {
    let model = Model::from_parts([[1.0, 2.0], [2.0, 1.0], [2.0, 1.0], [0.0, 0.0]], [0.0; 4], 1.0).unwrap();
    for x in [[1.0, 1.0], [1.0, 0.5], [0.0, 0.0], [-1.0, -1.0], [0.5, 0.5]] {
        let exact = oracle::Model::from(&model).predict(&oracle::widen(&x));
        assert_eq!(model.predict(&x), Ok(exact), "{x:?}");
    }
    assert_eq!(argmax(&[-0.0, 0.0]), 0);
    assert_eq!(argmax(&[f32::MIN, f32::MIN]), 0);
    assert_eq!(argmax(&[-2.0, -1.0, -1.0]), 1);
}

#[test]
fn margins_and_losses_of_samples() {
    for_shapes!(margins_of());
}

fn margins_of<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        for ((x, label), sample) in case.set.iter().zip(&case.samples) {
            let mut margins = [0.0; C];
            let loss = case.hinge.margins(&case.model, x, label, &mut margins).unwrap();
            let exact = case.loss.margins(&case.exact, sample);
            for c in 0..C {
                let bound = tolerance::margin(&case.exact, case.loss.delta, sample, c);
                case.assert_near("margin", margins[c], exact[c], bound);
            }
            assert_eq!(margins[label], 0.0);
            let bound = tolerance::sample_loss(&case.exact, case.loss.delta, sample);
            case.assert_near("loss of a sample", loss, case.loss.of_sample(&case.exact, sample), bound);
        }
    });
}

#[test]
fn losses_of_sets() {
    for_shapes!(set_losses());
}

fn set_losses<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let norm = tolerance::squared_norm(&case.exact);
        case.assert_near("Σ W²", case.model.squared_norm(), case.exact.squared_norm(), norm);
        let loss = case.hinge.loss(&case.model, &mut case.set.slices()).unwrap();
        let bound = tolerance::set_loss(&case.exact, case.loss, &case.samples);
        case.assert_near("loss of a set", loss, case.loss.of_set(&case.exact, &case.samples), bound);
    });
}

/// Many losses of one size: the error of a plain sum grows with their number, that of a compensated sum does not.
#[test]
fn loss_of_a_large_set() {
    let n = 2_000;
    let mut rng = generate::rng(1);
    let model = generate::model::<3, 2>(&mut rng, 1.0, generate::ordinary);
    let set = Set::<2>::draw(&mut rng, n, 3, |rng| 1.0 + random::uniform(rng));
    let hinge = Hinge::new(1e4, 0.0).unwrap();
    let losses = set.iter().map(|(x, label)| hinge.margins(&model, x, label, &mut [0.0; 3]).unwrap());
    let terms = oracle::widen(&losses.collect::<Vec<_>>());
    let exact = terms.iter().sum::<f64>() / n as f64;
    let bound = tolerance::compensated_sum(&terms) / n as f64 + tolerance::U * exact;
    let loss = f64::from(hinge.loss(&model, &mut set.slices()).unwrap());
    assert!((loss - exact).abs() <= bound, "{loss} is {:e} off {exact}, not {bound:e}", (loss - exact).abs());
}

#[test]
fn gradients() {
    for_shapes!(gradient_of());
}

fn gradient_of<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let mut gradient = Gradient::new();
        let loss = case.hinge.gradient(&case.model, &mut case.set.slices(), &mut gradient).unwrap();
        let bound = tolerance::set_loss(&case.exact, case.loss, &case.samples);
        case.assert_near("loss with a gradient", loss, case.loss.of_set(&case.exact, &case.samples), bound);

        let exact = case.loss.gradient(&case.exact, &case.samples);
        let magnitudes = tolerance::gradient_magnitudes(&case.exact, case.loss, &case.samples);
        let n = case.samples.len();
        for c in 0..C {
            for i in 0..F {
                let (magnitude, weight) = (magnitudes.weights[c][i], case.exact.weights[c][i]);
                let bound = tolerance::weight_gradient(n, magnitude, case.loss.l2, weight);
                case.assert_near("gradient", gradient.weights()[c][i], exact.weights[c][i], bound);
            }
            let bound = tolerance::bias_gradient(n, magnitudes.bias[c]);
            case.assert_near("gradient of the bias", gradient.bias()[c], exact.bias[c], bound);
        }
    });
}

#[test]
fn steps_of_sgd() {
    for_shapes!(sgd_steps());
}

fn sgd_steps<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        for (index, (x, label)) in case.set.iter().enumerate() {
            let rate = 0.01 * (1 + index) as f32;
            let mut after = case.model.clone();
            let mut sgd = Sgd::new(case.hinge, Constant { rate }).unwrap();
            let step = sgd.step(&mut after, x, label).unwrap();
            case.assert_stepped(&case.samples[index..=index], rate, &after);
            let margins = case.loss.margins(&case.exact, &case.samples[index]);
            assert_eq!(step.violations, margins.iter().filter(|m| **m > 0.0).count(), "seed {}", case.seed);
        }
    });
}

#[test]
fn steps_on_the_whole_set() {
    for_shapes!(whole_steps());
}

fn whole_steps<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let rate = 0.3;
        let (mut after, mut gradient) = (case.model.clone(), Gradient::new());
        let mut descent = GradientDescent::new(case.hinge, Constant { rate }, &mut gradient).unwrap();
        let step = descent.step(&mut after, &mut case.set.slices()).unwrap();
        case.assert_stepped(&case.samples, rate, &after);
        let data = Loss { l2: 0.0, ..case.loss };
        let bound = tolerance::set_loss(&case.exact, data, &case.samples);
        case.assert_near("loss of a step", step.data_loss, data.of_set(&case.exact, &case.samples), bound);
    });
}

#[test]
fn steps_on_batches() {
    for_shapes!(batch_steps());
}

fn batch_steps<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let mut order = Order::new(case.samples.len(), &mut generate::rng(case.seed)).unwrap();
        let mut ahead = order;
        let batch = [(); 4].map(|()| (case.samples[ahead.index()].clone(), ahead.skip()).0);
        let rate = 0.3;
        let (mut after, mut gradient) = (case.model.clone(), Gradient::new());
        let mut descent = MiniBatch::new(case.hinge, Constant { rate }, 4, &mut gradient).unwrap();
        descent.step(&mut after, &mut case.set.slices(), &mut order).unwrap();
        case.assert_stepped(&batch, rate, &after);
    });
}

#[test]
fn schedules() {
    let mut rng = generate::rng(1);
    for draw in 0..10_000 {
        let (rate, decay) = (generate::ordinary(&mut rng).abs(), generate::ordinary(&mut rng).abs());
        let t = u64::from(rng.next_u32()) << (draw % 32);
        let actual = f64::from(InverseTime { rate, decay }.rate(t));
        let exact = oracle::inverse_time_rate(rate.into(), decay.into(), t);
        let bound = tolerance::inverse_time_rate(exact);
        assert!((actual - exact).abs() <= bound, "{rate} / (1 + {decay} · {t}), draw {draw} of seed 1: {actual}");
    }
}

#[test]
fn schedules_that_fall_otherwise() {
    let mut rng = generate::rng(3);
    for draw in 0..10_000 {
        let rate = generate::ordinary(&mut rng).abs();
        let period = 1 + (rng.next_u32() >> (draw % 24 + 8));
        let t = u64::from(rng.next_u32()) % (2 * u64::from(period));
        let what = format!("rate {rate}, period {period}, step {t}, draw {draw} of seed 3");

        let floor = rate * random::uniform(&mut rng);
        let actual = f64::from(Cosine { rate, floor, steps: period }.rate(t));
        let exact = oracle::cosine_rate(rate.into(), floor.into(), period, t);
        assert!((actual - exact).abs() <= tolerance::cosine_rate(exact, rate.into()), "{what}: {actual}, {exact}");

        let factor = 0.5 + 0.5 * random::uniform(&mut rng);
        let actual = f64::from(StepDecay { rate, factor, every: period }.rate(5 * t));
        let exact = oracle::step_decay_rate(rate.into(), factor.into(), period, 5 * t);
        assert!((actual - exact).abs() <= tolerance::step_decay_rate(exact), "{what}: {actual}, {exact}");

        let (l2, start) = (0.125 + rate, 1.0 + floor);
        let actual = f64::from(Pegasos { l2, start }.rate(t));
        let exact = oracle::pegasos_rate(l2.into(), start.into(), t);
        assert!((actual - exact).abs() <= tolerance::pegasos_rate(exact), "{what}: {actual}, {exact}");
    }
}

#[test]
fn normal_deviates() {
    let (mut rng, mut words) = (generate::rng(2), generate::rng(2));
    for draw in 0..100_000 {
        let [u1, u2] = [(); 2].map(|()| f64::from(words.next_u32() >> 8) / 16_777_216.0);
        let (actual, exact) = (f64::from(random::normal(&mut rng)), oracle::normal(u1, u2));
        let bound = tolerance::normal((-2.0 * (1.0 - u1).ln()).sqrt());
        let off = (actual - exact).abs();
        assert!(off <= bound, "draw {draw} of seed 2: {actual} is {off:e} off {exact}, not {bound:e}");
    }
}
