//! Windows over streams: the right numbers, refusals and counts, and decisions over time.

use std::f64::consts::TAU;

use hingeline::signal::{
    Axis, DynSmoothed, DynWindow, Feature, Features, Hold, LONGEST, Smoothed, Votes, Window, count,
};
use hingeline::{Decision, Error};
use hingeline_host_tests::generate::{self, below, ordinary};
use hingeline_host_tests::windows::{self, Row};

fn window_of(x: &[f32], list: &[Feature]) -> Vec<f32> {
    let (axes, mut memory) = ([Axis::<f32>::new()], vec![0.0; x.len()]);
    let mut window = DynWindow::new(&mut memory, x.len(), 1, &axes, list).unwrap();
    for x in x {
        window.push(&[*x]).unwrap();
    }
    let mut features = vec![0.0; count(list, 1)];
    window.features(&mut features).unwrap();
    features
}

/// A sine of whole cycles has its root mean square in its band and nothing elsewhere, over the whole spectrum and up to
/// long windows.
///
/// The tolerance is that of a recursion of N steps with some roundings each, whose errors add in quadrature, on values
/// of the order of the amplitude times N: 8 √N · 2⁻²⁴ of the amplitude. The error of the sine in the angle adds N ·
/// 2⁻²⁴ at most.
#[test]
fn a_band_has_the_amplitude_of_what_is_in_it() {
    for len in [2, 3, 8, 15, 64, 200, 1_000, 4_096] {
        for cycles in
            [1, 2, 3, len / 4, len / 2 - 1, len / 2].into_iter().filter(|cycles| (1..=len / 2).contains(cycles))
        {
            let is_last = 2 * cycles == len;
            // Cosines, since a sine of N / 2 cycles is 0.
            let angle = |t: usize| TAU * (t * cycles % len) as f64 / len as f64;
            let x: Vec<f32> = (0..len).map(|t| (20.0 + 3.0 * angle(t).cos()) as f32).collect();
            let list =
                [Feature::Band(cycles as u16, cycles as u16), Feature::Band(1, (len / 2) as u16), Feature::Deviation];
            let found = window_of(&x, &list);
            let expected = if is_last { 3.0 } else { 3.0 / 2.0_f64.sqrt() };
            // The readings themselves are rounded at a magnitude of 23.
            let tolerance = 23.0 * (8.0 * (len as f64).sqrt() + len as f64) * 2.0_f64.powi(-24);
            for value in &found {
                assert!(
                    (f64::from(*value) - expected).abs() <= tolerance,
                    "{cycles} cycles in {len}: {found:?}, {expected}"
                );
            }
            if cycles > 1 {
                let below = window_of(&x, &[Feature::Band(1, cycles as u16 - 1)])[0];
                assert!(f64::from(below) <= tolerance, "{cycles} cycles in {len}: {below} below them");
            }
        }
    }
}

/// Random readings against f64. The error of a sum of N terms is less than N · 2⁻²³ of the sum of their magnitudes. A
/// root halves the relative error of its square, or its error is at most the root of the absolute one.
#[test]
fn features_are_those_of_f64() {
    let list = [
        Feature::Mean,
        Feature::Deviation,
        Feature::Minimum,
        Feature::Maximum,
        Feature::Range,
        Feature::RootMeanSquare,
        Feature::MeanAbsolute,
        Feature::WaveformLength,
        Feature::Segments(7),
        Feature::Band(1, 3),
        Feature::Band(5, 20),
        Feature::Correlation(0, 1),
    ];
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let len = 40 + below(&mut rng, 400);
        let rows: Vec<Vec<f32>> = (0..2).map(|_| generate::values(&mut rng, len, ordinary)).collect();
        let axes = [Axis::<f32>::new(); 2];
        let mut memory = vec![0.0; 2 * len];
        let mut window = DynWindow::new(&mut memory, len, len, &axes, &list).unwrap();
        for (a, b) in rows[0].iter().zip(&rows[1]) {
            window.push(&[*a, *b]).unwrap();
        }
        let mut x = vec![0.0; count(&list, 2)];
        window.features(&mut x).unwrap();
        let wide: Vec<_> = rows
            .iter()
            .map(|row| Row { readings: row.iter().map(|x| f64::from(*x)).collect::<Vec<_>>(), noise: 0.0 })
            .collect();
        let expected = windows::oracle(&wide, &list);
        assert_eq!(expected.len(), x.len());
        // No magnitude is above 64. The error of a sum of N terms of at most M, each with some roundings, is at most N²
        // M 2⁻²³; divided by N that is N M 2⁻²³. For squares it is M² over twice the root, which is above M / 64 here.
        // Bands and correlations have fewer or smaller terms.
        let tolerance = 64.0 * len as f64 * 2.0_f64.powi(-23);
        for (own, expected) in x.iter().zip(&expected) {
            assert!((f64::from(*own) - expected).abs() <= tolerance, "seed {seed}: {own}, expected {expected}");
        }
    }
}

/// The table of sines has 256 steps, so a frequency picks up at most π / 256 of the amplitude of another one. All of
/// them together pick up at most 8 % more energy in windows of these lengths, which is 4 % of the amplitude. The
/// roundings of mean and root are added to this.
#[test]
fn a_band_in_integers_is_near_that_of_floats() {
    for seed in 0..300 {
        let mut rng = generate::rng(seed);
        let len = 16 + below(&mut rng, 300);
        let (amplitude, drawn) = ([40, 1_000, 30_000][seed as usize % 3], 1 + below(&mut rng, len / 2));
        let phase = below(&mut rng, 100) as f64;
        let x: Vec<i16> = (0..len)
            .map(|t| (f64::from(amplitude) * (TAU * t as f64 * drawn as f64 / len as f64 + phase).cos()) as i16)
            .collect();
        let list = [Feature::Band(drawn as u16, drawn as u16), Feature::Band(1, len as u16 / 2), Feature::Deviation];
        let (axes, mut memory) = ([Axis::<i16>::new()], vec![0; len]);
        let mut window = DynWindow::new(&mut memory, len, 1, &axes, &list).unwrap();
        for x in &x {
            window.push(&[*x]).unwrap();
        }
        let mut features = [0; 3];
        window.features(&mut features).unwrap();
        let expected =
            windows::oracle(&[Row { readings: x.iter().map(|x| f64::from(*x)).collect(), noise: 0.0 }], &list);
        for (own, expected) in features.iter().zip(&expected) {
            let tolerance = 2.0 + 0.05 * f64::from(amplitude);
            assert!((f64::from(*own) - expected).abs() <= tolerance, "seed {seed}: {own}, expected {expected}");
        }
    }
}

/// Equal readings that binary32 does not hold exactly: their mean differs from them by its rounding.
#[test]
fn constant_axes_do_not_correlate() {
    let list = [Feature::Correlation(0, 1), Feature::Correlation(1, 2), Feature::Correlation(2, 3)];
    let axes = [Axis::<f32>::new(); 4];
    for (len, [a, b], scale) in
        [(100, [9.8, 0.1], 1.0), (64, [9.8, 0.1], 1e9), (10, [0.3, 0.7], 1e-12), (33, [1e7, -3.3], 1e15)]
    {
        let mut memory = vec![0.0; 4 * len];
        let mut window = DynWindow::new(&mut memory, len, 1, &axes, &list).unwrap();
        for t in 0..len {
            let wave = (t as f32 * 0.7).sin() * scale;
            window.push(&[a, b, wave, -3.0 * wave]).unwrap();
        }
        let mut x = [0.0; 3];
        window.features(&mut x).unwrap();
        assert_eq!(x[..2], [0.0; 2], "{len} readings");
        // Large and small values correlate like any others: N roundings of sums of positive terms.
        assert!(x[2] <= -1.0 + len as f32 * f32::EPSILON, "{len} readings times {scale}: {}", x[2]);
    }
}

/// A coefficient whose squares overflow is refused, although its products do not overflow.
#[test]
fn a_correlation_that_overflows_is_refused() {
    let (axes, mut memory) = ([Axis::<f32>::new(); 2], [0.0; 16]);
    let mut window = DynWindow::new(&mut memory, 8, 1, &axes, &[Feature::Correlation(0, 1)]).unwrap();
    for t in 0..8 {
        let sign = if t % 2 == 0 { 1.0 } else { -1.0 };
        window.push(&[sign * 1e30, sign * 1e-10]).unwrap();
    }
    assert_eq!(window.features(&mut [0.0]), Err(Error::NonFiniteFeature));
}

#[test]
fn counts_are_what_a_person_would_count() {
    let x = [0.0, 2.0, 1.0, 3.0, -1.0, -1.0, 0.5, 0.25, 4.0, 4.0, -2.0];
    let list = [
        Feature::ZeroCrossings,
        Feature::MeanCrossings,
        Feature::SlopeSignChanges,
        Feature::Peaks,
        Feature::WaveformLength,
    ];
    // The mean is 0.97…; the peaks are 2, 3, 0.5 and 4.
    assert_eq!(window_of(&x, &list), [3.0, 4.0, 5.0, 4.0, (2.0 + 1.0 + 2.0 + 4.0 + 1.5 + 0.25 + 3.75 + 6.0) / 10.0]);
    let (axes, mut memory) = ([Axis::<f32>::new().noise(1.0).unwrap()], vec![0.0; x.len()]);
    let mut window = DynWindow::new(&mut memory, x.len(), 1, &axes, &list).unwrap();
    for x in &x {
        window.push(&[*x]).unwrap();
    }
    let mut noisy = [0.0; 5];
    window.features(&mut noisy).unwrap();
    // 2 falls by no more than the noise, and neither does 0.5.
    assert_eq!(noisy[..4], [3.0, 4.0, 5.0, 2.0]);
    assert_eq!(window_of(&[5.0; 9], &list), [0.0; 5]);
    assert_eq!(window_of(&[5.0; 9], &[Feature::Deviation, Feature::Band(1, 4)]), [0.0; 2]);
}

#[test]
fn what_is_no_window_is_refused() {
    let axes = [Axis::<f32>::new(); 2];
    let mut memory = [0.0; 16];
    let mut refuse =
        |len: usize, hop: usize, list: &[Feature]| DynWindow::new(&mut memory, len, hop, &axes, list).err();
    assert_eq!(refuse(8, 1, &[Feature::Mean]), None);
    assert_eq!(refuse(7, 1, &[Feature::Mean]), Some(Error::ShapeMismatch));
    assert_eq!(refuse(8, 0, &[Feature::Mean]), Some(Error::InvalidWindow));
    for len in [0, 1, LONGEST + 1, usize::MAX] {
        assert_eq!(refuse(len, 1, &[Feature::Mean]), Some(Error::InvalidWindow), "{len}");
    }
    for list in [
        &[][..],
        &[Feature::Band(0, 1)],
        &[Feature::Band(3, 2)],
        &[Feature::Mean, Feature::Band(4, 5)],
        &[Feature::Segments(0)],
        &[Feature::Segments(9)],
        &[Feature::Correlation(0, 0)],
        &[Feature::Correlation(0, 2)],
        &[Feature::Correlation(2, 1)],
    ] {
        assert_eq!(refuse(8, 1, list), Some(Error::InvalidFeature), "{list:?}");
    }
    for list in [Feature::Band(4, 4), Feature::Segments(8), Feature::Correlation(1, 0)] {
        assert_eq!(refuse(8, 1, &[list]), None, "{list:?}");
    }
    assert_eq!(DynWindow::<f32>::new(&mut [], 8, 1, &[], &[Feature::Mean]).err(), Some(Error::InvalidWindow));

    for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f32::NAN, 1.0), (0.0, f32::NAN)] {
        assert_eq!(Axis::<f32>::new().saturates_at(low, high), Err(Error::InvalidAxis));
    }
    for noise in [-1.0, f32::INFINITY, f32::NAN] {
        assert_eq!(Axis::<f32>::new().noise(noise), Err(Error::InvalidAxis));
    }
    assert_eq!(Axis::<i16>::new().noise(-1), Err(Error::InvalidAxis));
    assert_eq!(Axis::<i16>::new().saturates_at(3, 3), Err(Error::InvalidAxis));
}

struct Mean;
impl Features for Mean {
    type Reading = f32;
    const LIST: &'static [Feature] = &[Feature::Mean];
}

#[test]
fn a_reading_that_is_none_is_left_out_and_counted() {
    let mut window = Window::<Mean, 2, 2, 1>::new();
    assert_eq!(window.push(&[1.0, 2.0]), Ok(false));
    for wrong in [[f32::NAN, 0.0], [0.0, f32::INFINITY], [f32::NEG_INFINITY, f32::NAN]] {
        assert_eq!(window.push(&wrong), Err(Error::NonFiniteFeature));
    }
    assert_eq!((window.refused(), window.gaps()), (3, 0));
    let mut x = [0.0; 2];
    assert_eq!(window.features(&mut x), Err(Error::IncompleteWindow));
    assert_eq!(window.push(&[3.0, 4.0]), Ok(true));
    window.features(&mut x).unwrap();
    assert_eq!(x, [2.0, 3.0]);

    // The sums overflow, but the readings stay. This holds for counts alone too, which compare with the mean.
    let (axes, mut memory) = ([Axis::<f32>::new()], [0.0; 4]);
    let mut counts = DynWindow::new(&mut memory, 4, 1, &axes, &[Feature::MeanCrossings]).unwrap();
    let pushed = [f32::MAX, f32::MAX, -f32::MAX, f32::MAX].map(|x| counts.push(&[x]));
    assert_eq!((pushed[3], counts.features(&mut [0.0])), (Ok(true), Err(Error::NonFiniteFeature)));
    assert_eq!(window.push(&[f32::MAX, 0.0]), Ok(true));
    assert_eq!(window.push(&[f32::MAX, 0.0]), Ok(true));
    assert_eq!(window.features(&mut x), Err(Error::NonFiniteFeature));
    assert_eq!((window.push(&[1.0, 1.0]), window.push(&[1.0, 1.0])), (Ok(true), Ok(true)));
    window.features(&mut x).unwrap();
    assert_eq!(x, [1.0, 1.0]);

    // After a gap the window takes as many readings as at the start.
    window.gap();
    assert_eq!(window.features(&mut x), Err(Error::IncompleteWindow));
    assert_eq!((window.push(&[5.0, 5.0]), window.push(&[7.0, 5.0])), (Ok(false), Ok(true)));
    window.features(&mut x).unwrap();
    assert_eq!((x, window.gaps()), ([6.0, 5.0], 1));
    // Another recording is not a gap.
    let mut other = window.clone();
    other.clear();
    assert_eq!((other.push(&[1.0, 1.0]), other.push(&[1.0, 1.0]), other.gaps()), (Ok(false), Ok(true), 1));
    assert_eq!(window.push(&[1.0, 1.0]), Ok(true), "the clone is its own");
}

#[test]
fn a_sample_of_another_length_is_refused() {
    let (axes, mut memory) = ([Axis::<i16>::new(); 2], [0; 4]);
    let mut window = DynWindow::new(&mut memory, 2, 1, &axes, &[Feature::Mean, Feature::Correlation(0, 1)]).unwrap();
    assert_eq!(window.push(&[1]), Err(Error::ShapeMismatch));
    assert_eq!(window.push(&[1, 2, 3]), Err(Error::ShapeMismatch));
    assert_eq!((window.push(&[1, 2]), window.push(&[1, 2])), (Ok(false), Ok(true)));
    assert_eq!(window.features(&mut [0; 2]), Err(Error::ShapeMismatch));
    assert_eq!(window.features(&mut [0; 4]), Err(Error::ShapeMismatch));
    assert!(window.features(&mut [0; 3]).is_ok());
}

/// The last M votes, recounted each time.
#[test]
fn votes_are_counted_over_the_last_windows() {
    const M: usize = 5;
    for needed in 1..=M {
        for seed in 0..50 {
            let mut rng = generate::rng(seed);
            let mut votes = Votes::<M>::new(needed).unwrap();
            // With memory for more votes.
            let mut fewer = Votes::<9>::of_last(M, needed).unwrap();
            let mut all: Vec<Option<usize>> = vec![];
            for _ in 0..60 {
                all.push((below(&mut rng, 4) > 0).then(|| below(&mut rng, 3)));
                let last = &all[all.len().saturating_sub(M)..];
                let tally = |class: usize| last.iter().filter(|vote| **vote == Some(class)).count();
                let most = (0..3).map(tally).max().unwrap();
                let latest = last.iter().rev().flatten().copied().find(|class| tally(*class) == most);
                let expected = latest.filter(|_| most >= needed);
                let class = *all.last().unwrap();
                assert_eq!(votes.push(class), expected, "{needed} of {M}, seed {seed}: {last:?}");
                assert_eq!(fewer.push(class), expected, "{needed} of {M}, seed {seed}: {last:?}");
            }
            votes.clear();
            assert_eq!(votes, Votes::new(needed).unwrap());
        }
    }
    assert_eq!(Votes::<3>::new(0), Err(Error::InvalidVotes));
    assert_eq!(Votes::<3>::new(4), Err(Error::InvalidVotes));
    assert_eq!(Votes::<0>::new(0), Err(Error::InvalidVotes));
    for (windows, needed) in [(4, 1), (2, 3), (0, 0), (3, 0)] {
        assert_eq!(Votes::<3>::of_last(windows, needed), Err(Error::InvalidVotes));
    }
    let mut votes = Votes::<1>::new(1).unwrap();
    let answers = [65_534, 65_535, usize::MAX].map(|class| votes.push(Some(class)));
    assert_eq!(answers, [Some(65_534), None, None]);
}

#[test]
fn an_answer_is_held_for_some_windows() {
    let mut hold = Hold::new(0);
    assert_eq!([Some(1), None, Some(2), None].map(|class| hold.push(class)), [Some(1), None, Some(2), None]);
    let mut hold = Hold::new(1);
    assert_eq!(
        [Some(1), None, Some(2), Some(3), None, None, None].map(|class| hold.push(class)),
        [Some(1), Some(1), Some(2), Some(3), Some(3), None, None]
    );
    hold.push(Some(1));
    hold.clear();
    assert_eq!(hold.push(None), None);
}

#[test]
fn smoothed_scores_are_an_exponential_mean() {
    let mut smoothed = Smoothed::<3>::new(0.3).unwrap();
    let mut memory = [f32::NAN; 3];
    let mut lent = DynSmoothed::new(&mut memory, 0.3).unwrap();
    let mut expected: Option<[f32; 3]> = None;
    let mut rng = generate::rng(5);
    for _ in 0..100 {
        let scores = [(); 3].map(|()| ordinary(&mut rng));
        let mean = expected.map_or(scores, |mean| {
            let mut index = 0;
            mean.map(|m| {
                index += 1;
                m + 0.3 * (scores[index - 1] - m)
            })
        });
        expected = Some(mean);
        assert_eq!(smoothed.push(&scores), Ok(Decision::of(&mean)));
        assert_eq!(lent.push(&scores), Ok(Decision::of(&mean)));
    }
    assert_eq!(lent.push(&[1.0; 2]), Err(Error::ShapeMismatch));
    assert_eq!(lent.push(&[1.0, f32::NAN, 1.0]), Err(Error::NonFiniteScore));
    lent.clear();
    assert_eq!(lent.push(&[1.0, 3.0, 2.0]).unwrap(), Decision { class: 1, runner_up: 2, gap: 1.0 });
    assert_eq!(DynSmoothed::new(&mut [], 0.0).err(), Some(Error::InvalidShare));
    let before = smoothed;
    assert_eq!(smoothed.push(&[1.0, f32::NAN, 0.0]), Err(Error::NonFiniteScore));
    assert_eq!(smoothed.push(&[f32::INFINITY, 1.0, 0.0]), Err(Error::NonFiniteScore));
    assert_eq!(smoothed, before);
    smoothed.clear();
    assert_eq!(smoothed.push(&[1.0, 3.0, 2.0]).unwrap(), Decision { class: 1, runner_up: 2, gap: 1.0 });
    for share in [0.0, -0.5, 1.000_000_1, f32::NAN] {
        assert_eq!(Smoothed::<2>::new(share), Err(Error::InvalidShare));
    }
    // Each window by itself.
    let mut last = Smoothed::<2>::new(1.0).unwrap();
    assert_eq!(last.push(&[1.0, 0.0]).unwrap().class, 0);
    assert_eq!(last.push(&[0.0, 1.0]).unwrap(), Decision { class: 1, runner_up: 0, gap: 1.0 });
    // Exactly: with the formula these scores would be lost next to the previous ones.
    assert_eq!(last.push(&[1e-9, 2e-9]).unwrap().class, 1);
    assert_eq!(last.push(&[2e-9, 1e-9]).unwrap(), Decision::of(&[2e-9, 1e-9]));
}
