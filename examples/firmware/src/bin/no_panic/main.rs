//! Proof at link time that nothing public in the library can panic.
//!
//! The program calls every public function on values that the compiler cannot see through. Its panic handler calls a
//! function that is not defined anywhere. If any panic remains in the linked code, the linker reports the undefined
//! symbol. The program is never run.
//!
//! With the feature `planted-panic` there is a panic, and the program must not link.
#![no_std]
#![no_main]

mod integers;
mod losses;
mod saving;
mod windows;

use core::fmt::Write;
use core::hint::black_box;

use hingeline::kernel::{CHOSEN, Choice, Chosen, Kernel, Work, fingerprint, self_check};
use hingeline::{
    Average, AveragedSgd, Bounded, Compact, Constant, Cosine, Decoded, Direction, DynAverage, DynDecoded, DynDirection,
    DynGradient, DynModel, DynMoments, DynSamples, DynSlices, DynStandardiser, EarlyStopping, Error, FiniteDifference,
    Gradient, GradientDescent, Hinge, InverseTime, Landscape, Limited, LineSearch, Loss, MiniBatch, Model, Moments,
    Objective, Order, Parameter, Pegasos, Progress, RandomLocalSearch, RandomSearch, Reservoir, Samples, Scaling,
    Schedule, Search, Selected, Sgd, Slices, Span, Standardiser, StepDecay, Stopped, WestonWatkins, argmax,
    check_features, coefficients, grid, random,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

pub(crate) const C: usize = 10;
pub(crate) const F: usize = 64;

/// In flash.
pub(crate) static TRAINED: Model<C, F> = match Model::from_parts([[0.5; F]; C], [0.25; C], 1.0) {
    Ok(model) => model,
    Err(_) => panic!("at compile time, where a panic is an error of the compiler"),
};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    hingeline_firmware::board::a_panic_can_be_reached()
}

#[cfg(not(target_os = "none"))]
hingeline_firmware::bare_entry!(main);

#[cfg_attr(target_os = "none", hingeline_firmware::board::entry)]
fn main() -> ! {
    let mut samples = black_box(RandomSamples { x: [0.0; F], rng: XorShiftRng::seed_from_u64(1) });
    let samples = black_box(&mut samples);
    black_box(kernels(CHOSEN, black_box(&[1.0; F])));
    black_box(models(black_box(&[1.0; F])).is_ok());
    black_box(sources(samples).is_ok());
    training(samples);
    // Samples in memory take other code paths: several at once, and prefetched.
    if let Ok(mut slices) = Slices::new(black_box(&[[0.5; F]; 9]), black_box(&[1_u8; 9])) {
        training(&mut slices);
    }
    black_box(streams().is_ok());
    black_box(runtime_shapes(black_box([10, 64])).is_ok());
    black_box(standardised(black_box([1.0; F])).is_ok());
    black_box(losses::runtime_shapes(black_box([10, 64])).is_ok());
    black_box(integers::all().is_ok());
    black_box(saving::all().is_ok());
    black_box(windows::all().is_ok());
    black_box(orders().is_ok());
    black_box(texts().is_ok());
    if cfg!(feature = "planted-panic") {
        black_box(black_box(&[1.0][..])[black_box(1)]);
    }
    loop {}
}

fn training(samples: &mut impl Samples<F>) {
    black_box(hinges(samples).is_ok());
    black_box(losses::all(samples).is_ok());
    black_box(losses::answers(samples).is_ok());
    black_box(landscapes(samples).is_ok());
    black_box(differences(samples).is_ok());
    black_box(searches(samples).is_ok());
    black_box(descents(samples).is_ok());
    black_box(stochastic(samples).is_ok());
    black_box(averages(samples).is_ok());
}

/// A source of the firmware's own, whose samples are all opaque to the compiler.
struct RandomSamples {
    x: [f32; F],
    rng: XorShiftRng,
}

impl Samples<F> for RandomSamples {
    fn len(&self) -> usize {
        black_box(100)
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32; F], usize), Error> {
        for x in &mut self.x {
            *x = random::normal(&mut self.rng) + random::uniform(&mut self.rng);
        }
        black_box(index);
        Ok((&self.x, random::index(&mut self.rng, 12) as usize))
    }
}

fn kernels(kernel: Chosen, x: &[f32]) -> f32 {
    let mut y = [0.0; F];
    let mut scores = [0.0; C];
    kernel.axpy(black_box(2.0), x, &mut y);
    kernel.scale(black_box(2.0), &mut y);
    kernel.rank_one(black_box(&[1.0; C]), x, black_box(&mut y));
    kernel.scores(x, black_box(1.0), black_box(&[1.0]), &y, &mut scores);
    kernel.batch_scores(x, black_box(1.0), black_box(&[1.0]), black_box(&[&[1.0; F], x]), &mut scores);
    kernel.batch_rank_one(black_box(&[1.0; C]), black_box(&[&[1.0; F], x]), black_box(&mut y));
    black_box((Chosen::NAME, Choice::best().name(), black_box(Choice::Avx2).is_available()));
    black_box(Choice::named(black_box("avx2")).is_some());
    black_box((self_check(kernel).is_ok(), fingerprint(kernel)));
    black_box(black_box(Choice::Portable).run(Dot(x)).is_ok());
    kernel.dot(x, &y) + kernel.largest(&scores)
}

/// Work for a kernel that is chosen at run time.
struct Dot<'a>(&'a [f32]);

impl Work for Dot<'_> {
    type Output = f32;

    fn run<K: Kernel>(self, kernel: K) -> f32 {
        kernel.dot(self.0, self.0)
    }
}

fn models(x: &[f32; F]) -> Result<(), Error> {
    let mut model = Model::<C, F>::default();
    let mut other = Model::<C, F, Chosen>::on(CHOSEN);
    black_box((Model::<C, F>::SIZE, Model::<C, F>::CLASSES, Model::<C, F>::FEATURES));
    model.load(black_box(&[0.5; C * F]), black_box(&[0.0; C]), black_box(1.0))?;
    other.copy_from(black_box(&TRAINED));
    let mut scores = [0.0; C];
    other.scores(x, &mut scores)?;
    black_box(other.batch_scores(black_box(&[[0.5; F]; 9]), &mut [[0.0; C]; 9]).is_ok());
    black_box((argmax(&scores), other.predict(x)?, other.squared_norm()));
    black_box((model.weights(), model.bias(), model.scale(), model.checksum()));
    black_box(Model::from_parts(black_box([[0.5; F]; C]), black_box([0.0; C]), 1.0)?);
    black_box(&mut Model::<C, F>::new());
    Ok(())
}

fn sources(samples: &mut impl Samples<F>) -> Result<(), Error> {
    let (features, labels) = (black_box([[1.0; F]; 2]), black_box([0_u8, 1]));
    let mut slices = Slices::new(&features, &labels)?;
    black_box((slices.len(), slices.is_empty()));
    black_box(slices.sample(black_box(1))?);
    black_box(slices.resident(black_box(1)));
    black_box(Selected::new(&mut slices, black_box(&[1])).resident(black_box(0)));
    let mut buffer = [0.0; F];
    let mut decoded = Decoded::new(black_box(2), &mut buffer, |index, x| {
        x.fill(index as f32);
        Ok(index)
    });
    black_box(decoded.sample(black_box(1))?);
    let (set, row) = (Scaling::Set { scale: black_box(0.5), offset: 1.0 }, [1.0; F]);
    let own = Scaling::Features { scale: black_box(&row), offset: black_box(&row) };
    set.decode(black_box(&[1_i16; F]), &mut buffer);
    black_box(Compact::new(black_box(&[[1_u8; F]; 2]), &labels, set, &mut buffer)?.sample(black_box(1))?);
    black_box(Compact::new(black_box(&[[1_i8; F]; 2]), &labels, own, &mut buffer)?.sample(black_box(1))?);
    black_box(Selected::new(samples, black_box(&[1, 2])).sample(black_box(1))?);
    Ok(())
}

fn streams() -> Result<(), Stopped> {
    let mut rng = XorShiftRng::seed_from_u64(black_box(6));
    let mut reservoir = Reservoir::<C, F, 4, u16>::default();
    for label in 0..black_box(9) {
        black_box(reservoir.offer(black_box(&[1.0; F]), label, &mut rng)?);
    }
    black_box((reservoir.seen(), reservoir.len(), Reservoir::<C, F, 4, u16>::SIZE));
    black_box(reservoir.sample(black_box(3))?);
    black_box(Hinge::new(1.0, 0.0)?.loss(&TRAINED, &mut reservoir)?);
    let mut rebuilt = Reservoir::<C, F, 4, u16>::new();
    let (features, labels, seen) = reservoir.parts();
    rebuilt.load(black_box(features), black_box(labels), black_box(seen))?;
    black_box(&mut rebuilt);
    reservoir.clear();
    black_box(&mut Reservoir::<C, F, 4, u16>::new());
    Ok(())
}

fn standardised(mut x: [f32; F]) -> Result<(), Error> {
    let mut moments = Moments::default();
    moments.observe(&x)?;
    black_box((moments.mean(), moments.count(), Moments::<F>::SIZE, &mut Moments::<F>::new()));
    let mut forgetting = Moments::forgetting(black_box(0.01))?;
    let (words, count, share) = moments.parts();
    forgetting.load(words, count, share)?;
    forgetting.observe(&x)?;
    black_box(&mut forgetting);
    let standardiser = moments.freeze()?;
    let standardiser = Standardiser::from_parts(*standardiser.mean(), *standardiser.factor())?;
    standardiser.apply(&mut x);
    let clipped = standardiser.clone().clipped(black_box(5.0))?;
    clipped.apply(&mut x);
    black_box(clipped.limit());
    let mut model = Model::<C, F>::new();
    model.copy_from(&TRAINED);
    standardiser.fold(black_box(&mut model))?;
    black_box((x, Standardiser::<F>::SIZE));
    standardised_at_run_time(x, &mut model)
}

fn standardised_at_run_time(mut x: [f32; F], model: &mut Model<C, F>) -> Result<(), Error> {
    let (mut memory, mut other, features) = (black_box([0.0; 4 * F]), black_box([0.0; 4 * F]), black_box(F));
    let mut moments = DynMoments::new(&mut memory, features)?;
    moments.observe(black_box(&x))?;
    let mut forgetting = DynMoments::forgetting(black_box(0.01), &mut other, features)?;
    let (words, count, share) = moments.parts();
    forgetting.load(words, count, share)?;
    black_box((forgetting.mean(), forgetting.count(), forgetting.features()));
    let (mut frozen, mut memory) = (black_box([0.0; 2 * F]), black_box([0.0; 2 * F]));
    let standardiser = moments.freeze(&mut frozen)?;
    standardiser.apply(black_box(&mut x))?;
    standardiser.fold(black_box(model))?;
    black_box((standardiser.limit(), standardiser.features()));
    let rebuilt = DynStandardiser::from_parts(&mut memory, standardiser.mean(), standardiser.factor())?;
    rebuilt.clipped(black_box(5.0))?.apply(&mut x)?;
    black_box(DynStandardiser::new(&mut frozen, features).is_ok());
    Ok(())
}

fn hinges(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let hinge = Hinge::new(black_box(1.0), black_box(1e-4))?;
    black_box((hinge.margin(), hinge.l2(), hinge.loss_function().margin()));
    black_box(Objective::of(WestonWatkins::new(black_box(1.0))?, black_box(1e-4))?);
    black_box(hinge.loss_function().loss(black_box(3), black_box(&mut [0.5; C]))?);
    black_box(hinge.loss_function().coefficients(black_box(3), black_box(&mut [0.5; C]))?);
    let mut margins = [0.0; C];
    black_box(hinge.margins(&TRAINED, black_box(&[1.0; F]), black_box(3), &mut margins)?);
    black_box(coefficients(&mut margins, black_box(3)));
    let mut gradient = Gradient::default();
    black_box(hinge.loss(&TRAINED, samples)?);
    black_box(hinge.gradient(&TRAINED, samples, &mut gradient)?);
    black_box((gradient.weights(), gradient.bias(), Gradient::<C, F>::SIZE));
    black_box(&mut Gradient::<C, F>::new());
    Ok(())
}

fn landscapes(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let hinge = Hinge::new(1.0, black_box(1e-4))?;
    let (mut first, mut second) = (Direction::default(), Direction::new());
    let mut model = Model::<C, F>::new();
    first.draw(black_box(0.5), &mut XorShiftRng::seed_from_u64(black_box(7)))?;
    first.load(black_box(&[0.5; C * F]), black_box(&[0.5; C]))?;
    first.scale(black_box(2.0))?;
    second.between(&model, &TRAINED)?;
    black_box(second.downhill(&hinge, &model, samples)?);
    black_box((first.weights(), first.bias(), first.squared_norm(), Direction::<C, F>::SIZE));
    let span = Span::new(black_box(-1.0), 1.0, black_box(5))?;
    span.values().for_each(|value| _ = black_box(value));
    let plane = Landscape::new(hinge, &model, [&first, &second]);
    plane.losses(samples, grid([span, span]), |at, loss| _ = black_box((at, loss)))?;
    let ray = Landscape::new(hinge, &model, [&first]);
    black_box(ray.loss(samples, black_box([0.5]))?);
    black_box(ray.derivative(samples, black_box(0.5))?);
    black_box(ray.breakpoints(samples, |point| _ = black_box(point))?);
    black_box(ray.minimum(samples)?);
    model.advance(&first, black_box(0.5))?;
    let mut search = LineSearch::new(hinge, &mut second);
    black_box(search.step(&mut model, samples)?);
    let (objective, last_loss) = (search.objective(), search.last_loss());
    black_box(LineSearch::resume(objective, last_loss, &mut second)?.step(&mut model, samples)?);
    Ok(())
}

fn differences(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let hinge = Hinge::new(1.0, 1e-4)?;
    let mut model = Model::<C, F>::new();
    let mut gradient = Gradient::new();
    let (class, feature) = black_box((1, 2));
    let (weight, bias) = (Parameter::Weight { class, feature }, Parameter::Bias { class });
    let forward = FiniteDifference::forward(black_box(1e-2))?;
    let central = FiniteDifference::central(black_box(1e-2))?;
    black_box(forward.derivative(&hinge, &mut model, samples, weight)?);
    black_box(forward.derivative(&hinge, &mut model, samples, bias)?);
    black_box(central.gradient(&hinge, &mut model, samples, &mut gradient)?);
    black_box(central.check(&hinge, &mut model, samples, &mut gradient)?);
    Ok(())
}

fn searches(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let mut rng = XorShiftRng::seed_from_u64(black_box(2));
    let (mut model, mut candidate) = (Model::<C, F>::new(), Model::new());
    let search = Search::new(Hinge::new(1.0, 0.0)?, black_box(0.1))?;
    let mut random = RandomSearch::new(search, &mut candidate);
    black_box(random.step(&mut model, samples, &mut rng)?);
    let state = random.state();
    black_box(state.hinge());
    let (hinge, deviation) = (state.objective(), state.deviation());
    let state = Search::resume(hinge, deviation, state.best(), state.steps())?;
    let mut local = RandomLocalSearch::new(state, &mut candidate);
    black_box(local.step(&mut model, samples, &mut rng)?);
    black_box(local.state());
    Ok(())
}

fn descents(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let hinge = Hinge::new(1.0, 1e-4)?;
    let schedule = black_box(InverseTime { rate: 0.1, decay: 0.1 });
    let mut model = Model::<C, F>::new();
    let mut gradient = Gradient::new();
    let mut order = Order::new(100, &mut XorShiftRng::seed_from_u64(black_box(3)))?;
    let mut descent = GradientDescent::new(hinge, schedule, &mut gradient)?;
    black_box(descent.step(&mut model, samples)?);
    let progress = descent.progress();
    black_box(GradientDescent::resume(progress, &mut gradient).step(&mut model, samples)?);
    let mut descent = MiniBatch::new(hinge, schedule, black_box(32), &mut gradient)?;
    black_box(descent.step(&mut model, samples, &mut order)?);
    descent.epoch(&mut model, samples, &mut order)?;
    descent.skip(&mut order);
    let (progress, size) = (descent.progress(), descent.batch_size());
    black_box(&mut MiniBatch::resume(progress, size, &mut gradient)?);
    Ok(())
}

fn stochastic(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let schedule = black_box(Constant { rate: 0.1 });
    rates(schedule)?;
    rates(InverseTime { rate: 0.1, decay: black_box(0.1) })?;
    rates(StepDecay { rate: 0.1, factor: 0.5, every: black_box(0) })?;
    rates(Cosine { rate: 0.1, floor: 0.01, steps: black_box(0) })?;
    rates(Limited { schedule: Constant { rate: 0.1 }, longest: black_box(0.5) })?;
    check_features(black_box(&[1.0; F]), black_box(10.0))?;
    let samples = &mut Bounded::new(samples, black_box(10.0))?;
    rates(Pegasos { l2: 1e-4, start: black_box(2.0) })?;
    black_box(Sgd::<Constant>::SIZE);
    let mut model = Model::<C, F>::new();
    let mut order = Order::new(100, &mut XorShiftRng::seed_from_u64(black_box(4)))?;
    let mut sgd = Sgd::new(Hinge::new(1.0, black_box(1e-4))?, schedule)?;
    black_box(sgd.step(&mut model, black_box(&[1.0; F]), black_box(3))?);
    black_box(sgd.step_next(&mut model, samples, &mut order)?);
    black_box((sgd.steps_until_fold(&model), sgd.fold(&mut model)));
    black_box(sgd.epoch(&mut model, samples, &mut order)?);
    let saved = sgd.progress();
    black_box(saved.learning_rate());
    black_box(saved.objective());
    let progress = Progress::new(saved.hinge(), saved.schedule(), saved.steps())?;
    black_box(&mut Sgd::resume(progress));
    Ok(())
}

fn averages(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let hinge = Hinge::new(1.0, black_box(1e-4))?;
    let (mut model, mut best, mut average) = (Model::<C, F>::new(), Model::<C, F>::new(), Average::default());
    let mut order = Order::new(100, &mut XorShiftRng::seed_from_u64(black_box(5)))?;
    let mut averaged = AveragedSgd::new(Sgd::new(hinge, Constant { rate: black_box(0.1) })?, &mut average);
    black_box(averaged.step(&mut model, black_box(&[1.0; F]), black_box(3))?);
    black_box(averaged.step_next(&mut model, samples, &mut order)?);
    black_box(averaged.fold(&mut model)?);
    black_box(averaged.epoch(&mut model, samples, &mut order)?);
    black_box(averaged.sgd());
    average.finish(&mut model)?;
    average.load(black_box(&Average::<C, F>::new()).parts())?;
    black_box((average.steps(), Average::<C, F>::SIZE, Average::<C, F>::LARGEST));
    average.clear();
    black_box(&mut Average::<C, F>::new());
    let evaluation = hinge.evaluate(&model, samples)?;
    let mut stopping = EarlyStopping::new(black_box(3))?;
    let _ = black_box(stopping.observe(evaluation.accuracy(), &model, &mut best)?);
    black_box(EarlyStopping::resume(stopping.patience(), stopping.lowest(), stopping.waited())?);
    Ok(())
}

/// A source of runtime shape, whose samples are all opaque to the compiler, and their length too.
struct DynRandomSamples<'a> {
    x: &'a mut [f32],
    rng: XorShiftRng,
}

impl DynSamples for DynRandomSamples<'_> {
    fn len(&self) -> usize {
        black_box(100)
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        black_box(index);
        self.x.fill(random::normal(&mut self.rng));
        Ok((black_box(&*self.x), random::index(&mut self.rng, 12) as usize))
    }
}

fn runtime_shapes([classes, features]: [usize; 2]) -> Result<(), Stopped> {
    let mut memory = [[0.0; 1024]; 7];
    let [of_model, of_other, of_gradient, of_direction, of_average, x, y] = black_box(&mut memory);
    fn part(memory: &mut [f32], len: usize) -> Result<&mut [f32], Error> {
        memory.get_mut(..len).ok_or(Error::ShapeMismatch)
    }
    let len = DynModel::memory_len(classes, features);
    black_box(DynModel::memory_len_on(CHOSEN, classes, features));
    let mut model = DynModel::on(CHOSEN, part(of_model, len)?, classes, features)?;
    let mut other = DynModel::new(part(of_other, len)?, classes, features)?;
    let len = DynGradient::memory_len(classes, features);
    let mut gradient = DynGradient::new(part(of_gradient, len)?, classes, features)?;
    let len = DynDirection::memory_len(classes, features);
    let mut direction = DynDirection::new(part(of_direction, len)?, classes, features)?;
    let len = DynAverage::memory_len(classes, features);
    let mut average = DynAverage::new(part(of_average, len)?, classes, features)?;
    let (x, y) = (part(x, features)?, part(y, black_box(features))?);

    let hinge = Hinge::new(1.0, black_box(1e-4))?;
    black_box(model.load(black_box(&[0.5; C * F]), black_box(&[0.5; C]), black_box(1.0)).is_ok());
    other.copy_from(&model)?;
    black_box(model.scores(x, black_box(&mut [0.5; C]))?);
    black_box(hinge.margins(&model, x, black_box(3), black_box(&mut [0.5; C]))?);
    black_box((model.predict(x)?, model.squared_norm(), model.checksum(), model.scale()));
    black_box((model.classes(), model.features(), model.weights(), model.bias(), model.parts()));
    black_box(model.batch_scores(black_box(&[&*x, &*y]), black_box(&mut [0.5; 2 * C])).is_ok());
    let (features_of_set, labels) = (black_box([1.0_f32; 128]), black_box([0_u8, 1]));
    let mut slices = DynSlices::new(black_box(features), &features_of_set, &labels)?;
    black_box((slices.len(), slices.is_empty(), slices.sample(black_box(1))?));
    black_box(Selected::new(&mut slices, black_box(&[1])).resident(black_box(0)));
    let mut decoded = DynDecoded::new(black_box(2), y, |index, x| {
        x.fill(index as f32);
        Ok(index)
    });
    black_box(Selected::new(&mut decoded, black_box(&[1])).sample(black_box(0))?);
    let mut buffer = [0.0; 64];
    let mut random = DynRandomSamples { x: &mut buffer, rng: XorShiftRng::seed_from_u64(black_box(8)) };
    let sets: [&mut dyn DynSamples; 3] = [&mut slices, &mut decoded, &mut random];
    for samples in sets {
        let mut rng = XorShiftRng::seed_from_u64(black_box(9));
        let mut order = Order::new(samples.len(), &mut rng)?;
        let schedule = Constant { rate: black_box(0.1) };
        let mut sgd = Sgd::new(hinge, schedule)?;
        black_box(sgd.step(&mut model, x, black_box(3)).is_ok());
        black_box((sgd.steps_until_fold(&model), sgd.fold(&mut model)));
        black_box(sgd.epoch(&mut model, samples, &mut order).is_ok());
        let mut averaged = AveragedSgd::new(sgd, &mut average);
        black_box(averaged.step(&mut model, x, black_box(3)).is_ok());
        black_box(averaged.fold(&mut model).is_ok());
        black_box(averaged.step_next(&mut model, samples, &mut order).is_ok());
        black_box(averaged.epoch(&mut model, samples, &mut order).is_ok());
        black_box(average.finish(&mut other).is_ok());
        average.clear();
        black_box(hinge.loss(&model, samples).is_ok());
        black_box(hinge.evaluate(&model, samples).is_ok());
        black_box(hinge.gradient(&model, samples, &mut gradient).is_ok());
        black_box((gradient.weights(), gradient.bias(), direction.weights(), direction.bias()));
        black_box(GradientDescent::new(hinge, schedule, &mut gradient)?.step(&mut model, samples).is_ok());
        black_box(MiniBatch::new(hinge, schedule, 8, &mut gradient)?.epoch(&mut model, samples, &mut order).is_ok());
        let central = FiniteDifference::central(black_box(1e-2))?;
        black_box(central.check(&hinge, &mut model, samples, &mut gradient).is_ok());
        let at = black_box(Parameter::Weight { class: 1, feature: 2 });
        black_box(central.derivative(&hinge, &mut model, samples, at).is_ok());
        black_box(direction.between(&model, &other).is_ok());
        black_box(direction.downhill(&hinge, &model, samples).is_ok());
        let ray = Landscape::new(hinge, &model, [&direction]);
        black_box(ray.loss(samples, black_box([0.5])).is_ok());
        black_box(ray.minimum(samples).is_ok());
        black_box(ray.breakpoints(samples, |point| _ = black_box(point)).is_ok());
        black_box(model.advance(&direction, black_box(0.5)).is_ok());
        black_box(LineSearch::new(hinge, &mut direction).step(&mut model, samples).is_ok());
        let search = Search::new(hinge, black_box(0.1))?;
        black_box(RandomSearch::new(search, &mut other).step(&mut model, samples, &mut rng).is_ok());
        black_box(RandomLocalSearch::new(search, &mut other).step(&mut model, samples, &mut rng).is_ok());
        let mut stopping = EarlyStopping::new(black_box(3))?;
        black_box(stopping.observe(black_box(0.5), &model, &mut other).is_ok());
    }
    Ok(())
}

fn rates(schedule: impl Schedule) -> Result<(), Error> {
    black_box((schedule.rate(black_box(7)), schedule.longest_step()));
    schedule.check()
}

fn orders() -> Result<(), Error> {
    let mut order = Order::resume(black_box([1, 2, 3, 4]), black_box(1_297), 0, black_box(1_290))?;
    black_box((Order::SIZE, order.len(), order.remaining(), order.seed()));
    order.rest().for_each(|index| _ = black_box(index));
    for _ in 0..black_box(10) {
        black_box(order.index());
        order.skip();
    }
    black_box((order.epoch(), order.position()));
    Ok(())
}

/// Messages as firmware writes them to a display or a serial port.
fn texts() -> core::fmt::Result {
    struct Port;
    impl Write for Port {
        fn write_str(&mut self, text: &str) -> core::fmt::Result {
            black_box(text);
            Ok(())
        }
    }
    let (error, sample) = black_box((Error::EmptySet, Some(7)));
    write!(Port, "{error} {error:?}")?;
    let stopped = Stopped { error, sample };
    write!(Port, "{stopped} {stopped:?}")
}
