//! L2 in SGD: a strength that is lost, a scale that is folded, and where both lead.

use hingeline::{Constant, Gradient, GradientDescent, Hinge, Model, Order, Sgd, SgdStep, Slices};
use hingeline_host_tests::bits::assert_same;
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle::{self, Loss};
use hingeline_host_tests::tolerance;

const SMALLEST_SCALE: f32 = 1.0 / 65_536.0;

fn sgd(l2: f32, rate: f32) -> Sgd<Constant> {
    Sgd::new(Hinge::new(1.0, l2).unwrap(), Constant { rate }).unwrap()
}

/// A step that changes nothing but the scale: the bias satisfies every margin.
fn step_without_violation<const F: usize>(model: &mut Model<2, F>, l2: f32, rate: f32) -> SgdStep {
    let step = sgd(l2, rate).step(model, &[0.0; F], 0).unwrap();
    assert_eq!(step.violations, 0);
    step
}

fn model(weights: [f32; 4], scale: f32) -> Model<2, 4> {
    Model::from_parts([weights, weights.map(|w| -w)], [10.0, 0.0], scale).unwrap()
}

#[test]
fn a_lost_strength_is_reported() {
    // 2ηα against half an ulp below 1, which is 2⁻²⁵.
    for (l2, lost) in [(0.0, false), (1e-9, true), (1e-8, true), (2e-7, false), (1e-3, false)] {
        let mut model = model([1.0; 4], 1.0);
        let step = step_without_violation(&mut model, l2, 0.1);
        assert_eq!(step.l2_lost, lost, "α {l2}");
        assert_eq!(model.scale() < 1.0, !lost && l2 > 0.0, "α {l2}");
        // With a violation too.
        assert_eq!(sgd(l2, 0.1).step(&mut model.clone(), &[0.0; 4], 1).unwrap().l2_lost, lost, "α {l2}");

        let mut gradient = Gradient::new();
        let hinge = Hinge::new(1.0, l2).unwrap();
        let mut descent = GradientDescent::new(hinge, Constant { rate: 0.1 }, &mut gradient).unwrap();
        let mut samples = Slices::new(&[[0.0; 4]], &[1u8]).unwrap();
        assert_eq!(descent.step(&mut model, &mut samples).unwrap().l2_lost, lost, "α {l2}");
    }
}

#[test]
fn an_epoch_counts_what_was_lost_and_folded() {
    let features = [[0.0; 4]; 7];
    let mut samples = Slices::new(&features, &[0u8, 0, 0, 0, 0, 1, 1]).unwrap();
    for (l2, scale, lost, folds) in [(1e-9, 1.0, 7, 0), (0.0, 1.0, 0, 0), (4.0, SMALLEST_SCALE, 0, 1)] {
        let mut order = Order::resume([1, 2, 3, 4], 7, 0, 0).unwrap();
        let epoch = sgd(l2, 0.1).epoch(&mut model([1.0; 4], scale), &mut samples, &mut order).unwrap();
        assert_eq!((epoch.steps, epoch.satisfied, epoch.l2_lost, epoch.folds), (7, 5, lost, folds), "α {l2}");
    }
}

/// η = ½ and α = ½ halve the scale. At 2⁻¹⁶ it stays; below, the weights take it, and it is 1 again.
#[test]
fn the_scale_is_folded_below_its_smallest_value() {
    let weights = [1.0, -3.5, 1e-20, f32::MAX];
    let mut model = model(weights, 2.0 * SMALLEST_SCALE);
    let step = step_without_violation(&mut model, 0.5, 0.5);
    assert!(!step.folded);
    assert_same(model.scale(), SMALLEST_SCALE, "kept");
    assert_eq!(model.weights()[0], weights);

    let step = step_without_violation(&mut model, 0.5, 0.5);
    assert!(step.folded);
    assert_same(model.scale(), 1.0, "folded");
    assert_eq!(model.weights()[0], weights.map(|w| w * (SMALLEST_SCALE / 2.0)));
}

/// Whatever the scale: it ends in [1, 2), and `scale · w` is exactly what it was, for weights that stay normal.
#[test]
fn folding_is_exact_for_normal_weights() {
    for seed in 0..1_000 {
        let mut rng = generate::rng(seed);
        let scale = SMALLEST_SCALE * (1.0 + hingeline::random::uniform(&mut rng));
        let rate = 0.25 + 0.2499 * hingeline::random::uniform(&mut rng);
        let mut model = model([(); 4].map(|()| generate::ordinary(&mut rng)), scale);
        let before = *model.weights();
        let shrunk = scale * (1.0 - 2.0 * rate);
        let step = step_without_violation(&mut model, 1.0, rate);
        assert_eq!(step.folded, shrunk < SMALLEST_SCALE, "seed {seed}");
        assert!(!step.folded || (1.0..2.0).contains(&model.scale()), "seed {seed}: {}", model.scale());
        for (after, before) in model.weights().as_flattened().iter().zip(before.as_flattened()) {
            let (after, before) =
                (f64::from(model.scale()) * f64::from(*after), f64::from(shrunk) * f64::from(*before));
            assert_eq!(after, before, "seed {seed}");
        }
    }
}

/// The strongest shrinking there is takes 2⁻²⁴ of the smallest scale, and that is folded in one go.
#[test]
fn the_strongest_shrinking() {
    let mut model = model([1.0, -1.5, 0.0, 1e10], SMALLEST_SCALE);
    let step = step_without_violation(&mut model, 1.0, 0.5_f32.next_down());
    assert!(step.folded);
    assert_same(model.scale(), 1.0, "a power of two");
    assert_eq!(model.weights()[0], [1.0, -1.5, 0.0, 1e10].map(|w| w * 2.0_f32.powi(-40)));
}

/// Weights that become subnormal keep what is above half of 2⁻¹⁴⁹.
#[test]
fn folding_rounds_weights_that_become_subnormal() {
    let weights = [1e-38, 1.7e-40, 1e-44, f32::from_bits(1)];
    let mut model = model(weights, SMALLEST_SCALE);
    assert!(step_without_violation(&mut model, 0.5, 0.5).folded);
    for (after, before) in model.weights()[0].iter().zip(weights) {
        let exact = f64::from(before) * f64::from(SMALLEST_SCALE) / 2.0;
        assert!((f64::from(*after) - exact).abs() <= f64::from(f32::from_bits(1)) / 2.0, "{before}");
    }
}

/// ln 2¹⁶ / (2ηα): about 5.5 / (ηα) steps from fold to fold.
#[test]
fn folds_come_as_often_as_documented() {
    let (l2, rate) = (0.05, 0.1);
    let (mut model, mut sgd) = (model([1.0; 4], 1.0), sgd(l2, rate));
    let mut last = 0;
    for step in 1..=10_000 {
        if sgd.step(&mut model, &[0.0; 4], 0).unwrap().folded {
            let interval = (step - last) as f32;
            // From a scale in [1, 2): at most one halving more.
            assert!((5.5..6.0).contains(&(interval * l2 * rate)), "{interval} steps");
            last = step;
        }
    }
    assert!(last > 8_000);
}

/// Thousands of steps and hundreds of folds, followed by the oracle and by a bound on the error that grows with them.
#[test]
fn a_model_folded_often_stays_near_the_oracle() {
    const C: usize = 4;
    const F: usize = 20;
    let (seed, rate) = (1, 0.05);
    let mut rng = generate::rng(seed);
    let hinge = Hinge::new(1.0, 2.0).unwrap();
    let mut model = generate::model::<C, F>(&mut rng, 1.0, generate::ordinary);
    let (mut exact, loss) = (oracle::Model::from(&model), Loss::from(&hinge));
    let set = Set::<F>::draw(&mut rng, 4_000, C, |rng| generate::ordinary(rng) / 16.0);
    let mut sgd = Sgd::new(hinge, Constant { rate }).unwrap();
    let mut error = Drift::default();
    let (mut folds, mut steps) = (0, 0);
    for ((x, label), sample) in set.iter().zip(oracle::samples_of(&set)) {
        if !tolerance::is_decided_within(&exact, loss, &sample, error.of_scores(&sample)) {
            continue;
        }
        folds += usize::from(sgd.step(&mut model, x, label).unwrap().folded);
        error.take_step(&exact, loss, f64::from(rate), &sample);
        exact.sgd_step(loss, f64::from(rate), &sample);
        steps += 1;
        error.assert_holds(&oracle::Model::from(&model), &exact, steps);
    }
    assert!(steps > 3_000 && folds > 50, "{steps} steps, {folds} folds");
}

/// How far weights and bias may be from the oracle's: the error so far, shrunk as the weights are, and that of a step.
#[derive(Default)]
struct Drift {
    weights: f64,
    bias: f64,
}

impl Drift {
    fn of_scores(&self, (x, _): &oracle::Sample) -> f64 {
        self.weights * x.iter().map(|x| x.abs()).sum::<f64>() + self.bias
    }

    fn take_step(&mut self, model: &oracle::Model, loss: Loss, rate: f64, sample: &oracle::Sample) {
        let magnitudes = tolerance::gradient_magnitudes(model, loss, core::slice::from_ref(sample));
        let largest = |values: &[f64]| values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let weight = largest(&model.weights.concat()) + self.weights;
        let step = tolerance::step(1, weight, rate, largest(&magnitudes.weights.concat()));
        self.weights = (1.0 - 2.0 * rate * loss.l2) * self.weights + step;
        let bias = largest(&model.bias) + self.bias;
        self.bias += tolerance::bias_step(1, bias, rate, largest(&magnitudes.bias));
    }

    fn assert_holds(&self, model: &oracle::Model, exact: &oracle::Model, steps: usize) {
        let off = |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |off: f64, (a, b)| off.max((a - b).abs()));
        let weights = off(&model.weights.concat(), &exact.weights.concat());
        assert!(weights <= self.weights, "step {steps}: weights off {weights:e}, not {:e}", self.weights);
        let bias = off(&model.bias, &exact.bias);
        assert!(bias <= self.bias, "step {steps}: bias off {bias:e}, not {:e}", self.bias);
    }
}
