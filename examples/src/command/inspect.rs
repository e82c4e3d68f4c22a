//! `hingeline inspect`: the shape of a model, its costs on a device, and its largest weights.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hingeline_console::{Problem, line, unusable};
use serde_json::{Value, json};

use super::signal::Signal;
use super::stored::Stored;
use crate::report::{percent, table_of};

/// Shows a model: shape, size, the cost of a score and of a step on each core, and the largest weights of each class.
#[derive(Debug, Args)]
pub struct Options {
    /// The model, as `train` writes it
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// The number of weights to show for each class
    #[arg(long, default_value_t = 3)]
    weights: usize,

    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

/// The costs that were measured on each core for 10 classes and 64 features.
const FIGURES: &str = include_str!("../../firmware/figures.json");
const MEASURED: f64 = 10.0 * 64.0;

/// The instructions expected on a core for a shape.
struct Cost {
    core: String,
    score: u64,
    step: u64,
}

/// Runs the job.
///
/// # Errors
/// If the model is invalid, or the output cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Problem> {
    let stored = Stored::read(&options.model).map_err(unusable)?;
    let costs = costs(&stored)?;
    let sizes = sizes(&stored);
    if options.json {
        let cores: serde_json::Map<_, _> = costs
            .into_iter()
            .map(|Cost { core, score, step }| (core, json!({ "score": score, "step": step })))
            .collect();
        let [float, wide, narrow] = sizes;
        line(json!({
            "classes": stored.classes,
            "features": stored.features.len(),
            "signal": stored.signal,
            "bytes": { "f32": float, "i16": wide, "i8": narrow },
            "instructions": cores,
            "training": stored.training,
            "weights_checksum": stored.weights_checksum,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&stored, &costs, sizes, options.weights)?;
    Ok(ExitCode::SUCCESS)
}

/// The bytes of weights, biases and standardisation: in binary32, in 16-bit integers and in 8-bit integers.
fn sizes(stored: &Stored) -> [usize; 3] {
    let (classes, features) = (stored.classes.len(), stored.features.len());
    let scaler = if stored.standardiser.is_none() { 0 } else { 8 * features };
    [
        4 * classes * (features + 1) + scaler,
        2 * classes * (features + 2) + 4 * features,
        classes * (features + 4) + 4 * features,
    ]
}

/// The costs on all cores, in proportion to the number of weights.
fn costs(stored: &Stored) -> Result<Vec<Cost>, Problem> {
    let figures: Value = serde_json::from_str(FIGURES)?;
    let ratio = (stored.classes.len() * stored.features.len()) as f64 / MEASURED;
    let cores = figures["cores"].as_object().into_iter().flatten();
    Ok(cores
        .filter(|(core, _)| !core.ends_with("-portable"))
        .map(|(core, figures)| {
            let of = |name: &str| (figures[name].as_f64().unwrap_or_default() * ratio).round() as u64;
            Cost { core: core.clone(), score: of("instructions_score"), step: of("instructions_step") }
        })
        .collect())
}

fn print(stored: &Stored, costs: &[Cost], [float, wide, narrow]: [usize; 3], shown: usize) -> Result<(), Problem> {
    line(format_args!("{} classes, {} features", stored.classes.len(), stored.features.len()))?;
    if let Some(signal) = &stored.signal {
        let Signal { axes, window, hop, features, .. } = signal;
        let rate = signal.sampling_rate.map_or(String::new(), |rate| format!(" at {rate} Hz"));
        line(format_args!(
            "windows of {window} readings{rate}, one every {hop}, of {} axes ({}): {}; {} bytes of RAM on a device",
            axes.len(),
            axes.join(", "),
            features.join(", "),
            signal.bytes()
        ))?;
    }
    if let Some(training) = &stored.training {
        let recipe = serde_json::to_string(&training.recipe)?;
        let fraction = |value: Option<f64>| value.map_or("not measured".to_owned(), percent);
        line(format_args!(
            "trained on {} samples, seed {}, by {recipe}\nin cross-validation {}, accuracy on the test part {}",
            training.samples.iter().sum::<usize>(),
            training.seed,
            fraction(training.validation),
            fraction(training.test_accuracy)
        ))?;
    }
    line(format_args!("weights {}", stored.weights_checksum))?;
    line(format_args!(
        "on a device, standardisation included: {float} bytes in binary32, {wide} in 16-bit integers, {narrow} in 8-bit integers\n"
    ))?;
    let mut table = table_of(&["core", "score", "step"].map(str::to_owned));
    for Cost { core, score, step } in costs {
        table.add_row([core.clone(), score.to_string(), step.to_string()]);
    }
    line(format_args!(
        "instructions in binary32, measured at 10 x 64 and scaled by the number of weights:\n{table}\n"
    ))?;
    let mut table = table_of(&["class", "largest weights, of standardised features"].map(str::to_owned));
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Left);
    }
    for (class, row) in stored.classes.iter().zip(&stored.weights) {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|a, b| row[*b].abs().total_cmp(&row[*a].abs()));
        let largest: Vec<_> =
            order.iter().take(shown).map(|at| format!("{} {:+.3}", stored.features[*at], row[*at])).collect();
        table.add_row([class.clone(), largest.join(", ")]);
    }
    line(table)
}
