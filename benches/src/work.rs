//! The work that is compared: the same data for all contestants, and the contestants.

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::Duration;

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{Slices, integer, random};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::aligned::{Aligned, Paged, Results};
use crate::contest::{Contestant, fastest};
use crate::epoch::{Part, Recorded};
use crate::peers::{Axpy, Faer, Linear, MatrixMultiply, Nalgebra, OpenBlas, Peer, SimSimd};
use crate::python::epochs_of_peers;
use crate::{RATE, model_on, overlapping_classes, sgd};

/// Samples of a batch.
pub const BATCH: usize = 64;

/// Rows that a step updates: those of the label and of two classes that are too close.
const UPDATED: usize = 3;

/// The speed of one kernel in one kind of work.
#[derive(Clone, Debug)]
pub struct Figure {
    /// scores, batch, step or epoch.
    pub work: &'static str,
    /// Classes and features.
    pub shape: (usize, usize),
    /// The kernel's name.
    pub kernel: &'static str,
    /// The shortest time of a call.
    pub nanoseconds: f64,
    /// Multiply-accumulates per nanosecond.
    pub gmacs: f64,
    /// The minimum bytes per second that the work must load, relative to the bytes per second that this processor was
    /// measured to load from the cache that holds the weights.
    pub of_the_loads: Option<f64>,
    /// How many times as fast as each of the others.
    pub against: Vec<(&'static str, f64)>,
}

/// Weights at the start of a page, then a batch of samples and the bias, each at the start of a cache line.
///
/// The gap is for a model at the start of another page: its bias, which a step writes, is not at the same offset as the
/// sample.
#[repr(C, align(4096))]
struct Data<const C: usize, const F: usize> {
    weights: Aligned<[[f32; F]; C]>,
    gap: Aligned<[f32; 128]>,
    samples: Aligned<[[f32; F]; BATCH]>,
    bias: Aligned<[f32; C]>,
}

impl<const C: usize, const F: usize> Data<C, F> {
    fn draw() -> Box<Self> {
        let mut rng = XorShiftRng::seed_from_u64(1);
        let mut data = Box::new(Self {
            weights: Aligned([[0.0; F]; C]),
            gap: Aligned([0.0; 128]),
            samples: Aligned([[0.0; F]; BATCH]),
            bias: Aligned([0.0; C]),
        });
        let data_mut = &mut *data;
        let weights = data_mut.weights.as_flattened_mut().iter_mut();
        for value in weights.chain(data_mut.bias.iter_mut()).chain(data_mut.samples.as_flattened_mut()) {
            *value = random::normal(&mut rng);
        }
        data
    }

    fn linear(&self) -> Linear<'_> {
        Linear { weights: self.weights.as_flattened(), bias: &*self.bias, features: F }
    }
}

/// Compares kernels and libraries at one shape: scores of a sample, of a batch, and a step.
pub fn compare<const C: usize, const F: usize>(blas: Option<OpenBlas>, budget: Duration) -> Vec<Figure> {
    let data = Data::<C, F>::draw();
    let bytes = |floats: usize| (floats * size_of::<f32>()) as f64;
    let mut figures = Vec::new();
    // Loads are measured on the weights, or on more memory where the call itself would dominate the time.
    let enough = Box::new(Aligned([1.0; 4_096]));
    let loaded = if C * F > enough.len() { data.weights.as_flattened() } else { enough.as_slice() };

    let mut contestants = kernels(|| ScoresOf(&data));
    push_peers(&mut contestants, blas, Scored(&data));
    let loads = contestants.len();
    contestants.push(on(Choice::best(), LoadsOf(loaded)));
    let times = fastest(&mut contestants, budget);
    let load_rate = bytes(loaded.len()) / times[loads];
    let limit = |floats| Some(bytes(floats) / load_rate);
    figures.extend(figures_of("scores", (C, F), C * F, limit(C * F + F), &contestants[..loads], &times));

    let mut contestants = kernels(|| BatchOf(&data));
    push_peers(&mut contestants, blas, BatchScored(&data));
    let times = fastest(&mut contestants, budget);
    let floats = (C + BATCH) * F;
    figures.extend(figures_of("batch", (C, F), BATCH * C * F, limit(floats), &contestants, &times));

    let mut contestants = kernels(|| StepOf::<F, C>(&data.samples[0]));
    contestants.extend(blas.map(|blas| steps_of_peer(blas, &data)));
    contestants.push(steps_of_peer(Nalgebra, &data));
    let times = fastest(&mut contestants, budget);
    let floats = (C + 1 + UPDATED) * F;
    figures.extend(figures_of("step", (C, F), (C + UPDATED) * F, limit(floats), &contestants, &times));
    figures
}

/// The figures of the kernels, and the parts of an epoch on the fastest one.
pub type EpochFigures = (Vec<Figure>, Vec<Part>);

/// Compares the kernels on a whole epoch of SGD over samples of classes that overlap a little, with the same steps on
/// samples that stay in the nearest cache, and with the other libraries of a Python installation.
///
/// # Errors
/// If that Python lacks them.
pub fn compare_epochs<const C: usize, const F: usize>(
    samples: usize,
    budget: Duration,
    python: Option<&Path>,
) -> io::Result<EpochFigures> {
    let (features, labels) = overlapping_classes::<F>(C, samples);
    let set = Slices::new(&features, &labels).expect("as many labels as rows");
    let recorded = Recorded::<C, F>::of(set);
    let mut contestants = kernels(|| recorded.epochs());
    let times = fastest(&mut contestants, budget);
    let mut figures = figures_of("epoch", (C, F), samples * C * F, None, &contestants, &times);
    let parts = recorded.parts(Choice::best(), budget);
    let [epoch, resident] = [0, 1].map(|part| parts[part].nanoseconds);
    for figure in figures.iter_mut().filter(|figure| figure.kernel == Choice::best().name()) {
        figure.against.push((RESIDENT, resident / epoch));
    }
    for (name, nanoseconds) in
        python.map(|python| epochs_of_peers(python, &features, &labels)).transpose()?.unwrap_or_default()
    {
        for figure in &mut figures {
            figure.against.push((name, nanoseconds * samples as f64 / figure.nanoseconds));
        }
    }
    Ok((figures, parts))
}

/// The name under which the same steps on resident samples are compared with an epoch.
pub const RESIDENT: &str = "resident";

/// Compares the kernels for 16-bit integers with each other, and each with itself in binary32.
pub fn compare_integers<const C: usize, const F: usize>(budget: Duration) -> Vec<Figure> {
    let data = Data::<C, F>::draw();
    let against = |work, macs, own, floats| against_floats(work, (C, F), macs, (own, floats), budget);
    let scores = against("scores i16", C * F, kernels(|| IntegerScores::<C, F>), kernels(|| ScoresOf(&data)));
    let batch = against("batch i16", BATCH * C * F, kernels(|| IntegerBatch::<C, F>), kernels(|| BatchOf(&data)));
    let floats = kernels(|| StepOf::<F, C>(&data.samples[0]));
    let step = against("step i16", (C + UPDATED) * F, kernels(|| IntegerStep::<C, F>), floats);
    [scores, batch, step].concat()
}

/// The figures of kernels in integers, each compared with the one at the same place among those in binary32.
fn against_floats<'a>(
    work: &'static str,
    shape: (usize, usize),
    macs: usize,
    (mut contestants, floats): (Vec<Contestant<'a>>, Vec<Contestant<'a>>),
    budget: Duration,
) -> Vec<Figure> {
    let kernels = contestants.len();
    contestants.extend(floats);
    let times = fastest(&mut contestants, budget);
    let mut figures = figures_of(work, shape, macs, None, &contestants[..kernels], &times);
    for (figure, float) in figures.iter_mut().zip(&times[kernels..]) {
        figure.against.push((FLOAT, float / figure.nanoseconds));
    }
    figures
}

/// The name under which a kernel in binary32 is compared with itself in integers.
pub const FLOAT: &str = "binary32";

/// One contestant for each kernel that this processor has.
fn kernels<'a, W: Work<Output = Contestant<'a>>>(work: impl Fn() -> W) -> Vec<Contestant<'a>> {
    Choice::ALL
        .iter()
        .filter(|choice| **choice != Choice::Scalar)
        .filter_map(|choice| choice.run(work()).ok())
        .collect()
}

fn on<'a>(choice: Choice, work: impl Work<Output = Contestant<'a>>) -> Contestant<'a> {
    choice.run(work).expect("the best kernel is available")
}

/// The figures of the kernels; the other contestants are only compared with.
fn figures_of(
    work: &'static str,
    shape: (usize, usize),
    macs: usize,
    least: Option<f64>,
    contestants: &[Contestant<'_>],
    times: &[f64],
) -> Vec<Figure> {
    let named: Vec<_> = contestants.iter().map(|contestant| contestant.name).zip(times.iter().copied()).collect();
    let others: Vec<_> = named.iter().copied().filter(|(name, _)| *name == "portable" || !is_kernel(name)).collect();
    let kernels = named.into_iter().filter(|(name, _)| is_kernel(name));
    let figure = |(kernel, nanoseconds)| Figure {
        work,
        shape,
        kernel,
        nanoseconds,
        gmacs: macs as f64 / nanoseconds,
        of_the_loads: least.map(|least| least / nanoseconds),
        against: others.iter().map(|(name, time)| (*name, time / nanoseconds)).collect(),
    };
    kernels.map(figure).collect()
}

fn is_kernel(name: &str) -> bool {
    Choice::ALL.iter().any(|choice| choice.name() == name)
}

/// Makes a contestant of a peer.
trait Entry<'a> {
    fn of<P: Peer>(&self, peer: P) -> Contestant<'a>;
}

fn push_peers<'a>(contestants: &mut Vec<Contestant<'a>>, blas: Option<OpenBlas>, entry: impl Entry<'a>) {
    contestants.extend(blas.map(|blas| entry.of(blas)));
    contestants.push(entry.of(Nalgebra));
    contestants.push(entry.of(MatrixMultiply));
    contestants.push(entry.of(Faer));
    contestants.push(entry.of(SimSimd));
}

struct ScoresOf<'a, const C: usize, const F: usize>(&'a Data<C, F>);

impl<'a, const C: usize, const F: usize> Work for ScoresOf<'a, C, F> {
    type Output = Contestant<'a>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'a> {
        let (linear, x) = (self.0.linear(), &self.0.samples[0]);
        let mut results = Results::<C>::new();
        Contestant::new(K::NAME, move || {
            kernel.scores(black_box(linear.weights), 1.0, linear.bias, black_box(x), &mut results.scores);
            black_box(&mut results.scores);
        })
    }
}

struct Scored<'a, const C: usize, const F: usize>(&'a Data<C, F>);

impl<'a, const C: usize, const F: usize> Entry<'a> for Scored<'a, C, F> {
    fn of<P: Peer>(&self, peer: P) -> Contestant<'a> {
        let (linear, x) = (self.0.linear(), &self.0.samples[0]);
        let mut results = Results::<C>::new();
        Contestant::new(P::NAME, move || {
            peer.scores(black_box(linear), black_box(x), &mut results.scores);
            black_box(&mut results.scores);
        })
    }
}

struct BatchOf<'a, const C: usize, const F: usize>(&'a Data<C, F>);

impl<'a, const C: usize, const F: usize> Work for BatchOf<'a, C, F> {
    type Output = Contestant<'a>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'a> {
        let linear = self.0.linear();
        let samples = self.0.samples.each_ref().map(|x| x.as_slice());
        let mut scores = Box::new(Aligned([[0.0; C]; BATCH]));
        Contestant::new(K::NAME, move || {
            let own = scores.as_flattened_mut();
            kernel.batch_scores(black_box(linear.weights), 1.0, linear.bias, black_box(&samples), own);
            black_box(own);
        })
    }
}

struct BatchScored<'a, const C: usize, const F: usize>(&'a Data<C, F>);

impl<'a, const C: usize, const F: usize> Entry<'a> for BatchScored<'a, C, F> {
    fn of<P: Peer>(&self, peer: P) -> Contestant<'a> {
        let (linear, samples) = (self.0.linear(), self.0.samples.as_flattened());
        let mut scores = Box::new(Aligned([[0.0; C]; BATCH]));
        Contestant::new(P::NAME, move || {
            let own = scores.as_flattened_mut();
            peer.batch_scores(black_box(linear), black_box(samples), own);
            black_box(own);
        })
    }
}

/// A guarded step of SGD with two violations.
struct StepOf<'a, const F: usize, const C: usize>(&'a [f32; F]);

impl<'a, const F: usize, const C: usize> Work for StepOf<'a, F, C> {
    type Output = Contestant<'a>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'a> {
        let mut model = Box::new(Aligned(model_on::<C, F, K>(kernel, UPDATED - 1)));
        let mut sgd = sgd(RATE);
        let x = self.0;
        Contestant::new(K::NAME, move || {
            let step = sgd.step(&mut model.0, black_box(x), black_box(0));
            assert!(step.is_ok_and(|step| step.violations == UPDATED - 1));
        })
    }
}

/// Inputs of all magnitudes.
fn integer_inputs<const F: usize>() -> [i16; F] {
    core::array::from_fn(|feature| (37 * feature % 256) as i16 - 128)
}

/// A model whose first classes are so close that as many margins count as in the step in binary32.
fn integers_on<const C: usize, const F: usize, K: Kernel>(kernel: K) -> integer::Model<C, F, K> {
    let mut model = integer::Model::on(kernel);
    let bias: [i32; C] = core::array::from_fn(|class| if class < UPDATED { 0 } else { -(1 << 24) });
    model.load(&vec![0; C * F], &bias, 13).expect("within bounds");
    model
}

struct IntegerScores<const C: usize, const F: usize>;

impl<const C: usize, const F: usize> Work for IntegerScores<C, F> {
    type Output = Contestant<'static>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'static> {
        let model = Box::new(Aligned(integers_on::<C, F, K>(kernel)));
        let x = integer::Inputs::new(Box::leak(Box::new(integer_inputs::<F>()))).expect("within bounds");
        let mut scores = Aligned([0; C]);
        Contestant::new(K::NAME, move || {
            model.0.scores(black_box(x), &mut scores.0).expect("the same shape");
            black_box(&mut scores.0);
        })
    }
}

struct IntegerBatch<const C: usize, const F: usize>;

impl<const C: usize, const F: usize> Work for IntegerBatch<C, F> {
    type Output = Contestant<'static>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'static> {
        let model = Box::new(Aligned(integers_on::<C, F, K>(kernel)));
        let memory = Box::leak(Box::new(Aligned([integer_inputs::<F>(); BATCH])));
        let samples = memory.0.each_ref().map(|x| integer::Inputs::new(x).expect("within bounds"));
        let mut scores = Box::new(Aligned([[0; C]; BATCH]));
        Contestant::new(K::NAME, move || {
            model.0.batch_scores(black_box(&samples), scores.as_flattened_mut()).expect("the same shape");
            black_box(scores.as_flattened_mut());
        })
    }
}

/// A step with two violations, at a rate so small that they remain.
struct IntegerStep<const C: usize, const F: usize>;

impl<const C: usize, const F: usize> Work for IntegerStep<C, F> {
    type Output = Contestant<'static>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'static> {
        let fresh = integers_on::<C, F, K>(kernel);
        let mut model = Box::new(Aligned(fresh.clone()));
        let x = integer::Inputs::new(Box::leak(Box::new(integer_inputs::<F>()))).expect("within bounds");
        let schedule = integer::Halving { exponent: 8, period: 31, last: 8 };
        let mut sgd = integer::Sgd::new(integer::Hinge::new(1.0, 0.0).expect("of use"), schedule).expect("of use");
        Contestant::new(K::NAME, move || {
            let step = sgd.step(&mut model.0, black_box(x), black_box(0)).expect("the same shape");
            if step.violations != UPDATED - 1 {
                model.0.copy_from(&fresh);
            }
        })
    }
}

/// The library calls of the same step: scores, and the update of three rows; no margins, no loss, no guard.
fn steps_of_peer<'a, P: Axpy, const C: usize, const F: usize>(peer: P, data: &'a Data<C, F>) -> Contestant<'a> {
    let (linear, x) = (data.linear(), &data.samples[0]);
    let mut weights = Box::new(Paged(data.weights.0));
    let mut results = Results::<C>::new();
    Contestant::new(P::NAME, move || {
        let linear = Linear { weights: weights.0.as_flattened(), ..linear };
        peer.scores(black_box(linear), black_box(x), &mut results.scores);
        black_box(&mut results.scores);
        for row in weights.0.iter_mut().take(UPDATED) {
            peer.axpy(black_box(RATE), black_box(x), row);
        }
    })
}

/// A pass that only loads.
struct LoadsOf<'a>(&'a [f32]);

impl<'a> Work for LoadsOf<'a> {
    type Output = Contestant<'a>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'a> {
        Contestant::new("loads", move || {
            black_box(kernel.largest(black_box(self.0)));
        })
    }
}
