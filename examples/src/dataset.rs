//! A data set in memory: a part to train on and a part to test on.

use hingeline::kernel::Kernel;
use hingeline::shape::{SamplesOf, Storage};
use hingeline::{AnyModel, Confusion, Error, Model, Order, Sample, Samples, Scaling, Slices};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::recipe::Recipe;

/// How a feature is stored: as it is, or as a byte, which takes a quarter of the memory and is decoded at each access.
pub trait Kept: Copy + Default + Into<f64> {
    /// The samples of a part as the library reads them.
    type Samples<'a, const F: usize>: Samples<F>
    where
        Self: 'a;

    /// The feature as it is stored.
    fn of(feature: f32) -> Self;

    /// The samples of a part, without a copy.
    ///
    /// # Errors
    /// If there is not one label for each row.
    fn samples<const F: usize>(part: &Part<F, Self>) -> Result<Self::Samples<'_, F>, Error>;
}

impl Kept for f32 {
    type Samples<'a, const F: usize> = Slices<'a, F>;

    fn of(feature: f32) -> Self {
        feature
    }

    fn samples<const F: usize>(part: &Part<F>) -> Result<Slices<'_, F>, Error> {
        Slices::new(&part.features, &part.labels)
    }
}

impl Kept for u8 {
    type Samples<'a, const F: usize> = Pictures<'a, F>;

    fn of(feature: f32) -> Self {
        feature as Self
    }

    fn samples<const F: usize>(part: &Part<F, Self>) -> Result<Pictures<'_, F>, Error> {
        if part.features.len() == part.labels.len() {
            Ok(Pictures { part, scale: Box::new([1.0; F]), buffer: Box::new([0.0; F]) })
        } else {
            Err(Error::ShapeMismatch)
        }
    }
}

/// Samples stored as bytes: decoded one at a time, with the mean image subtracted if there is one.
#[derive(Debug)]
pub struct Pictures<'a, const F: usize> {
    part: &'a Part<F, u8>,
    scale: Box<[f32; F]>,
    buffer: Box<[f32; F]>,
}

impl<const F: usize> Samples<F> for Pictures<'_, F> {
    fn len(&self) -> usize {
        self.part.labels.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        let pixels = self.part.features.get(index).ok_or(Error::IndexOutOfRange)?;
        let label = *self.part.labels.get(index).ok_or(Error::IndexOutOfRange)?;
        let scaling = match &self.part.offset {
            Some(offset) => Scaling::Features { scale: &self.scale, offset },
            None => Scaling::Set { scale: 1.0, offset: 0.0 },
        };
        scaling.decode(pixels, &mut self.buffer);
        Ok((&self.buffer, label.into()))
    }
}

/// Samples of `F` features and their labels.
#[derive(Clone, Debug, Default)]
pub struct Part<const F: usize, Q = f32> {
    /// One row per sample.
    pub features: Vec<[Q; F]>,
    /// The class of each.
    pub labels: Vec<u8>,
    /// The offset that is added to features stored as bytes.
    offset: Option<Box<[f32; F]>>,
}

impl<const F: usize, Q: Kept> Part<F, Q> {
    /// Creates a part from samples and as many labels.
    pub fn new(features: Vec<[Q; F]>, labels: Vec<u8>) -> Self {
        Self { features, labels, offset: None }
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

    /// The mean of a function of each feature, computed sample by sample in the order of memory.
    fn mean_of(&self, value: impl Fn(usize, f64) -> f64) -> Vec<f64> {
        let mut sums = vec![0.0; F];
        for x in &self.features {
            for (feature, (sum, x)) in sums.iter_mut().zip(x).enumerate() {
                *sum += value(feature, (*x).into());
            }
        }
        sums.into_iter().map(|sum| sum / self.features.len() as f64).collect()
    }

    /// The part as the library reads it, without a copy.
    ///
    /// # Errors
    /// If there is not one label for each row.
    pub fn samples(&self) -> Result<Q::Samples<'_, F>, Error> {
        Q::samples(self)
    }

    /// The confusion matrix, in a buffer of `C²` counts.
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

    /// The fraction of the samples that are classified correctly.
    ///
    /// # Errors
    /// If there is no sample, or a score is not finite.
    pub fn accuracy<const C: usize, K: Kernel>(&self, model: &Model<C, F, K>) -> Result<f64, Error> {
        let mut counts = Vec::new();
        let confusion = self.confusion(model, &mut counts)?;
        Ok(f64::from(correct(&confusion, C)) / self.labels.len() as f64)
    }
}

/// The confusion matrix, in a buffer of `C²` counts.
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

/// The number of samples that were classified correctly.
pub fn correct(confusion: &Confusion<'_>, classes: usize) -> u32 {
    (0..classes).filter_map(|class| confusion.count(class, class)).sum()
}

/// The message for a training part whose samples are all of one class.
pub fn of_one_class(samples: usize, only: &str) -> String {
    format!("each of the {samples} training samples is of class {only}; expected at least two classes")
}

/// A set of samples of `F` features.
#[derive(Clone, Debug)]
pub struct Dataset<const F: usize, Q = f32> {
    /// The name that is shown.
    pub name: String,
    /// A description of the features and of their preprocessing, which is shown.
    pub description: String,
    /// The names of the classes, in the order of the labels.
    pub classes: Vec<String>,
    /// The part to train on.
    pub train: Part<F, Q>,
    /// The validation part, empty unless samples were [set aside](Self::set_aside).
    pub validation: Part<F, Q>,
    /// The part to test on.
    pub test: Part<F, Q>,
    /// The default parameters of the set.
    pub recipe: Recipe,
}

impl<const F: usize> Dataset<F, u8> {
    /// Subtracts the mean image, which is the mean of each feature over the training part.
    pub fn subtract_mean(&mut self) {
        let mut offset = Box::new([0.0; F]);
        offset.iter_mut().zip(self.train.mean()).for_each(|(offset, mean)| *offset = -(mean as f32));
        for part in [&mut self.train, &mut self.validation, &mut self.test] {
            part.offset = Some(offset.clone());
        }
    }
}

impl<const F: usize, Q: Kept> Dataset<F, Q> {
    /// The names of the classes that have a training sample if `trained`, or else of those that have none.
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

    /// Refuses a training part of one class: whatever its features are, a model that always predicts this class is
    /// right.
    ///
    /// # Errors
    /// A message that says what is wrong.
    pub fn check_classes(&self) -> Result<(), String> {
        let all = self.train.labels.len();
        match self.names(true)[..] {
            [only] => Err(of_one_class(all, only)),
            _ => Ok(()),
        }
    }

    /// A message that names the classes without a training sample, if there are any: a trained model knows nothing of
    /// them.
    pub fn untrained(&self) -> Option<String> {
        let names = self.names(false);
        let classes = if let [_] = names[..] { "class" } else { "classes" };
        (!names.is_empty()).then(|| format!("no training sample is of {classes} {}", names.join(", ")))
    }

    /// Moves a fraction of the training part, drawn with this seed, to the validation part; at least one sample stays.
    ///
    /// # Errors
    /// A message that says what is wrong: if there are too few samples or too many to shuffle, or if those that stay
    /// are of one class.
    pub fn set_aside(&mut self, fraction: f32, seed: u64) -> Result<(), String> {
        let all = self.train.labels.len();
        let count = (f64::from(fraction) * all as f64).round() as usize;
        if count == 0 || count >= all {
            let rule = "expected at least one to set aside and one to train on";
            return Err(format!("{fraction} of {all} training samples is {count} of them; {rule}"));
        }
        let rng = &mut XorShiftRng::seed_from_u64(seed);
        let order = Order::new(all, rng).map_err(|error| format!("{all} training samples: {error}"))?;
        let [mut train, mut validation] =
            [(); 2].map(|()| Part { offset: self.train.offset.clone(), ..Part::new(Vec::new(), Vec::new()) });
        for (place, index) in order.rest().enumerate() {
            let part = if place < count { &mut validation } else { &mut train };
            part.features.push(self.train.features[index]);
            part.labels.push(self.train.labels[index]);
        }
        (self.train, self.validation) = (train, validation);
        self.check_classes()
    }
}

impl<const F: usize> Dataset<F> {
    /// Shifts and scales every feature to mean 0 and deviation 1 over the training part, and applies the same to the
    /// test part.
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
