//! The main job on handwritten digits: `cargo run --release`.

use std::process::ExitCode;

use hingeline_examples::digits::{CLASSES, FEATURES, digits};
use hingeline_examples::options::Options;
use hingeline_examples::programme;

fn main() -> ExitCode {
    let options = Options::from_command_line();
    match programme::run::<CLASSES, FEATURES>(&digits(), &options) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough, as `head` does.
        Err(error) if programme::is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
