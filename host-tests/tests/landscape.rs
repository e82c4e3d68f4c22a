//! The landscape of the loss: against the textbook in f64, and what its structure promises.

use std::cell::Cell;

use hingeline::{
    Constant, Direction, Error, Gradient, GradientDescent, Hinge, Landscape, LineSearch, Model, Ray, Sample, Samples,
    Slices, Span, Stopped, grid,
};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle::{self, Loss};
use hingeline_host_tests::{contract, for_shapes, tolerance};
use rand_core::Rng;

const SEEDS: core::ops::Range<u64> = 0..10;

/// A random case, and the same in f64.
struct Case<const C: usize, const F: usize> {
    seed: u64,
    hinge: Hinge,
    loss: Loss,
    model: Model<C, F>,
    directions: [Direction<C, F>; 2],
    set: Set<F>,
    exact: oracle::Model,
    samples: Vec<oracle::Sample>,
}

impl<const C: usize, const F: usize> Case<C, F> {
    fn draw(seed: u64, l2: f32) -> Self {
        let mut rng = generate::rng(seed);
        let model = generate::model::<C, F>(&mut rng, [1.0, 0.3, 19.0][seed as usize % 3], generate::ordinary);
        let directions = [(); 2].map(|()| generate::direction(&mut rng, generate::ordinary));
        let set = Set::<F>::draw(&mut rng, 13, C, generate::ordinary);
        let hinge = Hinge::new(1.0, l2).unwrap();
        let (exact, loss, samples) = (oracle::Model::from(&model), Loss::from(&hinge), oracle::samples_of(&set));
        Self { seed, hinge, loss, model, directions, set, exact, samples }
    }

    fn ray(&self) -> Ray<'_, C, F> {
        Landscape::new(self.hinge, &self.model, [&self.directions[0]])
    }

    fn set(&self) -> Slices<'_, F, usize> {
        self.set.slices()
    }

    /// The loss on the ray.
    fn at(&self, a: f32) -> f64 {
        self.ray().loss(&mut self.set(), [a]).unwrap().into()
    }

    fn moves(&self, at: &[f32]) -> Vec<(f64, oracle::Model)> {
        at.iter().zip(&self.directions).map(|(a, direction)| (f64::from(*a), direction.into())).collect()
    }

    /// How far the loss may be from the exact one there.
    fn tolerance(&self, at: &[f32]) -> f64 {
        tolerance::landscape(&self.exact, self.loss, &self.moves(at), &self.samples)
    }

    /// Breakpoints of the ray, in ascending order.
    fn breakpoints(&self) -> Vec<f32> {
        let mut points = Vec::new();
        self.ray().breakpoints(&mut self.set(), |point| points.push(point.at)).unwrap();
        points.sort_by(f32::total_cmp);
        points
    }
}

fn for_cases<const C: usize, const F: usize>(check: impl Fn(&Case<C, F>)) {
    for seed in SEEDS {
        check(&Case::draw(seed, [0.0, 1e-3, 0.7][seed as usize % 3]));
    }
}

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

/// On a ray the loss lies below its chords.
#[test]
fn the_loss_is_convex() {
    for_shapes!(convexity_of());
}

fn convexity_of<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        for [left, middle, right] in [[-1.0, -0.5, 0.0], [-0.25, 0.0, 0.25], [0.0, 1.0, 2.0], [-8.0, 0.0, 8.0_f32]] {
            let chord = (case.at(left) + case.at(right)) / 2.0;
            let bound = case.tolerance(&[left]) + case.tolerance(&[middle]) + case.tolerance(&[right]);
            let loss = case.at(middle);
            assert!(loss <= chord + bound, "{C}x{F} at {middle}, seed {}: {loss} above {chord}", case.seed);
        }
    });
}

/// The computed derivative never falls: exactly, not within a tolerance.
#[test]
fn the_derivative_never_falls() {
    for_shapes!(monotony_of());
}

fn monotony_of<const C: usize, const F: usize>() {
    for_cases::<C, F>(|case| {
        let mut points: Vec<f32> = Span::new(-3.0, 3.0, 61).unwrap().values().collect();
        // Where it could fall if it did: on both sides of the breakpoints.
        for at in case.breakpoints().into_iter().take(40) {
            points.extend([at.next_down(), at, at.next_up()]);
        }
        points.sort_by(f32::total_cmp);
        let derivative = |a: &f32| case.ray().derivative(&mut case.set(), *a).unwrap();
        let derivatives: Vec<_> = points.iter().map(derivative).collect();
        assert!(derivatives.is_sorted(), "{C}x{F}, seed {}: {derivatives:?}", case.seed);
        assert!(
            derivatives.first() < derivatives.last(),
            "{C}x{F}, seed {}: a ray on which nothing happens",
            case.seed
        );
    });
}

/// Between neighbouring breakpoints, and below the first one above 0, the data loss lies on its chord; across one it does not.
#[test]
fn between_breakpoints_the_data_loss_is_linear() {
    let (mut bent, mut straight) = (0, 0);
    for seed in SEEDS {
        let case = Case::<4, 16>::draw(seed, 0.0);
        let mut ends = case.breakpoints();
        ends.insert(0, 0.0);
        ends.dedup();
        let chord_off = |left: f32, right: f32| {
            let middle = left + (right - left) / 2.0;
            // The middle is rounded, so the chord is taken where it is.
            let part = (f64::from(middle) - f64::from(left)) / (f64::from(right) - f64::from(left));
            let chord = case.at(left) * (1.0 - part) + case.at(right) * part;
            let bound = case.tolerance(&[left]) + case.tolerance(&[middle]) + case.tolerance(&[right]);
            (chord - case.at(middle), bound)
        };
        for pair in ends.windows(2) {
            let (off, bound) = chord_off(pair[0], pair[1]);
            assert!(off.abs() <= bound, "{pair:?}, seed {seed}: {off:e} off its chord, not {bound:e}");
            straight += 1;
        }
        for triple in ends.windows(3) {
            let (off, bound) = chord_off(triple[0], triple[2]);
            bent += usize::from(off > bound);
        }
    }
    assert!(straight > 100, "the test sees only {straight} pieces");
    assert!(bent > straight / 2, "of the breakpoints, only {bent} bend the loss by more than the tolerance");
}

/// Nothing on a dense scan lies below the minimum, and it is on the brink: just below it the derivative is negative.
#[test]
fn no_point_of_a_dense_scan_is_below_the_minimum() {
    for_cases::<4, 16>(|case| {
        // Downhill, so that the minimum is not at 0.
        let (mut gradient, mut direction) = (Gradient::new(), Direction::new());
        case.hinge.gradient(&case.model, &mut case.set(), &mut gradient).unwrap();
        direction.descend(&gradient).unwrap();
        let ray = Landscape::new(case.hinge, &case.model, [&direction]);
        let minimum = ray.minimum(&mut case.set()).unwrap();
        assert!(minimum.at > 0.0 && minimum.derivative >= 0.0 && minimum.below < Some(0.0), "{minimum:?}");

        let lowest = f64::from(ray.loss(&mut case.set(), [minimum.at]).unwrap());
        let span = Span::new(0.0, 4.0 * minimum.at, 2_001).unwrap();
        let exact = oracle::Model::from(&direction);
        let bound = |a: f32| tolerance::landscape(&case.exact, case.loss, &[(a.into(), exact.clone())], &case.samples);
        ray.losses(&mut case.set(), grid([span]), |[a], loss| {
            let loss = f64::from(loss) + bound(a) + bound(minimum.at);
            assert!(loss >= lowest, "seed {}: {loss} at {a}, below {lowest} at {}", case.seed, minimum.at);
        })
        .unwrap();
    });
}

/// Every change of sign that a dense scan of the margins finds is a breakpoint's, and the other way round.
#[test]
fn breakpoints_are_where_a_dense_scan_sees_signs_change() {
    let mut crossed = 0;
    for seed in SEEDS {
        let case = Case::<4, 16>::draw(seed, 0.0);
        for (index, (x, label)) in case.set.iter().enumerate() {
            let labels = [label];
            let mut one = Slices::new(core::slice::from_ref(x), &labels).unwrap();
            let mut points = Vec::new();
            case.ray().breakpoints(&mut one, |point| points.push(point)).unwrap();
            let sample = &case.samples[index];
            for class in (0..4).filter(|class| *class != label) {
                let own: Vec<_> = points.iter().filter(|point| point.class == class).collect();
                assert!(own.len() <= 1, "a line crosses zero once");
                let margin = |a: f32| {
                    let moved = case.exact.moved(a.into(), &(&case.directions[0]).into());
                    case.loss.margins(&moved, sample)[class]
                };
                // f64 and binary32 agree on the sign but near the breakpoint.
                for a in Span::new(0.0, 3.0, 301).unwrap().values() {
                    let near = own.iter().any(|point| (point.at - a).abs() < 1e-3 * (1.0 + a));
                    let counts = own.first().map_or(margin(0.0) > 0.0, |point| point.counts == (a >= point.at));
                    assert!(near || (margin(a) > 0.0) == counts, "sample {index}, class {class}, a {a}, seed {seed}");
                }
                crossed += own.iter().filter(|point| point.at < 3.0).count();
            }
        }
    }
    assert!(crossed > 50, "only {crossed} breakpoints within the scan");
}

/// A set that counts its readings.
struct Counted<'a, S> {
    set: S,
    readings: &'a Cell<usize>,
}

impl<const F: usize, S: Samples<F>> Samples<F> for Counted<'_, S> {
    fn len(&self) -> usize {
        self.set.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        self.readings.set(self.readings.get() + 1);
        self.set.sample(index)
    }
}

#[test]
fn the_passes_over_the_set_are_those_of_the_documentation() {
    for_cases::<4, 16>(|case| {
        let readings = Cell::new(0);
        let mut set = Counted { set: case.set(), readings: &readings };
        let passes = || readings.replace(0) / case.samples.len();
        let ray = case.ray();
        let _ = ray.minimum(&mut set);
        assert!((1..=8).contains(&passes()));
        ray.losses(&mut set, grid([Span::new(0.0, 1.0, 33).unwrap()]), |_, _| {}).unwrap();
        assert_eq!(passes(), 3);
        ray.breakpoints(&mut set, |_| {}).unwrap();
        assert_eq!(passes(), 1);
        ray.derivative(&mut set, 1.0).unwrap();
        assert_eq!(passes(), 1);
        let (mut model, mut direction) = (case.model.clone(), Direction::new());
        LineSearch::new(case.hinge, &mut direction).step(&mut model, &mut set).unwrap();
        assert!((9..=10).contains(&passes()));
    });
}

/// The loss falls at every step until it stalls, and then every further step leaves the model as it is. It stalls at a kink, where a
/// constant rate goes on.
#[test]
fn steepest_descent_stalls_at_a_kink() {
    let mut rng = generate::rng(3);
    let set = Set::<4>::draw(&mut rng, 40, 3, generate::ordinary);
    let hinge = Hinge::new(1.0, 1e-3).unwrap();
    let (mut model, mut direction) = (Model::<3, 4>::new(), Direction::new());
    let mut search = LineSearch::new(hinge, &mut direction);
    let mut steps = 0;
    let stalled = loop {
        let step = search.step(&mut model, &mut set.slices()).unwrap();
        if step.stalled {
            break step;
        }
        assert!(step.loss < step.loss_before, "{step:?}");
        steps += 1;
        assert!(steps < 10_000);
    };
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
fn a_direction_of_zeros_is_flat() {
    let case = Case::<4, 16>::draw(5, 0.7);
    let nowhere = Direction::new();
    let ray = Landscape::new(case.hinge, &case.model, [&nowhere]);
    let own = case.hinge.loss(&case.model, &mut case.set()).unwrap();
    assert_eq!(ray.loss(&mut case.set(), [1e30]), Ok(own));
    assert_eq!(ray.minimum(&mut case.set()).map(|minimum| minimum.at), Ok(0.0));
    assert_eq!(ray.breakpoints(&mut case.set(), |_| panic!("no margin moves")), Ok(0));
}

fn at(sample: usize, error: Error) -> Stopped {
    Stopped { error, sample: Some(sample) }
}

#[test]
fn what_a_landscape_refuses() {
    let model = Model::<2, 1>::new();
    let mut direction = Direction::new();
    direction.load(&[1.0, -1.0], &[0.0; 2]).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.5).unwrap(), &model, [&direction]);
    let mut good = Slices::new(&[[1.0]], &[0u8]).unwrap();

    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(ray.loss(&mut good, [bad]), Err(Error::InvalidPoint.into()));
        assert_eq!(ray.derivative(&mut good, bad), Err(Error::InvalidPoint.into()));
    }
    let sets: [(&[[f32; 1]], &[u8], Stopped); 4] = [
        (&[], &[], Error::EmptySet.into()),
        (&[[1.0], [f32::NAN]], &[0, 0], at(1, Error::NonFiniteScore)),
        (&[[1.0], [2.0]], &[0, 2], at(1, Error::LabelOutOfRange)),
        (&[[1.0], [f32::INFINITY]], &[0, 1], at(1, Error::NonFiniteScore)),
    ];
    for (features, labels, stopped) in sets {
        let mut samples = Slices::new(features, labels).unwrap();
        assert_eq!(ray.loss(&mut samples, [1.0]), Err(stopped));
        assert_eq!(ray.derivative(&mut samples, 1.0), Err(stopped));
        assert_eq!(ray.minimum(&mut samples), Err(stopped));
        assert_eq!(ray.breakpoints(&mut samples, |_| {}), Err(stopped));
    }

    // Values before the one that overflows are given.
    let mut given = Vec::new();
    let result = ray.losses(&mut good, [[1.0], [-2.0], [1e30], [3.0]], |[a], _| given.push(a));
    assert_eq!((result, given), (Err(Error::NonFiniteLoss.into()), vec![1.0, -2.0]));
    assert_eq!(ray.losses(&mut good, [], |_, _| panic!("no point")), Ok(()));
}

/// Two directions whose shares of a margin are infinite and cancel are no small loss.
#[test]
fn infinities_that_cancel_are_refused() {
    let model = Model::<2, 1>::new();
    let (mut up, mut down) = (Direction::new(), Direction::new());
    up.load(&[0.0, 1e30], &[0.0; 2]).unwrap();
    down.load(&[0.0, -1e30], &[0.0; 2]).unwrap();
    let plane = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&up, &down]);
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    assert_eq!(plane.loss(&mut samples, [1e30, 1e30]), Err(Error::NonFiniteLoss.into()));
    // A margin that falls beyond all numbers counts as little as any below zero.
    assert_eq!(plane.loss(&mut samples, [-1e30, 0.0]), Ok(0.0));
}

#[test]
fn a_direction_that_overflows_is_refused_at_its_sample() {
    let model = Model::<2, 1>::new();
    let mut direction = Direction::new();
    direction.load(&[-3e38, 3e38], &[0.0; 2]).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&direction]);
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    assert_eq!(ray.loss(&mut samples, [0.0]), Err(at(0, Error::NonFiniteLoss)));
    let mut samples = Slices::new(&[[1.0]], &[1u8]).unwrap();
    assert_eq!(ray.loss(&mut samples, [0.0]), Err(at(0, Error::NonFiniteLoss)), "below zero too");
    let mut samples = Slices::new(&[[2.0]], &[0u8]).unwrap();
    assert_eq!(ray.loss(&mut samples, [0.0]), Err(at(0, Error::NonFiniteScore)));
}

/// A margin so large, and so slowly falling, that it counts at every number there is.
#[test]
fn a_loss_that_falls_for_ever_has_no_minimum() {
    let model = Model::from_parts([[0.0], [1e30]], [0.0; 2], 1.0).unwrap();
    let mut direction = Direction::new();
    direction.load(&[0.0, -1e-30], &[0.0; 2]).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&direction]);
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    assert_eq!(ray.minimum(&mut samples), Err(Error::NoMinimum.into()));
    assert_eq!(ray.breakpoints(&mut samples, |_| {}), Ok(0));
}

/// Breakpoints at both ends of what binary32 can tell apart, where a quotient is not exact.
#[test]
fn breakpoints_far_out_and_close_by() {
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    for (score, slope) in [(-1.0 - 1e-6, 1e30), (2e30, -1e-7), (-1.0 + 1e-7, -1e-38), (1e-38, -1.0), (-3.0, 1e-37)] {
        let model = Model::from_parts([[0.0], [score]], [0.0; 2], 1.0).unwrap();
        let mut direction = Direction::new();
        direction.load(&[0.0, slope], &[0.0; 2]).unwrap();
        let ray = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&direction]);
        let margin = (score - 0.0) + 1.0;
        let counts = |a: f32| margin + (a * slope) > 0.0;
        let mut found = 0;
        ray.breakpoints(&mut samples, |point| {
            assert!(counts(point.at) != counts(0.0), "{point:?}");
            assert!(counts(point.at.next_down()) == counts(0.0), "{point:?}");
            found += 1;
        })
        .unwrap();
        assert_eq!(found, usize::from(counts(f32::MAX) != counts(0.0)), "{score} {slope}");
    }
}

#[test]
fn a_line_search_that_is_refused_leaves_the_model_as_it_was() {
    let mut model = Model::from_parts([[1.0, 2.0], [0.5, -1.0]], [0.25, 0.0], 0.5).unwrap();
    let before = ModelBits::of(&model);
    let mut direction = Direction::new();
    let mut search = LineSearch::new(Hinge::new(1.0, 0.1).unwrap(), &mut direction);
    let sets: [(&[[f32; 2]], &[u8], Stopped); 3] = [
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

#[test]
fn a_direction_that_is_refused_stays_as_it_was() {
    let mut direction = Direction::<2, 2>::new();
    direction.load(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0]).unwrap();
    let before = format!("{direction:?}");
    assert_eq!(direction.load(&[1.0; 3], &[0.0; 2]), Err(Error::ShapeMismatch));
    assert_eq!(direction.load(&[1.0; 4], &[0.0; 3]), Err(Error::ShapeMismatch));
    assert_eq!(direction.load(&[1.0, 1.0, f32::NAN, 1.0], &[0.0; 2]), Err(Error::NonFiniteModel));
    assert_eq!(direction.load(&[1.0; 4], &[0.0, f32::INFINITY]), Err(Error::NonFiniteModel));
    for factor in [f32::NAN, f32::INFINITY, 3e38] {
        assert_eq!(direction.scale(factor), Err(Error::NonFiniteModel), "{factor}");
    }
    for deviation in [f32::NAN, f32::INFINITY, 0.0, -1.0] {
        assert_eq!(direction.draw(deviation, &mut generate::rng(1)), Err(Error::InvalidDeviation), "{deviation}");
    }
    assert_eq!(direction.draw(3e38, &mut generate::rng(1)), Err(Error::NonFiniteModel));
    let models = [3e38, -3e38].map(|w| Model::from_parts([[w; 2]; 2], [0.0; 2], 1.0).unwrap());
    assert_eq!(direction.between(&models[0], &models[1]), Err(Error::NonFiniteModel));
    assert_eq!(format!("{direction:?}"), before);
}

#[test]
fn random_directions_are_those_of_the_contract() {
    let mut direction = Direction::<2, 3>::new();
    direction.draw(0.5, &mut generate::rng(7)).unwrap();
    let mut rng = generate::rng(7);
    let elements = direction.weights().as_flattened().iter().chain(direction.bias());
    for element in elements {
        let [first, second] = [(); 2].map(|()| rng.next_u32());
        assert_eq!(*element, 0.5 * contract::normal(first, second));
    }
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
