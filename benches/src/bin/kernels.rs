//! Every kernel against the portable one and against the libraries that a user would pick instead, in alternation.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use hingeline::kernel::Choice;
use hingeline_benches::epoch::Part;
use hingeline_benches::machine::processor;
use hingeline_benches::peers::OpenBlas;
use hingeline_benches::work::{
    BATCH, EpochFigures, FLOAT, Figure, RESIDENT, compare, compare_epochs, compare_integers,
};
use hingeline_console::{Problem, line};
use serde::Serialize;

#[derive(Debug, Parser)]
#[command(about = "Every kernel against the portable one and against what a user would pick instead, in alternation")]
struct Options {
    /// Prints one JSON object per line: work, shape, kernel, against, ratio, gmacs
    #[arg(long)]
    json: bool,

    /// Compares only these shapes, such as 10x64; several may be given
    #[arg(long, value_parser = PossibleValuesParser::new(COMPARISONS.map(|(shape, _)| shape)))]
    shape: Vec<String>,

    /// Seconds for each comparison, of which there are 31
    #[arg(long, default_value_t = 1.3, value_parser = seconds)]
    seconds: f64,

    /// A Python with scikit-learn, for its epochs and LIBLINEAR's, which take two minutes
    #[arg(long)]
    python: Option<PathBuf>,

    /// Measures only epochs
    #[arg(long)]
    epochs: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds from 0 to 3600".to_owned()),
    }
}

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    work: &'a str,
    shape: String,
    kernel: &'a str,
    against: &'a str,
    ratio: f64,
    gmacs: f64,
}

/// A line of `--json` for a part of an epoch.
#[derive(Serialize)]
struct PartLine<'a> {
    work: &'a str,
    shape: &'a str,
    part: &'a str,
    nanoseconds: f64,
}

/// The comparisons at a shape.
#[derive(Clone, Copy)]
enum Comparison {
    Calls(fn(Option<OpenBlas>, Duration) -> Vec<Figure>),
    Integers(fn(Duration) -> Vec<Figure>),
    Epochs(fn(Duration, Option<&Path>) -> io::Result<EpochFigures>),
}

const COMPARISONS: [(&str, Comparison); 11] = [
    ("4x16", Comparison::Calls(compare::<4, 16>)),
    ("10x64", Comparison::Calls(compare::<10, 64>)),
    ("7x30", Comparison::Calls(compare::<7, 30>)),
    ("10x784", Comparison::Calls(compare::<10, 784>)),
    ("10x3072", Comparison::Calls(compare::<10, 3_072>)),
    ("26x16", Comparison::Calls(compare::<26, 16>)),
    ("100x512", Comparison::Calls(compare::<100, 512>)),
    ("10x64", Comparison::Epochs(|budget, python| compare_epochs::<10, 64>(10_000, budget, python))),
    ("10x784", Comparison::Epochs(|budget, python| compare_epochs::<10, 784>(60_000, budget, python))),
    ("10x64", Comparison::Integers(compare_integers::<10, 64>)),
    ("10x784", Comparison::Integers(compare_integers::<10, 784>)),
];

fn main() -> ExitCode {
    // First of all, while there is one thread.
    let blas = OpenBlas::find();
    hingeline_console::main(|options| run(blas, &options).map(|()| ExitCode::SUCCESS))
}

fn run(blas: Option<OpenBlas>, options: &Options) -> Result<(), Problem> {
    let budget = Duration::from_secs_f64(options.seconds);
    if !options.json {
        print_machine(blas)?;
    }
    let (mut figures, mut epochs) = (Vec::new(), Vec::new());
    let wanted = |shape: &str| options.shape.is_empty() || options.shape.iter().any(|wanted| wanted == shape);
    for (shape, comparison) in COMPARISONS.iter().filter(|(shape, _)| wanted(shape)) {
        let new = match comparison {
            Comparison::Epochs(compare) => {
                let (new, parts) = compare(budget, options.python.as_deref())?;
                epochs.push((*shape, parts));
                new
            }
            _ if options.epochs => Vec::new(),
            Comparison::Calls(compare) => compare(blas, budget),
            Comparison::Integers(compare) => compare(budget),
        };
        if options.json {
            print_lines(&new)?;
        }
        figures.extend(new);
    }
    if options.json {
        return print_parts(&epochs);
    }
    line(table(&figures))?;
    if !epochs.is_empty() {
        line(
            "\nWhere the time of an epoch goes on the fastest kernel, ns a sample; pieces by themselves, which overlap in a step:\n",
        )?;
        line(table_of_parts(&epochs))?;
    }
    Ok(())
}

fn print_parts(epochs: &[(&str, Vec<Part>)]) -> Result<(), Problem> {
    for (shape, parts) in epochs {
        for &Part { name: part, nanoseconds } in parts {
            line(serde_json::to_string(&PartLine { work: "part of an epoch", shape, part, nanoseconds })?)?;
        }
    }
    Ok(())
}

/// One row per part, one column per shape.
fn table_of_parts(epochs: &[(&str, Vec<Part>)]) -> Table {
    let mut table = Table::new();
    let shapes = epochs.iter().map(|(shape, _)| *shape);
    table.load_style(ASCII_MARKDOWN).set_header(std::iter::once("part").chain(shapes));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let names = epochs.first().map(|(_, parts)| parts.iter().map(|part| part.name)).into_iter().flatten();
    for (row, name) in names.enumerate() {
        let times = epochs
            .iter()
            .map(|(_, parts)| parts.get(row).map_or_else(String::new, |p| format!("{:.1}", p.nanoseconds)));
        table.add_row(std::iter::once(name.to_owned()).chain(times));
    }
    table
}

fn print_machine(blas: Option<OpenBlas>) -> Result<(), Problem> {
    line(format_args!("processor: {}", processor()))?;
    let kernels: Vec<_> = Choice::ALL.iter().filter(|choice| choice.is_available()).map(|c| c.name()).collect();
    line(format_args!("kernels: {}; chosen at run time: {}", kernels.join(" "), Choice::best().name()))?;
    match blas {
        Some(blas) => line(format_args!("openblas: core {}, one thread", blas.core()))?,
        None => line("openblas: not on this system")?,
    }
    line(format_args!(
        "\nns: the shortest call. Batches of {BATCH} samples. A step has two violations and so updates three rows; a\n\
         library's step is its scores and three axpy alone. Epochs: 10,000 samples of 64 features, 60,000 of 784.\n\
         loads: bytes that must be loaded at least, of those that this processor loads in that time from that cache.\n\
         The last columns: how many times as fast as that; binary32: the same kernel in binary32; resident: the same\n\
         steps on samples that stay in the nearest cache; scikit-learn: its SGDClassifier, a model a class; liblinear: its\n\
         solver of Crammer and Singer, in scikit-learn.\n"
    ))
}

fn print_lines(figures: &[Figure]) -> Result<(), Problem> {
    for figure in figures {
        for &(against, ratio) in &figure.against {
            let (classes, features) = figure.shape;
            let Figure { work, kernel, gmacs, .. } = *figure;
            let shape = format!("{classes}x{features}");
            line(serde_json::to_string(&Line { work, shape, kernel, against, ratio, gmacs })?)?;
        }
    }
    Ok(())
}

fn table(figures: &[Figure]) -> Table {
    let others = [
        "portable",
        FLOAT,
        "openblas",
        "nalgebra",
        "matrixmultiply",
        "faer",
        "simsimd",
        RESIDENT,
        "scikit-learn",
        "liblinear",
    ];
    let is_there = |name: &&str| figures.iter().any(|figure| figure.against.iter().any(|(other, _)| other == name));
    let others: Vec<_> = others.into_iter().filter(is_there).collect();
    let mut table = Table::new();
    let header = ["work", "shape", "kernel", "ns", "GMAC/s", "loads"];
    table.load_style(ASCII_MARKDOWN).set_header(header.iter().chain(&others));
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for figure in figures {
        let ratio = |name: &&str| {
            let found = figure.against.iter().find(|(other, _)| other == name);
            found.map_or_else(String::new, |(_, ratio)| format!("{ratio:.2}"))
        };
        let (classes, features) = figure.shape;
        let own = [
            figure.work.to_owned(),
            format!("{classes}x{features}"),
            figure.kernel.to_owned(),
            format!("{:.1}", figure.nanoseconds),
            format!("{:.1}", figure.gmacs),
            figure.of_the_loads.map_or_else(String::new, |part| format!("{:.0} %", 100.0 * part)),
        ];
        table.add_row(own.into_iter().chain(others.iter().map(ratio)));
    }
    table
}
