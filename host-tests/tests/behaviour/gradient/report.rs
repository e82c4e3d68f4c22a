//! The report of a check: its counts, and that it would detect a wrong gradient.

use hingeline::{Decoded, Gradient, Hinge, Model, Parameter, Slices};
use hingeline_host_tests::bits::{assert_same, elements};
use hingeline_host_tests::for_shapes;
use hingeline_host_tests::generate::{self, Set};

use super::{central, parameters};

/// The metric of the lecture's gradient checks.
fn relative_error(n: f32, a: f32) -> f32 {
    if n == 0.0 && a == 0.0 { 0.0 } else { (n - a).abs() / (n.abs() + a.abs()) }
}

#[test]
fn reports_are_the_sum_of_the_derivatives() {
    reports::<2, 1>();
    reports::<3, 2>();
    reports::<4, 16>();
    reports::<10, 64>();
}

fn reports<const C: usize, const F: usize>() {
    for seed in 0..10 {
        let mut rng = generate::rng(seed);
        let mut model = generate::model::<C, F>(&mut rng, [1.0, 0.3][seed as usize % 2], generate::ordinary);
        let set = Set::<F>::draw(&mut rng, 7, C, generate::ordinary);
        let hinge = Hinge::new(1.0, [0.0, 0.1, 0.0][seed as usize % 3]).unwrap();
        report(&hinge, &mut model, &set, seed);
    }
}

fn report<const C: usize, const F: usize>(hinge: &Hinge, model: &mut Model<C, F>, set: &Set<F>, seed: u64) {
    let what = format!("{C}x{F}, seed {seed}");
    let (mut analytic, mut numeric, mut scratch) = (Gradient::new(), Gradient::new(), Gradient::new());
    hinge.gradient(model, &mut set.slices(), &mut analytic).unwrap();
    let method = central(1e-2);
    let check = method.check(hinge, model, &mut set.slices(), &mut scratch).unwrap();
    let kinks = method.gradient(hinge, model, &mut set.slices(), &mut numeric).unwrap();
    assert_eq!(elements(&scratch), elements(&analytic), "the scratch holds the analytic gradient, {what}");

    let (mut kinked, mut drowned, mut kinks_of_all) = (0, 0, 0);
    let mut worst = (0.0, None, 0.0, 0.0);
    for ((at, a), n) in parameters::<C, F>().zip(elements(&analytic)).zip(elements(&numeric)) {
        let slope = method.derivative(hinge, model, &mut set.slices(), at).unwrap();
        assert_same(n, slope.value, format_args!("gradient and derivative, {at:?}, {what}"));
        kinks_of_all += slope.kinks;
        if slope.kinks > 0 {
            kinked += 1;
        } else if (n != 0.0 || a != 0.0) && slope.rounding > 0.01 * (n.abs() + a.abs()) {
            drowned += 1;
        } else if relative_error(n, a) > worst.0 {
            worst = (relative_error(n, a), Some(at), a, n);
        }
    }
    assert_eq!((check.largest_error, check.at, check.analytic, check.numeric), worst, "{what}");
    assert_eq!((check.kinked, check.drowned), (kinked, drowned), "{what}");
    assert_eq!(check.compared + check.kinked + check.drowned, C * F + C, "{what}");
    assert_eq!((check.kinks, kinks), (kinks_of_all, kinks_of_all), "{what}");
}

/// The estimate of the rounding, by hand: losses of 5 and 7 at the points 1 and 3, and a sample that the parameter does
/// not affect.
#[test]
fn rounding_is_estimated_from_the_losses_that_differ() {
    let mut model = Model::from_parts([[0.0], [2.0]], [0.0, 3.0], 1.0).unwrap();
    let mut samples = Slices::new(&[[1.0], [0.0]], &[0u8, 0]).unwrap();
    let at = Parameter::Weight { class: 1, feature: 0 };
    let slope = central(1.0).derivative(&Hinge::new(1.0, 0.0).unwrap(), &mut model, &mut samples, at).unwrap();
    assert_eq!((slope.value, slope.kinks), (0.5, 0));
    assert_eq!(slope.rounding, f32::EPSILON * (7.0 / 2.0) / 2.0);
}

/// The same where the loss falls: the larger loss is the one below.
#[test]
fn rounding_is_estimated_from_the_larger_loss_on_either_side() {
    let mut model = Model::from_parts([[2.0], [0.0]], [0.0, 7.0], 1.0).unwrap();
    let mut samples = Slices::new(&[[1.0], [0.0]], &[0u8, 0]).unwrap();
    let at = Parameter::Weight { class: 0, feature: 0 };
    let slope = central(1.0).derivative(&Hinge::new(1.0, 0.0).unwrap(), &mut model, &mut samples, at).unwrap();
    assert_eq!((slope.value, slope.kinks), (-0.5, 0));
    assert_eq!(slope.rounding, f32::EPSILON * (7.0 / 2.0) / 2.0);
}

/// Derivatives of ±2e38, whose difference and sum are beyond the range of binary32, for the set as it is and for one
/// with the other label. Those of the biases are lost in losses of 1e38, and come last.
#[test]
fn the_error_of_derivatives_near_the_end_of_the_range() {
    for (label_in_check, at) in [(0, Parameter::Bias { class: 0 }), (1, Parameter::Weight { class: 0, feature: 0 })] {
        let (mut reads, mut buffer) = (0, [0.0]);
        let mut samples = Decoded::new(1, &mut buffer, |_, buffer: &mut [f32; 1]| {
            *buffer = [2e38];
            reads += 1;
            Ok(if reads == 1 { 0 } else { label_in_check })
        });
        // Both labels violate the margin, which leaves room for scores of ±2e36.
        let mut model = Model::<2, 1>::new();
        let (hinge, mut gradient) = (Hinge::new(1e38, 0.0).unwrap(), Gradient::new());
        let check = central(1e-2).check(&hinge, &mut model, &mut samples, &mut gradient).unwrap();
        assert_eq!(gradient.weights(), &[[-2e38], [2e38]]);
        assert_eq!((check.largest_error, check.at, check.compared), (1.0, Some(at), 4), "{check:?}");
    }
}

/// The slopes of the two samples cancel: the rest is rounding, and not an error of the gradient.
#[test]
fn a_derivative_that_drowns_in_rounding_is_not_compared() {
    // Weights of class 1 such that the losses are large and rounded; x and −x leave an exact derivative of zero.
    let mut model = Model::from_parts([[0.0, 0.0], [0.1, 0.0]], [0.0, 1e4], 1.0).unwrap();
    let mut samples = Slices::new(&[[0.3, 0.0], [-0.3, 0.0]], &[0u8, 0]).unwrap();
    let (hinge, mut gradient) = (Hinge::new(1.0, 0.0).unwrap(), Gradient::new());
    let check = central(1e-2).check(&hinge, &mut model, &mut samples, &mut gradient).unwrap();
    assert_eq!(gradient.weights()[1][0], 0.0);
    assert_eq!(check.kinked, 0);
    assert!(check.largest_error < 0.1 && check.drowned > 0, "{check:?}");
    assert_eq!(check.compared + check.drowned, 6, "{check:?}");
}

/// The numeric derivatives of one loss and the analytic ones of another differ by far more than any rounding.
#[test]
fn another_loss_has_another_gradient() {
    for_shapes!(other_losses());
}

fn other_losses<const C: usize, const F: usize>() {
    // The numeric gradient of a picture takes long, and shows no more than that of a row of 64.
    if F > 64 {
        return;
    }
    let seed = 1;
    let mut rng = generate::rng(seed);
    let mut model = generate::model::<C, F>(&mut rng, 1.0, |rng| 0.1 + generate::ordinary(rng));
    let set = Set::<F>::draw(&mut rng, 5, C, generate::ordinary);
    let (mut numeric, mut analytic) = (Gradient::new(), Gradient::new());
    let own = Hinge::new(1.0, 0.0).unwrap();
    own.gradient(&model, &mut set.slices(), &mut analytic).unwrap();
    for (delta, l2) in [(1.0, 1.0), (1e4, 0.0)] {
        let other = Hinge::new(delta, l2).unwrap();
        central(0.1).gradient(&other, &mut model, &mut set.slices(), &mut numeric).unwrap();
        let off = elements(&numeric).into_iter().zip(elements(&analytic)).map(|(n, a)| relative_error(n, a));
        assert!(off.fold(0.0, f32::max) > 0.05, "{C}x{F}, Δ {delta}, α {l2}, seed {seed}");
    }
}

/// A source that returns different labels on its first pass, so that the analytic gradient is that of another set: the
/// check must report it.
#[test]
fn a_wrong_gradient_is_found() {
    let features = [[1.0, 2.0], [-1.0, 0.5], [0.25, -2.0]];
    for wrong in [false, true] {
        let mut reads = 0;
        let mut buffer = [0.0; 2];
        let mut samples = Decoded::new(3, &mut buffer, |index, buffer: &mut [f32; 2]| {
            *buffer = features[index];
            reads += 1;
            Ok(if wrong && reads <= 3 { (index + 1) % 3 } else { index })
        });
        let mut model = Model::from_parts([[0.5, -0.25], [0.125, 0.5], [0.0, 0.75]], [0.0; 3], 1.0).unwrap();
        let (hinge, mut gradient) = (Hinge::new(1.0, 0.1).unwrap(), Gradient::new());
        let check = central(1e-2).check(&hinge, &mut model, &mut samples, &mut gradient).unwrap();
        assert!(check.compared >= 6, "{check:?}");
        assert_eq!(check.largest_error > 0.1, wrong, "{check:?}");
        assert_eq!(check.at.is_some_and(|_| check.largest_error > 1e-3), wrong, "{check:?}");
    }
}
