//! `hingeline predict` and `hingeline evaluate`: a model on samples, which are read as a stream.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hingeline::{Confusion, DynModel};
use hingeline_console::file::FileError;
use hingeline_console::{Problem, is_output, line, remark, text, unusable};
use serde::Serialize;

use super::builder::{Context, Placed, Sink};
use super::events::{self, Decider, Events};
use super::format::Format;
use super::names::{class_name, listed};
use super::report::{self, Quality};
use super::scaler::Scaler;
use super::signal::{LabelFrom, Signal, Windows};
use super::source::{self, Wanted};
use super::stored::Stored;
use crate::integers;

/// Predicts the class of each sample, one per line.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hingeline predict model.json new.csv --scores")]
pub struct PredictOptions {
    /// The model, as `train` writes it
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// Samples, with labels or without
    #[arg(value_name = "DATA", required = true)]
    data: Vec<PathBuf>,

    /// Print the score of each class after the predicted class
    #[arg(long)]
    scores: bool,

    /// The time column, for recordings [default: as in training]
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,

    /// Print a JSON object for each sample
    #[arg(long)]
    json: bool,

    /// How to read the data.
    #[command(flatten)]
    format: Format,

    /// How scores become answers, for recordings.
    #[command(flatten)]
    decisions: events::DecisionOptions,
}

/// Evaluates a model on samples with labels.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hingeline evaluate model.json test.csv")]
pub struct EvaluateOptions {
    /// The model, as `train` writes it
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// Samples with labels; of a folder or an archive, the test part if it has one
    #[arg(value_name = "DATA", required = true)]
    data: Vec<PathBuf>,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,

    /// The time column, for recordings [default: as in training]
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,

    /// How to read the data.
    #[command(flatten)]
    format: Format,

    /// How scores become answers, for recordings.
    #[command(flatten)]
    decisions: events::DecisionOptions,
}

/// The result, as JSON.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    quality: &'a Quality,
    /// For recordings only.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<&'a Events>,
}

/// A sink that runs a model on each sample.
struct Answers<'a, 'm, F> {
    model: &'a DynModel<'m>,
    scaler: &'a Scaler,
    names: &'a [String],
    /// Whether features are rounded, as they were in training.
    rounds: bool,
    x: Vec<f32>,
    scores: Vec<f32>,
    /// Called for each sample, with its scores, class and label.
    each: F,
    /// Where the next window is.
    window: Placed,
    /// A failure to write, which ends the reading.
    problem: Option<Problem>,
}

/// A sample, with the scores and the class that the model gives it.
struct Seen<'a> {
    scores: &'a [f32],
    class: usize,
    label: Option<&'a str>,
    window: Placed,
}

impl<F: FnMut(Seen<'_>) -> Result<(), Problem>> Sink for Answers<'_, '_, F> {
    fn context(&mut self, context: &Context<'_>) {
        self.window = context.window;
    }

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
        let seen = Seen { scores: &self.scores, class, label, window: self.window };
        (self.each)(seen).map_err(|problem| {
            let notes = problem.to_string();
            if is_output(&*problem) {
                self.problem = Some(problem);
            }
            notes
        })
    }
}

/// Runs a model on all samples of the sources.
fn answer_all(
    stored: &Stored,
    data: &[PathBuf],
    format: &Format,
    unlabelled: bool,
    time: Option<&String>,
    each: impl FnMut(Seen<'_>) -> Result<(), Problem>,
) -> Result<Notes, Problem> {
    stored.with_model(|model| {
        let features = stored.signal.as_ref().map_or(&stored.features, |signal| &signal.axes);
        let mut wanted = format.wanted(Some(features), unlabelled);
        wanted.usual_label.clone_from(&stored.label);
        let mut answers = Answers {
            model,
            scaler: &stored.standardiser,
            names: &stored.features,
            rounds: stored.training.as_ref().is_some_and(|training| training.recipe.integers),
            x: vec![0.0; stored.features.len()],
            scores: vec![0.0; stored.classes.len()],
            each,
            window: Placed::default(),
            problem: None,
        };
        if let Some(signal) = &stored.signal {
            let label_from = signal.label_from.filter(|_| format.label.is_none() && !unlabelled);
            let wanted = signal.wanted(Wanted { time: time.cloned(), ..wanted });
            return answer_recordings(signal, data, &wanted, label_from, &mut answers);
        }
        for path in data {
            let read = source::read_to_evaluate(path, &wanted, &mut answers);
            match (read, answers.problem.take()) {
                (Ok(_), _) => {}
                (Err(_), Some(problem)) => return Err(problem),
                (Err(error), None) => return Err(unusable(error)),
            }
        }
        Ok(Notes::default())
    })?
}

/// Runs a model on all windows of the recordings.
fn answer_recordings<F: FnMut(Seen<'_>) -> Result<(), Problem>>(
    signal: &Signal,
    data: &[PathBuf],
    wanted: &Wanted<'_>,
    label_from: Option<LabelFrom>,
    answers: &mut Answers<'_, '_, F>,
) -> Result<Notes, Problem> {
    let mut windows = Windows::of_model(signal, true, answers);
    let read = windows.read(data, wanted, label_from);
    let notes = Notes { stretches: windows.tally.stretches, warnings: windows.warnings() };
    match (read, answers.problem.take()) {
        (Ok(()), _) => Ok(notes),
        (Err(_), Some(problem)) => Err(problem),
        (Err(error), None) => Err(unusable(error)),
    }
}

/// What is reported about recordings besides their windows.
#[derive(Default)]
struct Notes {
    stretches: usize,
    warnings: Vec<String>,
}

impl Notes {
    fn warn(&self) {
        self.warnings.iter().for_each(|warning| remark(format_args!("warning: {warning}")));
    }
}

/// Refuses options of training, and options for recordings if the model is not one of recordings.
fn check(
    stored: &Stored,
    format: &Format,
    decisions: &events::DecisionOptions,
    time: Option<&String>,
) -> Result<(), Problem> {
    if !format.asked().is_empty() {
        return Err(unusable("features are chosen by `train`; a model has its own"));
    }
    if stored.signal.is_none() && (decisions.is_some() || time.is_some()) {
        return Err(unusable(
            "--votes, --smoothing, --threshold, --hold and --time are for a model of recordings, which `train --window` makes",
        ));
    }
    Ok(())
}

/// The approximate size in bytes of the pieces in which text is written.
const PIECE: usize = 1 << 16;

/// Runs `predict`.
///
/// # Errors
/// If the options or the data are unusable, or the output cannot be written.
pub fn predict(options: &PredictOptions) -> Result<ExitCode, Problem> {
    let stored = Stored::read(&options.model).map_err(unusable)?;
    check(&stored, &options.format, &options.decisions, options.time.as_ref())?;
    let mut lines = String::new();
    let mut memory = vec![0.0; stored.classes.len()];
    let mut decider = Decider::new(options.decisions, &mut memory).map_err(unusable)?;
    let notes = answer_all(
        &stored,
        &options.data,
        &options.format,
        true,
        options.time.as_ref(),
        |Seen { scores, class, window, .. }| {
            let answer = if options.decisions.is_some() { decider.answer(scores, window.fresh)? } else { Some(class) };
            // A rejected window has no class.
            let found = answer.map(|class| stored.classes[class].as_str());
            let name = found.unwrap_or_default();
            if options.json {
                let scores: serde_json::Map<_, _> =
                    stored.classes.iter().cloned().zip(scores.iter().map(|score| (*score).into())).collect();
                writeln!(lines, "{}", serde_json::json!({ "class": found, "scores": scores }))?;
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
        },
    )?;
    text(lines)?;
    notes.warn();
    Ok(ExitCode::SUCCESS)
}

/// A name as a cell of CSV.
fn cell(name: &str) -> String {
    if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

/// Runs `evaluate`.
///
/// # Errors
/// If the options or the data are unusable, or the output cannot be written.
pub fn evaluate(options: &EvaluateOptions) -> Result<ExitCode, Problem> {
    let stored = Stored::read(&options.model).map_err(unusable)?;
    let classes = &stored.classes;
    let mut counts = vec![0; classes.len() * classes.len()];
    let mut confusion = Confusion::new(&mut counts, classes.len())?;
    check(&stored, &options.format, &options.decisions, options.time.as_ref())?;
    let (mut events, mut memory) = (Events::default(), vec![0.0; classes.len()]);
    let mut decider = Decider::new(options.decisions, &mut memory).map_err(unusable)?;
    let notes = answer_all(&stored, &options.data, &options.format, false, options.time.as_ref(), |seen| {
        let Seen { scores, class, label, window: Placed { fresh, stretch, mixed } } = seen;
        let label = label.ok_or("it has no label; expected one")?;
        let spelt = class_name(label);
        let known = classes.iter().position(|name| *name == spelt);
        let known = known.ok_or_else(|| format!("the label {label:?}; expected one of {}", listed(classes)))?;
        if stored.signal.is_some() {
            events.add(stretch, known, decider.answer(scores, fresh)?, mixed);
        }
        if mixed {
            return Ok(());
        }
        Ok(confusion.add(known, class)?)
    })?;
    events.finish(notes.stretches);
    if !options.json {
        notes.warn();
    }
    let quality = Quality::read(&confusion, classes);
    if quality.samples == 0 {
        let first = options.data.first().map_or(std::path::Path::new(""), PathBuf::as_path);
        return Err(unusable(FileError::new(first, "it has no sample; expected at least one")));
    }
    if options.json {
        let events = stored.signal.is_some().then_some(&events);
        line(serde_json::to_string(&Row { quality: &quality, events })?)?;
    } else {
        report::print(&options.model.display().to_string(), &quality, classes)?;
        if stored.signal.is_some() {
            report::print_events(&events)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
