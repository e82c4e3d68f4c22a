//! Decisions with their doubt, counts of them, and the guard of what was learnt.

use hingeline::kernel::Portable;
use hingeline::{
    Adoption, Confusion, Constant, Decision, DynModel, DynSlices, Error, Hinge, Model, Order, Review, Samples, Scale,
    Selected, Sgd, Slices, Stopped, Threshold, argmax,
};
use hingeline_examples::digits::{CLASSES, FEATURES, digits};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate::{self, Set, below, one_of};

#[test]
fn a_decision_is_the_two_best_scores() {
    for seed in 0..5_000 {
        let mut rng = generate::rng(seed);
        let classes = 2 + below(&mut rng, 9);
        let draw = [generate::ordinary, generate::special][seed as usize % 2];
        let mut scores = generate::values(&mut rng, classes, draw);
        if seed % 3 == 0 {
            scores = generate::values(&mut rng, classes, |rng| generate::whole(rng, 1));
        }
        let mut order: Vec<_> = (0..classes).collect();
        // The sort is stable: among equal scores, the lowest class comes first.
        order.sort_by(|a, b| scores[*b].partial_cmp(&scores[*a]).unwrap());
        let expected = Decision { class: order[0], runner_up: order[1], gap: scores[order[0]] - scores[order[1]] };
        assert_eq!(Decision::of(&scores), expected, "seed {seed}: {scores:?}");
        assert_eq!(expected.class, argmax(&scores));
    }
    assert_eq!(Decision::of(&[]).gap, f32::INFINITY);
    assert_eq!(Decision::of(&[f32::MAX, f32::MIN]).gap, f32::INFINITY);
}

#[test]
fn an_answer_below_the_threshold_is_none() {
    let decision = Decision { class: 3, runner_up: 1, gap: 0.5 };
    assert_eq!([0.0, 0.5, -1.0].map(|threshold| decision.at_least(threshold)), [Some(3); 3]);
    assert_eq!([0.500_001, f32::INFINITY, f32::NAN].map(|threshold| decision.at_least(threshold)), [None; 3]);
    let model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0).unwrap();
    assert_eq!(model.decide(&[f32::NAN]), Err(Error::NonFiniteScore));
}

/// Counts by hand, for random answers, including classes without samples and without answers.
#[test]
fn measures_are_those_of_the_counts() {
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let (classes, used) = (5, 1 + below(&mut rng, 5));
        let mut counts = vec![7; classes * classes];
        let mut confusion = Confusion::new(&mut counts, classes).unwrap();
        let answers: Vec<_> =
            (0..below(&mut rng, 40)).map(|_| (below(&mut rng, used), below(&mut rng, classes))).collect();
        for (label, predicted) in &answers {
            confusion.add(*label, *predicted).unwrap();
        }
        let count = |holds: &dyn Fn(usize, usize) -> bool| answers.iter().filter(|(l, p)| holds(*l, *p)).count() as f32;
        let ratio = |part: f32, whole: f32| (whole > 0.0).then(|| part / whole);
        let (mut recalls, mut f1s) = (vec![], vec![]);
        for class in 0..classes {
            let right = count(&|l, p| l == class && p == class);
            let (samples, named) = (count(&|l, _| l == class), count(&|_, p| p == class));
            assert_eq!(confusion.recall(class), ratio(right, samples), "seed {seed}");
            assert_eq!(confusion.precision(class), ratio(right, named), "seed {seed}");
            assert_eq!(confusion.f1(class), ratio(2.0 * right, samples + named), "seed {seed}");
            recalls.extend(ratio(right, samples));
            f1s.extend(ratio(2.0 * right, samples + named));
        }
        let mean = |values: &[f32]| ratio(values.iter().sum(), values.len() as f32);
        assert_eq!(confusion.balanced_accuracy(), mean(&recalls), "seed {seed}");
        assert_eq!(confusion.macro_f1(), mean(&f1s), "seed {seed}");
        assert_eq!(confusion.accuracy(), ratio(count(&|l, p| l == p), answers.len() as f32), "seed {seed}");
    }
}

/// The output of scikit-learn 1.5 for y = [0, 0, 1, 1, 1, 3], p = [0, 1, 1, 1, 4, 3]: `classification_report` and
/// `balanced_accuracy_score`.
#[test]
fn measures_are_those_of_scikit_learn() {
    let mut counts = [0; 25];
    let mut confusion = Confusion::new(&mut counts, 5).unwrap();
    for (label, predicted) in [(0, 0), (0, 1), (1, 1), (1, 1), (1, 4), (3, 3)] {
        confusion.add(label, predicted).unwrap();
    }
    let two_thirds = Some(2.0 / 3.0);
    assert_eq!([0, 1, 3].map(|class| confusion.recall(class)), [Some(0.5), two_thirds, Some(1.0)]);
    assert_eq!([0, 1, 3, 4].map(|class| confusion.precision(class)), [Some(1.0), two_thirds, Some(1.0), Some(0.0)]);
    // Class 2 has neither samples nor answers, and is left out.
    assert_eq!([2, 4].map(|class| confusion.f1(class)), [None, Some(0.0)]);
    assert!((confusion.macro_f1().unwrap() - 0.583_333_3).abs() < 1e-6);
    assert!((confusion.balanced_accuracy().unwrap() - 0.722_222_2).abs() < 1e-6);
}

#[test]
fn what_cannot_be_counted_is_refused() {
    assert_eq!(Confusion::new(&mut [0; 1], 1), Err(Error::InvalidShape));
    assert_eq!(Confusion::new(&mut [0; 9], 3).unwrap().classes(), 3);
    assert_eq!(Confusion::new(&mut [0; 5], 2), Err(Error::ShapeMismatch));
    assert_eq!(Confusion::new(&mut [], usize::MAX), Err(Error::ShapeMismatch));
    let mut counts = [0; 4];
    let mut confusion = Confusion::new(&mut counts, 2).unwrap();
    for (label, predicted) in [(2, 0), (0, 2), (usize::MAX, 1), (1, usize::MAX)] {
        assert_eq!(confusion.add(label, predicted), Err(Error::LabelOutOfRange));
        assert_eq!(confusion.count(label, predicted), None);
    }
    assert_eq!(confusion.counts(), &[0; 4]);
    assert_eq!((confusion.accuracy(), confusion.macro_f1(), confusion.balanced_accuracy()), (None, None, None));
    assert_eq!((confusion.recall(9), confusion.precision(9), confusion.f1(9)), (None, None, None));
    let model = Model::<2, 1>::new();
    let mut samples = Slices::new(&[[1.0], [f32::NAN], [1.0]], &[1_u8, 0, 0]).unwrap();
    let stopped = Stopped { error: Error::NonFiniteScore, sample: Some(1) };
    assert_eq!(confusion.add_set(&model, &mut samples), Err(stopped));
    assert_eq!(confusion.counts(), &[0, 0, 1, 0]);
    let mut none = Slices::<1>::new(&[], &[]).unwrap();
    assert_eq!(confusion.add_set(&model, &mut none), Err(Error::EmptySet.into()));
    assert_eq!(confusion.add_set(&Model::<3, 1>::new(), &mut samples), Err(Error::ShapeMismatch.into()));
}

/// The smallest of all gaps from which the answers are precise enough, found by trying each gap.
#[test]
fn a_threshold_is_the_smallest_that_is_precise_enough() {
    for seed in 0..2_000 {
        let mut rng = generate::rng(seed);
        let n = 1 + below(&mut rng, 40);
        // Many gaps are equal, some are 0, and some overflow.
        let size = one_of(&mut rng, &[1.0, 1.0, 1.0, f32::MAX]);
        let model = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0).unwrap();
        let features = (0..n).map(|_| [size * (generate::whole(&mut rng, 3) / 3.0)]).collect();
        let set = Set { features, labels: (0..n).map(|_| below(&mut rng, 2)).collect() };
        let precision = one_of(&mut rng, &[0.3, 0.5, 0.75, 0.9, 1.0]);
        let decisions: Vec<_> = set.iter().map(|(x, label)| (model.decide(x).unwrap(), label)).collect();
        let mut expected: Option<Threshold> = None;
        for (candidate, _) in &decisions {
            let answers = decisions.iter().filter(|(decision, _)| decision.gap >= candidate.gap);
            let answered = answers.clone().count();
            let correct = answers.filter(|(decision, label)| decision.class == *label).count();
            let is_lower = expected.is_none_or(|other| candidate.gap < other.gap);
            if is_lower && correct as f32 / answered as f32 >= precision {
                expected = Some(Threshold { gap: candidate.gap, answered, correct, samples: n });
            }
        }
        let mut buffer = vec![0.0; n + 2];
        let reported = Threshold::for_precision(precision, &model, &mut set.slices(), &mut buffer).unwrap();
        assert_eq!(reported, expected, "seed {seed}, precision {precision}, {decisions:?}");
        assert_eq!(&buffer[n..], &[0.0; 2], "what is behind the gaps is left alone");
    }
}

#[test]
fn thresholds_of_no_use_are_refused() {
    let model = Model::<2, 1>::new();
    let mut samples = Slices::new(&[[1.0], [f32::NAN]], &[0_u8, 0]).unwrap();
    for precision in [0.0, -1.0, 1.000_001, f32::NAN] {
        let refused = Threshold::for_precision(precision, &model, &mut samples, &mut [0.0; 2]);
        assert_eq!(refused, Err(Error::InvalidPrecision.into()));
    }
    let find = |samples: &mut dyn Samples<1>, gaps: &mut [f32]| Threshold::for_precision(0.5, &model, samples, gaps);
    assert_eq!(find(&mut samples, &mut [0.0]), Err(Error::ShapeMismatch.into()));
    let stopped = Stopped { error: Error::NonFiniteScore, sample: Some(1) };
    assert_eq!(find(&mut samples, &mut [0.0; 2]), Err(stopped));
    let mut strange = Slices::new(&[[1.0]], &[2_u8]).unwrap();
    let stopped = Stopped { error: Error::LabelOutOfRange, sample: Some(0) };
    assert_eq!(find(&mut strange, &mut [0.0; 2]), Err(stopped));
    assert_eq!(find(&mut Slices::<1>::new(&[], &[]).unwrap(), &mut [0.0; 2]), Err(Error::EmptySet.into()));
}

/// Trains a model of the digits for an epoch on all samples, with the labels that the closure returns.
fn learn(model: &mut Model<CLASSES, FEATURES>, seed: u64, reported: impl Fn(u8) -> usize) {
    let train = digits().train;
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-3).unwrap(), Constant { rate: 0.01 }).unwrap();
    let mut order = Order::new(train.labels.len(), &mut generate::rng(seed)).unwrap();
    while order.epoch() == 0 {
        let (x, label) = (&train.features[order.index()], train.labels[order.index()]);
        sgd.step(model, x, reported(label)).unwrap();
        order.skip();
    }
}

/// On the digits, 99 of 100 answers are right where the model is sure enough, and it answers most of the samples.
#[test]
fn a_threshold_holds_on_other_samples() {
    let set = digits();
    let mut model = Model::new();
    learn(&mut model, 1, usize::from);
    let mut samples = set.test.samples().unwrap();
    let (first, second): (Vec<_>, Vec<_>) = (0..500).partition(|index| index % 2 == 0);
    let mut validation = Selected::new(&mut samples, &first);
    let threshold = Threshold::for_precision(0.99, &model, &mut validation, &mut [0.0; 250]).unwrap().unwrap();
    assert!(threshold.precision() >= 0.99 && threshold.coverage() > 0.5, "{threshold:?}");
    let (mut answered, mut right) = (0, 0);
    for index in second {
        let (x, label) = samples.sample(index).unwrap();
        if let Some(class) = model.decide(x).unwrap().at_least(threshold.gap) {
            answered += 1;
            right += i32::from(class == label);
        }
    }
    // The threshold was chosen on other samples, so the precision is known to a few percent.
    assert!(answered > 125 && right * 100 >= answered * 96, "{right} of {answered} answers are right");
}

/// Wrong labels for a while: the published model never gets worse, and it learns again once they are over.
#[test]
fn a_poisoned_stream_is_not_published() {
    let set = digits();
    let (mut shadow, mut published) = (Model::new(), Model::new());
    let mut kept = set.test.samples().unwrap();
    let kept = &mut Selected::new(&mut kept, const { &numbers::<100>() });
    let adoption = Adoption::new(0.0).unwrap();
    let mut best = 0;
    for (round, poisoned) in [false, true, true, false, true, false].into_iter().enumerate() {
        learn(&mut shadow, round as u64, |label| usize::from(if poisoned { (label + 3) % 10 } else { label }));
        let review = adoption.review(&mut shadow, &mut published, kept).unwrap();
        assert!(!poisoned || !review.adopted, "round {round}: {review:?}");
        let evaluation = Hinge::new(1.0, 0.0).unwrap().evaluate(&published, kept).unwrap();
        assert!(evaluation.correct >= best, "round {round}: {review:?}");
        best = evaluation.correct;
        assert_eq!(ModelBits::of(&shadow), ModelBits::of(&published), "after a review both are the same");
    }
    assert!(best >= 88, "{best} of 100");
}

const fn numbers<const N: usize>() -> [usize; N] {
    let mut numbers = [0; N];
    let mut index = 0;
    while index < N {
        numbers[index] = index;
        index += 1;
    }
    numbers
}

#[test]
fn a_review_adopts_what_is_no_worse() {
    let mut kept = Slices::new(&[[1.0], [-1.0], [2.0], [-2.0]], &[0_u8, 1, 0, 1]).unwrap();
    let good = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 0.5).unwrap();
    // Recognises three of the four.
    let worse = Model::from_parts([[1.0], [-1.0]], [3.0, 0.0], 1.0).unwrap();
    for (tolerance, adopted) in [(0.0, false), (0.249, false), (0.25, true), (0.9, true)] {
        let (mut shadow, mut published) = (worse.clone(), good.clone());
        let review = Adoption::new(tolerance).unwrap().review(&mut shadow, &mut published, &mut kept).unwrap();
        assert_eq!(review, Review { adopted, shadow_correct: 3, published_correct: 4, samples: 4 }, "{tolerance}");
        let expected = if adopted { &worse } else { &good };
        assert_eq!(
            (ModelBits::of(&shadow), ModelBits::of(&published)),
            (ModelBits::of(expected), ModelBits::of(expected))
        );
        assert_eq!(shadow.parts().2, Scale::from(expected.scale()));
    }
    // An equally good shadow is adopted, and so is a better one.
    let (mut shadow, mut published) = (good.clone(), worse.clone());
    assert!(Adoption::new(0.0).unwrap().review(&mut shadow, &mut published, &mut kept).unwrap().adopted);
    // A shadow whose scores overflow recognises nothing.
    let huge = Model::from_parts([[3e38], [-3e38]], [0.0; 2], 1.0).unwrap();
    let mut shadow = huge.clone();
    let review = Adoption::new(0.25).unwrap().review(&mut shadow, &mut published, &mut kept).unwrap();
    assert_eq!((review.adopted, review.shadow_correct), (false, 2));

    // After a refusal both are as before.
    let mut cases: [(Slices<'_, 1>, Stopped); 3] = [
        (Slices::new(&[], &[]).unwrap(), Error::EmptySet.into()),
        (Slices::new(&[[1.0]], &[2]).unwrap(), Stopped { error: Error::LabelOutOfRange, sample: Some(0) }),
        (
            Slices::new(&[[1.0], [f32::NAN]], &[0, 1]).unwrap(),
            Stopped { error: Error::NonFiniteScore, sample: Some(1) },
        ),
    ];
    for (set, stopped) in &mut cases {
        let (mut shadow, mut published) = (worse.clone(), good.clone());
        assert_eq!(Adoption::new(0.0).unwrap().review(&mut shadow, &mut published, set), Err(*stopped));
        assert_eq!((ModelBits::of(&shadow), ModelBits::of(&published)), (ModelBits::of(&worse), ModelBits::of(&good)));
    }
    for tolerance in [-1e-9, 1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(Adoption::new(tolerance), Err(Error::InvalidTolerance));
    }
}

#[test]
fn models_of_other_shapes_are_not_reviewed() {
    let mut memory = [[0.0; DynModel::memory_len(2, 1)]; 1];
    let mut wider = vec![0.0; DynModel::memory_len(2, 2)];
    let mut shadow = DynModel::new(&mut memory[0], 2, 1).unwrap();
    let mut published = DynModel::new(&mut wider, 2, 2).unwrap();
    let mut kept = DynSlices::new(1, &[1.0], &[0_u8]).unwrap();
    let refused = Adoption::new(0.0).unwrap().review(&mut shadow, &mut published, &mut kept);
    assert_eq!(refused, Err(Error::ShapeMismatch.into()));
}

/// The bound of the weights is copied too: a step that would make them infinite is still refused.
#[test]
fn a_model_that_has_gone_back_is_guarded() {
    let mut kept = Slices::new(&[[1.0]], &[0_u8]).unwrap();
    let mut published = Model::from_parts([[3e38], [-3e38]], [0.0; 2], 1.0).unwrap();
    let mut shadow = Model::<2, 1>::new();
    let mut sgd = Sgd::new(Hinge::new(2e38, 0.0).unwrap(), Constant { rate: 2e38 }).unwrap();
    sgd.step(&mut shadow, &[1e-3], 1).unwrap();
    let review = Adoption::new(0.0).unwrap().review(&mut shadow, &mut published, &mut kept).unwrap();
    assert!(!review.adopted);
    assert_eq!(sgd.step(&mut shadow, &[0.3], 0), Err(Error::NonFiniteStep));
}

#[test]
fn a_grown_model_keeps_its_rows() {
    let mut rng = generate::rng(5);
    let smaller = generate::model::<4, 7>(&mut rng, 0.375, generate::ordinary);
    let mut grown = generate::model::<6, 7>(&mut rng, 1.0, generate::ordinary);
    grown.grow_from(&smaller, -1.25).unwrap();
    assert_eq!(grown.weights()[..4], smaller.weights()[..]);
    assert_eq!((&grown.weights()[4..], &grown.bias()[4..]), ([[0.0; 7]; 2].as_slice(), [-1.25; 2].as_slice()));
    assert_eq!((&grown.bias()[..4], grown.parts().2), (smaller.bias().as_slice(), smaller.parts().2));
    let x = [0.5; 7];
    let (mut old, mut new) = ([0.0; 4], [0.0; 6]);
    smaller.scores(&x, &mut old).unwrap();
    grown.scores(&x, &mut new).unwrap();
    assert_eq!(
        (old.map(f32::to_bits).as_slice(), new[4..].to_vec()),
        (new.map(f32::to_bits)[..4].as_ref(), vec![-1.25; 2])
    );

    let mut memory = [vec![0.0; DynModel::memory_len(4, 7)], vec![0.0; DynModel::memory_len(6, 7)]];
    let [first, second] = &mut memory;
    let mut runtime = DynModel::new(first, 4, 7).unwrap();
    let (weights, bias, scale) = smaller.parts();
    runtime.load(weights, bias, scale).unwrap();
    let mut larger = DynModel::new(second, 6, 7).unwrap();
    larger.grow_from(&runtime, -1.25).unwrap();
    assert_eq!(larger.checksum(), grown.checksum());
    let checksum = larger.checksum();
    assert_eq!(larger.grow_from(&runtime, f32::NAN), Err(Error::NonFiniteModel));
    assert_eq!(runtime.grow_from(&larger, 0.0), Err(Error::ShapeMismatch));
    let mut other = vec![0.0; DynModel::memory_len(5, 8)];
    assert_eq!(DynModel::new(&mut other, 5, 8).unwrap().grow_from(&runtime, 0.0), Err(Error::ShapeMismatch));
    assert_eq!((larger.checksum(), runtime.checksum()), (checksum, smaller.checksum()));

    // Grown from a model on another kernel; then it learns the new class.
    let mut portable = Model::<6, 7, Portable>::on(Portable);
    portable.grow_from(&smaller, 0.0).unwrap();
    let before = ModelBits::of(&portable);
    assert_eq!(portable.grow_from(&smaller, f32::INFINITY), Err(Error::NonFiniteModel));
    assert_eq!(ModelBits::of(&portable), before);
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 1.0 }).unwrap();
    for _ in 0..50 {
        sgd.step(&mut portable, &x, 5).unwrap();
    }
    assert_eq!(portable.predict(&x), Ok(5));
}
