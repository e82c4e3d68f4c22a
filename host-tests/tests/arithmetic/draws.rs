//! Random draws, schedules and fingerprints: plain scalar code that no kernel has a part in.

use hingeline::{Schedule, random};
use hingeline_host_tests::bits::assert_same;
use hingeline_host_tests::{contract, for_shapes, generate};
use rand_core::Rng;

/// The words that a generator of this seed gives.
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
            assert_same(Schedule::Constant { rate }.rate(t), contract::constant_rate(rate), &what);
            let expected = contract::inverse_time_rate(rate, decay, t);
            assert_same(Schedule::InverseTime { rate, decay }.rate(t), expected, &what);
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
