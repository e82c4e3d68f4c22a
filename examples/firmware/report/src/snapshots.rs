//! The output of the example programs, compared with the output that the repository records.

use std::path::PathBuf;

use hingeline_console::file;

use crate::Failure;
use crate::cores::{Core, Machine};
use crate::log::decode;
use crate::run::{build, build_logging, root, run};

/// The programs that print text.
const PROGRAMS: [&str; 8] =
    ["blank", "blank_integers", "wearable_integers", "self_check", "landscape", "exported", "persistent", "sequential"];

/// The programs among them that need a board.
const BARE: [&str; 3] = ["blank", "blank_integers", "wearable_integers"];

/// The program that logs through defmt.
const LOGGING: &str = "wearable";

fn path(program: &str) -> PathBuf {
    root().join("examples/firmware/snapshots").join(program).with_extension("txt")
}

/// Runs every example on a core, and records or compares the output.
pub(crate) fn check(core: &Core, bless: bool) -> Result<(), Failure> {
    let programs = build(core)?;
    for program in PROGRAMS.into_iter().filter(|program| core.is_bare() || !BARE.contains(program)) {
        let printed = String::from_utf8(run(core, &programs.path(program), None)?.output)?;
        // Only this word differs from core to core, and it must be right.
        let kernel = format!("kernel {}\n", core.kernel);
        if program == "self_check" && !printed.contains(&kernel) {
            return Err(format!("{program} did not run on {}:\n{printed}", core.kernel).into());
        }
        compare(core, program, &printed.replace(&kernel, "kernel KERNEL\n"), bless)?;
    }
    if matches!(core.machine, Machine::LoggingBoard(_)) {
        let program = build_logging(core)?.path(LOGGING);
        let frames = run(core, &program, None)?.output;
        compare(core, LOGGING, &decode(&program, &frames)?, bless)?;
    }
    Ok(())
}

fn compare(core: &Core, program: &str, printed: &str, bless: bool) -> Result<(), Failure> {
    let path = path(program);
    if bless {
        return Ok(file::write(&path, printed)?);
    }
    let expected = file::read_text(&path, 1 << 24, "what the program prints")?;
    let difference = expected.lines().zip(printed.lines()).find(|(expected, printed)| expected != printed);
    if let Some((expected, printed)) = difference {
        return Err(format!("{program} on {}: printed\n{printed}\nand not\n{expected}", core.name).into());
    }
    if expected.lines().count() != printed.lines().count() {
        return Err(format!("{program} on {}: another number of lines:\n{printed}", core.name).into());
    }
    Ok(())
}
