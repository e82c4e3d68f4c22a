//! L2 in a descent: its strength, the folds of the scale, and the effect of both.

use hingeline::{Constant, Gradient, GradientDescent, Hinge, Model, Order, Scale, Sgd, SgdStep, Slices};
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

/// Value and carry, as one number.
fn whole_scale<const C: usize, const F: usize>(model: &Model<C, F>) -> f64 {
    let scale = model.parts().2;
    f64::from(scale.value) + f64::from(scale.carry)
}

/// W of the first weight, with the carry.
fn first_weight<const C: usize, const F: usize>(model: &Model<C, F>) -> f64 {
    whole_scale(model) * f64::from(model.weights()[0][0])
}

/// The distance of the shrinkage over these steps from the requested `(1 − 2ηα)^steps`, relative to it.
fn off(before: f64, after: f64, rate: f32, l2: f32, steps: u32) -> f64 {
    let asked = f64::from(steps) * (-2.0 * f64::from(rate) * f64::from(l2)).ln_1p();
    ((after / before).ln() / asked - 1.0).abs()
}

/// The documented bound with a margin for these starts. The product has three roundings (η α, none for the doubling,
/// and that with the value), each below 2⁻²⁴. A step loses half the last bit of the carry, which is at most 2⁻²⁵ of the
/// value: 2⁻⁵⁰.
fn documented(rate: f32, l2: f32) -> f64 {
    3.0 * 2.0_f64.powi(-24) + 2.0_f64.powi(-49) / (2.0 * f64::from(rate) * f64::from(l2))
}

#[test]
fn the_strength_that_acts_is_the_one_asked_for() {
    let rate = 1e-3;
    for l2 in [1e-9, 1e-8, 1e-6, 1e-5, 1.4e-5, 1.49e-5, 1.5e-5, 2e-5, 4e-5, 4.5e-5, 1e-4, 1e-3, 1e-2_f32] {
        assert!(documented(rate, l2) < 1e-2, "α {l2}");
        for start in [1.0, 0.3, 1.9, 3.0 * SMALLEST_SCALE] {
            // The weakest strength, where the shrinkage is smallest, runs for the documented number of steps.
            let steps = if l2 < 1e-8 && start == 1.0 { 1_000_000 } else { 30_000 };
            let (mut model, mut sgd) = (model([1.0; 4], start), sgd(l2, rate));
            for _ in 0..steps {
                sgd.step(&mut model, &[0.0; 4], 0).unwrap();
            }
            let off = off(f64::from(start), first_weight(&model), rate, l2, steps);
            assert!(off <= documented(rate, l2), "α {l2} from {start}: off by {off:e}");
        }
    }
}

/// Descent on a set shrinks by the same scale: its bits equal those of as many steps of SGD.
#[test]
fn batches_shrink_as_samples_do() {
    for l2 in [1e-9, 1e-6, 1e-3, 1.0, 4.0] {
        let (mut stepped, mut descended) = (model([1.0; 4], 1.5), model([1.0; 4], 1.5));
        let (mut sgd, mut gradient) = (sgd(l2, 0.1), Gradient::new());
        let hinge = Hinge::new(1.0, l2).unwrap();
        let mut descent = GradientDescent::new(hinge, Constant { rate: 0.1 }, &mut gradient).unwrap();
        let mut samples = Slices::new(&[[0.0; 4]], &[0u8]).unwrap();
        for t in 0..100 {
            let folded = sgd.step(&mut stepped, &[0.0; 4], 0).unwrap().folded;
            assert_eq!(descent.step(&mut descended, &mut samples).unwrap().folded, folded, "α {l2}, step {t}");
            assert_eq!(descended.checksum(), stepped.checksum(), "α {l2}, step {t}");
        }
    }
}

#[test]
fn an_epoch_counts_what_was_folded() {
    let features = [[0.0; 4]; 7];
    let mut samples = Slices::new(&features, &[0u8, 0, 0, 0, 0, 1, 1]).unwrap();
    for (l2, scale, folds) in [(1e-9, 1.0, 0), (0.0, 1.0, 0), (4.0, SMALLEST_SCALE, 1)] {
        let mut order = Order::resume([1, 2, 3, 4], 7, 0, 0).unwrap();
        let epoch = sgd(l2, 0.1).epoch(&mut model([1.0; 4], scale), &mut samples, &mut order).unwrap();
        assert_eq!((epoch.steps, epoch.satisfied, epoch.folds), (7, 5, folds), "α {l2}");
    }
}

/// W stays the same to the last bit, whatever the scale; a scale of at least 1 has nothing to fold.
#[test]
fn a_fold_asked_for_moves_the_scale_into_the_weights() {
    for (start, folds) in [(0.3, true), (0.5, true), (1.0_f32.next_down(), true), (1.5, false), (3.0, false)] {
        let (mut model, mut sgd) = (model([1.0, -3.5, 1e-20, 1e20], start), sgd(1e-6, 0.1));
        sgd.step(&mut model, &[0.0; 4], 0).unwrap();
        let before = model.clone();
        assert_eq!(sgd.fold(&mut model), folds, "{start}");
        assert!(!folds || (1.0..2.0).contains(&model.scale()), "{start}");
        let products = |model: &Model<2, 4>| {
            let Scale { value, carry } = model.parts().2;
            let times = |factor: f32| model.weights().map(|row| row.map(|w| f64::from(factor) * f64::from(w)));
            [times(value), times(carry)]
        };
        assert_eq!(products(&model), products(&before), "{start}");
        assert_ne!(model.parts().2.carry, 0.0, "{start}");
        assert!(!sgd.fold(&mut model), "{start}");
    }
}

/// At least 5.5 / (ηα) steps, and no more than a few in a thousand beyond the reported number.
#[test]
fn the_steps_until_a_fold_are_reported() {
    for (l2, rate) in [(0.05, 0.1), (0.3, 0.01), (1.5, 0.3), (4.9, 0.1)] {
        let (mut model, mut sgd) = (model([1.0; 4], 0.7), sgd(l2, rate));
        sgd.fold(&mut model);
        let reported = sgd.steps_until_fold(&model);
        // From ln 2¹⁶ / 2 = 5.545, with 1 − 2ηα for its logarithm.
        let documented = 5.5 / (rate * l2) * (1.0 - 2.0 * rate * l2);
        assert!(reported as f32 >= documented.floor(), "α {l2}: {reported} steps, not {documented}");
        let until = (0..).find(|_| sgd.step(&mut model, &[0.0; 4], 0).unwrap().folded).unwrap();
        assert!(
            (reported..=reported + reported / 400 + 1).contains(&until),
            "α {l2}: folds after {until} steps, not {reported}"
        );
    }
    assert_eq!(sgd(0.0, 0.1).steps_until_fold(&model([1.0; 4], SMALLEST_SCALE)), u64::MAX);
    assert_eq!(sgd(0.1, 0.1).steps_until_fold(&model([1.0; 4], SMALLEST_SCALE)), 0);
}

/// η = ½ and α = ½ halve the scale. At 2⁻¹⁶ it stays; below, it is folded into the weights, and is 1 again.
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

/// For any scale: it ends in [1, 2), and `scale · w` stays exactly the same for weights that remain normal.
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

/// A decay of ¾ leaves exactly a quarter of both value and carry.
#[test]
fn a_large_decay_shrinks_the_carry_too() {
    let mut model = model([1.0; 4], 1.0);
    let scale = Scale { value: 0.9, carry: -1e-8 };
    model.load(model.clone().weights().as_flattened(), &[10.0, 0.0], scale).unwrap();
    step_without_violation(&mut model, 0.375, 1.0);
    assert_eq!(model.parts().2, Scale { value: 0.9 / 4.0, carry: -1e-8 / 4.0 });
}

/// The strongest possible shrinking leaves 2⁻²⁴ of the smallest scale, and that is folded at once.
#[test]
fn the_strongest_shrinking() {
    let mut model = model([1.0, -1.5, 0.0, 1e10], SMALLEST_SCALE);
    let step = step_without_violation(&mut model, 1.0, 0.5_f32.next_down());
    assert!(step.folded);
    assert_same(model.scale(), 1.0, "a power of two");
    assert_eq!(model.weights()[0], [1.0, -1.5, 0.0, 1e10].map(|w| w * 2.0_f32.powi(-40)));
}

/// Weights that become subnormal are correct to half of 2⁻¹⁴⁹.
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
            // From a scale in [1, 2): at most one more halving.
            assert!((5.5..6.0).contains(&(interval * l2 * rate)), "{interval} steps");
            last = step;
        }
    }
    assert!(last > 8_000);
}

/// Thousands of steps and hundreds of folds, compared with the oracle within an error bound that grows with them.
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

/// The bounds of the distance of weights and bias from the oracle's: the error so far, shrunk as the weights are, plus
/// that of a step.
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
