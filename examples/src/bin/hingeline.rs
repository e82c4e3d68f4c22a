//! From data to firmware in one command: `hingeline --help`.

use std::process::ExitCode;

use hingeline_examples::command::{Options, run};

fn main() -> ExitCode {
    hingeline_console::main(|options: Options| run(&options))
}
