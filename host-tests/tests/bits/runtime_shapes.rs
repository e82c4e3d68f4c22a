//! A model of runtime shape equals one of static shape, to the bit: every operation, over many shapes, on every kernel.

use std::fmt::Debug;

use hingeline::kernel::{Kernel, Portable, Work};
use hingeline::shape::{SamplesOf, Shape, Storage};
use hingeline::{
    AnyAverage, AnyDirection, AnyGradient, AnyModel, Average, AveragedSgd, Constant, Direction, DynAverage, DynDecoded,
    DynDirection, DynGradient, DynModel, DynSamples, DynSlices, EarlyStopping, Error, FiniteDifference, Gradient,
    GradientDescent, Hinge, InverseTime, Landscape, LineSearch, MiniBatch, Model, Order, Parameter, RandomLocalSearch,
    RandomSearch, Samples, Search, Selected, Sgd, Slices, Span, Stopped, grid,
};
use hingeline_host_tests::generate;
use hingeline_host_tests::kernels::{of_this_architecture, say_skipped};
use rand_xorshift::XorShiftRng;

/// Everything that a run needs, of either kind of shape.
struct Kit<'a, S: Storage, K, D: ?Sized> {
    model: AnyModel<S, K>,
    other: AnyModel<S, K>,
    gradient: AnyGradient<S>,
    directions: [AnyDirection<S>; 2],
    average: AnyAverage<S>,
    samples: &'a mut D,
    /// The same samples, one by one.
    rows: Vec<&'a <S::Shape as Shape>::Sample>,
    scores: &'a mut <S::Shape as Shape>::Scores,
}

/// The events of a run, in words and bits.
#[derive(Default)]
struct Record(Vec<String>);

impl Record {
    fn add(&mut self, what: &str, outcome: impl Debug) {
        self.0.push(format!("{what}: {outcome:?}"));
    }

    fn add_values(&mut self, what: &str, values: &[f32]) {
        self.add(what, values.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
    }
}

/// Runs every operation, one after the other; written once for both kinds.
fn everything<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(mut kit: Kit<'_, S, K, D>, seed: u64) -> Record {
    let (mut record, count) = (Record::default(), kit.rows.len());
    let (mut rng, hinge) = (generate::rng(seed), Hinge::new(1.0, 1e-3).unwrap());
    let (model, samples) = (&mut kit.model, &mut *kit.samples);
    let mut order = Order::new(count, &mut rng).unwrap();
    record.add("model", &*model);

    // Scores, and the measures of a set that are based on them.
    for (index, x) in kit.rows.iter().enumerate() {
        record.add("scores", model.scores(x, kit.scores));
        record.add_values("scores", kit.scores.as_ref());
        record.add("predicted", model.predict(x));
        record.add("margins", hinge.margins(model, x, index % 2, kit.scores).map(f32::to_bits));
        record.add_values("margins", kit.scores.as_ref());
    }
    record.add("norm", model.squared_norm().to_bits());
    record.add("loss", hinge.loss(model, samples).map(f32::to_bits));
    record.add("evaluation", hinge.evaluate(model, samples));
    record.add("gradient", hinge.gradient(model, samples, &mut kit.gradient).map(f32::to_bits));
    let difference = FiniteDifference::central(0.01).unwrap();
    let at = Parameter::Weight { class: 1, feature: 0 };
    record.add("derivative", difference.derivative(&hinge, model, samples, at));
    let beyond = Parameter::Weight { class: 0, feature: 1_000_000 };
    record.add("no parameter", difference.derivative(&hinge, model, samples, beyond));
    record.add("kinks", difference.gradient(&hinge, model, samples, &mut kit.gradient));
    record.add("check", difference.check(&hinge, model, samples, &mut kit.gradient));
    record.add("model", &*model);

    // Descents.
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.3).unwrap(), InverseTime { rate: 0.5, decay: 0.01 }).unwrap();
    for (index, x) in kit.rows.iter().enumerate() {
        record.add("step", sgd.step(model, x, index % 2));
        record.add("no label", sgd.step(model, x, 1_000_000));
    }
    record.add("next", sgd.step_next(model, samples, &mut order));
    for _ in 0..20 {
        record.add("epoch", sgd.epoch(model, samples, &mut order));
    }
    let mut averaged = AveragedSgd::new(sgd, &mut kit.average);
    record.add("averaged step", averaged.step(model, kit.rows[0], 1));
    record.add("averaged next", averaged.step_next(model, samples, &mut order));
    for _ in 0..5 {
        record.add("averaged epoch", averaged.epoch(model, samples, &mut order));
    }
    record.add("model", &*model);
    record.add("finish", kit.average.finish(&mut kit.other));
    record.add("averages", &kit.other);
    let schedule = Constant { rate: 0.05 };
    let mut descent = GradientDescent::new(hinge, schedule, &mut kit.gradient).unwrap();
    record.add("descent", descent.step(model, samples));
    let mut batches = MiniBatch::new(hinge, schedule, 5, &mut kit.gradient).unwrap();
    record.add("batch", batches.step(model, samples, &mut order));
    record.add("batches", batches.epoch(model, samples, &mut order));
    record.add("model", &*model);

    // The landscape, and the descent along it.
    let [first, second] = &mut kit.directions;
    record.add("downhill", first.downhill(&hinge, model, samples).map(f32::to_bits));
    record.add("between", second.between(model, &kit.other));
    record.add("draw", second.draw(0.1, &mut rng));
    record.add("norms", [first.squared_norm().to_bits(), second.squared_norm().to_bits()]);
    let plane = Landscape::new(hinge, model, [&*first, &*second]);
    let spans = [Span::new(-1.0, 1.0, 4).unwrap(), Span::new(0.0, 0.5, 5).unwrap()];
    let seen = plane.losses(samples, grid(spans), |at, loss| record.add("plane", (at, loss.to_bits())));
    record.add("plane", seen);
    let ray = Landscape::new(hinge, model, [&*first]);
    record.add("ray", ray.loss(samples, [0.25]).map(f32::to_bits));
    record.add("derivative", ray.derivative(samples, 0.1).map(f32::to_bits));
    record.add("minimum", ray.minimum(samples));
    let pieces = ray.breakpoints(samples, |point| record.add("breakpoint", point));
    record.add("breakpoints", pieces);
    record.add("advance", model.advance(second, 0.5));
    let mut search = LineSearch::new(hinge, first);
    for _ in 0..3 {
        record.add("line search", search.step(model, samples));
    }
    record.add("model", &*model);

    // The searches, and the best model of early stopping.
    let state = Search::new(hinge, 0.3).unwrap();
    let mut search = RandomSearch::new(state, &mut kit.other);
    for _ in 0..3 {
        record.add("random", search.step(model, samples, &mut rng));
    }
    let mut search = RandomLocalSearch::new(search.state(), &mut kit.other);
    for _ in 0..3 {
        record.add("local", search.step(model, samples, &mut rng));
    }
    let mut stopping = EarlyStopping::new(2).unwrap();
    record.add("stopping", stopping.observe(0.5, model, &mut kit.other));
    record.add("kept", &kit.other);
    record.add("model", &*model);
    record
}

/// Compares both kinds of model on samples of one kind of values.
fn both<const C: usize, const F: usize, K: Kernel>(kernel: K, seed: u64, draw: fn(&mut XorShiftRng) -> f32) {
    let what = format!("{}, {C} x {F}, seed {seed}", K::NAME);
    let mut rng = generate::rng(seed);
    let start = generate::model::<C, F>(&mut rng, 0.75, generate::ordinary);
    let set = generate::Set::<F>::draw(&mut rng, 19, C, draw);

    let of_static = on_static_shape(kernel, &start, &set, &mut set.slices(), seed);

    let flat = set.features.as_flattened();
    let mut resident = DynSlices::new(F, flat, &set.labels).unwrap();
    let of_runtime = on_runtime_shape(kernel, &start, &set, &mut resident, seed);
    assert_eq!(of_runtime.0, of_static.0, "{what}");

    // A selection in another order, with some samples twice.
    let indices: Vec<_> = (0..25).map(|place| place * 7 % set.labels.len()).collect();
    let rows = generate::Set {
        features: indices.iter().map(|index| set.features[*index]).collect(),
        labels: indices.iter().map(|index| set.labels[*index]).collect(),
    };
    let of_static = on_static_shape(kernel, &start, &rows, &mut Selected::new(&mut set.slices(), &indices), seed);
    let of_resident = on_runtime_shape(kernel, &start, &rows, &mut Selected::new(&mut resident, &indices), seed);
    assert_eq!(of_resident.0, of_static.0, "selected, {what}");
    let mut buffer = vec![0.0; F];
    let mut decoded = DynDecoded::new(set.labels.len(), &mut buffer, |index, x| {
        x.copy_from_slice(&set.features[index]);
        Ok(set.labels[index])
    });
    let of_decoded = on_runtime_shape(kernel, &start, &rows, &mut Selected::new(&mut decoded, &indices), seed);
    assert_eq!(of_decoded.0, of_static.0, "decoded, {what}");
}

/// The run on arrays; `set` holds the samples of `samples` one by one.
fn on_static_shape<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    start: &Model<C, F>,
    set: &generate::Set<F>,
    samples: &mut dyn Samples<F>,
    seed: u64,
) -> Record {
    let kit = Kit {
        model: generate::on_kernel(kernel, start),
        other: Model::on(kernel),
        gradient: Gradient::new(),
        directions: [Direction::new(), Direction::new()],
        average: Average::new(),
        samples,
        rows: set.features.iter().collect(),
        scores: &mut [0.0; C],
    };
    everything(kit, seed)
}

/// The run in borrowed memory, without any alignment.
fn on_runtime_shape<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    start: &Model<C, F>,
    set: &generate::Set<F>,
    samples: &mut dyn DynSamples,
    seed: u64,
) -> Record {
    // The previous contents of the memory do not matter.
    let memory = |len: usize| Box::leak(vec![f32::NAN; len + 1].into_boxed_slice()).split_at_mut(1).1;
    let model_len = DynModel::memory_len_on(kernel, C, F);
    let mut model = DynModel::on(kernel, memory(model_len), C, F).unwrap();
    let (weights, bias, scale) = start.parts();
    model.load(weights, bias, scale).unwrap();
    let direction = || DynDirection::new(memory(DynDirection::memory_len(C, F)), C, F).unwrap();
    let directions = [direction(), direction()];
    let kit = Kit {
        model,
        other: DynModel::on(kernel, memory(model_len), C, F).unwrap(),
        gradient: DynGradient::new(memory(DynGradient::memory_len(C, F)), C, F).unwrap(),
        directions,
        average: DynAverage::new(memory(DynAverage::memory_len(C, F)), C, F).unwrap(),
        samples,
        rows: set.features.iter().map(|x| x.as_slice()).collect(),
        scores: &mut *memory(C),
    };
    everything(kit, seed)
}

/// Many shapes on one kernel.
struct Shapes;

impl Work for Shapes {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        for seed in 1..=2 {
            both::<2, 1, K>(kernel, seed, generate::ordinary);
            both::<3, 5, K>(kernel, seed, generate::ordinary);
            both::<4, 16, K>(kernel, seed, generate::ordinary);
            both::<7, 30, K>(kernel, seed, generate::ordinary);
            both::<26, 17, K>(kernel, seed, generate::ordinary);
            // Steps that are refused, because samples are not finite or too large.
            both::<3, 5, K>(kernel, seed, generate::special_or_not_finite);
        }
    }
}

#[test]
fn every_operation_gives_the_bits_of_the_static_model() {
    for choice in of_this_architecture() {
        if let Err(error) = choice.run(Shapes) {
            say_skipped(choice.name(), error);
        }
    }
}

#[test]
fn batches_of_scores() {
    struct Batches;
    impl Work for Batches {
        type Output = ();
        fn run<K: Kernel>(self, kernel: K) {
            let start = generate::model::<7, 19>(&mut generate::rng(3), 1.0, generate::ordinary);
            let set = generate::Set::<19>::draw(&mut generate::rng(4), 21, 7, generate::ordinary);
            let fixed = generate::on_kernel(kernel, &start);
            let mut memory = vec![0.0; DynModel::memory_len_on(kernel, 7, 19)];
            let mut model = DynModel::on(kernel, &mut memory, 7, 19).unwrap();
            model.load(start.weights().as_flattened(), start.bias(), 1.0).unwrap();
            let (mut expected, mut scores) = ([[0.0; 7]; 21], [0.0; 7 * 21]);
            fixed.batch_scores(&set.features, &mut expected).unwrap();
            let rows: Vec<&[f32]> = set.features.iter().map(|x| x.as_slice()).collect();
            model.batch_scores(&rows, &mut scores).unwrap();
            assert_eq!(
                scores.map(f32::to_bits).as_slice(),
                expected.as_flattened().iter().map(|s| s.to_bits()).collect::<Vec<_>>()
            );
            assert_eq!(model.batch_scores(&rows, &mut scores[1..]), Err(Error::ShapeMismatch.into()));
            let short = [rows[0], &rows[1][1..]];
            let refused = Stopped { error: Error::ShapeMismatch, sample: Some(1) };
            assert_eq!(model.batch_scores(&short, &mut scores[..14]), Err(refused));
        }
    }
    for choice in of_this_architecture() {
        if let Err(error) = choice.run(Batches) {
            say_skipped(choice.name(), error);
        }
    }
}

#[test]
fn memory_of_another_length_is_refused() {
    for (classes, features) in [(2, 1), (3, 4), (10, 64)] {
        let len = DynModel::memory_len(classes, features);
        assert!(len >= classes * (features + 1));
        for wrong in [0, len - 1, len + 1] {
            let mut memory = vec![0.0; wrong];
            assert_eq!(DynModel::new(&mut memory, classes, features).err(), Some(Error::ShapeMismatch));
        }
        let mut memory = vec![0.0; len];
        assert!(DynModel::new(&mut memory, classes, features).is_ok());
    }
    // Invalid shapes, and those whose length overflows.
    let none = [(0, 0), (1, 4), (2, 0)].map(|shape| (shape, Error::InvalidShape));
    let too_large = [(3, usize::MAX), (4, usize::MAX / 4)].map(|shape| (shape, Error::ShapeMismatch));
    for ((classes, features), error) in none.into_iter().chain(too_large) {
        let mut memory = vec![0.0; 64];
        assert_eq!(DynModel::new(&mut memory, classes, features).err(), Some(error));
        assert_eq!(DynGradient::new(&mut memory, classes, features).err(), Some(error));
        assert_eq!(DynDirection::new(&mut memory, classes, features).err(), Some(error));
        assert_eq!(DynAverage::new(&mut memory, classes, features).err(), Some(error));
    }
    assert_eq!(DynModel::memory_len(usize::MAX, usize::MAX), usize::MAX);
}

/// Sets whose lengths do not fit.
#[test]
fn slices_of_another_length_are_refused() {
    let features = [1.0; 12];
    assert_eq!(DynSlices::new(0, &[], &[0_u8; 0]).err(), Some(Error::InvalidShape));
    assert_eq!(DynSlices::new(5, &features, &[0_u8, 1]).err(), Some(Error::ShapeMismatch));
    assert_eq!(DynSlices::new(usize::MAX, &features, &[0_u8, 1]).err(), Some(Error::ShapeMismatch));
    let mut samples = DynSlices::new(4, &features, &[0_u8, 1, 2]).unwrap();
    assert_eq!(samples.sample(3), Err(Error::IndexOutOfRange));
    assert_eq!(samples.sample(usize::MAX), Err(Error::IndexOutOfRange));
    // The decoding function is not called for samples that the set does not have.
    let mut buffer = [0.0];
    let mut decoded = DynDecoded::new(2, &mut buffer, |index, _| Ok(index));
    assert!(decoded.sample(1).is_ok());
    assert_eq!(decoded.sample(2), Err(Error::IndexOutOfRange));
}

/// A copy has everything of a model except its kernel.
#[test]
fn copies() {
    let (mut memory, mut other) = ([0.0; DynModel::memory_len(2, 3)], [0.0; DynModel::memory_len_on(Portable, 2, 3)]);
    let mut model = DynModel::new(&mut memory, 2, 3).unwrap();
    model.load(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[0.5, -0.5], 0.75).unwrap();
    let mut copy = DynModel::on(Portable, &mut other, 2, 3).unwrap();
    assert_ne!(copy.checksum(), model.checksum());
    copy.copy_from(&model).unwrap();
    assert_eq!((copy.checksum(), copy.scale()), (model.checksum(), 0.75));
    assert_eq!(copy.parts(), model.parts());
}

/// Every call refuses an argument of another shape, and the model stays the same.
#[test]
fn other_shapes_are_refused() {
    let (mut memory, mut other_memory) = (vec![0.0; DynModel::memory_len(3, 4)], vec![0.0; DynModel::memory_len(3, 5)]);
    let mut model = DynModel::new(&mut memory, 3, 4).unwrap();
    let mut other = DynModel::new(&mut other_memory, 3, 5).unwrap();
    model.load(&[0.5; 12], &[0.25; 3], 1.0).unwrap();
    let before = model.checksum();
    let (hinge, schedule) = (Hinge::new(1.0, 1e-3).unwrap(), Constant { rate: 0.1 });
    let mut rng = generate::rng(1);

    let (x, short) = ([1.0; 4], [1.0; 3]);
    let mut scores = [0.0; 3];
    assert_eq!(model.scores(&short, &mut scores), Err(Error::ShapeMismatch));
    assert_eq!(model.scores(&x, &mut scores[..2]), Err(Error::ShapeMismatch));
    assert_eq!(model.predict(&short), Err(Error::ShapeMismatch));
    assert_eq!(hinge.margins(&model, &short, 0, &mut scores), Err(Error::ShapeMismatch));
    assert_eq!(hinge.margins(&model, &x, 0, &mut scores[..2]), Err(Error::ShapeMismatch));
    assert_eq!(model.load(&[0.0; 11], &[0.0; 3], 1.0), Err(Error::ShapeMismatch));
    assert_eq!(model.load(&[0.0; 12], &[0.0; 4], 1.0), Err(Error::ShapeMismatch));
    assert_eq!(model.copy_from(&other), Err(Error::ShapeMismatch));

    let mut sgd = Sgd::new(hinge, schedule).unwrap();
    assert_eq!(sgd.step(&mut model, &short, 0), Err(Error::ShapeMismatch));
    assert_eq!(sgd.progress().steps(), 0);

    // A set in memory and a decoded set, each with rows that are too long.
    let (flat, labels) = ([1.0; 15], [0_u8, 1, 2]);
    let mut buffer = [1.0; 5];
    let mut resident = DynSlices::new(5, &flat, &labels).unwrap();
    let mut decoded = DynDecoded::new(3, &mut buffer, |index, _| Ok(index));
    let sets: [&mut dyn DynSamples; 2] = [&mut resident, &mut decoded];
    let refused = Stopped { error: Error::ShapeMismatch, sample: Some(0) };
    for samples in sets {
        let (mut g, mut d) = (vec![0.0; DynGradient::memory_len(3, 4)], vec![0.0; DynDirection::memory_len(3, 4)]);
        let mut gradient = DynGradient::new(&mut g, 3, 4).unwrap();
        let mut direction = DynDirection::new(&mut d, 3, 4).unwrap();
        assert_eq!(hinge.loss(&model, samples), Err(refused));
        assert_eq!(hinge.evaluate(&model, samples), Err(refused));
        assert_eq!(hinge.gradient(&model, samples, &mut gradient), Err(refused));
        assert_eq!(
            GradientDescent::new(hinge, schedule, &mut gradient).unwrap().step(&mut model, samples),
            Err(refused)
        );
        assert_eq!(Landscape::new(hinge, &model, [&direction]).loss(samples, [0.0]), Err(refused));
        assert_eq!(LineSearch::new(hinge, &mut direction).step(&mut model, samples), Err(refused));
        let at = Parameter::Bias { class: 0 };
        let difference = FiniteDifference::forward(0.1).unwrap();
        assert_eq!(difference.derivative(&hinge, &mut model, samples, at), Err(refused));
    }

    // Buffers, directions, averages and candidates of another shape.
    let flat = [1.0; 12];
    let mut samples = DynSlices::new(4, &flat, &labels).unwrap();
    let refused = Stopped { error: Error::ShapeMismatch, sample: None };
    for (classes, features) in [(3, 5), (4, 4), (4, 3)] {
        let mut g = vec![0.0; DynGradient::memory_len(classes, features)];
        let mut d = vec![0.0; DynDirection::memory_len(classes, features)];
        let mut a = vec![0.0; DynAverage::memory_len(classes, features)];
        let mut c = vec![0.0; DynModel::memory_len(classes, features)];
        let mut gradient = DynGradient::new(&mut g, classes, features).unwrap();
        let mut direction = DynDirection::new(&mut d, classes, features).unwrap();
        let mut average = DynAverage::new(&mut a, classes, features).unwrap();
        let mut candidate = DynModel::new(&mut c, classes, features).unwrap();
        assert_eq!(hinge.gradient(&model, &mut samples, &mut gradient), Err(refused));
        let mut order = Order::new(3, &mut rng).unwrap();
        let mut batches = MiniBatch::new(hinge, schedule, 2, &mut gradient).unwrap();
        assert_eq!(batches.step(&mut model, &mut samples, &mut order), Err(refused));
        let difference = FiniteDifference::forward(0.1).unwrap();
        assert_eq!(difference.gradient(&hinge, &mut model, &mut samples, &mut gradient), Err(refused));
        assert_eq!(model.advance(&direction, 1.0), Err(Error::ShapeMismatch));
        assert_eq!(direction.between(&model, &model), Err(Error::ShapeMismatch));
        assert_eq!(direction.between(&candidate, &model), Err(Error::ShapeMismatch));
        assert_eq!(direction.between(&model, &candidate), Err(Error::ShapeMismatch));
        let mut own = vec![0.0; DynDirection::memory_len(3, 4)];
        let own = DynDirection::new(&mut own, 3, 4).unwrap();
        for directions in [[&own, &direction], [&direction, &own]] {
            assert_eq!(Landscape::new(hinge, &model, directions).loss(&mut samples, [0.0; 2]), Err(refused));
        }
        assert_eq!(direction.downhill(&hinge, &model, &mut samples), Err(refused));
        assert_eq!(Landscape::new(hinge, &model, [&direction]).loss(&mut samples, [0.0]), Err(refused));
        assert_eq!(average.finish(&mut model), Err(Error::ShapeMismatch));
        let mut averaged = AveragedSgd::new(sgd, &mut average);
        assert_eq!(averaged.step(&mut model, &x, 0), Err(Error::ShapeMismatch));
        assert_eq!(averaged.step_next(&mut model, &mut samples, &mut order), Err(refused));
        assert_eq!(averaged.epoch(&mut model, &mut samples, &mut order), Err(refused));
        assert_eq!((average.steps(), order.position()), (0, 0));
        let (before, generator) = (candidate.checksum(), rng.clone());
        let state = Search::new(hinge, 0.1).unwrap();
        let mut search = RandomSearch::new(state, &mut candidate);
        assert_eq!(search.step(&mut model, &mut samples, &mut rng), Err(refused));
        let mut search = RandomLocalSearch::new(state, &mut candidate);
        assert_eq!(search.step(&mut model, &mut samples, &mut rng), Err(refused));
        assert_eq!((candidate.checksum(), &rng), (before, &generator), "a search that is refused draws nothing");
        assert_eq!(EarlyStopping::new(1).unwrap().observe(0.5, &model, &mut candidate), Err(Error::ShapeMismatch));
    }
    assert_eq!(model.checksum(), before);
    assert_eq!(other.copy_from(&model), Err(Error::ShapeMismatch));
}

/// The same number of directions on every kernel, whatever scratch memory it has for batches.
#[test]
fn three_directions_and_no_more() {
    struct Directions;
    impl Work for Directions {
        type Output = ();
        fn run<K: Kernel>(self, kernel: K) {
            let mut memory = vec![0.0; DynModel::memory_len_on(kernel, 2, 1)];
            let model = DynModel::on(kernel, &mut memory, 2, 1).unwrap();
            let mut memory = [0.0; DynDirection::memory_len(2, 1)];
            let direction = DynDirection::new(&mut memory, 2, 1).unwrap();
            let (hinge, features) = (Hinge::new(1.0, 0.0).unwrap(), [1.0]);
            let mut samples = DynSlices::new(1, &features, &[0_u8]).unwrap();
            assert_eq!(Landscape::new(hinge, &model, [&direction; 3]).loss(&mut samples, [0.5; 3]), Ok(1.0));
            let four = Landscape::new(hinge, &model, [&direction; 4]).loss(&mut samples, [0.5; 4]);
            assert_eq!(four, Err(Error::ShapeMismatch.into()), "{}", K::NAME);
            let (fixed, direction) = (Model::<2, 1, K>::on(kernel), Direction::new());
            let mut samples = Slices::new(&[[1.0]], &[0_u8]).unwrap();
            assert_eq!(Landscape::new(hinge, &fixed, [&direction; 5]).loss(&mut samples, [0.5; 5]), Ok(1.0));
        }
    }
    for choice in of_this_architecture() {
        if let Err(error) = choice.run(Directions) {
            say_skipped(choice.name(), error);
        }
    }
}

/// A source that calls the model while a call passes over the set finds its scratch memory in use. The next call after
/// that works.
#[test]
fn scratch_is_in_use_while_a_set_is_read() {
    let mut memory = vec![0.0; DynModel::memory_len(2, 1)];
    let model = DynModel::new(&mut memory, 2, 1).unwrap();
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    let (mut buffer, mut asked) = ([0.0], Vec::new());
    let mut samples = DynDecoded::new(2, &mut buffer, |index, x| {
        x[0] = index as f32;
        asked.push(model.predict(&[1.0]));
        Ok(index)
    });
    assert_eq!(hinge.loss(&model, &mut samples), Ok(1.0));
    assert_eq!(asked, [Err(Error::ScratchInUse); 2]);
    assert_eq!(model.predict(&[1.0]), Ok(0));
    let mut memory = [0.0; DynDirection::memory_len(2, 1)];
    let mut direction = DynDirection::new(&mut memory, 2, 1).unwrap();
    direction.load(&[1.0, -1.0], &[0.0; 2]).unwrap();
    let features = [1.0];
    let (mut samples, mut asked) = (DynSlices::new(1, &features, &[0_u8]).unwrap(), Vec::new());
    let ray = Landscape::new(hinge, &model, [&direction]);
    ray.breakpoints(&mut samples, |_| asked.push(model.predict(&[1.0]))).unwrap();
    assert_eq!(asked, [Err(Error::ScratchInUse)]);
    ray.losses(&mut samples, [[0.5]], |_, _| assert_eq!(model.predict(&[1.0]), Ok(0))).unwrap();
}

#[test]
fn a_set_knows_whether_it_is_empty() {
    let empty = DynSlices::new(2, &[], &[0_u8; 0]).unwrap();
    let one = DynSlices::new(2, &[1.0, 2.0], &[0_u8]).unwrap();
    assert_eq!((DynSamples::is_empty(&empty), DynSamples::is_empty(&one)), (true, false));
}
