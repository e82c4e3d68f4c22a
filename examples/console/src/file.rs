//! Reading and writing files, with errors that a person can act on.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Which file is unusable, and why.
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

/// Reads a whole file, if it is not longer than `limit` bytes: an unexpected file should not fill the memory.
///
/// # Errors
/// If it cannot be read or is longer. `what` is the file that was expected, for the message.
pub fn read(path: &Path, limit: u64, what: &str) -> Result<Vec<u8>, FileError> {
    let refuse = |error: io::Error| FileError::new(path, format_args!("{error}; expected {what}"));
    read_from(File::open(path).map_err(refuse)?, path, limit, what)
}

/// Reads an open file, such as standard input, in the same way; `name` is the name of the file in the message.
///
/// # Errors
/// Those of [`read`].
pub fn read_from(file: impl Read, name: &Path, limit: u64, what: &str) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    // Reading one byte more than allowed shows whether the file is longer.
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| FileError::new(name, format_args!("{error}; expected {what}")))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::new(name, format_args!("longer than {limit} bytes; expected {what}")));
    }
    Ok(bytes)
}

/// Reads a whole file as text.
///
/// # Errors
/// Those of [`read`], and if it is not UTF-8.
pub fn read_text(path: &Path, limit: u64, what: &str) -> Result<String, FileError> {
    text(read(path, limit, what)?, path, what)
}

/// Converts the bytes of a file to text; `name` is the name of the file in the message.
///
/// # Errors
/// If they are not UTF-8.
pub fn text(bytes: Vec<u8>, name: &Path, what: &str) -> Result<String, FileError> {
    String::from_utf8(bytes).map_err(|error| FileError::new(name, format_args!("{error}; expected {what}")))
}

/// Writes a file.
///
/// # Errors
/// If it cannot be written.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), FileError> {
    std::fs::write(path, bytes).map_err(|error| FileError::new(path, error))
}
