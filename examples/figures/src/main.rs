//! Draws the loss: `cargo figures`.

use std::process::ExitCode;

use hingeline_figures::options::Options;
use hingeline_figures::programme;

fn main() -> ExitCode {
    hingeline_console::main(|options: Options| programme::run(&options).map(|()| ExitCode::SUCCESS))
}
