//! Losses and derivatives against the textbook in f64, and at the ends of the range.

use hingeline::{Direction, Error, Hinge, Landscape, Model, Slices, Span, grid};

use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle;
use hingeline_host_tests::{contract, for_shapes, tolerance};

use super::{Case, for_cases};

#[test]
fn losses_are_those_of_the_moved_model() {
    for_shapes!(losses_of());
}

fn losses_of<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let span = Span::new(-2.0, 1.5, 5).unwrap();
        let plane = Landscape::new(case.hinge, &case.model, case.directions.each_ref());
        let mut count = 0;
        let each = |at: [f32; 2], loss| {
            let moves = case.moves(&at);
            let moved = moves.iter().fold(case.exact.clone(), |model, (a, direction)| model.moved(*a, direction));
            let exact = case.loss.of_set(&moved, &case.samples);
            let (off, bound) = ((f64::from(loss) - exact).abs(), case.tolerance(&at));
            assert!(
                off <= bound,
                "{C}x{F} at {at:?}, seed {}: {loss} is {off:e} off {exact}, not {bound:e}",
                case.seed
            );
            count += 1;
        };
        plane.losses(&mut case.set(), grid([span, span]), each).unwrap();
        assert_eq!(count, 25);
    });
}

#[test]
fn a_direction_of_zeros_is_flat() {
    let case = Case::<4, 16>::draw(5, 0.7);
    let nowhere = Direction::new();
    let ray = Landscape::new(case.hinge, &case.model, [&nowhere]);
    let own = case.hinge.loss(&case.model, &mut case.set()).unwrap();
    assert_eq!(ray.loss(&mut case.set(), [1e30]), Ok(own));
    assert_eq!(ray.minimum(&mut case.set()).map(|minimum| minimum.at), Ok(0.0));
    assert_eq!(ray.breakpoints(&mut case.set(), |_| panic!("no margin moves")), Ok(0));
}

/// At the model itself a landscape returns the loss bit for bit, for any values, unless the direction overflows.
#[test]
fn at_the_model_it_is_the_loss_for_all_values() {
    let (mut equal, mut refused) = (0, 0);
    for seed in 0..3_000 {
        let mut rng = generate::rng(seed);
        let draw = if seed % 3 == 0 { generate::ordinary } else { generate::special };
        let weights = [(); 3].map(|()| [(); 2].map(|()| draw(&mut rng)));
        let Ok(model) = Model::from_parts(weights, [(); 3].map(|()| draw(&mut rng)), 1.0) else { continue };
        let direction =
            generate::direction(&mut rng, if seed % 2 == 0 { generate::ordinary } else { generate::special });
        let set = Set::<2>::draw(&mut rng, 2, 3, generate::ordinary);
        let hinge = Hinge::new(1.0, [0.0, 0.5, f32::MAX / 2.0][seed as usize % 3]).unwrap();
        let own = hinge.loss(&model, &mut set.slices());
        match Landscape::new(hinge, &model, [&direction]).loss(&mut set.slices(), [0.0]) {
            Ok(loss) => {
                assert_eq!(Ok(loss.to_bits()), own.map(f32::to_bits), "seed {seed}");
                equal += 1;
            }
            Err(stopped) => {
                let of_direction = contract::Model::from(&direction);
                let scores = |x: &[f32; 2]| of_direction.scores(x);
                let overflows = set.features.iter().any(|x| {
                    let scores = scores(x);
                    let ends = scores.iter().fold([f32::MAX, f32::MIN], |[low, high], s| [low.min(*s), high.max(*s)]);
                    scores.iter().any(|s| !s.is_finite()) || !(ends[1] - ends[0]).is_finite()
                });
                assert!(overflows || own == Err(stopped), "seed {seed}: {stopped:?}, and the loss {own:?}");
                refused += 1;
            }
        }
    }
    assert!(equal > 500 && refused > 100, "{equal} equal, {refused} refused");
}

/// A direction so long that its square is infinite still has a derivative and a loss at the model; elsewhere it is refused.
#[test]
fn a_regulariser_that_overflows_is_no_zero() {
    let model = Model::from_parts([[3.0], [4.0]], [0.0; 2], 1.0).unwrap();
    let mut direction = Direction::new();
    direction.load(&[2e19, 0.0], &[0.0; 2]).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.5).unwrap(), &model, [&direction]);
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    assert_eq!(ray.loss(&mut samples, [0.0]), Ok(14.5));
    assert_eq!(ray.loss(&mut samples, [1.0]), Err(Error::NonFiniteLoss.into()));
    assert_eq!(ray.derivative(&mut samples, 0.0), Ok(2e19 * 3.0 - 2e19));
    assert_eq!(ray.minimum(&mut samples).map(|minimum| minimum.at), Ok(0.0));
    let mut turned = direction.clone();
    turned.scale(-1.0).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.5).unwrap(), &model, [&turned]);
    let minimum = ray.minimum(&mut samples).unwrap();
    assert_eq!(
        (minimum.at, minimum.derivative),
        (f32::from_bits(1), f32::INFINITY),
        "an infinite square counts by its sign"
    );
}

/// Infinite terms of the regulariser that cancel do not give zero either.
#[test]
fn a_regulariser_that_is_no_number_is_refused() {
    let model = Model::from_parts([[3.0], [4.0]], [0.0; 2], 1.0).unwrap();
    let mut direction = Direction::new();
    direction.load(&[1.0, 1.0], &[0.0; 2]).unwrap();
    let plane = Landscape::new(Hinge::new(1.0, 0.5).unwrap(), &model, [&direction, &direction]);
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    assert_eq!(plane.loss(&mut samples, [0.0, 0.0]), Ok(14.5));
    assert_eq!(plane.loss(&mut samples, [1e20, -1e20]), Err(Error::NonFiniteLoss.into()));
}

#[test]
fn a_margin_of_minus_infinity_does_not_count_here_either() {
    let model = Model::from_parts([[3e38], [-3e38]], [0.0; 2], 1.0).unwrap();
    let mut direction = Direction::new();
    direction.load(&[0.0, 1.0], &[0.0; 2]).unwrap();
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    let ray = Landscape::new(hinge, &model, [&direction]);
    assert_eq!((hinge.loss(&model, &mut samples), ray.loss(&mut samples, [5.0])), (Ok(0.0), Ok(0.0)));
    assert_eq!(ray.breakpoints(&mut samples, |point| panic!("{point:?}")), Ok(0));
}

/// The derivative is that of the textbook: at the model, the gradient times the direction.
#[test]
fn at_the_model_the_derivative_is_the_gradient_along_the_direction() {
    for_cases::<4, 16>(|case| {
        let decided = |sample: &&oracle::Sample| tolerance::is_decided(&case.exact, case.loss, sample);
        assert!(case.samples.iter().all(|sample| decided(&sample)), "seed {}", case.seed);
        let (gradient, direction) =
            (case.loss.gradient(&case.exact, &case.samples), oracle::Model::from(&case.directions[0]));
        let product = |g: &[f64], d: &[f64]| g.iter().zip(d).map(|(g, d)| g * d).sum::<f64>();
        let rows = gradient.weights.iter().zip(&direction.weights).map(|(g, d)| product(g, d)).sum::<f64>();
        let exact = rows + product(&gradient.bias, &direction.bias);
        let derivative = f64::from(case.ray().derivative(&mut case.set(), 0.0).unwrap());
        // The magnitudes of the terms, and more roundings than any of them passes through.
        let magnitude: f64 = case
            .samples
            .iter()
            .map(|(x, label)| {
                let of = |c: usize| {
                    product(
                        &direction.weights[c].iter().map(|w| w.abs()).collect::<Vec<_>>(),
                        &x.iter().map(|x| x.abs()).collect::<Vec<_>>(),
                    ) + direction.bias[c].abs()
                };
                (0..4).map(|c| of(c) + of(*label)).sum::<f64>()
            })
            .sum::<f64>()
            / case.samples.len() as f64;
        let norms = case.exact.squared_norm() + direction.squared_norm();
        let bound = tolerance::gamma(40) * (magnitude + 2.0 * case.loss.l2 * norms);
        assert!((derivative - exact).abs() <= bound, "seed {}: {derivative}, not {exact}", case.seed);
    });
}

#[test]
fn spans_that_make_no_sense_are_refused() {
    for (from, to, count) in
        [(f32::NAN, 1.0, 5), (0.0, f32::INFINITY, 5), (-3e38, 3e38, 5), (0.0, 1.0, 1), (0.0, 1.0, 0)]
    {
        assert_eq!(Span::new(from, to, count), Err(Error::InvalidSpan), "{from} {to} {count}");
    }
    let values: Vec<_> = Span::new(0.1, 0.7, 4).unwrap().values().collect();
    assert_eq!((values.len(), values[0], values[3]), (4, 0.1, 0.7));
    let span = Span::new(0.0, 1.0, 3).unwrap();
    assert_eq!(grid([span; 3]).count(), 27);
    assert!(grid([span; 2]).map(|[_, b]| b).take(4).eq([0.0, 0.5, 1.0, 0.0]), "the last coordinate changes first");
}
