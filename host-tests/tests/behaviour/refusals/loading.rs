//! Models that must not be loaded, and models that may.

use hingeline::{Error, Model, Scale};
use hingeline_host_tests::bits::{ModelBits, assert_all_same, assert_same};
use hingeline_host_tests::generate;

const C: usize = 3;
const F: usize = 5;

fn model() -> Model<C, F> {
    generate::model(&mut generate::rng(1), 0.7, generate::special)
}

#[track_caller]
fn assert_refused(weights: &[f32], bias: &[f32], scale: f32, error: Error) {
    let mut model = model();
    let before = ModelBits::of(&model);
    assert_eq!(model.load(weights, bias, scale), Err(error));
    assert_eq!(ModelBits::of(&model), before, "a refusal changes nothing");
}

#[test]
fn wrong_shapes() {
    let values = [1.0; 40];
    for weights in [0, 1, C * F - 1, C * F + 1, 2 * C * F] {
        assert_refused(&values[..weights], &values[..C], 1.0, Error::ShapeMismatch);
    }
    for bias in [0, C - 1, C + 1, F] {
        assert_refused(&values[..C * F], &values[..bias], 1.0, Error::ShapeMismatch);
    }
}

#[test]
fn numbers_that_are_not_finite() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for position in 0..C * F {
            let mut weights = [1.0; C * F];
            weights[position] = bad;
            assert_refused(&weights, &[1.0; C], 1.0, Error::NonFiniteModel);
            let rows = core::array::from_fn(|c| core::array::from_fn(|i| weights[c * F + i]));
            assert_eq!(Model::<C, F>::from_parts(rows, [1.0; C], 1.0).err(), Some(Error::NonFiniteModel));
        }
        for position in 0..C {
            let mut bias = [1.0; C];
            bias[position] = bad;
            assert_refused(&[1.0; C * F], &bias, 1.0, Error::NonFiniteModel);
            assert_eq!(Model::<C, F>::from_parts([[1.0; F]; C], bias, 1.0).err(), Some(Error::NonFiniteModel));
        }
    }
}

#[test]
fn scales_out_of_range() {
    let (smallest, largest) = (2.0_f32.powi(-16), 2.0_f32.powi(16));
    let out_of_range = [0.0, -0.0, -1.0, 1e-45, f32::MAX, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    for bad in out_of_range.into_iter().chain([smallest.next_down(), largest.next_up(), -smallest]) {
        assert_refused(&[1.0; C * F], &[1.0; C], bad, Error::InvalidScale);
        assert_eq!(Model::<C, F>::from_parts([[1.0; F]; C], [1.0; C], bad).err(), Some(Error::InvalidScale));
    }
    for good in [smallest, largest, 1.0, smallest.next_up(), largest.next_down()] {
        let mut model = model();
        model.load(&[1.0; C * F], &[1.0; C], good).unwrap();
        assert_same(model.scale(), good, "the scale");
        assert_same(Model::from_parts([[1.0; F]; C], [1.0; C], good).unwrap().scale(), good, "the scale");
    }
}

/// A carry is at most half a unit in the last place of the scale; below a power of two, that is half of what it is
/// above.
#[test]
fn carries_that_change_the_scale() {
    let half = f32::EPSILON / 2.0;
    for (carry, good) in
        [(half, true), (0.75 * half, true), (0.5 * -half, true), (0.75 * -half, false), (1.5 * half, false)]
    {
        let mut model = Model::<2, 1>::new();
        let scale = Scale { value: 1.0, carry };
        let expected = if good { Ok(()) } else { Err(Error::InvalidScale) };
        assert_eq!(model.load(&[1.0, 2.0], &[0.0; 2], scale), expected, "{carry}");
        let after = if good { scale } else { Model::<2, 1>::new().parts().2 };
        assert_eq!(model.parts().2, after, "{carry}");
    }
}

#[test]
fn what_is_finite_is_loaded_to_the_bit() {
    for seed in 0..50 {
        let saved = generate::model::<C, F>(&mut generate::rng(seed), 0.3, generate::special);
        let mut loaded = model();
        loaded.load(saved.weights().as_flattened(), saved.bias(), saved.scale()).unwrap();
        assert_eq!(ModelBits::of(&loaded), ModelBits::of(&saved), "seed {seed}");
        assert_eq!(loaded.checksum(), saved.checksum(), "seed {seed}");
        let rebuilt = Model::from_parts(*saved.weights(), *saved.bias(), saved.scale()).unwrap();
        assert_eq!(ModelBits::of(&rebuilt), ModelBits::of(&saved), "seed {seed}");
    }
}

/// A zero weight hides neither a NaN nor an infinity: such a feature makes every score one of the two.
#[test]
fn zero_weights_hide_no_bad_feature() {
    fn check<const F: usize>() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for position in 0..F {
                for weight in [0.0, -0.0] {
                    let model = Model::<3, F>::from_parts([[weight; F]; 3], [5.0, 0.0, -5.0], 0.5).unwrap();
                    let mut x = [1.0; F];
                    x[position] = bad;
                    assert_eq!(model.predict(&x), Err(Error::NonFiniteScore), "{bad} at {position} of {F}");
                    let mut scores = [0.0; 3];
                    assert_eq!(model.scores(&x, &mut scores), Err(Error::NonFiniteScore));
                    assert!(scores.iter().all(|score| !score.is_finite()), "{bad} at {position} of {F}: {scores:?}");
                }
            }
        }
    }
    check::<1>();
    check::<3>();
    check::<16>();
    check::<17>();
    check::<70>();
    check::<784>();
}

/// Nor does any other weight.
#[test]
fn no_weight_hides_a_bad_feature() {
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let model = generate::model::<4, 40>(&mut rng, 0.3, generate::special);
        let mut x = [(); 40].map(|()| generate::ordinary(&mut rng));
        let position = generate::below(&mut rng, 40);
        x[position] = generate::one_of(&mut rng, &[f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
        assert_eq!(model.predict(&x), Err(Error::NonFiniteScore), "seed {seed}");
    }
}

#[test]
fn a_refused_prediction_leaves_the_scores_to_look_at() {
    let model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0).unwrap();
    let mut scores = [0.0; 2];
    assert_eq!(model.scores(&[3e38], &mut scores), Err(Error::NonFiniteScore));
    assert_all_same(&scores, &[3e38, f32::INFINITY], "the scores as they are");
}
