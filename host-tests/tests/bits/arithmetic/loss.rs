//! Margins, losses, norms and gradients of whole models.

use hingeline::kernel::Kernel;
use hingeline::{Error, Gradient, Hinge, Model, coefficients};
use hingeline_host_tests::bits::{assert_all_same, assert_same, elements};
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::{contract, for_extreme_shapes};

/// The seeds of every check.
const SEEDS: core::ops::Range<u64> = 0..20;

/// Strengths and margins, usual and unusual ones.
const HINGES: [(f32, f32); 4] = [(1.0, 0.0), (1.0, 1e-2), (0.0, 0.3), (17.0, 1e-4)];

/// Odd seeds also draw huge weights, which a scale above 1 would make infinite.
fn scale_of(seed: u64) -> f32 {
    [1.0, 0.7, 40.0, 3.1e-5][seed as usize % 4]
}

pub(crate) fn margins<K: Kernel>(kernel: K) {
    for_extreme_shapes!(margins_of(kernel));
}

fn margins_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for seed in SEEDS {
        let mut rng = generate::rng(seed);
        // Special values too: subnormals and huge ones, with the results that the contract defines.
        let draw = if seed % 2 == 0 { generate::ordinary } else { generate::special };
        let model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale_of(seed), draw));
        let set = Set::<F>::draw(&mut rng, 8, C, draw);
        for (delta, l2) in HINGES {
            let hinge = Hinge::new(delta, l2).unwrap();
            for (x, label) in set.iter() {
                margins_of_sample(&hinge, &model, x, label, seed);
            }
        }
    }
}

fn margins_of_sample<const C: usize, const F: usize, K: Kernel>(
    hinge: &Hinge,
    model: &Model<C, F, K>,
    x: &[f32; F],
    label: usize,
    seed: u64,
) {
    let what = format!("{C}x{F}, Δ {}, seed {seed}", hinge.margin());
    let reference = contract::Model::from(model);
    let scores = reference.scores(x);
    let expected = contract::margins(&reference, x, label, hinge.margin());
    let expected_loss = contract::sample_loss(&expected);
    let mut margins = [0.0; C];
    match hinge.margins(model, x, label, &mut margins) {
        Ok(loss) => {
            assert_same(loss, expected_loss, format_args!("loss, {what}"));
            assert_all_same(&margins, &expected, format_args!("margins, {what}"));
            let (k, violations) = expected_coefficients(&expected, label);
            assert_eq!(coefficients(&mut margins, label), violations, "{what}");
            assert_all_same(&margins, &k, format_args!("coefficients, {what}"));
        }
        Err(Error::NonFiniteScore) => {
            assert!(scores.iter().any(|score| !score.is_finite()), "{what}: {scores:?}");
        }
        Err(error) => {
            assert_eq!(error, Error::NonFiniteLoss, "{what}");
            assert!(scores.iter().all(|score| score.is_finite()) && !expected_loss.is_finite(), "{what}");
        }
    }
}

/// The coefficients of these margins by the formula of the gradient.
fn expected_coefficients(margins: &[f32], label: usize) -> (Vec<f32>, usize) {
    let counts = |(class, margin): (usize, &f32)| class != label && *margin > 0.0;
    let mut k = margins.iter().enumerate().map(|m| f32::from(u8::from(counts(m)))).collect::<Vec<_>>();
    let violations = k.iter().filter(|k| **k == 1.0).count();
    k[label] = 0.0 - violations as f32;
    (k, violations)
}

/// A margin of exactly zero does not count, whatever its sign; the smallest subnormal does.
pub(crate) fn violations_at_zero<K: Kernel>(kernel: K) {
    let tiny = f32::from_bits(1);
    for (other, counting) in [(-1.0, 0), (-1.0 - f32::EPSILON, 0), (-1.0 + f32::EPSILON, 1)] {
        let mut model = Model::<2, 1, K>::on(kernel);
        model.load(&[0.0, other], &[0.0, 0.0], 1.0).unwrap();
        let mut margins = [0.0; 2];
        let loss = Hinge::new(1.0, 0.0).unwrap().margins(&model, &[1.0], 0, &mut margins).unwrap();
        assert_same(loss, margins[1].max(0.0), "the loss is the margin");
        assert_eq!(coefficients(&mut margins, 0), counting, "a margin of {other} + 1");
    }
    let mut margins = [0.0, -0.0, tiny, -tiny];
    assert_eq!(coefficients(&mut margins, 0), 1);
    assert_all_same(&margins, &[-1.0, 0.0, 1.0, 0.0], "only what is above zero counts");
    let mut satisfied = [0.0, -1.0, -0.0];
    assert_eq!(coefficients(&mut satisfied, 0), 0);
    assert_all_same(&satisfied, &[0.0; 3], "no violation, no sign of zero");
}

pub(crate) fn loss_of_a_set<K: Kernel>(kernel: K) {
    for_extreme_shapes!(set_losses(kernel));
}

fn set_losses<const C: usize, const F: usize>(kernel: impl Kernel) {
    for seed in SEEDS {
        let mut rng = generate::rng(seed);
        let model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale_of(seed), generate::ordinary));
        let set = Set::<F>::draw(&mut rng, 1 + seed as usize, C, generate::ordinary);
        for (delta, l2) in HINGES {
            let loss = Hinge::new(delta, l2).unwrap().loss(&model, &mut set.slices()).unwrap();
            let expected = contract::set_loss(&contract::Model::from(&model), &contract::samples_of(&set), delta, l2);
            assert_same(loss, expected, format_args!("{C}x{F}, Δ {delta}, α {l2}, seed {seed}"));
        }
    }
}

/// Losses of which a plain sum keeps only the first: 2²⁵ and then many ones.
pub(crate) fn compensation<K: Kernel>(kernel: K) {
    let mut model = Model::<2, 1, K>::on(kernel);
    model.load(&[0.0, 1.0], &[0.0, 0.0], 1.0).unwrap();
    let large = 33_554_432.0;
    for (features, what) in [
        (vec![[large], [1.0], [1.0], [1.0]], "the large one first"),
        (vec![[1.0], [1.0], [large], [1.0]], "the large one in between"),
    ] {
        let losses = features.iter().map(|x| x[0]).collect::<Vec<_>>();
        let sum = contract::compensated_sum(&losses);
        assert_ne!(sum, losses.iter().sum::<f32>(), "{what}: a plain sum must differ");
        let set = Set { labels: vec![0; features.len()], features };
        let loss = Hinge::new(0.0, 0.0).unwrap().loss(&model, &mut set.slices()).unwrap();
        assert_same(loss, sum / 4.0, what);
    }
}

pub(crate) fn squared_norm<K: Kernel>(kernel: K) {
    for_extreme_shapes!(squared_norms(kernel));
}

fn squared_norms<const C: usize, const F: usize>(kernel: impl Kernel) {
    for seed in SEEDS {
        let draw = if seed % 2 == 0 { generate::ordinary } else { generate::special };
        let model = generate::model::<C, F>(&mut generate::rng(seed), scale_of(seed), draw);
        let model = generate::on_kernel(kernel, &model);
        let expected = contract::squared_norm(&contract::Model::from(&model));
        assert_same(model.squared_norm(), expected, format_args!("{C}x{F}, seed {seed}"));
    }
}

pub(crate) fn gradient<K: Kernel>(kernel: K) {
    for_extreme_shapes!(gradients(kernel));
}

fn gradients<const C: usize, const F: usize>(kernel: impl Kernel) {
    for seed in SEEDS {
        let mut rng = generate::rng(seed);
        let model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale_of(seed), generate::ordinary));
        let set = Set::<F>::draw(&mut rng, 1 + seed as usize, C, generate::ordinary);
        let (reference, samples) = (contract::Model::from(&model), contract::samples_of(&set));
        for (delta, l2) in HINGES {
            let what = format!("{C}x{F}, Δ {delta}, α {l2}, seed {seed}");
            let hinge = Hinge::new(delta, l2).unwrap();
            let mut gradient = Gradient::new();
            let loss = hinge.gradient(&model, &mut set.slices(), &mut gradient).unwrap();
            let expected = contract::gradient(&reference, &samples, delta, l2);
            let expected_elements = [expected.weights.concat(), expected.bias].concat();
            assert_all_same(&elements(&gradient), &expected_elements, format_args!("gradient, {what}"));
            assert_same(loss, contract::set_loss(&reference, &samples, delta, l2), format_args!("loss, {what}"));
        }
    }
}
