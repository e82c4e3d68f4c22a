//! The landscape of the loss: against the textbook in f64, and the properties of its structure.

mod directions;
mod line_search;
mod refusals;
mod structure;
mod values;

use hingeline::{Direction, Error, Hinge, Landscape, Model, Ray, Slices, Stopped};

use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle::{self, Loss};
use hingeline_host_tests::tolerance;

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

    /// The bound of the loss' error at this point.
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

/// A set, and the error that it causes at one of its samples.
type Refused<'a, const F: usize> = (&'a [[f32; F]], &'a [u8], Stopped);

fn at(sample: usize, error: Error) -> Stopped {
    Stopped { error, sample: Some(sample) }
}

#[test]
fn a_span_does_not_begin_at_zero() {
    let values = |from, to, count| hingeline::Span::new(from, to, count).unwrap().values().collect::<Vec<_>>();
    assert_eq!(values(1.0, 3.0, 3), [1.0, 2.0, 3.0]);
    assert_eq!(values(4.0, -4.0, 5), [4.0, 2.0, 0.0, -2.0, -4.0]);
}
