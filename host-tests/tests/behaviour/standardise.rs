//! Running moments and what is frozen from them.

use hingeline::{Error, Model, Moments, Standardiser};
use hingeline_host_tests::generate::{self, ordinary};

fn moments<const F: usize>(samples: &[[f32; F]]) -> Moments<F> {
    let mut moments = Moments::new();
    for x in samples {
        moments.observe(x).unwrap();
    }
    moments
}

/// The documented formula, value by value.
#[test]
fn the_moments_are_bit_for_bit_the_documented_ones() {
    let mut rng = generate::rng(11);
    let samples: Vec<[f32; 3]> = (0..500).map(|_| [(); 3].map(|()| ordinary(&mut rng))).collect();
    let (mut mean, mut squares) = ([0.0_f32; 3], [0.0_f32; 3]);
    for (n, x) in (1_u32..).zip(&samples) {
        let r = 1.0 / n as f32;
        for f in 0..3 {
            let d = x[f] - mean[f];
            mean[f] += d * r;
            squares[f] += d * (x[f] - mean[f]);
        }
    }
    let moments = moments(&samples);
    assert_eq!((moments.mean(), moments.count()), (&mean, 500));
    let standardiser = moments.freeze().unwrap();
    assert_eq!(standardiser.mean(), &mean);
    assert_eq!(standardiser.factor(), &squares.map(|s| 1.0 / libm::sqrtf(s * (1.0 / 500.0))));
}

/// Against the two-pass formula in f64, for values far from zero, where the sum of squares less the square of the sum would be
/// of no use in binary32.
///
/// Each of the n updates of the mean makes three roundings of values no larger than the largest |x|, so the mean is off by at most
/// 3 n u max|x|, and in practice far less; that times twice the largest deviation, n times over n, bounds the variance's error.
#[test]
fn the_moments_are_those_of_the_set() {
    for seed in 1..=5 {
        let mut rng = generate::rng(seed);
        let samples: Vec<[f32; 2]> = (0..1000).map(|_| [1000.0 + ordinary(&mut rng), ordinary(&mut rng)]).collect();
        let standardiser = moments(&samples).freeze().unwrap();
        for f in 0..2 {
            let n = samples.len() as f64;
            let mean = samples.iter().map(|x| f64::from(x[f])).sum::<f64>() / n;
            let variance = samples.iter().map(|x| (f64::from(x[f]) - mean).powi(2)).sum::<f64>() / n;
            let largest = samples.iter().map(|x| f64::from(x[f].abs())).fold(0.0, f64::max);
            let spread = samples.iter().map(|x| (f64::from(x[f]) - mean).abs()).fold(0.0, f64::max);
            let tolerance = 3.0 * n * f64::from(f32::EPSILON) / 2.0 * largest;
            assert!((f64::from(standardiser.mean()[f]) - mean).abs() <= tolerance, "seed {seed}, feature {f}");
            let own = f64::from(standardiser.factor()[f]).powi(-2);
            let tolerance = 2.0 * spread * tolerance + 4.0 * n * f64::from(f32::EPSILON) * variance;
            assert!((own - variance).abs() <= tolerance, "seed {seed}, feature {f}: {own} for {variance}");
        }
    }
}

#[test]
fn a_feature_that_never_changes_is_left_as_wide_as_it_is() {
    let standardiser = moments(&[[5.0, 1.0], [5.0, 2.0]]).freeze().unwrap();
    let mut x = [6.0, 2.0];
    standardiser.apply(&mut x);
    assert_eq!(x, [1.0, 1.0]);
}

#[test]
fn a_refused_sample_changes_nothing() {
    let mut moments = moments(&[[1.0, 2.0], [3.0, -4.0]]);
    let before = (*moments.mean(), moments.count(), moments.freeze().unwrap());
    for bad in [[f32::NAN, 0.0], [0.0, f32::INFINITY], [f32::MAX, 0.0], [0.0, -1e25]] {
        assert_eq!(moments.observe(&bad), Err(Error::NonFiniteFeature), "{bad:?}");
        assert_eq!((*moments.mean(), moments.count(), moments.freeze().unwrap()), before);
    }
}

#[test]
fn a_folded_model_scores_raw_features_as_the_model_scores_standardised_ones() {
    for seed in 1..=20 {
        let mut rng = generate::rng(seed);
        let samples: Vec<[f32; 7]> = (0..40).map(|_| [(); 7].map(|()| ordinary(&mut rng))).collect();
        let standardiser = moments(&samples).freeze().unwrap();
        let model: Model<3, 7> = generate::model(&mut rng, 0.75, ordinary);
        let mut folded = model.clone();
        standardiser.fold(&mut folded).unwrap();
        for x in &samples {
            let (mut scores, mut raw, mut z) = ([0.0; 3], [0.0; 3], *x);
            standardiser.apply(&mut z);
            model.scores(&z, &mut scores).unwrap();
            folded.scores(x, &mut raw).unwrap();
            for class in 0..3 {
                // Each of the two sums makes at most F + 4 roundings of terms no larger in sum than this.
                let terms = (0..7).map(|f| {
                    let factor = model.weights()[class][f] * standardiser.factor()[f];
                    (factor * x[f]).abs() + (factor * standardiser.mean()[f]).abs()
                });
                let size = terms.sum::<f32>() + model.bias()[class].abs();
                let tolerance = 2.0 * 11.0 * f32::EPSILON * size;
                assert!((scores[class] - raw[class]).abs() <= tolerance, "seed {seed}");
            }
        }
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
