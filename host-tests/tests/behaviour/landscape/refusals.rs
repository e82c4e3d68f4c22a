//! The refusals of a landscape, and the samples that they name.

use hingeline::{Direction, Error, Hinge, Landscape, Model, Slices};

use super::{Refused, at};

#[test]
fn what_a_landscape_refuses() {
    let model = Model::<2, 1>::new();
    let mut direction = Direction::new();
    direction.load(&[1.0, -1.0], &[0.0; 2]).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.5).unwrap(), &model, [&direction]);
    let mut good = Slices::new(&[[1.0]], &[0u8]).unwrap();

    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(ray.loss(&mut good, [bad]), Err(Error::InvalidPoint.into()));
        assert_eq!(ray.derivative(&mut good, bad), Err(Error::InvalidPoint.into()));
    }
    let sets: [Refused<'_, 1>; 4] = [
        (&[], &[], Error::EmptySet.into()),
        (&[[1.0], [f32::NAN]], &[0, 0], at(1, Error::NonFiniteScore)),
        (&[[1.0], [2.0]], &[0, 2], at(1, Error::LabelOutOfRange)),
        (&[[1.0], [f32::INFINITY]], &[0, 1], at(1, Error::NonFiniteScore)),
    ];
    for (features, labels, stopped) in sets {
        let mut samples = Slices::new(features, labels).unwrap();
        assert_eq!(ray.loss(&mut samples, [1.0]), Err(stopped));
        assert_eq!(ray.derivative(&mut samples, 1.0), Err(stopped));
        assert_eq!(ray.minimum(&mut samples), Err(stopped));
        assert_eq!(ray.breakpoints(&mut samples, |_| {}), Err(stopped));
    }

    // The values before the one that overflows are reported.
    let mut given = Vec::new();
    let result = ray.losses(&mut good, [[1.0], [-2.0], [1e30], [3.0]], |[a], _| given.push(a));
    assert_eq!((result, given), (Err(Error::NonFiniteLoss.into()), vec![1.0, -2.0]));
    assert_eq!(ray.losses(&mut good, [], |_, _| panic!("no point")), Ok(()));
}

/// Two directions with infinite shares of a margin that cancel do not give a small loss.
#[test]
fn infinities_that_cancel_are_refused() {
    let model = Model::<2, 1>::new();
    let (mut up, mut down) = (Direction::new(), Direction::new());
    up.load(&[0.0, 1e30], &[0.0; 2]).unwrap();
    down.load(&[0.0, -1e30], &[0.0; 2]).unwrap();
    let plane = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&up, &down]);
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    assert_eq!(plane.loss(&mut samples, [1e30, 1e30]), Err(Error::NonFiniteLoss.into()));
    // A margin that overflows downwards does not count, like any other below zero.
    assert_eq!(plane.loss(&mut samples, [-1e30, 0.0]), Ok(0.0));
}

#[test]
fn a_direction_that_overflows_is_refused_at_its_sample() {
    let model = Model::<2, 1>::new();
    let mut direction = Direction::new();
    direction.load(&[-3e38, 3e38], &[0.0; 2]).unwrap();
    let ray = Landscape::new(Hinge::new(1.0, 0.0).unwrap(), &model, [&direction]);
    let mut samples = Slices::new(&[[1.0]], &[0u8]).unwrap();
    assert_eq!(ray.loss(&mut samples, [0.0]), Err(at(0, Error::NonFiniteLoss)));
    let mut samples = Slices::new(&[[1.0]], &[1u8]).unwrap();
    assert_eq!(ray.loss(&mut samples, [0.0]), Err(at(0, Error::NonFiniteLoss)), "below zero too");
    let mut samples = Slices::new(&[[2.0]], &[0u8]).unwrap();
    assert_eq!(ray.loss(&mut samples, [0.0]), Err(at(0, Error::NonFiniteScore)));
}
