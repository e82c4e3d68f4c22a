//! Results of other systems, from files that `host-tests/golden/make.py` made with them: PyTorch's multi-margin loss,
//! scikit-learn's decision functions, hinge loss and cross-entropy, and the loss of the course.

use std::collections::BTreeMap;

use hingeline::{CrammerSinger, Gradient, Hinge, Loss as _, Model, Softmax, argmax};
use hingeline_host_tests::generate::Set;
use hingeline_host_tests::oracle::{self, Loss, Sample};
use hingeline_host_tests::tolerance::{self, U};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct File<T> {
    /// The versions of the systems that made it.
    versions: BTreeMap<String, String>,
    cases: Vec<T>,
}

/// A model and samples.
#[derive(Deserialize)]
struct Inputs {
    weights: Vec<Vec<f32>>,
    bias: Vec<f32>,
    x: Vec<Vec<f32>>,
    labels: Vec<usize>,
}

/// A case of PyTorch's `MultiMarginLoss`, which also averages over the classes.
#[derive(Deserialize)]
struct MultiMargin {
    #[serde(flatten)]
    inputs: Inputs,
    margin: f32,
    loss: f64,
    weight_gradient: Vec<Vec<f64>>,
    bias_gradient: Vec<f64>,
    /// Whether it consists of small whole numbers, with margins at the kink.
    exact: bool,
}

/// A fitted model of scikit-learn.
#[derive(Deserialize)]
struct Fitted {
    #[serde(flatten)]
    inputs: Inputs,
    model: String,
    decision_function: Vec<Vec<f64>>,
    predict: Vec<usize>,
    /// The loss of Crammer and Singer: the mean of the largest violation.
    hinge_loss: f64,
}

/// A case of the course's loss.
#[derive(Deserialize)]
struct Course {
    #[serde(flatten)]
    inputs: Inputs,
    reg: f32,
    loss: f64,
    weight_gradient: Vec<Vec<f64>>,
}

/// Reads a file, and checks that it names the versions of these systems and has this many cases.
fn cases<T: DeserializeOwned>(text: &str, systems: &[&str], count: usize) -> Vec<T> {
    let file: File<T> = serde_json::from_str(text).expect("the file is of this form");
    let versions: Vec<_> = file.versions.keys().map(String::as_str).collect();
    assert_eq!(versions, systems);
    assert!(file.versions.values().all(|version| !version.is_empty()));
    assert_eq!(file.cases.len(), count);
    file.cases
}

/// The inputs as the library takes them, and as the oracle takes them for the tolerances.
struct Case<const C: usize, const F: usize> {
    model: Model<C, F>,
    set: Set<F>,
    exact_model: oracle::Model,
    exact_samples: Vec<Sample>,
}

impl<const C: usize, const F: usize> Case<C, F> {
    fn of(inputs: &Inputs) -> Self {
        let row = |row: &Vec<f32>| <[f32; F]>::try_from(row.as_slice()).expect("a row has F features");
        let mut model = Model::new();
        model.load(&inputs.weights.concat(), &inputs.bias, 1.0).expect("C rows of F weights");
        let set = Set { features: inputs.x.iter().map(row).collect(), labels: inputs.labels.clone() };
        let (exact_model, exact_samples) = (oracle::Model::from(&model), oracle::samples_of(&set));
        Self { model, set, exact_model, exact_samples }
    }

    /// Asserts that the loss of the set is this one, within an error.
    fn assert_loss(&self, hinge: Hinge, expected: f64, off: f64) {
        let loss = hinge.loss(&self.model, &mut self.set.slices()).unwrap();
        assert!((f64::from(loss) - expected).abs() <= off, "loss of {C}x{F}: {loss}, {expected}");
    }

    /// Asserts that the gradient of the weights is this one: to the bit if it is exact, within the rounding errors
    /// otherwise.
    fn assert_gradient(&self, hinge: Hinge, weights: &[Vec<f64>], bias: Option<&[f64]>, exact: bool) {
        let mut gradient = Gradient::new();
        hinge.gradient(&self.model, &mut self.set.slices(), &mut gradient).unwrap();
        let n = self.exact_samples.len();
        let magnitudes = tolerance::gradient_magnitudes(&self.exact_model, Loss::from(&hinge), &self.exact_samples);
        assert!(weights.len() == C && weights.iter().all(|row| row.len() == F), "a gradient of another shape");
        for (class, row) in weights.iter().enumerate() {
            for (feature, &expected) in row.iter().enumerate() {
                let (magnitude, weight) =
                    (magnitudes.weights[class][feature], self.exact_model.weights[class][feature]);
                let bound = tolerance::weight_gradient(n, magnitude, hinge.l2().into(), weight);
                let actual = f64::from(gradient.weights()[class][feature]);
                let bound = if exact { 0.0 } else { bound };
                assert!((actual - expected).abs() <= bound, "{C}x{F}, [{class}][{feature}]: {actual}, {expected}");
            }
            if let Some(bias) = bias {
                let bound = if exact { 0.0 } else { tolerance::bias_gradient(n, magnitudes.bias[class]) };
                let actual = f64::from(gradient.bias()[class]);
                assert!((actual - bias[class]).abs() <= bound, "{C}x{F}, bias [{class}]: {actual}, {}", bias[class]);
            }
        }
    }
}

/// Calls a function that is generic over classes and features for the shape of these inputs.
macro_rules! for_shape_of {
    ($inputs:expr, $check:ident($case:expr), $($classes:literal x $features:literal),*) => {
        match ($inputs.weights.len(), $inputs.weights[0].len()) {
            $(($classes, $features) => $check::<$classes, $features>($case),)*
            shape => panic!("no test for the shape {shape:?}"),
        }
    };
}

/// References are in f64 on the same inputs: their error is 2⁻²⁹ of that of binary32, and this factor allows for it.
const OF_THE_REFERENCE: f64 = 1.0 + 1e-6;

fn scaled(rows: &[Vec<f64>], factor: f64) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row.iter().map(|value| value * factor).collect()).collect()
}

#[test]
fn multi_margin_loss_of_pytorch() {
    let cases = cases(include_str!("../../golden/multi_margin_loss.json"), &["numpy", "python", "torch"], 17);
    assert_eq!(cases.iter().filter(|case: &&MultiMargin| case.exact).count(), 2);
    for case in &cases {
        for_shape_of!(case.inputs, multi_margin(case), 2 x 1, 3 x 4, 4 x 16, 4 x 4, 7 x 30, 10 x 64, 26 x 16);
    }
}

/// PyTorch's values are divided by the number of classes.
fn multi_margin<const C: usize, const F: usize>(expected: &MultiMargin) {
    let case = Case::<C, F>::of(&expected.inputs);
    let hinge = Hinge::new(expected.margin, 0.0).unwrap();
    let loss = Loss::from(&hinge);
    if !expected.exact {
        assert!(case.exact_samples.iter().all(|sample| tolerance::is_decided(&case.exact_model, loss, sample)));
    }
    let off = tolerance::set_loss(&case.exact_model, loss, &case.exact_samples) * OF_THE_REFERENCE;
    case.assert_loss(hinge, C as f64 * expected.loss, if expected.exact { 0.0 } else { off });
    let weights = scaled(&expected.weight_gradient, C as f64);
    let bias: Vec<_> = expected.bias_gradient.iter().map(|g| C as f64 * g).collect();
    case.assert_gradient(hinge, &weights, Some(&bias), expected.exact);
}

#[test]
fn loss_of_the_course() {
    let cases = cases(include_str!("../../golden/course.json"), &["numpy", "python"], 12);
    for case in &cases {
        let case: &Course = case;
        for_shape_of!(case.inputs, course(case), 2 x 1, 3 x 4, 4 x 16, 7 x 30, 10 x 64, 26 x 16);
    }
}

fn course<const C: usize, const F: usize>(expected: &Course) {
    let case = Case::<C, F>::of(&expected.inputs);
    let hinge = Hinge::new(1.0, expected.reg).unwrap();
    let loss = Loss::from(&hinge);
    assert!(case.exact_samples.iter().all(|sample| tolerance::is_decided(&case.exact_model, loss, sample)));
    let off = tolerance::set_loss(&case.exact_model, loss, &case.exact_samples);
    case.assert_loss(hinge, expected.loss, off * OF_THE_REFERENCE);
    case.assert_gradient(hinge, &expected.weight_gradient, None, false);
}

/// Scores of one sample, and scikit-learn's results for them.
#[derive(Deserialize)]
struct OfScores {
    scores: Vec<f32>,
    label: usize,
    cross_entropy: f64,
    /// The gradient of the cross-entropy with respect to the scores.
    coefficients: Vec<f64>,
    /// The loss of Crammer and Singer.
    hinge_loss: f64,
}

/// The scores are exact, so the errors come from the differences to the highest score, C exponentials, additions, a
/// quotient and a logarithm, each of at most 2u. A margin of Crammer and Singer has two roundings.
#[test]
fn cross_entropy_and_hinge_loss_of_scikit_learn() {
    let cases = cases(include_str!("../../golden/losses.json"), &["numpy", "python", "scikit-learn"], 20);
    let close = |actual: f32, expected: f64, off: f64| {
        assert!((f64::from(actual) - expected).abs() <= off * U, "{actual}, {expected}: beyond {off} u");
    };
    for case in &cases {
        let case: &OfScores = case;
        let classes = case.scores.len() as f64;
        let reach = case.scores.iter().fold(0.0, |most, score| score.abs().max(most));
        let mut scores = case.scores.clone();
        let sample = Softmax.coefficients(case.label, &mut scores).unwrap();
        close(
            sample.loss,
            case.cross_entropy,
            2.0 * f64::from(reach) + 4.0 * (classes + 1.0) + 2.0 * case.cross_entropy,
        );
        assert_eq!(scores.len(), case.coefficients.len());
        for (k, expected) in scores.iter().zip(&case.coefficients) {
            close(*k, *expected, 4.0 * classes + 6.0);
        }
        let mut scores = case.scores.clone();
        let sample = CrammerSinger::new(1.0).unwrap().coefficients(case.label, &mut scores).unwrap();
        close(sample.loss, case.hinge_loss, 2.0 * f64::from(reach) + case.hinge_loss);
        let counts = f32::from(u8::from(case.hinge_loss > 0.0));
        assert_eq!(scores[case.label], -counts);
        assert_eq!(scores.iter().sum::<f32>(), 0.0);
    }
}

#[test]
fn decisions_of_scikit_learn() {
    let cases = cases(include_str!("../../golden/scikit_learn.json"), &["numpy", "python", "scikit-learn"], 4);
    let names: Vec<_> = cases.iter().map(|case: &Fitted| case.model.as_str()).collect();
    assert_eq!(names, ["LinearSVC", "SGDClassifier", "LinearSVC", "SGDClassifier"]);
    for case in &cases {
        for_shape_of!(case.inputs, fitted(case), 3 x 4, 10 x 64);
    }
}

fn fitted<const C: usize, const F: usize>(expected: &Fitted) {
    let case = Case::<C, F>::of(&expected.inputs);
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    let (mut sum, mut off) = (0.0, 0.0);
    for (index, sample) in case.exact_samples.iter().enumerate() {
        let what = format!("{}, {C}x{F}, sample {index}", expected.model);
        let (x, label) = (&case.set.features[index], sample.1);
        let mut scores = [0.0; C];
        case.model.scores(x, &mut scores).unwrap();
        for (class, decision) in expected.decision_function[index].iter().enumerate() {
            let bound = tolerance::score(&case.exact_model, class, &sample.0) * OF_THE_REFERENCE;
            assert!((f64::from(scores[class]) - decision).abs() <= bound, "{what}: {}, {decision}", scores[class]);
        }
        assert_eq!(argmax(&scores), expected.predict[index], "{what}");
        assert_eq!(case.model.predict(x), Ok(expected.predict[index]), "{what}");

        // Their loss counts only the largest violation. The error of the largest value is at most the largest error of
        // the values.
        let mut margins = [0.0; C];
        hinge.margins(&case.model, x, label, &mut margins).unwrap();
        sum += f64::from(margins.iter().fold(0.0_f32, |largest, margin| largest.max(*margin)));
        let bounds = (0..C).map(|class| tolerance::margin(&case.exact_model, 1.0, sample, class));
        off += bounds.fold(0.0, f64::max);
    }
    let n = case.exact_samples.len() as f64;
    let (loss, bound) = (sum / n, off / n * OF_THE_REFERENCE);
    assert!((loss - expected.hinge_loss).abs() <= bound, "{}: {loss}, {}", expected.model, expected.hinge_loss);
}
