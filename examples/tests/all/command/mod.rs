//! The command `hingeline` from the outside.

mod bad_input;
mod evaluate;
mod export;
mod formats;
mod import;
mod recordings;
mod train;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits");

/// A recipe that is given and not chosen, so that runs are short.
const GIVEN: [&str; 8] = ["--loss", "hinge", "--learning-rate", "0.01", "--l2", "1e-3", "--epochs", "2"];

/// A test's own folder, in which the command runs.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), bytes).expect("the file is written");
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hingeline"));
        command.current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().expect("the program starts")
    }

    /// The output of a run that succeeds.
    fn prints(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// The same as JSON.
    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.prints(&[arguments, &["--json"]].concat())).expect("JSON")
    }

    /// A model that was written.
    fn stored(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).expect("a model")).expect("JSON")
    }

    /// Trains with the recipe that is given; returns the result as JSON.
    fn train(&self, arguments: &[&str]) -> Value {
        self.json(&[&["train"], arguments, &GIVEN, &["--quiet"]].concat())
    }
}

/// The records of the digits: a label, then 64 pixels.
fn records(part: &str) -> Vec<Vec<u8>> {
    let bytes = fs::read(Path::new(DIGITS).join(part)).expect("the file in the repository");
    bytes.chunks(65).map(<[u8]>::to_vec).collect()
}

/// Records as text with commas, the label last.
fn csv(records: &[Vec<u8>]) -> String {
    let row = |record: &Vec<u8>| {
        let (label, pixels) = record.split_first().expect("a label");
        pixels.iter().map(|pixel| format!("{pixel},")).collect::<String>() + &format!("{label}\n")
    };
    records.iter().map(row).collect()
}
