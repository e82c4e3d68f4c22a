//! Models in integers: the contract in i128, the invariants, the accuracy compared with binary32, and the refusals.

use hingeline::integer::{
    ByteInputs, ByteModel, CrammerSinger, Decoded, DynModel, Halving, Hinge, InputScale, Inputs, Loss, Model, Moments,
    Objective, Progress, Raw, Samples, Sgd, SgdStep, Sums, Weighted, WestonWatkins,
};
use hingeline::{Error, Order, Stopped};
use hingeline_host_tests::generate::{self, below, one_of};
use hingeline_host_tests::integers::{self as contract, Descent, State, StepReport};
use rand_xorshift::XorShiftRng;

/// Inputs of all magnitudes, including both ends of the range.
fn inputs<const F: usize>(rng: &mut XorShiftRng) -> [i16; F] {
    let reach = one_of(rng, &[2, 16, 64, 255]);
    core::array::from_fn(|_| match below(rng, 8) {
        0 => -128,
        1 => 127,
        _ => ((below(rng, 256) as i16 - 128) as i32 * reach / 255) as i16,
    })
}

fn wide(x: &[i16]) -> Vec<i128> {
    x.iter().map(|x| i128::from(*x)).collect()
}

/// Asserts that the model is in this state.
fn assert_state<const C: usize, const F: usize>(model: &Model<C, F>, state: &State, context: &str) {
    let weights: Vec<_> = model.weights().iter().map(|row| wide(row)).collect();
    let bias: Vec<_> = model.bias().iter().map(|b| i128::from(*b)).collect();
    assert_eq!((weights, bias), (state.weights.clone(), state.bias.clone()), "{context}");
}

fn reported(step: SgdStep) -> StepReport {
    let SgdStep { loss, violations, shrunk, clamped, .. } = step;
    StepReport { loss: loss.into(), violations, shrunk, clamped }
}

/// Compares runs with the contract step by step. The parameters are random, and include some that often clamp and
/// shrink.
fn runs<const C: usize, const F: usize, L: Loss>(loss: L, hinge: contract::Hinge, weights: [u8; C]) -> u32 {
    let mut clamped = 0;
    for seed in 0..15 {
        let mut rng = generate::rng(seed);
        let p = one_of(&mut rng, &[4, 9, 13, 15]);
        let exponent = below(&mut rng, 6) as u8;
        let last = (p + 2).min(exponent + below(&mut rng, 9) as u8);
        let schedule = Halving { exponent: exponent.min(last), period: below(&mut rng, 8) as u8, last };
        let l2 = one_of(&mut rng, &[0.0, 1e-4, 2e-3, 7e-3]);
        let objective = Objective::of(Weighted::new(loss, &weights).unwrap(), l2).unwrap();
        let Ok(mut sgd) = Sgd::new(objective, schedule) else {
            assert!(f64::from(l2) * 2.0 * 0.5_f64.powi(schedule.exponent.into()) >= 0.5_f64.powi(6), "seed {seed}");
            continue;
        };
        let mut model = Model::<C, F>::new();
        model.load(&vec![0; C * F], &[0; C], p).unwrap();
        let mut state = State::new(C, F, p.into());
        let descent = Descent {
            hinge,
            margin: loss.margin().into(),
            lambda: (f64::from(l2) * 2.0 * 4_294_967_296.0).round() as i128,
            schedule: [schedule.exponent, schedule.period, schedule.last].map(i128::from),
        };
        // As many steps as time allows where a step is long.
        for t in 0..(200_000 / (C * F)).clamp(20, 300) {
            let (x, label) = (inputs::<F>(&mut rng), below(&mut rng, C));
            let before = model.checksum();
            match sgd.step(&mut model, Inputs::new(&x).unwrap(), label) {
                Ok(step) => {
                    let expected = state.step(descent, &wide(&x), label, weights[label].into());
                    let context = format!("{C}x{F}, p {p}, {schedule:?}, l2 {l2}, seed {seed}, step {t}");
                    assert_eq!(reported(step), expected, "{context}");
                    assert_state(&model, &state, &context);
                    assert_eq!(i128::from(sgd.progress().owed), state.owed, "{context}");
                    clamped += step.clamped;
                }
                Err(error) => {
                    assert!(matches!(error, Error::NonFiniteStep | Error::InvalidLearningRate), "{error}");
                    assert_eq!((model.checksum(), i128::from(sgd.progress().steps)), (before, state.t));
                }
            }
        }
    }
    clamped
}

#[test]
fn steps_are_the_contracts() {
    let (all, largest) = (WestonWatkins::new(1.0).unwrap(), CrammerSinger::new(1.0).unwrap());
    // Feature counts from the smallest, which leaves the weights 16 bits, to the largest, which leaves 10.
    let mut clamped = runs::<3, 1, _>(all, contract::Hinge::All, [1; 3]);
    clamped += runs::<10, 7, _>(all, contract::Hinge::All, [1; 10]);
    clamped += runs::<2, 33, _>(all, contract::Hinge::All, [5, 0]);
    clamped += runs::<4, 4096, _>(all, contract::Hinge::All, [1, 2, 3, 64]);
    clamped += runs::<5, 129, _>(largest, contract::Hinge::Largest, [1, 1, 7, 1, 1]);
    clamped += runs::<3, 2, _>(CrammerSinger::new(0.0).unwrap(), contract::Hinge::Largest, [1; 3]);
    assert!(clamped > 1_000, "{clamped} results were clamped: too few to test it");
}

/// The extremes of scores, margins and products fit 32 bits.
#[test]
fn nothing_overflows_at_the_bounds() {
    const F: usize = 4096;
    let limit = ((1 << 22) / F) as i16;
    let (mut weights, mut bias) = ([[limit; F]; 2], [1 << 28, -(1 << 28)]);
    weights[1] = [-limit; F];
    let model = Box::new(Model::from_parts(weights, bias, 15).unwrap());
    let mut scores = [0; 2];
    for x in [-128_i16, 127] {
        model.scores(Inputs::new(&[x; F]).unwrap(), &mut scores).unwrap();
        let exact = [0, 1].map(|c| i128::from(bias[c]) + i128::from(weights[c][0]) * i128::from(x) * F as i128);
        assert_eq!(scores.map(i128::from), exact);
    }
    // The margin of the worse class is the largest possible one: slightly less than 2³¹.
    bias.reverse();
    let mut model = Box::new(Model::from_parts(weights, bias, 15).unwrap());
    let objective = Objective::of(WestonWatkins::new(256.0).unwrap(), 0.0).unwrap();
    let mut sgd = Sgd::new(objective, Halving { exponent: 6, period: 31, last: 6 }).unwrap();
    let step = sgd.step(&mut model, Inputs::new(&[-128; F]).unwrap(), 0).unwrap();
    let score = 128 * i64::from(limit) * F as i64 + (1 << 28);
    assert_eq!(step.loss, 2 * score + (1 << 28));
    assert!(step.loss > (1 << 30) && step.loss < (1 << 31));
}

#[test]
fn inputs_and_scales_are_the_contracts() {
    for seed in 0..300 {
        let mut rng = generate::rng(seed);
        let (centre, spread) = (below(&mut rng, 256) as i32, 1 + below(&mut rng, 128) as i32);
        let small: Vec<u8> = (0..20)
            .map(|_| (centre + below(&mut rng, 2 * spread as usize) as i32 - spread).clamp(0, 255) as u8)
            .collect();
        assert_scales(&small, 8, seed);
        let signed: Vec<i8> = small.iter().map(|value| value.wrapping_sub(128).cast_signed()).collect();
        assert_scales(&signed, 8, seed);
        let reach = one_of(&mut rng, &[1_usize, 3, 200, 5_000, 65_536]);
        let large: Vec<i16> = (0..20).map(|_| (below(&mut rng, reach) as i32 - (reach / 2) as i32) as i16).collect();
        assert_scales(&large, 12, seed);
    }
}

fn assert_scales<Q: hingeline::integer::RawValue>(raw: &[Q], shift: i128, seed: u64) {
    let (mut sums, mut scales) = ([Sums::ZERO; 1], [InputScale::ZERO; 1]);
    let mut moments = Moments::new(&mut sums);
    for value in raw {
        moments.observe(&[*value]).unwrap();
    }
    moments.freeze(&mut scales).unwrap();
    let raw: Vec<i128> = raw.iter().map(|value| i128::from((*value).into())).collect();
    let [scale] = scales;
    let own = (i128::from(scale.zero()), i128::from(scale.factor()));
    assert_eq!(own, contract::scale(&raw, shift), "seed {seed}, {raw:?}");
    // Both ends, and different values for each seed.
    for value in (i16::MIN..=i16::MAX).skip(seed as usize % 16).step_by(16).chain([i16::MIN, i16::MAX]) {
        let expected = contract::input(value.into(), own.0, own.1, 12);
        assert_eq!(i128::from(scale.apply(value)), expected, "seed {seed}, {scale:?}, {value}");
    }
    for value in u8::MIN..=u8::MAX {
        let expected = contract::input(value.into(), own.0, own.1, 8);
        assert_eq!(i128::from(scale.apply(value)), expected, "seed {seed}, {scale:?}, {value}");
    }
}

#[test]
fn a_constant_feature_becomes_zero_and_clamped_inputs_are_counted() {
    let (mut sums, mut scales) = ([Sums::ZERO; 2], [InputScale::ZERO; 2]);
    let mut moments = Moments::new(&mut sums);
    for value in [99_u8, 100, 101] {
        moments.observe(&[7, value]).unwrap();
    }
    moments.freeze(&mut scales).unwrap();
    let mut buffer = [0; 2];
    let x = Inputs::scaled(&[255_u8, 255], &scales, &mut buffer).unwrap();
    assert_eq!((x.values(), x.clamped()), ([0, 127].as_slice(), 1));
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), SCHEDULE).unwrap();
    assert_eq!(sgd.step(&mut Model::<2, 2>::new(), x, 0).unwrap().clamped_inputs, 1);
}

const SCHEDULE: Halving = Halving { exponent: 7, period: 13, last: 12 };

const TRAIN: &[u8] = include_bytes!("../../../examples/data/digits/train.bin");
const TEST: &[u8] = include_bytes!("../../../examples/data/digits/test.bin");

/// The digits as they are stored in a file: one byte for the label, and one for each pixel.
fn digits(records: &'static [u8]) -> impl FnMut(usize, &mut [u8]) -> Result<usize, Error> {
    move |index, raw| {
        let record = &records[65 * index..][..65];
        raw.copy_from_slice(&record[1..]);
        Ok(record[0].into())
    }
}

fn scales() -> [InputScale; 64] {
    let (mut sums, mut scales) = ([Sums::ZERO; 64], [InputScale::ZERO; 64]);
    let mut moments = Moments::new(&mut sums);
    for record in TRAIN.chunks_exact(65) {
        moments.observe(&record[1..]).unwrap();
    }
    moments.freeze(&mut scales).unwrap();
    scales
}

/// Trains twenty epochs on the digits, and returns the number of test samples that are recognised.
fn train(seed: u64, l2: f32, model: &mut Model<10, 64>) -> usize {
    let scales = scales();
    let (mut raw, mut buffer) = ([0; 64], [0; 64]);
    let hinge = Hinge::new(1.0, l2).unwrap();
    let mut sgd = Sgd::new(hinge, SCHEDULE).unwrap();
    let len = TRAIN.len() / 65;
    let mut order = Order::new(len, &mut generate::rng(seed)).unwrap();
    let mut samples = Decoded::new(len, &scales, &mut raw, &mut buffer, digits(TRAIN));
    for _ in 0..20 {
        let epoch = sgd.epoch(model, &mut samples, &mut order).unwrap();
        assert_eq!((epoch.steps, epoch.clamped), (len as u32, 0));
    }
    // Nothing was clamped, so without L2 the sums over the classes are still zero.
    if l2 == 0.0 {
        let sums =
            model.weights().iter().fold([0_i32; 64], |sums, row| core::array::from_fn(|f| sums[f] + i32::from(row[f])));
        assert_eq!((sums, model.bias().iter().sum::<i32>()), ([0; 64], 0));
    }
    let mut test = Decoded::new(TEST.len() / 65, &scales, &mut raw, &mut buffer, digits(TEST));
    hinge.evaluate(model, &mut test).unwrap().correct
}

/// The fingerprint of the first of these models: a change that alters it is a breaking change.
const CHECKSUM: u64 = 0x7f0c_9d52_3b45_8818;

/// In binary32 the same recipe recognises 90.3 % on average.
#[test]
fn the_digits_are_recognised_as_well_as_in_binary32() {
    let mut correct = 0;
    for seed in 1..=5 {
        let mut model = Model::new();
        correct += train(seed, 1e-4, &mut model);
        if seed == 1 {
            assert_eq!(model.checksum(), CHECKSUM, "{:#x}", model.checksum());
        }
    }
    assert!(correct >= 5 * 449, "{correct} of 2,500");
    train(1, 0.0, &mut Model::new());
}

#[test]
fn a_model_of_runtime_shape_and_a_descent_in_two_parts_give_the_same_bits() {
    let mut model = Model::<10, 64>::new();
    train(1, 1e-4, &mut model);
    let scales = scales();
    let (mut weights, mut memory, mut buffer) = (vec![0; 640], [0; 20], [0; 64]);
    let mut other = DynModel::new(&mut weights, &mut memory, 10, 64).unwrap();
    let labels: Vec<u8> = TRAIN.chunks_exact(65).map(|record| record[0]).collect();
    let pixels: Vec<u8> = TRAIN.chunks_exact(65).flat_map(|record| &record[1..]).copied().collect();
    let mut samples = Raw::new(&pixels, &labels, &scales, &mut buffer).unwrap();
    let mut order = Order::new(labels.len(), &mut generate::rng(1)).unwrap();
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-4).unwrap(), SCHEDULE).unwrap();
    for _ in 0..labels.len() * 20 {
        // Resumed from its saved parts before each step.
        sgd = Sgd::resume(sgd.progress()).unwrap();
        sgd.step_next(&mut other, &mut samples, &mut order).unwrap();
    }
    assert_eq!(other.checksum(), model.checksum());
    let (weights, bias, bits) = other.parts();
    let mut rebuilt = Model::<10, 64>::new();
    rebuilt.load(weights, bias, bits).unwrap();
    assert_eq!(rebuilt.checksum(), model.checksum());
}

/// A refusal leaves model and optimiser unchanged.
#[test]
fn refusals_change_nothing() {
    let mut rng = generate::rng(3);
    let mut model = Model::<3, 4>::new();
    let x = [[10, -20, 30, 40], [127, -128, 5, 6]];
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-3).unwrap(), SCHEDULE).unwrap();
    for _ in 0..50 {
        let label = below(&mut rng, 3);
        sgd.step(&mut model, Inputs::new(&x[label % 2]).unwrap(), label).unwrap();
    }
    let before = (model.checksum(), sgd);
    let x = Inputs::new(&x[0]).unwrap();
    assert_eq!(sgd.step(&mut model, x, 3), Err(Error::LabelOutOfRange));
    assert_eq!(sgd.step(&mut model, Inputs::new(&[1; 3]).unwrap(), 0), Err(Error::ShapeMismatch));
    assert_eq!((model.checksum(), sgd), before);

    // Parameters.
    let hinge = Hinge::new(1.0, 0.0).unwrap();
    for schedule in [(5, 3, 4), (1, 32, 4), (1, 3, 32)] {
        let schedule = Halving { exponent: schedule.0, period: schedule.1, last: schedule.2 };
        assert_eq!(Sgd::new(hinge, schedule), Err(Error::InvalidSchedule), "{schedule:?}");
    }
    for margin in [-1.0, f32::NAN, 1_025.0, f32::INFINITY] {
        assert_eq!(Hinge::new(margin, 0.0), Err(Error::InvalidMargin));
        assert_eq!(CrammerSinger::new(margin), Err(Error::InvalidMargin));
    }
    for l2 in [-1e-9, f32::NAN, 0.5, f32::INFINITY] {
        assert_eq!(Hinge::new(1.0, l2), Err(Error::InvalidL2));
    }
    let strong = Hinge::new(1.0, 0.25).unwrap();
    let at = |exponent| Halving { exponent, period: 0, last: 31 };
    assert_eq!(Sgd::new(strong, at(5)), Err(Error::L2TooStrong));
    assert!(Sgd::new(strong, at(6)).is_ok());
    assert_eq!(Weighted::new(WestonWatkins::new(1.0).unwrap(), &[65, 1]), Err(Error::InvalidWeight));
    let progress = Progress { owed: 1 << 57, ..sgd.progress() };
    assert_eq!(Sgd::resume(progress), Err(Error::InvalidState));

    // A rate that is too fine for the bits of the weights, and one that is too large for the number of classes.
    let mut coarse = Sgd::new(hinge, at(16)).unwrap();
    assert_eq!(coarse.step(&mut Model::<3, 4>::new(), x, 0), Err(Error::InvalidLearningRate));
    let weighted = Objective::of(Weighted::new(WestonWatkins::new(1.0).unwrap(), &[64; 1024]).unwrap(), 0.0).unwrap();
    let mut steep = Sgd::new(weighted, at(0)).unwrap();
    let mut many = Box::new(Model::<1024, 4>::new());
    assert_eq!(steep.step(&mut many, x, 0), Err(Error::NonFiniteStep));
    assert_eq!((many.checksum(), steep.progress().steps), (Model::<1024, 4>::new().checksum(), 0));
    let wrong = Objective::of(Weighted::new(WestonWatkins::new(1.0).unwrap(), &[1; 2]).unwrap(), 0.0).unwrap();
    let mut wrong = Sgd::new(wrong, SCHEDULE).unwrap();
    assert_eq!(wrong.step(&mut model, x, 0), Err(Error::ShapeMismatch));
    let mut wide = Sgd::new(Objective::of(WestonWatkins::new(1_024.0).unwrap(), 0.0).unwrap(), SCHEDULE).unwrap();
    assert_eq!(wide.step(&mut Model::<3, 4>::new(), x, 0).map(|step| step.violations), Ok(2));
    let mut fine = Model::<3, 4>::new();
    fine.load(&[0; 12], &[0; 3], 15).unwrap();
    assert_eq!(wide.step(&mut fine, x, 0), Err(Error::InvalidMargin));
}

#[test]
fn parts_out_of_bounds_are_refused() {
    let mut model = Model::<2, 256>::new();
    let limit = (1 << 22) / 256;
    let before = model.checksum();
    let (mut weights, bias) = (vec![0_i16; 512], [1 << 28, -(1 << 28)]);
    weights[511] = -(limit as i16);
    assert_eq!(model.load(&weights, &bias, 16), Err(Error::InvalidScale));
    assert_eq!(model.load(&weights, &[0; 3], 13), Err(Error::ShapeMismatch));
    assert_eq!(model.load(&weights[1..], &bias, 13), Err(Error::ShapeMismatch));
    assert_eq!(model.load(&weights, &[0, (1 << 28) + 1], 13), Err(Error::WeightTooLarge));
    assert_eq!(model.load(&weights, &[i32::MIN, 0], 13), Err(Error::WeightTooLarge));
    weights[0] = limit as i16 + 1;
    assert_eq!(model.load(&weights, &bias, 13), Err(Error::WeightTooLarge));
    assert_eq!(model.checksum(), before);
    weights[0] = limit as i16;
    assert_eq!(model.load(&weights, &bias, 15), Ok(()));
    for (classes, features) in [(1, 4), (1_025, 4), (2, 0), (2, 4_097)] {
        let (mut weights, mut memory) = (vec![0; classes * features], vec![0; 2 * classes]);
        assert_eq!(DynModel::new(&mut weights, &mut memory, classes, features).err(), Some(Error::InvalidShape));
    }
    assert_eq!(DynModel::new(&mut [0; 7], &mut [0; 4], 2, 4).err(), Some(Error::ShapeMismatch));
    assert_eq!(DynModel::new(&mut [0; 8], &mut [0; 3], 2, 4).err(), Some(Error::ShapeMismatch));
    assert_eq!(Inputs::new(&[128]), Err(Error::FeatureTooLarge));
    assert_eq!(Inputs::new(&[-129]), Err(Error::FeatureTooLarge));
    assert_eq!(InputScale::new(0, 1 << 14), Err(Error::InvalidScaling));
    let scale = InputScale::new(-32_768, (1 << 14) - 1).unwrap();
    assert_eq!((scale.zero(), scale.factor()), (-32_768, (1 << 14) - 1));
}

#[test]
fn a_refusal_of_a_set_names_its_place() {
    let scales = [InputScale::new(0, 256).unwrap(); 1];
    let mut buffer = [0];
    let mut samples = Raw::new(&[1_u8, 2, 3], &[0_u8, 1, 2], &scales, &mut buffer).unwrap();
    let (mut model, hinge) = (Model::<2, 1>::new(), Hinge::new(1.0, 0.0).unwrap());
    let stopped = Stopped { error: Error::LabelOutOfRange, sample: Some(2) };
    assert_eq!(hinge.evaluate(&model, &mut samples), Err(stopped));
    let mut order = Order::resume([1, 2, 3, 4], 3, 0, 0).unwrap();
    let mut sgd = Sgd::new(hinge, SCHEDULE).unwrap();
    assert_eq!(sgd.epoch(&mut model, &mut samples, &mut order), Err(stopped));
    assert_eq!(order.index(), 2);
    assert_eq!(samples.sample(3).err(), Some(Error::IndexOutOfRange));
    let mut order = Order::resume([1, 2, 3, 4], 4, 0, 0).unwrap();
    assert_eq!(sgd.step_next(&mut model, &mut samples, &mut order), Err(Error::ShapeMismatch.into()));
    let mut none = Raw::new(&[0_u8; 0], &[0_u8; 0], &scales, &mut buffer).unwrap();
    assert_eq!(hinge.evaluate(&model, &mut none), Err(Error::EmptySet.into()));
    assert_eq!(Raw::new(&[1_u8, 2], &[0_u8], &scales, &mut [0]).err(), Some(Error::ShapeMismatch));
    assert_eq!(Raw::new(&[1_u8], &[0_u8], &scales, &mut [0; 2]).err(), Some(Error::ShapeMismatch));
    assert_eq!(Raw::new(&[0_u8; 0], &[0_u8], &[], &mut []).err(), Some(Error::InvalidShape));
    let mut sums = [Sums::ZERO; 2];
    let mut moments = Moments::new(&mut sums);
    assert_eq!(moments.observe(&[1_u8]), Err(Error::ShapeMismatch));
    assert_eq!(moments.freeze(&mut [InputScale::ZERO; 2]), Err(Error::EmptySet));
    moments.observe(&[1_u8, 2]).unwrap();
    assert_eq!(moments.freeze(&mut [InputScale::ZERO; 3]), Err(Error::ShapeMismatch));
}

#[test]
fn a_model_of_binary32_is_rounded_once_and_comes_back_exactly() {
    let set = hingeline_examples::digits::digits();
    let mut float = hingeline::Model::<10, 64>::new();
    let mut sgd =
        hingeline::Sgd::new(hingeline::Hinge::new(1.0, 1e-3).unwrap(), hingeline::Constant { rate: 0.01 }).unwrap();
    let mut order = Order::new(set.train.labels.len(), &mut generate::rng(1)).unwrap();
    for _ in 0..10 {
        sgd.epoch(&mut float, &mut set.train.samples().unwrap(), &mut order).unwrap();
    }
    let mut model = Model::<10, 64>::new();
    model.quantise(&float).unwrap();
    // The next power of two is too large, or does not exist.
    let (unit, scale) = (2.0_f64.powi(model.fraction_bits().into()), f64::from(float.scale()));
    let largest =
        float.weights().iter().flatten().fold(0.0_f64, |largest, w| largest.max((scale * f64::from(*w)).abs()));
    assert!(largest * unit <= 32_767.0 && (2.0 * largest * unit > 32_767.0 || model.fraction_bits() == 15));
    for (own, w) in model.weights().iter().flatten().zip(float.weights().iter().flatten()) {
        // One half for the rounding, and the rounding error of the product with the scale in binary32.
        assert!((f64::from(*own) - scale * f64::from(*w) * unit).abs() <= 0.5 + f64::from(*own).abs() * 6e-8);
    }
    let scales = scales();
    let (mut raw, mut buffer) = ([0; 64], [0; 64]);
    let mut test = Decoded::new(TEST.len() / 65, &scales, &mut raw, &mut buffer, digits(TEST));
    let agreement = model.agreement(&float, &mut set.test.samples().unwrap(), &mut test).unwrap();
    assert!(agreement.samples == 500 && agreement.agreeing >= 490, "{agreement:?}");

    let mut back = hingeline::Model::<10, 64>::new();
    model.dequantise(&mut back).unwrap();
    let mut again = Model::<10, 64>::new();
    again.quantise(&back).unwrap();
    assert_eq!(again.checksum(), model.checksum());
    for index in 0..test.len() {
        let (x, _) = test.sample(index).unwrap();
        let features: [f32; 64] = core::array::from_fn(|f| f32::from(x.values()[f]) / 32.0);
        assert_eq!(model.predict(x), back.predict(&features), "sample {index}");
    }

    // One bit more than binary32 can hold.
    let odd = Model::<2, 1>::from_parts([[0]; 2], [(1 << 24) + 1, 0], 13).unwrap();
    let mut untouched = hingeline::Model::<2, 1>::new();
    assert_eq!(odd.dequantise(&mut untouched), Err(Error::Inexact));
    assert_eq!(untouched.checksum(), hingeline::Model::<2, 1>::new().checksum());
    let large = hingeline::Model::<2, 1>::from_parts([[32_768.0], [0.0]], [0.0; 2], 1.0).unwrap();
    let mut fresh = Model::<2, 1>::new();
    assert_eq!(fresh.quantise(&large), Err(Error::WeightTooLarge));
    assert_eq!(fresh.checksum(), Model::<2, 1>::new().checksum());
    let just = hingeline::Model::<2, 1>::from_parts([[32_767.0], [0.5]], [0.0; 2], 1.0).unwrap();
    fresh.quantise(&just).unwrap();
    assert_eq!(fresh.parts(), ([32_767, 1].as_slice(), [0; 2].as_slice(), 0));
}

/// The scores of a batch equal those of its samples, and a sample of another length is named.
#[test]
fn scores_of_batches_are_those_of_samples() {
    let mut rng = generate::rng(5);
    let mut model = Model::<7, 19>::new();
    let weights: Vec<i16> = (0..7 * 19).map(|_| below(&mut rng, 1 << 16) as i16 / 2).collect();
    model.load(&weights, &[5, -4, 3, 2, 1, 0, -1], 13).unwrap();
    let rows: [[i16; 19]; 9] = core::array::from_fn(|_| inputs(&mut rng));
    let samples = rows.each_ref().map(|x| Inputs::new(x).unwrap());
    let (mut scores, mut expected) = ([0; 9 * 7], [[0; 7]; 9]);
    for (x, expected) in samples.iter().zip(&mut expected) {
        model.scores(*x, expected).unwrap();
    }
    model.batch_scores(&samples, &mut scores).unwrap();
    assert_eq!(scores, expected.as_flattened());
    assert_eq!(model.batch_scores(&samples, &mut scores[1..]), Err(Error::ShapeMismatch.into()));
    let short = [samples[0], Inputs::new(&rows[1][1..]).unwrap()];
    let refused = Stopped { error: Error::ShapeMismatch, sample: Some(1) };
    assert_eq!(model.batch_scores(&short, &mut scores[..14]), Err(refused));
    assert_eq!(scores[..7], expected[0]);
    // Far into a batch too: the scores of the samples before it are there.
    let mut many = [samples[0]; 21];
    many[19] = short[1];
    let mut scores = [0; 21 * 7];
    let refused = Stopped { error: Error::ShapeMismatch, sample: Some(19) };
    assert_eq!(model.batch_scores(&many, &mut scores), Err(refused));
    assert!(scores[..19 * 7].chunks(7).all(|own| own == expected[0]));
    assert!(scores[19 * 7..].iter().all(|score| *score == 0));
}

/// Scores of bytes equal those in i128 for any values. The predicted class is the first one with the highest score,
/// even with more rows than are scored at a time.
#[test]
fn scores_of_bytes_are_exact() {
    for seed in 0..200 {
        let mut rng = generate::rng(seed);
        let (classes, features) = (2 + below(&mut rng, 30), 1 + below(&mut rng, 100));
        let mut byte = || if below(&mut rng, 8) == 0 { -128 } else { below(&mut rng, 256) as u8 as i8 };
        let weights: Vec<i8> = (0..classes * features).map(|_| byte()).collect();
        let x: Vec<i8> = (0..features).map(|_| byte()).collect();
        // Few different values, so that there are ties.
        let bias: Vec<i32> = (0..classes).map(|class| (class as i32 % 3 - 1) << 28).collect();
        let model = ByteModel::from_parts(&weights, &bias, features, 6).unwrap();
        let mut scores = vec![0; classes];
        model.scores(ByteInputs::new(&x), &mut scores).unwrap();
        let expected = weights.chunks(features).zip(&bias).map(|(row, b)| {
            i128::from(*b) + row.iter().zip(&x).map(|(w, x)| i128::from(*w) * i128::from(*x)).sum::<i128>()
        });
        assert!(scores.iter().map(|score| i128::from(*score)).eq(expected), "seed {seed}");
        let highest = scores.iter().max().unwrap();
        let first = scores.iter().position(|score| score == highest).unwrap();
        assert_eq!(model.predict(ByteInputs::new(&x)), Ok(first), "seed {seed}");
    }
    let zeros = ByteModel::from_parts(&[0; 36], &[5; 12], 3, 6).unwrap();
    assert_eq!(zeros.predict(ByteInputs::new(&[1; 3])), Ok(0));
    let (mut late, x) = ([0; 36], [1; 3]);
    late[35] = 1;
    assert_eq!(ByteModel::from_parts(&late, &[5; 12], 3, 6).unwrap().predict(ByteInputs::new(&x)), Ok(11));
}

/// The digits in bytes agree with binary32 except on a few samples, and their inputs equal the 16-bit ones.
#[test]
fn a_model_becomes_bytes() {
    let set = hingeline_examples::digits::digits();
    let (mut float, mut average) = (hingeline::Model::<10, 64>::new(), hingeline::Average::new());
    let sgd = hingeline::Sgd::new(hingeline::Hinge::new(1.0, 1e-3).unwrap(), hingeline::Constant { rate: 0.01 });
    let mut sgd = hingeline::AveragedSgd::new(sgd.unwrap(), &mut average);
    let mut order = Order::new(1297, &mut generate::rng(2)).unwrap();
    for _ in 0..10 {
        sgd.epoch(&mut float, &mut set.train.samples().unwrap(), &mut order).unwrap();
    }
    average.finish(&mut float).unwrap();
    let (mut weights, mut bias) = ([0; 640], [0; 10]);
    let model = ByteModel::quantise(&float, &mut weights, &mut bias).unwrap();
    let (weights, _, bits) = model.parts();
    let (unit, scale) = (2.0_f64.powi(bits.into()), f64::from(float.scale()));
    for (own, w) in weights.iter().zip(float.weights().as_flattened()) {
        assert!((f64::from(*own) - scale * f64::from(*w) * unit).abs() <= 0.5 + 1e-4);
    }
    assert!(weights.iter().any(|w| w.unsigned_abs() > 63), "a bit more would fit");

    let scales = scales();
    let (mut raw, mut buffer, mut bytes) = ([0; 64], [0; 64], [0; 64]);
    let mut test = Decoded::new(TEST.len() / 65, &scales, &mut raw, &mut buffer, digits(TEST));
    let agreement = model.agreement(&float, &mut set.test.samples().unwrap(), &mut test, &mut bytes).unwrap();
    assert!(agreement.samples == 500 && agreement.agreeing >= 485, "{agreement:?}");
    for index in 0..500 {
        let mut decoded = [0; 64];
        let label = digits(TEST)(index, &mut decoded).unwrap();
        let (mut narrow, mut own) = ([0; 64], [0; 64]);
        let (x, same_label) = test.sample(index).unwrap();
        let x = ByteInputs::narrowed(x, &mut narrow).unwrap();
        assert_eq!((x, label), (ByteInputs::scaled(&decoded, &scales, &mut own).unwrap(), same_label));
    }
}

#[test]
fn models_of_bytes_refuse_what_is_out_of_bounds() {
    let parts = |weights: &[i8], bias: &[i32], features, bits| {
        ByteModel::from_parts(weights, bias, features, bits).map(|model| (model.classes(), model.features()))
    };
    assert_eq!(parts(&[-128; 4], &[1 << 28, -(1 << 28)], 2, 15), Ok((2, 2)));
    assert_eq!(parts(&[0; 4], &[(1 << 28) + 1, 0], 2, 6), Err(Error::WeightTooLarge));
    assert_eq!(parts(&[0; 4], &[0, i32::MIN], 2, 6), Err(Error::WeightTooLarge));
    assert_eq!(parts(&[0; 4], &[0; 2], 2, 16), Err(Error::InvalidScale));
    assert_eq!(parts(&[0; 5], &[0; 2], 2, 6), Err(Error::ShapeMismatch));
    assert_eq!(parts(&[0; 2], &[0; 1], 2, 6), Err(Error::InvalidShape));
    assert_eq!(parts(&[], &[0; 2], 0, 6), Err(Error::InvalidShape));
    assert_eq!(parts(&[0; 2 * 4_097], &[0; 2], 4_097, 6), Err(Error::InvalidShape));
    let model = ByteModel::from_parts(&[1; 4], &[0; 2], 2, 6).unwrap();
    assert_eq!(model.scores(ByteInputs::new(&[1]), &mut [0; 2]), Err(Error::ShapeMismatch));
    assert_eq!(model.scores(ByteInputs::new(&[1; 2]), &mut [0; 3]), Err(Error::ShapeMismatch));
    assert_eq!(model.predict(ByteInputs::new(&[1; 3])), Err(Error::ShapeMismatch));
    assert_eq!(ByteInputs::scaled(&[1_u8], &[InputScale::ZERO; 2], &mut [0]), Err(Error::ShapeMismatch));
    assert_eq!(ByteInputs::narrowed(Inputs::new(&[1, 2]).unwrap(), &mut [0]), Err(Error::ShapeMismatch));
    let large = hingeline::Model::<2, 1>::from_parts([[127.5], [0.0]], [0.0; 2], 1.0).unwrap();
    assert_eq!(ByteModel::quantise(&large, &mut [0; 2], &mut [0; 2]).unwrap_err(), Error::WeightTooLarge);
    assert_eq!(ByteModel::quantise(&large, &mut [0; 3], &mut [0; 2]).unwrap_err(), Error::ShapeMismatch);
}

#[test]
fn a_copy_of_runtime_shape() {
    let (mut weights, mut memory) = ([0; 6], [0; 4]);
    let (mut other_weights, mut other_memory) = ([0; 6], [0; 4]);
    let mut model = DynModel::new(&mut weights, &mut memory, 2, 3).unwrap();
    model.load(&[1, 2, 3, 4, 5, 6], &[7, -8], 11).unwrap();
    let mut copy = DynModel::new(&mut other_weights, &mut other_memory, 2, 3).unwrap();
    copy.copy_from(&model).unwrap();
    assert_eq!((copy.parts(), copy.checksum()), (model.parts(), model.checksum()));
    let (mut weights, mut memory) = ([0; 6], [0; 6]);
    let mut wider = DynModel::new(&mut weights, &mut memory, 3, 2).unwrap();
    assert_eq!(wider.copy_from(&model), Err(Error::ShapeMismatch));
    assert_eq!(wider.parts(), ([0; 6].as_slice(), [0; 3].as_slice(), 13));
}

#[test]
fn a_hinge_of_whole_numbers_is_the_one_of_floats() {
    for (margin, l2) in [(0.0, 0.0), (1.0, 1e-4), (0.3, 0.25), (1_024.0, 0.499_999)] {
        let hinge = Hinge::new(margin, l2).unwrap();
        let units = (f64::from(margin) * 65_536.0 + 0.5) as u32;
        assert_eq!(Hinge::from_units(units, hinge.l2()), Ok(hinge));
    }
    assert_eq!(Hinge::from_units((1 << 26) + 1, 0), Err(Error::InvalidMargin));
}

/// At the ends of what steps, periods and exponents can be.
#[test]
fn rates_and_l2_are_those_of_their_formulas() {
    for t in [0, 1, 2, 3, 6, 7, 1 << 13, (1 << 31) - 1, 1 << 31, u32::MAX] {
        for period in [0, 1, 13, 30, 31] {
            for (exponent, last) in [(0, 0), (0, 31), (5, 7), (6, 31), (31, 31)] {
                let halvings = (1 + (u64::from(t) >> period)).ilog2();
                let expected = (u32::from(exponent) + halvings).min(last.into()) as u8;
                let schedule = Halving { exponent, period, last };
                assert_eq!(schedule.rate_exponent(t), expected, "step {t} of {schedule:?}");
            }
        }
    }
    for exponent in 0..16 {
        let strongest = (((1_u64 << 57) - 1) >> (31 - exponent)).min(u32::MAX.into()) as u32;
        for l2 in [0, 1, 858_993, strongest] {
            let schedule = Halving { exponent, period: 31, last: exponent };
            let mut sgd = Sgd::new(Hinge::from_units(1 << 16, l2).unwrap(), schedule).unwrap();
            let mut model = Model::<2, 2>::new();
            // The second step owes twice as much, of which the shrinking takes its part.
            let owed = u64::from(l2) << (31 - exponent);
            for owed in [owed, 2 * owed] {
                let step = sgd.step(&mut model, Inputs::new(&[1, 2]).unwrap(), 0).unwrap();
                assert_eq!((sgd.progress().owed, step.shrunk), (owed % (1 << 57), owed >= 1 << 57), "{exponent} {l2}");
            }
        }
        if let Some(too_strong) = strongest.checked_add(1) {
            let schedule = Halving { exponent, period: 31, last: exponent };
            let sgd = Sgd::new(Hinge::from_units(1 << 16, too_strong).unwrap(), schedule);
            assert_eq!(sgd, Err(Error::L2TooStrong), "{exponent}");
        }
    }
}
