//! Data sets in folders: `train.bin` and `test.bin` of records, and `meta.json` that says what they are.

use std::path::Path;

use hingeline::InverseTime;
use hingeline_console::file::{self, FileError};
use hingeline_console::is_plain;
use serde::Deserialize;

use crate::dataset::{DatasetOf, PartOf};
use crate::recipe::Recipe;
use crate::records::{self, Value};

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

/// What is tried first on any set whose features are standardised.
const RECIPE: Recipe = Recipe {
    epochs: 50,
    l2: 1e-3,
    random_search: 0.1,
    random_local_search: 0.02,
    gradient_descent: InverseTime { rate: 0.1, decay: 0.0 },
    mini_batch: InverseTime { rate: 0.05, decay: 1e-3 },
    sgd: InverseTime { rate: 0.01, decay: 1e-4 },
    difference: 1e-2,
};

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

/// Reads both parts, and standardises their features by the training part's mean and deviation.
///
/// # Errors
/// A message that names the file and what was expected, a training part of at least two classes among the rest.
pub fn read(folder: &Path, meta: Meta) -> Result<DatasetOf<Box<[f32]>>, FileError> {
    let value = value(&meta.dtype).map_err(|problem| FileError::new(&folder.join("meta.json"), problem))?;
    let part = |name| records::read(&folder.join(name), value, meta.classes.len(), meta.d);
    let mut set = DatasetOf {
        train: part("train.bin")?,
        validation: PartOf::default(),
        test: part("test.bin")?,
        name: meta.name,
        description: format!("{}, standardised by the training part's mean and deviation", meta.dtype),
        classes: meta.classes,
        recipe: RECIPE,
    };
    set.check_classes().map_err(|problem| FileError::new(&folder.join("train.bin"), problem))?;
    set.standardise();
    Ok(set)
}

fn value(dtype: &str) -> Result<Value, String> {
    match dtype {
        "u8" => Ok(Value::U8),
        "i8" => Ok(Value::I8),
        "i16 little-endian" => Ok(Value::I16),
        "f32 little-endian" => Ok(Value::F32),
        _ => Err(format!("dtype {dtype:?}; expected u8, i8, i16 little-endian or f32 little-endian")),
    }
}
