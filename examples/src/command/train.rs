//! `hingeline train`: from samples in files to a model in a file.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use hingeline::DynModel;
use hingeline::kernel::{Choice, Kernel, Work};
use hingeline_console::file::FileError;
use hingeline_console::{Problem, line, remark, unusable};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::builder::Builder;
use super::format::Format;
use super::integers::Raw;
use super::report::{self, Quality};
use super::scaler::{Scaler, Standardised};
use super::signal::{self, Signal, Tally, Windows};
use super::source::{self, Part, Wanted};
use super::stored::{Stored, Training, check_place};
use super::suspect;
use super::table::Table;
use crate::dataset::of_one_class;
use crate::options;
use crate::selection::{self, Criterion, Found, LossName, Recipe, Search};

/// Trains a model: chooses loss, learning rate and L2 strength by cross-validation where they are not given, trains on
/// all samples, tests if there is anything to test on, and writes the model.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// CSV, svmlight, NPY, NPZ or IDX, each optionally compressed by gzip, or a folder; several are taken together
    #[arg(value_name = "DATA", required = true)]
    data: Vec<PathBuf>,

    /// The data to test on [default: the test part of a folder or an archive, if it has one]
    #[arg(long, value_name = "DATA")]
    test: Vec<PathBuf>,

    /// The file of the labels of the data to test on, for NPY and IDX
    #[arg(long, value_name = "FILE", requires = "test")]
    test_labels: Option<PathBuf>,

    /// Set aside this fraction of the samples of each class to test on; groups and recordings stay whole
    #[arg(long, value_name = "FRACTION", conflicts_with = "test", value_parser = options::fraction::<f64>)]
    test_fraction: Option<f64>,

    /// The file to write the model to
    #[arg(long, short, value_name = "FILE", default_value = "model.json")]
    output: PathBuf,

    /// How to read the data.
    #[command(flatten)]
    format: Format,

    /// The loss to minimise; if there are several, one is chosen [default: all three]
    #[arg(long, value_enum, value_delimiter = ',')]
    loss: Vec<LossName>,

    /// The learning rate of the first step [default: chosen]
    #[arg(long, visible_alias = "eta0", visible_alias = "rate", value_parser = options::learning_rate)]
    learning_rate: Option<f32>,

    /// The L2 strength, half of what scikit-learn calls alpha [default: chosen]
    #[arg(long, value_parser = options::l2)]
    l2: Option<f32>,

    /// How many times each sample is seen [default: 50; less, but at least 10, if samples times features times classes
    /// exceed 10⁸]
    #[arg(long, visible_alias = "max-iter", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    epochs: Option<u32>,

    /// The power p of the class weights (n / (K n_c))^p; if there are several, one is chosen [default: 0; with --by
    /// macro-f1 also 0.5 and 1]
    #[arg(long, value_delimiter = ',', value_parser = options::power)]
    weight_power: Vec<f32>,

    /// The measure that decides the choice
    #[arg(long, value_enum, default_value_t = Criterion::Accuracy)]
    by: Criterion,

    /// How many recipes to try
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    trials: u16,

    /// The number of folds of the cross-validation [default: 5, or 3 for more than 2,000 samples, but no more than
    /// there are groups]
    #[arg(long, value_parser = clap::value_parser!(u8).range(2..=20))]
    folds: Option<u8>,

    /// The seed of all random draws
    #[arg(long, visible_alias = "random-state", default_value_t = 1)]
    seed: u64,

    /// Do not standardise the features
    #[arg(long)]
    no_standardise: bool,

    /// Train in 16-bit integers, as a device without a floating-point unit does; without averaging
    #[arg(long, conflicts_with_all = ["weight_power", "no_standardise"])]
    integers: bool,

    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,

    /// Print neither progress nor warnings
    #[arg(long, short)]
    quiet: bool,

    /// How recordings become samples.
    #[command(flatten)]
    windows: signal::WindowOptions,
}

const EXAMPLES: &str = "Examples:
  hingeline train measurements.csv --label state
  hingeline train train.csv --test test.csv --by macro-f1 -o state.json
  hingeline train mnist.npz --loss softmax --epochs 20
  hingeline train recordings --label-from file --window 104 --hop 52 --sampling-rate 104 --features mean,deviation,band:1-5Hz
  hingeline train examples/data/digits";

/// The result, as JSON.
#[derive(Serialize)]
struct Row<'a> {
    model: String,
    samples: usize,
    recordings: Option<Tally>,
    features: usize,
    classes: &'a [String],
    recipe: Recipe,
    tried: usize,
    validation: Option<f64>,
    select_seconds: f64,
    train_seconds: f64,
    train: &'a Quality,
    test: Option<&'a Quality>,
    warnings: &'a [String],
    weights_checksum: &'a str,
    kernel: &'static str,
}

/// Runs the job.
///
/// # Errors
/// If the options or the data are unusable, or the output cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Problem> {
    check_place(&options.output).map_err(unusable)?;
    let Parts { mut train, mut test, recorded } = read(options).map_err(unusable)?;
    let mut warnings = suspect::of(&train);
    if let Some(recorded) = &recorded {
        warnings.extend_from_slice(&recorded.warnings);
    }
    if !options.quiet && !options.json {
        warnings.iter().for_each(|warning| remark(format_args!("warning: {warning}")));
    }
    check(&train, options).map_err(unusable)?;
    // For recordings, the type that a window on a device has.
    let raw = recorded.as_ref().map_or_else(|| Raw::of(&train), |recorded| recorded.signal.readings.into());
    let scaler = if options.no_standardise { Scaler::none(train.width) } else { Scaler::of(&train) };
    if options.integers {
        train.round(&scaler);
        test.iter_mut().for_each(|test| test.round(&scaler));
    }
    // Rounded features are standardised already.
    let own = if options.integers { Scaler::none(train.width) } else { scaler.clone() };
    for table in [&mut train].into_iter().chain(&mut test) {
        table.standardise(&own);
    }
    let set = Set { table: &train, scaler: &own };

    let search = search(options, &train);
    let start = Instant::now();
    let (recipe, found) = choose(&search, set, options)?;
    let select_seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let (weights, bias) = Choice::best().run(Fit { set, recipe, seed: options.seed })??;
    let train_seconds = start.elapsed().as_secs_f64();

    let mut stored = Stored::new(train.classes.clone(), train.features.clone(), scaler, &weights, &bias)?;
    stored.raw = raw;
    if let Some(recorded) = &recorded {
        stored = stored.with_signal(recorded.signal.clone())?;
    }
    stored.label = train.label.clone().or_else(|| options.format.label.clone());
    let of_train = stored.with_model(|model| Quality::of(model, &mut set.samples(), &train.classes))??;
    let of_test = match &test {
        Some(test) => {
            let mut samples = Standardised::new(test, &own);
            Some(stored.with_model(|model| Quality::of(model, &mut samples, &train.classes))??)
        }
        None => None,
    };
    stored.training = Some(Training {
        recipe,
        seed: options.seed,
        samples: train.counts(),
        validation: found.map(|found| found.value),
        test_accuracy: of_test.as_ref().map(|quality| quality.accuracy),
    });
    stored.write(&options.output).map_err(|error| -> Problem { error.into() })?;

    let row = Row {
        model: options.output.display().to_string(),
        samples: train.labels.len(),
        recordings: recorded.as_ref().map(|recorded| recorded.tally),
        features: train.width,
        classes: &train.classes,
        recipe,
        tried: found.map_or(0, |found| found.tried),
        validation: found.map(|found| found.value),
        select_seconds,
        train_seconds,
        train: &of_train,
        test: of_test.as_ref(),
        warnings: &warnings,
        weights_checksum: &stored.weights_checksum,
        kernel: Choice::best().name(),
    };
    if options.json {
        line(serde_json::to_string(&row)?)?
    } else {
        print(&row, &search)?
    }
    Ok(ExitCode::SUCCESS)
}

/// The data that was read.
struct Parts {
    train: Table,
    /// The part to test on, if there is one.
    test: Option<Table>,
    /// For recordings only.
    recorded: Option<Recorded>,
}

/// How recordings became samples, and the tally of those to train on.
struct Recorded {
    signal: Signal,
    tally: Tally,
    /// The warnings to print.
    warnings: Vec<String>,
}

impl Parts {
    /// Sets aside a fraction of the data to test on: of the samples, or of the groups if there are groups.
    fn divided(table: Table, fraction: f64, seed: u64, recorded: Option<Recorded>) -> Result<Self, String> {
        let [test, rest] = match &table.groups {
            None => selection::divide(&table.labels, fraction, seed)?,
            Some(groups) => selection::divide_groups(&table.labels, groups, fraction, seed)?,
        };
        Ok(Self { train: table.select(&rest), test: Some(table.select(&test)), recorded })
    }
}

/// Reads recordings: all windows of a file, or of a group, are in one part.
fn read_recordings(options: &Options) -> Result<Parts, FileError> {
    let first = options.data.first().map_or(Path::new(""), PathBuf::as_path);
    let refuse = |problem: String| FileError::new(first, problem);
    let asked = match options.format.asked() {
        asked if asked.is_empty() => {
            signal::USUAL.split(',').map(str::parse).collect::<Result<_, _>>().map_err(refuse)?
        }
        asked => asked,
    };
    if !options.format.is_of_windows() {
        return Err(refuse("a number of features is for svmlight; expected names of features".to_owned()));
    }
    let by_options = |axes: Vec<String>| {
        let signal = Signal::of(&options.windows, &asked, axes)?;
        Ok(Signal { group: options.format.group.clone(), ..signal })
    };
    let wanted = Wanted {
        readings: true,
        time: options.windows.time.clone(),
        bare: options.windows.label_from.is_some(),
        unlabelled: options.windows.label_from.is_some(),
        ..options.format.wanted(None, false)
    };
    let label_from = options.windows.label_from;
    let mut builder = Builder::new(options.format.limit());
    let mut windows = Windows::new(&by_options, false, &mut builder);
    windows.read(&options.data, &wanted, label_from)?;
    let (tally, mut warnings) = (windows.tally, windows.warnings());
    let signal = windows.signal().cloned().ok_or_else(|| refuse("no reading".to_owned()))?;
    let table = builder.finish().map_err(|problem| {
        let length =
            format!("; windows have {} readings, and perhaps no stretch of one class has that many", signal.window);
        refuse(problem + &length)
    })?;
    if let Some(fraction) = options.test_fraction {
        return Parts::divided(table, fraction, options.seed, Some(Recorded { signal, tally, warnings }))
            .map_err(refuse);
    }
    let mut test = None;
    if let Some(last) = options.test.last() {
        let wanted = signal.wanted(Wanted { usual_label: table.label.clone(), ..options.format.wanted(None, false) });
        let mut builder = Builder::closed(&table.classes, &table.features, options.format.limit());
        let mut windows = Windows::of_model(&signal, false, &mut builder);
        windows.read(&options.test, &wanted, label_from)?;
        warnings.extend(windows.warnings().into_iter().map(|warning| format!("to test on: {warning}")));
        test = Some(builder.finish().map_err(|problem| FileError::new(last, problem))?);
    }
    Ok(Parts { train: table, test, recorded: Some(Recorded { signal, tally, warnings }) })
}

/// Reads the part to train on and the part to test on, if there is one.
fn read(options: &Options) -> Result<Parts, FileError> {
    if options.windows.window.is_some() {
        return read_recordings(options);
    }
    let (wanted, limit) = (options.format.wanted(None, false), options.format.limit());
    let first = options.data.first().map_or(Path::new(""), PathBuf::as_path);
    let refuse = |problem: String| FileError::new(first, problem);
    let mut builder = Builder::new(limit);
    for path in &options.data {
        source::read(path, Part::Train, &wanted, &mut builder)?;
    }
    if !options.format.asked().is_empty() {
        return Err(refuse("features of windows; expected --window, the readings of a window".to_owned()));
    }
    let train = builder.finish().map_err(refuse)?;
    if let Some(fraction) = options.test_fraction {
        return Parts::divided(train, fraction, options.seed, None).map_err(refuse);
    }
    // The file of labels of one part is not that of the other.
    let mut wanted = Wanted { features: Some(&train.features), labels: options.test_labels.clone(), ..wanted };
    wanted.usual_label.clone_from(&train.label);
    let mut builder = Builder::closed(&train.classes, &train.features, limit);
    let mut found = false;
    for path in &options.data {
        found |= options.test.is_empty() && source::read(path, Part::Test, &wanted, &mut builder)?;
    }
    for path in &options.test {
        source::read_to_evaluate(path, &wanted, &mut builder)?;
        found = true;
    }
    let last = options.test.last().map_or(first, PathBuf::as_path);
    let test = if found { Some(builder.finish().map_err(|problem| FileError::new(last, problem))?) } else { None };
    Ok(Parts { train, test, recorded: None })
}

/// From this number of samples on, labels that are mostly different are not classes.
const MANY: usize = 50;

/// Refuses data that cannot be learnt from.
fn check(train: &Table, options: &Options) -> Result<(), String> {
    let used: Vec<_> = train.classes.iter().zip(train.counts()).filter(|(_, count)| *count > 0).collect();
    let all = train.labels.len();
    if let [(only, _)] = used.as_slice() {
        return Err(of_one_class(all, only));
    }
    if used.len() * 2 > all && all >= MANY {
        let rule = "expected classes; is the label a number to be predicted, or in another column?";
        return Err(format!("{all} samples have {} different labels; {rule}", used.len()));
    }
    if options.integers && options.loss.contains(&LossName::Softmax) {
        return Err("in integers there is no softmax; expected hinge or crammer-singer".to_owned());
    }
    Ok(())
}

/// The largest number of samples that a choice is made on: with more it would be the same and take longer.
const ENOUGH: usize = 15_000;

/// The products of an average run, which determine its number of epochs.
const ALLOWED: f64 = 5e9;

fn search(options: &Options, train: &Table) -> Search {
    let losses = match (options.loss.as_slice(), options.integers) {
        ([], false) => vec![LossName::Hinge, LossName::CrammerSinger, LossName::Softmax],
        ([], true) => vec![LossName::Hinge, LossName::CrammerSinger],
        (given, _) => given.to_vec(),
    };
    let weight_powers = match (options.weight_power.as_slice(), options.by) {
        ([], Criterion::MacroF1) if !options.integers => vec![0.0, 0.5, 1.0],
        ([], _) => vec![0.0],
        (given, _) => given.to_vec(),
    };
    let [samples, width, classes] = [train.labels.len(), train.width, train.classes.len()];
    let work = samples as f64 * width as f64 * classes as f64;
    let epochs = options.epochs.unwrap_or((ALLOWED / work).clamp(10.0, 50.0) as u32);
    // If there are fewer groups than that, each of them is a fold.
    let groups = train.groups.as_ref().map_or(usize::MAX, |groups| groups.iter().collect::<HashSet<_>>().len());
    let folds = options.folds.map_or(if samples <= 2_000 { 5 } else { 3 }.min(groups), usize::from);
    Search {
        losses,
        learning_rate: options.learning_rate,
        l2: options.l2,
        weight_powers,
        epochs,
        integers: options.integers,
        trials: options.trials.into(),
        criterion: options.by,
        folds,
        seed: options.seed,
    }
}

/// Chooses the recipe, and returns it with its result in cross-validation; there is no result if all of it was given.
fn choose(search: &Search, set: Set<'_>, options: &Options) -> Result<(Recipe, Option<Found>), Problem> {
    if let (&[loss], Some(learning_rate), Some(l2), &[weight_power]) =
        (search.losses.as_slice(), search.learning_rate, search.l2, search.weight_powers.as_slice())
    {
        let (epochs, integers) = (search.epochs, search.integers);
        return Ok((Recipe { loss, learning_rate, l2, weight_power, epochs, integers }, None));
    }
    let bar = if options.quiet { ProgressBar::hidden() } else { progress(search.trials)? };
    let (shape, tried) = ([set.table.classes.len(), set.table.width], || bar.inc(1));
    let all = set.table.labels.len();
    let found = if all > ENOUGH {
        let [part, _] =
            selection::divide(&set.table.labels, ENOUGH as f64 / all as f64, options.seed).map_err(unusable)?;
        let table = set.table.select(&part);
        let samples = Standardised::new(&table, set.scaler);
        search.run(&samples, shape, &table.labels, table.groups.as_deref(), &tried)
    } else {
        search.run(&set.samples(), shape, &set.table.labels, set.table.groups.as_deref(), &tried)
    };
    bar.finish_and_clear();
    let found = found.map_err(|problem| match search.folds {
        0 | 1 => unusable("all samples are of one recording or group, so none is left to choose a recipe by; expected several files, --group COLUMN, or --loss, --learning-rate and --l2"),
        _ => unusable(problem),
    })?;
    let found =
        found.ok_or_else(|| unusable("every recipe that was tried diverged or was refused; set --learning-rate"))?;
    Ok((found.recipe, Some(found)))
}

fn progress(trials: usize) -> Result<ProgressBar, Problem> {
    let style = ProgressStyle::with_template("{msg:20} {wide_bar} {pos}/{len} {eta:>4}")?;
    Ok(ProgressBar::new(trials as u64).with_style(style).with_message("cross-validation"))
}

/// The part to train on, with values already standardised unless they are bytes.
#[derive(Clone, Copy)]
struct Set<'a> {
    table: &'a Table,
    scaler: &'a Scaler,
}

impl Set<'_> {
    fn samples(&self) -> Standardised<'_> {
        Standardised::new(self.table, self.scaler)
    }
}

/// The final training run, on all samples, to be run on a kernel.
struct Fit<'a> {
    set: Set<'a>,
    recipe: Recipe,
    seed: u64,
}

impl Work for Fit<'_> {
    type Output = Result<(Vec<f32>, Vec<f32>), Problem>;

    /// The weights, row by row, and the biases.
    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { set, recipe, seed } = self;
        let (classes, features) = (set.table.classes.len(), set.table.width);
        let mut memory = vec![0.0; DynModel::memory_len_on(kernel, classes, features)];
        let mut model = DynModel::on(kernel, &mut memory, classes, features)?;
        selection::train(kernel, &mut set.samples(), recipe, seed, &mut model).map_err(unusable)?;
        let (weights, bias, scale) = model.parts();
        // A file has no scale: it is rounded into the weights.
        Ok((weights.iter().map(|w| w * scale.value).collect(), bias.to_vec()))
    }
}

fn print(row: &Row<'_>, search: &Search) -> Result<(), Problem> {
    if let Some(Tally { recordings, readings, windows, .. }) = row.recordings {
        line(format_args!("{recordings} recordings of {readings} readings: {windows} windows"))?;
    }
    line(format_args!("{} samples to train, {} features, {} classes", row.samples, row.features, row.classes.len()))?;
    let Recipe { loss, learning_rate, l2, weight_power, epochs, .. } = row.recipe;
    let chosen = row.validation.map_or(String::new(), |value| {
        let by = if search.criterion == Criterion::Accuracy { "accuracy" } else { "macro-F1" };
        let (folds, percent) = (search.folds, crate::report::percent(value));
        format!(
            " (of {} recipes: {by} {percent} in {folds}-fold cross-validation, {:.1} s)",
            row.tried, row.select_seconds
        )
    });
    let loss = crate::report::name(loss);
    line(format_args!(
        "loss {loss}, learning rate {learning_rate:.3e}, L2 {l2:.1e}, weight power {weight_power}, {epochs} epochs{chosen}"
    ))?;
    line(format_args!("training part: accuracy {}", crate::report::percent(row.train.accuracy)))?;
    if let Some(test) = row.test {
        report::print("test part", test, row.classes)?;
    }
    line(format_args!("weights {}, in {}", row.weights_checksum, row.model))
}
