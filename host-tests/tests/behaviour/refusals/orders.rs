//! Orders that no run can have left behind, and orders of other sets.

use hingeline::{Constant, Error, Gradient, Hinge, MiniBatch, Model, Order, Sgd, Slices, Stopped};
use hingeline_host_tests::bits::ModelBits;
use hingeline_host_tests::generate;

const SEED: [u32; 4] = [1, 2, 3, 4];

#[test]
fn states() {
    assert_eq!(Order::resume(SEED, 0, 0, 0), Err(Error::EmptySet));
    assert_eq!(Order::new(0, &mut generate::rng(1)), Err(Error::EmptySet));
    for (len, position) in [(1, 1), (10, 10), (10, 11), (10, u32::MAX), (u32::MAX as usize, u32::MAX)] {
        assert_eq!(Order::resume(SEED, len, 0, position), Err(Error::InvalidState), "{position} of {len}");
    }
    for (len, position) in [(1, 0), (10, 9), (u32::MAX as usize, u32::MAX - 1)] {
        let order = Order::resume(SEED, len, u32::MAX, position).unwrap();
        let state = (order.seed(), order.len(), order.epoch(), order.position());
        assert_eq!(state, (SEED, len, u32::MAX, position));
        assert_eq!(order.remaining() as usize, len - position as usize);
    }
}

/// After the last epoch that can be counted, the first one comes again.
#[test]
fn an_epoch_that_cannot_be_counted() {
    let mut order = Order::resume(SEED, 3, u32::MAX, 1).unwrap();
    order.skip();
    assert_eq!((order.epoch(), order.position()), (u32::MAX, 2));
    order.skip();
    assert_eq!(order, Order::resume(SEED, 3, 0, 0).unwrap());
}

#[test]
#[cfg(target_pointer_width = "64")]
fn sets_that_are_too_large() {
    for len in [u32::MAX as usize + 1, usize::MAX] {
        assert_eq!(Order::resume(SEED, len, 0, 0), Err(Error::SetTooLarge));
        assert_eq!(Order::new(len, &mut generate::rng(1)), Err(Error::SetTooLarge));
    }
}

#[test]
fn orders_of_another_length() {
    let hinge = Hinge::new(1.0, 0.1).unwrap();
    let schedule = Constant { rate: 0.1 };
    let mismatch = Stopped { error: Error::ShapeMismatch, sample: None };
    for len in [1, 2, 4, 100] {
        let mut samples = Slices::new(&[[1.0], [2.0], [3.0]], &[0u8, 1, 0]).unwrap();
        let mut model = Model::<2, 1>::new();
        let before = ModelBits::of(&model);
        let mut order = Order::resume(SEED, len, 3, 0).unwrap();
        let order_before = order;

        let mut sgd = Sgd::new(hinge, schedule).unwrap();
        assert_eq!(sgd.step_next(&mut model, &mut samples, &mut order), Err(mismatch));
        assert_eq!(sgd.epoch(&mut model, &mut samples, &mut order), Err(mismatch));
        assert_eq!(sgd.progress().steps(), 0);

        let mut gradient = Gradient::new();
        let mut descent = MiniBatch::new(hinge, schedule, 2, &mut gradient).unwrap();
        assert_eq!(descent.step(&mut model, &mut samples, &mut order), Err(mismatch));
        assert_eq!(descent.epoch(&mut model, &mut samples, &mut order), Err(mismatch));
        assert_eq!(descent.progress().steps(), 0);
        assert_eq!((ModelBits::of(&model), order), (before, order_before), "an order of {len}");
    }
}

/// An order of five samples that has this index at this position.
fn order_with(index: usize, position: u32) -> Order {
    let at = |seed, position| Order::resume([seed; 4], 5, 0, position).unwrap();
    let seed = (0..).find(|seed| at(*seed, position).index() == index).unwrap();
    at(seed, 0)
}

/// An epoch that stops can be called again. It tries the same sample again, and continues after it if it is skipped.
#[test]
fn an_epoch_stops_at_the_bad_sample_and_goes_on() {
    let mut features = [[1.0], [2.0], [3.0], [-1.0], [-2.0]];
    features[3] = [f32::NAN];
    let mut samples = Slices::new(&features, &[0u8, 1, 0, 1, 1]).unwrap();
    let bad = Stopped { error: Error::NonFiniteScore, sample: Some(3) };
    let mut model = Model::<2, 1>::new();
    let mut order = order_with(3, 2);
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 0.1 }).unwrap();
    for _ in 0..2 {
        assert_eq!(sgd.epoch(&mut model, &mut samples, &mut order), Err(bad));
        assert_eq!(order.index(), 3);
        assert_eq!((order.position(), sgd.progress().steps()), (2, 2));
    }
    order.skip();
    assert!(sgd.epoch(&mut model, &mut samples, &mut order).is_ok());
    assert_eq!((order.epoch(), sgd.progress().steps()), (1, 4));
}
