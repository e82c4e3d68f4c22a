//! `hingeline predict` and `hingeline evaluate`: a model on samples, which are read in a stream.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hingeline::{Confusion, DynModel};
use hingeline_console::file::FileError;
use hingeline_console::{Problem, is_output, line, text, unusable};

use super::builder::Sink;
use super::format::Format;
use super::names::{class_name, listed};
use super::report::{self, Quality};
use super::scaler::Scaler;
use super::source;
use super::stored::Stored;
use crate::integers;

/// Predicts the class of each sample: a line each.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hingeline predict model.json new.csv --scores")]
pub struct PredictOptions {
    /// The model, as `train` writes it
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// Samples, with labels or without
    #[arg(value_name = "DATA", required = true)]
    data: Vec<PathBuf>,

    /// The score of each class behind its name
    #[arg(long)]
    scores: bool,

    /// Print a JSON object for each sample
    #[arg(long)]
    json: bool,

    /// How the data is to be read.
    #[command(flatten)]
    format: Format,
}

/// Says how good a model is on samples with labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hingeline evaluate model.json test.csv")]
pub struct EvaluateOptions {
    /// The model, as `train` writes it
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// Samples with labels; of a folder or an archive the test part, if it has one
    #[arg(value_name = "DATA", required = true)]
    data: Vec<PathBuf>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,

    /// How the data is to be read.
    #[command(flatten)]
    format: Format,
}

/// Takes samples one by one, and a model to each.
struct Judge<'a, 'm, F> {
    model: &'a DynModel<'m>,
    scaler: &'a Scaler,
    names: &'a [String],
    /// Whether features are rounded, as they were in training.
    rounds: bool,
    x: Vec<f32>,
    scores: Vec<f32>,
    /// Gets the scores, the class and the label.
    each: F,
    /// What cannot be written ends the reading.
    problem: Option<Problem>,
}

impl<F: FnMut(&[f32], usize, Option<&str>) -> Result<(), Problem>> Sink for Judge<'_, '_, F> {
    fn names(&mut self, names: &[String], _: Option<&str>) -> Result<(), String> {
        // Columns with a header were found by their names.
        if names.len() == self.names.len() {
            return Ok(());
        }
        Err(format!("{} features; expected {}: {}", names.len(), self.names.len(), listed(self.names)))
    }

    fn classes(&mut self, _: &[String]) -> Result<(), String> {
        Ok(())
    }

    fn sample(&mut self, features: &[f32], label: Option<&str>) -> Result<(), String> {
        if features.len() != self.names.len() {
            return Err(format!("{} features; expected {}", features.len(), self.names.len()));
        }
        self.x.copy_from_slice(features);
        self.scaler.apply(&mut self.x);
        if self.rounds {
            integers::round(&mut self.x);
        }
        self.model.scores(&self.x, &mut self.scores).map_err(|error| error.to_string())?;
        let class = hingeline::argmax(&self.scores);
        (self.each)(&self.scores, class, label).map_err(|problem| {
            let told = problem.to_string();
            if is_output(&*problem) {
                self.problem = Some(problem);
            }
            told
        })
    }
}

/// Runs a model over all samples of some sources.
fn judge(
    stored: &Stored,
    data: &[PathBuf],
    format: &Format,
    unlabelled: bool,
    each: impl FnMut(&[f32], usize, Option<&str>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    stored.with_model(|model| {
        let mut wanted = format.wanted(Some(&stored.features), unlabelled);
        wanted.usual_label.clone_from(&stored.label);
        let mut judge = Judge {
            model,
            scaler: &stored.standardiser,
            names: &stored.features,
            rounds: stored.training.as_ref().is_some_and(|training| training.recipe.integers),
            x: vec![0.0; stored.features.len()],
            scores: vec![0.0; stored.classes.len()],
            each,
            problem: None,
        };
        for path in data {
            let read = source::read_to_judge(path, &wanted, &mut judge);
            match (read, judge.problem.take()) {
                (Ok(_), _) => {}
                (Err(_), Some(problem)) => return Err(problem),
                (Err(error), None) => return Err(unusable(error)),
            }
        }
        Ok(())
    })?
}

/// Text is written in pieces of about so many bytes.
const PIECE: usize = 1 << 16;

/// Runs `predict`.
///
/// # Errors
/// What is wrong with options or data, or with what is written.
pub fn predict(options: &PredictOptions) -> Result<ExitCode, Problem> {
    let stored = Stored::read(&options.model).map_err(unusable)?;
    let mut lines = String::new();
    judge(&stored, &options.data, &options.format, true, |scores, class, _| {
        let name = &stored.classes[class];
        if options.json {
            let scores: serde_json::Map<_, _> =
                stored.classes.iter().cloned().zip(scores.iter().map(|score| (*score).into())).collect();
            writeln!(lines, "{}", serde_json::json!({ "class": name, "scores": scores }))?;
        } else if options.scores {
            let scores: String = scores.iter().map(|score| format!(",{score:?}")).collect();
            writeln!(lines, "{}{scores}", cell(name))?;
        } else {
            writeln!(lines, "{name}")?;
        }
        if lines.len() > PIECE {
            text(&lines)?;
            lines.clear();
        }
        Ok(())
    })?;
    text(lines)?;
    Ok(ExitCode::SUCCESS)
}

/// A name between commas.
fn cell(name: &str) -> String {
    if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

/// Runs `evaluate`.
///
/// # Errors
/// What is wrong with options or data, or with what is written.
pub fn evaluate(options: &EvaluateOptions) -> Result<ExitCode, Problem> {
    let stored = Stored::read(&options.model).map_err(unusable)?;
    let classes = &stored.classes;
    let mut counts = vec![0; classes.len() * classes.len()];
    let mut confusion = Confusion::new(&mut counts, classes.len())?;
    judge(&stored, &options.data, &options.format, false, |_, class, label| {
        let label = label.ok_or("it has no label; expected one")?;
        let spelt = class_name(label);
        let known = classes.iter().position(|name| *name == spelt);
        let known = known.ok_or_else(|| format!("the label {label:?}; expected one of {}", listed(classes)))?;
        Ok(confusion.add(known, class)?)
    })?;
    let quality = Quality::read(&confusion, classes);
    if quality.samples == 0 {
        let first = options.data.first().map_or(std::path::Path::new(""), PathBuf::as_path);
        return Err(unusable(FileError::new(first, "it has no sample; expected at least one")));
    }
    if options.json {
        line(serde_json::to_string(&quality)?)?;
    } else {
        report::print(&options.model.display().to_string(), &quality, classes)?;
    }
    Ok(ExitCode::SUCCESS)
}
