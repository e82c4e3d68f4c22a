//! The main job on MNIST or a set in its format: `cargo run --release --bin mnist -- DIR`.

use std::process::ExitCode;

use hingeline_examples::mnist::{CLASSES, FEATURES, read};
use hingeline_examples::options::WithDirectory;
use hingeline_examples::programme;

fn main() -> ExitCode {
    hingeline_console::main(|WithDirectory { directory, options }| {
        programme::run::<CLASSES, FEATURES, _>(options, read(&directory))
    })
}
