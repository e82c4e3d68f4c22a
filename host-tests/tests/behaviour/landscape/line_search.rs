//! Descent by exact line searches: it falls, it stalls, it ends.

use hingeline::{Constant, Direction, Error, Gradient, GradientDescent, Hinge, LineSearch, Model, Slices};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate::{self, Set};

use super::{Refused, at};

/// The loss falls at every step until it stalls, and then every further step leaves the model as it is. It stalls at a kink, where a
/// constant rate goes on.
#[test]
fn steepest_descent_stalls_at_a_kink() {
    let mut rng = generate::rng(3);
    let set = Set::<4>::draw(&mut rng, 40, 3, generate::ordinary);
    let hinge = Hinge::new(1.0, 1e-3).unwrap();
    let (mut model, mut direction) = (Model::<3, 4>::new(), Direction::new());
    let mut search = LineSearch::new(hinge, &mut direction);
    let (mut steps, mut last) = (0, f32::INFINITY);
    let stalled = loop {
        let step = search.step(&mut model, &mut set.slices()).unwrap();
        if step.stalled {
            break step;
        }
        assert!(step.loss < step.loss_before && step.loss_before < last, "{step:?}");
        (steps, last) = (steps + 1, step.loss_before);
        assert!(steps < 10_000);
    };
    assert!(steps > 10, "only {steps} steps");
    let before = ModelBits::of(&model);
    assert_eq!(search.step(&mut model, &mut set.slices()), Ok(stalled));
    assert_eq!(ModelBits::of(&model), before);

    let mut gradient = Gradient::new();
    hinge.gradient(&model, &mut set.slices(), &mut gradient).unwrap();
    let steepest = gradient.weights().as_flattened().iter().fold(0.0_f32, |largest, g| largest.max(g.abs()));
    assert!(steepest > 1e-3, "a kink, not a minimum: {steepest}");

    let mut constant = Model::new();
    let mut descent = GradientDescent::new(hinge, Constant { rate: 1e-3 }, &mut gradient).unwrap();
    for _ in 0..10 * (steps + 1) {
        descent.step(&mut constant, &mut set.slices()).unwrap();
    }
    let reached = hinge.loss(&constant, &mut set.slices()).unwrap();
    assert!(reached < stalled.loss, "in as many passes a constant rate reaches {reached}, not below {}", stalled.loss);
}

/// A problem on which steps go to and fro between two models for ever, since each rounds to a loss a little above the ray's.
#[test]
fn a_descent_that_would_go_in_circles_stalls() {
    let features = [[2.815_916_8], [-2.365_626_3], [-0.488_681_32], [0.260_154_6]];
    let mut samples = Slices::new(&features, &[0u8, 1, 0, 1]).unwrap();
    let bias = [15.263_903, 66.007_25];
    let mut model = Model::from_parts([[-30.098_39], [58.272_625]], bias, 1.0).unwrap();
    let mut direction = Direction::new();
    let mut search = LineSearch::new(Hinge::new(1.0, 1e-4).unwrap(), &mut direction);
    let stalled = (0..1_000).position(|_| search.step(&mut model, &mut samples).unwrap().stalled);
    assert!(stalled.is_some_and(|steps| steps > 3), "{stalled:?}");
}

/// A minimum so near that going there rounds to the model itself: half of one is lost in biases of 2²⁴.
#[test]
fn a_step_too_short_to_change_the_model_is_a_stall() {
    let large = 16_777_216.0;
    let mut model = Model::from_parts([[1.0], [1.0]], [large, large], 1.0).unwrap();
    let before = ModelBits::of(&model);
    let mut samples = Slices::new(&[[1e-30]], &[0u8]).unwrap();
    let (hinge, mut direction) = (Hinge::new(1.0, 0.0).unwrap(), Direction::new());
    let step = LineSearch::new(hinge, &mut direction).step(&mut model, &mut samples).unwrap();
    assert_eq!((step.stalled, step.minimum.at, step.loss), (true, 0.5, 1.0), "{step:?}");
    assert_eq!(ModelBits::of(&model), before);
}

#[test]
fn what_leads_nowhere_is_a_stall_and_no_error() {
    // Both samples are right by more than the margin: no gradient, no step.
    let mut model = Model::from_parts([[2.0], [-2.0]], [0.0; 2], 1.0).unwrap();
    let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1]).unwrap();
    let (hinge, mut direction) = (Hinge::new(1.0, 0.0).unwrap(), Direction::new());
    let step = LineSearch::new(hinge, &mut direction).step(&mut model, &mut samples).unwrap();
    assert!(step.stalled && step.loss == 0.0 && step.minimum.at == 0.0 && step.minimum.below.is_none(), "{step:?}");
}

#[test]
fn a_line_search_that_is_refused_leaves_the_model_as_it_was() {
    let mut model = Model::from_parts([[1.0, 2.0], [0.5, -1.0]], [0.25, 0.0], 0.5).unwrap();
    let before = ModelBits::of(&model);
    let mut direction = Direction::new();
    let mut search = LineSearch::new(Hinge::new(1.0, 0.1).unwrap(), &mut direction);
    let sets: [Refused<'_, 2>; 3] = [
        (&[], &[], Error::EmptySet.into()),
        (&[[1.0, 0.0], [0.0, f32::NAN]], &[0, 1], at(1, Error::NonFiniteScore)),
        (&[[1.0, 0.0], [0.0, 1.0]], &[0, 9], at(1, Error::LabelOutOfRange)),
    ];
    for (features, labels, stopped) in sets {
        let mut samples = Slices::new(features, labels).unwrap();
        assert_eq!(search.step(&mut model, &mut samples), Err(stopped));
        assert_eq!(ModelBits::of(&model), before);
    }
}
