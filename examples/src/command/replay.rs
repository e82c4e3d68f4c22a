//! `hingeline replay`: replays the log of a device on this machine.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use hingeline_console::file::{self, FileError};
use hingeline_console::{Problem, line, unusable};

use crate::replay::{Replayed, replay};

/// Replays the log of the firmware `wearable` and compares the weights, which must be the device's to the last bit.
#[derive(Debug, Args)]
pub struct Options {
    /// The log, as text [default: standard input]
    #[arg(value_name = "LOG")]
    log: Option<PathBuf>,
}

/// The longest log that is read: 256 MiB, which are 800,000 windows.
const LIMIT: u64 = 1 << 28;

/// Runs the job. The status is 1 if the weights differ from the device's.
///
/// # Errors
/// If the log is invalid, or the output cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Problem> {
    let name = options.log.clone().unwrap_or_else(|| "standard input".into());
    let log = read(options.log.as_deref(), &name).map_err(unusable)?;
    let replayed = replay(&log).map_err(|problem| unusable(FileError::new(&name, problem)))?;
    let Replayed { learned, refused, adopted, reverted, weights, logged } = replayed;
    line(format_args!("{learned} windows learned from, {refused} refused"))?;
    line(format_args!("{adopted} reviews adopted, {reverted} reverted"))?;
    line(format_args!("weights {weights:016x} here, {logged:016x} on the device"))?;
    Ok(if weights == logged { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(log: Option<&Path>, name: &Path) -> Result<String, FileError> {
    let what = "the log of the firmware `wearable` as text";
    let bytes = match log {
        Some(path) => file::read(path, LIMIT, what),
        None => file::read_from(io::stdin(), name, LIMIT, what),
    }?;
    file::text(bytes, name, what)
}
