//! Evaluation on a set, and early stopping.

use hingeline::{EarlyStopping, Error, Hinge, Model, Stopped, Verdict, argmax};
use hingeline_host_tests::bits::{ModelBits, assert_same};
use hingeline_host_tests::for_shapes;
use hingeline_host_tests::generate::{self, Set};

#[test]
fn an_evaluation_is_the_loss_without_l2_and_a_count() {
    for_shapes!(evaluations());
}

fn evaluations<const C: usize, const F: usize>() {
    for seed in 0..10 {
        let mut rng = generate::rng(seed);
        let model = generate::model::<C, F>(&mut rng, 0.7, generate::ordinary);
        let set = Set::<F>::draw(&mut rng, 37, C, generate::ordinary);
        let evaluation = Hinge::new(1.0, 0.5).unwrap().evaluate(&model, &mut set.slices()).unwrap();
        let loss = Hinge::new(1.0, 0.0).unwrap().loss(&model, &mut set.slices()).unwrap();
        assert_same(evaluation.data_loss, loss, format_args!("{C}x{F}, seed {seed}"));
        let is_right = |(x, label): &(&[f32; F], usize)| {
            let mut scores = [0.0; C];
            model.scores(x, &mut scores).unwrap();
            argmax(&scores) == *label
        };
        assert_eq!(evaluation.correct, set.iter().filter(is_right).count(), "{C}x{F}, seed {seed}");
        assert_eq!(evaluation.samples, 37);
        assert_eq!(evaluation.accuracy(), evaluation.correct as f32 / 37.0);
    }
}

#[test]
fn an_evaluation_refuses_what_a_loss_refuses() {
    let (model, hinge) = (Model::<2, 1>::new(), Hinge::new(1.0, 0.0).unwrap());
    let evaluate = |features: &[[f32; 1]], labels: &[usize]| {
        hinge.evaluate(&model, &mut Set { features: features.to_vec(), labels: labels.to_vec() }.slices())
    };
    assert_eq!(evaluate(&[], &[]), Err(Error::EmptySet.into()));
    let at = |error| Err(Stopped { error, sample: Some(1) });
    assert_eq!(evaluate(&[[1.0], [f32::NAN]], &[0, 1]), at(Error::NonFiniteScore));
    assert_eq!(evaluate(&[[1.0], [1.0]], &[0, 2]), at(Error::LabelOutOfRange));
}

/// A model that can be distinguished from others.
fn numbered(number: u16) -> Model<2, 1> {
    Model::from_parts([[f32::from(number)], [0.0]], [0.0; 2], 1.0).unwrap()
}

/// The verdict on each value, and the number of the model that was kept.
fn verdicts(patience: u32, values: &[f32]) -> (Vec<Verdict>, f32) {
    let mut stopping = EarlyStopping::new(patience).unwrap();
    let mut best = numbered(999);
    let observe = |(value, number): (&f32, u16)| stopping.observe(*value, &numbered(number), &mut best).unwrap();
    let verdicts = values.iter().zip(0..).map(observe).collect();
    (verdicts, best.weights()[0][0])
}

#[test]
fn the_best_model_is_kept_and_patience_ends() {
    use Verdict::{Improved, Stop, Waiting};
    assert_eq!(verdicts(1, &[0.5, 0.5]), (vec![Improved, Stop], 0.0));
    assert_eq!(verdicts(2, &[0.5, 0.4, 0.6, 0.4]), (vec![Improved, Improved, Waiting, Stop], 1.0));
    // A lower value restores the full patience.
    let expected = (vec![Improved, Waiting, Improved, Waiting, Stop], 2.0);
    assert_eq!(verdicts(2, &[0.5, 0.6, 0.3, 0.4, 0.3]), expected);
    // A loss that overflowed is worse than any other, and not better than another overflow.
    assert_eq!(verdicts(3, &[f32::INFINITY, f32::INFINITY, 1.0]), (vec![Improved, Waiting, Improved], 2.0));
}

#[test]
fn continuing_after_the_stop_reports_it_again() {
    assert_eq!(verdicts(1, &[0.1, 0.2, 0.3, 0.0]).0[1..], [Verdict::Stop, Verdict::Stop, Verdict::Improved]);
}

#[test]
fn refusals() {
    assert_eq!(EarlyStopping::new(0), Err(Error::InvalidPatience));
    assert_eq!(EarlyStopping::resume(0, None, 0), Err(Error::InvalidPatience));
    assert_eq!(EarlyStopping::resume(1, Some(f32::NAN), 0), Err(Error::InvalidState));
    let mut stopping = EarlyStopping::new(2).unwrap();
    let (before, mut best) = (stopping, numbered(7));
    assert_eq!(stopping.observe(f32::NAN, &numbered(1), &mut best), Err(Error::NonFiniteLoss));
    assert_eq!((stopping, ModelBits::of(&best)), (before, ModelBits::of(&numbered(7))));
}

#[test]
fn a_saved_state_goes_on() {
    let values = [0.5, 0.6, 0.4, 0.7, 0.8, 0.9];
    let mut stopping = EarlyStopping::new(3).unwrap();
    let mut best = numbered(0);
    for value in values {
        let mut again = EarlyStopping::resume(stopping.patience(), stopping.lowest(), stopping.waited()).unwrap();
        let verdict = stopping.observe(value, &numbered(1), &mut best);
        assert_eq!(again.observe(value, &numbered(1), &mut best), verdict);
        assert_eq!(again, stopping);
    }
    assert_eq!((stopping.lowest(), stopping.waited()), (Some(0.4), 3));
}
