//! Random draws, schedules and fingerprints: plain scalar code that does not use kernels.

use hingeline::{Constant, Cosine, InverseTime, Pegasos, Schedule, StepDecay, random};
use hingeline_host_tests::bits::assert_same;
use hingeline_host_tests::{contract, for_shapes, generate};
use rand_core::Rng;

/// The words of a generator with this seed.
fn words(seed: u64) -> impl Iterator<Item = u32> {
    let mut rng = generate::rng(seed);
    core::iter::repeat_with(move || rng.next_u32())
}

#[test]
fn uniform() {
    let mut rng = generate::rng(1);
    for (draw, word) in words(1).take(10_000).enumerate() {
        assert_same(random::uniform(&mut rng), contract::uniform(word), format_args!("draw {draw} of seed 1"));
    }
}

#[test]
fn index() {
    let mut rng = generate::rng(2);
    for (draw, word) in words(2).take(10_000).enumerate() {
        let n = [0, 1, 2, 3, 10, 1_000, 1 << 31, u32::MAX][draw % 8];
        assert_eq!(random::index(&mut rng, n), contract::index(word, n), "draw {draw} of seed 2, below {n}");
    }
}

#[test]
fn normal_takes_two_words_each() {
    let mut rng = generate::rng(3);
    let mut words = words(3);
    for draw in 0..10_000 {
        let (first, second) = (words.next().unwrap(), words.next().unwrap());
        let expected = contract::normal(first, second);
        assert_same(random::normal(&mut rng), expected, format_args!("draw {draw} of seed 3"));
    }
}

#[test]
fn schedules() {
    let steps = [0, 1, 2, 1_000, 16_777_215, 16_777_217, 33_554_435, u64::from(u32::MAX), u64::MAX];
    let mut rng = generate::rng(4);
    for t in steps {
        for _ in 0..100 {
            let (rate, decay) = (generate::ordinary(&mut rng).abs(), generate::ordinary(&mut rng).abs());
            let what = format!("rate {rate}, decay {decay}, step {t}, seed 4");
            assert_same(Constant { rate }.rate(t), contract::constant_rate(rate), &what);
            let expected = contract::inverse_time_rate(rate, decay, t);
            assert_same(InverseTime { rate, decay }.rate(t), expected, &what);
            let start = 1.0 + decay;
            assert_same(Pegasos { l2: rate, start }.rate(t), contract::pegasos_rate(rate, start, t), &what);
        }
    }
}

#[test]
fn schedules_with_a_period() {
    let seed = 5;
    let mut rng = generate::rng(seed);
    for draw in 0..10_000 {
        let rate = generate::ordinary(&mut rng).abs();
        let part = random::uniform(&mut rng);
        let period = 1 + (rng.next_u32() >> (draw % 32));
        // Before, at and after multiples of the period, and anywhere.
        let multiple = u64::from(period) * u64::from(rng.next_u32() % 5);
        for t in [multiple.saturating_sub(1), multiple, multiple + 1, rng.next_u32().into(), u64::MAX] {
            let what = format!("rate {rate}, part {part}, period {period}, step {t}, seed {seed}");
            let expected = contract::step_decay_rate(rate, part, period.into(), t);
            assert_same(StepDecay { rate, factor: part, every: period }.rate(t), expected, &what);
            let floor = rate * part;
            let expected = contract::cosine_rate(rate, floor, period.into(), t);
            assert_same(Cosine { rate, floor, steps: period }.rate(t), expected, &what);
        }
    }
}

#[test]
fn checksum() {
    for_shapes!(checksums());
}

fn checksums<const C: usize, const F: usize>() {
    for seed in 0..10 {
        let model = generate::model::<C, F>(&mut generate::rng(seed), 0.3, generate::special);
        let expected = contract::checksum(&contract::Model::from(&model));
        assert_eq!(model.checksum(), expected, "{C}x{F}, seed {seed}");
    }
}
