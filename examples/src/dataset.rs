//! A data set in memory: a part to train on and a part to test on.

use hingeline::kernel::Kernel;
use hingeline::shape::{SamplesOf, Storage};
use hingeline::{AnyModel, Confusion, Error, Model, Order, Slices};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::recipe::Recipe;

/// Samples of `F` features and their labels.
#[derive(Clone, Debug, Default)]
pub struct Part<const F: usize> {
    /// One row a sample.
    pub features: Vec<[f32; F]>,
    /// The class of each.
    pub labels: Vec<u8>,
}

impl<const F: usize> Part<F> {
    /// The mean of each feature.
    fn mean(&self) -> Vec<f64> {
        self.mean_of(|_, x| x)
    }

    /// The standard deviation of each feature.
    fn deviation(&self, mean: &[f64]) -> Vec<f64> {
        let variance = self.mean_of(|feature, x| (x - mean[feature]).powi(2));
        variance.into_iter().map(f64::sqrt).collect()
    }

    /// The mean of a function of each feature, a sample after the other as they lie in memory.
    fn mean_of(&self, value: impl Fn(usize, f64) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; F];
        for x in &self.features {
            for (feature, (sum, x)) in sums.iter_mut().zip(x).enumerate() {
                *sum += value(feature, f64::from(*x));
            }
        }
        sums.into_iter().map(|sum| sum / self.features.len() as f64).collect()
    }

    /// The part as the library reads it, without a copy.
    ///
    /// # Errors
    /// If there is not one label for each row.
    pub fn samples(&self) -> Result<Slices<'_, F>, Error> {
        Slices::new(&self.features, &self.labels)
    }

    /// How often each class was taken for each, in a buffer of `C²` counts.
    ///
    /// # Errors
    /// If there is no sample, or a score is not finite.
    pub fn confusion<'a, const C: usize, K: Kernel>(
        &self,
        model: &Model<C, F, K>,
        counts: &'a mut Vec<u32>,
    ) -> Result<Confusion<'a>, Error> {
        confusion(model, &mut self.samples()?, counts)
    }

    /// The fraction of the samples whose class is predicted.
    ///
    /// # Errors
    /// If there is no sample, or a score is not finite.
    pub fn accuracy<const C: usize, K: Kernel>(&self, model: &Model<C, F, K>) -> Result<f64, Error> {
        let mut counts = Vec::new();
        let confusion = self.confusion(model, &mut counts)?;
        Ok(f64::from(correct(&confusion, C)) / self.labels.len() as f64)
    }
}

/// How often each class was taken for each, in a buffer of `C²` counts.
///
/// # Errors
/// If there is no sample, or a score is not finite.
pub fn confusion<'a, S: Storage, K: Kernel>(
    model: &AnyModel<S, K>,
    samples: &mut impl SamplesOf<S::Shape>,
    counts: &'a mut Vec<u32>,
) -> Result<Confusion<'a>, Error> {
    counts.resize(model.classes() * model.classes(), 0);
    let mut confusion = Confusion::new(counts, model.classes())?;
    confusion.add_set(model, samples)?;
    Ok(confusion)
}

/// The samples whose class was predicted.
pub fn correct(confusion: &Confusion<'_>, classes: usize) -> u32 {
    (0..classes).filter_map(|class| confusion.count(class, class)).sum()
}

/// A set of samples of `F` features.
#[derive(Clone, Debug)]
pub struct Dataset<const F: usize> {
    /// Its name, for people.
    pub name: String,
    /// What its features are and what was done to them, for people.
    pub description: String,
    /// The names of the classes, in the order of the labels.
    pub classes: Vec<String>,
    /// The part to train on.
    pub train: Part<F>,
    /// The part to choose by, empty unless some was [set aside](Self::set_aside).
    pub validation: Part<F>,
    /// The part to test on.
    pub test: Part<F>,
    /// What does well on it.
    pub recipe: Recipe,
}

impl<const F: usize> Dataset<F> {
    /// Subtracts the mean of the training part from every feature: for pictures, the mean image.
    pub fn subtract_mean(&mut self) {
        let mean = self.train.mean();
        for x in self.train.features.iter_mut().chain(&mut self.test.features) {
            for (x, mean) in x.iter_mut().zip(&mean) {
                *x = (f64::from(*x) - mean) as f32;
            }
        }
    }

    /// The names of the classes that a training sample is of, or else that none is of.
    fn names(&self, trained: bool) -> Vec<&str> {
        let mut has = vec![false; self.classes.len()];
        for &label in &self.train.labels {
            if let Some(has) = has.get_mut(usize::from(label)) {
                *has = true;
            }
        }
        let named = self.classes.iter().zip(has).filter(|(_, has)| *has == trained);
        named.map(|(name, _)| name.as_str()).collect()
    }

    /// Refuses a training part of one class: whatever its features are, a model that predicts this class is right.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn check_classes(&self) -> Result<(), String> {
        let all = self.train.labels.len();
        match self.names(true)[..] {
            [only] => {
                Err(format!("each of the {all} training samples is of class {only}; expected at least two classes"))
            }
            _ => Ok(()),
        }
    }

    /// The classes without a training sample, in words, if there are any: what is trained knows nothing of them.
    pub fn untrained(&self) -> Option<String> {
        let names = self.names(false);
        let classes = if let [_] = names[..] { "class" } else { "classes" };
        (!names.is_empty()).then(|| format!("no training sample is of {classes} {}", names.join(", ")))
    }

    /// Moves a fraction of the training part, drawn with this seed, to the validation part; at least one sample stays.
    ///
    /// # Errors
    /// What is wrong, for people: if there are too few samples, too many to be shuffled, or if those that stay are of one
    /// class.
    pub fn set_aside(&mut self, fraction: f32, seed: u64) -> Result<(), String> {
        let all = self.train.labels.len();
        let count = (f64::from(fraction) * all as f64).round() as usize;
        if count == 0 || count >= all {
            let rule = "expected at least one to set aside and one to train on";
            return Err(format!("{fraction} of {all} training samples is {count} of them; {rule}"));
        }
        let rng = &mut XorShiftRng::seed_from_u64(seed);
        let order = Order::new(all, rng).map_err(|error| format!("{all} training samples: {error}"))?;
        let (mut train, mut validation) = (Part::default(), Part::default());
        for (place, index) in order.rest().enumerate() {
            let part = if place < count { &mut validation } else { &mut train };
            part.features.push(self.train.features[index].clone());
            part.labels.push(self.train.labels[index]);
        }
        (self.train, self.validation) = (train, validation);
        self.check_classes()
    }

    /// Shifts and scales every feature to mean 0 and deviation 1 over the training part, and the test part likewise.
    ///
    /// A feature that is the same in all training samples becomes 0 in both parts.
    pub fn standardise(&mut self) {
        let mean = self.train.mean();
        let deviation = self.train.deviation(&mean);
        for x in self.train.features.iter_mut().chain(&mut self.test.features) {
            for ((x, mean), deviation) in x.iter_mut().zip(&mean).zip(&deviation) {
                let shifted = f64::from(*x) - mean;
                *x = if *deviation > 0.0 { (shifted / deviation) as f32 } else { 0.0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits::RECIPE;

    fn set(train: &[[f32; 2]], test: &[[f32; 2]]) -> Dataset<2> {
        let part = |features: &[[f32; 2]]| Part {
            features: features.to_vec(),
            labels: (0..features.len()).map(|index| index as u8).collect(),
        };
        let classes = (0..10).map(|class| class.to_string()).collect();
        let (name, description, recipe) = (String::new(), String::new(), RECIPE);
        Dataset { name, description, classes, train: part(train), validation: part(&[]), test: part(test), recipe }
    }

    #[test]
    fn standardised_features_have_mean_0_and_deviation_1_and_constant_ones_are_0() {
        let mut set = set(&[[1.0, 7.0], [3.0, 7.0]], &[[4.0, 8.0]]);
        set.standardise();
        assert_eq!(set.train.features, [[-1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(set.test.features, [[2.0, 0.0]]);
    }

    #[test]
    fn the_mean_is_that_of_the_training_part() {
        let mut set = set(&[[1.0, 7.0], [3.0, 7.0]], &[[4.0, 8.0]]);
        set.subtract_mean();
        assert_eq!(set.train.features, [[-1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(set.test.features, [[2.0, 1.0]]);
    }

    #[test]
    fn a_training_part_is_of_two_classes_and_others_are_named() {
        let mut set = set(&[[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]], &[]);
        set.classes = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        assert_eq!(
            (set.check_classes(), set.untrained().as_deref()),
            (Ok(()), Some("no training sample is of class d"))
        );
        set.train.labels = vec![3, 0, 3];
        assert_eq!(set.untrained().as_deref(), Some("no training sample is of classes b, c"));
        set.train.labels = vec![1; 3];
        let refusal = "each of the 3 training samples is of class b; expected at least two classes";
        assert_eq!(set.check_classes(), Err(refusal.to_owned()));
        set.train.labels = vec![0, 1, 2];
        set.classes.truncate(3);
        assert_eq!((set.check_classes(), set.untrained()), (Ok(()), None));
        assert!(set.set_aside(0.67, 1).is_err_and(|problem| problem.contains("each of the 1 training samples")));
    }

    #[test]
    fn each_sample_is_in_one_part_with_its_label() {
        let features: Vec<_> = (0..10_u8).map(|index| [f32::from(index); 2]).collect();
        let mut set = set(&features, &[]);
        set.set_aside(0.3, 1).expect("there are enough samples");
        assert_eq!((set.train.labels.len(), set.validation.labels.len()), (7, 3));
        let mut seen = Vec::new();
        for part in [&set.train, &set.validation] {
            for (x, &label) in part.features.iter().zip(&part.labels) {
                assert_eq!(x, &[f32::from(label); 2]);
                seen.push(label);
            }
        }
        assert!(!seen.is_sorted(), "drawn, not cut off: {seen:?}");
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
        let refusal = set.set_aside(0.01, 1).expect_err("none is set aside");
        assert!(refusal.starts_with("0.01 of 7 training samples is 0 of them; expected"), "{refusal}");
        assert!(set.set_aside(0.99, 1).is_err(), "none stays");
    }
}
