//! A data set in memory: a part to train on and a part to test on.

use hingeline::kernel::Kernel;
use hingeline::{Error, Model, Slices};

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
    pub name: &'static str,
    /// What its features are and what was done to them, for people.
    pub description: &'static str,
    /// The names of the classes, in the order of the labels.
    pub classes: &'static [&'static str],
    /// The part to train on.
    pub train: Part<F>,
    /// The part to test on.
    pub test: Part<F>,
}

impl<const F: usize> Dataset<F> {
    /// Shifts and scales every feature to mean 0 and deviation 1 over the training part, and the test part likewise.
    ///
    /// A feature that is the same in all training samples becomes 0 in both parts.
    pub fn standardise(&mut self) {
        for feature in 0..F {
            let (mean, deviation) = moments(self.train.features.iter().map(|x| x[feature]));
            for x in self.train.features.iter_mut().chain(&mut self.test.features) {
                let shifted = f64::from(x[feature]) - mean;
                x[feature] = if deviation > 0.0 { (shifted / deviation) as f32 } else { 0.0 };
            }
        }
    }
}

/// Mean and standard deviation, by the textbook's two passes.
fn moments(values: impl Iterator<Item = f32> + Clone) -> (f64, f64) {
    let count = values.clone().count() as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / count;
    let squares = values.map(|value| (f64::from(value) - mean).powi(2));
    (mean, (squares.sum::<f64>() / count).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_features_have_mean_0_and_deviation_1_and_constant_ones_are_0() {
        let part = |features: &[[f32; 2]]| Part { features: features.to_vec(), labels: vec![0; features.len()] };
        let mut set = Dataset {
            name: "",
            description: "",
            classes: &[],
            train: part(&[[1.0, 7.0], [3.0, 7.0]]),
            test: part(&[[4.0, 8.0]]),
        };
        set.standardise();
        assert_eq!(set.train.features, [[-1.0, 0.0], [1.0, 0.0]]);
        assert_eq!(set.test.features, [[2.0, 0.0]]);
    }
}
