//! How well SGD does on sets of many shapes: `cargo run --release --bin sets -- DIR...`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use comfy_table::Table;
use hingeline::kernel::{Choice, Kernel, Work};
use hingeline_console::file::FileError;
use hingeline_console::{Problem, is_output, line, remark, unusable};
use hingeline_examples::dataset::Dataset;
use hingeline_examples::report::{percent, table_of};
use hingeline_examples::selection::{Criterion, LossName, Task, Trial, select, train};
use hingeline_examples::{folder, integers, options};
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

    /// What is minimised
    #[arg(long, value_enum, default_value_t = LossName::Hinge)]
    loss: LossName,

    /// The power p of the class weights (n / (K n_c))^p of the training part; 0 for none, 0.5 where a class is rare
    #[arg(long, default_value_t = 0.0, value_parser = options::power)]
    weight_power: f32,

    /// Trains in integers of 16 bits, as a device without a floating-point unit does; without averaging
    #[arg(long, conflicts_with = "weight_power")]
    integers: bool,

    /// What learning rate and L2 strength are chosen by
    #[arg(long, value_enum, default_value_t = Criterion::Accuracy)]
    by: Criterion,

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
    loss: LossName,
    weight_power: f32,
    integers: bool,
    by: Criterion,
    learning_rate: f32,
    l2: f32,
    epochs: u32,
    select_seconds: f64,
    train_seconds: f64,
    test_accuracy: f64,
    test_macro_f1: f32,
    test_balanced_accuracy: f32,
    weights_checksum: String,
    kernel: &'static str,
}

/// Everything for one shape.
type Runner = fn(&Path, folder::Meta, &Options) -> Result<Row, Problem>;

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
    hingeline_console::main(|options: Options| {
        let mut rows = Vec::new();
        let measured = options.folders.iter().try_for_each(|path| {
            let row = measure(path, &options)?;
            if options.json {
                return line(serde_json::to_string(&row)?);
            }
            rows.push(row);
            Ok(())
        });
        // A folder of no use does not take the others' rows with it.
        let printed = if rows.is_empty() { Ok(()) } else { line(table(&rows)) };
        measured.map_err(of_set).and(printed)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// All that can go wrong with a set is the set's or the options' fault; the output's is its own.
fn of_set(problem: Problem) -> Problem {
    if is_output(&*problem) { problem } else { unusable(problem) }
}

fn measure(path: &Path, options: &Options) -> Result<Row, Problem> {
    let meta = folder::read_meta(path)?;
    let shape = (meta.classes.len(), meta.d);
    let Some((_, run)) = SHAPES.iter().find(|(known, _)| *known == shape) else {
        let known: Vec<_> = SHAPES.iter().map(|((classes, features), _)| format!("{classes}x{features}")).collect();
        let problem = format!("{} classes x {} features; expected one of {}", shape.0, shape.1, known.join(", "));
        return Err(FileError::new(path, problem).into());
    };
    run(path, meta, options)
}

fn run<const C: usize, const F: usize>(path: &Path, meta: folder::Meta, options: &Options) -> Result<Row, Problem> {
    let mut set = folder::read::<F>(path, meta)?;
    if options.integers {
        if options.loss == LossName::Softmax {
            return Err("in integers there is no softmax; expected hinge or crammer-singer".into());
        }
        integers::round(&mut set);
    }
    if let Some(untrained) = set.untrained() {
        remark(format_args!("warning: {}: {untrained}", path.display()));
    }
    let measured = Choice::best().run(Measurement::<C, F> { set: &set, options })?;
    measured.map_err(|problem| FileError::new(path, problem).into())
}

/// A measurement, to be run on a kernel.
struct Measurement<'a, const C: usize, const F: usize> {
    set: &'a Dataset<F>,
    options: &'a Options,
}

impl<const C: usize, const F: usize> Work for Measurement<'_, C, F> {
    type Output = Result<Row, Problem>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { set, options } = self;
        let Options { seed, epochs, learning_rate, l2, loss, weight_power, integers, by, .. } = *options;
        let task = Task { loss, weight_power, criterion: by, integers, epochs, seed };
        let start = Instant::now();
        let trial = match (learning_rate, l2) {
            (Some(learning_rate), Some(l2)) => Trial { learning_rate, l2 },
            only => select::<C, F, K>(kernel, set, task, only)?,
        };
        let select_seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let model = train::<C, F, K>(kernel, &set.train, task, trial)?;
        let train_seconds = start.elapsed().as_secs_f64();
        let mut counts = Vec::new();
        let confusion = set.test.confusion(&model, &mut counts)?;
        Ok(Row {
            set: set.name.clone(),
            train: set.train.labels.len(),
            test: set.test.labels.len(),
            features: F,
            classes: C,
            loss,
            weight_power,
            integers,
            by,
            learning_rate: trial.learning_rate,
            l2: trial.l2,
            epochs,
            select_seconds,
            train_seconds,
            test_accuracy: set.test.accuracy(&model)?,
            test_macro_f1: confusion.macro_f1().unwrap_or_default(),
            test_balanced_accuracy: confusion.balanced_accuracy().unwrap_or_default(),
            weights_checksum: format!("{:016x}", model.checksum()),
            kernel: K::NAME,
        })
    }
}

fn table(rows: &[Row]) -> Table {
    let header =
        ["set", "train", "test", "d", "classes", "rate", "l2", "epochs", "choice s", "train s", "accuracy", "macro-F1"];
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
            percent(row.test_macro_f1.into()),
        ]);
    }
    table
}
