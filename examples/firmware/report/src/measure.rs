//! One row: everything about one core.

use std::path::Path;

use hingeline::Model;
use hingeline_firmware::training::{self, Digits, Watch};
use serde::Serialize;

use crate::Failure;
use crate::cores::Core;
use crate::cycles::cycles;
use crate::elf::Elf;
use crate::run::{build, run};
use crate::stack::Stacks;
use crate::trace::{Trace, first_call};

/// What a core needs and does.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Row {
    pub(crate) target: &'static str,
    pub(crate) core: &'static str,
    pub(crate) kernel: &'static str,
    /// Bytes of the code that scores and steps, and of all that it calls.
    pub(crate) flash: u64,
    /// Bytes of the model, of the optimiser, and of both.
    pub(crate) ram: u64,
    pub(crate) ram_model: u64,
    pub(crate) ram_optimiser: u64,
    /// The largest stack that a score, a step or a decoded sample left its traces on, and the largest that one can take.
    pub(crate) stack: u64,
    pub(crate) stack_bound: u64,
    /// Executed instructions from a function's entry to its return.
    pub(crate) instructions_score: u64,
    pub(crate) instructions_score_10x30: u64,
    pub(crate) instructions_score_10x96: u64,
    /// Cycles of a Cortex-M4F for that score by its manual's table; a model.
    pub(crate) cycles_score: Option<u64>,
    pub(crate) instructions_step: u64,
    pub(crate) instructions_decode: u64,
    /// Fingerprints of the weights that were trained there.
    pub(crate) checksum_digits: String,
    pub(crate) checksum_watch: String,
    #[serde(skip)]
    pub(crate) compiler: String,
}

/// Builds, runs and measures everything on one core.
pub(crate) fn measure(core: &Core) -> Result<Row, Failure> {
    let folder = build(core.target, false)?;
    let program = |name: &str| folder.join(name);
    let cost = Elf::read(&program("cost"))?;
    let log = folder.join(format!("{}.trace", core.name));
    let costs = run(core, &program("cost"), Some(&log))?;
    let trace = Trace::read(&log)?;
    std::fs::remove_file(&log)?;

    let function = |name: &'static str| cost.function(name, move |own| own == format!("cost::{name}"));
    let scores = format!("<{} as hingeline::kernel::Kernel>::scores", core.kernel_type());
    let kernel = cost.function(&scores, |name| name == scores)?;
    let (score, step, decode) = (function("score")?, function("step")?, function("decode")?);
    // The kernel's own function has run, within the score and within the step.
    let in_score = first_call(trace.first_call(score)?, kernel)?;
    first_call(trace.first_call(step)?, kernel)?;
    let other = |name| Ok::<_, Failure>(first_call(trace.first_call(function(name)?)?, kernel)?.len() as u64);

    let stacks = ["score", "step", "decode"].map(|name| costs.number(name));
    let [score_stack, step_stack, decode_stack] = stacks;
    let painted = score_stack?.max(step_stack?).max(decode_stack?) as u64;
    let (stack_bound, below_caller) = bounds(&program("cost"), &[score, step, decode])?;
    if below_caller < painted {
        return Err(format!("{}: {painted} bytes of stack were used, above the bound {below_caller}", core.name).into());
    }

    let (digits, watch) = (run(core, &program("train_digits"), None)?, run(core, &program("train_watch"), None)?);
    let row = Row {
        target: core.target,
        core: core.name,
        kernel: core.kernel,
        flash: flash(&program("footprint"))?,
        ram: (costs.number("model")? + costs.number("optimiser")?) as u64,
        ram_model: costs.number("model")? as u64,
        ram_optimiser: costs.number("optimiser")? as u64,
        stack: painted,
        stack_bound,
        instructions_score: in_score.len() as u64,
        instructions_score_10x30: other("score_30")?,
        instructions_score_10x96: other("score_96")?,
        cycles_score: (core.kernel == "vfp").then(|| cycles(&Stacks::read(&program("cost"))?, in_score)).transpose()?,
        instructions_step: trace.first_call(step)?.len() as u64,
        instructions_decode: trace.first_call(decode)?.len() as u64,
        checksum_digits: digits.word_after("checksum")?,
        checksum_watch: watch.word_after("checksum")?,
        compiler: cost.compiler,
    };
    check_checksums(&row)?;
    Ok(row)
}

/// The bytes of the function that scores and steps, and of all that it calls.
fn flash(program: &Path) -> Result<u64, Failure> {
    let elf = Elf::read(program)?;
    let learn = elf.function("learn", |name| name == "footprint::learn")?;
    Ok(elf.size(&Stacks::read(program)?.reachable(learn)))
}

/// The largest stack that one of the functions can take; and that with the frame of who calls them to measure it, which may
/// count as theirs if the stack pointer is read before that frame is made.
fn bounds(program: &Path, functions: &[u64]) -> Result<(u64, u64), Failure> {
    let stacks = Stacks::read(program)?;
    let (mut own, mut below_caller) = (0, 0);
    for function in functions {
        own = stacks.bound(*function)?.max(own);
        below_caller = stacks.bound(stacks.caller("called", *function).unwrap_or(*function))?.max(below_caller);
    }
    Ok((own, below_caller))
}

/// What the core trained is what this machine trains.
fn check_checksums(row: &Row) -> Result<(), Failure> {
    let (mut digits, mut watch) = (Digits::new(), Watch::new());
    training::digits(&mut digits).map_err(|error| format!("the digits: {error}"))?;
    training::watch(&mut watch).map_err(|error| format!("the watch: {error}"))?;
    let pairs = [(&row.checksum_digits, fingerprint(&digits)), (&row.checksum_watch, fingerprint(&watch))];
    for (there, here) in pairs {
        if *there != here {
            return Err(format!("{}: the trained weights are {there}, and {here} on this machine", row.core).into());
        }
    }
    Ok(())
}

fn fingerprint<const C: usize, const F: usize>(model: &Model<C, F>) -> String {
    format!("{:016x}", model.checksum())
}
