//! Descent by exact line searches: it lowers the loss, it stalls, it ends.

use hingeline::{Constant, Direction, Error, Gradient, GradientDescent, Hinge, Landscape, LineSearch, Model, Slices};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate::{self, Set};

use super::{Refused, at};

/// The loss falls at every step until the search stalls; every further step then leaves the model unchanged. The search
/// stalls at a kink, where a constant rate continues.
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

/// A problem on which steps would alternate between two models forever, since each rounds to a loss slightly above that
/// of the ray.
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

/// A minimum so close that the step to it rounds to the model itself: a step of one half is lost in biases of 2²⁴.
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

/// Above a power of two, numbers are twice as far apart as below it: here the step is lost, but in the opposite
/// direction it would not be.
#[test]
fn a_step_that_is_lost_behind_a_power_of_two_is_a_stall() {
    // Weights of 0.25 move by 1.5 · 2⁻²⁷. Those of 512, which bring the scores to 0, and the biases of mirrored samples
    // stay the same in any case.
    let (x, tiny) = ([2.0, 1.0 / 1_024.0], f32::EPSILON / 16.0);
    let row = [0.25, -512.0];
    let weights = ([row, row.map(|w| -w)], [0.0; 2], [x, x.map(|x| -x)], 6.0 * tiny);
    // Biases of 2²⁴ move by 0.75, half of the way. Weights of 2²⁶ and more, which make the first scores equal, stay the
    // same in any case.
    let (bias, w) = (16_777_216.0, 67_108_864.0);
    let bias = ([[w, 0.0], [1.5 * w, 0.0]], [bias, -bias], [[1.0, 0.0], [0.0, 0.0]], 3.0);
    for ((weights, bias, features, margin), labels) in [(weights, [0u8, 1]), (bias, [0, 0])] {
        let mut model = Model::from_parts(weights, bias, 1.0).unwrap();
        let (before, mut direction) = (ModelBits::of(&model), Direction::new());
        let mut samples = Slices::new(&features, &labels).unwrap();
        let mut search = LineSearch::new(Hinge::new(margin, 0.0).unwrap(), &mut direction);
        let step = search.step(&mut model, &mut samples).unwrap();
        assert!(step.stalled && step.loss == step.loss_before && step.minimum.at > 0.0, "{step:?}");
        assert_eq!((ModelBits::of(&model), search.last_loss()), (before, None));
    }
}

/// Features of 0 leave the weights unchanged: the step changes only the biases.
#[test]
fn a_step_that_moves_the_biases_alone() {
    let mut model = Model::from_parts([[1.0], [1.0]], [0.25, 0.25], 1.0).unwrap();
    let mut samples = Slices::new(&[[0.0]], &[0u8]).unwrap();
    let (hinge, mut direction) = (Hinge::new(1.0, 0.0).unwrap(), Direction::new());
    let step = LineSearch::new(hinge, &mut direction).step(&mut model, &mut samples).unwrap();
    assert_eq!((step.stalled, step.minimum.at, step.loss), (false, 0.5, 0.0), "{step:?}");
    assert_eq!((model.weights(), model.bias()), (&[[1.0], [1.0]], &[0.75, -0.25]));
}

/// The minimum is one unit in the last place of the weights away, whatever the scale: stored weights move by that unit
/// over the scale. The biases do not move, since the two samples are mirror images.
#[test]
fn a_step_of_one_last_bit_of_scaled_weights() {
    let target = 0.25_f32;
    for scale in [1.0 / 1_024.0, 1.0, 1_024.0] {
        let stored = target.next_down() / scale;
        let mut model = Model::from_parts([[stored], [-stored]], [0.0; 2], scale).unwrap();
        let mut samples = Slices::new(&[[2.0], [-2.0]], &[0u8, 1]).unwrap();
        let (hinge, mut direction) = (Hinge::new(1.0, 0.0).unwrap(), Direction::new());
        let step = LineSearch::new(hinge, &mut direction).step(&mut model, &mut samples).unwrap();
        assert_eq!((step.stalled, step.loss), (false, 0.0), "scale {scale}: {step:?}");
        let expected = target / scale;
        assert_eq!((model.weights(), model.bias()), (&[[expected], [-expected]], &[0.0; 2]), "scale {scale}");
    }
}

/// On many small sets with L2 the loss falls until the squares of the gradient underflow: there the search ends.
#[test]
fn a_direction_whose_squares_underflow_is_a_stall() {
    let mut underflows = 0;
    for seed in 0..400 {
        let mut rng = generate::rng(seed);
        let set = Set::<4>::draw(&mut rng, 2, 3, generate::ordinary);
        let (mut model, mut direction) = (Model::<3, 4>::new(), Direction::new());
        let hinge = Hinge::new(1.0, 0.05).unwrap();
        let mut search = LineSearch::new(hinge, &mut direction);
        for step in 0..60 {
            let step =
                search.step(&mut model, &mut set.slices()).unwrap_or_else(|e| panic!("seed {seed}, {step}: {e}"));
            if step.stalled {
                break;
            }
        }
        let mut gradient = Direction::new();
        gradient.downhill(&hinge, &model, &mut set.slices()).unwrap();
        underflows += usize::from(gradient.squared_norm() == 0.0 && gradient.weights() != &[[0.0; 4]; 3]);
    }
    assert!(underflows > 0, "no direction underflows");
}

/// The features of each class have the same sum, so the gradient of the data is 0 and the direction is that of L2. It
/// is so short that its squares are 0, and that even the largest number times the direction satisfies no margin. The
/// rest of the derivative is rounding; where that is below zero, it stays below zero over the whole range.
#[test]
fn a_ray_without_a_minimum_is_a_stall_where_the_regulariser_has_one() {
    let hinge = Hinge::new(1e6, 0.05).unwrap();
    let mut without_minimum = 0;
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let [a, b, w] = [(); 3].map(|()| generate::ordinary(&mut rng));
        // Multiples of a power of two, so that their sum is exact.
        let [a, b] = [a, b].map(|x| (x * 1_024.0).round() / 1_024.0);
        let features = [[a], [b], [a + b], [0.0]];
        let mut samples = Slices::new(&features, &[0u8, 0, 1, 1]).unwrap();
        let mut model = Model::from_parts([[1e-33 * w], [-2e-33 * w]], [0.0; 2], 1.0).unwrap();
        let (before, mut direction) = (ModelBits::of(&model), Direction::new());
        direction.downhill(&hinge, &model, &mut samples).unwrap();
        let minimum = Landscape::new(hinge, &model, [&direction]).minimum(&mut samples);
        let none = minimum == Err(Error::NoMinimum.into());
        without_minimum += usize::from(none);
        let step = LineSearch::new(hinge, &mut direction).step(&mut model, &mut samples).unwrap();
        assert!(!none || step.stalled && step.minimum.at == 0.0, "seed {seed}: {step:?}");
        // Elsewhere rounding creates a minimum, at which the loss has fallen by one unit in the last place or not at
        // all.
        assert_eq!(step.stalled, step.loss == step.loss_before, "seed {seed}: {step:?}");
        assert_eq!(ModelBits::of(&model) == before, step.stalled, "seed {seed}");
    }
    assert!(without_minimum > 0);
}

/// Without L2 the margins of these two samples shrink, but too slowly to reach zero within the range of binary32.
#[test]
fn a_ray_without_a_minimum_is_refused_without_a_regulariser() {
    let mut model = Model::<2, 1>::new();
    let mut samples = Slices::new(&[[1e-20], [-1e-20]], &[0u8, 1]).unwrap();
    let mut direction = Direction::new();
    let step = LineSearch::new(Hinge::new(1.0, 0.0).unwrap(), &mut direction).step(&mut model, &mut samples);
    assert_eq!(step, Err(Error::NoMinimum.into()));
    assert_eq!(ModelBits::of(&model), ModelBits::of(&Model::<2, 1>::new()));
}

/// The same where the squares of the direction are 0: three features cancel and leave the gradient to one of 10⁻³³.
#[test]
fn a_short_ray_without_a_minimum_is_refused_without_a_regulariser() {
    let hinge = Hinge::new(1e6, 0.0).unwrap();
    let mut without_minimum = 0;
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let [a, b] = [(); 2].map(|()| (generate::ordinary(&mut rng) * 1_024.0).round() / 1_024.0);
        let features = [[a], [b], [a + b], [1e-33]];
        let mut samples = Slices::new(&features, &[0u8, 0, 1, 1]).unwrap();
        let (mut model, mut direction) = (Model::<2, 1>::new(), Direction::new());
        direction.downhill(&hinge, &model, &mut samples).unwrap();
        let none = Landscape::new(hinge, &model, [&direction]).minimum(&mut samples) == Err(Error::NoMinimum.into());
        without_minimum += usize::from(none && direction.squared_norm() == 0.0);
        let step = LineSearch::new(hinge, &mut direction).step(&mut model, &mut samples);
        assert_eq!(step == Err(Error::NoMinimum.into()), none, "seed {seed}: {step:?}");
    }
    assert!(without_minimum > 0);
}

/// A search stalls where the loss is not below the loss before its last step, and a rebuilt search knows that loss.
#[test]
fn a_search_remembers_the_loss_before_its_last_step() {
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    let mut samples = Slices::new(&[[1.0], [-0.5]], &[0u8, 1]).unwrap();
    for (last, stalls) in [(None, false), (Some(1.0), true), (Some(1.0_f32.next_up()), false), (Some(-1.0), true)] {
        let (mut model, mut direction) = (Model::<2, 1>::new(), Direction::new());
        let mut search = LineSearch::resume(hinge, last, &mut direction).unwrap();
        assert_eq!((search.last_loss(), search.objective()), (last, hinge));
        let step = search.step(&mut model, &mut samples).unwrap();
        assert_eq!((step.stalled, step.loss_before), (stalls, 1.0), "{last:?}");
        assert_eq!(search.last_loss(), if stalls { last } else { Some(1.0) });
        assert_eq!(ModelBits::of(&model) == ModelBits::of(&Model::<2, 1>::new()), stalls);
    }
    for last in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut direction = Direction::<2, 1>::new();
        assert_eq!(LineSearch::resume(hinge, Some(last), &mut direction).err(), Some(Error::InvalidState));
    }
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
