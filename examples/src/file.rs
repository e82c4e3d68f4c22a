//! Reading files of known lengths, with errors that a person can act on.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Which file is of no use, and why.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    problem: String,
}

impl FileError {
    /// An error about this file; the problem says what was expected.
    pub fn new(path: &Path, problem: impl fmt::Display) -> Self {
        Self { path: path.to_owned(), problem: problem.to_string() }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.problem)
    }
}

impl std::error::Error for FileError {}

/// The whole file, if it is not longer than `limit` bytes: what is no data set should not fill the memory.
///
/// # Errors
/// If it cannot be read or is longer. `what` is the file that was expected, for the message.
pub fn read(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, FileError> {
    let refuse = |error: io::Error| FileError::new(path, format_args!("{error}; expected {what}"));
    let file = File::open(path).map_err(refuse)?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells a longer file from one that fits.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(refuse)?;
    if bytes.len() as u64 > limit {
        return Err(FileError::new(path, format_args!("longer than {limit} bytes; expected {what}")));
    }
    Ok(bytes)
}
