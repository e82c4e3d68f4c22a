//! Collects the samples that readers find, one by one, in a table.

use std::collections::HashMap;

use super::names::{check_names, class_name, is_missing, listed};
use super::table::{Table, Values};

/// What is known about the next sample besides features and label.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The group that it belongs to, such as a recording or its wearer: samples of one group are never divided.
    pub group: Option<&'a str>,
    /// The time of a reading.
    pub time: Option<f64>,
    /// The place of a window.
    pub window: Placed,
}

/// Where a window is in its recording.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placed {
    /// Whether it is the first one of a recording or after a gap.
    pub fresh: bool,
    /// The number of the stretch of one class that contains its newest reading.
    pub stretch: usize,
    /// Whether it contains more than one class.
    pub mixed: bool,
}

/// Takes what a reader finds, a sample at a time.
pub trait Sink {
    /// Takes the names of the features and of the label, before the first sample, if the source has names.
    ///
    /// # Errors
    /// A message that says what is wrong with them.
    fn names(&mut self, names: &[String], label: Option<&str>) -> Result<(), String>;

    /// Takes the names of the classes in their order, before the first sample, if the source lists them.
    ///
    /// # Errors
    /// A message that says what is wrong with them.
    fn classes(&mut self, names: &[String]) -> Result<(), String>;

    /// Takes what the source says about the next sample, if anything.
    fn context(&mut self, _: &Context<'_>) {}

    /// Takes a sample, with the name of its class if the source has one.
    ///
    /// # Errors
    /// A message that says what is wrong with it; the reader adds the place.
    fn sample(&mut self, features: &[f32], label: Option<&str>) -> Result<(), String>;
}

/// Collects a table.
#[derive(Debug)]
pub struct Builder {
    values: Values,
    labels: Vec<u16>,
    /// The labels by name, in order of appearance.
    known: HashMap<String, u16>,
    classes: Vec<String>,
    features: Option<Vec<String>>,
    /// The name of the label's column.
    label: Option<String>,
    /// The groups by name, the group of the next sample, and the groups of all samples, if samples have groups.
    groups: HashMap<String, u32>,
    group: Option<u32>,
    of_samples: Vec<u32>,
    width: Option<usize>,
    /// Whether the classes and their order are known: other labels are refused.
    closed: bool,
    /// The bytes that values may take.
    limit: usize,
}

/// The largest number of classes.
const MOST_CLASSES: usize = 1 << 16;

impl Builder {
    /// Collects a table of any classes and features.
    pub fn new(limit: usize) -> Self {
        Self {
            values: Values::Bytes(Vec::new()),
            labels: Vec::new(),
            known: HashMap::new(),
            classes: Vec::new(),
            features: None,
            label: None,
            groups: HashMap::new(),
            group: None,
            of_samples: Vec::new(),
            width: None,
            closed: false,
            limit,
        }
    }

    /// Collects a table of these classes and features, and of no others.
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

    /// The table. Its classes are in the order of their names, or of their numbers if all names are numbers.
    ///
    /// # Errors
    /// A message that says what is wrong with it.
    pub fn finish(self) -> Result<Table, String> {
        let Self { values, mut labels, classes, features, label, width, closed, of_samples, .. } = self;
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
        if !of_samples.is_empty() && of_samples.len() != labels.len() {
            return Err("some samples have a group and others have none".to_owned());
        }
        let groups = Some(of_samples).filter(|groups| !groups.is_empty());
        Ok(Table { width, values, labels, groups, classes, features, label })
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

    fn context(&mut self, context: &Context<'_>) {
        self.group = context.group.map(|name| match self.groups.get(name) {
            Some(group) => *group,
            None => {
                let group = self.groups.len() as u32;
                self.groups.insert(name.to_owned(), group);
                group
            }
        });
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
        self.of_samples.extend(self.group);
        if self.values.size() > self.limit {
            let limit = self.limit as f64 / 1e9;
            return Err(format!("{limit:.1} GB of values so far; --memory GB raises the limit"));
        }
        Ok(())
    }
}

/// Sorts by number if all names are numbers, else by name.
fn sort(order: &mut [u16], classes: &[String]) {
    let numbers: Option<Vec<f64>> = classes.iter().map(|name| name.parse().ok()).collect();
    match numbers {
        Some(numbers) => order.sort_by(|a, b| numbers[usize::from(*a)].total_cmp(&numbers[usize::from(*b)])),
        None => order.sort_by(|a, b| classes[usize::from(*a)].cmp(&classes[usize::from(*b)])),
    }
}
