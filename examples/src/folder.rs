//! Data sets in folders: `train.bin` and `test.bin` of records, and `meta.json` that says what they are.

use std::path::Path;

use hingeline_console::file::{self, FileError};
use hingeline_console::is_plain;
use serde::Deserialize;

use crate::records::Value;

/// What `meta.json` says; it may say more.
#[derive(Clone, Debug, Deserialize)]
pub struct Meta {
    /// The set's name.
    pub name: String,
    /// The features of a sample.
    pub d: usize,
    /// The names of the classes, in the order of the labels.
    pub classes: Vec<String>,
    /// How a feature is written.
    pub dtype: String,
}

impl Meta {
    /// The names that are shown.
    fn names(&self) -> impl Iterator<Item = &String> {
        self.classes.iter().chain([&self.name])
    }
}

/// Reads what there is to know before the records can be read: the shape.
///
/// # Errors
/// A message that names the file and what was expected.
pub fn read_meta(folder: &Path) -> Result<Meta, FileError> {
    let path = folder.join("meta.json");
    let what = "an object with name, d, classes and dtype";
    let bytes = file::read(&path, 1 << 20, what)?;
    meta(&bytes).map_err(|problem| FileError::new(&path, format_args!("{problem}; expected {what}")))
}

/// What the bytes of `meta.json` say.
///
/// # Errors
/// What is wrong with them, for people.
pub fn meta(bytes: &[u8]) -> Result<Meta, String> {
    let meta: Meta = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    // These are shown, in a table or in JSON.
    if let Some(name) = meta.names().find(|name| !name.chars().all(is_plain)) {
        return Err(format!("the name {name:?} has a character that acts on terminals"));
    }
    Ok(meta)
}

/// How a feature is written, by the name of its type.
///
/// # Errors
/// What is expected.
pub fn value(dtype: &str) -> Result<Value, String> {
    match dtype {
        "u8" => Ok(Value::U8),
        "i8" => Ok(Value::I8),
        "i16 little-endian" => Ok(Value::I16),
        "f32 little-endian" => Ok(Value::F32),
        _ => Err(format!("dtype {dtype:?}; expected u8, i8, i16 little-endian or f32 little-endian")),
    }
}
