//! Warnings about data that can be read but is suspect.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::names::listed;
use super::table::Table;

/// A class with fewer samples is hardly learnt, and cannot be tested.
const FEW: usize = 10;
/// The values that stand for a missing value in many files.
const MISSING: [f32; 6] = [-9999.0, -999.0, -99.0, 999.0, 9999.0, 99999.0];
/// So many samples are not in order by chance.
const COUNTED: usize = 20;
/// The ratio of two deviations above which a warning names them.
const APART: f64 = 1e6;

/// The warnings about a training part, one sentence each.
pub fn of(table: &Table) -> Vec<String> {
    let mut remarks = classes(table);
    let columns = Columns::of(table);
    remarks.extend(columns.constant(table));
    remarks.extend(columns.duplicates(table));
    remarks.extend(columns.ordered(table));
    remarks.extend(columns.missing(table));
    remarks.extend(columns.apart(table));
    remarks
}

fn classes(table: &Table) -> Vec<String> {
    let counts = table.counts();
    let named = |wanted: &dyn Fn(usize) -> bool| -> Vec<String> {
        let names = table.classes.iter().zip(&counts).filter(|(_, count)| wanted(**count));
        names.map(|(name, _)| name.clone()).collect()
    };
    let (absent, few) = (named(&|count| count == 0), named(&|count| (1..FEW).contains(&count)));
    let mut remarks = Vec::new();
    if !absent.is_empty() {
        remarks.push(format!("no training sample is of class {}", listed(&absent)));
    }
    if !few.is_empty() {
        remarks.push(format!("fewer than {FEW} training samples are of class {}", listed(&few)));
    }
    remarks
}

/// The statistics of each column.
struct Columns {
    least: Vec<f32>,
    most: Vec<f32>,
    deviation: Vec<f64>,
    hash: Vec<u64>,
    /// How often a value is above the one before, and how often below.
    steps: Vec<[usize; 2]>,
    /// How often each of the values that may stand for a missing one occurs.
    missing: Vec<[usize; MISSING.len()]>,
}

impl Columns {
    fn of(table: &Table) -> Self {
        let width = table.width;
        let mut hashes = vec![DefaultHasher::new(); width];
        let (mut least, mut most) = (vec![f32::INFINITY; width], vec![f32::NEG_INFINITY; width]);
        let (mut steps, mut last) = (vec![[0; 2]; width], vec![0.0; width]);
        let (mut sums, mut missing) = (vec![[0.0, 0.0]; width], vec![[0; MISSING.len()]; width]);
        for (place, x) in table.values.iter().enumerate() {
            let column = place % width;
            if place >= width {
                steps[column][0] += usize::from(x > last[column]);
                steps[column][1] += usize::from(x < last[column]);
            }
            last[column] = x;
            x.to_bits().hash(&mut hashes[column]);
            least[column] = least[column].min(x);
            most[column] = most[column].max(x);
            sums[column][0] += f64::from(x);
            sums[column][1] += f64::from(x).powi(2);
            if let Some(at) = MISSING.iter().position(|value| *value == x) {
                missing[column][at] += 1;
            }
        }
        let samples = table.labels.len() as f64;
        let deviation = |[sum, squares]: [f64; 2]| (squares / samples - (sum / samples).powi(2)).max(0.0).sqrt();
        Self {
            deviation: sums.into_iter().map(deviation).collect(),
            hash: hashes.iter().map(Hasher::finish).collect(),
            least,
            most,
            steps,
            missing,
        }
    }

    fn is_constant(&self, column: usize) -> bool {
        self.least[column] == self.most[column]
    }

    fn constant(&self, table: &Table) -> Option<String> {
        let names = named(table, (0..table.width).filter(|column| self.is_constant(*column)));
        (!names.is_empty()).then(|| {
            format!("{} of {} features are the same in all samples: {}", names.len(), table.width, listed(&names))
        })
    }

    fn duplicates(&self, table: &Table) -> Option<String> {
        let mut first: HashMap<u64, usize> = HashMap::new();
        let mut pairs = Vec::new();
        for column in (0..table.width).filter(|column| !self.is_constant(*column)) {
            let other = *first.entry(self.hash[column]).or_insert(column);
            if other != column {
                pairs.push(format!("{} = {}", table.features[column], table.features[other]));
            }
        }
        (!pairs.is_empty()).then(|| format!("features that are copies of others: {}", listed(&pairs)))
    }

    /// A column that numbers the samples, or says when they were taken, separates those of the file and no others.
    fn ordered(&self, table: &Table) -> Option<String> {
        let is_counted = table.labels.len() >= COUNTED;
        let is_ordered = |column: &usize| {
            let [rises, falls] = self.steps[*column];
            rises.min(falls) == 0 && 2 * rises.max(falls) > table.labels.len()
        };
        let names = named(table, (0..table.width).filter(|column| is_counted && is_ordered(column)));
        (!names.is_empty()).then(|| {
            format!(
                "columns that only rise or only fall, as numbers and times do: {} (--ignore leaves out what is no feature)",
                listed(&names)
            )
        })
    }

    /// A value at the end of a column's range that many samples share.
    fn missing(&self, table: &Table) -> Option<String> {
        let mut found = Vec::new();
        for column in 0..table.width {
            for (value, count) in MISSING.iter().zip(self.missing[column]) {
                let is_at_end = self.least[column] == *value || self.most[column] == *value;
                if is_at_end && !self.is_constant(column) && count > 1 && count * 200 >= table.labels.len() {
                    found.push(format!("{value} in {} ({count} times)", table.features[column]));
                }
            }
        }
        (!found.is_empty()).then(|| format!("values that look like missing ones: {}", listed(&found)))
    }

    fn apart(&self, table: &Table) -> Option<String> {
        let deviations = || (0..table.width).filter(|column| !self.is_constant(*column));
        let by = |a: &usize, b: &usize| self.deviation[*a].total_cmp(&self.deviation[*b]);
        let (least, most) = (deviations().min_by(by)?, deviations().max_by(by)?);
        let ratio = self.deviation[most] / self.deviation[least];
        (ratio > APART).then(|| {
            let (least, most) = (&table.features[least], &table.features[most]);
            format!("the deviation of {most} is {ratio:.0e} times that of {least}")
        })
    }
}

fn named(table: &Table, columns: impl Iterator<Item = usize>) -> Vec<String> {
    columns.map(|column| table.features[column].clone()).collect()
}
