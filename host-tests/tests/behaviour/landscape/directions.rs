//! Directions, and moving along them.

use hingeline::{Direction, Error, Hinge, Model, Slices};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::{contract, generate};
use rand_core::Rng;

#[test]
fn a_model_advances_as_it_says_or_not_at_all() {
    let mut model = Model::from_parts([[1.0, -2.0], [0.5, 3.0]], [0.25, 0.0], 0.5).unwrap();
    let mut direction = Direction::new();
    direction.load(&[1.0, 2.0, -3.0, 4.0], &[0.5, -0.5]).unwrap();
    model.advance(&direction, 0.125).unwrap();
    assert_eq!(model.weights(), &[[1.25, -1.5], [-0.25, 4.0]]);
    assert_eq!(model.bias(), &[0.3125, -0.0625]);
    let before = ModelBits::of(&model);
    for a in [f32::NAN, f32::INFINITY, f32::MAX] {
        assert_eq!(model.advance(&direction, a), Err(Error::NonFiniteStep), "{a}");
        assert_eq!(ModelBits::of(&model), before);
    }
    model.advance(&direction, 0.0).unwrap();
    assert_eq!(ModelBits::of(&model), before);
}

#[test]
fn a_gradient_that_is_refused_leaves_a_direction_of_zeros() {
    let mut direction = Direction::<2, 1>::new();
    let mut samples = Slices::new(&[[3e38], [3e38]], &[0u8, 0]).unwrap();
    let refused = direction.downhill(&Hinge::new(1.0, 0.0).unwrap(), &Model::<2, 1>::new(), &mut samples);
    assert_eq!(refused, Err(Error::NonFiniteLoss.into()));
    assert_eq!((direction.weights(), direction.bias()), (&[[0.0], [0.0]], &[0.0; 2]));
}

#[test]
fn a_direction_that_is_refused_stays_as_it_was() {
    let mut direction = Direction::<2, 2>::new();
    direction.load(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0]).unwrap();
    let before = format!("{direction:?}");
    assert_eq!(direction.load(&[1.0; 3], &[0.0; 2]), Err(Error::ShapeMismatch));
    assert_eq!(direction.load(&[1.0; 4], &[0.0; 3]), Err(Error::ShapeMismatch));
    assert_eq!(direction.load(&[1.0, 1.0, f32::NAN, 1.0], &[0.0; 2]), Err(Error::NonFiniteModel));
    assert_eq!(direction.load(&[1.0; 4], &[0.0, f32::INFINITY]), Err(Error::NonFiniteModel));
    for factor in [f32::NAN, f32::INFINITY, 3e38] {
        assert_eq!(direction.scale(factor), Err(Error::NonFiniteModel), "{factor}");
    }
    for deviation in [f32::NAN, f32::INFINITY, 0.0, -1.0] {
        assert_eq!(direction.draw(deviation, &mut generate::rng(1)), Err(Error::InvalidDeviation), "{deviation}");
    }
    assert_eq!(direction.draw(3e38, &mut generate::rng(1)), Err(Error::NonFiniteModel));
    let models = [3e38, -3e38].map(|w| Model::from_parts([[w; 2]; 2], [0.0; 2], 1.0).unwrap());
    assert_eq!(direction.between(&models[0], &models[1]), Err(Error::NonFiniteModel));
    assert_eq!(format!("{direction:?}"), before);
}

#[test]
fn random_directions_are_those_of_the_contract() {
    let mut direction = Direction::<2, 3>::new();
    direction.draw(0.5, &mut generate::rng(7)).unwrap();
    let mut rng = generate::rng(7);
    let elements = direction.weights().as_flattened().iter().chain(direction.bias());
    for element in elements {
        let [first, second] = [(); 2].map(|()| rng.next_u32());
        assert_eq!(*element, 0.5 * contract::normal(first, second));
    }
}
