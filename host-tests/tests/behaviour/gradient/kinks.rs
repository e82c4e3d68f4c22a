//! Kinks on purpose: margins at known distances from zero.

use hingeline::{Derivative, FiniteDifference, Gradient, Hinge, Model, Parameter, Slices};

use super::{central, forward};

/// A model with a margin of this size: x = 1, label 0, Δ = 1, W = (0, margin − 1).
fn model_with_margin(margin: f32) -> Model<2, 1> {
    Model::from_parts([[0.0], [margin - 1.0]], [0.0; 2], 1.0).unwrap()
}

fn derivative(method: FiniteDifference, margin: f32, at: Parameter) -> Derivative {
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    method.derivative(&data_loss(), &mut model_with_margin(margin), &mut samples, at).unwrap()
}

fn data_loss() -> Hinge {
    Hinge::new(1.0, 0.0).unwrap()
}

const LABEL: Parameter = Parameter::Weight { class: 0, feature: 0 };
const OTHER: Parameter = Parameter::Weight { class: 1, feature: 0 };
const LABEL_BIAS: Parameter = Parameter::Bias { class: 0 };
const OTHER_BIAS: Parameter = Parameter::Bias { class: 1 };

fn value_and_kinks(slope: Derivative) -> (f32, usize) {
    (slope.value, slope.kinks)
}

#[test]
fn a_kink_between_the_points_is_counted() {
    // Margins of 0.125 ± 0.25: losses 0.375 and 0 over a distance of 0.5.
    for (at, sign) in [(LABEL, -1.0), (OTHER, 1.0), (LABEL_BIAS, -1.0), (OTHER_BIAS, 1.0)] {
        assert_eq!(value_and_kinks(derivative(central(0.25), 0.125, at)), (sign * 0.75, 1), "{at:?}");
        // And from the other side: −0.125 ± 0.25, losses 0.125 and 0.
        assert_eq!(value_and_kinks(derivative(central(0.25), -0.125, at)), (sign * 0.25, 1), "{at:?}");
    }
}

#[test]
fn no_kink_between_the_points_is_counted() {
    for (at, sign) in [(LABEL, -1.0), (OTHER, 1.0), (LABEL_BIAS, -1.0), (OTHER_BIAS, 1.0)] {
        assert_eq!(value_and_kinks(derivative(central(0.125), 0.25, at)), (sign, 0), "{at:?}");
        assert_eq!(value_and_kinks(derivative(central(0.125), -0.25, at)), (0.0, 0), "{at:?}");
    }
}

/// At a margin of exactly zero, which does not count, only the point that raises the margin is beyond the kink.
#[test]
fn on_the_kink_the_sides_differ() {
    assert_eq!(value_and_kinks(derivative(forward(0.25), 0.0, OTHER)), (1.0, 1));
    assert_eq!(value_and_kinks(derivative(forward(0.25), 0.0, LABEL)), (0.0, 0));
    assert_eq!(value_and_kinks(derivative(central(0.25), 0.0, OTHER)), (0.5, 1));
    // A point that reaches the kink from above: the margin no longer counts there.
    assert_eq!(value_and_kinks(derivative(central(0.25), 0.25, OTHER)), (1.0, 1));
    // A point that reaches the kink from below: the margin counts on neither side.
    assert_eq!(value_and_kinks(derivative(central(0.25), -0.25, OTHER)), (0.0, 0));
}

/// The step is in units of W, whatever the scale of the stored weights.
#[test]
fn the_step_is_in_units_of_the_scaled_weights() {
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    let mut model = Model::from_parts([[0.0], [-1.75]], [0.0; 2], 0.5).unwrap();
    // W = (0, −0.875): a margin of 0.125, as above.
    for (step, expected) in [(0.25, (0.75, 1)), (0.0625, (1.0, 0))] {
        let slope = central(step).derivative(&data_loss(), &mut model, &mut samples, OTHER).unwrap();
        assert_eq!(value_and_kinks(slope), expected);
        let slope = central(step).derivative(&data_loss(), &mut model, &mut samples, OTHER_BIAS).unwrap();
        assert_eq!(value_and_kinks(slope), expected);
    }
}

/// The label's score is in every margin: moving it crosses one kink per class and sample.
#[test]
fn kinks_of_all_classes_and_samples_are_added() {
    let mut model = Model::from_parts([[0.0]; 4], [0.0, -1.0, -1.125, 3.0], 1.0).unwrap();
    let features = [[1.0], [0.5], [0.0]];
    let mut samples = Slices::new(&features, &[0u8, 0, 0]).unwrap();
    // The margins of each sample are 0, −0.125 and 4. The weight moves the label's score by 0.25, 0.125 and 0.
    let slope = central(0.25).derivative(&data_loss(), &mut model, &mut samples, LABEL).unwrap();
    // The second sample: −0.125 + 0.125 = 0 does not count, so only its margin of 0 crosses.
    assert_eq!(slope.kinks, 2 + 1);
    let slope = central(0.25).derivative(&data_loss(), &mut model, &mut samples, LABEL_BIAS).unwrap();
    assert_eq!(slope.kinks, 3 * 2);
}

/// A check that finds only kinks compares nothing and reports no error, although every quotient is "wrong".
#[test]
fn kinked_parameters_are_no_errors() {
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    let mut gradient = Gradient::new();
    let check = central(0.25).check(&data_loss(), &mut model_with_margin(0.125), &mut samples, &mut gradient).unwrap();
    assert_eq!((check.compared, check.kinked, check.kinks), (0, 4, 4));
    assert_eq!((check.largest_error, check.at), (0.0, None));
    assert_eq!(gradient.weights(), &[[-1.0], [1.0]]);
}

/// With a smaller step the same parameters are compared, and agree exactly.
#[test]
fn the_same_without_a_kink() {
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    let mut gradient = Gradient::new();
    let check =
        central(0.0625).check(&data_loss(), &mut model_with_margin(0.125), &mut samples, &mut gradient).unwrap();
    assert_eq!((check.compared, check.kinked, check.kinks), (4, 0, 0));
    assert_eq!((check.largest_error, check.at), (0.0, None));
}
