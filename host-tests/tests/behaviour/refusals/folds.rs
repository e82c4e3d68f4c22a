//! Steps near the end of the range that fold the scale, or follow a fold.

use hingeline::{
    Constant, Direction, Error, Gradient, GradientDescent, Hinge, Model, Progress, Sgd, Slices, Standardiser,
};
use hingeline_host_tests::bits::ModelBits;

/// 2¹²⁷: half of the first power of two that overflows.
const HALF: f32 = f32::from_bits(254 << 23);
const SMALLEST_SCALE: f32 = 1.0 / 65_536.0;
/// The factor by which a fold at half the smallest scale multiplies the weights; it leaves a scale of 1.
const FOLD: f32 = SMALLEST_SCALE / 2.0;
/// With a rate of 2¹²⁷, the weights decay by half.
const L2: f32 = 0.25 / HALF;

/// One step on one sample of class 0, by SGD and by a descent on the set of that sample. Returns whether they fold, or
/// their error, which leaves the model unchanged. Both end in the same weights.
fn step<const F: usize>(model: &mut Model<2, F>, l2: f32, rate: f32, x: [f32; F]) -> Result<bool, Error> {
    let (hinge, schedule) = (Hinge::new(1.0, l2).unwrap(), Constant { rate });
    let (before, mut by_batch, mut gradient) = (ModelBits::of(model), model.clone(), Gradient::new());
    let folded = Sgd::new(hinge, schedule).unwrap().step(model, &x, 0).map(|step| step.folded);
    let mut descent = GradientDescent::new(hinge, schedule, &mut gradient).unwrap();
    let batch = descent.step(&mut by_batch, &mut Slices::new(&[x], &[0u8]).unwrap()).map(|step| step.folded);
    assert_eq!(batch.map_err(|stopped| stopped.error), folded);
    assert_eq!(ModelBits::of(&by_batch), ModelBits::of(model));
    assert!(folded.is_ok() || ModelBits::of(model) == before, "a refusal changes nothing");
    // The bounds are not visible, except through the same later step.
    for mut model in [model.clone(), by_batch] {
        assert!(folded.is_err() || F == 1 || advance(&mut model, HALF).is_err(), "the bound is lost");
    }
    folded
}

/// Moves all weights of class 0 by `a` and those of class 1 by `−a`.
fn advance<const F: usize>(model: &mut Model<2, F>, a: f32) -> Result<(), Error> {
    let mut direction = Direction::new();
    direction.load([[1.0; F], [-1.0; F]].as_flattened(), &[0.0; 2]).unwrap();
    model.advance(&direction, a)
}

/// The fold reduces the weights to 2¹¹⁰, and the step adds up to the largest number: the bound overflows, so the
/// results decide. The weights of the first feature have the sign that keeps them finite; those of the second move by
/// half as much.
#[test]
fn results_decide_where_the_bound_does_not() {
    assert_eq!((f64::from(HALF), HALF * L2), (2.0_f64.powi(127), 0.25));
    let x = [2.0_f32.next_down(), 1.0];
    let mut model = Model::from_parts([[-HALF, HALF], [HALF, -HALF]], [0.0; 2], SMALLEST_SCALE).unwrap();
    assert_eq!(step(&mut model, L2, HALF, x), Ok(true));
    let row = [f32::MAX - HALF * FOLD, HALF + HALF * FOLD];
    assert_eq!((model.scale(), model.weights()), (1.0, &[row, row.map(|w| -w)]));

    // With the other sign they are not finite, though the step is the same.
    let bias = [0.0, HALF * FOLD * 16.0];
    let mut model = Model::from_parts([[HALF, 0.0], [-HALF, 0.0]], bias, SMALLEST_SCALE).unwrap();
    assert_eq!(step(&mut model, L2, HALF, x), Err(Error::NonFiniteStep));
}

/// The largest weight is far from infinite once it is folded, so a step without violations may fold it, and so may a
/// short step.
#[test]
fn a_fold_makes_room() {
    for (x, bias) in [([0.0], [10.0, 0.0]), ([1e-30], [0.0; 2])] {
        let mut model = Model::from_parts([[-3e38], [3e38]], bias, SMALLEST_SCALE * 1.5).unwrap();
        assert_eq!(step(&mut model, 0.5, 0.5, x), Ok(true));
        assert_eq!((model.scale(), model.weights()), (1.5, &[[-3e38 * FOLD], [3e38 * FOLD]]));
        // With the weights before the fold, this step and the scale would be infinite.
        assert_eq!(advance(&mut model, 2e38), Ok(()));
        assert_eq!(advance(&mut model, 2e38), Err(Error::NonFiniteStep));
    }
}

/// W is 2.25e38 before and after, and the stored weights are halved.
#[test]
fn a_fold_that_was_asked_for_makes_room() {
    let mut model = Model::from_parts([[3e38], [-3e38]], [0.0; 2], 0.75).unwrap();
    assert!(Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 0.1 }).unwrap().fold(&mut model));
    assert_eq!((model.scale(), model.weights()), (1.5, &[[1.5e38], [-1.5e38]]));
    assert_eq!(advance(&mut model, 0.5e38), Ok(()));
    assert_eq!(advance(&mut model, 1e38), Err(Error::NonFiniteStep));
}

/// The next step starts from the weights that a standardiser has changed.
#[test]
fn a_step_on_a_model_that_took_a_standardiser() {
    let mut model = Model::from_parts([[1.0], [-1.0]], [0.0, 3.2e38], 1.0).unwrap();
    Standardiser::from_parts([0.0], [3e38]).unwrap().fold(&mut model).unwrap();
    assert_eq!(step(&mut model, 0.0, 1e38, [0.5]), Err(Error::NonFiniteStep));
    assert_eq!(advance(&mut model, 1e38), Err(Error::NonFiniteStep));
    // Weights that it made smaller have more room than before.
    Standardiser::from_parts([0.0], [0.5]).unwrap().fold(&mut model).unwrap();
    assert_eq!(advance(&mut model, 1e38), Ok(()));
}

/// The factor alone leaves weights of 1e37; times the scale they are infinite.
#[test]
fn a_standardiser_on_a_model_with_a_scale_above_1() {
    let mut model = Model::from_parts([[1.0], [-1.0]], [0.5, 0.0], 65_536.0).unwrap();
    let before = ModelBits::of(&model);
    assert_eq!(Standardiser::from_parts([0.0], [1e37]).unwrap().fold(&mut model), Err(Error::NonFiniteModel));
    assert_eq!(ModelBits::of(&model), before);
    Standardiser::from_parts([2.0], [1e33]).unwrap().fold(&mut model).unwrap();
    assert_eq!((model.weights(), model.scale()), (&[[1e33], [-1e33]], 65_536.0));
    assert_eq!(model.bias(), &[-131_072.0 * 1e33, 131_072.0 * 1e33]);
}

#[test]
fn steps_are_counted_as_far_as_they_can_be() {
    let progress = |steps| Progress::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 0.1 }, steps).unwrap();
    let mut model = Model::<2, 1>::new();
    let mut sgd = Sgd::resume(progress(u64::MAX - 1));
    for _ in 0..3 {
        sgd.step(&mut model, &[1.0], 0).unwrap();
        assert_eq!(sgd.progress().steps(), u64::MAX);
    }
}
