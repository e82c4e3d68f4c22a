//! Models in files: JSON with the weights, the standardisation, the names, and how the model was trained.

use std::io::Write;
use std::path::Path;

use hingeline::DynModel;
use hingeline_console::file::{self, FileError};
use serde::{Deserialize, Serialize};

use super::integers::Raw;
use super::names::check_names;
use super::scaler::Scaler;
use super::signal::Signal;
use crate::selection::Recipe;

const FORMAT: &str = "hingeline model";
const VERSION: u32 = 1;
/// The largest file that is read: 4 GiB.
const LIMIT: u64 = 1 << 32;

/// A model and everything that is needed to use it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stored {
    format: String,
    version: u32,
    /// The names of the classes, in the order of the scores.
    pub classes: Vec<String>,
    /// The names of the features, in the order of the weights.
    pub features: Vec<String>,
    /// How readings become features, if samples are windows over recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<Signal>,
    /// The standardisation of the features.
    pub standardiser: Scaler,
    /// The weights of standardised features, a row for each class.
    pub weights: Vec<Vec<f32>>,
    /// The bias of each class.
    pub bias: Vec<f32>,
    /// The column of the label in the training data, by name or by number from 1, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The type of all raw features in the training part.
    #[serde(default)]
    pub raw: Raw,
    /// How it was trained, if it was trained here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<Training>,
    /// The library's checksum of weights and biases.
    pub weights_checksum: String,
    /// CRC-32 of all numbers as little-endian bytes (weights, biases, means, factors), and of `signal` as JSON.
    pub crc32: String,
}

/// How a model was trained.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Training {
    /// The recipe it was trained with.
    pub recipe: Recipe,
    /// The seed of all random draws.
    pub seed: u64,
    /// The number of samples of each class.
    pub samples: Vec<usize>,
    /// The result in cross-validation that the recipe was chosen by, if it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<f64>,
    /// The fraction of the test part that is classified correctly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_accuracy: Option<f64>,
}

impl Stored {
    /// Creates a model from its weights, row by row.
    ///
    /// # Errors
    /// A message that says what is wrong with them.
    pub fn new(
        classes: Vec<String>,
        features: Vec<String>,
        standardiser: Scaler,
        weights: &[f32],
        bias: &[f32],
    ) -> Result<Self, String> {
        let mut stored = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            weights: weights.chunks(features.len().max(1)).map(<[f32]>::to_vec).collect(),
            bias: bias.to_vec(),
            classes,
            features,
            standardiser,
            signal: None,
            label: None,
            raw: Raw::F32,
            training: None,
            weights_checksum: String::new(),
            crc32: String::new(),
        };
        stored.check_shapes()?;
        stored.weights_checksum = stored.with_model(|model| format!("{:016x}", model.checksum()))?;
        stored.crc32 = stored.crc();
        Ok(stored)
    }

    /// Makes it a model of windows over recordings.
    ///
    /// # Errors
    /// A message that says what is wrong with them.
    pub fn with_signal(mut self, signal: Signal) -> Result<Self, String> {
        self.signal = Some(signal);
        self.check_shapes()?;
        self.crc32 = self.crc();
        Ok(self)
    }

    /// Reads a model and checks that it is whole.
    ///
    /// # Errors
    /// A message that names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let what = "a model as `hingeline train` writes it";
        let bytes = file::read(path, LIMIT, what)?;
        Self::of(&bytes).map_err(|problem| FileError::new(path, format_args!("{problem}; expected {what}")))
    }

    /// Parses the bytes as a model.
    ///
    /// # Errors
    /// A message that says what is wrong with them.
    pub fn of(bytes: &[u8]) -> Result<Self, String> {
        let stored: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if stored.format != FORMAT || stored.version != VERSION {
            return Err(format!("format {:?}, version {}; this is version {VERSION}", stored.format, stored.version));
        }
        stored.check_shapes()?;
        let checksum = stored.with_model(|model| format!("{:016x}", model.checksum()))?;
        for (name, own, computed) in
            [("weights_checksum", &stored.weights_checksum, checksum), ("crc32", &stored.crc32, stored.crc())]
        {
            if *own != computed {
                return Err(format!("{name} is {own}, but that of its numbers is {computed}: the file was changed"));
            }
        }
        Ok(stored)
    }

    /// Writes the model, completely or not at all.
    ///
    /// # Errors
    /// A message that names the file.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let text = serde_json::to_string(self).map_err(|error| FileError::new(path, error))?;
        write(path, format!("{text}\n").as_bytes())
    }

    fn check_shapes(&self) -> Result<(), String> {
        let (classes, features) = (self.classes.len(), self.features.len());
        let lengths = [
            ("weights", self.weights.len(), classes),
            ("biases", self.bias.len(), classes),
            ("means", self.standardiser.mean.len(), features),
            ("factors", self.standardiser.factor.len(), features),
        ];
        for (what, len, expected) in lengths {
            if len != expected {
                return Err(format!("{len} {what}; expected {expected}"));
            }
        }
        check_names(&self.classes)?;
        check_names(&self.features)?;
        if let Some(signal) = &self.signal {
            check_names(&signal.axes)?;
            signal.check()?;
            if signal.names()? != self.features {
                return Err("the features are not those of its windows".to_owned());
            }
        }
        if let Some(row) = self.weights.iter().position(|row| row.len() != features) {
            return Err(format!("{} weights of class {row}; expected {features}", self.weights[row].len()));
        }
        let mut scaler = self.standardiser.mean.iter().chain(&self.standardiser.factor);
        if !scaler.all(|value| value.is_finite()) {
            return Err("a mean or a factor that is not finite".to_owned());
        }
        Ok(())
    }

    fn crc(&self) -> String {
        let mut crc = crc32fast::Hasher::new();
        let scaler = self.standardiser.mean.iter().chain(&self.standardiser.factor);
        for value in self.weights.iter().flatten().chain(&self.bias).chain(scaler) {
            crc.update(&value.to_le_bytes());
        }
        if let Some(text) = self.signal.as_ref().and_then(|signal| serde_json::to_vec(signal).ok()) {
            crc.update(&text);
        }
        format!("{:08x}", crc.finalize())
    }

    /// Calls a function with the model as the library has it.
    ///
    /// # Errors
    /// If the library returns an error.
    pub fn with_model<T>(&self, work: impl FnOnce(&DynModel<'_>) -> T) -> Result<T, String> {
        let (classes, features) = (self.classes.len(), self.features.len());
        let mut memory = vec![0.0; DynModel::memory_len(classes, features)];
        let mut model = DynModel::new(&mut memory, classes, features).map_err(|error| error.to_string())?;
        model.load(&self.weights.concat(), &self.bias, 1.0).map_err(|error| error.to_string())?;
        Ok(work(&model))
    }

    /// The same model for unstandardised features: weights `w · factor` and biases `b − Σ w · factor · mean`, computed
    /// in binary64 and rounded once each.
    ///
    /// # Errors
    /// If one is not finite.
    pub fn folded(&self) -> Result<Self, String> {
        let Scaler { mean, factor } = &self.standardiser;
        let (mut weights, mut bias) = (Vec::new(), Vec::new());
        for (row, b) in self.weights.iter().zip(&self.bias) {
            let row: Vec<f32> = row.iter().zip(factor).map(|(w, k)| (f64::from(*w) * f64::from(*k)) as f32).collect();
            let shift: f64 = row.iter().zip(mean).map(|(w, mean)| f64::from(*w) * f64::from(*mean)).sum();
            bias.push((f64::from(*b) - shift) as f32);
            weights.extend(row);
        }
        let scaler = Scaler::none(self.features.len());
        let folded = Self::new(self.classes.clone(), self.features.clone(), scaler, &weights, &bias)?;
        let folded = Self { label: self.label.clone(), raw: self.raw, training: self.training.clone(), ..folded };
        match &self.signal {
            Some(signal) => folded.with_signal(signal.clone()),
            None => Ok(folded),
        }
    }
}

/// Writes a temporary file in the same folder and renames it, so that nobody sees half a file. A path that is not a
/// regular file, such as a pipe, is written directly.
///
/// # Errors
/// A message that names the file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let refuse = |error: std::io::Error| FileError::new(path, error);
    if path.exists() && !path.is_file() {
        return file::write(path, bytes);
    }
    // For a link, the file that it points to.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hingeline");
    // The permissions are those of any new file, or those of the file before.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder_of(&place)).map_err(refuse)?;
    file.write_all(bytes).map_err(refuse)?;
    if let Ok(old) = std::fs::metadata(&place) {
        file.as_file().set_permissions(old.permissions()).map_err(refuse)?;
    }
    file.as_file().sync_all().map_err(refuse)?;
    file.persist(&place).map_err(|error| refuse(error.error))?;
    Ok(())
}

/// Refuses a path that cannot be written, before there is anything to write.
///
/// # Errors
/// A message that names the file.
pub fn check_place(path: &Path) -> Result<(), FileError> {
    if path.is_dir() || path.file_name().is_none() {
        return Err(FileError::new(path, "it is a folder; expected a file"));
    }
    if folder_of(path).is_dir() { Ok(()) } else { Err(FileError::new(path, "there is no such folder")) }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
