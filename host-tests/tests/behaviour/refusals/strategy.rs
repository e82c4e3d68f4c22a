//! All strategies behind one interface, so that each refusal can be tried on each of them.

use core::fmt::Debug;

use hingeline::{
    Constant, Gradient, GradientDescent, Hinge, MiniBatch, Model, Order, Progress, RandomLocalSearch, RandomSearch,
    Samples, Search, Sgd, Stopped,
};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate;
use rand_xorshift::XorShiftRng;

/// A strategy that is stepped on a set; its `Debug` text is its whole state.
pub(crate) trait Strategy<const C: usize, const F: usize>: Debug {
    fn step(&mut self, model: &mut Model<C, F>, samples: &mut dyn Samples<F>) -> Result<(), Stopped>;
}

/// The five strategies, SGD on a stream and on an order, for sets of `len` samples.
pub(crate) fn strategies<const C: usize, const F: usize>(
    hinge: Hinge,
    rate: f32,
    len: usize,
) -> Vec<Box<dyn Strategy<C, F>>> {
    let mut all = descents(hinge, rate, len);
    let search = Search::new(hinge, 1.0).unwrap();
    all.push(Box::new(Draws { search, rng: Hidden(generate::rng(1)) }));
    all.push(Box::new(LocalDraws { search, rng: Hidden(generate::rng(1)) }));
    all
}

/// The strategies that follow the gradient.
pub(crate) fn descents<const C: usize, const F: usize>(
    hinge: Hinge,
    rate: f32,
    len: usize,
) -> Vec<Box<dyn Strategy<C, F>>> {
    let schedule = Constant { rate };
    let (sgd, progress) = (Sgd::new(hinge, schedule).unwrap(), Progress::new(hinge, schedule, 0).unwrap());
    let order = Order::resume([1, 2, 3, 4], len, 0, 0).unwrap();
    vec![
        Box::new(Stream { sgd, next: 0 }),
        Box::new(OnOrder { sgd, order }),
        Box::new(WholeSet { progress }),
        Box::new(Batches { progress, order }),
    ]
}

/// Steps until one is refused, and asserts that this happens within an epoch, for this reason, and without a trace.
#[track_caller]
pub(crate) fn assert_refused<const C: usize, const F: usize>(
    strategy: &mut dyn Strategy<C, F>,
    model: &mut Model<C, F>,
    samples: &mut dyn Samples<F>,
    expected: Stopped,
) {
    for _ in 0..=samples.len() {
        let before = (ModelBits::of(model), format!("{strategy:?}"));
        if let Err(stopped) = strategy.step(model, samples) {
            assert_eq!(stopped, expected, "{strategy:?}");
            let after = (ModelBits::of(model), format!("{strategy:?}"));
            assert_eq!(after, before, "a refusal changes nothing");
            return;
        }
    }
    panic!("not refused, {expected:?}: {strategy:?}");
}

/// [`Sgd::step`], one sample of the set after the other.
#[derive(Debug)]
struct Stream {
    sgd: Sgd<Constant>,
    next: usize,
}

impl<const C: usize, const F: usize> Strategy<C, F> for Stream {
    fn step(&mut self, model: &mut Model<C, F>, samples: &mut dyn Samples<F>) -> Result<(), Stopped> {
        let at = |error| Stopped { error, sample: Some(self.next) };
        let (x, label) = samples.sample(self.next).map_err(at)?;
        self.sgd.step(model, x, label).map_err(at)?;
        self.next = (self.next + 1) % samples.len();
        Ok(())
    }
}

/// [`Sgd::step_next`].
#[derive(Debug)]
struct OnOrder {
    sgd: Sgd<Constant>,
    order: Order,
}

impl<const C: usize, const F: usize> Strategy<C, F> for OnOrder {
    fn step(&mut self, model: &mut Model<C, F>, samples: &mut dyn Samples<F>) -> Result<(), Stopped> {
        self.sgd.step_next(model, samples, &mut self.order).map(drop)
    }
}

#[derive(Debug)]
struct WholeSet {
    progress: Progress<Constant>,
}

impl<const C: usize, const F: usize> Strategy<C, F> for WholeSet {
    fn step(&mut self, model: &mut Model<C, F>, samples: &mut dyn Samples<F>) -> Result<(), Stopped> {
        let mut gradient = Gradient::new();
        let mut descent = GradientDescent::resume(self.progress, &mut gradient);
        let result = descent.step(model, samples);
        self.progress = descent.progress();
        result.map(drop)
    }
}

/// Batches of three.
#[derive(Debug)]
struct Batches {
    progress: Progress<Constant>,
    order: Order,
}

impl<const C: usize, const F: usize> Strategy<C, F> for Batches {
    fn step(&mut self, model: &mut Model<C, F>, samples: &mut dyn Samples<F>) -> Result<(), Stopped> {
        let mut gradient = Gradient::new();
        let mut descent = MiniBatch::resume(self.progress, 3, &mut gradient)?;
        let result = descent.step(model, samples, &mut self.order);
        self.progress = descent.progress();
        result.map(drop)
    }
}

/// A generator that is not part of a strategy's state: it also advances when a candidate is refused.
struct Hidden(XorShiftRng);

impl Debug for Hidden {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("…")
    }
}

#[derive(Debug)]
struct Draws {
    search: Search,
    rng: Hidden,
}

impl<const C: usize, const F: usize> Strategy<C, F> for Draws {
    fn step(&mut self, model: &mut Model<C, F>, samples: &mut dyn Samples<F>) -> Result<(), Stopped> {
        let mut candidate = Model::new();
        let mut search = RandomSearch::new(self.search, &mut candidate);
        let result = search.step(model, samples, &mut self.rng.0);
        self.search = search.state();
        result.map(drop)
    }
}

#[derive(Debug)]
struct LocalDraws {
    search: Search,
    rng: Hidden,
}

impl<const C: usize, const F: usize> Strategy<C, F> for LocalDraws {
    fn step(&mut self, model: &mut Model<C, F>, samples: &mut dyn Samples<F>) -> Result<(), Stopped> {
        let mut candidate = Model::new();
        let mut search = RandomLocalSearch::new(self.search, &mut candidate);
        let result = search.step(model, samples, &mut self.rng.0);
        self.search = search.state();
        result.map(drop)
    }
}
