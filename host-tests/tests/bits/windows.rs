//! A window's features equal their definition to the bit, wherever in the ring it begins, for static and for runtime
//! shapes.

use hingeline::Error;
use hingeline::signal::{Axis, DynWindow, Feature, Features, LONGEST, Window, count};
use hingeline_host_tests::generate::{self, below, one_of, ordinary, special};
use hingeline_host_tests::windows::{self, Row};
use rand_core::Rng;
use rand_xorshift::XorShiftRng;

/// Up to six features that a window with these axes supports.
fn list(rng: &mut XorShiftRng, axes: usize, len: usize) -> Vec<Feature> {
    (0..1 + below(rng, 6))
        .map(|_| {
            let low = 1 + below(rng, len / 2);
            let high = (low + below(rng, 4)).min(len / 2);
            let (first, second) = (below(rng, axes) as u16, below(rng, axes) as u16);
            let numbered = [
                Feature::Segments(1 + below(rng, len.min(9)) as u16),
                Feature::Band(low as u16, high as u16),
                if first == second { Feature::Mean } else { Feature::Correlation(first, second) },
            ];
            let kinds = [&windows::PLAIN[..], &numbered].concat();
            one_of(rng, &kinds)
        })
        .collect()
}

/// A random shape: axes, length, hop, and number of readings.
fn shape(rng: &mut XorShiftRng) -> [usize; 4] {
    let most = one_of(rng, &[40, 40, 40, 300]);
    let len = 2 + below(rng, most);
    [1 + below(rng, 4), len, 1 + below(rng, 2 * len), len + below(rng, 3 * len)]
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| if value.is_nan() { u32::MAX } else { value.to_bits() }).collect()
}

#[test]
fn features_in_binary32() {
    let mut refused = 0;
    for seed in 0..3_000 {
        let mut rng = generate::rng(seed);
        let [axes, len, hop, readings] = shape(&mut rng);
        let list = list(&mut rng, axes, len);
        let noises: Vec<f32> = (0..axes).map(|_| one_of(&mut rng, &[0.0, 0.5, 2.0])).collect();
        let limits: Vec<_> = noises.iter().map(|noise| Axis::<f32>::new().noise(*noise).unwrap()).collect();
        // The last draw is so far from 0 that the sum, and so the mean, loses digits.
        let draws = [
            ordinary,
            special,
            |rng: &mut XorShiftRng| generate::whole(rng, 3),
            |rng: &mut XorShiftRng| 16_777_215.0 + generate::whole(rng, 9),
        ];
        let mut draw = draws[seed as usize % 4];
        let stream: Vec<Vec<f32>> = (0..readings).map(|_| generate::values(&mut rng, axes, &mut draw)).collect();
        let mut memory = vec![f32::NAN; axes * len];
        let mut window = DynWindow::new(&mut memory, len, hop, &limits, &list).unwrap();
        for (t, reading) in stream.iter().enumerate() {
            let is_due = t + 1 >= len && (t + 1 - len).is_multiple_of(hop);
            assert_eq!(window.push(reading), Ok(is_due), "seed {seed}, reading {t}");
            let mut x = vec![0.0; count(&list, axes)];
            if t + 1 < len {
                assert_eq!(window.features(&mut x), Err(Error::IncompleteWindow));
            } else if is_due {
                let rows: Vec<_> = (0..axes)
                    .map(|axis| Row {
                        readings: stream[t + 1 - len..=t].iter().map(|reading| reading[axis]).collect(),
                        noise: noises[axis],
                    })
                    .collect();
                let expected = windows::floats(&rows, &list);
                let means = windows::floats(&rows, &[Feature::Mean]);
                if expected.iter().chain(&means).all(|x| x.is_finite()) {
                    let report = window.features(&mut x).unwrap();
                    assert_eq!((report.saturated, report.clamped), (0, 0));
                    assert_eq!(bits(&x), bits(&expected), "seed {seed}, reading {t}: {list:?} of {rows:?}");
                } else {
                    assert_eq!(window.features(&mut x), Err(Error::NonFiniteFeature), "seed {seed}, reading {t}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 500, "only {refused} windows overflow");
}

#[test]
fn features_in_integers() {
    let mut clamps = 0;
    for seed in 0..3_000 {
        let mut rng = generate::rng(seed);
        let [axes, len, hop, readings] = shape(&mut rng);
        let list = list(&mut rng, axes, len);
        let noises: Vec<i16> = (0..axes).map(|_| one_of(&mut rng, &[0, 1, 5, 300])).collect();
        let (low, high) = one_of(&mut rng, &[(-4, 4), (-200, 300), (i16::MIN, i16::MAX)]);
        let limits: Vec<_> = noises
            .iter()
            .map(|noise| Axis::<i16>::new().noise(*noise).unwrap().saturates_at(low, high).unwrap())
            .collect();
        let kind = seed % 4;
        let mut draw = || match kind {
            0 => rng.next_u32() as i16,
            1 => one_of(&mut rng, &[i16::MIN, i16::MAX, 0, -1]),
            2 => below(&mut rng, 7) as i16 - 3,
            _ => below(&mut rng, 4_000) as i16 - 1_000,
        };
        let stream: Vec<Vec<i16>> = (0..readings).map(|_| (0..axes).map(|_| draw()).collect()).collect();
        let mut memory = vec![7; axes * len];
        let mut window = DynWindow::new(&mut memory, len, hop, &limits, &list).unwrap();
        for (t, reading) in stream.iter().enumerate() {
            if !window.push(reading).unwrap() {
                continue;
            }
            let seen = &stream[t + 1 - len..=t];
            let rows: Vec<_> = (0..axes)
                .map(|axis| Row { readings: seen.iter().map(|reading| reading[axis]).collect(), noise: noises[axis] })
                .collect();
            let expected = windows::integers(&rows, &list);
            let mut x = vec![0; count(&list, axes)];
            let report = window.features(&mut x).unwrap();
            let clamped: Vec<_> =
                expected.iter().map(|x| (*x).clamp(i16::MIN.into(), i16::MAX.into()) as i16).collect();
            assert_eq!(x, clamped, "seed {seed}, reading {t}: {list:?} of {rows:?}");
            let beyond = expected.iter().filter(|x| i16::try_from(**x).is_err()).count();
            assert_eq!(report.clamped as usize, beyond, "seed {seed}");
            let saturated = seen.iter().flatten().filter(|x| **x <= low || **x >= high).count();
            assert_eq!(report.saturated as usize, saturated, "seed {seed}");
            clamps += beyond;
        }
    }
    assert!(clamps > 1_000, "only {clamps} features are clamped");
}

/// The longest window with the largest readings: no sum overflows.
#[test]
fn the_longest_window_of_integers() {
    let list = [
        Feature::Mean,
        Feature::Deviation,
        Feature::Range,
        Feature::RootMeanSquare,
        Feature::MeanAbsolute,
        Feature::ZeroCrossings,
        Feature::MeanCrossings,
        Feature::SlopeSignChanges,
        Feature::WaveformLength,
        Feature::Peaks,
        Feature::Segments(3),
        Feature::Band(1, 2),
        Feature::Band(LONGEST as u16 / 2, LONGEST as u16 / 2),
        Feature::Correlation(0, 1),
    ];
    let (low, high) = (i16::MIN, i16::MAX);
    let rows: [fn(usize) -> [i16; 2]; 6] = [
        |_| [i16::MIN, i16::MAX],
        |t| if t % 2 == 0 { [i16::MIN, i16::MAX] } else { [i16::MAX, i16::MIN] },
        |t| if t < LONGEST / 2 { [i16::MIN; 2] } else { [i16::MAX; 2] },
        |t| if t == 5 { [i16::MAX, 1] } else { [i16::MIN, 0] },
        |t| [i16::MIN.wrapping_add((2 * t) as i16), (t % 2) as i16],
        |t| if t % 3 == 0 { [i16::MIN, -1] } else { [i16::MIN + 1, 0] },
    ];
    let axes = [Axis::<i16>::new().saturates_at(low, high).unwrap(); 2];
    for (kind, at) in rows.into_iter().enumerate() {
        let mut memory = vec![0; 2 * LONGEST];
        let mut window = DynWindow::new(&mut memory, LONGEST, 1, &axes, &list).unwrap();
        (0..LONGEST).for_each(|t| assert_eq!(window.push(&at(t)), Ok(t + 1 == LONGEST)));
        let mut x = vec![0; count(&list, 2)];
        window.features(&mut x).unwrap();
        let rows = [0, 1].map(|axis| Row { readings: (0..LONGEST).map(|t| at(t)[axis]).collect(), noise: 0 });
        let expected: Vec<_> =
            windows::integers(&rows, &list).iter().map(|x| (*x).clamp(low.into(), high.into()) as i16).collect();
        assert_eq!(x, expected, "{kind}");
    }
}

/// Defines a list for both types of readings.
macro_rules! lists {
    ($($name:ident, $raw:ident: $($feature:expr),+;)*) => {$(
        struct $name;
        impl Features for $name {
            type Reading = f32;
            const LIST: &'static [Feature] = &[$($feature),+];
            const AXES: &'static [Axis<f32>] = &FLOATS;
        }
        struct $raw;
        impl Features for $raw {
            type Reading = i16;
            const LIST: &'static [Feature] = $name::LIST;
            const AXES: &'static [Axis<i16>] = &INTEGERS;
        }
    )*};
}

// Every feature occurs, so that code that the compiler removes for one list is tested by another.
lists! {
    All, RawAll:
        Feature::Mean, Feature::Deviation, Feature::Minimum, Feature::Maximum, Feature::Range, Feature::RootMeanSquare, Feature::MeanAbsolute,
        Feature::ZeroCrossings, Feature::MeanCrossings, Feature::SlopeSignChanges, Feature::WaveformLength, Feature::Peaks, Feature::Segments(5),
        Feature::Band(1, 4), Feature::Band(9, 15), Feature::Correlation(0, 1), Feature::Correlation(2, 0);
    One, RawOne: Feature::Deviation;
    Counts, RawCounts: Feature::Peaks, Feature::ZeroCrossings;
    Lines, RawLines: Feature::WaveformLength, Feature::SlopeSignChanges, Feature::MeanCrossings;
    Ends, RawEnds: Feature::Maximum, Feature::RootMeanSquare;
    Pairs, RawPairs: Feature::Correlation(1, 2);
    Spectrum, RawSpectrum: Feature::Band(2, 2), Feature::Segments(30), Feature::MeanAbsolute;
}

const AXES: usize = 3;
const LEN: usize = 30;

const fn taken<T: Copy>(axis: Result<T, Error>) -> T {
    match axis {
        Ok(axis) => axis,
        Err(_) => panic!(),
    }
}

const FLOATS: [Axis<f32>; AXES] =
    [taken(Axis::<f32>::new().noise(0.5)), Axis::new(), taken(Axis::<f32>::new().saturates_at(-1.0, 1.0))];
const INTEGERS: [Axis<i16>; AXES] =
    [taken(Axis::<i16>::new().noise(20)), Axis::new(), taken(Axis::<i16>::new().saturates_at(-9, 90))];

/// Compares the same list at compile time and at run time.
fn both<L: Features<Reading = f32>, Raw: Features<Reading = i16>, const F: usize, const HOP: usize>(seed: u64) {
    let mut rng = generate::rng(seed);
    let (mut memory, mut raw_memory) = ([0.0; AXES * LEN], [0; AXES * LEN]);
    let mut lent = DynWindow::new(&mut memory, LEN, HOP, &FLOATS, L::LIST).unwrap();
    let mut raw_lent = DynWindow::new(&mut raw_memory, LEN, HOP, &INTEGERS, Raw::LIST).unwrap();
    let (mut own, mut raw_own) = (Window::<L, AXES, LEN, HOP>::new(), Window::<Raw, AXES, LEN, HOP>::new());
    assert_eq!(Window::<L, AXES, LEN, HOP>::FEATURES, F);
    for t in 0..150 {
        if t == 70 {
            own.gap();
            lent.gap();
            raw_own.gap();
            raw_lent.gap();
        }
        let reading = [(); AXES].map(|()| ordinary(&mut rng));
        let raw = reading.map(|x| (x * 100.0) as i16);
        let is_due = own.push(&reading).unwrap();
        assert_eq!([lent.push(&reading), raw_own.push(&raw), raw_lent.push(&raw)], [Ok(is_due); 3], "seed {seed}");
        if is_due {
            let (mut x, mut y) = ([0.0; F], [0.0; F]);
            assert_eq!(own.features(&mut x), lent.features(&mut y));
            assert_eq!(bits(&x), bits(&y), "seed {seed}, reading {t}");
            let (mut x, mut y) = ([0; F], [0; F]);
            assert_eq!(raw_own.features(&mut x), raw_lent.features(&mut y));
            assert_eq!(x, y, "seed {seed}, reading {t}");
        }
    }
    assert_eq!((own.gaps(), lent.gaps(), own.refused()), (1, 1, 0));
}

#[test]
fn a_static_window_is_that_of_runtime_shape() {
    for seed in 0..40 {
        both::<All, RawAll, { count(All::LIST, AXES) }, 1>(seed);
        both::<All, RawAll, { count(All::LIST, AXES) }, 7>(seed);
        both::<One, RawOne, { count(One::LIST, AXES) }, 30>(seed);
        both::<Counts, RawCounts, { count(Counts::LIST, AXES) }, 31>(seed);
        both::<Lines, RawLines, { count(Lines::LIST, AXES) }, 15>(seed);
        both::<Ends, RawEnds, { count(Ends::LIST, AXES) }, 15>(seed);
        both::<Pairs, RawPairs, { count(Pairs::LIST, AXES) }, 15>(seed);
        both::<Spectrum, RawSpectrum, { count(Spectrum::LIST, AXES) }, 15>(seed);
    }
}
