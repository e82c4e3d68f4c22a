//! The bounded buffer of a stream: its contents, their probabilities, and their bits.

use hingeline::{Constant, Error, Hinge, Model, Reservoir, Samples, Sgd, Slices};
use hingeline_host_tests::generate;
use rand_core::Rng;

/// The samples in the reservoir, as (feature, label).
fn content<const N: usize>(reservoir: &mut Reservoir<300, 1, N, u16>) -> Vec<(f32, usize)> {
    (0..reservoir.len()).map(|index| reservoir.sample(index).map(|(x, label)| (x[0], label)).unwrap()).collect()
}

/// Offers sample t, for t from 0.
fn offer<const N: usize>(reservoir: &mut Reservoir<300, 1, N, u16>, t: u16, rng: &mut impl Rng) -> Option<usize> {
    reservoir.offer(&[f32::from(t)], t, rng).unwrap()
}

#[test]
fn the_buffer_is_the_contracts() {
    for seed in 0..20 {
        let (mut rng, mut words) = (generate::rng(seed), generate::rng(seed));
        let mut reservoir = Reservoir::<300, 1, 7, u16>::new();
        let mut expected = Vec::new();
        for t in 0..300_u16 {
            let kept = if expected.len() < 7 {
                expected.push((f32::from(t), usize::from(t)));
                Some(expected.len() - 1)
            } else {
                // The high half of the word times the number of samples, including this one.
                let index = ((u64::from(words.next_u32()) * (u64::from(t) + 1)) >> 32) as usize;
                expected.get_mut(index).map(|slot| *slot = (f32::from(t), usize::from(t))).map(|()| index)
            };
            assert_eq!(offer(&mut reservoir, t, &mut rng), kept, "seed {seed}, sample {t}");
            assert_eq!(content(&mut reservoir), expected, "seed {seed}, sample {t}");
            assert_eq!(reservoir.seen(), u32::from(t) + 1);
        }
    }
}

/// Each of 40 samples is kept in a buffer of 10 with probability 1/4. In 4,000 runs that is 1,000 times with a deviation of
/// √(4,000 · 1/4 · 3/4) = 27.4; six deviations are exceeded by one sample of 40 in 2 · 10⁷ such tests.
#[test]
fn each_sample_is_as_likely_to_be_kept_as_any_other() {
    let mut kept = [0_i32; 40];
    for seed in 0..4_000 {
        let (mut rng, mut reservoir) = (generate::rng(seed), Reservoir::<300, 1, 10, u16>::new());
        for t in 0..40 {
            offer(&mut reservoir, t, &mut rng);
        }
        content(&mut reservoir).iter().for_each(|(_, label)| kept[*label] += 1);
    }
    assert_eq!(kept.iter().sum::<i32>(), 40_000);
    assert!(kept.iter().all(|count| (count - 1_000).abs() < 165), "{kept:?}");
}

#[test]
fn a_sample_that_cannot_be_learned_from_leaves_no_trace() {
    let (mut rng, mut undisturbed) = (generate::rng(1), generate::rng(1));
    let (mut reservoir, mut expected) = (Reservoir::<300, 1, 4, u16>::new(), Reservoir::<300, 1, 4, u16>::new());
    for t in 0..50 {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(reservoir.offer(&[bad], t, &mut rng), Err(Error::NonFiniteFeature));
        }
        for bad in [300, u16::MAX] {
            assert_eq!(reservoir.offer(&[1.0], bad, &mut rng), Err(Error::LabelOutOfRange));
        }
        assert_eq!(offer(&mut reservoir, t, &mut rng), offer(&mut expected, t, &mut undisturbed));
    }
    assert_eq!(content(&mut reservoir), content(&mut expected));
    assert_eq!(reservoir.seen(), 50);
}

#[test]
fn it_is_a_set_of_samples() {
    let mut rng = generate::rng(2);
    let mut reservoir = Reservoir::<2, 1, 3>::new();
    assert!(reservoir.is_empty());
    assert_eq!(reservoir.sample(0), Err(Error::IndexOutOfRange));
    let (features, labels) = ([[0.5], [-0.25], [2.0]], [0_u8, 1, 0]);
    for (x, label) in features.iter().zip(labels) {
        reservoir.offer(x, label, &mut rng).unwrap();
    }
    assert_eq!((reservoir.len(), reservoir.resident(1), reservoir.resident(3)), (3, Some((&[-0.25], 1)), None));
    let (mut model, hinge) = (Model::<2, 1>::new(), Hinge::new(1.0, 0.0).unwrap());
    Sgd::new(hinge, Constant { rate: 0.1 }).unwrap().step(&mut model, &[1.0], 0).unwrap();
    let expected = hinge.loss(&model, &mut Slices::new(&features, &labels).unwrap());
    assert_eq!(hinge.loss(&model, &mut reservoir), expected);
    reservoir.clear();
    assert!(reservoir.is_empty() && reservoir.seen() == 0);
    assert_eq!(reservoir.offer(&[1.0], 1, &mut rng), Ok(Some(0)));
}

#[test]
fn a_reservoir_that_is_rebuilt_goes_on_bit_for_bit() {
    let (mut rng, mut reservoir) = (generate::rng(3), Reservoir::<300, 1, 7, u16>::new());
    let mut rebuilt = Reservoir::<300, 1, 7, u16>::new();
    for t in 0..100 {
        let (features, labels, seen) = reservoir.parts();
        assert_eq!((features.len(), labels.len(), seen), (usize::from(t).min(7), usize::from(t).min(7), u32::from(t)));
        rebuilt.load(features, labels, seen).unwrap();
        let mut same_words = rng.clone();
        assert_eq!(offer(&mut rebuilt, t, &mut same_words), offer(&mut reservoir, t, &mut rng), "sample {t}");
        assert_eq!(rebuilt.parts(), reservoir.parts(), "sample {t}");
    }
}

#[test]
fn what_no_stream_leaves_behind_is_not_loaded() {
    let mut reservoir = Reservoir::<2, 1, 3>::new();
    reservoir.load(&[[0.5], [1.5]], &[1, 0], 2).unwrap();
    let features = [[0.5], [f32::NAN], [f32::INFINITY], [2.0], [3.0]];
    for (rows, labels, seen, error) in [
        (3..5, &[0_u8][..], 2, Error::ShapeMismatch),
        (3..4, &[0], 2, Error::InvalidState),
        (3..5, &[0, 1], 1, Error::InvalidState),
        (0..0, &[], 1, Error::InvalidState),
        (3..5, &[0, 1], u32::MAX, Error::InvalidState),
        (0..5, &[0; 5], 5, Error::InvalidState),
        (0..2, &[0, 1], 2, Error::NonFiniteFeature),
        (2..5, &[0, 1, 0], 7, Error::NonFiniteFeature),
        (3..5, &[0, 2], 2, Error::LabelOutOfRange),
    ] {
        let what = format!("rows {rows:?}, labels {labels:?}, {seen} seen");
        assert_eq!(reservoir.load(&features[rows], labels, seen), Err(error), "{what}");
        assert_eq!(reservoir.parts(), (&[[0.5], [1.5]][..], &[1, 0][..], 2), "{what}");
    }
    assert_eq!(reservoir.load(&[[0.5], [1.5], [2.5]], &[1, 0, 1], u32::MAX), Ok(()));
    assert_eq!(reservoir.load(&[], &[], 0), Ok(()));
    assert!(reservoir.is_empty());
}
