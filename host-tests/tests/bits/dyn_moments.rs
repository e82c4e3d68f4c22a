//! Moments and standardisers of runtime shape equal those of static shape, to the bit.

use hingeline::state::{State, encode, load, record_len};
use hingeline::{DynModel, DynMoments, DynStandardiser, Error, Model, Moments, Standardiser};
use hingeline_host_tests::generate::{self, ordinary};

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn record_of(state: &impl State) -> Vec<u8> {
    let mut record = vec![0; record_len(state)];
    encode(state, &mut record).unwrap();
    record
}

fn both<const F: usize>(seed: u64, share: f32) {
    let mut rng = generate::rng(seed);
    let (mut memory, mut frozen) = (vec![f32::NAN; 4 * F], vec![f32::NAN; 2 * F]);
    let mut own = Moments::<F>::forgetting(share).unwrap();
    let mut lent = DynMoments::forgetting(share, &mut memory, F).unwrap();
    assert_eq!(lent.freeze(&mut frozen).err(), Some(Error::EmptySet));
    for index in 0..40 {
        let mut x = [(); F].map(|()| ordinary(&mut rng));
        if index % 7 == 6 {
            x[index % F] = f32::INFINITY;
        }
        // A feature that never changes.
        if F > 1 {
            x[F - 1] = 5.0;
        }
        assert_eq!(lent.observe(&x), own.observe(&x), "seed {seed}");
    }
    assert_eq!(bits(lent.parts().0), bits(own.parts().0.as_flattened()), "seed {seed}");
    assert_eq!((lent.count(), lent.features(), bits(lent.mean())), (own.count(), F, bits(own.mean())));

    // The records are the same, and each kind reads the other's.
    let record = record_of(&lent);
    let mut again = Moments::<F>::new();
    load(&mut again, &mut record.as_slice(), &mut [0; 9]).unwrap();
    assert_eq!(again.parts(), own.parts());
    assert_eq!(record_of(&own), record);
    let mut rest = vec![1.0; 4 * F];
    let mut copy = DynMoments::new(&mut rest, F).unwrap();
    load(&mut copy, &mut record.as_slice(), &mut [0; 9]).unwrap();
    assert_eq!(copy.parts(), lent.parts());
    let (words, count, share) = lent.parts();
    copy.load(words, count, share).unwrap();
    assert_eq!(copy.parts(), lent.parts());

    let standardiser = own.freeze().unwrap();
    let lent = lent.freeze(&mut frozen).unwrap();
    assert_eq!((bits(lent.mean()), bits(lent.factor())), (bits(standardiser.mean()), bits(standardiser.factor())));
    assert_eq!(record_of(&lent), record_of(&standardiser));
    let mut memory = vec![7.0; 2 * F];
    let mut again = DynStandardiser::new(&mut memory, F).unwrap();
    load(&mut again, &mut record_of(&standardiser).as_slice(), &mut [0; 9]).unwrap();
    assert_eq!(record_of(&again), record_of(&lent));
    standardise_alike(&standardiser, &lent, &mut rng);
    fold_alike(&standardiser, &lent, &mut rng);
    let (mean, factor) = (lent.mean().to_vec(), lent.factor().to_vec());
    let clipped = DynStandardiser::from_parts(&mut frozen, &mean, &factor).unwrap().clipped(0.75).unwrap();
    standardise_alike(&standardiser.clone().clipped(0.75).unwrap(), &clipped, &mut rng);
}

fn standardise_alike<const F: usize>(
    own: &Standardiser<F>,
    lent: &DynStandardiser<'_>,
    rng: &mut rand_xorshift::XorShiftRng,
) {
    assert_eq!((own.limit(), lent.features()), (lent.limit(), F));
    for _ in 0..20 {
        let mut x = [(); F].map(|()| ordinary(rng));
        let mut y = x;
        own.apply(&mut x);
        lent.apply(&mut y).unwrap();
        assert_eq!(bits(&x), bits(&y));
    }
}

/// Folds each standardiser into a model of either kind.
fn fold_alike<const F: usize>(own: &Standardiser<F>, lent: &DynStandardiser<'_>, rng: &mut rand_xorshift::XorShiftRng) {
    let weights = [(); 3].map(|()| [(); F].map(|()| ordinary(rng)));
    let model = Model::from_parts(weights, [(); 3].map(|()| ordinary(rng)), 0.75).unwrap();
    let (mut first, mut second, mut memory) = (model.clone(), model.clone(), vec![0.0; DynModel::memory_len(3, F)]);
    let mut third = DynModel::new(&mut memory, 3, F).unwrap();
    let (weights, bias, scale) = model.parts();
    third.load(weights, bias, scale).unwrap();
    let folded = own.fold(&mut first);
    assert_eq!((lent.fold(&mut second), lent.fold(&mut third)), (folded, folded));
    assert_eq!([second.checksum(), third.checksum()], [first.checksum(); 2]);
    // A standardiser whose fold would overflow.
    let (mean, factor) = (vec![0.0; F], vec![f32::MAX; F]);
    let mut memory = vec![0.0; 2 * F];
    let before = third.checksum();
    let large = DynStandardiser::from_parts(&mut memory, &mean, &factor).unwrap();
    third.load(&vec![2.0; 3 * F], &[0.0; 3], 1.0).unwrap();
    let loaded = third.checksum();
    assert_eq!((large.fold(&mut third), third.checksum() == loaded), (Err(Error::NonFiniteModel), true));
    assert_ne!(before, loaded);
}

#[test]
fn moments_and_standardisers_of_runtime_shape_have_the_bits_of_the_static_ones() {
    for seed in 1..20 {
        both::<1>(seed, 0.0);
        both::<3>(seed, 0.01);
        both::<17>(seed, 0.5);
        both::<64>(seed, 0.0);
    }
}

#[test]
fn memory_and_samples_of_another_length_are_refused() {
    let mut memory = [0.0; 12];
    assert_eq!(DynMoments::new(&mut memory, 0).err(), Some(Error::InvalidShape));
    assert_eq!(DynMoments::new(&mut memory, 2).err(), Some(Error::ShapeMismatch));
    assert_eq!(DynMoments::new(&mut memory, usize::MAX / 2).err(), Some(Error::ShapeMismatch));
    assert_eq!(DynMoments::forgetting(0.6, &mut memory, 3).err(), Some(Error::InvalidShare));
    assert_eq!(DynStandardiser::new(&mut memory, 5).err(), Some(Error::ShapeMismatch));
    assert_eq!(DynStandardiser::new(&mut [], 0).err(), Some(Error::InvalidShape));

    let mut moments = DynMoments::new(&mut memory, 3).unwrap();
    assert_eq!(moments.observe(&[1.0; 2]), Err(Error::ShapeMismatch));
    moments.observe(&[1.0; 3]).unwrap();
    let before = moments.parts().0.to_vec();
    assert_eq!(moments.load(&[0.0; 11], 1, 0.0), Err(Error::ShapeMismatch));
    assert_eq!(moments.load(&[f32::NAN; 12], 1, 0.0), Err(Error::InvalidState));
    assert_eq!(moments.load(&[0.0; 12], 1, f32::NAN), Err(Error::InvalidShare));
    assert_eq!((moments.parts().0, moments.count()), (before.as_slice(), 1));
    assert_eq!(moments.freeze(&mut [0.0; 5]).err(), Some(Error::ShapeMismatch));

    let (mut own, mut other) = ([5.0; 4], [0.0; 4]);
    assert_eq!(DynStandardiser::from_parts(&mut other, &[0.0; 2], &[1.0]).err(), Some(Error::ShapeMismatch));
    assert_eq!(DynStandardiser::from_parts(&mut other, &[0.0; 2], &[1.0, f32::NAN]).err(), Some(Error::InvalidScaling));
    // A refusal writes nothing.
    assert_eq!((own, other), ([5.0; 4], [0.0; 4]));
    let standardiser = DynStandardiser::new(&mut own, 2).unwrap();
    let mut x = [7.0, -3.0];
    standardiser.apply(&mut x).unwrap();
    assert_eq!((x, standardiser.limit()), ([7.0, -3.0], None));
    assert_eq!(standardiser.apply(&mut [1.0; 3]), Err(Error::ShapeMismatch));
    assert_eq!(standardiser.fold(&mut Model::<2, 3>::new()), Err(Error::ShapeMismatch));
    assert_eq!(standardiser.clipped(0.0).err(), Some(Error::InvalidLimit));
}
