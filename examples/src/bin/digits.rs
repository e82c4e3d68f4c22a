//! The main job on handwritten digits: `cargo run --release`.

use std::process::ExitCode;

use hingeline_examples::digits::{CLASSES, FEATURES, digits};
use hingeline_examples::options::WithoutDirectory;
use hingeline_examples::programme;

fn main() -> ExitCode {
    hingeline_console::main(|WithoutDirectory { options }| {
        programme::run::<CLASSES, FEATURES, _>(options, Ok(digits()))
    })
}
