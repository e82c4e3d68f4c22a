//! The main job on CIFAR-10 in its binary version: `cargo run --release --bin cifar10 -- DIR`.

use std::process::ExitCode;

use hingeline_examples::cifar10::{CLASSES, FEATURES, read};
use hingeline_examples::options::WithDirectory;
use hingeline_examples::programme;

fn main() -> ExitCode {
    hingeline_console::main(|WithDirectory { directory, options }| {
        programme::run::<CLASSES, FEATURES, _>(options, read(&directory))
    })
}
