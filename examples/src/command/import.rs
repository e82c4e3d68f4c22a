//! `hingeline import`: linear models of scikit-learn and PyTorch, from the JSON that `python/to_hingeline.py` writes or from safetensors; and
//! what a device has learnt, from a record.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hingeline_console::file::{self, FileError};
use hingeline_console::{Problem, line, unusable};
use serde::Deserialize;

use super::integers::Raw;
use super::names::class_name;
use super::record;
use super::scaler::Scaler;
use super::stored::Stored;
use super::tensors;

/// Imports a linear model of scikit-learn or PyTorch, from the JSON that examples/python/to_hingeline.py writes or from
/// safetensors, or what a device has learnt, from a record.
#[derive(Debug, Args)]
#[command(after_help = "Example, in Python and then in a shell:
  import to_hingeline; to_hingeline.write(\"svm.json\", to_hingeline.sklearn(make_pipeline(StandardScaler(), LinearSVC()).fit(x, y)))
  hingeline import svm.json -o model.json
From a device, with the names and the standardisation of the model that it began with:
  hingeline import learnt.bin --like model.json -o learnt.json")]
pub struct Options {
    /// The file: JSON, safetensors or a record, recognised by its first bytes
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// For a record: the model whose names and standardisation to use
    #[arg(long, value_name = "MODEL")]
    like: Option<PathBuf>,

    /// The type of raw features on the device; the integers are for whole numbers
    #[arg(long, value_enum, value_name = "TYPE", default_value_t = Raw::F32)]
    raw: Raw,

    /// The file to write the model to
    #[arg(long, short, value_name = "FILE", default_value = "model.json")]
    output: PathBuf,
}

/// The JSON that the Python script writes. Its numbers are in binary64.
#[derive(Debug, Deserialize)]
struct Foreign {
    format: String,
    classes: Vec<String>,
    features: Option<Vec<String>>,
    /// A row for each class, or one row for two classes.
    weights: Vec<Vec<f64>>,
    bias: Vec<f64>,
    /// What is subtracted from each feature.
    mean: Option<Vec<f64>>,
    /// What each feature is then divided by.
    deviation: Option<Vec<f64>>,
}

const FORMAT: &str = "hingeline import 1";
/// The largest file that is read: 1 GiB.
const LIMIT: u64 = 1 << 30;

/// Runs the job.
///
/// # Errors
/// If the file is invalid, or the output cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Problem> {
    let what = "what examples/python/to_hingeline.py writes, safetensors, or a record";
    let bytes = file::read(&options.file, LIMIT, what).map_err(unusable)?;
    let refuse = |problem: String| FileError::new(&options.file, format_args!("{problem}; expected {what}"));
    let like = options.like.as_deref().map(Stored::read).transpose().map_err(unusable)?;
    // A record's scale goes into the weights, which are then rounded: it has another checksum on its device.
    let mut on_device = String::new();
    let stored = if bytes.starts_with(record::MAGIC) {
        record::read(&bytes, like.as_ref()).map(|(stored, checksum)| {
            on_device = format!(" (on the device {checksum:016x}, with its scale)");
            stored
        })
    } else if like.is_some() {
        Err("--like is for records".to_owned())
    } else if bytes.get(8) == Some(&b'{') {
        tensors::read(&bytes)
    } else {
        of(&bytes)
    };
    let mut stored = stored.map_err(|problem| unusable(refuse(problem)))?;
    // With --like, the type of the raw features is that of the other model.
    if like.is_none() {
        stored.raw = options.raw;
    }
    stored.write(&options.output)?;
    line(format_args!(
        "{} classes, {} features, weights {}{on_device}, in {}",
        stored.classes.len(),
        stored.features.len(),
        stored.weights_checksum,
        options.output.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Parses the bytes as a model.
///
/// # Errors
/// A message that says what is wrong with them.
pub fn of(bytes: &[u8]) -> Result<Stored, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string()).and_then(Foreign::store)
}

impl Foreign {
    fn store(self) -> Result<Stored, String> {
        if self.format != FORMAT {
            return Err(format!("format {:?}", self.format));
        }
        let width = self.weights.first().map_or(0, Vec::len);
        if let Some(row) = self.weights.iter().position(|row| row.len() != width) {
            return Err(format!("{} weights in row {row} and {width} in row 0", self.weights[row].len()));
        }
        let (mut weights, mut bias) = (self.weights, self.bias);
        // A single row separates two classes by its sign: half of it becomes the second class, and half of its negative
        // the first.
        if let (&mut [ref mut row], &mut [ref mut only], 2) =
            (weights.as_mut_slice(), bias.as_mut_slice(), self.classes.len())
        {
            row.iter_mut().chain([&mut *only]).for_each(|value| *value /= 2.0);
            let (against, opposite) = (row.iter().map(|w| -w).collect(), -*only);
            weights.insert(0, against);
            bias.insert(0, opposite);
        }
        let features = self.features.unwrap_or_else(|| (0..width).map(|feature| format!("x{feature}")).collect());
        if self.deviation.iter().flatten().any(|deviation| *deviation <= 0.0) {
            return Err("a deviation that is not above 0".to_owned());
        }
        let classes = self.classes.iter().map(|name| class_name(name).into_owned()).collect();
        let mean = self.mean.unwrap_or_else(|| vec![0.0; width]);
        let deviation = self.deviation.unwrap_or_else(|| vec![1.0; width]);
        let narrow = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<f32>>();
        let factor = deviation.iter().map(|deviation| (1.0 / deviation) as f32).collect();
        let scaler = Scaler { mean: narrow(&mean), factor };
        Stored::new(classes, features, scaler, &narrow(&weights.concat()), &narrow(&bias))
    }
}
