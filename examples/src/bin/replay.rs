//! Replays the log of the firmware `wearable` on this machine, and ends in the weights that the device had, to the last bit.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use hingeline_console::file::{self, FileError};
use hingeline_console::line;
use hingeline_examples::replay::{Replayed, replay};

/// Replays the log of the firmware `wearable` and compares the weights
#[derive(Debug, Parser)]
struct Options {
    /// The log as text, a line each; standard input if there is none
    log: Option<PathBuf>,
}

/// No log is longer: 256 MiB are 800,000 windows.
const LIMIT: u64 = 1 << 28;

fn main() -> ExitCode {
    hingeline_console::main(|options: Options| {
        let name = options.log.clone().unwrap_or_else(|| "standard input".into());
        let log = read(options.log.as_deref(), &name)?;
        let replayed = replay(&log).map_err(|problem| FileError::new(&name, problem))?;
        let Replayed { learned, refused, adopted, reverted, weights, logged } = replayed;
        line(format_args!("{learned} windows learned from, {refused} refused"))?;
        line(format_args!("{adopted} reviews adopted, {reverted} reverted"))?;
        line(format_args!("weights {weights:016x} here, {logged:016x} on the device"))?;
        Ok(if weights == logged { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

fn read(log: Option<&Path>, name: &Path) -> Result<String, FileError> {
    let what = "the log of the firmware `wearable` as text";
    let bytes = match log {
        Some(path) => file::read(path, LIMIT, what),
        None => file::read_from(io::stdin(), name, LIMIT, what),
    }?;
    file::text(bytes, name, what)
}
