//! One row: everything about one core.

use std::collections::BTreeMap;
use std::path::Path;

use hingeline_firmware::integers;
use hingeline_firmware::training::{self, Digits, Watch};
use serde::Serialize;

use crate::Failure;
use crate::cores::{Core, Machine};
use crate::cycles;
use crate::elf::Elf;
use crate::run::{Programs, Run, build, engine, output, run};
use crate::stack::Stacks;
use crate::trace::{Trace, first_call, first_call_of};

#[path = "../../src/windowed.rs"]
#[allow(dead_code)]
mod windowed;

/// The costs and results of a core.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Row {
    pub(crate) target: &'static str,
    pub(crate) core: &'static str,
    pub(crate) kernel: &'static str,
    /// Bytes of the model, of the optimiser, and of both.
    pub(crate) ram: u64,
    pub(crate) ram_model: u64,
    pub(crate) ram_optimiser: u64,
    #[serde(flatten)]
    pub(crate) bare: Option<Bare>,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    /// Fingerprints of the weights that were trained there.
    pub(crate) checksum_digits: String,
    pub(crate) checksum_watch: String,
    /// The same for the watch: by Crammer and Singer's loss, by the softmax, and by the hinge with weights for the
    /// classes.
    pub(crate) checksums_losses: [String; 3],
    /// The same for the digits in integers.
    pub(crate) checksum_integers: String,
    /// The same for the features of windows.
    pub(crate) checksum_windows: String,
    #[serde(skip)]
    pub(crate) compiler: String,
}

/// Functions of `cost_others`: a step by each loss besides the hinge and by the hinge with weights; a score, a step and
/// the inputs of a sample in integers; and a score of bytes.
pub(crate) const OTHERS: [&str; 7] = [
    "step_crammer_singer",
    "step_softmax",
    "step_weighted",
    "integer_score",
    "integer_step",
    "integer_decode",
    "integer_bytes",
];

/// Functions of `cost_saving`: a model, its optimiser and its order to bytes and back; the start, a save and a load on
/// flash.
pub(crate) const SAVING: [&str; 5] = ["to_bytes", "from_bytes", "open", "save", "restore"];

/// Functions of `cost_windows`: a reading, and the features of a window by four lists, in binary32 and in integers.
pub(crate) const WINDOWS: [&str; 10] = [
    "floats_push",
    "floats_plain",
    "floats_time",
    "floats_bands",
    "floats_pairs",
    "integers_push",
    "integers_plain",
    "integers_time",
    "integers_bands",
    "integers_pairs",
];

/// The costs of windows where there is no operating system, in binary32 and in integers.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Windows {
    /// Bytes of a window of 64 readings of three axes.
    pub(crate) ram: [u64; 2],
    /// Bytes of the code for a reading and for the features of readings in time order, and of that for bands.
    pub(crate) flash_time: [u64; 2],
    pub(crate) flash_bands: [u64; 2],
    /// The largest stack that one of these can take, where no jump through a table hides it.
    pub(crate) stack_bound: [Option<u64>; 2],
}

/// The costs of saving a state.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Saving {
    /// Bytes of a record of a model of 10 × 64, its optimiser and its order.
    pub(crate) record: u64,
    /// Bytes of memory for the checkpoints, without the flash's driver.
    pub(crate) ram: u64,
    /// Bytes of the code that converts the state to bytes and back, and of all that the code of checkpoints calls.
    pub(crate) flash_bytes: u64,
    pub(crate) flash_checkpoints: u64,
    pub(crate) instructions: [u64; SAVING.len()],
    /// The largest stack that one of them used on painted memory.
    pub(crate) stack: u64,
}

/// The costs where there is no operating system.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Bare {
    /// Bytes of the code that scores and steps, and of everything that it calls.
    pub(crate) flash: u64,
    /// The same for models of three shapes.
    pub(crate) flash_shapes: u64,
    /// The largest stack that a score, a step or a decoded sample used on painted memory, and the largest that one of
    /// them can take.
    pub(crate) stack: u64,
    pub(crate) stack_bound: u64,
    /// The same for inputs, score and step in integers.
    pub(crate) flash_integers: u64,
    pub(crate) stack_bound_integers: u64,
    pub(crate) saving: Saving,
    pub(crate) windows: Windows,
}

/// Executed instructions from a function's entry to its return, or fuel.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Of the kernel's own function within the score.
    pub(crate) instructions_score: u64,
    /// The same at other lengths, where the kernel is a function of its own there.
    pub(crate) instructions_score_10x30: Option<u64>,
    pub(crate) instructions_score_10x96: Option<u64>,
    /// The same for a sample of subnormals.
    pub(crate) instructions_score_subnormal: Option<u64>,
    pub(crate) instructions_step: u64,
    pub(crate) instructions_step_subnormal: u64,
    /// Of the longest step, in which every margin counts, without a fold and with one.
    pub(crate) instructions_step_longest: u64,
    pub(crate) instructions_step_folding: u64,
    pub(crate) instructions_decode: u64,
    /// Of the functions of another program.
    pub(crate) others: [u64; OTHERS.len()],
    pub(crate) windows: [u64; WINDOWS.len()],
    /// Cycles of that score, by models.
    #[serde(flatten)]
    pub(crate) cycles: BTreeMap<&'static str, u64>,
}

/// Builds, runs and measures everything on one core.
pub(crate) fn measure(core: &Core) -> Result<Row, Failure> {
    let programs = build(core)?;
    let costs = run(core, &programs.path("cost"), None)?;
    let (mut counts, compiler) = match core.machine {
        Machine::Module => (fuel(core, &programs.path("cost"))?, Elf::compiler_of_module(&programs.path("cost"))?),
        _ => traced(core, &programs.path("cost"))?,
    };
    counts.others = others(core, &programs.path("cost_others"), OTHERS)?;
    counts.windows = others(core, &programs.path("cost_windows"), WINDOWS)?;
    let trained = |program| run(core, &programs.path(program), None)?.word_after("checksum");
    let (model, optimiser) = (costs.number("model")? as u64, costs.number("optimiser")? as u64);
    let row = Row {
        target: core.target,
        core: core.name,
        kernel: core.kernel,
        ram: model + optimiser,
        ram_model: model,
        ram_optimiser: optimiser,
        bare: if core.is_bare() { Some(bare(core, &programs, &costs)?) } else { None },
        counts,
        checksum_digits: trained("train_digits")?,
        checksum_watch: trained("train_watch")?,
        checksums_losses: by_losses(&run(core, &programs.path("train_losses"), None)?)?,
        checksum_integers: trained("integers")?,
        checksum_windows: trained("cost_windows")?,
        compiler,
    };
    check_checksums(&row)?;
    Ok(row)
}

/// Counts in a trace of the program that calls everything once; and the compiler of that program.
fn traced(core: &Core, program: &Path) -> Result<(Counts, String), Failure> {
    let (_, trace) = Trace::of_run(core, program)?;

    let cost = Elf::read(program)?;
    let stacks = Stacks::read(program)?;
    let call = |name: &'static str| trace.first_call(cost.function(name, |own| own == format!("cost::{name}"))?);
    let scores = format!("<{} as hingeline::kernel::Kernel>::scores", core.kernel_type());
    // Where the kernel is compiled for an instruction set, this is an inner function.
    let kernel = cost.copies(&[format!("{scores}::entry"), scores]);
    // Checks that the kernel's own function has run, within the score and within the step; the step may be one function
    // of the kernel as a whole.
    let in_score = first_call_of(call("score")?, &kernel)?;
    let inside = format!("<{} as hingeline::kernel::sealed::Sealed>::inside::entry", core.kernel_type());
    let of_step = [kernel.clone(), cost.copies(&[inside])].concat();
    first_call_of(call("step")?, &of_step)?;
    if let Some([scores, update]) = core.assembly() {
        first_call(in_score, cost.function(scores, |name| name == scores)?)?;
        first_call(call("step")?, cost.function(update, |name| name == update)?)?;
    }
    let in_other = |name| Ok::<_, Failure>(first_call_of(call(name)?, &kernel).ok().map(|own| own.len() as u64));
    let counts = Counts {
        instructions_score: in_score.len() as u64,
        instructions_score_10x30: in_other("score_30")?,
        instructions_score_10x96: in_other("score_96")?,
        instructions_score_subnormal: in_other("score_subnormal")?,
        instructions_step: call("step")?.len() as u64,
        instructions_step_subnormal: call("step_subnormal")?.len() as u64,
        instructions_step_longest: call("step_longest")?.len() as u64,
        instructions_step_folding: call("step_folding")?.len() as u64,
        instructions_decode: call("decode")?.len() as u64,
        others: [0; OTHERS.len()],
        windows: [0; WINDOWS.len()],
        cycles: cycles(core, &stacks, in_score)?,
    };
    Ok((counts, cost.compiler))
}

/// Counts for the functions of a program that calls each once, by a trace or by fuel.
fn others<const N: usize>(core: &Core, program: &Path, functions: [&str; N]) -> Result<[u64; N], Failure> {
    let mut counts = [0; N];
    let name = program.file_stem().and_then(|name| name.to_str()).ok_or("no name of a program")?;
    if matches!(core.machine, Machine::Module) {
        let wanted = functions.map(|function| format!("{}{name}{}{function}", name.len(), function.len()));
        let output = output(engine().arg("--fuel-once").arg(program).args(&wanted))?.output;
        let found: BTreeMap<String, Option<u64>> = serde_json::from_slice(&output)?;
        for (count, name) in counts.iter_mut().zip(&wanted) {
            *count = found.get(name).copied().flatten().ok_or_else(|| format!("{name} did not run"))?;
        }
        return Ok(counts);
    }
    let (_, trace) = Trace::of_run(core, program)?;
    let elf = Elf::read(program)?;
    for (count, function) in counts.iter_mut().zip(functions) {
        let address = elf.function(function, |own| own == format!("{name}::{function}"))?;
        *count = trace.first_call(address)?.len() as u64;
    }
    Ok(counts)
}

/// Counts by the engine's fuel.
fn fuel(core: &Core, program: &Path) -> Result<Counts, Failure> {
    let function = |name: &str| format!("4cost{}{name}", name.len());
    // The end of the type, as it appears in symbols.
    let (_, kernel) = core.kernel_type().rsplit_once("::").ok_or("no type")?;
    let within = |name| format!("{kernel}$u20$as,Kernel$GT$6scores+{}", function(name));
    let [score, other_30, other_96, subnormal] = ["score", "score_30", "score_96", "score_subnormal"].map(within);
    let steps = ["step", "step_subnormal", "step_longest", "step_folding"].map(function);
    let (decode, in_step) = (function("decode"), within("step"));
    // A step may be one function of the kernel as a whole.
    let inside = format!("{kernel}$u20$as,Sealed$GT$6inside+{}", function("step"));
    let wanted = [&score, &other_30, &other_96, &subnormal, &decode, &in_step, &inside].into_iter().chain(&steps);
    let output = output(engine().arg("--fuel").arg(program).args(wanted))?.output;
    let found: BTreeMap<String, Option<u64>> = serde_json::from_slice(&output)?;
    let optional = |name: &String| found.get(name).copied().flatten();
    let needed = |name: &String| optional(name).ok_or_else(|| format!("{name} did not run"));
    optional(&in_step).or(optional(&inside)).ok_or("no function of the kernel ran within a step")?;
    let [step, step_subnormal, step_longest, step_folding] = &steps;
    Ok(Counts {
        instructions_score: needed(&score)?,
        instructions_score_10x30: optional(&other_30),
        instructions_score_10x96: optional(&other_96),
        instructions_score_subnormal: optional(&subnormal),
        instructions_step: needed(step)?,
        instructions_step_subnormal: needed(step_subnormal)?,
        instructions_step_longest: needed(step_longest)?,
        instructions_step_folding: needed(step_folding)?,
        instructions_decode: needed(&decode)?,
        others: [0; OTHERS.len()],
        windows: [0; WINDOWS.len()],
        cycles: BTreeMap::new(),
    })
}

/// Cycles by the models that exist for a core.
fn cycles(core: &Core, stacks: &Stacks, executed: &[u64]) -> Result<BTreeMap<&'static str, u64>, Failure> {
    let mut cycles = BTreeMap::new();
    if core.kernel == "vfp" {
        cycles.insert("cycles_score", cycles::of_cortex_m4f(stacks, executed)?);
    }
    if core.target.starts_with("aarch64") {
        cycles.insert("cycles_cortex_a53", cycles::by_model("cortex-a53", stacks, executed)?);
        cycles.insert("cycles_neoverse_v1", cycles::by_model("neoverse-v1", stacks, executed)?);
    }
    Ok(cycles)
}

/// The flash and stack that the code takes.
fn bare(core: &Core, programs: &Programs, costs: &Run) -> Result<Bare, Failure> {
    let functions = ["score", "step", "decode"];
    let mut painted = 0;
    for function in functions {
        painted = (costs.number(function)? as u64).max(painted);
    }
    let (stack_bound, below_caller) = bounds(programs, "cost", &functions)?;
    if below_caller < painted {
        return Err(format!("{}: {painted} bytes of stack were used, above the bound {below_caller}", core.name).into());
    }
    let [flash, flash_shapes, flash_integers] =
        ["footprint", "footprint_shapes", "footprint_integers"].map(|name| flash(&programs.path(name)));
    let (stack_bound_integers, _) =
        bounds(programs, "cost_others", &["integer_score", "integer_step", "integer_decode"])?;
    Ok(Bare {
        flash: flash?,
        flash_shapes: flash_shapes?,
        stack: painted,
        stack_bound,
        flash_integers: flash_integers?,
        stack_bound_integers,
        saving: saving(core, programs)?,
        windows: windows(core, programs)?,
    })
}

/// The costs of saving a state.
fn saving(core: &Core, programs: &Programs) -> Result<Saving, Failure> {
    let program = programs.path("cost_saving");
    let (printed, trace) = Trace::of_run(core, &program)?;
    let (elf, stacks) = (Elf::read(&program)?, Stacks::read(&program)?);
    let mut functions = [0; SAVING.len()];
    for (function, name) in functions.iter_mut().zip(SAVING) {
        *function = elf.function(name, |own| own == format!("cost_saving::{name}"))?;
    }
    let mut instructions = [0; SAVING.len()];
    for (count, function) in instructions.iter_mut().zip(functions) {
        *count = trace.first_call(function)?.len() as u64;
    }
    let size = |functions: &[u64]| {
        let reachable = functions.iter().flat_map(|function| stacks.reachable(*function));
        elf.size(&reachable.collect())
    };
    let [to_bytes, from_bytes, flash @ ..] = functions;
    Ok(Saving {
        record: printed.number("record")? as u64,
        ram: printed.number("checkpoints")? as u64,
        flash_bytes: size(&[to_bytes, from_bytes]),
        flash_checkpoints: size(&flash),
        instructions,
        stack: printed.number("stack")? as u64,
    })
}

/// The costs of windows.
fn windows(core: &Core, programs: &Programs) -> Result<Windows, Failure> {
    let program = programs.path("cost_windows");
    let (elf, stacks) = (Elf::read(&program)?, Stacks::read(&program)?);
    let printed = run(core, &program, None)?;
    let size = |functions: &[String]| {
        let addresses = functions.iter().map(|name| elf.function(name, |own| own == format!("cost_windows::{name}")));
        let addresses: Vec<_> = addresses.collect::<Result<_, _>>()?;
        Ok::<_, Failure>(elf.size(&addresses.into_iter().flat_map(|function| stacks.reachable(function)).collect()))
    };
    let mut windows = Windows { ram: [0; 2], flash_time: [0; 2], flash_bands: [0; 2], stack_bound: [None; 2] };
    for (place, kind) in ["floats", "integers"].into_iter().enumerate() {
        let [push, time, bands, pairs] = ["push", "time", "bands", "pairs"].map(|name| format!("{kind}_{name}"));
        windows.ram[place] = printed.number(kind)? as u64;
        windows.flash_time[place] = size(&[push.clone(), time.clone()])?;
        windows.flash_bands[place] = size(&[push.clone(), bands.clone()])?;
        let bounds = bounds(programs, "cost_windows", &[&push, &time, &bands, &pairs]);
        windows.stack_bound[place] = bounds.ok().map(|(own, _)| own);
    }
    Ok(windows)
}

/// The bytes of the function that scores and steps, and of everything that it calls.
fn flash(program: &Path) -> Result<u64, Failure> {
    let elf = Elf::read(program)?;
    let learn = elf.function("learn", |name| name.starts_with("footprint") && name.ends_with("::learn"))?;
    Ok(elf.size(&Stacks::read(program)?.reachable(learn)))
}

/// The largest stack that one of the functions of a program can take; and the same with the frame of the caller that
/// measures it, which may count as theirs if the stack pointer is read before that frame is made.
fn bounds(programs: &Programs, program: &str, functions: &[&str]) -> Result<(u64, u64), Failure> {
    let path = programs.path(program);
    let (elf, stacks) = (Elf::read(&path)?, Stacks::read(&path)?);
    let (mut own, mut below_caller) = (0, 0);
    for function in functions {
        let address = elf.function(function, |own| own == format!("{program}::{function}"))?;
        own = stacks.bound(address)?.max(own);
        below_caller = stacks.bound(stacks.caller("called", address).unwrap_or(address))?.max(below_caller);
    }
    Ok((own, below_caller))
}

/// Checks that the core trained what this machine trains.
fn check_checksums(row: &Row) -> Result<(), Failure> {
    let (mut digits, mut watch) = (Digits::new(), Watch::new());
    training::digits(&mut digits).map_err(|error| format!("the digits: {error}"))?;
    training::watch(&mut watch).map_err(|error| format!("the watch: {error}"))?;
    let by_losses = training::watch_by_losses(&mut Watch::new()).map_err(|error| format!("the losses: {error}"))?;
    let mut in_integers = integers::Digits::new();
    integers::digits(&mut in_integers).map_err(|error| format!("the digits in integers: {error}"))?;
    let windows = windowed::fingerprint().map_err(|error| format!("the windows: {error}"))?;
    let own = [digits.checksum(), watch.checksum(), in_integers.checksum(), windows];
    let there = [&row.checksum_digits, &row.checksum_watch, &row.checksum_integers, &row.checksum_windows];
    let there = there.into_iter().chain(&row.checksums_losses);
    for (there, here) in there.zip(own.into_iter().chain(by_losses)) {
        let here = format!("{here:016x}");
        if *there != here {
            return Err(format!("{}: weights or features are {there}, and {here} on this machine", row.core).into());
        }
    }
    Ok(())
}

fn by_losses(run: &Run) -> Result<[String; 3], Failure> {
    Ok([run.word_after("crammer-singer")?, run.word_after("softmax")?, run.word_after("weighted")?])
}
