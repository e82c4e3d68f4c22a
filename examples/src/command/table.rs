//! Samples of any shape in memory, as they were read and as a model sees them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use hingeline::{DynSamples, Error};

/// Takes what a reader finds, a sample at a time.
pub trait Sink {
    /// The names of the features and of the label, before the first sample, where the source has some.
    ///
    /// # Errors
    /// What is wrong with them, for people.
    fn names(&mut self, names: &[String], label: Option<&str>) -> Result<(), String>;

    /// The names of the classes in the order that they have, before the first sample, where the source says so.
    ///
    /// # Errors
    /// What is wrong with them, for people.
    fn classes(&mut self, names: &[String]) -> Result<(), String>;

    /// A sample, with the name of its class where the source has one.
    ///
    /// # Errors
    /// What is wrong with it, for people; the reader adds the place.
    fn sample(&mut self, features: &[f32], label: Option<&str>) -> Result<(), String>;
}

/// The values of a table, sample after sample.
#[derive(Clone, Debug)]
pub enum Values {
    /// Whole numbers of 0 to 255, all of them.
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

    /// The values, whatever they are kept as.
    pub fn iter(&self) -> impl Iterator<Item = f32> {
        let (bytes, floats): (&[u8], &[f32]) = match self {
            Self::Bytes(bytes) => (bytes, &[]),
            Self::Floats(floats) => (&[], floats),
        };
        bytes.iter().map(|byte| f32::from(*byte)).chain(floats.iter().copied())
    }

    /// Adds a sample; bytes become numbers of four bytes with the first value that is none.
    fn push(&mut self, features: &[f32]) {
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

    /// Sample `index` of so many features, as numbers.
    fn copy_to(&self, index: usize, x: &mut [f32]) -> Result<(), Error> {
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
    /// The features of a sample.
    pub width: usize,
    /// Those of all samples.
    pub values: Values,
    /// The class of each sample.
    pub labels: Vec<u16>,
    /// The names of the classes, in the order of the labels.
    pub classes: Vec<String>,
    /// The names of the features.
    pub features: Vec<String>,
    /// The name of the label's column, if it has one.
    pub label: Option<String>,
}

impl Table {
    /// The samples of each class.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for label in &self.labels {
            counts[usize::from(*label)] += 1;
        }
        counts
    }

    /// Sample `index` in a buffer.
    pub fn row(&self, index: usize) -> Vec<f32> {
        let mut x = vec![0.0; self.width];
        // An index of the table.
        let _ = self.values.copy_to(index, &mut x);
        x
    }

    /// The samples with these indices.
    pub fn select(&self, indices: &[usize]) -> Self {
        let values = match &self.values {
            Values::Bytes(bytes) => Values::Bytes(self.rows(bytes, indices)),
            Values::Floats(floats) => Values::Floats(self.rows(floats, indices)),
        };
        let labels = indices.iter().map(|index| self.labels[*index]).collect();
        let (classes, features, label) = (self.classes.clone(), self.features.clone(), self.label.clone());
        Self { width: self.width, values, labels, classes, features, label }
    }

    fn rows<T: Copy>(&self, values: &[T], indices: &[usize]) -> Vec<T> {
        indices.iter().flat_map(|index| &values[index * self.width..][..self.width]).copied().collect()
    }
}

/// What standardises features: `z = (x − mean) · factor`, as the library's [`Standardiser`](hingeline::Standardiser).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Scaler {
    /// What is subtracted from each feature.
    pub mean: Vec<f32>,
    /// What each feature is multiplied with then; 0 for one that is the same in all samples.
    pub factor: Vec<f32>,
}

impl Scaler {
    /// Of mean 0 and deviation 1 over a table.
    pub fn of(table: &Table) -> Self {
        let samples = table.labels.len() as f64;
        let mean_of = |value: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; table.width];
            for (place, x) in table.values.iter().enumerate() {
                let feature = place % table.width;
                sums[feature] += value(feature, x.into());
            }
            sums.into_iter().map(|sum| sum / samples).collect::<Vec<f64>>()
        };
        let mean = mean_of(&|_, x| x);
        let variance = mean_of(&|feature, x| (x - mean[feature]).powi(2));
        let factor = variance.into_iter().map(|variance| 1.0 / variance.sqrt() as f32);
        Self {
            mean: mean.iter().map(|mean| *mean as f32).collect(),
            factor: factor.map(|factor| if factor.is_finite() { factor } else { 0.0 }).collect(),
        }
    }

    /// What changes nothing.
    pub fn none(width: usize) -> Self {
        Self { mean: vec![0.0; width], factor: vec![1.0; width] }
    }

    /// Whether it changes nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::none(self.mean.len())
    }

    /// Standardises a sample in place.
    pub fn apply(&self, x: &mut [f32]) {
        for ((x, mean), factor) in x.iter_mut().zip(&self.mean).zip(&self.factor) {
            *x = (*x - mean) * factor;
        }
    }
}

/// A table as a model sees it: standardised, once for all where values are numbers of four bytes, and at each visit
/// where they are bytes, which take a quarter of the memory.
#[derive(Clone, Debug)]
pub struct Standardised<'a> {
    values: &'a Values,
    labels: &'a [u16],
    /// What is left to be done at each visit.
    scaler: Option<&'a Scaler>,
    width: usize,
    buffer: Vec<f32>,
}

impl<'a> Standardised<'a> {
    /// Standardises what can be, in place.
    pub fn new(table: &'a mut Table, scaler: &'a Scaler) -> Self {
        if let Values::Floats(floats) = &mut table.values {
            floats.chunks_exact_mut(table.width).for_each(|x| scaler.apply(x));
        }
        Self::resume(table, scaler)
    }

    /// Of a table that [`new`](Self::new) had already.
    pub fn resume(table: &'a Table, scaler: &'a Scaler) -> Self {
        let scaler = matches!(table.values, Values::Bytes(_)).then_some(scaler);
        let Table { width, ref values, ref labels, .. } = *table;
        Self { values, labels, scaler, width, buffer: vec![0.0; width] }
    }
}

impl DynSamples for Standardised<'_> {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        let label = *self.labels.get(index).ok_or(Error::IndexOutOfRange)?;
        self.values.copy_to(index, &mut self.buffer)?;
        if let Some(scaler) = self.scaler {
            scaler.apply(&mut self.buffer);
        }
        Ok((&self.buffer, label.into()))
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        let Values::Floats(floats) = self.values else { return None };
        let label = *self.labels.get(index)?;
        Some((floats.get(index.checked_mul(self.width)?..)?.get(..self.width)?, label.into()))
    }
}

/// Collects a table.
#[derive(Debug)]
pub struct Builder {
    values: Values,
    labels: Vec<u16>,
    /// Classes by name, as they came up.
    known: HashMap<String, u16>,
    classes: Vec<String>,
    features: Option<Vec<String>>,
    /// The name of the label's column.
    label: Option<String>,
    width: Option<usize>,
    /// Classes and their order are known: there is no other one.
    closed: bool,
    /// The bytes that values may take.
    limit: usize,
}

/// No label is larger.
const MOST_CLASSES: usize = 1 << 16;

impl Builder {
    /// A table of whatever comes.
    pub fn new(limit: usize) -> Self {
        Self {
            values: Values::Bytes(Vec::new()),
            labels: Vec::new(),
            known: HashMap::new(),
            classes: Vec::new(),
            features: None,
            label: None,
            width: None,
            closed: false,
            limit,
        }
    }

    /// A table of these classes and features and of no others.
    pub fn closed(classes: &[String], features: &[String], limit: usize) -> Self {
        Self {
            known: classes.iter().cloned().zip(0..).collect(),
            classes: classes.to_vec(),
            features: Some(features.to_vec()),
            width: Some(features.len()),
            closed: true,
            ..Self::new(limit)
        }
    }

    /// The table, its classes in the order of their names: of numbers, if all of them are.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn finish(self) -> Result<Table, String> {
        let Self { values, mut labels, classes, features, label, width, closed, .. } = self;
        let (Some(width), false) = (width, labels.is_empty()) else {
            return Err("it has no sample; expected at least one".to_owned());
        };
        let mut order: Vec<u16> = (0..=u16::MAX).take(classes.len()).collect();
        if !closed {
            sort(&mut order, &classes);
        }
        let mut place = vec![0; classes.len()];
        for (new, old) in (0..).zip(&order) {
            place[usize::from(*old)] = new;
        }
        labels.iter_mut().for_each(|label| *label = place[usize::from(*label)]);
        let classes = order.iter().map(|class| classes[usize::from(*class)].clone()).collect();
        let features = features.unwrap_or_else(|| (0..width).map(|feature| format!("x{feature}")).collect());
        Ok(Table { width, values, labels, classes, features, label })
    }

    fn label(&mut self, name: &str) -> Result<u16, String> {
        let name = &*class_name(name);
        if let Some(label) = self.known.get(name) {
            return Ok(*label);
        }
        if is_missing(name) {
            return Err(format!("the label is missing: {name:?}; expected the name of a class"));
        }
        if self.closed {
            return Err(format!("the label {name:?}; expected one of {}", listed(&self.classes)));
        }
        if !name.chars().all(hingeline_console::is_plain) {
            return Err(format!("the label {name:?} has a character that acts on terminals"));
        }
        let label = u16::try_from(self.classes.len())
            .map_err(|_| format!("more than {MOST_CLASSES} labels; is the label in this column?"))?;
        self.known.insert(name.to_owned(), label);
        self.classes.push(name.to_owned());
        Ok(label)
    }
}

impl Sink for Builder {
    fn names(&mut self, names: &[String], label: Option<&str>) -> Result<(), String> {
        check_names(names)?;
        self.label = label.map(str::to_owned);
        match &self.features {
            None => self.features = Some(names.to_vec()),
            Some(own) if own.as_slice() == names => {}
            Some(own) => {
                return Err(format!("features {}; expected {}", listed(names), listed(own)));
            }
        }
        Ok(())
    }

    fn classes(&mut self, names: &[String]) -> Result<(), String> {
        if self.closed {
            return Ok(());
        }
        for name in names {
            self.label(name)?;
        }
        self.closed = true;
        Ok(())
    }

    fn sample(&mut self, features: &[f32], label: Option<&str>) -> Result<(), String> {
        if features.is_empty() {
            return Err("it has no feature; expected at least one".to_owned());
        }
        let width = *self.width.get_or_insert(features.len());
        if features.len() != width {
            return Err(format!("{} features; expected {width}", features.len()));
        }
        let label = self.label(label.ok_or("it has no label")?)?;
        self.values.push(features);
        self.labels.push(label);
        if self.values.size() > self.limit {
            let limit = self.limit as f64 / 1e9;
            return Err(format!("{limit:.1} GB of values so far; --memory GB allows more, if there is so much"));
        }
        Ok(())
    }
}

/// Refuses names that act on terminals, and those that two features have.
///
/// # Errors
/// What is wrong with them, for people.
pub fn check_names(names: &[String]) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        if !name.chars().all(hingeline_console::is_plain) {
            return Err(format!("the name {name:?} has a character that acts on terminals"));
        }
        if !seen.insert(name) {
            return Err(format!("two are named {name:?}; expected different names"));
        }
    }
    Ok(())
}

/// A class by the name that it has in all formats: a whole number is written without a point or a sign for above 0.
pub fn class_name(text: &str) -> Cow<'_, str> {
    let is_number = text.contains(['.', '+', 'e', 'E']);
    match text.parse::<f64>() {
        Ok(number) if is_number && number.fract() == 0.0 && number.abs() < 1e15 => {
            Cow::Owned((number as i64).to_string())
        }
        _ => Cow::Borrowed(text),
    }
}

/// What people write where they have no value.
pub fn is_missing(cell: &str) -> bool {
    matches!(cell.to_ascii_lowercase().as_str(), "" | "?" | "na" | "nan" | "n/a")
}

/// By number where all names are numbers, else by name.
fn sort(order: &mut [u16], classes: &[String]) {
    let numbers: Option<Vec<f64>> = classes.iter().map(|name| name.parse().ok()).collect();
    match numbers {
        Some(numbers) => order.sort_by(|a, b| numbers[usize::from(*a)].total_cmp(&numbers[usize::from(*b)])),
        None => order.sort_by(|a, b| classes[usize::from(*a)].cmp(&classes[usize::from(*b)])),
    }
}

/// The first names of a list.
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
