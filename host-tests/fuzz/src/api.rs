//! Every strategy, in random order, on models of either kind of shape.
//!
//! Invariants: nothing panics; a refused call leaves model, optimiser, order and average as they were, to the bit; a
//! model never holds a number that is not finite; and every kernel and either kind of shape return the same bits.

use core::fmt::Debug;

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{
    Adoption, AnyAverage, AnyDirection, AnyGradient, AnyModel, AverageParts, AveragedSgd, Confusion, CrammerSinger,
    EarlyStopping, Error, FiniteDifference, GradientDescent, Hinge, Landscape, LineSearch, Loss, MiniBatch, Objective,
    Order, Parameter, Progress, RandomLocalSearch, RandomSearch, Search, Sgd, Softmax, Span, Threshold, Weighted,
    argmax, class_weights, coefficients, grid,
};

use crate::draw::{AnySchedule, Draw};
use crate::sides::{Dynamic, Material, Memory, Side, Source, Static};
use crate::statistics;
use crate::trace::Trace;
use crate::windows;

/// Operations per seed, on each kernel and kind of shape.
const OPERATIONS: usize = 60;

/// Runs everything that a seed draws, on every kernel of this processor and on either kind of shape. Returns the
/// numbers of accepted and refused calls.
///
/// # Panics
/// If one of the invariants is violated.
pub fn run(seed: u64) -> [u64; 2] {
    let shapes = [of_shape::<2, 1>, of_shape::<4, 17>, of_shape::<7, 33>];
    let [accepted, refused] = &mut [0; 2];
    for of_shape in shapes {
        for trace in of_shape(seed) {
            *accepted += trace.accepted;
            *refused += trace.refused;
        }
    }
    let of_windows = windows::run(seed);
    [*accepted + of_windows.accepted, *refused + of_windows.refused]
}

fn of_shape<const C: usize, const F: usize>(seed: u64) -> Vec<Trace> {
    let (mut honest, mut alone, mut lying, mut integers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for choice in Choice::ALL.into_iter().filter(|choice| choice.is_available()) {
        let of_static = |lies| choice.run(Run::<Static<C, F>>::new(seed, [C, F], lies)).expect("it is available");
        let of_runtime = |lies| choice.run(Run::<Dynamic>::new(seed, [C, F], lies)).expect("it is available");
        honest.extend([("static", of_static(None)), ("runtime", of_runtime(None))].map(|run| (choice, run)));
        alone.push((choice, ("static", choice.run(statistics::Run::<C, F>(seed)).expect("it is available"))));
        for (kind, is_static) in [("static", true), ("runtime", false)] {
            let run = crate::integers::Run::<C, F> { seed, is_static };
            integers.push((choice, (kind, choice.run(run).expect("it is available"))));
        }
        // The samples of a lying set depend on the number of calls, and so on the kernel.
        lying.extend([of_static(Some(Source::Lying)), of_runtime(Some(Source::LyingOfLengths))]);
    }
    for runs in [&honest, &alone, &integers] {
        let (first, expected) = runs[0];
        for (choice, (kind, trace)) in runs {
            assert_eq!(*trace, expected.1, "seed {seed}, {C} x {F}: {kind} on {choice:?}, and {first:?}");
        }
    }
    honest.into_iter().chain(alone).chain(integers).map(|(_, (_, trace))| trace).chain(lying).collect()
}

/// A run on one kind of shape.
struct Run<S> {
    seed: u64,
    shape: [usize; 2],
    lies: Option<Source>,
    side: core::marker::PhantomData<S>,
}

impl<S> Run<S> {
    fn new(seed: u64, shape: [usize; 2], lies: Option<Source>) -> Self {
        Self { seed, shape, lies, side: core::marker::PhantomData }
    }
}

impl<S: for<'m> Side<'m>> Work for Run<S> {
    type Output = Trace;

    fn run<K: Kernel>(self, kernel: K) -> Trace {
        let mut values = vec![f32::NAN; Memory::len(6, self.shape)];
        let memory = &mut Memory::new(&mut values, self.shape);
        let mut driver = Driver::<'_, S, K> {
            shape: self.shape,
            draw: Draw::new(self.seed),
            lies: self.lies,
            trace: Trace::NONE,
            model: S::model(kernel, memory),
            other: S::model(kernel, memory),
            gradient: S::gradient(memory),
            directions: [S::direction(memory), S::direction(memory)],
            average: S::average(memory),
            stopping: EarlyStopping::new(2).expect("a patience of use"),
        };
        for operation in 0..OPERATIONS {
            driver.operate();
            assert!(is_finite(&driver.model), "operation {operation} left a model that is not finite");
            driver.trace.value(&driver.model);
        }
        driver.trace
    }
}

/// The objects that are called, and the arguments of the calls.
struct Driver<'m, S: Side<'m>, K> {
    shape: [usize; 2],
    draw: Draw,
    lies: Option<Source>,
    trace: Trace,
    model: AnyModel<S::Storage, K>,
    other: AnyModel<S::Storage, K>,
    gradient: AnyGradient<S::Storage>,
    directions: [AnyDirection<S::Storage>; 2],
    average: AnyAverage<S::Storage>,
    stopping: EarlyStopping,
}

/// The bits of a model or an average.
type Bits = (Vec<u32>, u64);

fn bits<S: hingeline::shape::Storage, K>(model: &AnyModel<S, K>) -> Bits {
    let (weights, bias, scale) = model.parts();
    (of_all([weights, bias, &[scale.value, scale.carry]]), 0)
}

fn bits_of_average<S: hingeline::shape::Storage>(average: &AnyAverage<S>) -> Bits {
    let parts = average.parts();
    (
        of_all([parts.weights, parts.bias, parts.pending]),
        u64::from(parts.steps) << 32 | u64::from(parts.bound.to_bits()),
    )
}

fn of_all<const N: usize>(values: [&[f32]; N]) -> Vec<u32> {
    values.into_iter().flatten().map(|value| value.to_bits()).collect()
}

/// Whether every number of the model is finite, both as stored and times the scale.
fn is_finite<S: hingeline::shape::Storage, K>(model: &AnyModel<S, K>) -> bool {
    let (weights, bias, scale) = model.parts();
    let weights = weights.iter().all(|weight| weight.is_finite() && (weight * scale.value).is_finite());
    weights && bias.iter().all(|value| value.is_finite()) && scale.value.is_finite() && scale.value > 0.0
}

/// The range of an operation's values.
#[derive(Clone, Copy)]
enum Values {
    Mild,
    Finite,
    FewWild,
}

impl<'m, S: Side<'m>, K: Kernel> Driver<'m, S, K> {
    /// One operation, of any kind.
    fn operate(&mut self) {
        let values = [Values::Mild, Values::Mild, Values::Finite, Values::FewWild][self.draw.below(4)];
        let material = self.material(values);
        let (hinge, schedule, steps) = (self.draw.hinge(), self.draw.schedule(), self.draw.steps());
        let progress = Progress::new(hinge, schedule, steps);
        let _ = self.trace.call(progress);
        let descents = [Self::steps, Self::epoch, Self::averaged_steps, Self::descent, Self::batches];
        match (self.draw.below(19), progress) {
            (which @ 0..=7, Ok(progress)) => descents[which % descents.len()](self, progress, &material),
            (8, _) => self.finish(),
            (9, _) => self.line_search(hinge, &material),
            (10, _) => self.directions(hinge, &material, values),
            (11, _) => self.landscape(hinge, &material),
            (12, _) => self.differences(hinge, &material),
            (13, _) => self.searches(hinge, &material),
            (14, _) => self.load(values),
            (15 | 16, _) => self.other_losses(hinge, &material),
            (17, _) => self.answers(&material),
            _ => self.evaluate(hinge, &material),
        }
    }

    fn value(&mut self, values: Values) -> f32 {
        match values {
            Values::Mild => self.draw.mild(),
            Values::Finite => self.draw.finite(),
            Values::FewWild if self.draw.once_in(16) => self.draw.wild(),
            Values::FewWild => self.draw.mild(),
        }
    }

    fn values(&mut self, count: usize, values: Values) -> Vec<f32> {
        (0..count).map(|_| self.value(values)).collect()
    }

    /// A set of a few samples, at least one of which can be used for a step.
    fn material(&mut self, values: Values) -> Material {
        let [classes, features] = self.shape;
        let count = 1 + self.draw.below(11);
        let labels: Vec<usize> = (0..count)
            .map(|_| match self.draw.below(60) {
                0 => classes,
                1 => usize::MAX,
                _ => self.draw.below(classes),
            })
            .collect();
        let indices: Vec<usize> = (0..self.draw.below(9))
            .map(|_| if self.draw.once_in(30) { usize::MAX } else { self.draw.below(count) })
            .collect();
        let honest = [Source::Slices, Source::Selected, Source::Bounded, Source::Decoded][self.draw.below(4)];
        let features = self.values(count * features, values);
        let source = self.lies.filter(|_| self.draw.once_in(2)).unwrap_or(honest);
        Material {
            source,
            width: self.shape[1],
            bound: self.draw.parameter() * 10.0,
            indices,
            features,
            labels,
            fails_at: self.draw.below(30),
            said: self.draw.below(20),
            seed: self.draw.bits(),
        }
    }

    /// An order, of the set's length or of another one.
    fn order(&mut self, material: &Material) -> Option<Order> {
        let len = if self.draw.once_in(10) { self.draw.count() as usize } else { material.len() };
        let seed = [(); 4].map(|()| self.draw.bits());
        let position = if self.draw.once_in(3) { self.draw.count() } else { 0 };
        let order = self.trace.call(Order::resume(seed, len, self.draw.count(), position)).ok()?;
        if order.len() < 100 {
            let mut rest: Vec<usize> = order.rest().collect();
            self.trace.value(&rest);
            rest.sort_unstable();
            rest.dedup();
            assert_eq!(rest.len(), order.remaining() as usize, "an index comes twice");
            assert!(rest.iter().all(|index| *index < order.len()), "an index of no sample");
        }
        Some(order)
    }

    /// Asserts that a refused call has left the model as it was.
    fn unchanged_if_refused<T: Debug, E: Debug>(&mut self, call: impl FnOnce(&mut Self) -> Result<T, E>) -> Option<T> {
        let before = (bits(&self.model), bits_of_average(&self.average));
        let result = call(self);
        let result = self.trace.call(result);
        if result.is_err() {
            assert_eq!(
                (bits(&self.model), bits_of_average(&self.average)),
                before,
                "a refusal that changes: {result:?}"
            );
        }
        result.ok()
    }

    fn steps(&mut self, progress: Progress<AnySchedule>, material: &Material) {
        let mut sgd = Sgd::resume(progress);
        for (x, label) in material.features.chunks_exact(self.shape[1]).zip(&material.labels) {
            let before = format!("{sgd:?}");
            let step = self.unchanged_if_refused(|own| sgd.step(&mut own.model, S::row(x), *label));
            assert!(step.is_some() || before == format!("{sgd:?}"), "a refusal that changes an optimiser");
            assert!(step.is_none_or(|step| step.loss.is_finite()), "a loss that is not finite");
            assert!(is_finite(&self.model));
        }
        let folded = sgd.fold(&mut self.model);
        self.trace.value((folded, sgd.steps_until_fold(&self.model)));
    }

    fn epoch(&mut self, progress: Progress<AnySchedule>, material: &Material) {
        let Some(mut order) = self.order(material) else { return };
        let mut sgd = Sgd::resume(progress);
        let (before, order_before) = (format!("{sgd:?}"), order);
        S::with_set(material, |set| {
            let next = self.unchanged_if_refused(|own| sgd.step_next(&mut own.model, set, &mut order));
            assert!(next.is_some() || before == format!("{sgd:?}"), "a refusal that changes an optimiser");
            // The order has moved past the refused sample.
            self.trace.value((order == order_before, order.position()));
            let epoch = sgd.epoch(&mut self.model, set, &mut order);
            let _ = self.trace.call(epoch);
        });
        self.trace.value((sgd, order.epoch(), order.position()));
    }

    fn averaged_steps(&mut self, progress: Progress<AnySchedule>, material: &Material) {
        if self.draw.once_in(10) {
            self.average.clear();
        }
        let mut sgd = Sgd::resume(progress);
        for (x, label) in material.features.chunks_exact(self.shape[1]).zip(&material.labels) {
            self.unchanged_if_refused(|own| {
                let mut averaged = AveragedSgd::new(sgd, &mut own.average);
                let step = averaged.step(&mut own.model, S::row(x), *label);
                sgd = averaged.sgd();
                step
            });
        }
        self.unchanged_if_refused(|own| AveragedSgd::new(sgd, &mut own.average).fold(&mut own.model));
        let Some(mut order) = self.order(material) else { return };
        let mut averaged = AveragedSgd::new(sgd, &mut self.average);
        let epoch = S::with_set(material, |set| averaged.epoch(&mut self.model, set, &mut order));
        let _ = self.trace.call(epoch);
    }

    /// Steps with a loss other than the hinge, or with weights.
    fn other_losses(&mut self, hinge: Hinge, material: &Material) {
        let (l2, margin) = (hinge.l2(), hinge.margin());
        let of_classes: Vec<f32> = (0..self.shape[0]).map(|_| self.draw.parameter()).collect();
        let counts: Vec<usize> = (0..self.shape[0]).map(|_| self.draw.count() as usize).collect();
        let mut weights = vec![1.0; self.shape[0]];
        let power = if self.draw.once_in(4) { self.draw.wild() } else { self.draw.fraction() };
        let _ = self.trace.call(class_weights(&counts, power, &mut weights));
        self.trace.value(&weights);
        let crammer_singer = CrammerSinger::new(margin).expect("a margin of a hinge");
        let weights = if self.draw.once_in(2) { weights } else { of_classes };
        match (self.draw.below(4), self.trace.call(Weighted::new(*hinge.loss_function(), &weights))) {
            (0, _) => self.by_loss(Objective::of(crammer_singer, l2), material),
            (1, _) => self.by_loss(Objective::of(Softmax, l2), material),
            (2, Ok(weighted)) => self.by_loss(Objective::of(weighted, l2), material),
            _ => {
                if let Ok(weighted) = Weighted::new(Softmax, &weights) {
                    self.by_loss(Objective::of(weighted, l2), material);
                }
            }
        }
    }

    fn by_loss<L: Loss>(&mut self, objective: Result<Objective<L>, Error>, material: &Material) {
        let Ok(objective) = self.trace.call(objective) else { return };
        let schedule = self.draw.schedule();
        let Ok(progress) = self.trace.call(Progress::new(objective, schedule, self.draw.steps())) else { return };
        let mut sgd = Sgd::resume(progress);
        for (x, label) in material.features.chunks_exact(self.shape[1]).zip(&material.labels) {
            let weight = if self.draw.once_in(8) { self.draw.wild() } else { self.draw.parameter() };
            let before = format!("{sgd:?}");
            let step = self.unchanged_if_refused(|own| sgd.step_weighted(&mut own.model, S::row(x), *label, weight));
            assert!(step.is_some() || before == format!("{sgd:?}"), "a refusal that changes an optimiser");
            assert!(step.is_none_or(|step| step.loss.is_finite()), "a loss that is not finite");
            assert!(is_finite(&self.model));
        }
        let Some(mut order) = self.order(material) else { return };
        S::with_set(material, |set| {
            let epoch = sgd.epoch(&mut self.model, set, &mut order);
            let _ = self.trace.call(epoch);
            self.unchanged_if_refused(|own| {
                GradientDescent::resume(progress, &mut own.gradient).step(&mut own.model, set)
            });
            let Self { trace, model, gradient, directions: [first, _], .. } = self;
            let _ = trace.call(objective.evaluate(model, set));
            let _ = trace.call(objective.gradient(model, set, gradient));
            let _ = trace.call(Landscape::new(objective, model, [&*first]).loss(set, [0.5]));
        });
    }

    /// Answers that are withheld, counted and compared. A review may change both models.
    fn answers(&mut self, material: &Material) {
        let [classes, features] = self.shape;
        let (precision, tolerance) = (self.draw.parameter() * 5.0, self.draw.parameter());
        let (mut gaps, mut counts) = (vec![f32::NAN; material.len().min(64)], vec![1; classes * classes]);
        let x = S::row(&material.features[..features]);
        let threshold = self.draw.wild();
        let Self { trace, model, other, .. } = self;
        if let Ok(decision) = trace.call(model.decide(x)) {
            trace.value(decision.at_least(threshold));
            assert_eq!(Ok(decision.class), model.predict(x));
            assert!(decision.gap >= 0.0 && decision.class != decision.runner_up);
        }
        let before = (bits(model), bits(other));
        S::with_set(material, |set| {
            let found = trace.call(Threshold::for_precision(precision, model, set, &mut gaps));
            assert!(found.ok().flatten().is_none_or(|found| found.precision() >= precision && found.gap >= 0.0));
            let mut confusion = Confusion::new(&mut counts, classes).expect("a matrix of this size");
            let _ = trace.call(confusion.add_set(model, set));
            trace.value((confusion.counts(), confusion.macro_f1(), confusion.balanced_accuracy()));
            if let Ok(adoption) = trace.call(Adoption::new(tolerance)) {
                let review = trace.call(adoption.review(model, other, set));
                let after = (bits(model), bits(other));
                match review {
                    Ok(review) if review.adopted => assert_eq!(after, (before.0.clone(), before.0)),
                    Ok(_) => assert_eq!(after, (before.1.clone(), before.1)),
                    Err(_) => assert_eq!(after, before, "a refusal that changes a model"),
                }
            }
        });
    }

    fn finish(&mut self) {
        self.unchanged_if_refused(|own| own.average.finish(&mut own.model));
        self.average.clear();
    }

    fn descent(&mut self, progress: Progress<AnySchedule>, material: &Material) {
        S::with_set(material, |set| {
            self.unchanged_if_refused(|own| {
                GradientDescent::resume(progress, &mut own.gradient).step(&mut own.model, set)
            });
        });
    }

    fn batches(&mut self, progress: Progress<AnySchedule>, material: &Material) {
        let Some(mut order) = self.order(material) else { return };
        let (size, before) = (self.draw.count(), order);
        S::with_set(material, |set| {
            let step = self.unchanged_if_refused(|own| {
                MiniBatch::resume(progress, size, &mut own.gradient)?.step(&mut own.model, set, &mut order)
            });
            assert!(step.is_some() || order == before, "a refusal that changes an order");
            if let Ok(mut batches) = MiniBatch::resume(progress, size, &mut self.gradient) {
                let epoch = batches.epoch(&mut self.model, set, &mut order);
                let _ = self.trace.call(epoch);
            }
        });
        self.trace.value((order.epoch(), order.position()));
    }

    fn line_search(&mut self, hinge: Hinge, material: &Material) {
        let last = if self.draw.once_in(3) { Some(self.draw.wild()) } else { None };
        S::with_set(material, |set| {
            self.unchanged_if_refused(|own| {
                LineSearch::resume(hinge, last, &mut own.directions[0])?.step(&mut own.model, set)
            });
            for _ in 0..4 {
                let before = bits(&self.model);
                let step = self.unchanged_if_refused(|own| {
                    LineSearch::new(hinge, &mut own.directions[0]).step(&mut own.model, set)
                });
                let Some(step) = step else { return };
                assert_eq!(step.stalled, before == bits(&self.model), "it stands still and says so, or neither");
                assert!(is_finite(&self.model));
            }
        });
    }

    fn directions(&mut self, hinge: Hinge, material: &Material, values: Values) {
        let [classes, features] = self.shape;
        let (weights, bias) = (classes * features + usize::from(self.draw.once_in(12)), classes);
        let (weights, bias) = (self.values(weights, values), self.values(bias, values));
        let (factor, deviation, along) = (self.draw.wild(), self.draw.parameter(), self.draw.wild());
        let Self { draw, trace, model, other, directions: [first, second], .. } = self;
        let kept = |direction: &mut AnyDirection<S::Storage>,
                    call: &mut dyn FnMut(&mut AnyDirection<S::Storage>) -> bool| {
            let before = direction.squared_norm().to_bits();
            let is_same = call(direction) || direction.squared_norm().to_bits() == before;
            assert!(is_same, "a refusal that changes a direction");
        };
        kept(first, &mut |own| trace.call(own.load(&weights, &bias)).is_ok());
        kept(first, &mut |own| trace.call(own.scale(factor)).is_ok());
        kept(second, &mut |own| trace.call(own.between(model, other)).is_ok());
        let _ = trace.call(second.draw(deviation, draw.rng()));
        let downhill = S::with_set(material, |set| first.downhill(&hinge, model, set));
        let _ = trace.call(downhill);
        trace.value([first.squared_norm(), second.squared_norm()]);
        self.unchanged_if_refused(|own| own.model.advance(&own.directions[0], along));
    }

    fn landscape(&mut self, hinge: Hinge, material: &Material) {
        let [at, from, to] = [(); 3].map(|()| self.draw.wild());
        let count = (self.draw.count() % 9) as u16;
        let Self { trace, model, directions: [first, second], .. } = self;
        S::with_set(material, |set| {
            let ray = Landscape::new(hinge, model, [&*first]);
            let _ = trace.call(ray.loss(set, [at]));
            let _ = trace.call(ray.derivative(set, at));
            let _ = trace.call(ray.minimum(set));
            let mut seen = Vec::new();
            let _ = trace.call(ray.breakpoints(set, |point| seen.push(point)));
            trace.value(seen);
            let spans = (trace.call(Span::new(from, to, count)), Span::new(-1.0, 1.0, 3));
            if let (Ok(span), Ok(own)) = spans {
                let mut seen = Vec::new();
                let plane = Landscape::new(hinge, model, [&*first, &*second]);
                let _ = trace.call(plane.losses(set, grid([span, own]), |at, loss| seen.push((at, loss))));
                trace.value(seen);
            }
        });
    }

    fn differences(&mut self, hinge: Hinge, material: &Material) {
        let step = self.draw.parameter();
        let difference =
            if self.draw.once_in(2) { FiniteDifference::central(step) } else { FiniteDifference::forward(step) };
        let Ok(difference) = self.trace.call(difference) else { return };
        let parameter = match self.draw.below(4) {
            0 => Parameter::Bias { class: self.draw.count() as usize },
            1 => Parameter::Weight { class: self.draw.count() as usize, feature: self.draw.count() as usize },
            _ => Parameter::Weight { class: self.draw.below(self.shape[0]), feature: self.draw.below(self.shape[1]) },
        };
        let before = bits(&self.model);
        let Self { trace, model, gradient, .. } = self;
        S::with_set(material, |set| {
            let _ = trace.call(difference.check(&hinge, model, set, gradient));
            let _ = trace.call(difference.gradient(&hinge, model, set, gradient));
            let _ = trace.call(difference.derivative(&hinge, model, set, parameter));
        });
        assert_eq!(bits(&self.model), before, "a gradient check that changes a model");
    }

    fn searches(&mut self, hinge: Hinge, material: &Material) {
        let deviation = if self.draw.once_in(2) { 0.1 } else { self.draw.wild() };
        let best = if self.draw.once_in(3) { None } else { Some(self.draw.wild()) };
        let Ok(search) = self.trace.call(Search::resume(hinge, deviation, best, self.draw.steps())) else { return };
        let local = self.draw.once_in(2);
        S::with_set(material, |set| {
            self.unchanged_if_refused(|own| {
                let rng = own.draw.rng();
                if local {
                    RandomLocalSearch::new(search, &mut own.other).step(&mut own.model, set, rng)
                } else {
                    RandomSearch::new(search, &mut own.other).step(&mut own.model, set, rng)
                }
            });
        });
    }

    fn load(&mut self, values: Values) {
        let [classes, features] = self.shape;
        let weights = classes * features + usize::from(self.draw.once_in(12));
        let (weights, bias) = (self.values(weights, values), self.values(classes, values));
        let scale = match self.draw.below(4) {
            0 => self.draw.wild(),
            1 => 65_536.0 * self.draw.fraction(),
            2 => 1.6e-5,
            _ => 1.0,
        };
        self.unchanged_if_refused(|own| own.model.load(&weights, &bias, scale));
        let (pending, bound, steps) = (self.values(classes, values), self.draw.parameter(), self.draw.count());
        let parts = AverageParts { weights: &weights, bias: &bias, pending: &pending, bound, steps };
        self.unchanged_if_refused(|own| own.average.load(parts));
    }

    fn evaluate(&mut self, hinge: Hinge, material: &Material) {
        let (loss, label) = (self.draw.wild(), self.draw.count() as usize);
        let x = S::row(&material.features[..self.shape[1]]);
        let Self { trace, model, other, gradient, stopping, .. } = self;
        let mut scores = vec![0.0; self.shape[0]];
        let _ = trace.call(model.predict(x));
        let _ = trace.call(model.scores(x, S::scores(&mut scores)));
        trace.value(&scores);
        let _ = trace.call(hinge.margins(model, x, label % 9, S::scores(&mut scores)));
        trace.value((coefficients(&mut scores, label), argmax(&scores), model.squared_norm(), model.checksum()));
        S::with_set(material, |set| {
            let evaluation = trace.call(hinge.evaluate(model, set));
            let _ = trace.call(hinge.loss(model, set));
            let _ = trace.call(hinge.gradient(model, set, gradient));
            for loss in evaluation.map(|evaluation| evaluation.data_loss).into_iter().chain([loss]) {
                let _ = trace.call(stopping.observe(loss, model, other));
            }
        });
    }
}
