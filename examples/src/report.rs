//! The output of the programs, as text and as JSON.

use std::fmt::Write;

use clap::ValueEnum;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use hingeline::{Confusion, Evaluation, GradientCheck, Parameter};
use serde::Serialize;

use crate::dataset::Dataset;
use crate::strategy::Strategy;

/// The result of a strategy.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Which strategy.
    pub strategy: Strategy,
    /// The samples scored while training.
    pub evaluations: usize,
    /// The epoch whose model was the best on the validation part, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_epoch: Option<usize>,
    /// The loss on the training part, regulariser included.
    pub train_loss: f32,
    /// The fraction of the training part that is classified correctly.
    pub train_accuracy: f64,
    /// The same for the test part.
    pub test_accuracy: f64,
    /// The training time.
    pub seconds: f64,
    /// The fingerprint of the trained model, in hexadecimal.
    #[serde(serialize_with = "hexadecimal")]
    pub weights_checksum: u64,
    /// The kernel that computed it.
    pub kernel: &'static str,
}

/// A strategy after an epoch.
#[derive(Clone, Debug, Serialize)]
pub struct EpochRow {
    strategy: Strategy,
    /// The number of epochs so far.
    epoch: usize,
    /// The mean loss on the training part, without the regulariser.
    train_loss: f32,
    train_accuracy: f32,
    /// The same on the validation part.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_loss: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_accuracy: Option<f32>,
    /// Whether this is the best model on the validation part so far.
    best: bool,
}

impl EpochRow {
    /// Creates a row from the evaluations on both parts.
    pub fn new(
        strategy: Strategy,
        epoch: usize,
        train: Evaluation,
        validation: Option<Evaluation>,
        best: bool,
    ) -> Self {
        Self {
            strategy,
            epoch,
            train_loss: train.data_loss,
            train_accuracy: train.accuracy(),
            validation_loss: validation.map(|validation| validation.data_loss),
            validation_accuracy: validation.map(|validation| validation.accuracy()),
            best,
        }
    }
}

/// Formats an epoch as one line.
pub fn epoch(row: &EpochRow) -> String {
    let accuracy = percent(row.train_accuracy.into());
    let mut text =
        format!("{} epoch {:3}: train loss {:.4}, {accuracy}", name(row.strategy), row.epoch, row.train_loss);
    if let (Some(loss), Some(accuracy)) = (row.validation_loss, row.validation_accuracy) {
        let best = if row.best { " (best)" } else { "" };
        let _ = write!(text, "; validation loss {loss:.4}, {}{best}", percent(accuracy.into()));
    }
    text
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn hexadecimal<S: serde::Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{value:016x}"))
}

/// Describes the set in two lines.
pub fn set<const F: usize, Q>(set: &Dataset<F, Q>) -> String {
    format!(
        "{}: {} samples to train, {} to test, {F} features, {} classes\n{}",
        set.name,
        set.train.labels.len(),
        set.test.labels.len(),
        set.classes.len(),
        set.description
    )
}

/// Describes the gradient check in two lines.
pub fn gradient_check(check: &GradientCheck, samples: usize) -> String {
    let mut text = format!(
        "gradient check on {samples} samples: {} parameters compared, {} left out for a kink, {} drowned in rounding\n",
        check.compared, check.kinked, check.drowned
    );
    let place = match check.at {
        Some(Parameter::Weight { class, feature }) => format!("weight [{class}][{feature}]"),
        Some(Parameter::Bias { class }) => format!("bias [{class}]"),
        None => "none".to_owned(),
    };
    let _ = write!(
        text,
        "largest relative error {:.1e} at {place}: analytic {:.6}, numerical {:.6}",
        check.largest_error, check.analytic, check.numeric
    );
    text
}

/// A table with one row per strategy.
pub fn table(rows: &[Row]) -> String {
    let header = ["strategy", "evaluations", "train loss", "train", "test", "seconds", "weights"];
    let mut table = table_of(&header.map(String::from));
    for row in rows {
        table.add_row([
            name(row.strategy),
            row.evaluations.to_string(),
            format!("{:.4}", row.train_loss),
            percent(row.train_accuracy),
            percent(row.test_accuracy),
            format!("{:.3}", row.seconds),
            format!("{:016x}", row.weights_checksum),
        ]);
    }
    table.to_string()
}

/// The confusion matrix: how often each class was predicted as each class.
pub fn confusion(confusion: &Confusion<'_>, classes: &[String]) -> String {
    let header: Vec<_> = std::iter::once("true \\ predicted".to_owned()).chain(classes.iter().cloned()).collect();
    let mut table = table_of(&header);
    for (class, row) in classes.iter().zip(confusion.counts().chunks(classes.len())) {
        let cells = row.iter().map(|&count| if count == 0 { ".".to_owned() } else { count.to_string() });
        table.add_row(std::iter::once(class.clone()).chain(cells));
    }
    table.to_string()
}

/// The name of a strategy or a loss as the command line spells it.
pub fn name(value: impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Formats a fraction as a percentage.
pub fn percent(fraction: f64) -> String {
    format!("{:.1} %", 100.0 * fraction)
}

/// A table whose first column is text and whose others are numbers.
pub fn table_of(header: &[String]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
