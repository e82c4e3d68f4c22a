//! The shuffled order compared with Fisher and Yates: as even, as unpredictable, and as good for training.

use hingeline::{Constant, Decoded, Gradient, Hinge, MiniBatch, Model, Order, Sgd, Slices, random};
use hingeline_examples::dataset::Part;
use hingeline_examples::digits::{CLASSES, FEATURES, digits};
use hingeline_host_tests::orders::{contract, odd_orders, order_counts};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

const SEEDS: std::ops::Range<u64> = 0..20;

/// A way to order `len` samples for `epochs` epochs.
type Shuffle = fn(len: usize, epochs: usize, seed: u64) -> Vec<usize>;

fn order(len: usize, epochs: usize, seed: u64) -> Vec<usize> {
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

/// Not a shuffle: a random start, and a random stride that has no divisor in common with the length.
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

/// Pearson's statistic of counts that should be equal.
fn chi_squared(counts: &[usize]) -> f64 {
    let expected = counts.iter().sum::<usize>() as f64 / counts.len() as f64;
    counts.iter().map(|&count| (count as f64 - expected).powi(2) / expected).sum()
}

/// The distance of a sum of chi-squared statistics from its mean, in standard deviations.
fn deviations(sum: f64, degrees: usize) -> f64 {
    (sum - degrees as f64) / (2.0 * degrees as f64).sqrt()
}

/// A statistic of the tenth of the set that each tenth of an epoch visits; 9 · 9 degrees of freedom.
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

/// A statistic of the distance between a visit and the one `lag` before it, in tenths of the set; 9 degrees of freedom.
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
        for shuffle in [order as Shuffle, fisher_yates] {
            let far = places(shuffle, len);
            assert!(far.abs() < 4.0, "{len} samples: {far} deviations from even");
        }
    }
}

#[test]
fn a_visit_does_not_predict_the_next_ones_and_a_stride_does() {
    for len in [100, 1_000, 1_024, 1_025, 1_297, 60_000] {
        for lag in 1..=4 {
            for shuffle in [order as Shuffle, fisher_yates] {
                let far = gaps(shuffle, len, lag);
                assert!(far.abs() < 4.0, "{len} samples, lag {lag}: {far} deviations from even");
            }
            assert!(gaps(stride, len, lag) > 100.0, "the test would take a stride for a shuffle");
        }
    }
}

/// By Wilson and Hilferty, the cube root of chi-squared over its degrees of freedom is approximately normal with mean 1
/// − v and variance v = 2 / (9 · degrees), even for few degrees.
fn cube_root_deviations(chi_squared: f64, degrees: f64) -> f64 {
    let variance = 2.0 / (9.0 * degrees);
    ((chi_squared / degrees).cbrt() - (1.0 - variance)) / variance.sqrt()
}

/// Each order occurs 200 times on average: over the epochs of one seed, and over the first epochs of seeds that differ
/// in few bits.
#[test]
fn all_orders_of_a_few_samples_are_equally_likely() {
    for len in 2..=6 {
        let orders: u32 = (1..=len).product();
        let epochs = |epoch| Order::resume([1, 2, 3, 4], len as usize, epoch, 0).unwrap();
        let seeds = |seed| Order::resume([0, 0, 0, seed], len as usize, 0, 0).unwrap();
        for counts in [
            order_counts(len as usize, (0..200 * orders).map(epochs)),
            order_counts(len as usize, (0..200 * orders).map(seeds)),
        ] {
            let far = cube_root_deviations(chi_squared(&counts), f64::from(orders - 1));
            assert!(far < 4.0, "{len} samples: {far} deviations from even");
        }
    }
}

/// Half of 2,000 orders are odd permutations: by the binomial distribution, 1,000 ± 22.4.
#[test]
fn even_and_odd_orders_are_equally_likely() {
    const ORDERS: u64 = 2_000;
    for len in (2..=300).chain([1_000, 1_023, 1_024, 1_025, 1_297, 4_096]) {
        let odd = odd_orders(len, 0..ORDERS) as f64;
        let far = (odd - ORDERS as f64 / 2.0) / (ORDERS as f64 / 4.0).sqrt();
        assert!(far.abs() < 4.0, "{len} samples: {odd} of {ORDERS} orders are odd, {far} deviations");
    }
}

/// Lengths around powers of two, around a block of sixteen and where places need more than 16 bits.
const LENGTHS: [usize; 24] = [
    1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 49, 100, 1_297, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537,
    100_000,
];

#[test]
fn the_order_is_the_one_of_the_contract() {
    let seed = [0x0123_4567, 0x89ab_cdef, 0xfedc_ba98, 0x7654_3210];
    for (len, epoch) in LENGTHS.into_iter().zip([0, 1, 7, u32::MAX].into_iter().cycle()) {
        let order = Order::resume(seed, len, epoch, 0).unwrap();
        let mut visited = vec![false; len];
        for (place, index) in order.rest().enumerate() {
            assert_eq!(index, contract(seed, len, epoch, place as u32), "place {place} of {len}");
            assert!(!std::mem::replace(&mut visited[index], true), "sample {index} of {len} twice");
        }
        assert!(visited.into_iter().all(|visited| visited), "{len} samples");
    }
    for len in [1 << 31, (1 << 31) + 1, u32::MAX - 1, u32::MAX] {
        for place in (0..20).chain(len / 2 - 20..len / 2 + 20).chain(len - 20..len) {
            let order = Order::resume(seed, len as usize, 3, place).unwrap();
            assert_eq!(order.index(), contract(seed, len as usize, 3, place), "place {place} of {len}");
        }
        let rest: Vec<_> = Order::resume(seed, len as usize, 3, len - 20).unwrap().rest().collect();
        let expected: Vec<_> = (len - 20..len).map(|place| contract(seed, len as usize, 3, place)).collect();
        assert_eq!(rest, expected, "the last places of {len}");
    }
}

#[test]
fn the_rest_of_an_epoch_is_what_one_by_one_gives() {
    for len in LENGTHS.into_iter().filter(|&len| len < 2_000) {
        for start in (0..20).filter(|&start| start < len) {
            let mut order = Order::resume([5, 6, 7, 8], len, 2, start as u32).unwrap();
            let rest: Vec<_> = order.rest().collect();
            let one_by_one: Vec<_> = (start..len).map(|_| (order.index(), order.skip()).0).collect();
            assert_eq!(rest, one_by_one, "{len} samples from {start}");
            assert_eq!((order.epoch(), order.position()), (3, 0));
        }
    }
}

/// These orders must not change, since the logs of devices are replayed with them.
#[test]
fn the_orders_are_those_recorded() {
    let first = |seed, len, epoch| Order::resume(seed, len, epoch, 0).unwrap().rest().take(8).collect::<Vec<_>>();
    assert_eq!(first([1, 2, 3, 4], 10, 0), GOLDEN[0]);
    assert_eq!(first([1, 2, 3, 4], 10, 1), GOLDEN[1]);
    assert_eq!(first([1, 2, 3, 4], 1_297, 0), GOLDEN[2]);
    assert_eq!(first([0; 4], 60_000, 0), GOLDEN[3]);
    assert_eq!(first([u32::MAX; 4], 100_000, u32::MAX), GOLDEN[4]);
    assert_eq!(first([1, 2, 3, 4], u32::MAX as usize, 0), GOLDEN[5]);
}

const GOLDEN: [[usize; 8]; 6] = [
    [1, 3, 7, 0, 4, 6, 8, 9],
    [2, 5, 3, 9, 1, 0, 6, 4],
    [533, 1_085, 883, 762, 78, 396, 318, 384],
    [16_418, 58_664, 67, 8_525, 21_665, 27_615, 53_467, 7_179],
    [19_390, 34_811, 1_821, 74_145, 78_627, 53_574, 96_979, 82_456],
    [111_980_122, 4_134_377_639, 3_009_448_683, 2_459_600_735, 2_048_355_923, 3_327_230_244, 389_106_077, 67_873_423],
];

/// Steps and batches visit the samples in the order, from any position and in batches of any size.
#[test]
fn strategies_visit_the_samples_in_the_order() {
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    let schedule = Constant { rate: 1e-3 };
    for len in LENGTHS.into_iter().filter(|&len| len < 200) {
        for start in [0, 1, 15, 16, 17].into_iter().filter(|&start| start < len) {
            let order = Order::resume([5, 6, 7, 8], len, 2, start as u32).unwrap();
            let mut after = order;
            let expected: Vec<_> = (start..len).map(|_| (after.index(), after.skip()).0).collect();
            let (mut row, mut asked) = ([0.0], Vec::new());
            let mut samples = Decoded::new(len, &mut row, |index, x: &mut [f32; 1]| {
                asked.push(index);
                x[0] = index as f32;
                Ok(index % 2)
            });
            let mut model = Model::<2, 1>::new();
            let mut stepped = order;
            Sgd::new(hinge, schedule).unwrap().epoch(&mut model, &mut samples, &mut stepped).unwrap();
            assert_eq!(stepped, after);
            for size in [1, 5, 16, 17, 40] {
                let (mut gradient, mut batched) = (Gradient::new(), order);
                let mut descent = MiniBatch::new(hinge, schedule, size, &mut gradient).unwrap();
                descent.epoch(&mut model, &mut samples, &mut batched).unwrap();
                assert_eq!(batched, after);
            }
            assert_eq!(asked, expected.repeat(6), "{len} samples from {start}");
        }
    }
}

/// A permutation with too few rounds keeps neighbours together in sets whose halves have three or four bits.
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
    let first = order(LEN, 2, 1);
    let other = order(LEN, 1, 2);
    let same = |a: &[usize], b: &[usize]| a.iter().zip(b).filter(|(a, b)| a == b).count();
    // Two random orders agree in one place on average, by Poisson's law.
    assert!(same(&first[..LEN], &first[LEN..]) < 10);
    assert!(same(&first[..LEN], &other) < 10);
}

/// The digits with all zeros first, then all ones, and so on.
fn sorted_by_label(part: &Part<FEATURES>) -> Part<FEATURES> {
    let mut indices: Vec<usize> = (0..part.labels.len()).collect();
    indices.sort_by_key(|&index| part.labels[index]);
    let features = indices.iter().map(|&index| part.features[index]).collect();
    Part::new(features, indices.iter().map(|&index| part.labels[index]).collect())
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
    let (ours, ours_variance) = run(order);
    let (theirs, theirs_variance) = run(fisher_yates);
    let error = ((ours_variance + theirs_variance) / SEEDS.count() as f64).sqrt();
    assert!(
        (ours - theirs).abs() < 3.0 * error,
        "mean accuracies {ours} and {theirs}, standard error of their difference {error}"
    );
    // The accuracy without a shuffle shows that the order matters here.
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
