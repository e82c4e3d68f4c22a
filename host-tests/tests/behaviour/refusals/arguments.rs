//! Invalid hyper-parameters.

use core::fmt::Debug;

use hingeline::{
    Constant, Cosine, Error, FiniteDifference, Gradient, GradientDescent, Hinge, InverseTime, MiniBatch, Pegasos,
    Progress, Schedule, Search, Sgd, Slices, StepDecay,
};

const NOT_FINITE: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
const NEGATIVE: [f32; 3] = [-1.0, -1e-45, f32::MIN];
const TINY: f32 = 1e-45;

fn hinge() -> Hinge {
    Hinge::new(1.0, 0.0).unwrap()
}

/// Invalid values for parameters that must be above zero.
fn not_positive() -> impl Iterator<Item = f32> {
    NOT_FINITE.into_iter().chain(NEGATIVE).chain([0.0, -0.0])
}

/// Invalid values for parameters that must be at least zero; zeros of either sign are valid.
fn negative_or_not_finite() -> impl Iterator<Item = f32> {
    NOT_FINITE.into_iter().chain(NEGATIVE)
}

#[test]
fn margin_and_l2() {
    for bad in negative_or_not_finite() {
        assert_eq!(Hinge::new(bad, 0.0), Err(Error::InvalidMargin), "{bad}");
        assert_eq!(Hinge::new(1.0, bad), Err(Error::InvalidL2), "{bad}");
    }
    for good in [0.0, -0.0, TINY, f32::MAX / 2.0] {
        assert!(Hinge::new(good, good).is_ok(), "{good}");
    }
    assert!(Hinge::new(f32::MAX, 0.0).is_ok());
    // The gradient uses 2α.
    assert_eq!(Hinge::new(1.0, 2e38), Err(Error::InvalidL2));
}

/// All constructors of optimisers make the same checks.
#[track_caller]
fn assert_schedule_refused<R: Schedule + Debug + PartialEq>(hinge: Hinge, schedule: R, error: Error) {
    let mut gradient = Gradient::<2, 1>::new();
    assert_eq!(Progress::new(hinge, schedule, 0), Err(error), "{schedule:?}");
    assert_eq!(Sgd::new(hinge, schedule), Err(error), "{schedule:?}");
    assert_eq!(GradientDescent::new(hinge, schedule, &mut gradient).err(), Some(error), "{schedule:?}");
    assert_eq!(MiniBatch::new(hinge, schedule, 1, &mut gradient).err(), Some(error), "{schedule:?}");
}

#[test]
fn learning_rate() {
    for rate in not_positive() {
        let refused = Error::InvalidLearningRate;
        assert_eq!(Constant { rate }.check(), Err(refused), "{rate}");
        assert_schedule_refused(hinge(), Constant { rate }, refused);
        assert_schedule_refused(hinge(), InverseTime { rate, decay: 0.1 }, refused);
        assert_schedule_refused(hinge(), StepDecay { rate, factor: 0.5, every: 10 }, refused);
        assert_schedule_refused(hinge(), Cosine { rate, floor: 0.0, steps: 10 }, refused);
    }
    for rate in [TINY, f32::MAX] {
        assert!(Sgd::new(hinge(), Constant { rate }).is_ok(), "{rate}");
    }
}

#[test]
fn decay() {
    for decay in negative_or_not_finite() {
        assert_schedule_refused(hinge(), InverseTime { rate: 0.1, decay }, Error::InvalidDecay);
    }
    for decay in [0.0, TINY, f32::MAX] {
        assert!(Sgd::new(hinge(), InverseTime { rate: 0.1, decay }).is_ok(), "{decay}");
    }
}

#[test]
fn factor_and_period_of_a_step_decay() {
    for factor in not_positive().chain([1.0_f32.next_up()]) {
        assert_schedule_refused(hinge(), StepDecay { rate: 0.1, factor, every: 1 }, Error::InvalidFactor);
    }
    assert_schedule_refused(hinge(), StepDecay { rate: 0.1, factor: 0.5, every: 0 }, Error::InvalidPeriod);
    for factor in [TINY, 1.0] {
        assert!(Sgd::new(hinge(), StepDecay { rate: 0.1, factor, every: 1 }).is_ok(), "{factor}");
    }
}

#[test]
fn floor_and_steps_of_a_cosine() {
    for floor in negative_or_not_finite().chain([0.1_f32.next_up()]) {
        assert_schedule_refused(hinge(), Cosine { rate: 0.1, floor, steps: 1 }, Error::InvalidFloor);
    }
    assert_schedule_refused(hinge(), Cosine { rate: 0.1, floor: 0.0, steps: 0 }, Error::InvalidPeriod);
    for floor in [0.0, 0.1] {
        assert!(Sgd::new(hinge(), Cosine { rate: 0.1, floor, steps: u32::MAX }).is_ok(), "{floor}");
    }
}

#[test]
fn strength_and_start_of_pegasos() {
    for l2 in not_positive() {
        assert_schedule_refused(hinge(), Pegasos { l2, start: 2.0 }, Error::InvalidPegasosL2);
    }
    for start in NOT_FINITE.into_iter().chain(NEGATIVE).chain([0.0, 1.0_f32.next_down()]) {
        assert_schedule_refused(hinge(), Pegasos { l2: 0.1, start }, Error::InvalidStart);
    }
    // The paper's first step, 2ηα = 1, would erase the weights.
    let with_l2 = Hinge::new(1.0, 0.1).unwrap();
    assert_schedule_refused(with_l2, Pegasos { l2: 0.1, start: 1.0 }, Error::L2TooStrong);
    assert!(Sgd::new(with_l2, Pegasos { l2: 0.1, start: 2.0 }).is_ok());
    assert!(Progress::new(with_l2, Pegasos { l2: 0.1, start: 1.0 }, 1).is_ok());
}

/// Rates that have decayed to zero, or that a user-defined schedule returns.
#[test]
fn a_step_whose_rate_is_no_rate() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Own(f32);
    impl Schedule for Own {
        fn rate(&self, _: u64) -> f32 {
            self.0
        }

        fn check(&self) -> Result<(), Error> {
            Ok(())
        }
    }
    for rate in not_positive() {
        assert_schedule_refused(hinge(), Own(rate), Error::InvalidLearningRate);
    }
    let ended = |schedule| Progress::new(hinge(), schedule, 10).map(|progress: Progress<Cosine>| progress.steps());
    assert_eq!(ended(Cosine { rate: 0.1, floor: 0.0, steps: 10 }), Err(Error::InvalidLearningRate));
    assert_eq!(ended(Cosine { rate: 0.1, floor: 0.01, steps: 10 }), Ok(10));
    let fallen = Progress::new(hinge(), StepDecay { rate: 0.1, factor: 0.5, every: 1 }, 1_000);
    assert_eq!(fallen, Err(Error::InvalidLearningRate));
}

#[test]
fn batch_size() {
    let (schedule, mut gradient) = (Constant { rate: 0.1 }, Gradient::<2, 1>::new());
    let refused = MiniBatch::new(hinge(), schedule, 0, &mut gradient).err();
    assert_eq!(refused, Some(Error::InvalidBatchSize));
    let progress = Progress::new(hinge(), schedule, 3).unwrap();
    assert_eq!(MiniBatch::resume(progress, 0, &mut gradient).err(), Some(Error::InvalidBatchSize));
    assert!(MiniBatch::resume(progress, u32::MAX, &mut gradient).is_ok());
}

#[test]
fn deviation_and_best_loss() {
    for deviation in not_positive() {
        assert_eq!(Search::new(hinge(), deviation), Err(Error::InvalidDeviation), "{deviation}");
        assert_eq!(Search::resume(hinge(), deviation, Some(1.0), 1), Err(Error::InvalidDeviation), "{deviation}");
    }
    for best in negative_or_not_finite() {
        assert_eq!(Search::resume(hinge(), 1.0, Some(best), 1), Err(Error::InvalidState), "{best}");
    }
    assert!(Search::resume(hinge(), TINY, Some(0.0), u64::MAX).is_ok());
}

#[test]
fn difference() {
    for step in not_positive() {
        assert_eq!(FiniteDifference::central(step), Err(Error::InvalidDifference), "{step}");
        assert_eq!(FiniteDifference::forward(step), Err(Error::InvalidDifference), "{step}");
    }
    assert!(FiniteDifference::central(TINY).is_ok() && FiniteDifference::forward(f32::MAX).is_ok());
}

#[test]
fn labels_of_another_number() {
    let features = [[1.0], [2.0]];
    for labels in [&[][..], &[0], &[0, 1, 0]] {
        assert_eq!(Slices::<1, u8>::new(&features, labels).err(), Some(Error::ShapeMismatch));
    }
}

/// 2ηα = 1 would erase the weights, and more would reverse their sign.
#[test]
fn l2_too_strong() {
    for (rate, l2) in [(0.5, 1.0), (1.0, 0.5), (1.0, 2.0), (1e30, 1e30), (f32::MAX, f32::MAX / 2.0)] {
        let hinge = Hinge::new(1.0, l2).unwrap();
        assert_schedule_refused(hinge, Constant { rate }, Error::L2TooStrong);
        assert_schedule_refused(hinge, InverseTime { rate, decay: 1.0 }, Error::L2TooStrong);
        let at_any_step = Progress::new(hinge, Constant { rate }, u64::MAX);
        assert_eq!(at_any_step, Err(Error::L2TooStrong));
    }
    let below_half = 0.5_f32.next_down();
    assert!(Sgd::new(Hinge::new(1.0, 1.0).unwrap(), Constant { rate: below_half }).is_ok());
    // The rate must not be doubled on its own: 2η would be infinite, and its product with an L2 of zero NaN.
    assert!(Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: f32::MAX }).is_ok());
}

/// A falling rate is too strong at first and not later: the step to continue from decides.
#[test]
fn l2_too_strong_depends_on_the_step_of_a_falling_rate() {
    let hinge = Hinge::new(1.0, 1.0).unwrap();
    // 2ηα is 2 at step 0, 1 at step 1 and 2/3 at step 2.
    let schedule = InverseTime { rate: 1.0, decay: 1.0 };
    assert_eq!(Progress::new(hinge, schedule, 0), Err(Error::L2TooStrong));
    assert_eq!(Progress::new(hinge, schedule, 1), Err(Error::L2TooStrong));
    let progress = Progress::new(hinge, schedule, 2).unwrap();
    assert_eq!(Sgd::resume(progress).progress().learning_rate(), 1.0 / 3.0);
}
