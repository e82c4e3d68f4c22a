//! `hingeline export`: a model as source code for firmware, or as bytes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use hingeline::integer::Agreement;
use hingeline_console::file::FileError;
use hingeline_console::{Problem, line, remark, text, unusable};

use super::builder::Builder;
use super::format::Format;
use super::integers::{Integers, Width};
use super::signal::{Kind, Windows};
use super::source;
use super::stored::{Stored, check_place, write};
use super::{export_c, export_rust, record, tensors};

/// Writes a model as code: a Rust file for this library, or a C file that needs no library; or as bytes, for a device
/// or for Python.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The model, as `train` writes it
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// What to write
    #[arg(long, value_enum)]
    to: Target,

    /// Write the weights as 16-bit or 8-bit integers, for raw features that are whole numbers
    #[arg(long, value_enum, value_name = "TYPE")]
    integers: Option<Width>,

    /// Fold the standardisation into the weights: the code then has no step for it, and its scores differ by rounding
    #[arg(long, conflicts_with = "integers")]
    fold: bool,

    /// The prefix of all names in C
    #[arg(long, default_value = "model", value_parser = identifier)]
    name: String,

    /// With --integers: report for how many of these samples the code and the model predict the same class
    #[arg(long, value_name = "DATA", requires = "integers")]
    agreement: Option<PathBuf>,

    /// How to read the data.
    #[command(flatten)]
    format: Format,

    /// The file to write to [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

const EXAMPLES: &str = "Examples:
  hingeline export model.json --to rust -o src/model.rs
  hingeline export model.json --to c --name gesture -o gesture.h
  hingeline export model.json --to c --integers i16 --agreement test.csv -o gesture.h";

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// A Rust file of constants and functions that predict, for this library
    Rust,
    /// A header of constants and functions in C99, which needs no library; not for windows
    C,
    /// JSON, as `train` writes it
    Json,
    /// The tensors `weight` and `bias`, and `mean` and `factor` unless they are folded, for Python
    Safetensors,
    /// A record, which a device loads with `hingeline::state`
    Record,
}

fn identifier(text: &str) -> Result<String, String> {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    if text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("expected letters, digits and underscores".to_owned())
    }
}

/// Runs the job.
///
/// # Errors
/// If the options or the model are unusable, or the output cannot be written.
pub fn run(options: &Options) -> Result<ExitCode, Problem> {
    options.output.as_deref().map_or(Ok(()), check_place).map_err(unusable)?;
    let mut stored = Stored::read(&options.model).map_err(unusable)?;
    if options.fold {
        stored = stored.folded().map_err(unusable)?;
    }
    let refuse = |problem: String| unusable(FileError::new(&options.model, problem));
    if stored.signal.is_some() && options.to == Target::C {
        return Err(refuse("export of windows to C is not supported; expected --to rust".to_owned()));
    }
    if stored.signal.as_ref().is_some_and(|signal| signal.readings == Kind::F32) && options.integers.is_some() {
        return Err(refuse(
            "features of readings in binary32 are not whole numbers; expected a model of `train --reading-type i16`"
                .to_owned(),
        ));
    }
    let integers = options.integers.map(|width| Integers::of(&stored, width)).transpose().map_err(refuse)?;
    if let (Some(data), Some(integers)) = (&options.agreement, &integers) {
        tell_agreement(&stored, integers, data, &options.format)?;
    }
    let code = match options.to {
        Target::Rust => export_rust::code(&stored, integers.as_ref()),
        Target::C => export_c::code(&stored, integers.as_ref(), &options.name),
        _ if integers.is_some() => return Err(unusable("--integers is for --to rust and --to c")),
        Target::Json => format!("{}\n", serde_json::to_string(&stored)?),
        Target::Safetensors => return write_bytes(options, &tensors::write(&stored).map_err(refuse)?),
        Target::Record => return write_bytes(options, &record::write(&stored).map_err(refuse)?),
    };
    match &options.output {
        Some(_) => return write_bytes(options, code.as_bytes()),
        None => text(code)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_bytes(options: &Options, bytes: &[u8]) -> Result<ExitCode, Problem> {
    let Some(path) = &options.output else { return Err(unusable("bytes are not for a terminal; expected --output")) };
    write(path, bytes)?;
    line(format_args!("{} bytes in {}", bytes.len(), path.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn tell_agreement(
    stored: &Stored,
    integers: &Integers,
    data: &std::path::Path,
    format: &Format,
) -> Result<(), Problem> {
    let mut wanted = format.wanted(Some(&stored.features), false);
    wanted.usual_label.clone_from(&stored.label);
    let mut builder = Builder::closed(&stored.classes, &stored.features, format.limit());
    match &stored.signal {
        None => source::read_to_evaluate(data, &wanted, &mut builder).map_err(unusable)?,
        Some(signal) => {
            let wanted = signal.wanted(wanted);
            let mut windows = Windows::of_model(signal, false, &mut builder);
            windows.read(&[data.to_owned()], &wanted, signal.label_from).map_err(unusable)?;
        }
    }
    let mut table = builder.finish().map_err(|problem| unusable(FileError::new(data, problem)))?;
    if !stored.raw.holds(&table) {
        let problem =
            format!("a feature that does not fit in {}, as the model's training samples do", stored.raw.rust());
        return Err(unusable(FileError::new(data, problem)));
    }
    let Agreement { agreeing, samples } = integers.agreement(stored, &mut table).map_err(unusable)?;
    remark(format_args!("{agreeing} of {samples} samples are of the same class in integers"));
    Ok(())
}
