//! The promise: equal runs end in equal bits, today, tomorrow, and after an interruption in the middle.

use hingeline::kernel::{CHOSEN, Kernel, Work};
use hingeline::{
    Average, AverageParts, AveragedSgd, CrammerSinger, Direction, Gradient, GradientDescent, Hinge, InverseTime,
    LineSearch, Loss, MiniBatch, Model, Objective, Order, Progress, RandomLocalSearch, RandomSearch, Samples, Scale,
    Search, Sgd, Softmax, Weighted, WestonWatkins, WithWeights, class_weights,
};
use hingeline_examples::digits::{CLASSES, FEATURES, RECIPE, digits};
use hingeline_examples::rates::Fall;
use hingeline_examples::strategy::{Budget, Plan, Strategy, go_on};
use hingeline_host_tests::bits::scale_bits;
use hingeline_host_tests::generate;
use hingeline_host_tests::kernels::{say_skipped, to_test};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

type Digits = Model<CLASSES, FEATURES>;

const SCHEDULE: InverseTime = InverseTime { rate: 0.01, decay: 1e-4 };

/// The fingerprints of models trained on the digits: 20 epochs, seed 1, Δ = 1, α = 1e-3.
///
/// These are the library's promise to its users. A change that alters one is a breaking change, and belongs in the
/// changelog.
const CHECKSUMS: [(Strategy, u64); 5] = [
    (Strategy::RandomSearch, 0x0a18_9347_afe4_7fdf),
    (Strategy::RandomLocalSearch, 0xa48c_f290_f579_1a6a),
    (Strategy::GradientDescent, 0x666b_a4de_aa1f_7554),
    (Strategy::MiniBatch, 0x3e74_e29e_5937_e2e0),
    (Strategy::Sgd, 0x4a14_341b_c3c8_5af1),
];

fn hinge() -> Hinge {
    Hinge::new(1.0, 1e-3).unwrap()
}

/// Trains a model on the digits with the recipe of the checksums.
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

/// Training runs on one kernel.
struct Runs;

impl Work for Runs {
    type Output = [(Strategy, u64); 5];

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        Strategy::ALL.map(|strategy| (strategy, trained(kernel, strategy, 1)))
    }
}

#[test]
fn every_kernel_ends_in_the_checksums() {
    for choice in to_test() {
        match choice.run(Runs) {
            Ok(checksums) => assert_eq!(checksums, CHECKSUMS, "{}: {checksums:#x?}", choice.name()),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// The fingerprints of averaged SGD on the digits under each schedule: 20 epochs, the mean of the last ten, from a rate of
/// 0.02.
const AVERAGED: [(Fall, u64); 5] = [
    (Fall::Constant, 0xb55d_a46c_9654_6215),
    (Fall::InverseTime, 0x9db9_fad3_5279_aabb),
    (Fall::StepDecay, 0x057b_2346_e436_053b),
    (Fall::Cosine, 0x8932_4d16_371a_d3ba),
    (Fall::Pegasos, 0xdd0b_791c_7b46_04f4),
];

/// Averaged training runs on one kernel.
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
    for choice in to_test() {
        match choice.run(AveragedRuns) {
            Ok(checksums) => assert_eq!(checksums, AVERAGED, "{}: {checksums:#x?}", choice.name()),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// The fingerprints of models trained on the digits by each loss, in turn by SGD, averaged, in mini-batches and on all
/// samples: from a rate of 0.02, with α = 1e-3.
const LOSSES: [(&str, u64); 4] = [
    ("crammer-singer", 0xc8c0_da76_4e29_3888),
    ("softmax", 0xdf0b_1ead_c016_c556),
    ("weighted hinge", 0x13cb_2de3_164b_9299),
    ("weighted samples", 0xdc74_ae7d_cae3_ac0d),
];

/// Training runs by each loss on one kernel.
struct LossRuns;

impl Work for LossRuns {
    type Output = [(&'static str, u64); 4];

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let train = digits().train;
        let mut samples = train.samples().unwrap();
        let (mut counts, mut weights) = ([0; CLASSES], [0.0; CLASSES]);
        samples.count_classes(&mut counts).unwrap();
        class_weights(&counts, 0.5, &mut weights).unwrap();
        let hinge = WestonWatkins::new(1.0).unwrap();
        let crammer_singer = in_turn(kernel, CrammerSinger::new(1.0).unwrap(), &mut samples);
        let softmax = in_turn(kernel, Softmax, &mut samples);
        let of_classes = in_turn(kernel, Weighted::new(hinge, &weights).unwrap(), &mut samples);
        let own: Vec<_> = (0..samples.len()).map(|index| (index % 5) as f32 / 2.0).collect();
        let of_samples = in_turn(kernel, hinge, &mut WithWeights::new(&mut samples, &own));
        let names = LOSSES.map(|(name, _)| name);
        let mut checksums = [crammer_singer, softmax, of_classes, of_samples].into_iter();
        names.map(|name| (name, checksums.next().unwrap()))
    }
}

/// Trains by each strategy, continuing where the one before it stopped.
fn in_turn<K: Kernel, L: Loss>(kernel: K, loss: L, samples: &mut impl Samples<FEATURES>) -> u64 {
    let objective = Objective::of(loss, 1e-3).unwrap();
    let rates = InverseTime { rate: 0.02, decay: 1e-4 };
    let mut order = Order::new(samples.len(), &mut generate::rng(1)).unwrap();
    let (mut model, mut average) = (Model::<CLASSES, FEATURES, K>::on(kernel), Average::new());
    let mut sgd = Sgd::new(objective, rates).unwrap();
    for _ in 0..3 {
        sgd.epoch(&mut model, samples, &mut order).unwrap();
    }
    AveragedSgd::new(sgd, &mut average).epoch(&mut model, samples, &mut order).unwrap();
    average.finish(&mut model).unwrap();
    let mut gradient = Gradient::new();
    MiniBatch::new(objective, rates, 32, &mut gradient).unwrap().epoch(&mut model, samples, &mut order).unwrap();
    let mut descent = GradientDescent::new(objective, rates, &mut gradient).unwrap();
    for _ in 0..5 {
        descent.step(&mut model, samples).unwrap();
    }
    model.checksum()
}

#[test]
fn every_kernel_ends_in_the_checksums_of_each_loss() {
    for choice in to_test() {
        match choice.run(LossRuns) {
            Ok(checksums) => assert_eq!(checksums, LOSSES, "{}: {checksums:#x?}", choice.name()),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// The fingerprint of a model after ten exact line searches on the digits.
const LINE_SEARCHES: u64 = 0x65c0_a65b_4e82_7319;

/// Line searches on one kernel.
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
    for choice in to_test() {
        match choice.run(LineSearches) {
            Ok(checksum) => assert_eq!(checksum, LINE_SEARCHES, "{}: {checksum:#x}", choice.name()),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// The values that firmware would store: plain numbers.
struct Saved {
    weights: Vec<u32>,
    bias: Vec<u32>,
    scale: [u32; 2],
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
            scale: scale_bits(model),
            order: (order.seed(), order.len(), order.epoch(), order.position()),
            margin: progress.hinge().margin().to_bits(),
            l2: progress.hinge().l2().to_bits(),
            schedule: progress.schedule(),
            steps: progress.steps(),
        }
    }

    fn model(&self) -> Digits {
        let mut model = Digits::new();
        let [value, carry] = self.scale.map(f32::from_bits);
        model.load(&floats(&self.weights), &floats(&self.bias), Scale { value, carry }).unwrap();
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
    let Scale { value, carry } = model.parts().2;
    assert!(value != 1.0 && carry != 0.0, "the scale must be a part of what is saved, and its carry");

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

/// With a requested fold on the way, which is an event of the run, like a step.
#[test]
fn an_average_saved_and_rebuilt_ends_in_the_same_bits() {
    let set = digits();
    let go = |model: &mut Digits,
              sgd: Sgd<InverseTime>,
              average: &mut Average<CLASSES, FEATURES>,
              order: &mut Order,
              steps| {
        let mut averaged = AveragedSgd::new(sgd, average);
        for _ in 0..steps {
            averaged.step_next(model, &mut set.train.samples().unwrap(), order).unwrap();
        }
        averaged.sgd()
    };
    let mut order = Order::new(1_297, &mut XorShiftRng::seed_from_u64(1)).unwrap();
    let (mut model, mut average) = (Digits::new(), Average::new());
    let sgd = Sgd::new(hinge(), SCHEDULE).unwrap();
    let sgd = go(&mut model, sgd, &mut average, &mut order, 700);
    assert!(AveragedSgd::new(sgd, &mut average).fold(&mut model).unwrap());
    let sgd = go(&mut model, sgd, &mut average, &mut order, 33);

    let saved = Saved::of(&model, sgd.progress(), &order);
    let AverageParts { weights, bias, pending, bound, steps } = average.parts();
    let [weights, bias, pending] = [weights, bias, pending].map(bits).map(|bits| floats(&bits));
    let mut rebuilt = Average::new();
    rebuilt.load(AverageParts { weights: &weights, bias: &bias, pending: &pending, bound, steps }).unwrap();

    let finish = |mut model: Digits, sgd, mut average: Average<CLASSES, FEATURES>, mut order: Order| {
        let sgd = go(&mut model, sgd, &mut average, &mut order, 1_000);
        let trained = model.checksum();
        average.finish(&mut model).unwrap();
        (trained, model.checksum(), sgd.progress(), order)
    };
    let again = finish(saved.model(), Sgd::resume(saved.progress()), rebuilt, saved.order());
    assert_eq!(finish(model, sgd, average, order), again);
}

/// A requested fold changes the bits of all that follows: a replay that omits it ends in other bits.
#[test]
fn a_fold_asked_for_is_a_part_of_the_run() {
    let set = digits();
    let run = |folds_after: Option<usize>| {
        let mut order = Order::new(1_297, &mut XorShiftRng::seed_from_u64(1)).unwrap();
        let (mut model, mut sgd) = (Digits::new(), Sgd::new(hinge(), SCHEDULE).unwrap());
        for step in 0..1_000 {
            if folds_after == Some(step) {
                assert!(sgd.fold(&mut model));
            }
            sgd.step_next(&mut model, &mut set.train.samples().unwrap(), &mut order).unwrap();
        }
        model.checksum()
    };
    assert_eq!(run(Some(500)), run(Some(500)));
    assert_ne!(run(Some(500)), run(None));
}

/// Random sets, saved after every step: the last loss lets a search detect that it goes in circles.
#[test]
fn line_searches_saved_and_rebuilt_end_in_the_same_bits() {
    let (mut steps, mut needed) = (0, 0);
    for seed in 0..120 {
        let mut rng = generate::rng(seed);
        let count = 2 + hingeline::random::index(&mut rng, 10) as usize;
        let set = generate::Set::<4>::draw(&mut rng, count, 3, generate::ordinary);
        let hinge = Hinge::new(1.0, [0.0, 0.05][seed as usize % 2]).unwrap();
        let (mut direction, mut own) = (Direction::new(), Direction::new());
        let (mut through, mut rebuilt) = (Model::<3, 4>::new(), Model::<3, 4>::new());
        let mut search = LineSearch::new(hinge, &mut direction);
        let mut last_loss = None;
        for _ in 0..40 {
            let mut copy = rebuilt.clone();
            let mut resumed = LineSearch::resume(hinge, last_loss, &mut own).unwrap();
            let step = search.step(&mut through, &mut set.slices());
            assert_eq!(resumed.step(&mut rebuilt, &mut set.slices()), step, "seed {seed}");
            last_loss = resumed.last_loss();
            assert_eq!((rebuilt.checksum(), last_loss), (through.checksum(), search.last_loss()), "seed {seed}");
            let forgetful = LineSearch::new(hinge, &mut own).step(&mut copy, &mut set.slices());
            needed += usize::from(forgetful != step);
            steps += 1;
        }
    }
    assert!(steps == 4_800 && needed > 0, "{needed} of {steps} steps ask for the last loss");
}

#[test]
fn searches_saved_and_rebuilt_end_in_the_same_bits() {
    let set = digits();
    let mut samples = set.train.samples().unwrap();
    let start = Search::new(hinge(), 0.05).unwrap();

    /// Steps one of the searches, and returns its state.
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
        let (weights, bias, scale) = first.parts();
        second.load(weights, bias, scale).unwrap();
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
