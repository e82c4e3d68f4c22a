//! The main job on handwritten digits: `cargo run --release`.

use std::process::ExitCode;

use clap::Parser;
use hingeline_examples::digits::{CLASSES, FEATURES, digits};
use hingeline_examples::options::WithoutDirectory;
use hingeline_examples::programme;

fn main() -> ExitCode {
    let WithoutDirectory { options } = WithoutDirectory::parse();
    programme::main::<CLASSES, FEATURES>(options, Ok(digits()))
}
