//! The parts of the time of an epoch of SGD: the epoch itself, the same steps on samples that stay in the nearest
//! cache, and the pieces of such steps.

use std::hint::black_box;
use std::time::Duration;

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{Model, Order, Samples, Slices};

use crate::aligned::{Aligned, Paged};
use crate::contest::{Contestant, fastest};
use crate::{RATE, sgd};

/// Samples that stay in the nearest cache, 16 kB of them: 64 of 64 features, 5 of 784.
const fn resident_samples(features: usize) -> usize {
    let samples = 4_096 / features;
    if samples < 1 {
        1
    } else if samples > 64 {
        64
    } else {
        samples
    }
}

/// The learning rate of the measured epochs.
const LEARNING_RATE: f32 = 1e-3;

/// The time of a part of an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The part's name.
    pub name: &'static str,
    /// The time per sample.
    pub nanoseconds: f64,
}

/// Samples, and the number of margins that count in each step of an epoch over them.
#[derive(Debug)]
pub struct Recorded<'a, const C: usize, const F: usize> {
    /// The samples.
    set: Slices<'a, F>,
    /// The number of margins that count, step by step.
    violations: Vec<u8>,
}

impl<'a, const C: usize, const F: usize> Recorded<'a, C, F> {
    /// Records an epoch that starts from a model of zeros.
    ///
    /// # Panics
    /// If there are no samples, or one is not finite.
    pub fn of(set: Slices<'a, F>) -> Self {
        let (mut samples, mut order, mut model) = (set, order_of(set), Box::new(Model::<C, F>::new()));
        let mut sgd = sgd(LEARNING_RATE);
        let mut step = || {
            let step = sgd.step_next(&mut *model, &mut samples, &mut order).expect("finite data");
            u8::try_from(step.violations).expect("few classes")
        };
        let violations = (0..set.len()).map(|_| step()).collect();
        Self { set, violations }
    }

    /// Epochs over the set.
    pub fn epochs(&self) -> impl Work<Output = Contestant<'a>> + use<'a, C, F> {
        Epochs::<C, F>(self.set)
    }

    /// The same steps on resident samples.
    fn resident<'r>(&'r self) -> impl Work<Output = Contestant<'r>> + use<'r, C, F> {
        Steps::<'r, C, F>(&self.violations)
    }

    /// The parts of an epoch on this kernel. The first is the epoch, the second the same steps on resident samples. The
    /// others are the times of single pieces, and differences: a step does the pieces in one function, where they
    /// overlap.
    ///
    /// # Panics
    /// If this processor lacks the kernel.
    pub fn parts(&self, choice: Choice, budget: Duration) -> Vec<Part> {
        let steps = self.violations.len();
        let satisfied = vec![0; steps];
        let moving: Vec<u8> = self.violations.iter().copied().filter(|violations| *violations > 0).collect();
        let order = order_of(self.set);
        let mut contestants = [
            choice.run(self.epochs()),
            choice.run(self.resident()),
            Ok(Contestant::new("order", || {
                for index in black_box(order).rest() {
                    black_box(index);
                }
            })),
            choice.run(Scores::<C, F>(steps)),
            choice.run(Steps::<C, F>(&satisfied)),
            choice.run(Guards::<C, F>(moving.len())),
            choice.run(Updates::<C, F>(&moving)),
        ]
        .map(|contestant| contestant.expect("the processor has the kernel"));
        let times = fastest(&mut contestants, budget);
        let [epoch, resident, order, scores, satisfied, guards, updates] =
            core::array::from_fn(|part| times[part] / steps as f64);
        let part = |name, nanoseconds| Part { name, nanoseconds };
        vec![
            part("epoch", epoch),
            part("the same steps on resident samples", resident),
            part("order", order),
            part("a sample's way from memory", epoch - resident - order),
            part("scores", scores),
            part("margins, coefficients, and the call", satisfied - scores),
            part("guard", guards),
            part("update", updates),
            part("rest", resident - satisfied - guards - updates),
        ]
    }
}

fn order_of<const F: usize>(set: Slices<'_, F>) -> Order {
    Order::resume([1, 2, 3, 4], set.len(), 0, 0).expect("a set of at least one sample")
}

struct Epochs<'a, const C: usize, const F: usize>(Slices<'a, F>);

impl<'a, const C: usize, const F: usize> Work for Epochs<'a, C, F> {
    type Output = Contestant<'a>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'a> {
        let (mut samples, fresh) = (self.0, Model::<C, F, K>::on(kernel));
        let mut model = Box::new(Aligned(fresh.clone()));
        Contestant::new(K::NAME, move || {
            model.copy_from(&fresh);
            let mut order = order_of(samples);
            let epoch = sgd(LEARNING_RATE).epoch(&mut *model, &mut samples, &mut order);
            black_box(epoch.expect("finite data"));
        })
    }
}

/// Resident samples.
fn resident<const F: usize>() -> Vec<[f32; F]> {
    let mut samples = vec![[0.0; F]; resident_samples(F)];
    for (index, value) in samples.as_flattened_mut().iter_mut().enumerate() {
        *value = (index * 37 % 256) as f32 / 256.0 - 0.5;
    }
    samples
}

/// Steps at a rate so small that the model stays the same, each with as many violations as its label says.
struct Steps<'a, const C: usize, const F: usize>(&'a [u8]);

impl<'a, const C: usize, const F: usize> Work for Steps<'a, C, F> {
    type Output = Contestant<'a>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'a> {
        let mut model = Box::new(Aligned(Model::<C, F, K>::on(kernel)));
        // The margins of the classes before the label count.
        let bias: [f32; C] = std::array::from_fn(|class| -2.0 * class as f32);
        model.load(&[1e-6; F].repeat(C), &bias, 1.0).expect("finite");
        let (samples, mut sgd) = (resident::<F>(), sgd(RATE));
        Contestant::new("resident", move || {
            for (x, label) in samples.iter().cycle().zip(self.0) {
                let step = sgd.step(&mut model.0, x, (*label).into());
                assert!(step.is_ok_and(|step| step.violations == usize::from(*label)));
            }
        })
    }
}

/// Computes this many scores.
struct Scores<const C: usize, const F: usize>(usize);

impl<const C: usize, const F: usize> Work for Scores<C, F> {
    type Output = Contestant<'static>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'static> {
        let (weights, samples) = (Box::new(Paged([[1e-6; F]; C])), resident::<F>());
        let mut scores = Aligned([0.0; C]);
        Contestant::new("scores", move || {
            for x in samples.iter().cycle().take(self.0) {
                kernel.scores(weights.0.as_flattened(), 1.0, &[0.0; C], x, &mut scores.0);
                black_box(&mut scores.0);
            }
        })
    }
}

/// Computes the largest magnitudes of this many samples.
struct Guards<const C: usize, const F: usize>(usize);

impl<const C: usize, const F: usize> Work for Guards<C, F> {
    type Output = Contestant<'static>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'static> {
        let samples = resident::<F>();
        Contestant::new("guard", move || {
            for x in samples.iter().cycle().take(self.0) {
                black_box(kernel.largest(x));
            }
        })
    }
}

/// Updates of the rows of this label and those before it.
struct Updates<'a, const C: usize, const F: usize>(&'a [u8]);

impl<'a, const C: usize, const F: usize> Work for Updates<'a, C, F> {
    type Output = Contestant<'a>;

    fn run<K: Kernel>(self, kernel: K) -> Contestant<'a> {
        let (mut rows, samples) = (Box::new(Paged([[1e-6; F]; C])), resident::<F>());
        // One row of factors for each number of violations.
        let factors: [[f32; C]; C] =
            std::array::from_fn(|label| std::array::from_fn(|class| if class <= label { RATE } else { 0.0 }));
        Contestant::new("update", move || {
            for (x, label) in samples.iter().cycle().zip(self.0) {
                kernel.rank_one(&factors[usize::from(*label)], x, rows.0.as_flattened_mut());
            }
        })
    }
}
