//! A data set in memory: a part to train on and a part to test on.

use hingeline::kernel::Kernel;
use hingeline::{Error, Model, Order, Slices};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::recipe::Recipe;

/// Samples and their labels.
#[derive(Clone, Debug, Default)]
pub struct Part<const F: usize> {
    /// One row a sample.
    pub features: Vec<[f32; F]>,
    /// The class of each.
    pub labels: Vec<u8>,
}

impl<const F: usize> Part<F> {
    /// The part as the library reads it, without a copy.
    ///
    /// # Errors
    /// If there is not one label for each row.
    pub fn samples(&self) -> Result<Slices<'_, F>, Error> {
        Slices::new(&self.features, &self.labels)
    }

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

    /// How often each class (row) was predicted as each class (column).
    ///
    /// # Errors
    /// If a score is not finite.
    pub fn confusion<const C: usize, K: Kernel>(&self, model: &Model<C, F, K>) -> Result<[[u32; C]; C], Error> {
        let mut counts = [[0; C]; C];
        for (x, &label) in self.features.iter().zip(&self.labels) {
            let row = counts.get_mut(usize::from(label)).ok_or(Error::LabelOutOfRange)?;
            row[model.predict(x)?] += 1;
        }
        Ok(counts)
    }

    /// The fraction of the samples whose class is predicted.
    ///
    /// # Errors
    /// If a score is not finite.
    pub fn accuracy<const C: usize, K: Kernel>(&self, model: &Model<C, F, K>) -> Result<f64, Error> {
        let counts = self.confusion(model)?;
        let right: u32 = (0..C).map(|class| counts[class][class]).sum();
        Ok(f64::from(right) / self.labels.len() as f64)
    }
}

/// A set of `F` features a sample.
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

    /// Moves a fraction of the training part, drawn with this seed, to the validation part; at least one sample stays.
    ///
    /// # Errors
    /// If there are too few samples, or too many to be shuffled.
    pub fn set_aside(&mut self, fraction: f32, seed: u64) -> Result<(), Error> {
        let count = (f64::from(fraction) * self.train.labels.len() as f64).round() as usize;
        if count == 0 || count >= self.train.labels.len() {
            return Err(Error::EmptySet);
        }
        let mut order = Order::new(self.train.labels.len(), &mut XorShiftRng::seed_from_u64(seed))?;
        let (mut train, mut validation) = (Part::default(), Part::default());
        for index in 0..self.train.labels.len() {
            let part = if index < count { &mut validation } else { &mut train };
            part.features.push(self.train.features[order.index()]);
            part.labels.push(self.train.labels[order.index()]);
            order.skip();
        }
        (self.train, self.validation) = (train, validation);
        Ok(())
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
        let (name, description, classes, recipe) = (String::new(), String::new(), vec![], RECIPE);
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
        assert_eq!(set.set_aside(0.01, 1), Err(Error::EmptySet));
        assert_eq!(set.set_aside(0.99, 1), Err(Error::EmptySet));
    }
}
