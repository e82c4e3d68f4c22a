//! Values known from the lecture, or worked out by hand.

use hingeline::{Constant, FiniteDifference, Gradient, Hinge, Model, Parameter, Samples, Sgd, Slices, coefficients};

/// Cat, car and frog: the lecture's three pictures, each represented by the scores that the lecture lists for it.
const CAT: [f32; 3] = [3.2, 5.1, -1.7];
const CAR: [f32; 3] = [1.3, 4.9, 2.0];
const FROG: [f32; 3] = [2.2, 2.5, -3.1];

/// A model whose scores are the features: its weights are the identity.
fn identity() -> Model<3, 3> {
    Model::from_parts([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.0; 3], 1.0).unwrap()
}

fn data_loss() -> Hinge {
    Hinge::new(1.0, 0.0).unwrap()
}

#[track_caller]
fn assert_near(actual: f32, expected: f32) {
    // Values of at most 20 with one decimal, within a few roundings.
    assert!((actual - expected).abs() < 1e-5, "{actual}, expected {expected}");
}

#[test]
fn three_pictures() {
    let model = identity();
    let mut margins = [0.0; 3];
    // max(0, 5.1 − 3.2 + 1) + max(0, −1.7 − 3.2 + 1) = 2.9 + 0
    assert_near(data_loss().margins(&model, &CAT, 0, &mut margins).unwrap(), 2.9);
    // max(0, 1.3 − 4.9 + 1) + max(0, 2.0 − 4.9 + 1) = 0 + 0
    assert_eq!(data_loss().margins(&model, &CAR, 1, &mut margins), Ok(0.0));
    // max(0, 2.2 + 3.1 + 1) + max(0, 2.5 + 3.1 + 1) = 6.3 + 6.6
    assert_near(data_loss().margins(&model, &FROG, 2, &mut margins).unwrap(), 12.9);
    // (2.9 + 0 + 12.9) / 3 = 5.27
    let loss = data_loss().loss(&model, &mut Slices::new(&[CAT, CAR, FROG], &[0u8, 1, 2]).unwrap()).unwrap();
    assert_near(loss, 15.8 / 3.0);
    assert_eq!(format!("{loss:.2}"), "5.27");
}

/// With all scores about zero, each of the other C − 1 margins is Δ.
#[test]
fn initial_loss_is_the_number_of_other_classes() {
    fn check<const C: usize>() {
        let features = [[0.5, -2.0, 3.0, 0.25], [1.0, 2.0, 3.0, 4.0]];
        for delta in [0.0, 1.0, 2.5] {
            let hinge = Hinge::new(delta, 0.1).unwrap();
            let mut samples = Slices::new(&features, &[0u8, 1]).unwrap();
            assert_eq!(hinge.loss(&Model::<C, 4>::new(), &mut samples), Ok((C - 1) as f32 * delta));
        }
    }
    check::<2>();
    check::<3>();
    check::<10>();
    check::<26>();
}

/// The lecture's question: is the W of loss 0 unique? No, 2W has loss 0 as well.
#[test]
fn doubling_the_weights_keeps_a_loss_of_zero() {
    let mut samples = Slices::new(&[CAR], &[1u8]).unwrap();
    for factor in [1.0, 2.0, 4.0] {
        let weights = identity().weights().map(|row| row.map(|w| factor * w));
        let model = Model::from_parts(weights, [0.0; 3], 1.0).unwrap();
        assert_eq!(data_loss().loss(&model, &mut samples), Ok(0.0));
        // Doubled through the scale instead of the weights.
        let model = Model::from_parts(*identity().weights(), [0.0; 3], factor).unwrap();
        assert_eq!(data_loss().loss(&model, &mut samples), Ok(0.0));
    }
}

/// Moving the car's scores a little does not change its loss of 0.
#[test]
fn jiggling_the_scores_of_the_car_changes_nothing() {
    for shift in [-0.5, 0.5] {
        for class in 0..3 {
            let mut scores = CAR;
            scores[class] += shift;
            assert_eq!(data_loss().margins(&identity(), &scores, 1, &mut [0.0; 3]), Ok(0.0));
        }
    }
}

/// x = (1, 1, 1, 1): w₁ = (1, 0, 0, 0) and w₂ = (¼, ¼, ¼, ¼) give the same scores, and L2 prefers w₂.
#[test]
fn regularisation_prefers_weights_that_are_spread() {
    let x = [[1.0; 4]];
    let peaked = Model::from_parts([[1.0, 0.0, 0.0, 0.0], [0.0; 4]], [0.0; 2], 1.0).unwrap();
    let spread = Model::from_parts([[0.25; 4], [0.0; 4]], [0.0; 2], 1.0).unwrap();
    assert_eq!((peaked.squared_norm(), spread.squared_norm()), (1.0, 0.25));
    let mut samples = Slices::new(&x, &[1u8]).unwrap();
    // The score of class 0 is 1 for both: a margin of 1 − 0 + 1 = 2.
    let hinge = Hinge::new(1.0, 0.5).unwrap();
    assert_eq!(hinge.loss(&peaked, &mut samples), Ok(2.0 + 0.5));
    assert_eq!(hinge.loss(&spread, &mut samples), Ok(2.0 + 0.125));
}

/// The bias is not regularised, and the scale is: R(sW) = s² R(W).
#[test]
fn regulariser_by_hand() {
    let model = Model::from_parts([[1.0, -2.0], [3.0, 0.0]], [100.0, 50.0], 1.0).unwrap();
    assert_eq!(model.squared_norm(), 14.0);
    let halved = Model::from_parts([[1.0, -2.0], [3.0, 0.0]], [100.0, 50.0], 0.5).unwrap();
    assert_eq!(halved.squared_norm(), 3.5);
}

/// `∇_{w_y} L_i = −(Σ_j 1(margin_j > 0)) x` and `∇_{w_j} L_i = 1(margin_j > 0) x`: the frog's two margins both count.
#[test]
fn indicator_counts() {
    let mut margins = [0.0; 3];
    let expect = |scores, label, expected| {
        data_loss().margins(&identity(), scores, label, &mut margins).unwrap();
        let violations = coefficients(&mut margins, label);
        assert_eq!((violations, margins), expected);
    };
    let mut expect = expect;
    expect(&CAT, 0, (1, [-1.0, 1.0, 0.0]));
    expect(&CAR, 1, (0, [0.0, 0.0, 0.0]));
    expect(&FROG, 2, (2, [1.0, 1.0, -2.0]));
}

/// Two classes, two features, two samples, all by hand:
///
/// W = [[1, 0], [0, 1]], b = (0, ½), Δ = 1, α = ¼.
/// Sample (2, 1) of class 0 scores (2, 1.5): margin of class 1 is 1.5 − 2 + 1 = 0.5, which counts; k = (−1, 1).
/// Sample (4, 1) of class 1 scores (4, 1.5): margin of class 0 is 4 − 1.5 + 1 = 3.5, which counts; k = (1, −1).
/// L = (0.5 + 3.5) / 2 + ¼ · 2 = 2.5.
/// ∇w₀ = (−(2, 1) + (4, 1)) / 2 + 2 · ¼ · (1, 0) = (1, 0) + (½, 0), ∇w₁ = ((2, 1) − (4, 1)) / 2 + ½ (0, 1) = (−1, ½).
/// ∇b = ((−1 + 1) / 2, (1 − 1) / 2) = (0, 0).
#[test]
fn gradient_by_hand() {
    let model = Model::from_parts([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.5], 1.0).unwrap();
    let mut samples = Slices::new(&[[2.0, 1.0], [4.0, 1.0]], &[0u8, 1]).unwrap();
    let mut gradient = Gradient::new();
    let loss = Hinge::new(1.0, 0.25).unwrap().gradient(&model, &mut samples, &mut gradient);
    assert_eq!(loss, Ok(2.5));
    assert_eq!(gradient.weights(), &[[1.5, 0.0], [-1.0, 0.5]]);
    assert_eq!(gradient.bias(), &[0.0, 0.0]);
}

/// The frog's gradient, computed in both of the lecture's ways. Its scores are its features here, so `∇w_j = k_j x`.
#[test]
fn numerical_and_analytic_gradient_of_the_frog() {
    let mut model = identity();
    let mut samples = Slices::new(&[FROG], &[2u8]).unwrap();
    let mut analytic = Gradient::new();
    data_loss().gradient(&model, &mut samples, &mut analytic).unwrap();
    let [a, b, c] = FROG;
    assert_eq!(analytic.weights(), &[[a, b, c], [a, b, c], [-2.0 * a, -2.0 * b, -2.0 * c]]);
    assert_eq!(analytic.bias(), &[1.0, 1.0, -2.0]);

    let central = FiniteDifference::central(1e-2).unwrap();
    for class in 0..3 {
        for feature in 0..3 {
            let at = Parameter::Weight { class, feature };
            let slope = central.derivative(&data_loss(), &mut model, &mut samples, at).unwrap();
            assert_eq!(slope.kinks, 0);
            // Two losses of about 13, each with some roundings of 2⁻²¹, over a distance of 0.02.
            assert!((slope.value - analytic.weights()[class][feature]).abs() < 1e-3, "{at:?}: {slope:?}");
        }
    }
}

/// One step by hand: the frog again, η = ½, α = ½. W ← (1 − ½) W − ½ k x, b ← b − ½ k.
#[test]
fn step_by_hand() {
    let mut model = Model::from_parts([[2.0], [4.0], [-2.0]], [0.0; 3], 1.0).unwrap();
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.5).unwrap(), Constant { rate: 0.5 }).unwrap();
    // Scores (2, 4, −2), label 2: margins 2 + 2 + 1 = 5 and 4 + 2 + 1 = 7.
    let step = sgd.step(&mut model, &[1.0], 2).unwrap();
    assert_eq!((step.loss, step.violations), (12.0, 2));
    let weights = model.weights().map(|[w]| w * model.scale());
    assert_eq!(weights, [0.5, 1.5, 0.0]);
    assert_eq!(model.bias(), &[-0.5, -0.5, 1.0]);
}

#[test]
fn samples_of_the_example_are_as_given() {
    let mut samples = Slices::new(&[CAT, CAR, FROG], &[0u8, 1, 2]).unwrap();
    assert_eq!(samples.sample(2), Ok((&FROG, 2)));
    let predictions = [CAT, CAR, FROG].map(|scores| identity().predict(&scores));
    // Only the car is classified correctly.
    assert_eq!(predictions, [Ok(1), Ok(1), Ok(1)]);
}

/// A label far out of range is not a class, even if its last 32 bits equal one.
#[test]
fn a_label_beyond_all_classes_changes_no_coefficient() {
    let equal_in_32_bits = 1_usize.checked_shl(32).map_or(3, |high| high | 1);
    for label in [3, usize::MAX, equal_in_32_bits] {
        let mut margins = [2.0, -1.0, 0.5];
        assert_eq!(hingeline::coefficients(&mut margins, label), 2);
        assert_eq!(margins, [1.0, 0.0, 1.0], "label {label}");
    }
}
