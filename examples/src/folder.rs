//! Data sets in folders: records in `train.bin` and `test.bin`, and a `meta.json` that describes them.

use std::path::Path;

use hingeline_console::file::{self, FileError};
use hingeline_console::is_plain;
use serde::Deserialize;

use crate::records::Value;

/// The contents of `meta.json`; other fields are ignored.
#[derive(Clone, Debug, Deserialize)]
pub struct Meta {
    /// The set's name.
    pub name: String,
    /// The number of features of a sample.
    pub d: usize,
    /// The names of the classes, in the order of the labels.
    pub classes: Vec<String>,
    /// The encoding of a feature.
    pub dtype: String,
}

impl Meta {
    /// The names that are shown.
    fn names(&self) -> impl Iterator<Item = &String> {
        self.classes.iter().chain([&self.name])
    }
}

/// Reads `meta.json`, which gives the shape that is needed to read the records.
///
/// # Errors
/// A message that names the file and what was expected.
pub fn read_meta(folder: &Path) -> Result<Meta, FileError> {
    let path = folder.join("meta.json");
    let what = "an object with name, d, classes and dtype";
    let bytes = file::read(&path, 1 << 20, what)?;
    meta(&bytes).map_err(|problem| FileError::new(&path, format_args!("{problem}; expected {what}")))
}

/// Parses the bytes of `meta.json`.
///
/// # Errors
/// A message that says what is wrong with them.
pub fn meta(bytes: &[u8]) -> Result<Meta, String> {
    let meta: Meta = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    // These are shown, in a table or in JSON.
    if let Some(name) = meta.names().find(|name| !name.chars().all(is_plain)) {
        return Err(format!("the name {name:?} has a character that acts on terminals"));
    }
    Ok(meta)
}

/// The encoding of a feature, from the name of its type.
///
/// # Errors
/// A message that says what is expected.
pub fn value(dtype: &str) -> Result<Value, String> {
    match dtype {
        "u8" => Ok(Value::U8),
        "i8" => Ok(Value::I8),
        "i16 little-endian" => Ok(Value::I16),
        "f32 little-endian" => Ok(Value::F32),
        _ => Err(format!("dtype {dtype:?}; expected u8, i8, i16 little-endian or f32 little-endian")),
    }
}
