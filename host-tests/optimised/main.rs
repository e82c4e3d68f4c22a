//! For every shape that a kernel treats differently, steps and batches equal those of the portable kernel, refusals
//! included.
//!
//! In an optimised build a step is compiled as a whole for its kernel's instructions. So the checks of the repository
//! run this program with `--release` too.

use hingeline::kernel::{Kernel, Portable, Work};
use hingeline::{
    Average, AveragedSgd, Constant, CrammerSinger, DynModel, DynSlices, Error, Loss, Model, Objective, Order, Sgd,
    Slices, WestonWatkins,
};
use hingeline_host_tests::generate;
use hingeline_host_tests::kernels::{say_skipped, to_test};

/// Fewer, as many as and more than fit into registers, are processed together, and are bits in a word.
const CLASSES: [usize; 19] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 26, 31, 63, 64, 65, 130];

/// The same for features: lanes, registers, blocks of them; chunks of long rows.
const FEATURES: [usize; 23] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 30, 31, 32, 33, 47, 48, 63, 64, 65, 100, 129];
const LONG: [usize; 9] = [511, 512, 513, 1_030, 2_048, 2_049, 2_065, 3_072, 3_087];

fn shapes() -> impl Iterator<Item = (usize, usize)> {
    let all = CLASSES.into_iter().flat_map(|classes| FEATURES.map(|features| (classes, features)));
    all.chain([2, 5, 10, 13, 18].into_iter().flat_map(|classes| LONG.map(|features| (classes, features))))
}

fn bits_of(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// The results of the steps: each outcome, and the model.
type Outcome = (Vec<Result<(u32, usize), Error>>, Vec<u32>, Vec<u32>);

fn steps<K: Kernel, L: Loss>(kernel: K, (classes, features): (usize, usize), loss: L, seed: u64) -> Outcome {
    let mut rng = generate::rng(seed);
    // Values of ordinary size, near the ends of the range, or arbitrary.
    let draw = [generate::ordinary, generate::special, generate::special_or_not_finite][seed as usize % 3];
    let mut memory = vec![0.0; DynModel::memory_len_on(kernel, classes, features)];
    let mut model = DynModel::on(kernel, &mut memory, classes, features).unwrap();
    let weights = generate::values(&mut rng, classes * features, generate::ordinary);
    model.load(&weights, &generate::values(&mut rng, classes, generate::ordinary), 1.0).unwrap();
    let mut sgd = Sgd::new(Objective::of(loss, 1e-3).unwrap(), Constant { rate: 0.1 }).unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let x = generate::values(&mut rng, features, draw);
        // Occasionally an invalid label.
        let label = generate::below(&mut rng, classes + 1);
        outcomes.push(sgd.step(&mut model, &x, label).map(|step| (step.loss.to_bits(), step.violations)));
    }
    let features_of_set = generate::values(&mut rng, 9 * features, generate::ordinary);
    let labels: Vec<usize> = (0..9).map(|_| generate::below(&mut rng, classes)).collect();
    let mut set = DynSlices::new(features, &features_of_set, &labels).unwrap();
    let epoch = sgd.epoch(&mut model, &mut set, &mut Order::new(9, &mut rng).unwrap());
    outcomes.push(epoch.map(|epoch| (epoch.loss.to_bits(), epoch.satisfied as usize)).map_err(|stopped| stopped.error));
    let (weights, bias, scale) = model.parts();
    let rest = [bits_of(bias), bits_of(&[scale.value, scale.carry])].concat();
    (outcomes, bits_of(weights), rest)
}

/// The same on a model whose shape the compiler knows, with sample weights, folds of the scale, and an average over the
/// steps.
fn steps_of_shape<const C: usize, const F: usize, K: Kernel>(kernel: K, seed: u64) -> Outcome {
    let mut rng = generate::rng(seed);
    let draw = [generate::ordinary, generate::special, generate::special_or_not_finite][seed as usize % 3];
    let mut model = Model::<C, F, K>::on(kernel);
    let weights = generate::values(&mut rng, C * F, generate::ordinary);
    // A scale below 2⁻¹⁶ is folded, which happens after a step or two.
    model.load(&weights, &generate::values(&mut rng, C, generate::ordinary), 1.6e-5).unwrap();
    let objective = Objective::of(WestonWatkins::new(0.5).unwrap(), 0.1).unwrap();
    let mut sgd = Sgd::new(objective, Constant { rate: 0.1 }).unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        let x: [f32; F] = std::array::from_fn(|_| draw(&mut rng));
        let (label, weight) = (generate::below(&mut rng, C + 1), generate::one_of(&mut rng, &[1.0, 0.0, 0.3]));
        let step = sgd.step_weighted(&mut model, &x, label, weight);
        outcomes.push(step.map(|step| (step.loss.to_bits(), step.violations)));
    }
    let mut average = Average::<C, F>::new();
    let count = 1 + generate::below(&mut rng, 7);
    let features: Vec<[f32; F]> = (0..count).map(|_| std::array::from_fn(|_| generate::ordinary(&mut rng))).collect();
    let labels: Vec<usize> = (0..count).map(|_| generate::below(&mut rng, C)).collect();
    let mut set = Slices::new(&features, &labels).unwrap();
    // Starts in the middle of an epoch.
    let mut order = Order::resume([1, 2, 3, 4], count, 1, count as u32 / 2).unwrap();
    let mut averaged = AveragedSgd::new(sgd, &mut average);
    for _ in 0..2 {
        let epoch = averaged.epoch(&mut model, &mut set, &mut order);
        outcomes
            .push(epoch.map(|epoch| (epoch.loss.to_bits(), epoch.satisfied as usize)).map_err(|stopped| stopped.error));
    }
    let (weights, bias, scale) = model.parts();
    let rest = [bits_of(bias), bits_of(&[scale.value, scale.carry]), bits_of(average.parts().weights)].concat();
    (outcomes, bits_of(weights), rest)
}

struct StepsOfShapes;

impl Work for StepsOfShapes {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        for seed in 0..30 {
            assert_eq!(
                steps_of_shape::<2, 1, K>(kernel, seed),
                steps_of_shape::<2, 1, _>(Portable, seed),
                "{}",
                K::NAME
            );
            assert_eq!(
                steps_of_shape::<7, 30, K>(kernel, seed),
                steps_of_shape::<7, 30, _>(Portable, seed),
                "{}",
                K::NAME
            );
            assert_eq!(
                steps_of_shape::<10, 64, K>(kernel, seed),
                steps_of_shape::<10, 64, _>(Portable, seed),
                "{}",
                K::NAME
            );
            assert_eq!(
                steps_of_shape::<26, 16, K>(kernel, seed),
                steps_of_shape::<26, 16, _>(Portable, seed),
                "{}",
                K::NAME
            );
        }
    }
}

#[test]
fn steps_of_shapes_that_the_compiler_knows() {
    for choice in to_test() {
        if let Err(error) = choice.run(StepsOfShapes) {
            say_skipped(choice.name(), error);
        }
    }
}

struct Steps;

impl Work for Steps {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        for (index, shape) in shapes().enumerate() {
            for seed in 3 * index as u64..3 * index as u64 + 3 {
                let hinge = WestonWatkins::new(1.0).unwrap();
                let largest = CrammerSinger::new(1.0).unwrap();
                let ours: [Outcome; 2] = [steps(kernel, shape, hinge, seed), steps(kernel, shape, largest, seed)];
                let defined = [steps(Portable, shape, hinge, seed), steps(Portable, shape, largest, seed)];
                assert_eq!(ours, defined, "{}, {shape:?}, seed {seed}", K::NAME);
            }
        }
    }
}

#[test]
fn steps_of_all_shapes() {
    for choice in to_test() {
        if let Err(error) = choice.run(Steps) {
            say_skipped(choice.name(), error);
        }
    }
}

struct Batches;

/// Fewer samples than are packed, as many, and more; more than are processed together.
const COUNTS: [usize; 7] = [1, 8, 31, 32, 35, 64, 77];

impl Work for Batches {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        for (index, (classes, features)) in shapes().enumerate() {
            for count in [COUNTS[index % 7], COUNTS[(index + 4) % 7]] {
                // In a long row of hostile values each sum soon becomes a NaN, and any NaN equals any other.
                let hostile = features < 20 && index % 2 == 0;
                let value = if hostile { generate::special_or_not_finite } else { generate::ordinary };
                let mut rng = generate::rng((7 * index + count) as u64);
                let mut draw = |n| generate::values(&mut rng, n, value);
                let (mut weights, mut bias, mut features_of_all) =
                    (draw(classes * features), draw(classes), draw(count * features));
                // All sums are −0.0; a sum padded with +0.0 would not be.
                if index % 5 == 0 {
                    weights.fill(-0.0);
                    bias.fill(-0.0);
                    features_of_all.fill(1.0);
                }
                let samples: Vec<&[f32]> = features_of_all.chunks(features).collect();
                let mut scores = vec![7.0; count * classes + 1];
                kernel.batch_scores(&weights, 0.75, &bias, &samples, &mut scores);
                let (own, behind) = scores.split_at(count * classes);
                assert_eq!(behind, [7.0]);
                for (index, (x, scores)) in samples.iter().zip(own.chunks(classes)).enumerate() {
                    let mut defined = vec![0.0; classes];
                    Portable.scores(&weights, 0.75, &bias, x, &mut defined);
                    let what = format!("{}, {classes}x{features}, sample {index} of {count}", K::NAME);
                    hingeline_host_tests::bits::assert_all_same(scores, &defined, what);
                }
            }
        }
    }
}

#[test]
fn batches_of_all_shapes() {
    for choice in to_test() {
        if let Err(error) = choice.run(Batches) {
            say_skipped(choice.name(), error);
        }
    }
}
