//! The features of a window by their definitions, from a plain list of readings: in binary32 to the bit, in unbounded
//! integers, and in f64.

use std::f64::consts::TAU;

use hingeline::signal::Feature;

/// The features that have one value per axis and no parameters.
pub const PLAIN: [Feature; 12] = [
    Feature::Mean,
    Feature::Deviation,
    Feature::Minimum,
    Feature::Maximum,
    Feature::Range,
    Feature::RootMeanSquare,
    Feature::MeanAbsolute,
    Feature::ZeroCrossings,
    Feature::MeanCrossings,
    Feature::SlopeSignChanges,
    Feature::WaveformLength,
    Feature::Peaks,
];

/// The readings of an axis, from the oldest to the newest, and their noise.
#[derive(Clone, Debug)]
pub struct Row<R> {
    /// The readings.
    pub readings: Vec<R>,
    /// The least difference that counts.
    pub noise: R,
}

/// Computes features in the order of a sample: each axis with its features, then the pairs.
fn sample<R, T>(
    rows: &[Row<R>],
    list: &[Feature],
    of_axis: impl Fn(&Row<R>, Feature) -> Vec<T>,
    of_pair: impl Fn(&Row<R>, &Row<R>) -> T,
) -> Vec<T> {
    let axes = rows.iter().flat_map(|row| list.iter().flat_map(|feature| of_axis(row, *feature)).collect::<Vec<_>>());
    let pairs = list.iter().filter_map(|feature| match *feature {
        Feature::Correlation(a, b) => Some(of_pair(&rows[usize::from(a)], &rows[usize::from(b)])),
        _ => None,
    });
    axes.chain(pairs).collect()
}

/// The parts of a window.
fn parts<R>(readings: &[R], n: u16) -> impl Iterator<Item = &[R]> {
    let (len, n) = (readings.len(), usize::from(n));
    (0..n).map(move |part| &readings[part * len / n..(part + 1) * len / n])
}

fn crossings<R: Copy>(x: &[R], is_below: impl Fn(R) -> bool, is_large: impl Fn(R, R) -> bool) -> usize {
    x.windows(2).filter(|pair| is_below(pair[0]) != is_below(pair[1]) && is_large(pair[0], pair[1])).count()
}

/// The number of maxima above the noise, found from one turning point to the next.
fn peaks(x: &[f64], noise: f64) -> usize {
    let (mut start, mut count) = (0, 0);
    loop {
        let lowest = |end: usize| x[start..=end].iter().copied().fold(f64::INFINITY, f64::min);
        let Some(rise) = (start..x.len()).find(|end| x[*end] - lowest(*end) > noise) else { return count };
        let highest = |end: usize| x[rise..=end].iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let Some(fall) = (rise..x.len()).find(|end| highest(*end) - x[*end] > noise) else { return count };
        (start, count) = (fall, count + 1);
    }
}

/// The features in binary32, operation by operation.
pub fn floats(rows: &[Row<f32>], list: &[Feature]) -> Vec<f32> {
    sample(rows, list, float, correlation)
}

fn total(values: impl Iterator<Item = f32>) -> f32 {
    values.fold(0.0, |sum, value| sum + value)
}

fn mean(x: &[f32]) -> f32 {
    total(x.iter().copied()) / x.len() as f32
}

fn not_below_zero(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

fn float(row: &Row<f32>, feature: Feature) -> Vec<f32> {
    let (x, noise) = (row.readings.as_slice(), row.noise);
    let (n, m) = (x.len() as f32, mean(x));
    let (low, high) = x
        .iter()
        .fold((x[0], x[0]), |(low, high), x| (if *x < low { *x } else { low }, if *x > high { *x } else { high }));
    let is_large = |a: f32, b: f32| (b - a).abs() >= noise;
    vec![match feature {
        Feature::Mean => m,
        Feature::Deviation => {
            let d = || x.iter().map(|x| x - m);
            let sum = total(d());
            libm::sqrtf(not_below_zero((total(d().map(|d| d * d)) - (sum * sum) / n) / n))
        }
        Feature::Minimum => low,
        Feature::Maximum => high,
        Feature::Range => high - low,
        Feature::RootMeanSquare => libm::sqrtf(total(x.iter().map(|x| x * x)) / n),
        Feature::MeanAbsolute => total(x.iter().map(|x| x.abs())) / n,
        Feature::ZeroCrossings => crossings(x, |x| x < 0.0, is_large) as f32,
        Feature::MeanCrossings => crossings(x, |x| x < m, is_large) as f32,
        Feature::SlopeSignChanges => {
            let turns = |x: &&[f32]| {
                let (a, b) = (x[1] - x[0], x[2] - x[1]);
                (a.abs() >= noise || b.abs() >= noise) && a != 0.0 && b != 0.0 && (a < 0.0) != (b < 0.0)
            };
            x.windows(3).filter(turns).count() as f32
        }
        Feature::WaveformLength => total(x.windows(2).map(|x| (x[1] - x[0]).abs())) / (n - 1.0),
        Feature::Peaks => peaks_in_binary32(x, noise) as f32,
        Feature::Segments(n) => return parts(x, n).map(mean).collect(),
        Feature::Band(low, high) => {
            let power = total((low..=high).map(|k| {
                let square = not_below_zero(squared_amplitude(x, m, k));
                if 2 * usize::from(k) == x.len() { square } else { 2.0 * square }
            }));
            libm::sqrtf(power / (n * n))
        }
        _ => return vec![],
    }]
}

/// [`peaks`] with differences rounded to binary32.
fn peaks_in_binary32(x: &[f32], noise: f32) -> usize {
    let (mut start, mut count) = (0, 0);
    loop {
        let lowest = |end: usize| x[start..=end].iter().copied().fold(f32::INFINITY, f32::min);
        let Some(rise) = (start..x.len()).find(|end| x[*end] - lowest(*end) > noise) else { return count };
        let highest = |end: usize| x[rise..=end].iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let Some(fall) = (rise..x.len()).find(|end| highest(*end) - x[*end] > noise) else { return count };
        (start, count) = (fall, count + 1);
    }
}

fn squared_amplitude(x: &[f32], mean: f32, k: u16) -> f32 {
    let (n, twice) = (x.len(), 2 * usize::from(k));
    let is_slow = 2 * twice <= n;
    let a = std::f32::consts::FRAC_PI_2 * (if is_slow { twice } else { n - twice } as f32 / n as f32);
    let square = a * a;
    let inner = 1.0 / 120.0 + square * (-1.0 / 5_040.0 + square * (1.0 / 362_880.0));
    let sine = a * (1.0 + square * (-1.0 / 6.0 + square * inner));
    let (mut before, mut state) = (0.0_f32, 0.0_f32);
    if is_slow {
        let kappa = -(4.0 * (sine * sine));
        for x in x {
            before += (x - mean) + kappa * state;
            state += before;
        }
        before * before - (kappa * state) * (state - before)
    } else {
        let kappa = 4.0 * (sine * sine);
        for x in x {
            before = ((x - mean) + kappa * state) - before;
            state = before - state;
        }
        before * before - (kappa * state) * (before - state)
    }
}

fn correlation(first: &Row<f32>, second: &Row<f32>) -> f32 {
    let is_constant = |row: &Row<f32>| row.readings.iter().all(|x| *x == row.readings[0]);
    if is_constant(first) || is_constant(second) {
        return 0.0;
    }
    let (a, b) = (mean(&first.readings), mean(&second.readings));
    let d: Vec<_> = first.readings.iter().map(|x| x - a).collect();
    let e: Vec<_> = second.readings.iter().map(|y| y - b).collect();
    let sum = |d: &[f32]| total(d.iter().copied());
    let product =
        |d: &[f32], e: &[f32]| total(d.iter().zip(e).map(|(d, e)| d * e)) - (sum(d) * sum(e)) / d.len() as f32;
    let (of_first, of_second) = (product(&d, &d), product(&e, &e));
    if !of_first.is_finite() || !of_second.is_finite() {
        return f32::NAN;
    }
    let divisor = libm::sqrtf(not_below_zero(of_first)) * libm::sqrtf(not_below_zero(of_second));
    let quotient = product(&d, &e) / divisor;
    if divisor == 0.0 {
        0.0
    } else if quotient.is_nan() {
        quotient
    } else {
        quotient.clamp(-1.0, 1.0)
    }
}

/// The features of 16-bit readings, before they are clamped to 16 bits.
pub fn integers(rows: &[Row<i16>], list: &[Feature]) -> Vec<i128> {
    sample(rows, list, integer, |first, second| {
        let [a, b] = [first, second].map(|row| wide(&row.readings));
        let n = a.len() as i128;
        let product = |a: &[i128], b: &[i128]| {
            n * a.iter().zip(b).map(|(x, y)| x * y).sum::<i128>() - a.iter().sum::<i128>() * b.iter().sum::<i128>()
        };
        let [(root_a, shift_a), (root_b, shift_b)] = [product(&a, &a), product(&b, &b)].map(|square| {
            let shift = (0..30).rev().find(|shift| square << (2 * shift) < 1 << 60).unwrap();
            ((square << (2 * shift)).isqrt(), shift)
        });
        let divisor = (root_a * root_b) / (1 << 14);
        if divisor == 0 { 0 } else { ((product(&a, &b) << (shift_a + shift_b)) / divisor).clamp(-(1 << 14), 1 << 14) }
    })
}

fn wide(x: &[i16]) -> Vec<i128> {
    x.iter().map(|x| (*x).into()).collect()
}

fn rounded_mean(x: &[i128]) -> i128 {
    let n = x.len() as i128;
    (2 * x.iter().sum::<i128>() + n).div_euclid(2 * n)
}

fn integer(row: &Row<i16>, feature: Feature) -> Vec<i128> {
    let (x, noise) = (wide(&row.readings), i128::from(row.noise));
    let (n, sum) = (x.len() as i128, x.iter().sum::<i128>());
    let squares = x.iter().map(|x| x * x).sum::<i128>();
    let (low, high) = (*x.iter().min().unwrap(), *x.iter().max().unwrap());
    let is_large = |a: i128, b: i128| (b - a).abs() >= noise;
    vec![match feature {
        Feature::Mean => rounded_mean(&x),
        Feature::Deviation => ((n * squares - sum * sum) / (n * n)).isqrt(),
        Feature::Minimum => low,
        Feature::Maximum => high,
        Feature::Range => high - low,
        Feature::RootMeanSquare => (squares / n).isqrt(),
        Feature::MeanAbsolute => x.iter().map(|x| x.abs()).sum::<i128>() / n,
        Feature::ZeroCrossings => crossings(&x, |x| x < 0, is_large) as i128,
        Feature::MeanCrossings => crossings(&x, |x| n * x < sum, is_large) as i128,
        Feature::SlopeSignChanges => {
            let turns = |x: &&[i128]| {
                let (a, b) = (x[1] - x[0], x[2] - x[1]);
                (a.abs() >= noise || b.abs() >= noise) && a * b < 0
            };
            x.windows(3).filter(turns).count() as i128
        }
        Feature::WaveformLength => x.windows(2).map(|x| (x[1] - x[0]).abs()).sum::<i128>() / (n - 1),
        Feature::Peaks => {
            let x: Vec<_> = row.readings.iter().map(|x| f64::from(*x)).collect();
            peaks(&x, noise as f64) as i128
        }
        Feature::Segments(n) => return parts(&x, n).map(rounded_mean).collect(),
        Feature::Band(low, high) => {
            let power: i128 = (low..=high)
                .map(|k| {
                    let weight = if 2 * i128::from(k) == n { 1 } else { 2 };
                    weight * integer_squared_amplitude(&x, k)
                })
                .sum();
            (power / (n * n)).isqrt()
        }
        _ => return vec![],
    }]
}

fn integer_squared_amplitude(x: &[i128], k: u16) -> i128 {
    let (mean, step) = (rounded_mean(x), (i128::from(k) << 32) / x.len() as i128);
    let sum = |quarter: i128| {
        let terms = x.iter().zip(0..).map(|(x, n)| {
            let phase = (n * step + quarter) & 0xffff_ffff;
            let entry = ((phase + (1 << 23)) >> 24) & 255;
            let sine = libm::sin(TAU * entry as f64 / 256.0);
            (x - mean) * (sine * 16_384.0).round() as i128
        });
        (terms.sum::<i128>() >> 14).pow(2)
    };
    sum(0) + sum(1 << 30)
}

/// The features in f64, without counts. The caller allows for rounding.
pub fn oracle(rows: &[Row<f64>], list: &[Feature]) -> Vec<f64> {
    let centred = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|x| x - mean).collect::<Vec<_>>()
    };
    let of_axis = |row: &Row<f64>, feature: Feature| {
        let x = row.readings.as_slice();
        let (n, d) = (x.len() as f64, centred(x));
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let square = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>();
        vec![match feature {
            Feature::Mean => mean(x),
            Feature::Deviation => (square(&d) / n).sqrt(),
            Feature::Minimum => x.iter().copied().fold(f64::INFINITY, f64::min),
            Feature::Maximum => x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Feature::Range => {
                x.iter().copied().fold(f64::NEG_INFINITY, f64::max) - x.iter().copied().fold(f64::INFINITY, f64::min)
            }
            Feature::RootMeanSquare => (square(x) / n).sqrt(),
            Feature::MeanAbsolute => x.iter().map(|x| x.abs()).sum::<f64>() / n,
            Feature::WaveformLength => x.windows(2).map(|x| (x[1] - x[0]).abs()).sum::<f64>() / (n - 1.0),
            Feature::Segments(n) => return parts(x, n).map(mean).collect(),
            Feature::Band(low, high) => {
                let power = (low..=high).map(|k| {
                    let sum = |turn: f64| {
                        let terms = d.iter().enumerate();
                        terms.map(|(t, d)| d * (TAU * (t as f64 * f64::from(k) / n + turn)).cos()).sum::<f64>()
                    };
                    let weight = if 2 * usize::from(k) == x.len() { 1.0 } else { 2.0 };
                    weight * (sum(0.0).powi(2) + sum(0.25).powi(2))
                });
                power.sum::<f64>().sqrt() / n
            }
            _ => return vec![],
        }]
    };
    sample(rows, list, of_axis, |first, second| {
        let (d, e) = (centred(&first.readings), centred(&second.readings));
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        product(&d, &e) / (product(&d, &d) * product(&e, &e)).sqrt()
    })
}
