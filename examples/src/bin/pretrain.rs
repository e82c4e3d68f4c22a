//! Trains on the known wearers of a watch and prints the Rust constants that the firmware `wearable` starts from.

use std::process::ExitCode;

use clap::Parser;
use hingeline_examples::pretrain::{rust, train};

/// Trains on the known wearers of a watch and prints the Rust constants that the firmware `wearable` starts from
#[derive(Debug, Parser)]
#[command(version)]
struct Options {}

fn main() -> ExitCode {
    hingeline_console::main(|Options {}| {
        let (model, standardiser) = train()?;
        hingeline_console::text(rust(&model, &standardiser))?;
        Ok(ExitCode::SUCCESS)
    })
}
