//! Epochs of other libraries on the same data, run through Python.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io, process};

use serde::Deserialize;

/// A line of the script.
#[derive(Deserialize)]
struct Line {
    name: String,
    nanoseconds: f64,
}

/// The names that the script may report.
const NAMES: [&str; 2] = ["scikit-learn", "liblinear"];

/// Epochs of other libraries over these samples, in ns per sample.
///
/// # Errors
/// If the file or the script fails; the script has then said why.
pub(crate) fn epochs_of_peers<const F: usize>(
    python: &Path,
    features: &[[f32; F]],
    labels: &[u8],
) -> io::Result<Vec<(&'static str, f64)>> {
    let path = env::temp_dir().join(format!("hingeline-epochs-{}", process::id()));
    let output = write(&path, features, labels).and_then(|()| run(python, &path, F));
    // A file that cannot be removed does no harm.
    let _ = fs::remove_file(&path);
    let mut epochs = Vec::new();
    for line in output?.lines() {
        let Line { name, nanoseconds } = serde_json::from_str(line)?;
        epochs.extend(NAMES.into_iter().find(|own| *own == name).map(|own| (own, nanoseconds)));
    }
    Ok(epochs)
}

fn write<const F: usize>(path: &Path, features: &[[f32; F]], labels: &[u8]) -> io::Result<()> {
    let mut file = BufWriter::new(fs::File::create_new(path)?);
    for (x, label) in features.iter().zip(labels) {
        for value in x {
            file.write_all(&value.to_le_bytes())?;
        }
        file.write_all(&[*label])?;
    }
    file.flush()
}

fn run(python: &Path, samples: &Path, features: usize) -> io::Result<String> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers/epochs.py");
    let mut command = Command::new(python);
    command.arg(&script).arg(samples).arg(features.to_string()).stderr(Stdio::inherit());
    let output = command.output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{}: {}", script.display(), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
