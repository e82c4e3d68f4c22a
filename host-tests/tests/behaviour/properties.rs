//! Properties that hold for every input, tested on thousands of inputs. A failure is shrunk and printed.

use hingeline::{
    Constant, Gradient, GradientDescent, Hinge, Model, Order, RandomLocalSearch, RandomSearch, Search, Sgd, argmax,
};
use hingeline_host_tests::bits::{ModelBits, is_finite};
use hingeline_host_tests::generate::{self, Set};
use hingeline_host_tests::oracle::{self, Loss};
use hingeline_host_tests::tolerance;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed};

const C: usize = 3;
const F: usize = 4;

/// The same inputs in each run, so that a failure can be repeated, from a generator that is fast without optimisation.
fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::XorShift,
        rng_seed: RngSeed::Fixed(1),
        ..Config::default()
    }
}

/// Any value: every bit pattern, with troublesome ones more often than by chance.
fn any_value() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => any::<u32>().prop_map(f32::from_bits),
        4 => -10.0_f32..10.0,
        2 => any::<u64>().prop_map(|seed| generate::special_or_not_finite(&mut generate::rng(seed))),
    ]
}

fn any_finite_value() -> impl Strategy<Value = f32> {
    any_value().prop_filter("finite", |value| value.is_finite())
}

fn any_features() -> impl Strategy<Value = [f32; F]> {
    prop::array::uniform4(any_value())
}

/// Any label, and sometimes an invalid one.
fn any_label() -> impl Strategy<Value = usize> {
    0..=C
}

fn any_scale() -> impl Strategy<Value = f32> {
    prop_oneof![Just(1.0), 2.0_f32.powi(-16)..1.0, 1.0_f32..=65_536.0]
}

fn any_model() -> impl Strategy<Value = Model<C, F>> {
    let weights = prop_oneof![
        1 => Just([[0.0; F]; C]),
        3 => prop::array::uniform3(prop::array::uniform4(any_finite_value())),
        1 => prop::array::uniform3(prop::array::uniform4(-3e38_f32..3e38)),
    ];
    let bias = prop_oneof![Just([0.0; C]), prop::array::uniform3(any_finite_value())];
    (weights, bias, any_scale())
        .prop_filter_map("W is finite", |(weights, bias, scale)| Model::from_parts(weights, bias, scale).ok())
}

/// Rates from ordinary ones to those that drive the weights to the end of the range, and all valid strengths.
fn any_descent() -> impl Strategy<Value = (Hinge, Constant)> {
    let rate = prop_oneof![1e-3_f32..1.0, 1.0_f32..1e10, 1e30_f32..f32::MAX];
    let shrink = prop_oneof![Just(0.0_f32), 0.0_f32..0.9];
    let delta = prop_oneof![Just(1.0_f32), 0.0_f32..1e38];
    (delta, rate, shrink)
        .prop_map(|(delta, rate, shrink)| (Hinge::new(delta, shrink / rate / 2.0).unwrap(), Constant { rate }))
}

fn ordinary_model(seed: u64) -> Model<C, F> {
    generate::model(&mut generate::rng(seed), 1.0, generate::ordinary)
}

fn ordinary_set(seed: u64, n: usize) -> Set<F> {
    Set::draw(&mut generate::rng(seed), n, C, generate::ordinary)
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn an_order_visits_each_sample_once_an_epoch(seed: [u32; 4], len in 1_usize..3_000, epoch: u32) {
        let mut order = Order::resume(seed, len, epoch, 0).unwrap();
        let mut visited = vec![false; len];
        for position in 0..len {
            prop_assert_eq!((order.position() as usize, order.epoch()), (position, epoch));
            let index = order.index();
            prop_assert!(!visited[index], "{index} comes twice");
            visited[index] = true;
            order.skip();
        }
        prop_assert_eq!((order.position(), order.epoch()), (0, epoch.wrapping_add(1)));
    }
}

proptest! {
    #![proptest_config(config(5_000))]

    #[test]
    fn an_order_goes_on_from_its_saved_state(seed: [u32; 4], len in 1_usize..3_000, epoch: u32, skips in 0_usize..100) {
        let mut order = Order::resume(seed, len, epoch, 0).unwrap();
        (0..skips).for_each(|_| order.skip());
        let mut again = Order::resume(order.seed(), order.len(), order.epoch(), order.position()).unwrap();
        prop_assert_eq!(again, order);
        for _ in 0..10 {
            prop_assert_eq!(again.index(), order.index());
            again.skip();
            order.skip();
        }
    }

    /// On the segment between two models the loss is at most that on the chord between their losses.
    #[test]
    fn the_loss_is_convex(seeds: [u64; 3], fraction in 0.0_f32..=1.0, l2 in 0.0_f32..1.0) {
        let (a, b) = (ordinary_model(seeds[0]), ordinary_model(seeds[1]));
        let between = |a: f32, b: f32| (1.0 - fraction) * a + fraction * b;
        let between_rows = |c: usize| core::array::from_fn(|i| between(a.weights()[c][i], b.weights()[c][i]));
        let bias = core::array::from_fn(|c| between(a.bias()[c], b.bias()[c]));
        let middle = Model::from_parts(core::array::from_fn(between_rows), bias, 1.0).unwrap();

        let (hinge, set) = (Hinge::new(1.0, l2).unwrap(), ordinary_set(seeds[2], 10));
        let samples = oracle::samples_of(&set);
        let (mut losses, mut bounds) = ([0.0; 3], [0.0; 3]);
        for (index, model) in [&a, &middle, &b].into_iter().enumerate() {
            losses[index] = f64::from(hinge.loss(model, &mut set.slices()).unwrap());
            let exact = oracle::Model::from(model);
            bounds[index] = tolerance::set_loss(&exact, Loss::from(&hinge), &samples);
        }
        let t = f64::from(fraction);
        let chord = (1.0 - t) * losses[0] + t * losses[2];
        // Each loss has an error within its bound. The middle model has an error too, of three roundings of the
        // magnitudes at both ends. The bounds count more than twice as many roundings, so a second copy of them covers
        // it.
        let rounding = 2.0 * (bounds[0] + bounds[1] + bounds[2]);
        prop_assert!(losses[1] <= chord + rounding, "{} is above {chord}", losses[1]);
    }

    #[test]
    fn losses_are_finite_and_not_negative(
        model in any_model(),
        x in any_features(),
        label in any_label(),
        delta in 0.0_f32..10.0,
    ) {
        let mut margins = [0.0; C];
        if let Ok(loss) = Hinge::new(delta, 0.0).unwrap().margins(&model, &x, label, &mut margins) {
            prop_assert!(loss.is_finite() && loss >= 0.0 && loss.is_sign_positive(), "{loss}");
            prop_assert!(label < C && x.iter().all(|x| x.is_finite()));
        }
    }

    #[test]
    fn the_prediction_is_the_first_of_the_highest_scores(model in any_model(), x in any_features()) {
        let mut scores = [0.0; C];
        match model.scores(&x, &mut scores) {
            Ok(()) => {
                let predicted = model.predict(&x).unwrap();
                prop_assert_eq!(predicted, argmax(&scores));
                prop_assert!(scores[..predicted].iter().all(|score| *score < scores[predicted]));
                prop_assert!(scores.iter().all(|score| *score <= scores[predicted]));
            }
            Err(error) => {
                prop_assert_eq!(model.predict(&x), Err(error));
                prop_assert!(scores.iter().any(|score| !score.is_finite()));
            }
        }
    }

    #[test]
    fn what_is_saved_is_loaded_to_the_bit(model in any_model()) {
        let mut loaded = Model::<C, F>::new();
        let (weights, bias, scale) = model.parts();
        loaded.load(weights, bias, scale).unwrap();
        prop_assert_eq!(ModelBits::of(&loaded), ModelBits::of(&model));
        prop_assert_eq!(loaded.checksum(), model.checksum());
    }

    /// A step on any input is either taken and leaves finite numbers, or refused and leaves everything unchanged.
    #[test]
    fn sgd_steps_are_finite_or_refused(
        mut model in any_model(),
        (hinge, schedule) in any_descent(),
        samples in prop::collection::vec((any_features(), any_label()), 1..12),
    ) {
        let mut sgd = Sgd::new(hinge, schedule).unwrap();
        for (x, label) in samples {
            let before = (ModelBits::of(&model), sgd);
            match sgd.step(&mut model, &x, label) {
                Ok(_) => prop_assert!(is_finite(&model), "after a step on {x:?}"),
                Err(_) => prop_assert_eq!((ModelBits::of(&model), sgd), before, "after a refusal of {:?}", x),
            }
        }
    }

    #[test]
    fn batch_steps_are_finite_or_refused(
        mut model in any_model(),
        (hinge, schedule) in any_descent(),
        batches in prop::collection::vec(prop::collection::vec((any_features(), any_label()), 1..4), 1..8),
    ) {
        let mut gradient = Gradient::new();
        let mut descent = GradientDescent::new(hinge, schedule, &mut gradient).unwrap();
        for batch in batches {
            let (features, labels) = batch.into_iter().unzip();
            let set = Set::<F> { features, labels };
            let before = (ModelBits::of(&model), descent.progress());
            match descent.step(&mut model, &mut set.slices()) {
                Ok(_) => prop_assert!(is_finite(&model), "after a step on {set:?}"),
                Err(_) => prop_assert_eq!((ModelBits::of(&model), descent.progress()), before, "{:?}", set),
            }
        }
    }

    /// Huge steps on ordinary data drive the weights to the end of the range: whatever the tracked bound says, no
    /// weight may become infinite.
    #[test]
    fn weights_stay_finite_at_the_end_of_the_range(
        seed: u64,
        shrink in prop_oneof![Just(0.0_f32), 0.0_f32..0.99],
        rate in 1e36_f32..1.5e38,
        delta in 0.0_f32..2e38,
        switch in 0_usize..40,
    ) {
        let mut rng = generate::rng(seed);
        let huge = |rng: &mut _| generate::one_of(rng, &[0.0, 1.7e38, -1.7e38, 1e38, -1e38, 1e37]);
        let mut model = generate::model::<C, F>(&mut rng, 1.0, huge);
        let hinge = Hinge::new(delta, shrink / rate / 2.0).unwrap();
        let mut sgd = Sgd::new(hinge, Constant { rate }).unwrap();
        let mut gradient = Gradient::new();
        let mut descent = GradientDescent::new(hinge, Constant { rate }, &mut gradient).unwrap();
        for step in 0..40 {
            let set = Set::<F>::draw(&mut rng, 1, C, |rng| generate::one_of(rng, &[0.0, 1.0, -1.0, 0.5, -0.1]));
            let before = ModelBits::of(&model);
            let taken = if step < switch {
                sgd.step(&mut model, &set.features[0], set.labels[0]).is_ok()
            } else {
                descent.step(&mut model, &mut set.slices()).is_ok()
            };
            prop_assert!(is_finite(&model), "step {step}");
            prop_assert!(taken || ModelBits::of(&model) == before, "step {step}");
        }
    }

    /// The contents of the lent candidate have no influence on a search.
    #[test]
    fn the_candidate_of_a_search_is_scratch(model in any_model(), scratch in any_model(), seeds: [u64; 2]) {
        let set = ordinary_set(seeds[0], 5);
        let state = Search::new(Hinge::new(1.0, 0.1).unwrap(), 1.0).unwrap();
        let outcomes = [scratch, Model::new()].map(|mut candidate| {
            let (mut model, mut rng) = (model.clone(), generate::rng(seeds[1]));
            let mut draws = RandomSearch::new(state, &mut candidate);
            let drawn = draws.step(&mut model, &mut set.slices(), &mut rng);
            let mut moves = RandomLocalSearch::new(draws.state(), &mut candidate);
            let moved = moves.step(&mut model, &mut set.slices(), &mut rng);
            (drawn, moved, moves.state(), ModelBits::of(&model))
        });
        prop_assert_eq!(&outcomes[0], &outcomes[1]);
    }

    /// A search moves from one finite model to another.
    #[test]
    fn searches_are_finite_or_refused(
        mut model in any_model(),
        mut candidate in any_model(),
        deviation in prop_oneof![1e-3_f32..10.0, 1e36_f32..f32::MAX],
        samples in prop::collection::vec((any_features(), 0..C), 1..4),
        seed: u64,
    ) {
        let (features, labels) = samples.into_iter().unzip();
        let set = Set::<F> { features, labels };
        let mut state = Search::new(Hinge::new(1.0, 0.0).unwrap(), deviation).unwrap();
        let mut rng = generate::rng(seed);
        for step in 0..6 {
            let before = (ModelBits::of(&model), state);
            let (taken, after) = if step % 2 == 0 {
                let mut search = RandomSearch::new(state, &mut candidate);
                (search.step(&mut model, &mut set.slices(), &mut rng), search.state())
            } else {
                let mut search = RandomLocalSearch::new(state, &mut candidate);
                (search.step(&mut model, &mut set.slices(), &mut rng), search.state())
            };
            state = after;
            prop_assert!(is_finite(&model), "step {step}");
            match taken {
                Ok(taken) => prop_assert_eq!(state.best(), Some(taken.best)),
                Err(_) => prop_assert_eq!((ModelBits::of(&model), state), before, "step {}", step),
            }
            let descended = Sgd::new(state.hinge(), Constant { rate: 1e37 }).unwrap().step(
                &mut model,
                &[1.0, -1.0, 0.5, 0.0],
                step % C,
            );
            prop_assert!(is_finite(&model), "after {descended:?}");
        }
    }
}
