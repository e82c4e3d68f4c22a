//! How well SGD does on sets of many shapes: `cargo run --release --bin sets -- DIR...`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use comfy_table::Table;
use hingeline::DynModel;
use hingeline::kernel::{Choice, Kernel, Work};
use hingeline_console::file::FileError;
use hingeline_console::{Problem, is_output, line, remark, unusable};
use hingeline_examples::dataset::{DatasetOf, confusion, correct};
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
    let mut set = folder::read(path, folder::read_meta(path)?)?;
    if options.integers {
        if options.loss == LossName::Softmax {
            return Err("in integers there is no softmax; expected hinge or crammer-singer".into());
        }
        integers::round(&mut set);
    }
    if let Some(untrained) = set.untrained() {
        remark(format_args!("warning: {}: {untrained}", path.display()));
    }
    let measured = Choice::best().run(Measurement { set: &set, options })?;
    measured.map_err(|problem| FileError::new(path, problem).into())
}

/// A measurement, to be run on a kernel.
struct Measurement<'a> {
    set: &'a DatasetOf<Box<[f32]>>,
    options: &'a Options,
}

impl Work for Measurement<'_> {
    type Output = Result<Row, Problem>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { set, options } = self;
        let Options { seed, epochs, learning_rate, l2, loss, weight_power, integers, by, .. } = *options;
        let task = Task { loss, weight_power, criterion: by, integers, epochs, seed };
        let start = Instant::now();
        let trial = match (learning_rate, l2) {
            (Some(learning_rate), Some(l2)) => Trial { learning_rate, l2 },
            only => select(kernel, set, task, only)?,
        };
        let select_seconds = start.elapsed().as_secs_f64();
        let (part, test) = (set.train.flat(), set.test.flat());
        let (classes, features) = (set.classes.len(), part.width);
        let mut memory = vec![0.0; DynModel::memory_len_on(kernel, classes, features)];
        let mut model = DynModel::on(kernel, &mut memory, classes, features)?;
        let start = Instant::now();
        train(kernel, &part, task, trial, &mut model)?;
        let train_seconds = start.elapsed().as_secs_f64();
        let mut counts = Vec::new();
        let confusion = confusion(&model, &mut test.samples()?, &mut counts)?;
        Ok(Row {
            set: set.name.clone(),
            train: part.labels.len(),
            test: test.labels.len(),
            features,
            classes,
            loss,
            weight_power,
            integers,
            by,
            learning_rate: trial.learning_rate,
            l2: trial.l2,
            epochs,
            select_seconds,
            train_seconds,
            test_accuracy: f64::from(correct(&confusion, classes)) / test.labels.len() as f64,
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
