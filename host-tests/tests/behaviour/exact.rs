//! Small whole numbers, on which every operation of binary32 is exact: the results must equal integer arithmetic.
//!
//! Every value here is a multiple of some power of two with fewer than 24 bits, so any order of operations gives the
//! same value, and a value that differs by one bit is wrong. Unlike the tests against the oracle, these need no
//! tolerance, not even at kinks.

use hingeline::{
    Constant, FiniteDifference, Gradient, GradientDescent, Hinge, MiniBatch, Model, Order, Parameter, Sgd,
};
use hingeline_host_tests::for_shapes;
use hingeline_host_tests::generate::{self, Set};

const SEEDS: core::ops::Range<u64> = 0..30;

/// A model of whole numbers. The true value is that number over a power of two, which the caller tracks.
#[derive(Clone)]
struct Whole {
    weights: Vec<Vec<i64>>,
    bias: Vec<i64>,
}

type WholeSample = (Vec<i64>, usize);

fn whole(value: f32) -> i64 {
    assert_eq!(value, value.trunc(), "not a whole number");
    value as i64
}

impl Whole {
    fn of<const C: usize, const F: usize>(model: &Model<C, F>) -> Self {
        Self {
            weights: model.weights().iter().map(|row| row.iter().map(|w| whole(*w)).collect()).collect(),
            bias: model.bias().iter().map(|b| whole(*b)).collect(),
        }
    }

    fn scores(&self, x: &[i64]) -> Vec<i64> {
        let products = |row: &Vec<i64>| row.iter().zip(x).map(|(w, x)| w * x).sum::<i64>();
        self.weights.iter().zip(&self.bias).map(|(row, b)| products(row) + b).collect()
    }

    /// The margins of all classes except the label's, as (class, margin); Δ is in the unit of the scores.
    fn margins(&self, (x, label): &WholeSample, delta: i64) -> Vec<(usize, i64)> {
        let scores = self.scores(x);
        let others = (0..scores.len()).filter(|class| class != label);
        others.map(|class| (class, scores[class] - scores[*label] + delta)).collect()
    }

    fn sample_loss(&self, sample: &WholeSample, delta: i64) -> i64 {
        self.margins(sample, delta).iter().map(|(_, margin)| (*margin).max(0)).sum()
    }

    fn squared_norm(&self) -> i64 {
        self.weights.iter().flatten().map(|w| w * w).sum()
    }

    /// `Σ_i k_ij x_i` and `Σ_i k_ij`, in units of the features.
    fn gradient_sum(&self, samples: &[WholeSample], delta: i64) -> Self {
        let mut sum =
            Self { weights: vec![vec![0; self.weights[0].len()]; self.weights.len()], bias: vec![0; self.bias.len()] };
        for sample in samples {
            for (class, _) in self.margins(sample, delta).into_iter().filter(|(_, margin)| *margin > 0) {
                for (row, sign) in [(class, 1), (sample.1, -1)] {
                    sum.weights[row].iter_mut().zip(&sample.0).for_each(|(g, x)| *g += sign * x);
                    sum.bias[row] += sign;
                }
            }
        }
        sum
    }
}

/// A model and eight samples of numbers from −3 to 3, and both of them in integers.
struct Case<const C: usize, const F: usize> {
    seed: u64,
    model: Model<C, F>,
    set: Set<F>,
    whole: Whole,
    samples: Vec<WholeSample>,
}

/// A power of two, so that 1/N is exact.
const N: usize = 8;

impl<const C: usize, const F: usize> Case<C, F> {
    fn draw(seed: u64) -> Self {
        let mut rng = generate::rng(seed);
        let model = generate::model(&mut rng, 1.0, |rng| generate::whole(rng, 3));
        let set = Set::draw(&mut rng, N, C, |rng| generate::whole(rng, 3));
        let samples = set.iter().map(|(x, label)| (x.iter().map(|x| whole(*x)).collect(), label)).collect();
        Self { seed, whole: Whole::of(&model), model, set, samples }
    }

    /// Asserts that a value is exactly `numerator / denominator`.
    #[track_caller]
    fn assert_is(&self, what: &str, value: f32, numerator: i64, denominator: i64) {
        assert!(numerator.abs() < 1 << 24, "{what}: {numerator} is not exact in binary32");
        let exact = numerator as f64 / denominator as f64;
        assert_eq!(f64::from(value), exact, "{what}, {C}x{F}, seed {}", self.seed);
    }

    /// Asserts that the model's `W` and bias are these whole numbers over `unit`.
    fn assert_model(&self, what: &str, model: &Model<C, F>, expected: &Whole, unit: i64) {
        for class in 0..C {
            for feature in 0..F {
                let weight = model.scale() * model.weights()[class][feature];
                self.assert_is(what, weight, expected.weights[class][feature], unit);
            }
            self.assert_is(what, model.bias()[class], expected.bias[class], unit);
        }
    }
}

fn for_cases<const C: usize, const F: usize>(mut check: impl FnMut(&Case<C, F>)) {
    SEEDS.for_each(|seed| check(&Case::draw(seed)));
}

#[test]
fn scores_margins_and_losses() {
    for_shapes!(losses());
}

fn losses<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let hinge = Hinge::new(2.0, 0.125).unwrap();
        for ((x, label), sample) in case.set.iter().zip(&case.samples) {
            let mut values = [0.0; C];
            case.model.scores(x, &mut values).unwrap();
            let scores = case.whole.scores(&sample.0);
            values.iter().zip(&scores).for_each(|(value, exact)| case.assert_is("score", *value, *exact, 1));
            let first_of_highest = scores.iter().position(|s| Some(s) == scores.iter().max());
            assert_eq!(case.model.predict(x).ok(), first_of_highest, "seed {}", case.seed);

            let loss = hinge.margins(&case.model, x, label, &mut values).unwrap();
            for (class, margin) in case.whole.margins(sample, 2) {
                case.assert_is("margin", values[class], margin, 1);
            }
            case.assert_is("loss of a sample", loss, case.whole.sample_loss(sample, 2), 1);
        }
        let sum: i64 = case.samples.iter().map(|sample| case.whole.sample_loss(sample, 2)).sum();
        let loss = hinge.loss(&case.model, &mut case.set.slices()).unwrap();
        // sum / 8 + R / 8
        case.assert_is("loss", loss, sum + case.whole.squared_norm(), N as i64);
    });
}

#[test]
fn gradients() {
    for_shapes!(gradient_of());
}

fn gradient_of<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let mut gradient = Gradient::new();
        let hinge = Hinge::new(2.0, 0.5).unwrap();
        hinge.gradient(&case.model, &mut case.set.slices(), &mut gradient).unwrap();
        let sum = case.whole.gradient_sum(&case.samples, 2);
        for class in 0..C {
            for feature in 0..F {
                // sum / 8 + 2 · ½ · w
                let exact = sum.weights[class][feature] + 8 * case.whole.weights[class][feature];
                case.assert_is("gradient", gradient.weights()[class][feature], exact, 8);
            }
            case.assert_is("gradient of the bias", gradient.bias()[class], sum.bias[class], 8);
        }
    });
}

/// η = ½ and α = ½ halve W at each step. In units of 2⁻ᵗ after t steps, W ← W − 2ᵗ⁻¹ k x and b ← 2b − 2ᵗ⁻¹ k.
#[test]
fn steps_of_sgd() {
    for_shapes!(sgd_steps());
}

fn sgd_steps<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let mut sgd = Sgd::new(Hinge::new(2.0, 0.5).unwrap(), Constant { rate: 0.5 }).unwrap();
        let (mut model, mut exact) = (case.model.clone(), case.whole.clone());
        for (t, sample) in case.samples[..5].iter().enumerate() {
            let unit = 1 << t;
            let loss = exact.sample_loss(sample, 2 * unit);
            let sum = exact.gradient_sum(core::slice::from_ref(sample), 2 * unit);
            for class in 0..C {
                let row = exact.weights[class].iter_mut().zip(&sum.weights[class]);
                row.for_each(|(w, g)| *w -= unit * g);
                exact.bias[class] = 2 * exact.bias[class] - unit * sum.bias[class];
            }
            let step = sgd.step(&mut model, &case.set.features[t], sample.1).unwrap();
            case.assert_is("loss before a step", step.loss, loss, unit);
            case.assert_model("SGD", &model, &exact, 2 * unit);
        }
    });
}

/// η = 1 on batches of four, without L2: W ← W − Σ k x / 4, in quarters after one step, sixteenths after two.
#[test]
fn steps_on_batches() {
    for_shapes!(batch_steps());
}

fn batch_steps<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let mut order = Order::new(N, &mut generate::rng(case.seed)).unwrap();
        let mut gradient = Gradient::new();
        let schedule = Constant { rate: 1.0 };
        let mut descent = MiniBatch::new(Hinge::new(2.0, 0.0).unwrap(), schedule, 4, &mut gradient).unwrap();
        let (mut model, mut exact, mut unit) = (case.model.clone(), case.whole.clone(), 1);
        for _ in 0..2 {
            let mut ahead = order;
            let batch = [(); 4].map(|()| (case.samples[ahead.index()].clone(), ahead.skip()).0);
            let sum = exact.gradient_sum(&batch, 2 * unit);
            for class in 0..C {
                let row = exact.weights[class].iter_mut().zip(&sum.weights[class]);
                row.for_each(|(w, g)| *w = 4 * *w - unit * g);
                exact.bias[class] = 4 * exact.bias[class] - unit * sum.bias[class];
            }
            descent.step(&mut model, &mut case.set.slices(), &mut order).unwrap();
            unit *= 4;
            case.assert_model("a batch", &model, &exact, unit);
        }
    });
}

/// η = ½ and α = ½ on all eight samples: W ← W / 2 − Σ k x / 16.
#[test]
fn step_on_the_whole_set() {
    for_shapes!(whole_step());
}

fn whole_step<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let (mut model, mut gradient) = (case.model.clone(), Gradient::new());
        let hinge = Hinge::new(2.0, 0.5).unwrap();
        let mut descent = GradientDescent::new(hinge, Constant { rate: 0.5 }, &mut gradient).unwrap();
        let step = descent.step(&mut model, &mut case.set.slices()).unwrap();
        let sum = case.whole.gradient_sum(&case.samples, 2);
        let mut exact = case.whole.clone();
        for class in 0..C {
            exact.weights[class].iter_mut().zip(&sum.weights[class]).for_each(|(w, g)| *w = 8 * *w - g);
            exact.bias[class] = 16 * exact.bias[class] - sum.bias[class];
        }
        case.assert_model("the set", &model, &exact, 16);
        let losses = case.samples.iter().map(|sample| case.whole.sample_loss(sample, 2));
        case.assert_is("loss before the step", step.data_loss, losses.sum(), 8);
    });
}

/// Central differences with h = ½, at kinks too: in halves, `(L(w + 1) − L(w − 1)) / 2`. The kinks are the samples and
/// classes whose margin is above zero on only one side.
#[test]
fn central_differences() {
    central::<2, 1>();
    central::<3, 2>();
    central::<4, 16>();
    central::<7, 30>();
}

fn central<const C: usize, const F: usize>() {
    let mut kinks_seen = 0;
    for_cases::<C, F>(|case| {
        let mut model = case.model.clone();
        for class in 0..C {
            for feature in 0..=F {
                // The last column is the bias.
                let at = if feature < F { Parameter::Weight { class, feature } } else { Parameter::Bias { class } };
                kinks_seen += central_difference(case, &mut model, at);
            }
        }
    });
    assert!(kinks_seen > 0, "{C}x{F}: no kink in any case");
}

fn central_difference<const C: usize, const F: usize>(
    case: &Case<C, F>,
    model: &mut Model<C, F>,
    at: Parameter,
) -> usize {
    let points = [-1, 1].map(|step| {
        let mut halves = case.whole.clone();
        halves.weights.iter_mut().flatten().chain(&mut halves.bias).for_each(|value| *value *= 2);
        match at {
            Parameter::Weight { class, feature } => halves.weights[class][feature] += step,
            Parameter::Bias { class } => halves.bias[class] += step,
        }
        halves
    });
    let (mut difference, mut kinks) = (0, 0);
    for sample in &case.samples {
        let [below, above] = [0, 1].map(|point| points[point].margins(sample, 4));
        kinks += below.iter().zip(&above).filter(|(a, b)| (a.1 > 0) != (b.1 > 0)).count();
        difference += points[1].sample_loss(sample, 4) - points[0].sample_loss(sample, 4);
    }
    let regulariser = points[1].squared_norm() - points[0].squared_norm();

    let central = FiniteDifference::central(0.5).unwrap();
    let hinge = Hinge::new(2.0, 0.5).unwrap();
    let slope = central.derivative(&hinge, model, &mut case.set.slices(), at).unwrap();
    // The difference of the data is in halves, over eight samples; that of the regulariser in quarters, times ½; both
    // over 1.
    case.assert_is(&format!("{at:?}"), slope.value, difference + 2 * regulariser, 16);
    assert_eq!(slope.kinks, kinks, "{at:?}, seed {}", case.seed);
    kinks
}
