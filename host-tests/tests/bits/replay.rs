//! The promise: equal runs end in equal bits, today, tomorrow, and after a break in the middle.

use hingeline::kernel::{CHOSEN, Kernel, Work};
use hingeline::{
    Direction, Gradient, GradientDescent, Hinge, InverseTime, LineSearch, MiniBatch, Model, Order, Progress,
    RandomLocalSearch, RandomSearch, Search, Sgd,
};
use hingeline_examples::digits::{CLASSES, FEATURES, RECIPE, digits};
use hingeline_examples::rates::Fall;
use hingeline_examples::strategy::{Budget, Plan, Strategy, go_on};
use hingeline_host_tests::kernels::{of_this_architecture, say_skipped};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

type Digits = Model<CLASSES, FEATURES>;

const SCHEDULE: InverseTime = InverseTime { rate: 0.01, decay: 1e-4 };

/// The fingerprints of models trained on the digits: 20 epochs, seed 1, Δ = 1, α = 1e-3.
///
/// These are the library's promise to its users. A change that alters one is a breaking change, and belongs in the
/// changelog.
const CHECKSUMS: [(Strategy, u64); 5] = [
    (Strategy::RandomSearch, 0x1b89_cd47_776e_6d6f),
    (Strategy::RandomLocalSearch, 0x1e0e_7e50_0855_50ca),
    (Strategy::GradientDescent, 0x5f34_3611_4428_a15e),
    (Strategy::MiniBatch, 0x09f3_6961_1da5_f85f),
    (Strategy::Sgd, 0x118a_8713_e8b5_e2c6),
];

fn hinge() -> Hinge {
    Hinge::new(1.0, 1e-3).unwrap()
}

/// A model trained on the digits as the checksums want it.
fn trained<K: Kernel>(kernel: K, strategy: Strategy, seed: u64) -> u64 {
    let mut model = Model::<CLASSES, FEATURES, K>::on(kernel);
    let budget = Budget { seed, epochs: 20, averaged: 0 };
    strategy.train(RECIPE.plan(strategy), hinge(), budget, &mut model, &digits().train, go_on).unwrap();
    model.checksum()
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    for strategy in Strategy::ALL {
        let [first, again, other] = [1, 1, 2].map(|seed| trained(CHOSEN, strategy, seed));
        assert_eq!(first, again, "{strategy:?} twice");
        // Full-batch descent draws nothing.
        assert_eq!(first == other, strategy == Strategy::GradientDescent, "{strategy:?} with another seed");
    }
}

/// Training runs under one kernel.
struct Runs;

impl Work for Runs {
    type Output = [(Strategy, u64); 5];

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        Strategy::ALL.map(|strategy| (strategy, trained(kernel, strategy, 1)))
    }
}

#[test]
fn every_kernel_ends_in_the_checksums() {
    for choice in of_this_architecture() {
        match choice.run(Runs) {
            Ok(checksums) => assert_eq!(checksums, CHECKSUMS, "{}: {checksums:#x?}", choice.name()),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// The fingerprints of averaged SGD on the digits under each schedule: 20 epochs, the mean of the last ten, from a rate of
/// 0.02.
const AVERAGED: [(Fall, u64); 5] = [
    (Fall::Constant, 0x842d_6000_d4f9_f057),
    (Fall::InverseTime, 0xc9bb_0cec_f675_4241),
    (Fall::StepDecay, 0x6caa_eef9_509c_d549),
    (Fall::Cosine, 0x2f64_8fc3_5313_46c0),
    (Fall::Pegasos, 0x00fc_6f7c_9cfe_6414),
];

/// Averaged training runs under one kernel.
struct AveragedRuns;

impl Work for AveragedRuns {
    type Output = [(Fall, u64); 5];

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        AVERAGED.map(|(fall, _)| (fall, averaged(kernel, fall)))
    }
}

fn averaged<K: Kernel>(kernel: K, fall: Fall) -> u64 {
    let train = digits().train;
    let steps = Strategy::Sgd.steps(train.labels.len(), 20);
    let plan = Plan::Descent(fall.from(0.02, 1e-3, steps));
    let mut model = Model::<CLASSES, FEATURES, K>::on(kernel);
    let budget = Budget { seed: 1, epochs: 20, averaged: 10 };
    Strategy::Sgd.train(plan, hinge(), budget, &mut model, &train, go_on).unwrap();
    model.checksum()
}

#[test]
fn every_kernel_ends_in_the_checksums_of_averages_and_schedules() {
    for choice in of_this_architecture() {
        match choice.run(AveragedRuns) {
            Ok(checksums) => assert_eq!(checksums, AVERAGED, "{}: {checksums:#x?}", choice.name()),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// The fingerprint of a model after ten exact line searches on the digits.
const LINE_SEARCHES: u64 = 0xa569_9d06_1a62_b209;

/// Line searches under one kernel.
struct LineSearches;

impl Work for LineSearches {
    type Output = u64;

    fn run<K: Kernel>(self, kernel: K) -> u64 {
        let (train, mut direction) = (digits().train, Direction::new());
        let mut model = Model::<CLASSES, FEATURES, K>::on(kernel);
        let mut search = LineSearch::new(hinge(), &mut direction);
        for _ in 0..10 {
            search.step(&mut model, &mut train.samples().unwrap()).unwrap();
        }
        model.checksum()
    }
}

#[test]
fn every_kernel_ends_in_the_checksum_of_line_searches() {
    for choice in of_this_architecture() {
        match choice.run(LineSearches) {
            Ok(checksum) => assert_eq!(checksum, LINE_SEARCHES, "{}: {checksum:#x}", choice.name()),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// What a firmware would store: plain numbers.
struct Saved {
    weights: Vec<u32>,
    bias: Vec<u32>,
    scale: u32,
    order: ([u32; 4], usize, u32, u32),
    margin: u32,
    l2: u32,
    schedule: InverseTime,
    steps: u64,
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn floats(bits: &[u32]) -> Vec<f32> {
    bits.iter().map(|&bits| f32::from_bits(bits)).collect()
}

impl Saved {
    fn of(model: &Digits, progress: Progress<InverseTime>, order: &Order) -> Self {
        Self {
            weights: bits(model.weights().as_flattened()),
            bias: bits(model.bias()),
            scale: model.scale().to_bits(),
            order: (order.seed(), order.len(), order.epoch(), order.position()),
            margin: progress.hinge().margin().to_bits(),
            l2: progress.hinge().l2().to_bits(),
            schedule: progress.schedule(),
            steps: progress.steps(),
        }
    }

    fn model(&self) -> Digits {
        let mut model = Digits::new();
        model.load(&floats(&self.weights), &floats(&self.bias), f32::from_bits(self.scale)).unwrap();
        model
    }

    fn progress(&self) -> Progress<InverseTime> {
        let hinge = Hinge::new(f32::from_bits(self.margin), f32::from_bits(self.l2)).unwrap();
        Progress::new(hinge, self.schedule, self.steps).unwrap()
    }

    fn order(&self) -> Order {
        let (seed, len, epoch, position) = self.order;
        Order::resume(seed, len, epoch, position).unwrap()
    }
}

#[test]
fn sgd_saved_in_mid_epoch_and_rebuilt_ends_in_the_same_bits() {
    let set = digits();
    let mut samples = set.train.samples().unwrap();
    let mut order = Order::new(1_297, &mut XorShiftRng::seed_from_u64(1)).unwrap();
    let (mut model, mut sgd) = (Digits::new(), Sgd::new(hinge(), SCHEDULE).unwrap());
    for _ in 0..1_297 + 700 {
        sgd.step_next(&mut model, &mut samples, &mut order).unwrap();
    }
    let saved = Saved::of(&model, sgd.progress(), &order);
    assert_eq!((order.epoch(), order.position()), (1, 700));
    assert_ne!(model.scale(), 1.0, "the scale must be a part of what is saved");

    let finish = |mut model: Digits, mut sgd: Sgd<InverseTime>, mut order: Order| {
        let mut samples = set.train.samples().unwrap();
        for _ in 0..3 {
            sgd.epoch(&mut model, &mut samples, &mut order).unwrap();
        }
        (model.checksum(), sgd.progress(), order)
    };
    let rebuilt = finish(saved.model(), Sgd::resume(saved.progress()), saved.order());
    assert_eq!(finish(model, sgd, order), rebuilt);
}

#[test]
fn mini_batch_saved_in_mid_epoch_and_rebuilt_ends_in_the_same_bits() {
    let set = digits();
    let mut samples = set.train.samples().unwrap();
    let mut order = Order::new(1_297, &mut XorShiftRng::seed_from_u64(1)).unwrap();
    let mut gradient = Gradient::new();
    let mut model = Digits::new();
    let mut descent = MiniBatch::new(hinge(), SCHEDULE, 32, &mut gradient).unwrap();
    for _ in 0..60 {
        descent.step(&mut model, &mut samples, &mut order).unwrap();
    }
    let (saved, size) = (Saved::of(&model, descent.progress(), &order), descent.batch_size());
    assert_eq!((order.epoch(), order.position()), (1, 19 * 32));

    let finish = |mut model: Digits, progress, mut order: Order| {
        let mut gradient = Gradient::new();
        let mut descent = MiniBatch::resume(progress, size, &mut gradient).unwrap();
        for _ in 0..3 {
            descent.epoch(&mut model, &mut set.train.samples().unwrap(), &mut order).unwrap();
        }
        (model.checksum(), descent.progress(), order)
    };
    let rebuilt = finish(saved.model(), saved.progress(), saved.order());
    assert_eq!(finish(model, descent.progress(), order), rebuilt);
}

#[test]
fn gradient_descent_saved_and_rebuilt_ends_in_the_same_bits() {
    let set = digits();
    let steps = |model: &mut Digits, progress: Progress<InverseTime>, count: usize| {
        let mut gradient = Gradient::new();
        let mut descent = GradientDescent::resume(progress, &mut gradient);
        for _ in 0..count {
            descent.step(model, &mut set.train.samples().unwrap()).unwrap();
        }
        descent.progress()
    };
    let start = Progress::new(hinge(), SCHEDULE, 0).unwrap();
    let mut through = Digits::new();
    steps(&mut through, start, 20);

    let mut first = Digits::new();
    let progress = steps(&mut first, start, 8);
    let order = Order::resume([0; 4], 1, 0, 0).unwrap();
    let saved = Saved::of(&first, progress, &order);
    let mut second = saved.model();
    steps(&mut second, saved.progress(), 12);
    assert_eq!(through.checksum(), second.checksum());
}

#[test]
fn searches_saved_and_rebuilt_end_in_the_same_bits() {
    let set = digits();
    let mut samples = set.train.samples().unwrap();
    let start = Search::new(hinge(), 0.05).unwrap();

    /// Steps one of the searches, and leaves its state.
    fn go(
        local: bool,
        state: Search,
        model: &mut Digits,
        samples: &mut hingeline::Slices<'_, FEATURES>,
        rng: &mut XorShiftRng,
        steps: usize,
    ) -> Search {
        let mut candidate = Digits::new();
        let mut state = state;
        for _ in 0..steps {
            state = if local {
                let mut search = RandomLocalSearch::new(state, &mut candidate);
                search.step(model, samples, rng).unwrap();
                search.state()
            } else {
                let mut search = RandomSearch::new(state, &mut candidate);
                search.step(model, samples, rng).unwrap();
                search.state()
            };
        }
        state
    }

    for local in [false, true] {
        let mut rng = XorShiftRng::seed_from_u64(9);
        let mut through = Digits::new();
        let end = go(local, start, &mut through, &mut samples, &mut rng, 15);

        let mut rng = XorShiftRng::seed_from_u64(9);
        let mut first = Digits::new();
        let state = go(local, start, &mut first, &mut samples, &mut rng, 6);
        let mut second = Digits::new();
        second.load(first.weights().as_flattened(), first.bias(), first.scale()).unwrap();
        let rebuilt = Search::resume(state.hinge(), state.deviation(), state.best(), state.steps()).unwrap();
        assert_eq!(go(local, rebuilt, &mut second, &mut samples, &mut rng, 9), end);
        assert_eq!(second.checksum(), through.checksum());
    }
}

#[test]
fn a_decoded_source_and_a_stream_end_in_the_bits_of_a_set_in_memory() {
    let set = digits();
    let start = || (Digits::new(), Sgd::new(hinge(), SCHEDULE).unwrap(), XorShiftRng::seed_from_u64(1));

    let (mut model, mut sgd, mut rng) = start();
    let mut order = Order::new(1_297, &mut rng).unwrap();
    sgd.epoch(&mut model, &mut set.train.samples().unwrap(), &mut order).unwrap();

    let (mut decoded_model, mut sgd, mut rng) = start();
    let mut order = Order::new(1_297, &mut rng).unwrap();
    let mut buffer = [0.0; FEATURES];
    let mut decoded = hingeline::Decoded::new(1_297, &mut buffer, |index, buffer: &mut [f32; FEATURES]| {
        *buffer = set.train.features[index];
        Ok(set.train.labels[index].into())
    });
    sgd.epoch(&mut decoded_model, &mut decoded, &mut order).unwrap();

    let (mut streamed_model, mut sgd, mut rng) = start();
    let mut order = Order::new(1_297, &mut rng).unwrap();
    for _ in 0..1_297 {
        let index = order.index();
        sgd.step(&mut streamed_model, &set.train.features[index], set.train.labels[index].into()).unwrap();
        order.skip();
    }
    assert_eq!(model.checksum(), decoded_model.checksum());
    assert_eq!(model.checksum(), streamed_model.checksum());
}
