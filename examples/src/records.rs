//! Files of records: a label of one byte, then the features of a sample, as in the binary version of CIFAR-10.

use std::path::Path;

use hingeline_console::file::{self, FileError};

use crate::dataset::{Kept, Part};

/// The encoding of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A byte, 0 to 255
    U8,
    /// A byte, −128 to 127
    I8,
    /// Two bytes, little-endian, −32,768 to 32,767
    I16,
    /// Four bytes, little-endian, binary32
    F32,
}

impl Value {
    /// The bytes that a feature takes.
    pub const fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::F32 => 4,
        }
    }

    /// Decodes the number at the start of the bytes, if there are enough bytes.
    fn decode(self, bytes: &[u8]) -> Option<f32> {
        Some(match self {
            Self::U8 => f32::from(*bytes.first()?),
            Self::I8 => f32::from(bytes.first()?.cast_signed()),
            Self::I16 => f32::from(i16::from_le_bytes(*bytes.first_chunk()?)),
            Self::F32 => f32::from_le_bytes(*bytes.first_chunk()?),
        })
    }
}

/// The largest file that is read: 1 GiB.
const LIMIT: u64 = 1 << 30;

/// Reads all records of a file, of `F` features each.
///
/// # Errors
/// A message that names the file and what was expected: if it is missing, has no record or an incomplete one, if a
/// label is not below `classes`, or if a feature is not finite.
pub fn read<const F: usize, Q: Kept>(path: &Path, value: Value, classes: usize) -> Result<Part<F, Q>, FileError> {
    let mut part = Part::new(Vec::new(), Vec::new());
    each(path, value, classes, F, &mut into(&mut part))?;
    Ok(part)
}

/// Adds each record to a part.
fn into<const F: usize, Q: Kept>(part: &mut Part<F, Q>) -> impl FnMut(&[f32], u8) -> Result<(), String> {
    |features, label| {
        part.features.extend(features.first_chunk().map(|features: &[f32; F]| features.map(Q::of)));
        part.labels.push(label);
        Ok(())
    }
}

/// A function that takes the features and the label of a record, or returns a message that says what is wrong with
/// them.
type Take<'a> = &'a mut dyn FnMut(&[f32], u8) -> Result<(), String>;

/// Reads all records of a file, of `width` features each, and passes each of them to a function.
///
/// # Errors
/// The errors of [`read`], and those of the function.
pub fn each(path: &Path, value: Value, classes: usize, width: usize, take: Take<'_>) -> Result<(), FileError> {
    let size = size(value, width).map_err(|problem| FileError::new(path, problem))?;
    let what =
        format!("records of {size} bytes: a label below {classes}, then {width} features of {} bytes", value.size());
    let bytes = file::read(path, LIMIT, &what)?;
    each_of(&bytes, value, classes, width, take)
        .map_err(|problem| FileError::new(path, format_args!("{problem}; expected {what}")))
}

/// The size of a record in bytes.
fn size(value: Value, width: usize) -> Result<usize, String> {
    let size = width.checked_mul(value.size()).and_then(|size| size.checked_add(1));
    let size = size.filter(|size| width > 0 && *size as u64 <= LIMIT);
    size.ok_or_else(|| format!("records of {width} features; expected 1 to {}", LIMIT / value.size() as u64 - 1))
}

/// Parses the bytes as records, of `F` features each.
///
/// # Errors
/// A message that says what is wrong with them.
pub fn parse<const F: usize>(bytes: &[u8], value: Value, classes: usize) -> Result<Part<F>, String> {
    let mut part = Part::new(Vec::new(), Vec::new());
    each_of(bytes, value, classes, F, &mut into(&mut part))?;
    Ok(part)
}

fn each_of(bytes: &[u8], value: Value, classes: usize, width: usize, take: Take<'_>) -> Result<(), String> {
    let size = size(value, width)?;
    if bytes.is_empty() || !bytes.len().is_multiple_of(size) {
        return Err(format!("{} bytes are not a whole number of records", bytes.len()));
    }
    let mut features = vec![0.0; width];
    for (index, record) in bytes.chunks_exact(size).enumerate() {
        let label = decode(record, value, &mut features).ok_or_else(|| format!("record {index} is too short"))?;
        if usize::from(label) >= classes {
            return Err(format!("record {index} has the label {label}"));
        }
        if let Some(feature) = features.iter().position(|feature| !feature.is_finite()) {
            return Err(format!("feature {feature} of record {index} is not finite"));
        }
        take(&features, label)?;
    }
    Ok(())
}

/// Decodes a record; returns its label.
fn decode(record: &[u8], value: Value, features: &mut [f32]) -> Option<u8> {
    let (label, values) = record.split_first()?;
    for (feature, bytes) in features.iter_mut().zip(values.chunks_exact(value.size())) {
        *feature = value.decode(bytes)?;
    }
    Some(*label)
}
