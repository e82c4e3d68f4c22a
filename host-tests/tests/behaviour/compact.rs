//! Samples of small whole numbers: each is decoded to the features that the contract defines, and training gives the
//! same results.

use hingeline::{Compact, Error, Hinge, InverseTime, Model, Order, Samples, Scaling, Sgd, Slices};
use hingeline_host_tests::bits::assert_same;
use hingeline_host_tests::{contract, generate};
use rand_core::Rng;

const SCALINGS: [(f32, f32); 7] =
    [(1.0, 0.0), (1.0 / 255.0, -0.5), (0.1, 1e8), (-3.7e-3, 0.3), (1e-44, -0.0), (3e38, 1.0), (0.0, -0.0)];

/// Decodes each value with each scaling, common to all features and per feature.
fn assert_decodes<Q: Copy + Into<f32> + Into<i32>>(values: impl Iterator<Item = Q>) {
    let (scale, offset) = (SCALINGS.map(|scaling| scaling.0), SCALINGS.map(|scaling| scaling.1));
    let mut count = 0;
    for q in values {
        let mut own = [0.0; SCALINGS.len()];
        Scaling::Features { scale: &scale, offset: &offset }.decode(&[q; SCALINGS.len()], &mut own);
        for ((scale, offset), own) in SCALINGS.into_iter().zip(own) {
            let what = format!("{} * {scale} + {offset}", Into::<i32>::into(q));
            let mut all = [0.0; 70];
            Scaling::Set { scale, offset }.decode(&[q; 70], &mut all);
            let expected = contract::decoded(q.into(), scale, offset);
            assert_same(own, expected, &what);
            all.iter().for_each(|x| assert_same(*x, expected, &what));
        }
        count += 1;
    }
    assert!(count >= 256);
}

#[test]
fn every_value_of_every_width() {
    assert_decodes(0..=u8::MAX);
    assert_decodes(i8::MIN..=i8::MAX);
    assert_decodes(i16::MIN..=i16::MAX);
}

/// A set in the compact form, and the same decoded by hand.
struct Pair<Q> {
    values: Vec<[Q; 13]>,
    labels: Vec<u8>,
    features: Vec<[f32; 13]>,
}

fn pair<Q: Copy + Into<f32>>(seed: u64, draw: impl Fn(u32) -> Q, scale: &[f32; 13], offset: &[f32; 13]) -> Pair<Q> {
    let mut rng = generate::rng(seed);
    let values: Vec<[Q; 13]> = (0..40).map(|_| [(); 13].map(|()| draw(rng.next_u32()))).collect();
    let labels = (0..40).map(|_| (rng.next_u32() % 4) as u8).collect();
    let by_hand = |row: &[Q; 13]| core::array::from_fn(|i| (Into::<f32>::into(row[i]) * scale[i]) + offset[i]);
    Pair { features: values.iter().map(by_hand).collect(), values, labels }
}

fn trained(samples: &mut impl Samples<13>) -> u64 {
    let mut model = Model::<4, 13>::new();
    let mut order = Order::new(samples.len(), &mut generate::rng(9)).unwrap();
    let schedule = InverseTime { rate: 0.01, decay: 1e-3 };
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-3).unwrap(), schedule).unwrap();
    for _ in 0..5 {
        sgd.epoch(&mut model, samples, &mut order).unwrap();
    }
    model.checksum()
}

fn assert_training_is_the_same<Q: Copy + Into<f32>>(seed: u64, draw: impl Fn(u32) -> Q) {
    let mut rng = generate::rng(seed + 100);
    let scale = [(); 13].map(|()| generate::ordinary(&mut rng) / 100.0);
    let offset = [(); 13].map(|()| generate::ordinary(&mut rng));
    let Pair { values, labels, features } = pair(seed, draw, &scale, &offset);
    let mut buffer = [f32::NAN; 13];
    let scaling = Scaling::Features { scale: &scale, offset: &offset };
    let mut compact = Compact::new(&values, &labels, scaling, &mut buffer).unwrap();
    let expected = trained(&mut Slices::new(&features, &labels).unwrap());
    assert_eq!(trained(&mut compact), expected, "seed {seed}");
}

#[test]
fn training_on_compact_samples_ends_in_the_bits_of_training_on_features() {
    assert_training_is_the_same(1, |word| word.to_le_bytes()[0]);
    assert_training_is_the_same(2, |word| word.to_le_bytes()[1].cast_signed());
    assert_training_is_the_same(3, |word| (word >> 16) as u16 as i16);
}

#[test]
fn refusals() {
    let (values, labels) = ([[1_u8, 2], [3, 4]], [0_u8, 1]);
    let mut buffer = [0.0; 2];
    let good = Scaling::Set { scale: 1.0, offset: 0.0 };
    let short = Compact::new(&values, &labels[..1], good, &mut buffer).err();
    assert_eq!(short, Some(Error::ShapeMismatch));
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let (ones, with_bad) = ([1.0; 2], [1.0, bad]);
        for scaling in [
            Scaling::Set { scale: bad, offset: 0.0 },
            Scaling::Set { scale: 1.0, offset: bad },
            Scaling::Features { scale: &with_bad, offset: &ones },
            Scaling::Features { scale: &ones, offset: &with_bad },
        ] {
            let refused = Compact::new(&values, &labels, scaling, &mut buffer).err();
            assert_eq!(refused, Some(Error::InvalidScaling), "{scaling:?}");
        }
    }
    let mut samples = Compact::new(&values, &labels, good, &mut buffer).unwrap();
    assert_eq!((samples.len(), samples.sample(2)), (2, Err(Error::IndexOutOfRange)));
    assert_eq!(samples.sample(1), Ok((&[3.0, 4.0], 1)));
}

/// The scaling is finite, but the scaled values are not: the step refuses them and the model stays the same.
#[test]
fn features_that_overflow_are_refused_by_the_step() {
    let mut buffer = [0.0; 1];
    let scaling = Scaling::Set { scale: 3e38, offset: 0.0 };
    let mut samples = Compact::new(&[[2_u8]], &[1_u8], scaling, &mut buffer).unwrap();
    let mut model = Model::<2, 1>::new();
    let before = model.checksum();
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), hingeline::Constant { rate: 0.1 }).unwrap();
    let mut order = Order::resume([1, 2, 3, 4], 1, 0, 0).unwrap();
    let stopped = sgd.epoch(&mut model, &mut samples, &mut order).unwrap_err();
    assert_eq!((stopped.error, stopped.sample), (Error::NonFiniteScore, Some(0)));
    assert_eq!(model.checksum(), before);
}
