//! Draws the loss: `cargo figures`.

use std::process::ExitCode;

use clap::Parser;
use hingeline_figures::options::Options;
use hingeline_figures::programme;

fn main() -> ExitCode {
    match programme::run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
