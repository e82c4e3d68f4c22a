//! The main job on MNIST or a set in its format: `cargo run --release --bin mnist -- DIR`.

use std::process::ExitCode;

use clap::Parser;
use hingeline_examples::mnist::{CLASSES, FEATURES, read};
use hingeline_examples::options::WithDirectory;
use hingeline_examples::programme;

fn main() -> ExitCode {
    let WithDirectory { directory, options } = WithDirectory::parse();
    programme::main::<CLASSES, FEATURES>(options, read(&directory))
}
