//! The operations of a kernel, over lengths, starts and values at which a kernel may differ from the contract.

use hingeline::kernel::Kernel;
use hingeline_host_tests::bits::{assert_all_same, assert_same, same};
use hingeline_host_tests::{contract, generate};
use rand_xorshift::XorShiftRng;

/// Lengths around one, two, three and four blocks of lanes, and a few large ones.
fn lengths() -> impl Iterator<Item = usize> {
    (0..=70).chain([255, 256, 784, 1_000, 3_072])
}

/// Draws one value of a kind.
type Draw = fn(&mut XorShiftRng) -> f32;

/// The kinds of values that every operation is tested with.
const KINDS: [(&str, Draw); 5] = [
    ("ordinary", generate::ordinary),
    ("special", generate::special),
    ("special or not finite", generate::special_or_not_finite),
    ("subnormal", generate::subnormal),
    ("any bits", generate::any_bits),
];

/// Calls `check` for each length, start and kind, with a generator of values. The text identifies the case if it fails.
fn for_all_inputs(mut check: impl FnMut(&str, usize, usize, &mut dyn FnMut(usize) -> Vec<f32>)) {
    for (kind, draw) in KINDS {
        for length in lengths() {
            for start in 0..4 {
                let seed = (length * 4 + start) as u64;
                let mut rng = generate::rng(seed);
                let place = format!("{kind} values, length {length}, start {start}, seed {seed}");
                check(&place, length, start, &mut |n| generate::values(&mut rng, n, draw));
            }
        }
    }
}

pub(crate) fn dot<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        let (a, b) = (values(length + start), values(length + 3));
        // Starts that are not aligned, not even relative to each other.
        let (a, b) = (&a[start..], &b[3 - start..][..length]);
        assert_same(kernel.dot(a, b), contract::dot(a, b), format_args!("dot, {place}"));
    });
}

pub(crate) fn dot_of_unequal_lengths<K: Kernel>(kernel: K) {
    let mut rng = generate::rng(1);
    let (a, b) =
        (generate::values(&mut rng, 40, generate::ordinary), generate::values(&mut rng, 40, generate::ordinary));
    for shorter in 0..40 {
        let expected = contract::dot(&a[..shorter], &b[..shorter]);
        assert_same(kernel.dot(&a, &b[..shorter]), expected, format_args!("b has {shorter}"));
        assert_same(kernel.dot(&a[..shorter], &b), expected, format_args!("a has {shorter}"));
    }
}

pub(crate) fn dot_of_nothing<K: Kernel>(kernel: K) {
    assert_same(kernel.dot(&[], &[]), -0.0, "no products leave the identity of addition");
}

/// Products that are all −0.0 sum to −0.0, for every length; a single +0.0 among them makes the sum +0.0.
pub(crate) fn sign_of_zero<K: Kernel>(kernel: K) {
    for length in lengths() {
        let ones = vec![1.0; length];
        let mut zeros = vec![-0.0; length];
        assert_same(kernel.dot(&zeros, &ones), -0.0, format_args!("{length} times −0.0"));
        for position in 0..length.min(70) {
            zeros[position] = 0.0;
            assert_same(kernel.dot(&zeros, &ones), 0.0, format_args!("+0.0 at {position} of {length}"));
            zeros[position] = -0.0;
        }
    }
}

/// Huge products, for which a sum in an order other than the contract's overflows, or that of the contract does.
pub(crate) fn order_of_summation<K: Kernel>(kernel: K) {
    let in_sequence = |a: &[f32]| a.iter().fold(-0.0, |sum, a| sum + a);
    let check = |a: &[f32], expected: f32, what: &str| {
        assert!(!same(in_sequence(a), expected), "{what}: the order must matter here");
        assert_same(contract::dot(a, &vec![1.0; a.len()]), expected, what);
        assert_same(kernel.dot(a, &vec![1.0; a.len()]), expected, what);
    };

    // In sequence, the first two overflow; in lanes 0 and 1 each first meets its opposite in its own lane.
    let mut apart = [0.0; 32];
    (apart[0], apart[1], apart[16], apart[17]) = (3e38, 3e38, -3e38, -3e38);
    check(&apart, 0.0, "cancelled within the lanes");

    // Lanes 0 and 8 meet in the first fold, and so do 1 and 9.
    let mut halves = [0.0; 16];
    (halves[0], halves[1], halves[8], halves[9]) = (3e38, 3e38, -3e38, -3e38);
    check(&halves, 0.0, "cancelled in the first fold");

    // Lanes 0 and 8 overflow in the first fold, although in sequence each would meet its opposite.
    let mut alternating = [0.0; 16];
    (alternating[0], alternating[1], alternating[8]) = (3e38, -3e38, 3e38);
    check(&alternating, f32::INFINITY, "overflowing in the first fold");

    // Folds of neighbours instead of halves: 0 with 1 overflows, 0 with 8 does not.
    let mut order_of_folds = [0.0; 16];
    (order_of_folds[0], order_of_folds[1], order_of_folds[12], order_of_folds[13]) = (3e38, 3e38, -3e38, -3e38);
    check(&order_of_folds, 0.0, "cancelled in the second fold");

    // Two lanes that overflow with opposite signs.
    let mut opposite = [0.0; 32];
    (opposite[0], opposite[1], opposite[16], opposite[17]) = (3e38, -3e38, 3e38, -3e38);
    check(&opposite, f32::NAN, "two infinities of opposite signs");
}

/// A product that a fused multiply-add would lose in its single rounding, and one in each place of a tail.
pub(crate) fn lanes_of_a_tail<K: Kernel>(kernel: K) {
    let above_one = 1.0 + f32::EPSILON;
    for length in lengths().filter(|length| *length > 0) {
        for position in [0, length / 2, length - 1] {
            let mut a = vec![0.0; length];
            a[position] = above_one;
            assert_same(kernel.dot(&a, &a), above_one * above_one, format_args!("at {position} of {length}"));
        }
    }
    // In one lane: 1 + ε is squared and rounded, and −(1 + 2ε) is added; a fused operation would keep ε².
    let (mut a, mut b) = ([0.0; 17], [0.0; 17]);
    (a[0], b[0]) = (-(1.0 + 2.0 * f32::EPSILON), 1.0);
    (a[16], b[16]) = (above_one, above_one);
    assert_ne!(above_one.mul_add(above_one, a[0]), 0.0);
    assert_same(kernel.dot(&a, &b), 0.0, "two roundings, not one");
}

/// Row-major scores for 1 to 12 classes; the buffers after them stay the same.
pub(crate) fn scores<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        let largest_count = if length > 70 { 2 } else { 12 };
        for classes in 1..=largest_count {
            let (weights, bias, x) = (values(classes * length + start), values(classes), values(length + start));
            let (weights, x) = (&weights[start..], &x[start..]);
            let mut scores = vec![7.0; classes];
            for scale in [1.0, 0.37, 1.5e-5] {
                kernel.scores(weights, scale, &bias, x, &mut scores);
                let expected = contract::scores(weights, scale, &bias, x);
                assert_all_same(&scores, &expected, format_args!("{classes} scores, scale {scale}, {place}"));
            }
        }
    });
}

pub(crate) fn axpy<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        let (k, x, y) = (values(1)[0], values(length + start), values(length + 3));
        let x = &x[start..];
        let (mut actual, mut expected) = (y.clone(), y);
        kernel.axpy(k, x, &mut actual[3 - start..][..length]);
        contract::axpy(k, x, &mut expected[3 - start..][..length]);
        assert_all_same(&actual, &expected, format_args!("axpy by {k}, {place}"));
    });
}

/// If it were performed, `0 * ∞` would give NaN and `−0.0 + 0.0` would give +0.0.
pub(crate) fn axpy_by_zero<K: Kernel>(kernel: K) {
    for k in [0.0, -0.0] {
        for length in lengths() {
            for x in [f32::INFINITY, f32::NAN, 1.0, -1.0] {
                let mut y = vec![-0.0; length];
                kernel.axpy(k, &vec![x; length], &mut y);
                assert_all_same(&y, &vec![-0.0; length], format_args!("axpy of {x} by {k}, length {length}"));
            }
        }
    }
}

pub(crate) fn rank_one<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        let largest_count = if length > 70 { 2 } else { 12 };
        for classes in 1..=largest_count {
            let (k, x, rows) = (values(classes), values(length + start), values(classes * length + 3));
            let x = &x[start..];
            let (mut actual, mut expected) = (rows.clone(), rows);
            let own = 3 - start..3 - start + classes * length;
            kernel.rank_one(&k, x, &mut actual[own.clone()]);
            contract::rank_one(&k, x, &mut expected[own]);
            assert_all_same(&actual, &expected, format_args!("{classes} rows, {place}"));
        }
    });
}

/// A row whose factor is zero stays the same, whatever the rows around it do.
pub(crate) fn rank_one_by_zero<K: Kernel>(kernel: K) {
    for classes in 1..=12 {
        for untouched in 0..classes {
            let mut k = vec![2.0; classes];
            k[untouched] = -0.0;
            let mut rows = vec![-0.0; classes * 5];
            kernel.rank_one(&k, &[f32::INFINITY; 5], &mut rows);
            for (class, row) in rows.chunks(5).enumerate() {
                let expected = if class == untouched { -0.0 } else { f32::INFINITY };
                assert_all_same(row, &[expected; 5], format_args!("row {class}, untouched {untouched}"));
            }
        }
    }
}

/// The numbers of samples and classes of the batches: all small numbers, or one of each kind for long vectors.
fn batches(length: usize) -> impl Iterator<Item = (usize, usize)> {
    let sizes = (0..=9).flat_map(|samples| (1..=12).map(move |classes| (samples, classes)));
    sizes.filter(move |&(samples, classes)| match length {
        0..=33 => (samples + classes + length).is_multiple_of(3) || samples >= 8,
        34..=70 => (samples + classes + length).is_multiple_of(8),
        _ => (samples, classes) == (9, 6),
    })
}

/// The first elements of each sample, from an unaligned start.
fn views<'a>(samples: &'a [Vec<f32>], storage: &'a mut Vec<Vec<f32>>, start: usize) -> Vec<&'a [f32]> {
    *storage = samples.iter().map(|x| [&vec![0.0; start], x.as_slice()].concat()).collect();
    storage.iter().map(|x| &x[start..]).collect()
}

/// The scores of a batch are those of its samples; the scores after them stay the same.
pub(crate) fn batch_scores<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        for (count, classes) in batches(length) {
            let (weights, bias) = (values(classes * length + start), values(classes));
            let samples: Vec<_> = (0..count).map(|_| values(length)).collect();
            let (weights, mut storage) = (&weights[start..], Vec::new());
            let mut scores = vec![7.0; count * classes + classes - 1];
            kernel.batch_scores(weights, 0.37, &bias, &views(&samples, &mut storage, start), &mut scores);
            let mut expected = contract::batch_scores(weights, 0.37, &bias, &samples);
            expected.resize(scores.len(), 7.0);
            assert_all_same(&scores, &expected, format_args!("{count} samples of {classes} classes, {place}"));
        }
    });
}

/// Samples of several lengths, each with its own rows; and fewer scores than samples, so that the last row of scores is
/// incomplete.
pub(crate) fn batch_of_odd_shapes<K: Kernel>(kernel: K) {
    // Of few features, and of so many that AVX-512 uses its own registers.
    for [many, some, few] in [[20, 7, 5], [40, 33, 7], [70, 31, 16]] {
        batches_of_lengths(kernel, many, [many, many, many, many, many, many, some, 0, few + 8]);
        batches_of_lengths(kernel, many, [few, many, few, few, few, many, many, 1, 1]);
        batches_of_lengths(kernel, many, [1, many, few, some, 1, 1, many, 3, 2]);
        batches_of_room(kernel, many);
    }
}

fn batches_of_lengths<K: Kernel>(kernel: K, most: usize, lengths: [usize; 9]) {
    let mut rng = generate::rng(1);
    let mut values = |n| generate::values(&mut rng, n, generate::ordinary);
    let (weights, bias, x) = (values(3 * most), values(3), values(most));
    let samples = lengths.map(|length| &x[..length]);
    let mut scores = [7.0; 27];
    kernel.batch_scores(&weights, 1.0, &bias, &samples, &mut scores);
    for (scores, x) in scores.chunks(3).zip(samples) {
        let expected = contract::scores(&weights[..3 * x.len()], 1.0, &bias, x);
        assert_all_same(scores, &expected, format_args!("a sample of {} features", x.len()));
    }
    let (mut rows, mut expected) = (weights.clone(), weights.clone());
    kernel.batch_rank_one(&scores, &samples, &mut rows);
    for (k, x) in scores.chunks(3).zip(samples) {
        contract::rank_one(k, x, &mut expected[..3 * x.len()]);
    }
    assert_all_same(&rows, &expected, format_args!("updates by samples of {lengths:?} features"));
}

fn batches_of_room<K: Kernel>(kernel: K, features: usize) {
    let mut rng = generate::rng(1);
    let mut values = |n| generate::values(&mut rng, n, generate::ordinary);
    let (weights, bias, x) = (values(3 * features), values(3), values(features));
    for room in 0..27 {
        let mut scores = vec![7.0; room];
        kernel.batch_scores(&weights, 1.0, &bias, &[x.as_slice(); 9], &mut scores);
        let (whole, rest) = scores.split_at(room / 3 * 3);
        assert_all_same(whole, &contract::scores(&weights, 1.0, &bias, &x).repeat(room / 3), "whole rows of scores");
        assert_all_same(rest, &vec![7.0; room % 3], format_args!("{room} scores"));
    }
}

/// A batch that is too long to be processed at once.
pub(crate) fn long_batch<K: Kernel>(kernel: K) {
    let mut rng = generate::rng(3);
    let mut values = |n| generate::values(&mut rng, n, generate::ordinary);
    let (weights, bias) = (values(11 * 33), values(11));
    let samples: Vec<_> = (0..150).map(|_| values(33)).collect();
    let views: Vec<_> = samples.iter().map(Vec::as_slice).collect();
    let mut scores = vec![7.0; 150 * 11];
    kernel.batch_scores(&weights, 0.5, &bias, &views, &mut scores);
    assert_all_same(&scores, &contract::batch_scores(&weights, 0.5, &bias, &samples), "150 samples");
}

/// Factors that do not fill a row for each sample: the remaining factors are not used.
pub(crate) fn factors_left_over<K: Kernel>(kernel: K) {
    let mut rng = generate::rng(4);
    let mut values = |n| generate::values(&mut rng, n, generate::ordinary);
    let (k, x, rows) = (values(20), values(6), values(20 * 6));
    for samples in 0..=5 {
        for factors in 0..=20 {
            let (mut actual, mut expected) = (rows.clone(), rows.clone());
            kernel.batch_rank_one(&k[..factors], &vec![x.as_slice(); samples], &mut actual);
            let classes = factors.checked_div(samples).unwrap_or(0);
            for k in k.chunks(classes.max(1)).take(if classes == 0 { 0 } else { samples }) {
                contract::rank_one(k, &x, &mut expected[..classes * 6]);
            }
            assert_all_same(&actual, &expected, format_args!("{factors} factors for {samples} samples"));
        }
    }
}

/// Weights with fewer rows than there are scores: the existing rows get scores, the other scores stay the same.
pub(crate) fn fewer_rows_than_scores<K: Kernel>(kernel: K) {
    for features in [20, 40] {
        let mut rng = generate::rng(2);
        let mut values = |n| generate::values(&mut rng, n, generate::ordinary);
        let (weights, bias, x) = (values(11 * features), values(11), values(features));
        for elements in 0..weights.len() {
            let mut expected = contract::scores(&weights, 0.5, &bias, &x);
            expected[elements / features..].fill(7.0);
            let mut scores = [7.0; 11];
            kernel.scores(&weights[..elements], 0.5, &bias, &x, &mut scores);
            assert_all_same(&scores, &expected, format_args!("{elements} weights"));
            let mut scores = [7.0; 5 * 11];
            kernel.batch_scores(&weights[..elements], 0.5, &bias, &[x.as_slice(); 5], &mut scores);
            assert_all_same(&scores, &expected.repeat(5), format_args!("{elements} weights, five samples"));

            let (mut rows, mut expected) = (weights[..elements].to_vec(), weights.clone());
            kernel.rank_one(&bias, &x, &mut rows);
            let whole = elements / features;
            contract::rank_one(&bias[..whole], &x, &mut expected[..whole * features]);
            assert_all_same(&rows, &expected[..elements], format_args!("{elements} elements to update"));
        }
    }
}

/// Of the samples' factors about half are zero, as in training: a row is written for the others, in order.
pub(crate) fn batch_rank_one<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        for (count, classes) in batches(length) {
            let mut k: Vec<_> = (0..count).map(|_| values(classes)).collect();
            for (sample, k) in k.iter_mut().enumerate() {
                for (class, k) in k.iter_mut().enumerate() {
                    *k = if (sample * 7 + class * 5 + length).is_multiple_of(3) { -0.0 } else { *k };
                }
            }
            let samples: Vec<_> = (0..count).map(|_| values(length)).collect();
            let (rows, mut storage) = (values(classes * length + 3), Vec::new());
            let (mut actual, mut expected) = (rows.clone(), rows);
            let own = 3 - start..3 - start + classes * length;
            kernel.batch_rank_one(&k.concat(), &views(&samples, &mut storage, start), &mut actual[own.clone()]);
            contract::batch_rank_one(&k, &samples, &mut expected[own]);
            assert_all_same(&actual, &expected, format_args!("{count} samples, {classes} rows, {place}"));
        }
    });
}

pub(crate) fn scale<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        let (k, y) = (values(1)[0], values(length + start));
        let (mut actual, mut expected) = (y.clone(), y);
        kernel.scale(k, &mut actual[start..]);
        contract::scale(k, &mut expected[start..]);
        assert_all_same(&actual, &expected, format_args!("scaled by {k}, {place}"));
    });
}

/// A value that is not finite is found in every place; whether the result is an infinity or NaN is left open.
pub(crate) fn largest<K: Kernel>(kernel: K) {
    for_all_inputs(|place, length, start, values| {
        let x = values(length + start);
        let (actual, expected) = (kernel.largest(&x[start..]), contract::largest(&x[start..]));
        if expected.is_finite() {
            assert_same(actual, expected, format_args!("largest, {place}"));
        } else {
            assert!(!actual.is_finite(), "largest, {place}: {actual} of values that are not finite");
        }
    });
    for length in 1..=70 {
        for position in 0..length {
            for value in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                let mut x = vec![f32::MIN; length];
                x[position] = value;
                assert!(!kernel.largest(&x).is_finite(), "{value} at {position} of {length}");
            }
        }
    }
}
