//! The structure of the loss: convex, piecewise linear, with breakpoints and minima exact to the last bit.

use std::cell::Cell;

use hingeline::{Direction, Error, Hinge, Landscape, LineSearch, Model, Sample, Samples, Slices, Span, grid};

use hingeline_host_tests::{for_shapes, tolerance};

use super::{Case, SEEDS, for_cases};
use hingeline_host_tests::oracle;

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
        // The places where it could fall: both sides of the breakpoints.
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
            // The middle is rounded, so the chord is evaluated at the rounded point.
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

/// No point of a dense scan lies below the minimum, and just below the minimum the derivative is negative.
#[test]
fn no_point_of_a_dense_scan_is_below_the_minimum() {
    for_cases::<4, 16>(|case| {
        // Downhill, so that the minimum is not at 0.
        let mut direction = Direction::new();
        direction.downhill(&case.hinge, &case.model, &mut case.set()).unwrap();
        let ray = Landscape::new(case.hinge, &case.model, [&direction]);
        let minimum = ray.minimum(&mut case.set()).unwrap();
        assert!(minimum.at > 0.0 && minimum.derivative >= 0.0, "{minimum:?}");
        assert!(minimum.below.is_some_and(|below| below < 0.0), "{minimum:?}");

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

/// Every change of sign in a dense scan of the margins belongs to a breakpoint, and vice versa.
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
                // f64 and binary32 agree on the sign except near the breakpoint.
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

/// Breakpoints at both ends of the range of binary32, where a quotient is not exact.
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

/// A margin so large, and falling so slowly, that it counts at every number in the range.
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

/// A set that counts its reads.
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
        let passes = || {
            let readings = readings.replace(0);
            assert_eq!(readings % case.samples.len(), 0, "passes are whole");
            readings / case.samples.len()
        };
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

/// Slopes so large that their sums are infinite, one upwards and one downwards: the minimum cannot be determined.
#[test]
fn a_derivative_that_is_no_number_is_refused() {
    let model = Model::<3, 1>::new();
    let mut direction = Direction::new();
    direction.load(&[0.0, 2e38, 2e38], &[0.0; 3]).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&direction]);
    let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 0]).unwrap();
    assert_eq!(ray.derivative(&mut samples, 0.0), Err(Error::NonFiniteLoss.into()));
    assert_eq!(ray.minimum(&mut samples), Err(Error::NonFiniteLoss.into()));
}
