//! The command `hingeline`: from data in files to a model in firmware.

pub mod builder;
pub mod delimited;
pub mod evaluate;
pub mod events;
pub mod export;
pub mod export_c;
pub mod export_rust;
pub mod format;
pub mod import;
pub mod inspect;
pub mod integers;
pub mod names;
pub mod numpy;
pub mod record;
pub mod replay;
pub mod report;
pub mod scaler;
pub mod signal;
pub mod source;
pub mod sparse;
pub mod stored;
pub mod suspect;
pub mod table;
pub mod tensors;
pub mod train;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use hingeline_console::Problem;

/// From your data to your firmware: trains linear classifiers on samples in files, and writes them as code.
#[derive(Debug, Parser)]
#[command(name = "hingeline", version, allow_negative_numbers = true, arg_required_else_help = true, after_help = EXAMPLES)]
pub struct Options {
    #[command(subcommand)]
    job: Job,
}

const EXAMPLES: &str = "Examples:
  hingeline train gestures.csv --test-fraction 0.2        writes model.json, and says how good it is
  hingeline export model.json --to rust -o src/model.rs   for firmware on this library
  hingeline export model.json --to c -o model.h           for firmware in C";

#[derive(Debug, Subcommand)]
enum Job {
    Train(Box<train::Options>),
    Export(export::Options),
    Import(import::Options),
    Predict(evaluate::PredictOptions),
    Evaluate(evaluate::EvaluateOptions),
    Inspect(inspect::Options),
    Replay(replay::Options),
}

/// Runs a job.
///
/// # Errors
/// If the options or the data are unusable, or the output cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Problem> {
    match &options.job {
        Job::Train(options) => train::run(options),
        Job::Export(options) => export::run(options),
        Job::Import(options) => import::run(options),
        Job::Predict(options) => evaluate::predict(options),
        Job::Evaluate(options) => evaluate::evaluate(options),
        Job::Inspect(options) => inspect::run(options),
        Job::Replay(options) => replay::run(options),
    }
}
