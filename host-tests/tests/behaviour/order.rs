//! The shuffled order against Fisher and Yates: as even, as unpredictable, and as good to train with.

use hingeline::{Constant, Hinge, Model, Order, Sgd, Slices, random};
use hingeline_examples::dataset::Part;
use hingeline_examples::digits::{CLASSES, FEATURES, digits};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

const SEEDS: std::ops::Range<u64> = 0..20;

/// A way to order `len` samples for `epochs` epochs.
type Shuffle = fn(len: usize, epochs: usize, seed: u64) -> Vec<usize>;

fn feistel(len: usize, epochs: usize, seed: u64) -> Vec<usize> {
    let mut order = Order::new(len, &mut XorShiftRng::seed_from_u64(seed)).unwrap();
    let visits = 0..len * epochs;
    visits
        .map(|_| {
            let index = order.index();
            order.skip();
            index
        })
        .collect()
}

/// The shuffle that needs an index array.
fn fisher_yates(len: usize, epochs: usize, seed: u64) -> Vec<usize> {
    let mut rng = XorShiftRng::seed_from_u64(seed);
    let mut indices: Vec<usize> = (0..len).collect();
    let mut visits = Vec::new();
    for _ in 0..epochs {
        for last in (1..len).rev() {
            indices.swap(last, random::index(&mut rng, last as u32 + 1) as usize);
        }
        visits.extend(&indices);
    }
    visits
}

/// What is no shuffle: a start and a stride, random but for having no divisor in common with the length.
fn stride(len: usize, epochs: usize, seed: u64) -> Vec<usize> {
    let mut rng = XorShiftRng::seed_from_u64(seed);
    let mut draw = || random::index(&mut rng, len as u32) as usize;
    let mut visits = Vec::new();
    for _ in 0..epochs {
        let start = draw();
        let stride = std::iter::repeat_with(&mut draw).find(|&stride| divisor(stride, len) == 1).unwrap();
        visits.extend((0..len).map(|i| (start + i * stride) % len));
    }
    visits
}

fn divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// Pearson's statistic of counts that should be even.
fn chi_squared(counts: &[usize]) -> f64 {
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum()
}

/// How far a sum of chi-squared statistics is from its mean, in its standard deviations.
fn deviations(sum: f64, degrees: usize) -> f64 {
    (sum - degrees as f64) / (2.0 * degrees as f64).sqrt()
}

/// Which tenth of the set each tenth of an epoch visits; 9 · 9 degrees of freedom.
fn places(shuffle: Shuffle, len: usize) -> f64 {
    let sum = SEEDS.map(|seed| {
        let mut counts = [0; 100];
        for (place, index) in shuffle(len, 1, seed).into_iter().enumerate() {
            counts[10 * (10 * place / len) + 10 * index / len] += 1;
        }
        chi_squared(&counts)
    });
    deviations(sum.sum(), 81 * SEEDS.count())
}

/// How far a visit is from the one `lag` before it, in tenths of the set; 9 degrees of freedom.
fn gaps(shuffle: Shuffle, len: usize, lag: usize) -> f64 {
    let sum = SEEDS.map(|seed| {
        let visits = shuffle(len, 1, seed);
        let mut counts = [0; 10];
        for (before, after) in visits.iter().zip(&visits[lag..]) {
            counts[10 * ((after + len - before) % len) / len] += 1;
        }
        chi_squared(&counts)
    });
    deviations(sum.sum(), 9 * SEEDS.count())
}

#[test]
fn an_epoch_visits_the_set_evenly() {
    for len in [100, 1_000, 1_024, 1_025, 1_297, 60_000] {
        for shuffle in [feistel as Shuffle, fisher_yates] {
            let far = places(shuffle, len);
            assert!(far.abs() < 4.0, "{len} samples: {far} deviations from even");
        }
    }
}

#[test]
fn a_visit_does_not_tell_the_next_ones_and_a_stride_does() {
    for len in [100, 1_000, 1_024, 1_025, 1_297, 60_000] {
        for lag in 1..=4 {
            for shuffle in [feistel as Shuffle, fisher_yates] {
                let far = gaps(shuffle, len, lag);
                assert!(far.abs() < 4.0, "{len} samples, lag {lag}: {far} deviations from even");
            }
            assert!(gaps(stride, len, lag) > 100.0, "the test would take a stride for a shuffle");
        }
    }
}

#[test]
fn all_orders_of_a_few_samples_are_equally_likely() {
    for (len, orders) in [(1, 1), (2, 2), (3, 6), (4, 24), (5, 120), (6, 720)] {
        let mut counts = std::collections::HashMap::<Vec<usize>, usize>::new();
        let visits = feistel(len, 200 * orders, 1);
        for epoch in visits.chunks(len) {
            *counts.entry(epoch.to_vec()).or_default() += 1;
        }
        let counts: Vec<_> = counts.into_values().collect();
        assert_eq!(counts.len(), orders, "orders of {len} samples");
        let far = deviations(chi_squared(&counts), orders.max(2) - 1);
        assert!(far < 4.0, "{len} samples: {far} deviations from even");
    }
}

/// A permutation of too few rounds keeps neighbours together in sets whose halves have three or four bits.
#[test]
fn neighbours_follow_each_other_no_more_often_than_by_chance() {
    const EPOCHS: u32 = 200_000;
    for len in [64, 100, 128, 256] {
        let are_neighbours = |epoch: &u32| {
            let mut order = Order::resume([1, 2, 3, 4], len, *epoch, 0).unwrap();
            let first = order.index();
            order.skip();
            first ^ 1 == order.index()
        };
        let count = (0..EPOCHS).filter(are_neighbours).count() as f64;
        let expected = f64::from(EPOCHS) / (len as f64 - 1.0);
        let far = (count - expected) / expected.sqrt();
        assert!(far.abs() < 4.0, "{len} samples: {count} times instead of {expected}, {far} deviations");
    }
}

#[test]
fn epochs_and_seeds_have_orders_of_their_own() {
    const LEN: usize = 1_297;
    let first = feistel(LEN, 2, 1);
    let other = feistel(LEN, 1, 2);
    let same = |a: &[usize], b: &[usize]| a.iter().zip(b).filter(|(a, b)| a == b).count();
    // Two random orders agree in one place on average, by Poisson's law.
    assert!(same(&first[..LEN], &first[LEN..]) < 10);
    assert!(same(&first[..LEN], &other) < 10);
}

/// The digits with all zeros first, then all ones, and so on.
fn sorted_by_label(part: &Part<FEATURES>) -> Part<FEATURES> {
    let mut indices: Vec<usize> = (0..part.labels.len()).collect();
    indices.sort_by_key(|&index| part.labels[index]);
    Part {
        features: indices.iter().map(|&index| part.features[index]).collect(),
        labels: indices.iter().map(|&index| part.labels[index]).collect(),
    }
}

/// The accuracy on the test part after a few epochs of SGD in the order given.
fn accuracy(visits: &[usize], train: &Part<FEATURES>, test: &Part<FEATURES>) -> f64 {
    let mut model = Model::<CLASSES, FEATURES>::new();
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-3).unwrap(), Constant { rate: 0.01 }).unwrap();
    for &index in visits {
        sgd.step(&mut model, &train.features[index], train.labels[index].into()).unwrap();
    }
    test.accuracy(&model).unwrap()
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0))
}

#[test]
fn sgd_on_samples_sorted_by_label_does_as_well_as_with_fisher_and_yates() {
    let set = digits();
    let train = sorted_by_label(&set.train);
    let len = train.labels.len();
    let run = |shuffle: Shuffle| {
        let accuracies: Vec<_> = SEEDS.map(|seed| accuracy(&shuffle(len, 5, seed), &train, &set.test)).collect();
        mean_and_variance(&accuracies)
    };
    let (ours, ours_variance) = run(feistel);
    let (theirs, theirs_variance) = run(fisher_yates);
    let error = ((ours_variance + theirs_variance) / SEEDS.count() as f64).sqrt();
    assert!(
        (ours - theirs).abs() < 3.0 * error,
        "mean accuracies {ours} and {theirs}, standard error of their difference {error}"
    );
    // The same without a shuffle shows that the order matters here.
    let unshuffled: Vec<usize> = (0..5).flat_map(|_| 0..len).collect();
    let unshuffled = accuracy(&unshuffled, &train, &set.test);
    assert!(unshuffled < theirs - 5.0 * theirs_variance.sqrt(), "unshuffled {unshuffled}, shuffled {theirs}");
}

#[test]
fn an_order_runs_through_its_samples_as_a_source_too() {
    let features: Vec<[f32; 1]> = (0..100_u8).map(|i| [f32::from(i)]).collect();
    let labels: Vec<u8> = (0..100).map(|i| i % 2).collect();
    let mut samples = Slices::new(&features, &labels).unwrap();
    let mut order = Order::new(100, &mut XorShiftRng::seed_from_u64(5)).unwrap();
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 1e-3 }).unwrap();
    let mut model = Model::<2, 1>::new();
    let first = sgd.step_next(&mut model, &mut samples, &mut order).unwrap();
    let epoch = sgd.epoch(&mut model, &mut samples, &mut order).unwrap();
    assert_eq!((first.violations, epoch.steps, order.epoch(), order.position()), (1, 99, 1, 0));
}
