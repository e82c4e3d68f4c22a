//! Samples of any shape in memory, as they were read.

use hingeline::Error;

/// The values of a table, sample after sample.
#[derive(Clone, Debug)]
pub enum Values {
    /// Bytes, if all values are whole numbers from 0 to 255.
    Bytes(Vec<u8>),
    /// Anything else.
    Floats(Vec<f32>),
}

impl Values {
    /// The bytes that they take.
    pub fn size(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Floats(floats) => size_of_val(floats.as_slice()),
        }
    }

    /// The values, however they are stored.
    pub fn iter(&self) -> impl Iterator<Item = f32> {
        let (bytes, floats): (&[u8], &[f32]) = match self {
            Self::Bytes(bytes) => (bytes, &[]),
            Self::Floats(floats) => (&[], floats),
        };
        bytes.iter().map(|byte| f32::from(*byte)).chain(floats.iter().copied())
    }

    /// Adds a sample. The first value that is not a byte turns all values into numbers of four bytes.
    pub fn push(&mut self, features: &[f32]) {
        if let Self::Bytes(bytes) = self {
            if features.iter().all(|x| f32::from(*x as u8) == *x) {
                bytes.extend(features.iter().map(|x| *x as u8));
                return;
            }
            *self = Self::Floats(bytes.iter().map(|byte| f32::from(*byte)).collect());
        }
        if let Self::Floats(floats) = self {
            floats.extend_from_slice(features);
        }
    }

    /// Copies sample `index` to `x`, whose length is the number of features.
    ///
    /// # Errors
    /// [`Error::IndexOutOfRange`] if there is no such sample.
    pub fn copy_to(&self, index: usize, x: &mut [f32]) -> Result<(), Error> {
        let place = index.checked_mul(x.len()).ok_or(Error::IndexOutOfRange)?;
        let range = place..place.saturating_add(x.len());
        match self {
            Self::Bytes(bytes) => {
                let bytes = bytes.get(range).ok_or(Error::IndexOutOfRange)?;
                x.iter_mut().zip(bytes).for_each(|(x, byte)| *x = f32::from(*byte));
            }
            Self::Floats(floats) => x.copy_from_slice(floats.get(range).ok_or(Error::IndexOutOfRange)?),
        }
        Ok(())
    }
}

/// Samples and their classes.
#[derive(Clone, Debug)]
pub struct Table {
    /// The number of features of a sample.
    pub width: usize,
    /// The features of all samples.
    pub values: Values,
    /// The class of each sample.
    pub labels: Vec<u16>,
    /// The group of each sample, if samples have groups: a group is never divided.
    pub groups: Option<Vec<u32>>,
    /// The names of the classes, in the order of the labels.
    pub classes: Vec<String>,
    /// The names of the features.
    pub features: Vec<String>,
    /// The name of the label's column, if it has one.
    pub label: Option<String>,
}

impl Table {
    /// The number of samples of each class.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for label in &self.labels {
            counts[usize::from(*label)] += 1;
        }
        counts
    }

    /// The samples with these indices.
    pub fn select(&self, indices: &[usize]) -> Self {
        let values = match &self.values {
            Values::Bytes(bytes) => Values::Bytes(self.rows(bytes, indices)),
            Values::Floats(floats) => Values::Floats(self.rows(floats, indices)),
        };
        let labels = indices.iter().map(|index| self.labels[*index]).collect();
        let of = |groups: &Vec<u32>| indices.iter().map(|index| groups[*index]).collect();
        let groups = self.groups.as_ref().map(of);
        let (classes, features, label) = (self.classes.clone(), self.features.clone(), self.label.clone());
        Self { width: self.width, values, labels, groups, classes, features, label }
    }

    fn rows<T: Copy>(&self, values: &[T], indices: &[usize]) -> Vec<T> {
        indices.iter().flat_map(|index| &values[index * self.width..][..self.width]).copied().collect()
    }
}
