//! Every strategy lowers the loss on real data by a minimum amount, and in the lecture's order.

use hingeline::{Constant, Hinge, Model, Order, Sgd, Slices, Stopped};
use hingeline_examples::dataset::Dataset;
use hingeline_examples::digits::{CLASSES, FEATURES, RECIPE, digits};
use hingeline_examples::strategy::{Budget, Effort, Plan, Strategy, go_on};

const BUDGET: Budget = Budget { seed: 1, epochs: 50, averaged: 0 };

struct Trained {
    model: Model<CLASSES, FEATURES>,
    effort: Effort,
    loss: f32,
    accuracy: f64,
}

fn hinge() -> Hinge {
    Hinge::new(1.0, 1e-3).unwrap()
}

fn train(strategy: Strategy, plan: Plan, set: &Dataset<FEATURES>) -> Result<Trained, Stopped> {
    let mut model = Model::new();
    let effort = strategy.train(plan, hinge(), BUDGET, &mut model, &set.train, go_on)?;
    let loss = hinge().loss(&model, &mut set.train.samples()?)?;
    let accuracy = set.test.accuracy(&model)?;
    Ok(Trained { model, effort, loss, accuracy })
}

/// The loss of zero weights is (C − 1) Δ: the reference for all others.
const LOSS_OF_ZERO: f32 = 9.0;

#[test]
fn each_strategy_lowers_the_loss_and_reaches_an_accuracy() {
    let set = digits();
    let zero = hinge().loss(&Model::<CLASSES, FEATURES>::new(), &mut set.train.samples().unwrap());
    assert_eq!(zero, Ok(LOSS_OF_ZERO));
    // The maximum loss and the minimum test accuracy; guessing gives 10 %.
    let expected = [
        (Strategy::RandomSearch, 7.5, 0.15),
        (Strategy::RandomLocalSearch, 6.0, 0.3),
        (Strategy::GradientDescent, 0.15, 0.88),
        (Strategy::MiniBatch, 0.05, 0.88),
        (Strategy::Sgd, 0.05, 0.88),
    ];
    for (strategy, loss, accuracy) in expected {
        let trained = train(strategy, RECIPE.plan(strategy), &set).unwrap();
        assert!(trained.loss < loss, "{strategy:?}: loss {}", trained.loss);
        assert!(trained.accuracy > accuracy, "{strategy:?}: test accuracy {}", trained.accuracy);
        assert_eq!(trained.effort.evaluations, 50 * 1_297, "{strategy:?}");
    }
}

#[test]
fn gradients_beat_local_search_beats_random_search() {
    let set = digits();
    let loss = |strategy: Strategy| train(strategy, RECIPE.plan(strategy), &set).unwrap().loss;
    let (random, local, gradient) =
        (loss(Strategy::RandomSearch), loss(Strategy::RandomLocalSearch), loss(Strategy::GradientDescent));
    assert!(gradient < 0.1 * local && local < 0.85 * random, "{random} {local} {gradient}");
}

#[test]
fn full_batch_descent_with_a_small_rate_never_raises_the_loss() {
    let set = digits();
    let mut samples = set.train.samples().unwrap();
    let mut gradient = hingeline::Gradient::new();
    let schedule = Constant { rate: 1e-3 };
    let mut descent = hingeline::GradientDescent::new(hinge(), schedule, &mut gradient).unwrap();
    let mut model = Model::<CLASSES, FEATURES>::new();
    let mut before = LOSS_OF_ZERO;
    for step in 0..50 {
        descent.step(&mut model, &mut samples).unwrap();
        let loss = hinge().loss(&model, &mut samples).unwrap();
        assert!(loss < before, "step {step}: {before} to {loss}");
        before = loss;
    }
}

#[test]
fn searches_report_the_loss_of_the_model_that_they_keep() {
    use hingeline::{RandomLocalSearch, RandomSearch, Search, SearchStep};
    use rand_core::SeedableRng;

    fn check(model: &Model<CLASSES, FEATURES>, set: &Dataset<FEATURES>, step: SearchStep, before: Option<f32>) {
        let loss = hinge().loss(model, &mut set.train.samples().unwrap()).unwrap();
        assert_eq!(loss.to_bits(), step.best.to_bits());
        assert_eq!(step.accepted, before.is_none_or(|before| step.loss < before));
        assert!(before.is_none_or(|before| step.best <= before));
    }

    let set = digits();
    let mut samples = set.train.samples().unwrap();
    let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(3);
    let (mut model, mut candidate) = (Model::<CLASSES, FEATURES>::new(), Model::new());
    let mut search = RandomSearch::new(Search::new(hinge(), 0.1).unwrap(), &mut candidate);
    for _ in 0..20 {
        let before = search.state().best();
        let step = search.step(&mut model, &mut samples, &mut rng).unwrap();
        check(&model, &set, step, before);
    }
    let mut search = RandomLocalSearch::new(Search::new(hinge(), 0.02).unwrap(), &mut candidate);
    let mut best = hinge().loss(&model, &mut samples).unwrap();
    for _ in 0..20 {
        let step = search.step(&mut model, &mut samples, &mut rng).unwrap();
        check(&model, &set, step, Some(best));
        best = step.best;
    }
    assert_eq!(search.state().steps(), 20);
}

#[test]
fn no_strategy_touches_rows_without_need() {
    let set = digits();
    let mut trained = train(Strategy::Sgd, RECIPE.plan(Strategy::Sgd), &set).unwrap();
    let mut sgd = hingeline::Sgd::new(hinge(), Constant { rate: 0.01 }).unwrap();
    let mut untouched = 0;
    for (x, &label) in set.train.features.iter().zip(&set.train.labels).take(200) {
        let before = trained.model.clone();
        let mut margins = [0.0; CLASSES];
        hinge().margins(&before, x, label.into(), &mut margins).unwrap();
        let step = sgd.step(&mut trained.model, x, label.into()).unwrap();
        assert!(!step.folded);
        for (class, margin) in margins.iter().enumerate() {
            let written = step.violations > 0 && (*margin > 0.0 || class == usize::from(label));
            let same = before.weights()[class].map(f32::to_bits) == trained.model.weights()[class].map(f32::to_bits);
            assert_eq!(same, !written, "class {class} of margin {margin}");
            untouched += usize::from(same);
        }
        // L2 is still applied, through the scale.
        assert!(trained.model.scale() < before.scale());
    }
    assert!(untouched > 1_500, "the test saw {untouched} rows left alone");
}

/// Steps of 10⁻³⁰ change no loss: two samples have a loss of 2, and two of 0.
#[test]
fn an_epoch_reports_the_mean_loss() {
    let mut model = Model::<2, 1>::from_parts([[0.0]; 2], [0.0, 1.0], 1.0).unwrap();
    let mut samples = Slices::new(&[[1.0], [2.0], [3.0], [4.0]], &[0u8, 1, 1, 0]).unwrap();
    let mut order = Order::resume([1, 2, 3, 4], 4, 0, 0).unwrap();
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 1e-30 }).unwrap();
    let epoch = sgd.epoch(&mut model, &mut samples, &mut order).unwrap();
    assert_eq!((epoch.steps, epoch.satisfied, epoch.loss), (4, 2, 1.0));
}
