//! Running moments and the standardisers frozen from them.

use hingeline::{Constant, Error, Hinge, Model, Moments, Sgd, Standardiser, random};
use hingeline_host_tests::generate::{self, ordinary};
use hingeline_host_tests::moments::Reference;
use hingeline_host_tests::{bits, contract, tolerance};
use rand_core::Rng;

fn moments<const F: usize>(samples: &[[f32; F]]) -> Moments<F> {
    let mut moments = Moments::new();
    for x in samples {
        moments.observe(x).unwrap();
    }
    moments
}

/// The documented formula, value by value, with and without forgetting.
#[test]
fn the_moments_are_bit_for_bit_the_documented_ones() {
    let mut rng = generate::rng(11);
    let samples: Vec<[f32; 3]> = (0..500).map(|_| [(); 3].map(|()| ordinary(&mut rng))).collect();
    for share in [0.0, 0.01, 0.5] {
        let (mut mean, mut variance) = ([(0.0_f32, 0.0_f32); 3], [(0.0_f32, 0.0_f32); 3]);
        let mut moments = Moments::forgetting(share).unwrap();
        for (n, x) in (1_u32..).zip(&samples) {
            moments.observe(x).unwrap();
            let r = (1.0 / n as f32).max(share);
            for f in 0..3 {
                let d = (x[f] - mean[f].0) - mean[f].1;
                mean[f] = contract::double_sum(mean[f], d * r);
                let more = ((((d * d) * (1.0 - r)) - variance[f].0) - variance[f].1) * r;
                variance[f] = contract::double_sum(variance[f], more);
            }
        }
        let words = [mean.map(|m| m.0), mean.map(|m| m.1), variance.map(|v| v.0), variance.map(|v| v.1)];
        assert_eq!(moments.parts(), (&words, 500, share));
        let standardiser = moments.freeze().unwrap();
        assert_eq!((standardiser.mean(), moments.mean()), (&words[0], &words[0]));
        assert_eq!(standardiser.factor(), &words[2].map(|v| 1.0 / libm::sqrtf(v)));
    }
}

/// Moments that continue from those of the reference, with no sample forgotten.
fn resumed<const F: usize>(references: &[Reference; F]) -> Moments<F> {
    let mut moments = Moments::new();
    let value = |of: fn(&Reference) -> f64| references.map(|reference| of(&reference) as f32);
    let words = [value(|reference| reference.mean), [0.0; F], value(|reference| reference.variance), [0.0; F]];
    moments.load(&words, references[0].count, references[0].share as f32).unwrap();
    moments
}

/// Observes a stream, and compares the moments with those in f64 at its end.
fn assert_right<const F: usize>(
    mut references: [Reference; F],
    stream: impl Iterator<Item = [f32; F]>,
    what: impl std::fmt::Display,
) {
    let mut moments = resumed(&references);
    for x in stream {
        moments.observe(&x).unwrap();
        references.iter_mut().zip(x).for_each(|(reference, x)| reference.observe(x.into()));
    }
    let (words, count, _) = moments.parts();
    let two_words = words.map(|words| words.map(f64::from));
    for (f, reference) in references.iter().enumerate() {
        let mean = two_words[0][f] + two_words[1][f];
        let variance = two_words[2][f] + two_words[3][f];
        assert_eq!(count, reference.count, "{what}");
        assert!((mean - reference.mean).abs() <= reference.mean_error, "{what}: mean {mean} of {reference:?}");
        assert!(
            (variance - reference.variance).abs() <= reference.variance_error,
            "{what}: variance {variance} of {reference:?}"
        );
        // The bounds must also be tight.
        assert!(reference.variance_error <= 0.01 * reference.variance, "{what}: {reference:?}");
        assert!(reference.mean_error <= 0.01 * reference.variance.sqrt(), "{what}: {reference:?}");
    }
}

/// A coin, from the top bit of a word.
fn coin(rng: &mut impl Rng) -> f32 {
    if rng.next_u32() >> 31 == 0 { 1.0 } else { -1.0 }
}

/// Values far from zero, where the sum of squares minus the square of the sum would be useless in binary32.
#[test]
fn the_moments_are_those_of_the_set() {
    for (seed, share) in [(1, 0.0), (2, 0.0), (3, 0.0), (4, 0.125), (5, 0.125)] {
        let mut rng = generate::rng(seed);
        let stream = (0..1000).map(|_| [1000.0 + ordinary(&mut rng), ordinary(&mut rng)]);
        assert_right([Reference::new(share); 2], stream, format_args!("seed {seed}"));
    }
}

/// A barometer and a thermometer at 1 Hz for thirteen days; the weather changes after the first day.
#[test]
fn thirteen_days_of_pressure_do_not_freeze_the_moments() {
    let mut rng = generate::rng(6);
    let stream = (0..13 * 86_400).map(|second| {
        let (coin, first_day) = (coin(&mut rng), second < 86_400);
        let (pressure, temperature) = if first_day { (101_325.0, 293.15) } else { (100_825.0, 291.15) };
        [pressure + 2.0 * coin, temperature + 0.1 * coin]
    });
    assert_right([Reference::new(0.0); 2], stream, "thirteen days");
}

/// A coin after 2²⁸ throws, and a pressure after 2³¹ seconds whose level falls by 500 Pa: over 2¹⁸ samples the mean
/// falls by 500 / 2¹³ Pa.
#[test]
fn samples_still_count_after_thousands_of_millions() {
    let mut rng = generate::rng(7);
    let stream = (0..1 << 18).map(|_| [coin(&mut rng)]);
    assert_right([Reference::resume(1 << 28, 0.0, 0.0, 1.0)], stream, "a coin");
    let mut rng = generate::rng(8);
    let stream = (0..1 << 18).map(|_| [100_825.0 + 2.0 * coin(&mut rng)]);
    assert_right([Reference::resume(1 << 31, 0.0, 101_325.0, 4.0)], stream, "a pressure");
}

/// After a step up of 1, the level has an error of `(1 − a)^t` after t samples.
#[test]
fn what_is_forgotten_has_no_weight() {
    for share in [0.25_f32, 0.01, 0.001] {
        let mut moments = Moments::<1>::forgetting(share).unwrap();
        (0..5_000).for_each(|_| moments.observe(&[0.0]).unwrap());
        for t in 1..=5_000 {
            moments.observe(&[1.0]).unwrap();
            let left = (1.0 - f64::from(share)).powi(t);
            // The roundings of the reference above, with |d| and the mean at most 1: `6 u + 8 u² / a`, and that of the
            // high word.
            let error = (f64::from(moments.mean()[0]) - (1.0 - left)).abs();
            assert!(error <= 8.0 * tolerance::U, "share {share}, sample {t}: {error}");
        }
    }
    for bad in [-0.01, 0.500_001, f32::NAN, f32::INFINITY] {
        assert_eq!(Moments::<1>::forgetting(bad).err(), Some(Error::InvalidShare), "{bad}");
    }
}

/// From 2³² − 2 samples: one more is counted, and then each has the share 2⁻³².
#[test]
fn a_count_that_is_full_stays_and_samples_still_count() {
    let mut moments = Moments::<1>::new();
    moments.load(&[[0.0], [0.0], [1.0], [0.0]], u32::MAX - 1, 0.0).unwrap();
    for n in 1..=8 {
        moments.observe(&[1024.0]).unwrap();
        assert_eq!(moments.count(), u32::MAX);
        // 2¹⁰ · 2⁻³² each, except for a share of 2⁻²² and less.
        let expected = n as f32 * 2.0_f32.powi(-22);
        assert!((moments.mean()[0] - expected).abs() <= 1e-6 * expected, "{n}");
    }
}

#[test]
fn moments_that_are_rebuilt_go_on_bit_for_bit() {
    for share in [0.0, 0.02] {
        let mut rng = generate::rng(9);
        let (mut moments, mut rebuilt) = (Moments::<2>::forgetting(share).unwrap(), Moments::<2>::new());
        for n in 0..200 {
            let (words, count, share) = moments.parts();
            let saved = (*words, count, share);
            assert_eq!(rebuilt.load(&saved.0, saved.1, saved.2), Ok(()), "sample {n}");
            let x = [1e4 + ordinary(&mut rng), ordinary(&mut rng)];
            moments.observe(&x).unwrap();
            rebuilt.observe(&x).unwrap();
            assert_eq!(rebuilt.parts(), moments.parts(), "sample {n}");
        }
    }
}

#[test]
fn what_no_stream_leaves_behind_is_not_loaded() {
    let half_unit = f32::EPSILON;
    let (mut moments, good) = (Moments::<1>::new(), [[1.0], [half_unit / 4.0], [4.0], [0.0]]);
    moments.load(&good, 2, 0.25).unwrap();
    let with = |place: usize, value: f32| {
        let mut words = good;
        words[place] = [value];
        words
    };
    let bad = [
        (with(0, f32::NAN), 2),
        (with(0, f32::INFINITY), 2),
        (with(1, half_unit), 2),
        (with(1, f32::NAN), 2),
        (with(2, -4.0), 2),
        (with(2, f32::INFINITY), 2),
        (with(3, 1.0), 2),
        (good, 1),
        (with(2, 0.0), 0),
        ([[0.0], [0.0], [1.0], [0.0]], 0),
    ];
    for (words, count) in bad {
        assert_eq!(moments.load(&words, count, 0.0), Err(Error::InvalidState), "{words:?}, {count}");
        assert_eq!(moments.parts(), (&good, 2, 0.25));
    }
    assert_eq!(moments.load(&good, 2, 0.75), Err(Error::InvalidShare));
    assert_eq!(moments.parts(), (&good, 2, 0.25));
    assert_eq!(moments.load(&with(2, 0.0), 1, 0.0), Ok(()));
}

/// Any input leaves a state that can be loaded: finite, and without a variance below 0.
#[test]
fn moments_of_extreme_features_are_whole() {
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let share = generate::one_of(&mut rng, &[0.0, 1e-30, 0.1, 0.5]);
        let (mut moments, mut rebuilt) = (Moments::<1>::forgetting(share).unwrap(), Moments::<1>::new());
        let largest = 1.844_674_2e19_f32;
        for _ in 0..50 {
            let x = match generate::below(&mut rng, 4) {
                0 => generate::any_bits(&mut rng),
                1 => generate::special(&mut rng),
                2 => generate::one_of(&mut rng, &[-0.5, 0.5, 1.0, -1.0]) * largest,
                _ => ordinary(&mut rng),
            };
            let before = (*moments.parts().0, moments.count());
            if moments.observe(&[x]).is_err() {
                assert_eq!((*moments.parts().0, moments.count()), before, "seed {seed}");
            }
            let (words, count, share) = moments.parts();
            assert_eq!(rebuilt.load(words, count, share), Ok(()), "seed {seed}: {words:?}");
        }
    }
}

/// More equal terms than binary32 can count.
#[test]
fn a_sum_of_two_words_does_not_freeze() {
    let terms = (1 << 25) + 1_000_000;
    let sum = (0..terms).fold((0.0, 0.0), |sum, _| contract::double_sum(sum, 1.0));
    assert_eq!(f64::from(sum.0) + f64::from(sum.1), f64::from(terms));
}

#[test]
fn a_feature_that_never_changes_is_left_as_wide_as_it_is() {
    let standardiser = moments(&[[5.0, 1.0], [5.0, 2.0]]).freeze().unwrap();
    let mut x = [6.0, 2.0];
    standardiser.apply(&mut x);
    assert_eq!(x, [1.0, 1.0]);
}

/// Squares are finite below 2⁶⁴. The high word of this mean is one unit in the last place closer to the feature than
/// that, and the low word decides.
#[test]
fn the_lower_word_of_the_mean_counts_in_the_distance_that_is_refused() {
    let power = |n| 2.0_f32.powi(n);
    let (mean, x) = (power(63) + power(41), power(63) - power(41) - power(40));
    assert_eq!(x + mean, power(64).next_down());
    for sign in [1.0, -1.0] {
        for (low, expected) in [(-power(39), Err(Error::NonFiniteFeature)), (0.0, Ok(())), (power(39), Ok(()))] {
            let mut moments = Moments::<1>::new();
            moments.load(&[[sign * -mean], [sign * low], [0.0], [0.0]], 2, 0.0).unwrap();
            let before = moments.clone();
            assert_eq!(moments.observe(&[sign * x]), expected, "{low}");
            assert_eq!(moments.parts() == before.parts(), expected.is_err(), "{low}");
            assert!(moments.parts().0.as_flattened().iter().all(|word| word.is_finite()), "{low}");
        }
    }
}

#[test]
fn a_refused_sample_changes_nothing() {
    let mut moments = moments(&[[1.0, 2.0], [3.0, -4.0]]);
    let before = (*moments.parts().0, moments.count(), moments.freeze().unwrap());
    for bad in [[f32::NAN, 0.0], [0.0, f32::INFINITY], [f32::MAX, 0.0], [0.0, -1e25]] {
        assert_eq!(moments.observe(&bad), Err(Error::NonFiniteFeature), "{bad:?}");
        assert_eq!((*moments.parts().0, moments.count(), moments.freeze().unwrap()), before);
    }
}

/// A model with a scale other than 1, a standardiser, and a sample some deviations from the mean.
struct Folding<const F: usize> {
    model: Model<3, F>,
    standardiser: Standardiser<F>,
    x: [f32; F],
}

fn folding<const F: usize>(seed: u64, mean: f32, deviation: f32) -> Folding<F> {
    let mut rng = generate::rng(seed);
    let means = [(); F].map(|()| mean * (1.0 + ordinary(&mut rng) / 1024.0) + ordinary(&mut rng));
    let factors = [(); F].map(|()| (1.0 + random::uniform(&mut rng)) / deviation);
    Folding {
        model: generate::model(&mut rng, 0.7, ordinary),
        standardiser: Standardiser::from_parts(means, factors).unwrap(),
        x: means.map(|mean| mean + deviation * random::normal(&mut rng)),
    }
}

/// Both documented bounds, against f64.
fn assert_folds_within_the_bounds<const F: usize>(seed: u64, mean: f32, deviation: f32) {
    let Folding { model, standardiser, x } = folding::<F>(seed, mean, deviation);
    let mut folded = model.clone();
    standardiser.fold(&mut folded).unwrap();
    let (mut own, mut raw, mut z) = ([0.0; 3], [0.0; 3], x);
    standardiser.apply(&mut z);
    model.scores(&z, &mut own).unwrap();
    folded.scores(&x, &mut raw).unwrap();
    for class in 0..3 {
        let what = format!("seed {seed}: {F} features of {mean} ± {deviation}, class {class}");
        let bias = f64::from(model.bias()[class]);
        let scale = f64::from(model.scale());
        let (mut score, mut new_bias, mut near, mut far, mut terms) = (bias, bias, 0.0, 0.0, bias.abs());
        for f in 0..F {
            let (mean, x) = (f64::from(standardiser.mean()[f]), f64::from(x[f]));
            let weight = scale * f64::from(model.weights()[class][f]) * f64::from(standardiser.factor()[f]);
            let folded = scale * f64::from(folded.weights()[class][f]);
            score += weight * (x - mean);
            near += (weight * (x - mean)).abs();
            far += (folded * x).abs();
            new_bias -= folded * mean;
            terms += (folded * mean).abs();
        }
        // Terms of second order, and the rounding of f64 itself.
        let u = tolerance::U * 1.000_1;
        let actual = f64::from(folded.bias()[class]);
        let allowed = u * new_bias.abs() + (F + 1) as f64 * 2.0_f64.powi(-44) * terms;
        assert!((actual - new_bias).abs() <= allowed, "{what}: bias {actual} of {new_bias}");
        let sixteenths = F as f64 / 16.0;
        let allowed = u * ((sixteenths + 8.0) * near + score.abs());
        let off = (f64::from(own[class]) - score).abs();
        assert!(off <= allowed, "{what}: applied, off by {off} of {allowed}");
        let allowed = u * ((sixteenths + 6.0) * far + near + actual.abs() + score.abs());
        let off = (f64::from(raw[class]) - score).abs();
        assert!(off <= allowed, "{what}: folded, off by {off} of {allowed}");
    }
}

#[test]
fn a_folded_model_scores_raw_features_as_the_model_scores_standardised_ones() {
    for seed in 1..=50 {
        for (mean, deviation) in [(101_325.0, 133.0), (101_325.0, 2.0), (101_325.0, 0.1), (0.0, 1.0), (-1e-6, 1e-3)] {
            assert_folds_within_the_bounds::<1>(seed, mean, deviation);
            assert_folds_within_the_bounds::<7>(seed, mean, deviation);
            assert_folds_within_the_bounds::<40>(seed, mean, deviation);
        }
    }
}

#[test]
fn parts_that_are_not_finite_make_no_standardiser() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(Standardiser::from_parts([0.0, bad], [1.0; 2]), Err(Error::InvalidScaling), "{bad}");
        assert_eq!(Standardiser::from_parts([0.0; 2], [bad, 1.0]), Err(Error::InvalidScaling), "{bad}");
    }
}

#[test]
fn a_fold_that_would_overflow_leaves_the_model_as_it_was() {
    let mut model = Model::from_parts([[1e30, 1.0], [1.0, 1.0]], [1.0, 2.0], 1.0).unwrap();
    let before = model.checksum();
    let weights = Standardiser::from_parts([0.0; 2], [1e10, 1.0]).unwrap();
    let bias = Standardiser::from_parts([1e20, 0.0], [1.0; 2]).unwrap();
    for standardiser in [weights, bias] {
        assert_eq!(standardiser.fold(&mut model), Err(Error::NonFiniteModel));
        assert_eq!(model.checksum(), before);
    }
}

#[test]
fn features_are_clipped_to_the_limit_unless_they_are_not_finite() {
    let plain = Standardiser::from_parts([1.0, -2.0], [0.5, 4.0]).unwrap();
    let clipped = plain.clone().clipped(3.0).unwrap();
    assert_eq!((plain.limit(), clipped.limit()), (None, Some(3.0)));
    assert_eq!((clipped.mean(), clipped.factor()), (plain.mean(), plain.factor()));
    let applied = |standardiser: &Standardiser<2>, mut x: [f32; 2]| {
        standardiser.apply(&mut x);
        x
    };
    for (x, expected) in [
        ([2.0, -2.5], [0.5, -2.0]),
        ([7.0, -1.25], [3.0, 3.0]),
        ([7.000_001, -1.249_999], [3.0, 3.0]),
        ([-5.000_001, -2.750_001], [-3.0, -3.0]),
        ([1e30, -1e30], [3.0, -3.0]),
        ([f32::MAX, f32::MIN], [3.0, -3.0]),
    ] {
        assert_eq!(applied(&clipped, x), expected, "{x:?}");
    }
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let z = applied(&clipped, [bad, bad]);
        assert!(z.iter().zip(applied(&plain, [bad, bad])).all(|(z, plain)| bits::same(*z, plain)), "{bad}: {z:?}");
        assert!(!z[0].is_finite());
    }
    for seed in 0..20 {
        let mut rng = generate::rng(seed);
        let x = [ordinary(&mut rng), ordinary(&mut rng)];
        assert_eq!(applied(&clipped, x), applied(&plain, x).map(|z| z.clamp(-3.0, 3.0)), "seed {seed}");
    }
    for bad in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(plain.clone().clipped(bad), Err(Error::InvalidLimit), "{bad}");
    }
}

#[test]
fn what_clips_is_not_folded() {
    let mut model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0).unwrap();
    let before = model.checksum();
    let clipped = Standardiser::from_parts([1.0], [0.5]).unwrap().clipped(3.0).unwrap();
    assert_eq!(clipped.fold(&mut model), Err(Error::NotLinear));
    assert_eq!(model.checksum(), before);
}

/// One feature of 1e30 among good samples: with clipping the model still recognises the classes; without, it does not
/// recover.
#[test]
fn a_clipped_outlier_does_not_ruin_the_model() {
    let accuracy = |standardiser: &Standardiser<2>| {
        let mut model = Model::<2, 2>::new();
        let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 0.05 }).unwrap();
        let mut rng = generate::rng(3);
        let (mut right, last) = (0, 200);
        for t in 0..1_000 {
            let label = generate::below(&mut rng, 2);
            let side = [1.0, -1.0][label];
            let mut x = [side + 0.25 * random::normal(&mut rng), random::normal(&mut rng)];
            if t == 500 {
                x[0] = -1e30 * side;
            }
            standardiser.apply(&mut x);
            right += i32::from(t >= 1_000 - last && model.predict(&x) == Ok(label));
            let _ = sgd.step(&mut model, &x, label);
        }
        f64::from(right) / f64::from(last)
    };
    let plain = Standardiser::from_parts([0.0; 2], [1.0; 2]).unwrap();
    let (ruined, saved) = (accuracy(&plain), accuracy(&plain.clone().clipped(5.0).unwrap()));
    assert!(saved >= 0.95 && ruined <= 0.75, "clipped {saved}, not clipped {ruined}");
}
