//! How well SGD does on sets of many shapes: `cargo run --release --bin sets -- DIR...`.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use comfy_table::Table;
use hingeline::kernel::{Choice, Kernel, Work};
use hingeline_examples::dataset::Dataset;
use hingeline_examples::programme::is_broken_pipe;
use hingeline_examples::report::{percent, table_of};
use hingeline_examples::selection::{Trial, select, train};
use hingeline_examples::{folder, options};
use serde::Serialize;

/// Chooses learning rate and L2 strength on three fifths of the training part of each set, each tried on what the others
/// trained, then trains on all of it and measures.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Folders with train.bin, test.bin and meta.json
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,

    /// The seed of all random draws
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many times each sample is seen
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    epochs: u32,

    /// The learning rate of the first step [default: the best of a few]
    #[arg(long, value_parser = options::learning_rate)]
    learning_rate: Option<f32>,

    /// The L2 strength [default: the best of a few]
    #[arg(long, value_parser = options::l2)]
    l2: Option<f32>,

    /// Print one JSON object a line instead of a table
    #[arg(long)]
    json: bool,
}

/// What came of a set.
#[derive(Serialize)]
struct Row {
    set: String,
    train: usize,
    test: usize,
    features: usize,
    classes: usize,
    learning_rate: f32,
    l2: f32,
    epochs: u32,
    select_seconds: f64,
    train_seconds: f64,
    test_accuracy: f64,
    weights_checksum: String,
    kernel: &'static str,
}

/// Everything for one shape.
type Runner = fn(&Path, folder::Meta, &Options) -> Result<Row, Box<dyn Error>>;

/// A model's shape is known at compile time, a folder's is not: these are the shapes that there is code for.
macro_rules! shapes {
    ($($classes:literal x $features:literal),*) => {
        [$((($classes, $features), run::<$classes, $features> as Runner)),*]
    };
}

const SHAPES: [((usize, usize), Runner); 15] = shapes!(
    10 x 3072, 26 x 16, 5 x 96, 10 x 784, 8 x 32, 10 x 64, 10 x 16, 6 x 36, 7 x 9, 3 x 96, 10 x 320, 4 x 7, 3 x 4,
    7 x 30, 3 x 13
);

fn main() -> ExitCode {
    let options = Options::parse();
    let mut rows = Vec::new();
    let measured: Result<(), Box<dyn Error>> = options.folders.iter().try_for_each(|path| {
        let row = measure(path, &options)?;
        if options.json {
            writeln!(io::stdout(), "{}", serde_json::to_string(&row)?)?;
        } else {
            rows.push(row);
        }
        Ok(())
    });
    // A folder of no use does not take the others' rows with it.
    let printed = if rows.is_empty() { Ok(()) } else { writeln!(io::stdout(), "{}", table(&rows)) };
    match measured.and(printed.map_err(Into::into)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn measure(path: &Path, options: &Options) -> Result<Row, Box<dyn Error>> {
    let meta = folder::read_meta(path)?;
    let shape = (meta.classes.len(), meta.d);
    let Some((_, run)) = SHAPES.iter().find(|(known, _)| *known == shape) else {
        let known: Vec<_> = SHAPES.iter().map(|((classes, features), _)| format!("{classes}x{features}")).collect();
        let problem = format!("{} classes x {} features; expected one of {}", shape.0, shape.1, known.join(", "));
        return Err(format!("{}: {problem}", path.display()).into());
    };
    run(path, meta, options)
}

fn run<const C: usize, const F: usize>(
    path: &Path,
    meta: folder::Meta,
    options: &Options,
) -> Result<Row, Box<dyn Error>> {
    let set = folder::read::<F>(path, meta)?;
    Choice::best().run(Measurement::<C, F> { set: &set, options })?
}

/// A measurement, to be run on a kernel.
struct Measurement<'a, const C: usize, const F: usize> {
    set: &'a Dataset<F>,
    options: &'a Options,
}

impl<const C: usize, const F: usize> Work for Measurement<'_, C, F> {
    type Output = Result<Row, Box<dyn Error>>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { set, options } = self;
        let Options { seed, epochs, learning_rate, l2, .. } = *options;
        let start = Instant::now();
        let trial = match (learning_rate, l2) {
            (Some(learning_rate), Some(l2)) => Trial { learning_rate, l2, epochs },
            only => select::<C, F, K>(kernel, set, epochs, seed, only)?,
        };
        let select_seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let model = train::<C, F, K>(kernel, &set.train, trial, seed)?;
        let train_seconds = start.elapsed().as_secs_f64();
        Ok(Row {
            set: set.name.clone(),
            train: set.train.labels.len(),
            test: set.test.labels.len(),
            features: F,
            classes: C,
            learning_rate: trial.learning_rate,
            l2: trial.l2,
            epochs,
            select_seconds,
            train_seconds,
            test_accuracy: set.test.accuracy(&model)?,
            weights_checksum: format!("{:016x}", model.checksum()),
            kernel: K::NAME,
        })
    }
}

fn table(rows: &[Row]) -> Table {
    let header = ["set", "train", "test", "d", "classes", "rate", "l2", "epochs", "choice s", "train s", "accuracy"];
    let mut table = table_of(&header.map(str::to_owned));
    for row in rows {
        table.add_row([
            row.set.clone(),
            row.train.to_string(),
            row.test.to_string(),
            row.features.to_string(),
            row.classes.to_string(),
            format!("{:.1e}", row.learning_rate),
            format!("{:.0e}", row.l2),
            row.epochs.to_string(),
            format!("{:.2}", row.select_seconds),
            format!("{:.3}", row.train_seconds),
            percent(row.test_accuracy),
        ]);
    }
    table
}
