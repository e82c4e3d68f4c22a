//! The choice of a kernel: by the target, by force, by detecting the processor.
//!
//! The checks of the repository run this once for each condition, and on emulated processors, with two variables for
//! the expected result: `HINGELINE_CHOSEN` at compile time, `HINGELINE_BEST` at run time. On emulated processors a
//! third variable, `HINGELINE_ONLY`, names the kernel that tests of training run on.

use std::env;

use hingeline::kernel::{CHOSEN, Choice, Chosen, Kernel, Portable, Work, fingerprint, self_check};
use hingeline::{Error, Model, integer};
use hingeline_host_tests::kernels::{of_this_architecture, say_skipped};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

struct Name;

impl Work for Name {
    type Output = &'static str;

    fn run<K: Kernel>(self, _kernel: K) -> &'static str {
        K::NAME
    }
}

/// The kernel for the conditions at compile time, by the documentation's table.
fn expected_of_target() -> &'static str {
    match () {
        () if cfg!(hingeline_kernel = "portable") => "portable",
        () if cfg!(hingeline_kernel = "scalar") => "scalar",
        () if cfg!(hingeline_kernel = "sse2") => "sse2",
        () if cfg!(hingeline_kernel = "avx2") => "avx2",
        () if cfg!(hingeline_kernel = "avx512") => "avx512",
        () if cfg!(target_arch = "aarch64") => "neon",
        () if cfg!(target_feature = "simd128") => "simd128",
        () if !cfg!(target_arch = "x86_64") => "portable",
        () if cfg!(all(target_feature = "avx512f", target_feature = "avx512vl")) => "avx512",
        () if cfg!(target_feature = "avx2") => "avx2",
        () => "sse2",
    }
}

#[test]
fn the_target_or_the_force_chooses_at_compile_time() {
    assert_eq!(Chosen::NAME, expected_of_target());
    assert_eq!(Choice::CHOSEN.name(), Chosen::NAME);
    assert_eq!(Choice::CHOSEN.run(Name), Ok(Chosen::NAME));
    assert_eq!(size_of_val(&CHOSEN), 0, "a token costs nothing");
    if let Ok(expected) = env::var("HINGELINE_CHOSEN") {
        assert_eq!(Chosen::NAME, expected);
    }
}

#[test]
fn the_processor_chooses_at_run_time_unless_one_is_forced() {
    let forced = cfg!(any(
        hingeline_kernel = "portable",
        hingeline_kernel = "scalar",
        hingeline_kernel = "sse2",
        hingeline_kernel = "avx2",
        hingeline_kernel = "avx512"
    ));
    let available: Vec<_> = Choice::ALL.into_iter().filter(|choice| choice.is_available()).map(Choice::name).collect();
    eprintln!("kernels of this processor: {}", available.join(", "));
    let best = if forced { Chosen::NAME } else { available.last().unwrap() };
    assert_eq!(Choice::best().name(), best);
    assert_eq!(Choice::best(), Choice::best());
    if let Ok(expected) = env::var("HINGELINE_BEST") {
        assert_eq!(Choice::best().name(), expected);
    }
}

/// Compared with the standard library, which detects the processor's features in its own way.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_kernel_is_available_where_the_processor_has_its_instructions() {
    use hingeline::kernel::{Avx2, Avx512};

    let has_avx2 = std::arch::is_x86_feature_detected!("avx2");
    let has_avx512 = std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("avx512vl");
    let conditions =
        [(Choice::Portable, true), (Choice::Sse2, true), (Choice::Avx2, has_avx2), (Choice::Avx512, has_avx512)];
    for (choice, available) in conditions {
        assert_eq!(choice.is_available(), available, "{choice:?}");
        let expected = if available { Ok(choice.name()) } else { Err(Error::KernelUnavailable) };
        assert_eq!(choice.run(Name), expected);
    }
    assert_eq!(Avx2::new().err(), (!has_avx2).then_some(Error::KernelUnavailable));
    assert_eq!(Avx512::new().err(), (!has_avx512).then_some(Error::KernelUnavailable));
}

#[test]
fn kernels_of_another_target_are_refused() {
    let here: Vec<_> = of_this_architecture().collect();
    for choice in Choice::ALL.into_iter().filter(|choice| !here.contains(choice)) {
        assert_eq!(choice.run(Name), Err(Error::KernelUnavailable), "{choice:?}");
    }
}

/// If the fingerprint has changed, prints the value to record in `core/src/kernel/self_check.rs`.
#[test]
fn the_self_check_accepts_every_kernel() {
    struct Checked;
    impl Work for Checked {
        type Output = (u64, Result<(), Error>);
        fn run<K: Kernel>(self, kernel: K) -> Self::Output {
            (fingerprint(kernel), self_check(kernel))
        }
    }
    for choice in of_this_architecture() {
        match choice.run(Checked) {
            Ok((found, checked)) => assert_eq!(checked, Ok(()), "{choice:?}: FINGERPRINT is {found:#018x}"),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// The portable model is as small as the formula says. A kernel may require aligned weights, and then they are aligned.
#[test]
fn models_start_where_their_kernel_wants_them() {
    assert_eq!(Model::<3, 5, Portable>::SIZE, 4 * (3 * 5 + 3 + 3));
    assert_eq!(align_of::<Model<3, 5, Portable>>(), 4);

    struct Weights;
    impl Work for Weights {
        type Output = (usize, usize, usize);
        fn run<K: Kernel>(self, kernel: K) -> Self::Output {
            let model = Box::new(Model::<3, 16, K>::on(kernel));
            let weights: *const _ = model.weights();
            (align_of_val(&*model), weights.addr() % align_of_val(&*model), Model::<3, 16, K>::SIZE)
        }
    }
    for choice in of_this_architecture() {
        let alignment = match choice {
            Choice::Avx2 => 32,
            Choice::Avx512 => 64,
            _ => 4,
        };
        match choice.run(Weights) {
            Ok(model) => assert_eq!(model, (alignment, 0, 216_usize.next_multiple_of(alignment)), "{choice:?}"),
            Err(error) => say_skipped(choice.name(), error),
        }
    }
}

/// Scores of random models in integers, one by one and of batches of 1 to 19 samples, and the models after a step, some
/// of whose weights and biases are clamped: for all small shapes and some long rows, at any address, at rates with and
/// without rounding.
struct InIntegers;

impl Work for InIntegers {
    type Output = Vec<(Vec<i32>, integer::SgdStep, u64, Vec<i32>)>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let mut rng = XorShiftRng::seed_from_u64(5);
        let mut results = Vec::new();
        let small = (2..10).flat_map(|classes| (1..70).map(move |features| (classes, features)));
        let long = (2..10).flat_map(|classes| [256, 272, 300, 400, 784].map(|features| (classes, features)));
        for (classes, features) in small.chain(long) {
            let odd = (rng.next_u32() % 16) as usize;
            let mut memory = (vec![0; odd + classes * features], vec![0; 2 * classes]);
            // Of half the range, or of all of it, which a step clamps.
            let half = rng.next_u32() % 2;
            let limit = ((1 << 22) / features).min(32_767) as i16;
            let weights = (0..classes * features).map(|_| (rng.next_u32() as i16).clamp(-limit, limit) >> half);
            let weights: Vec<i16> = weights.collect();
            let bias = (0..classes).map(|_| (rng.next_u32().cast_signed() >> 1).clamp(-(1 << 28), 1 << 28) >> half);
            let bias: Vec<i32> = bias.collect();
            let x: Vec<i16> = (0..odd + features).map(|_| i16::from(rng.next_u32() as i8)).collect();
            let mut model =
                integer::DynModel::on(kernel, &mut memory.0[odd..], &mut memory.1, classes, features).unwrap();
            model.load(&weights, &bias, 13).unwrap();
            let x = integer::Inputs::new(&x[odd..]).unwrap();
            let mut scores = vec![0; classes];
            model.scores(x, &mut scores).unwrap();
            let others: Vec<Vec<i16>> =
                (0..features % 19).map(|_| (0..features).map(|_| i16::from(rng.next_u32() as i8)).collect()).collect();
            let samples: Vec<_> =
                [x].into_iter().chain(others.iter().map(|x| integer::Inputs::new(x).unwrap())).collect();
            let mut of_batch = vec![0; samples.len() * classes];
            model.batch_scores(&samples, &mut of_batch).unwrap();
            assert_eq!(of_batch[..classes], scores, "the first sample is the one above");
            scores.extend(of_batch);
            let schedule = integer::Halving { exponent: 5 + (features % 8) as u8, period: 13, last: 12 };
            let mut sgd = integer::Sgd::new(integer::Hinge::new(1.0, 1e-4).unwrap(), schedule).unwrap();
            let step = sgd.step(&mut model, x, rng.next_u32() as usize % classes).unwrap();
            let bytes: Vec<i8> = (0..odd + (classes + 1) * features).map(|_| rng.next_u32() as i8).collect();
            let (x, weights) = bytes[odd..].split_at(features);
            let by_bytes = integer::ByteModel::on(kernel, weights, &bias, features, 6).unwrap();
            let mut of_bytes = vec![0; classes];
            by_bytes.scores(integer::ByteInputs::new(x), &mut of_bytes).unwrap();
            results.push((scores, step, model.checksum(), of_bytes));
        }
        results
    }
}

#[test]
fn integers_are_those_of_the_definition() {
    let expected = InIntegers.run(Portable);
    let clamped = |step: &integer::SgdStep| step.clamped > 0;
    assert!(expected.iter().filter(|(_, step, ..)| clamped(step)).count() > expected.len() / 10);
    assert!(expected.iter().filter(|(_, step, ..)| !clamped(step)).count() > expected.len() / 10);
    for choice in Choice::ALL.into_iter().filter(|choice| choice.is_available()) {
        let own = choice.run(InIntegers).unwrap();
        assert_eq!(own.len(), expected.len());
        for (index, (own, expected)) in own.iter().zip(&expected).enumerate() {
            assert_eq!(own, expected, "{choice:?}, shape {index}");
        }
    }
}
