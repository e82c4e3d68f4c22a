//! The loss along rays and in planes, and its exact results.

use hingeline::kernel::Kernel;
use hingeline::{Direction, Hinge, Landscape, LineSearch, Model, Ray, Slices};
use hingeline_host_tests::bits::assert_same;
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::{contract, for_extreme_shapes};

use super::descent::assert_model;

const SEEDS: core::ops::Range<u64> = 0..8;
const HINGES: [(f32, f32); 3] = [(1.0, 0.0), (1.0, 1e-2), (0.0, 0.3)];

/// A model, two directions and a set, and the same in the contract's form.
struct Case<const C: usize, const F: usize, K> {
    what: String,
    hinge: Hinge,
    model: Model<C, F, K>,
    directions: [Direction<C, F>; 2],
    set: Set<F>,
    reference: contract::Landscape,
    lines: Vec<contract::Lines>,
}

impl<const C: usize, const F: usize, K: Kernel> Case<C, F, K> {
    fn draw(kernel: K, seed: u64, (delta, l2): (f32, f32)) -> Self {
        let mut rng = generate::rng(seed);
        let scale = [1.0, 0.7, 40.0][seed as usize % 3];
        let model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale, generate::ordinary));
        let directions = [(); 2].map(|()| generate::direction(&mut rng, generate::ordinary));
        let set = Set::<F>::draw(&mut rng, 1 + 2 * seed as usize, C, generate::ordinary);
        let reference = contract::Landscape {
            delta,
            l2,
            model: contract::Model::from(&model),
            directions: directions.iter().map(contract::Model::from).collect(),
        };
        Self {
            what: format!("{C}x{F}, Δ {delta}, α {l2}, seed {seed}"),
            hinge: Hinge::new(delta, l2).unwrap(),
            lines: reference.lines_of(&contract::samples_of(&set)),
            model,
            directions,
            set,
            reference,
        }
    }

    fn ray(&self) -> Ray<'_, C, F, K> {
        Landscape::new(self.hinge, &self.model, [&self.directions[0]])
    }

    fn set(&self) -> Slices<'_, F, usize> {
        self.set.slices()
    }
}

fn for_cases<const C: usize, const F: usize, K: Kernel>(kernel: K, check: impl Fn(&Case<C, F, K>)) {
    for seed in SEEDS {
        check(&Case::draw(kernel, seed, HINGES[seed as usize % HINGES.len()]));
    }
}

pub(crate) fn losses<K: Kernel>(kernel: K) {
    for_extreme_shapes!(losses_of(kernel));
}

fn losses_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for_cases::<C, F, _>(kernel, |case| {
        let what = &case.what;
        let own = case.hinge.loss(&case.model, &mut case.set()).unwrap();
        assert_same(case.ray().loss(&mut case.set(), [0.0]).unwrap(), own, format_args!("at the model, {what}"));

        // More points than are computed together, and not a multiple of that.
        let points: Vec<_> =
            (0..37_i16).map(|i| [f32::from(i - 18) / 7.0, f32::from(3 * i % 37) / 5.0 - 3.0]).collect();
        let mut expected = points.iter().map(|at| (*at, case.reference.loss(&case.lines, at)));
        let plane = Landscape::new(case.hinge, &case.model, case.directions.each_ref());
        let each = |at, loss| {
            let (next, value) = expected.next().expect("no more points than were asked for");
            assert_eq!(at, next);
            assert_same(loss, value, format_args!("at {at:?}, {what}"));
        };
        plane.losses(&mut case.set(), points.iter().copied(), each).unwrap();
        assert!(expected.next().is_none(), "every point has its loss");

        for a in [-1e3, -0.3, 1e-30, 2.5, 7e4] {
            let mut ray = case.reference.clone();
            ray.directions.pop();
            let loss = case.ray().loss(&mut case.set(), [a]).unwrap();
            assert_same(loss, ray.loss(&case.lines, &[a]), format_args!("on the ray at {a}, {what}"));
        }
    });
}

/// On the way from a model to zero, where the regulariser is a small difference of large terms and must not be below
/// zero.
pub(crate) fn norms_near_zero<K: Kernel>(kernel: K) {
    let (mut below, zero) = (0, Model::<7, 30>::new());
    for seed in SEEDS {
        let model = generate::model::<7, 30>(&mut generate::rng(seed), 0.7, generate::ordinary);
        let mut direction = Direction::new();
        direction.between(&model, &zero).unwrap();
        let model = generate::on_kernel(kernel, &model);
        let reference = contract::Landscape {
            delta: 0.0,
            l2: 1.0,
            model: contract::Model::from(&model),
            directions: vec![contract::Model::from(&direction)],
        };
        let lines = reference.lines_of(&[(vec![0.0; 30], 0)]);
        let samples = Slices::new(&[[0.0; 30]], &[0_usize]).unwrap();
        let ray = Landscape::new(Hinge::new(0.0, 1.0).unwrap(), &model, [&direction]);
        for step in 0..200 {
            let a = 1.0 + (step - 100) as f32 * f32::EPSILON;
            let loss = ray.loss(&mut { samples }, [a]).unwrap();
            assert_same(loss, reference.loss(&lines, &[a]), format_args!("at {a}, seed {seed}"));
            below += u32::from(loss == 0.0);
        }
    }
    assert!(below > 50, "only {below} cases are at the edge");
}

pub(crate) fn derivatives<K: Kernel>(kernel: K) {
    for_extreme_shapes!(derivatives_of(kernel));
}

fn derivatives_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for_cases::<C, F, _>(kernel, |case| {
        for a in [-1e3, -1.5, -1e-3, 0.0, 1e-30, 0.25, 0.5, 3.0, 1e9] {
            let derivative = case.ray().derivative(&mut case.set(), a).unwrap();
            let expected = case.reference.derivative(&case.lines, a);
            assert_same(derivative, expected, format_args!("at {a}, {}", case.what));
        }
    });
}

pub(crate) fn breakpoints<K: Kernel>(kernel: K) {
    for_extreme_shapes!(breakpoints_of(kernel));
}

fn breakpoints_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for_cases::<C, F, _>(kernel, |case| {
        let mut expected = Vec::new();
        for (index, sample) in case.lines.iter().enumerate() {
            for (class, at) in sample.breakpoints().into_iter().enumerate() {
                let slope = sample.slopes[0][class];
                expected.extend(at.map(|at| (at, index, class, slope, slope > 0.0)));
            }
        }
        let mut found = Vec::new();
        let count = case.ray().breakpoints(&mut case.set(), |point| {
            found.push((point.at, point.sample, point.class, point.slope, point.counts));
        });
        assert_eq!(count, Ok(found.len()), "{}", case.what);
        assert_eq!(found, expected, "{}", case.what);
    });
}

pub(crate) fn minima<K: Kernel>(kernel: K) {
    for_extreme_shapes!(minima_of(kernel));
}

fn minima_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    for_cases::<C, F, _>(kernel, |case| {
        let what = &case.what;
        let Some(expected) = case.reference.minimum(&case.lines) else {
            assert!(case.ray().minimum(&mut case.set()).is_err(), "{what}");
            return;
        };
        let minimum = case.ray().minimum(&mut case.set()).unwrap();
        assert_same(minimum.at, expected, format_args!("minimum, {what}"));
        assert_same(minimum.derivative, case.reference.derivative(&case.lines, expected), what);
        let below = (expected > 0.0).then(|| case.reference.derivative(&case.lines, expected.next_down()));
        assert_eq!(minimum.below, below, "{what}");
    });
}

/// A set of several parts of 256, whose derivatives have a different sum if they are added in one go.
pub(crate) fn many_samples<K: Kernel>(kernel: K) {
    let mut rng = generate::rng(11);
    let model = generate::on_kernel(kernel, &generate::model::<3, 2>(&mut rng, 1.0, generate::ordinary));
    let direction = generate::direction(&mut rng, generate::ordinary);
    let set = Set::<2>::draw(&mut rng, 1_100, 3, generate::ordinary);
    let reference = contract::Landscape {
        delta: 1.0,
        l2: 0.0,
        model: contract::Model::from(&model),
        directions: vec![contract::Model::from(&direction)],
    };
    let ray = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&direction]);
    let mut lines = reference.lines_of(&contract::samples_of(&set));
    let expected = reference.derivative(&lines, 0.5);
    assert_same(ray.derivative(&mut set.slices(), 0.5).unwrap(), expected, "1,100 samples");
    lines.reverse();
    assert_ne!(reference.derivative(&lines, 0.5), expected, "the order and the parts must matter here");
}

pub(crate) fn line_searches<K: Kernel>(kernel: K) {
    line_searches_of::<3, 2>(kernel);
    line_searches_of::<4, 16>(kernel);
    line_searches_of::<7, 30>(kernel);
}

fn line_searches_of<const C: usize, const F: usize>(kernel: impl Kernel) {
    let mut stepped = 0;
    for (scale, (delta, l2)) in [(1.0, HINGES[0]), (0.3, HINGES[1])] {
        let seed = 9;
        let mut rng = generate::rng(seed);
        let mut model = generate::on_kernel(kernel, &generate::model::<C, F>(&mut rng, scale, generate::ordinary));
        let set = Set::<F>::draw(&mut rng, 11, C, generate::ordinary);
        let samples = contract::samples_of(&set);
        let mut expected = contract::Model::from(&model);
        let mut direction = Direction::new();
        let mut search = LineSearch::new(Hinge::new(delta, l2).unwrap(), &mut direction);
        for t in 0..6 {
            let what = format!("{C}x{F}, scale {scale}, α {l2}, step {t}, seed {seed}");
            let before = contract::set_loss(&expected, &samples, delta, l2);
            let step = search.step(&mut model, &mut set.slices()).unwrap();
            assert_same(step.loss_before, before, format_args!("loss, {what}"));
            if step.stalled {
                break;
            }
            stepped += 1;
            let ray = contract::downhill(&expected, &samples, delta, l2);
            let loss = ray.loss(&ray.lines_of(&samples), &[step.minimum.at]);
            assert_same(step.loss, loss, format_args!("loss of the ray, {what}"));
            let a = contract::line_search_step(&mut expected, &samples, delta, l2);
            assert_same(step.minimum.at, a, format_args!("rate, {what}"));
            assert_model(&model, &expected, &what);
        }
    }
    assert!(stepped > 6, "only {stepped} steps");
}
