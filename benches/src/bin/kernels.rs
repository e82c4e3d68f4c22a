//! Every kernel against the portable one and against what a user would pick instead, in alternation.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use hingeline::kernel::Choice;
use hingeline_benches::machine::processor;
use hingeline_benches::peers::OpenBlas;
use hingeline_benches::work::{BATCH, FLOAT, Figure, compare, compare_epochs, compare_integers};
use hingeline_console::{Problem, line};
use serde::Serialize;

#[derive(Debug, Parser)]
#[command(about = "Every kernel against the portable one and against what a user would pick instead, in alternation")]
struct Options {
    /// Prints an object a line for machines: work, shape, kernel, against, ratio, gmacs
    #[arg(long)]
    json: bool,

    /// Compares at these shapes alone, such as 10x64; several may be given
    #[arg(long, value_parser = PossibleValuesParser::new(COMPARISONS.map(|(shape, _)| shape)))]
    shape: Vec<String>,

    /// Seconds for each comparison, of which there are 27
    #[arg(long, default_value_t = 1.3, value_parser = seconds)]
    seconds: f64,
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

type Comparison = fn(Option<OpenBlas>, Duration) -> Vec<Figure>;

const COMPARISONS: [(&str, Comparison); 11] = [
    ("4x16", compare::<4, 16>),
    ("10x64", compare::<10, 64>),
    ("7x30", compare::<7, 30>),
    ("10x784", compare::<10, 784>),
    ("10x3072", compare::<10, 3_072>),
    ("26x16", compare::<26, 16>),
    ("100x512", compare::<100, 512>),
    ("10x64", |_, budget| compare_epochs::<10, 64>(10_000, budget)),
    ("10x784", |_, budget| compare_epochs::<10, 784>(60_000, budget)),
    ("10x64", |_, budget| compare_integers::<10, 64>(budget)),
    ("10x784", |_, budget| compare_integers::<10, 784>(budget)),
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
    let mut figures = Vec::new();
    let wanted = |shape: &str| options.shape.is_empty() || options.shape.iter().any(|wanted| wanted == shape);
    for (_, compare) in COMPARISONS.iter().filter(|(shape, _)| wanted(shape)) {
        let new = compare(blas, budget);
        if options.json {
            print_lines(&new)?;
        }
        figures.extend(new);
    }
    if !options.json {
        line(table(&figures, blas.is_some()))?;
    }
    Ok(())
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
         The last columns: how many times as fast as that.\n"
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

fn table(figures: &[Figure], has_blas: bool) -> Table {
    let others = ["portable", FLOAT, "openblas", "nalgebra", "matrixmultiply", "faer", "simsimd"];
    let others: Vec<_> = others.into_iter().filter(|name| has_blas || *name != "openblas").collect();
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
