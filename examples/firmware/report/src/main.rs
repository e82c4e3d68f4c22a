//! Builds the firmware for every core, runs it there in an emulator, and reports its costs.
//!
//! A row is printed only if the trained weights are those of this machine to the last bit, and if the named kernel has
//! executed.

mod cores;
mod cycles;
mod door;
mod elf;
mod figures;
mod log;
mod measure;
mod run;
mod snapshots;
mod stack;
mod trace;

use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use hingeline_console::{Problem as Failure, line, remark};

use cores::{CORES, Core};
use figures::Figures;
use measure::{Row, Windows, measure};

#[derive(Debug, Parser)]
#[command(about = "Builds the firmware for every core, runs it there in an emulator, and reports what it costs")]
struct Options {
    /// Only these cores
    #[arg(value_name = "CORE", value_parser = PossibleValuesParser::new(CORES.each_ref().map(|core| core.name)))]
    cores: Vec<String>,

    /// Prints one JSON object per core, one per line
    #[arg(long)]
    json: bool,

    /// Measures the programs in C instead, beside the same in Rust; needs gcc for the cores
    #[arg(long)]
    c: bool,

    /// Records the figures, which later ones are compared with
    #[arg(long)]
    record: bool,

    /// Records the output of the examples as their expected output
    #[arg(long)]
    bless: bool,
}

fn main() -> ExitCode {
    hingeline_console::main(|options| run(&options))
}

fn run(options: &Options) -> Result<ExitCode, Failure> {
    let chosen = |core: &&Core| options.cores.is_empty() || options.cores.iter().any(|name| name == core.name);
    if options.c {
        let cores = CORES.iter().filter(chosen).filter(|core| door::CORES.contains(&core.name));
        let rows: Vec<_> = cores.map(door::measure).collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Err(format!("there are programs in C for {}", door::CORES.join(", ")).into());
        }
        line(door::table(&rows))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (mut rows, mut failed) = (Vec::new(), false);
    for core in CORES.iter().filter(chosen) {
        match snapshots::check(core, options.bless).and_then(|()| measure(core)) {
            Ok(row) => rows.push(row),
            Err(failure) => {
                remark(format_args!("{}: {failure}", core.name));
                failed = true;
            }
        }
    }
    // Figures are recorded or compared even if the output is not read.
    let printed = print(&rows, options.json);
    failed |= !compare(&rows, options.record)?;
    if failed {
        return Ok(ExitCode::FAILURE);
    }
    printed?;
    Ok(ExitCode::SUCCESS)
}

fn print(rows: &[Row], json: bool) -> Result<(), Failure> {
    if json {
        for row in rows {
            line(serde_json::to_string(row)?)?;
        }
        return Ok(());
    }
    let tables = [costs(rows), counts(rows), by_losses(rows), saving(rows), windows(rows)];
    line(tables.map(|table| table.to_string()).join("\n\n"))
}

/// What firmware needs and costs, and its results.
fn costs(rows: &[Row]) -> Table {
    let header = [
        "core",
        "kernel",
        "flash",
        "model",
        "optimiser",
        "stack",
        "bound",
        "score",
        "step",
        "decode",
        "digits",
        "watch",
    ];
    let cells = rows.iter().map(|row| {
        let (bare, counts) = (row.bare.as_ref(), &row.counts);
        vec![
            row.core.to_owned(),
            row.kernel.to_owned(),
            optional(bare.map(|bare| bare.flash)),
            row.ram_model.to_string(),
            row.ram_optimiser.to_string(),
            optional(bare.map(|bare| bare.stack)),
            optional(bare.map(|bare| bare.stack_bound)),
            counts.instructions_score.to_string(),
            counts.instructions_step.to_string(),
            counts.instructions_decode.to_string(),
            row.checksum_digits.clone(),
            row.checksum_watch.clone(),
        ]
    });
    table(&header, cells)
}

/// The scores at other lengths, the cost of subnormals, cycles by models, and the flash of three shapes.
fn counts(rows: &[Row]) -> Table {
    let header = [
        "core",
        "kernel",
        "10x30",
        "10x64",
        "10x96",
        "of subnormals",
        "step",
        "step of subnormals",
        "longest step",
        "with a fold",
        "cortex-m4f",
        "cortex-a53",
        "neoverse-v1",
        "three shapes",
    ];
    let cells = rows.iter().map(|row| {
        let counts = &row.counts;
        let cycles = |name| optional(counts.cycles.get(name).copied());
        vec![
            row.core.to_owned(),
            row.kernel.to_owned(),
            optional(counts.instructions_score_10x30),
            counts.instructions_score.to_string(),
            optional(counts.instructions_score_10x96),
            optional(counts.instructions_score_subnormal),
            counts.instructions_step.to_string(),
            counts.instructions_step_subnormal.to_string(),
            counts.instructions_step_longest.to_string(),
            counts.instructions_step_folding.to_string(),
            cycles("cycles_score"),
            cycles("cycles_cortex_a53"),
            cycles("cycles_neoverse_v1"),
            optional(row.bare.as_ref().map(|bare| bare.flash_shapes)),
        ]
    });
    table(&header, cells)
}

/// Steps by each loss, and the costs of integers.
fn by_losses(rows: &[Row]) -> Table {
    let header = [
        "core",
        "kernel",
        "hinge",
        "Crammer-Singer",
        "softmax",
        "weighted hinge",
        "integer score",
        "integer step",
        "integer inputs",
        "score of bytes",
        "integer flash",
        "integer bound",
        "Crammer-Singer's watch",
        "softmax's watch",
        "weighted watch",
        "integers' digits",
    ];
    let cells = rows.iter().map(|row| {
        let counts = &row.counts;
        let mut cells = vec![row.core.to_owned(), row.kernel.to_owned()];
        cells.push(counts.instructions_step.to_string());
        cells.extend(counts.others.map(|number| number.to_string()));
        let bare = row.bare.as_ref();
        cells.push(optional(bare.map(|bare| bare.flash_integers)));
        cells.push(optional(bare.map(|bare| bare.stack_bound_integers)));
        cells.extend(row.checksums_losses.iter().chain([&row.checksum_integers]).cloned());
        cells
    });
    table(&header, cells)
}

/// The cost of saving a model, its optimiser and its order, where there is no operating system.
fn saving(rows: &[Row]) -> Table {
    let header =
        ["core", "flash of bytes", "of checkpoints", "RAM", "stack", "to bytes", "from bytes", "open", "save", "load"];
    let cells = rows.iter().filter_map(|row| {
        let saving = &row.bare.as_ref()?.saving;
        let sizes = [saving.flash_bytes, saving.flash_checkpoints, saving.ram, saving.stack];
        let numbers = sizes.into_iter().chain(saving.instructions).map(|number| number.to_string());
        Some([row.core.to_owned()].into_iter().chain(numbers).collect())
    });
    table(&header, cells)
}

/// The costs of windows: their features in binary32 and in integers, one row each.
fn windows(rows: &[Row]) -> Table {
    let header = [
        "core",
        "numbers",
        "RAM",
        "flash",
        "of bands",
        "bound",
        "push",
        "mean, deviation",
        "12 an axis",
        "3 bands an axis",
        "3 pairs",
        "features",
    ];
    let cells = rows.iter().flat_map(|row| {
        ["binary32", "integers"].into_iter().enumerate().map(move |(kind, name)| {
            let sizes = row.bare.as_ref().map(|bare| bare.windows);
            let size = |of: fn(Windows) -> [u64; 2]| optional(sizes.map(|windows| of(windows)[kind]));
            let bound = sizes.and_then(|windows| windows.stack_bound[kind]);
            let mut cells = vec![row.core.to_owned(), name.to_owned()];
            cells.push(size(|windows| windows.ram));
            cells.push(size(|windows| windows.flash_time));
            cells.push(size(|windows| windows.flash_bands));
            cells.push(optional(bound));
            cells.extend(row.counts.windows.iter().skip(5 * kind).take(5).map(u64::to_string));
            cells.push(row.checksum_windows.clone());
            cells
        })
    });
    table(&header, cells)
}

fn optional(number: Option<u64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Compares the figures with those of the repository, or records them.
fn compare(rows: &[Row], record: bool) -> Result<bool, Failure> {
    if record {
        Figures::record(rows)?;
        return Ok(true);
    }
    let (figures, mut as_good) = (Figures::read()?, true);
    for row in rows {
        let same = figures.are_of(row);
        for line in figures.worse(row) {
            remark(format_args!("{}{line}", if same { "" } else { "note, with another compiler: " }));
            as_good &= !same;
        }
    }
    Ok(as_good)
}
