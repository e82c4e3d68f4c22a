//! The library from C, beside the same in Rust: the programs of `examples/c`, built by gcc.

use std::path::{Path, PathBuf};
use std::process::Command;

use comfy_table::Table;
use hingeline_firmware::integers;
use hingeline_firmware::training::{self, Digits};

use crate::Failure;
use crate::cores::Core;
use crate::elf::Elf;
use crate::run::{Programs, Run, build, root, run};
use crate::stack::Stacks;
use crate::trace::Trace;

/// The cores for which there are start-up files in C.
pub(crate) const CORES: [&str; 3] = ["cortex-m0", "cortex-m4f", "rv32imac"];

/// The measured functions of a program: they make a model and an optimiser, score and step.
const FUNCTIONS: [&str; 3] = ["init", "score", "step"];

/// The costs of one program.
#[derive(Debug)]
struct Costs {
    /// The bytes of all functions and of everything that they call.
    flash: u64,
    /// The largest stack that one of them can take.
    stack: u64,
    /// The instructions of a score and of a step.
    score: u64,
    step: u64,
    /// The bytes of a model with its memory, and of an optimiser.
    model: usize,
    optimiser: usize,
    /// The fingerprint of the model after the step.
    checksum: String,
}

/// A core's costs in Rust and in C.
#[derive(Debug)]
pub(crate) struct Row {
    core: &'static str,
    rust: Costs,
    c: Costs,
}

/// Builds, runs and measures both.
pub(crate) fn measure(core: &'static Core) -> Result<Row, Failure> {
    let programs = make(core)?;
    check_training(core, &run(core, &programs.join("learn"), None)?)?;
    run(core, &programs.join("objects"), None)?;
    let rust: Programs = build(core)?;
    let rust = costs(core, &rust.path("cost_runtime"), |name| format!("cost_runtime::{name}"))?;
    let c = costs(core, &programs.join("cost"), str::to_owned)?;
    if c.checksum != rust.checksum {
        return Err(format!("{}: a step in C ends in {}, in Rust in {}", core.name, c.checksum, rust.checksum).into());
    }
    // A tenth and 450 bytes more are allowed for the checks of pointers, and for functions that are not inlined because
    // the library has other callers.
    if c.flash > rust.flash + rust.flash / 10 + 450 {
        return Err(format!("{}: {} bytes of flash in C, {} in Rust", core.name, c.flash, rust.flash).into());
    }
    Ok(Row { core: core.name, rust, c })
}

/// The folder of the programs in C, built.
fn make(core: &Core) -> Result<PathBuf, Failure> {
    let mut command = Command::new("make");
    command.arg("--silent").arg("-C").arg(root().join("examples/c"));
    command.arg(format!("CORE={}", core.name)).arg("build");
    for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
    let output = command.output().map_err(|error| format!("cannot start make: {error}"))?;
    if !output.status.success() {
        return Err(format!("cannot build in C for {}:\n{}", core.name, String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(root().join("target/c").join(core.name))
}

/// Checks that C has trained what this machine trains.
fn check_training(core: &Core, printed: &Run) -> Result<(), Failure> {
    let (mut digits, mut in_integers) = (Digits::new(), integers::Digits::new());
    training::digits(&mut digits).map_err(|error| format!("the digits: {error}"))?;
    integers::digits(&mut in_integers).map_err(|error| format!("the digits in integers: {error}"))?;
    for (name, here) in [("digits", digits.checksum()), ("integers", in_integers.checksum())] {
        let (there, here) = (printed.word_after(name)?, format!("{here:016x}"));
        if there != here {
            return Err(format!("{}: {name} in C end in {there}, and in {here} on this machine", core.name).into());
        }
    }
    Ok(())
}

fn costs(core: &Core, program: &Path, name_of: impl Fn(&str) -> String) -> Result<Costs, Failure> {
    let (printed, trace) = Trace::of_run(core, program)?;
    let (elf, stacks) = (Elf::read(program)?, Stacks::read(program)?);
    let mut addresses = [0; FUNCTIONS.len()];
    for (address, name) in addresses.iter_mut().zip(FUNCTIONS) {
        *address = elf.function(name, |own| own == name_of(name))?;
    }
    let [_, score, step] = addresses;
    let mut stack = 0;
    for address in addresses {
        stack = stacks.bound(address)?.max(stack);
    }
    Ok(Costs {
        stack,
        flash: elf.size(&addresses.iter().flat_map(|address| stacks.reachable(*address)).collect()),
        score: trace.first_call(score)?.len() as u64,
        step: trace.first_call(step)?.len() as u64,
        model: printed.number("model")?,
        optimiser: printed.number("optimiser")?,
        checksum: printed.word_after("checksum")?,
    })
}

/// The rows, in Rust and in C.
pub(crate) fn table(rows: &[Row]) -> Table {
    let header = ["core", "language", "flash", "stack", "model", "optimiser", "score", "step"];
    let cells = rows.iter().flat_map(|row| {
        [("Rust", &row.rust), ("C", &row.c)].map(|(language, costs)| {
            let Costs { flash, stack, score, step, model, optimiser, .. } = costs;
            let mut cells = vec![row.core.to_owned(), language.to_owned()];
            cells.extend([flash, stack, &(*model as u64), &(*optimiser as u64), score, step].map(u64::to_string));
            cells
        })
    });
    crate::table(&header, cells)
}
