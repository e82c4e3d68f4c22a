//! Samples in memory are processed several at once, others one by one: the results are the same to the bit, refusals
//! included.

use hingeline::kernel::{Kernel, Work};
use hingeline::{
    Constant, Decoded, Error, Gradient, GradientDescent, Hinge, Model, Samples, Selected, Slices, Stopped,
};
use hingeline_host_tests::generate;
use hingeline_host_tests::kernels::{say_skipped, to_test};

const C: usize = 7;
const F: usize = 19;

/// Runs a check on every kernel that this processor has.
macro_rules! on_every_kernel {
    ($($check:ident),*) => {
        $(
            #[test]
            #[allow(non_camel_case_types)]
            fn $check() {
                struct Check;
                impl Work for Check {
                    type Output = ();
                    fn run<K: Kernel>(self, kernel: K) {
                        self::checks::$check(kernel);
                    }
                }
                for choice in to_test() {
                    if let Err(error) = choice.run(Check) {
                        say_skipped(choice.name(), error);
                    }
                }
            }
        )*
    };
}

on_every_kernel!(sets_in_memory_and_decoded_ones, refusals_of_the_first_at_fault, batch_scores, batch_scores_refused);

/// The result of a pass over a set: the loss or the refusal, and the bits of the gradient or of the stepped model.
type Outcome = (Result<u32, Stopped>, Vec<u32>);

fn bits_of(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn outcomes<K: Kernel>(model: &Model<C, F, K>, samples: &mut dyn Samples<F>) -> [Outcome; 3] {
    let hinge = Hinge::new(1.0, 1e-2).unwrap();
    let bits = |loss: f32| loss.to_bits();
    let mut gradient = Gradient::new();
    let loss = hinge.gradient(model, samples, &mut gradient).map(bits);
    // After a refusal the content of the buffer is unspecified, and may differ.
    let of_gradient = if loss.is_ok() { bits_of(gradient.weights().as_flattened()) } else { Vec::new() };
    let mut stepped = model.clone();
    let mut descent = GradientDescent::new(hinge, Constant { rate: 0.1 }, &mut gradient).unwrap();
    let step = descent.step(&mut stepped, samples).map(|step| bits(step.data_loss));
    let of_step = bits_of(stepped.weights().as_flattened());
    [(hinge.loss(model, samples).map(bits), Vec::new()), (loss, of_gradient), (step, of_step)]
}

mod checks {
    use super::*;

    fn model<K: Kernel>(kernel: K, seed: u64) -> Model<C, F, K> {
        generate::on_kernel(kernel, &generate::model::<C, F>(&mut generate::rng(seed), 0.7, generate::ordinary))
    }

    /// Asserts equal outcomes for a set in memory, a decoded set, and a set selected sample by sample.
    fn assert_equal_outcomes<K: Kernel>(model: &Model<C, F, K>, features: &[[f32; F]], labels: &[usize], what: &str) {
        let mut resident = Slices::new(features, labels).unwrap();
        let mut buffer = [0.0; F];
        let decode = |index: usize, x: &mut [f32; F]| {
            *x = features[index];
            Ok(labels[index])
        };
        let mut decoded = Decoded::new(features.len(), &mut buffer, decode);
        assert_eq!(decoded.resident(0), None);
        let expected = outcomes(model, &mut decoded);
        assert_eq!(outcomes(model, &mut resident), expected, "{}, {what}", K::NAME);
        let indices: Vec<_> = (0..features.len()).collect();
        assert_eq!(outcomes(model, &mut Selected::new(&mut resident, &indices)), expected, "{}, {what}", K::NAME);
    }

    pub(super) fn sets_in_memory_and_decoded_ones<K: Kernel>(kernel: K) {
        for count in 0..=40 {
            let seed = count as u64;
            let set = generate::Set::<F>::draw(&mut generate::rng(seed), count, C, generate::ordinary);
            let what = format!("{count} samples, seed {seed}");
            assert_equal_outcomes(&model(kernel, seed), &set.features, &set.labels, &what);
        }
    }

    pub(super) fn refusals_of_the_first_at_fault<K: Kernel>(kernel: K) {
        let set = generate::Set::<F>::draw(&mut generate::rng(5), 21, C, generate::ordinary);
        let model = model(kernel, 5);
        for first in 0..21 {
            for second in first..21 {
                let (mut features, mut labels) = (set.features.clone(), set.labels.clone());
                let what = format!("faults at {first} and {second}, seed 5");
                // A NaN before a wrong label, and vice versa; and both at once, where the label is reported first.
                features[second][3] = f32::NAN;
                labels[first] = C;
                let refusal = Hinge::new(1.0, 0.0).unwrap().loss(&model, &mut Slices::new(&features, &labels).unwrap());
                assert_eq!(refusal, Err(Stopped { error: Error::LabelOutOfRange, sample: Some(first) }), "{what}");
                assert_equal_outcomes(&model, &features, &labels, &what);
                features.swap(first, second);
                labels.swap(first, second);
                assert_equal_outcomes(&model, &features, &labels, &what);
            }
        }
        // A selection with an index outside the set: the samples before it are evaluated first.
        let mut all = Slices::new(&set.features, &set.labels).unwrap();
        let mut selected = Selected::new(&mut all, &[0, 1, 2, 21, 3]);
        let refusal = Hinge::new(1.0, 0.0).unwrap().loss(&model, &mut selected);
        assert_eq!(refusal, Err(Stopped { error: Error::IndexOutOfRange, sample: Some(3) }));
    }

    pub(super) fn batch_scores<K: Kernel>(kernel: K) {
        for count in 0..=40 {
            let set = generate::Set::<F>::draw(&mut generate::rng(count as u64), count, C, generate::ordinary);
            let model = model(kernel, 1);
            let mut scores = vec![[7.0; C]; count];
            model.batch_scores(&set.features, &mut scores).unwrap();
            for (index, (x, scores)) in set.features.iter().zip(&scores).enumerate() {
                let mut expected = [0.0; C];
                model.scores(x, &mut expected).unwrap();
                assert_eq!(bits_of(scores), bits_of(&expected), "{}, sample {index} of {count}", K::NAME);
            }
        }
    }

    pub(super) fn batch_scores_refused<K: Kernel>(kernel: K) {
        let model = model(kernel, 1);
        let set = generate::Set::<F>::draw(&mut generate::rng(1), 21, C, generate::ordinary);
        for rows in [0, 20, 22] {
            let mut scores = vec![[7.0; C]; rows];
            assert_eq!(model.batch_scores(&set.features, &mut scores), Err(Error::ShapeMismatch.into()));
            assert_eq!(scores, vec![[7.0; C]; rows]);
        }
        for first in 0..21 {
            let mut features = set.features.clone();
            features[first][7] = f32::INFINITY;
            features[20][0] = f32::NAN;
            let refusal = model.batch_scores(&features, &mut [[7.0; C]; 21]);
            assert_eq!(refusal, Err(Stopped { error: Error::NonFiniteScore, sample: Some(first) }), "{}", K::NAME);
        }
    }
}
