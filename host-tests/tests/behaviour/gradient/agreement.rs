//! Numeric and analytic derivatives of random models: against f64, and against each other.

use hingeline::{Derivative, FiniteDifference, Gradient, Hinge, Model, Parameter};
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle::{self, Loss};
use hingeline_host_tests::{for_shapes, tolerance};

use super::{central, forward, parameters};

const SAMPLES: usize = 9;

/// The number of parameters checked per case: a few of a picture's thousands are enough.
const PARAMETERS: usize = 12;

#[test]
fn central_differences() {
    for step in [0.1, 1e-2] {
        for_shapes!(differences(Side { step, central: true }));
    }
}

#[test]
fn forward_differences() {
    for step in [0.1, 1e-2] {
        for_shapes!(differences(Side { step, central: false }));
    }
}

#[derive(Clone, Copy, Debug)]
struct Side {
    step: f32,
    central: bool,
}

impl Side {
    fn method(self) -> FiniteDifference {
        if self.central { central(self.step) } else { forward(self.step) }
    }
}

fn differences<const C: usize, const F: usize>(side: Side) {
    let mut without_kink = 0;
    for seed in 0..9 {
        let scale = [1.0, 0.3, 19.0][seed as usize % 3];
        for l2 in [0.0, 0.3] {
            let case = Case::<C, F>::draw(seed, scale, l2, side);
            let mut rng = generate::rng(seed);
            for _ in 0..PARAMETERS {
                let at = parameters::<C, F>().nth(generate::below(&mut rng, C * F + C)).unwrap();
                without_kink += usize::from(case.compare(at));
            }
        }
    }
    assert!(without_kink > PARAMETERS, "{C}x{F}, {side:?}: too few parameters without a kink, {without_kink}");
}

struct Case<const C: usize, const F: usize> {
    side: Side,
    hinge: Hinge,
    loss: Loss,
    model: Model<C, F>,
    set: Set<F>,
    exact: oracle::Model,
    samples: Vec<oracle::Sample>,
    analytic: Gradient<C, F>,
    what: String,
}

impl<const C: usize, const F: usize> Case<C, F> {
    fn draw(seed: u64, scale: f32, l2: f32, side: Side) -> Self {
        let mut rng = generate::rng(seed);
        let hinge = Hinge::new(1.0, l2).unwrap();
        let model = generate::model::<C, F>(&mut rng, scale, generate::ordinary);
        let (exact, loss) = (oracle::Model::from(&model), Loss::from(&hinge));
        let mut set = Set::<F>::draw(&mut rng, SAMPLES, C, generate::ordinary);
        set.keep(|x, label| tolerance::is_decided(&exact, loss, &(oracle::widen(x), label)));
        let mut analytic = Gradient::new();
        hinge.gradient(&model, &mut set.slices(), &mut analytic).unwrap();
        let samples = oracle::samples_of(&set);
        let what = format!("{C}x{F}, seed {seed}, scale {scale}, α {l2}, {side:?}");
        Self { side, hinge, loss, model, set, exact, samples, analytic, what }
    }

    /// Compares one derivative. Returns whether there was no kink, so that the analytic one was compared too.
    fn compare(&self, at: Parameter) -> bool {
        let method = self.side.method();
        let mut model = self.model.clone();
        let slope = method.derivative(&self.hinge, &mut model, &mut self.set.slices(), at).unwrap();
        let points = self.points(at);
        let [above, below] = &points.models;
        let bound = self.tolerance(&points);

        // In f64 the difference of the losses loses about 2⁻²⁹ of what binary32 loses, which is negligible beside the
        // bound.
        let quotient = self.loss.of_set(above, &self.samples) - self.loss.of_set(below, &self.samples);
        let quotient = quotient / points.distance();
        self.assert_near("numeric", at, &slope, quotient, bound);

        let Some(kinks) = self.count_kinks(&points) else { return false };
        assert_eq!(slope.kinks, kinks, "{at:?}, {}", self.what);
        if kinks == 0 {
            self.compare_with_analytic(at, &slope, &points, bound);
        }
        kinks == 0
    }

    /// Without a kink the data loss is linear; for the parabola of the regulariser, the error of the forward difference
    /// is α h.
    fn compare_with_analytic(&self, at: Parameter, slope: &Derivative, points: &Points, bound: f64) {
        let magnitudes = tolerance::gradient_magnitudes(&self.exact, self.loss, &self.samples);
        let n = self.samples.len();
        let (analytic, own, curvature) = match at {
            Parameter::Weight { class, feature } => {
                let magnitude = magnitudes.weights[class][feature];
                let weight = self.exact.weights[class][feature];
                let own = tolerance::weight_gradient(n, magnitude, self.loss.l2, weight);
                // The midpoint of the difference is not quite W: the error is α times twice the distance between the
                // two.
                let off_centre = points.values[0] + points.values[1] - 2.0 * weight;
                (self.analytic.weights()[class][feature], own, self.loss.l2 * off_centre)
            }
            Parameter::Bias { class } => {
                (self.analytic.bias()[class], tolerance::bias_gradient(n, magnitudes.bias[class]), 0.0)
            }
        };
        self.assert_near("numeric and analytic", at, slope, f64::from(analytic) + curvature, bound + own);
    }

    fn tolerance(&self, points: &Points) -> f64 {
        let [above, below] = &points.models;
        let l2 = if points.regularised { self.loss.l2 } else { 0.0 };
        tolerance::difference([above, below], self.loss, &self.samples, points.distance())
            + tolerance::difference_of_regulariser(l2, points.values)
    }

    /// The number of margins that count at only one of the points; `None` if one is too near to zero to decide.
    fn count_kinks(&self, points: &Points) -> Option<usize> {
        let mut kinks = 0;
        for sample in &self.samples {
            if !points.models.iter().all(|model| tolerance::is_decided(model, self.loss, sample)) {
                return None;
            }
            let [above, below] = points.models.each_ref().map(|model| self.loss.margins(model, sample));
            kinks += above.iter().zip(&below).filter(|(a, b)| (**a > 0.0) != (**b > 0.0)).count();
        }
        Some(kinks)
    }

    fn assert_near(&self, what: &str, at: Parameter, slope: &Derivative, exact: f64, bound: f64) {
        let off = (f64::from(slope.value) - exact).abs();
        assert!(off <= bound, "{what}, {at:?}, {}: {slope:?} is {off:e} off {exact}, not {bound:e}", self.what);
    }

    /// The two models of the difference, with the values that binary32 gives them.
    fn points(&self, at: Parameter) -> Points {
        let scale = if let Parameter::Weight { .. } = at { self.model.scale() } else { 1.0 };
        let stored = match at {
            Parameter::Weight { class, feature } => self.model.weights()[class][feature],
            Parameter::Bias { class } => self.model.bias()[class],
        };
        let step = self.side.step / scale;
        let below = if self.side.central { stored - step } else { stored };
        let values = [stored + step, below].map(|value| f64::from(scale) * f64::from(value));
        let models = values.map(|value| {
            let mut model = self.exact.clone();
            match at {
                Parameter::Weight { class, feature } => model.weights[class][feature] = value,
                Parameter::Bias { class } => model.bias[class] = value,
            }
            model
        });
        Points { models, values, regularised: matches!(at, Parameter::Weight { .. }) }
    }
}

/// The points above and below.
struct Points {
    models: [oracle::Model; 2],
    values: [f64; 2],
    regularised: bool,
}

impl Points {
    fn distance(&self) -> f64 {
        self.values[0] - self.values[1]
    }
}
