//! The quality of a model on samples, as text and as JSON.

use hingeline::{Confusion, DynModel, DynSamples};
use hingeline_console::{Problem, line, unusable};
use serde::Serialize;

use super::events::Events;
use crate::report::{percent, table_of};

/// The quality of a model.
#[derive(Clone, Debug, Serialize)]
pub struct Quality {
    /// The number of samples.
    pub samples: u64,
    /// The fraction of them that are classified correctly.
    pub accuracy: f64,
    /// The mean recall of the classes that have samples.
    pub balanced_accuracy: f32,
    /// The mean F1 of the classes that have samples or answers.
    pub macro_f1: f32,
    /// Recall, precision and F1 of each class.
    pub classes: Vec<OfClass>,
    /// The confusion matrix, row by row: how often each class was taken for each class.
    pub confusion: Vec<Vec<u32>>,
}

/// The quality of a model on one class.
#[derive(Clone, Debug, Serialize)]
pub struct OfClass {
    /// Its name.
    pub class: String,
    /// The number of its samples.
    pub samples: u64,
    /// The fraction of its samples that were recognised.
    pub recall: Option<f32>,
    /// The fraction of the answers with this class that were right.
    pub precision: Option<f32>,
    /// The harmonic mean of recall and precision.
    pub f1: Option<f32>,
}

impl Quality {
    /// Evaluates a model on samples.
    ///
    /// # Errors
    /// If the library returns an error.
    pub fn of(model: &DynModel<'_>, samples: &mut dyn DynSamples, classes: &[String]) -> Result<Self, Problem> {
        let mut counts = vec![0; classes.len() * classes.len()];
        let mut confusion = Confusion::new(&mut counts, classes.len())?;
        confusion.add_set(model, samples).map_err(unusable)?;
        Ok(Self::read(&confusion, classes))
    }

    /// Computes the quality from a confusion matrix.
    pub fn read(confusion: &Confusion<'_>, classes: &[String]) -> Self {
        let rows: Vec<Vec<u32>> = confusion.counts().chunks(classes.len()).map(<[u32]>::to_vec).collect();
        let sums = rows.iter().map(|row| row.iter().map(|count| u64::from(*count)).sum::<u64>());
        let of_class = |(class, (name, samples)): (usize, (&String, u64))| OfClass {
            class: name.clone(),
            samples,
            recall: confusion.recall(class),
            precision: confusion.precision(class),
            f1: confusion.f1(class),
        };
        let (samples, right) = (sums.clone().sum::<u64>(), crate::dataset::correct(confusion, classes.len()));
        Self {
            samples,
            accuracy: f64::from(right) / samples.max(1) as f64,
            balanced_accuracy: confusion.balanced_accuracy().unwrap_or_default(),
            macro_f1: confusion.macro_f1().unwrap_or_default(),
            classes: classes.iter().zip(sums).enumerate().map(of_class).collect(),
            confusion: rows,
        }
    }
}

/// The largest number of classes for which the confusion matrix is shown.
const SHOWN: usize = 26;

/// Prints the quality of a model on a part.
///
/// # Errors
/// If standard output cannot be written.
pub fn print(part: &str, quality: &Quality, classes: &[String]) -> Result<(), Problem> {
    line(format_args!(
        "\n{part}: {} samples, accuracy {}, balanced accuracy {}, macro-F1 {}",
        quality.samples,
        percent(quality.accuracy),
        percent(quality.balanced_accuracy.into()),
        percent(quality.macro_f1.into())
    ))?;
    let is_small = classes.len() <= SHOWN;
    let mut header = ["class", "samples", "recall", "precision", "F1"].map(str::to_owned).to_vec();
    if is_small {
        header.extend(classes.iter().map(|class| format!("→ {class}")));
    }
    let mut table = table_of(&header);
    for (own, row) in quality.classes.iter().zip(&quality.confusion) {
        let percent = |value: Option<f32>| value.map_or("–".to_owned(), |value| percent(value.into()));
        let mut cells = vec![
            own.class.clone(),
            own.samples.to_string(),
            percent(own.recall),
            percent(own.precision),
            percent(own.f1),
        ];
        if is_small {
            cells.extend(row.iter().map(|count| if *count == 0 { ".".to_owned() } else { count.to_string() }));
        }
        table.add_row(cells);
    }
    line(table)
}

/// Prints the results of answers over time.
///
/// # Errors
/// If standard output cannot be written.
pub fn print_events(events: &Events) -> Result<(), Problem> {
    let Events { windows, answered, correct, events: all, recognised, unanswered, unseen, found, .. } = *events;
    let of = |part: usize, whole: usize| percent(part as f64 / whole.max(1) as f64);
    line(format_args!(
        "answers: {} of {windows} windows have one, {} of these are right",
        of(answered, windows),
        of(correct, answered)
    ))?;
    let delay = events.delay().map_or("-".to_owned(), |delay| format!("{delay:.1}"));
    line(format_args!(
        "events: {recognised} of {all} are recognised ({}), {unanswered} have no answer ({unseen} are too short for a window to end in them); {delay} windows pass before the first right answer ({found} events)",
        of(recognised, all)
    ))
}
