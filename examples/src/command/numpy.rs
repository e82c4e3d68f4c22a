//! NumPy arrays (NPY), and archives of them (NPZ).

use std::path::Path;

use flate2::read::DeflateDecoder;
use hingeline_console::file::{self, FileError};
use npyz::{DType, NpyFile, Order, TypeChar};
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder};

use super::builder::Sink;
use super::source::{Part, Wanted};

/// An array, row by row.
struct Array {
    shape: Vec<usize>,
    values: Numbers,
}

impl Array {
    /// The number of values of a sample.
    fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }
}

enum Numbers {
    Bytes(Vec<u8>),
    Numeric(Vec<f64>),
    Text(Vec<String>),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Numeric(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    /// An element as a label.
    fn name(&self, index: usize) -> Option<String> {
        match self {
            Self::Bytes(values) => values.get(index).map(ToString::to_string),
            Self::Numeric(values) => values.get(index).map(ToString::to_string),
            Self::Text(values) => values.get(index).cloned(),
        }
    }

    /// An element as a number.
    fn number(&self, index: usize) -> Option<f32> {
        match self {
            Self::Bytes(values) => values.get(index).map(|value| f32::from(*value)),
            Self::Numeric(values) => values.get(index).map(|value| *value as f32),
            Self::Text(_) => None,
        }
    }
}

/// Reads an array of samples, whose last column is the label unless the labels are in a separate file.
///
/// # Errors
/// A message that names the file and what was expected.
pub fn read(
    bytes: &[u8],
    path: &Path,
    labels: Option<(&[u8], &Path)>,
    wanted: &Wanted,
    sink: &mut dyn Sink,
) -> Result<(), FileError> {
    let refuse = |problem: String| FileError::new(path, problem);
    let array = array(bytes).map_err(refuse)?;
    let labels = match labels {
        Some((bytes, path)) => Some(self::array(bytes).map_err(|problem| FileError::new(path, problem))?),
        None => None,
    };
    let is_bare = wanted.is_bare(array.width()) && labels.is_none();
    pour(&array, labels.as_ref(), is_bare, sink).map_err(refuse)
}

/// The largest array that is unpacked from an archive: 4 GiB.
const LIMIT: u64 = 1 << 32;

/// The names of arrays in archives: features and labels to train on, then features and labels to test on.
const TRAIN: [[&[&str]; 2]; 2] = [
    [&["x_train", "X_train", "train_x", "train_images", "X", "x", "data", "features", "images"], LABELS_TRAIN],
    [&["x_test", "X_test", "test_x", "test_images"], LABELS_TEST],
];
const LABELS_TRAIN: &[&str] = &["y_train", "train_y", "train_labels", "y", "Y", "target", "labels", "label"];
const LABELS_TEST: &[&str] = &["y_test", "test_y", "test_labels"];

/// Reads a part of an archive; `false` if it has no such part.
///
/// # Errors
/// A message that names the file and what was expected.
pub fn read_archive(
    bytes: &[u8],
    path: &Path,
    part: Part,
    wanted: &Wanted,
    sink: &mut dyn Sink,
) -> Result<bool, FileError> {
    let refuse = |problem: String| FileError::new(path, problem);
    let at = |error: rawzip::Error| refuse(format!("{error}; expected an archive of NumPy arrays"));
    let archive = ZipArchive::from_slice(bytes).map_err(at)?;
    let (mut names, mut members, mut entries) = (Vec::new(), Vec::new(), archive.entries());
    while let Some(entry) = entries.next_entry().map_err(at)? {
        let path = entry.file_path();
        names.push(String::from_utf8_lossy(path.as_ref()).trim_end_matches(".npy").to_owned());
        members.push((entry.wayfinder(), entry.compression_method()));
    }
    let [xs, ys] = TRAIN[usize::from(part == Part::Test)];
    let find =
        |wanted: &'static [&'static str]| wanted.iter().find(|name| names.iter().any(|own| own == *name)).copied();
    let (x, y) = (find(xs), find(ys));
    let Some(x) = x.filter(|_| y.is_some() || (wanted.unlabelled && part == Part::Train)) else {
        if part == Part::Test {
            return Ok(false);
        }
        return Err(refuse(format!(
            "arrays {}; expected X and y, or x_train and y_train",
            super::names::listed(&names)
        )));
    };
    let member = |name: &str| -> Result<Array, FileError> {
        let at = |problem: String| refuse(format!("array {name}: {problem}"));
        let found = names.iter().position(|own| own == name).and_then(|index| members.get(index));
        let &(place, method) = found.ok_or_else(|| at("is not there".to_owned()))?;
        let bytes = unpacked(&archive, place, method, path).map_err(|problem| match problem {
            Packed::Archive(error) => at(error.to_string()),
            Packed::Method => at(format!("packed by method {}; expected deflate", method.as_u16())),
            Packed::File(error) => error,
        })?;
        array(&bytes).map_err(at)
    };
    let (x, y) = (member(x)?, y.map(member).transpose()?);
    pour(&x, y.as_ref(), y.is_none(), sink).map_err(refuse)?;
    Ok(true)
}

/// Why a member of an archive cannot be unpacked.
enum Packed {
    Archive(rawzip::Error),
    Method,
    File(FileError),
}

/// Unpacks a member of an archive and verifies its checksum.
fn unpacked(
    archive: &rawzip::ZipSliceArchive<&[u8]>,
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    path: &Path,
) -> Result<Vec<u8>, Packed> {
    const WHAT: &str = "arrays of NumPy";
    let entry = archive.get_entry(place).map_err(Packed::Archive)?;
    let bytes = match method {
        CompressionMethod::STORE => file::read_from(entry.verifying_reader(entry.data()), path, LIMIT, WHAT),
        CompressionMethod::DEFLATE => {
            file::read_from(entry.verifying_reader(DeflateDecoder::new(entry.data())), path, LIMIT, WHAT)
        }
        _ => return Err(Packed::Method),
    };
    bytes.map_err(Packed::File)
}

/// Passes the samples to the sink. Without separate labels the last column is the label, unless samples have none.
fn pour(x: &Array, y: Option<&Array>, is_bare: bool, sink: &mut dyn Sink) -> Result<(), String> {
    if matches!(x.values, Numbers::Text(_)) {
        return Err("features of text; expected numbers".to_owned());
    }
    let [samples, rest @ ..] = x.shape.as_slice() else {
        return Err("an array without dimensions; expected samples x features".to_owned());
    };
    let columns: usize = rest.iter().product();
    if rest.is_empty() || columns == 0 || *samples == 0 {
        return Err(format!("an array of shape {:?}; expected samples x features", x.shape));
    }
    if let Some(y) = y.filter(|y| y.values.len() != *samples) {
        return Err(format!("{} labels; expected {samples}, one for each sample", y.values.len()));
    }
    let own_label = usize::from(y.is_none() && !is_bare);
    let mut features = vec![0.0; columns - own_label];
    for index in 0..*samples {
        let place = index * columns;
        for (feature, value) in features.iter_mut().enumerate() {
            let at = |what: &str| format!("sample {index}: feature {feature} {what}");
            *value = x.values.number(place + feature).ok_or_else(|| at("is missing"))?;
            if !value.is_finite() {
                return Err(at("is not finite"));
            }
        }
        let label = match y {
            Some(y) => y.values.name(index),
            None if is_bare => None,
            None => x.values.name(place + columns - 1),
        };
        sink.sample(&features, label.as_deref()).map_err(|problem| format!("sample {index}: {problem}"))?;
    }
    Ok(())
}

/// Parses the bytes as an array.
fn array(bytes: &[u8]) -> Result<Array, String> {
    const WHAT: &str = "expected an array of numbers as NumPy writes it";
    let file = NpyFile::new(bytes).map_err(|error| format!("{error}; {WHAT}"))?;
    let shape: Vec<usize> = file.shape().iter().map(|len| usize::try_from(*len).unwrap_or(usize::MAX)).collect();
    let elements = shape.iter().try_fold(1_usize, |product, len| product.checked_mul(*len));
    let DType::Plain(element) = file.dtype() else { return Err(format!("an array of records; {WHAT}")) };
    let size = element.num_bytes().ok_or_else(|| format!("elements of type {element}; {WHAT}"))?;
    // Check that the file has what the header promises, before memory is allocated for it.
    if elements.and_then(|elements| elements.checked_mul(size)).is_none_or(|size| size > bytes.len()) {
        return Err(format!("shape {shape:?} of elements of {size} bytes is more than the file has; it is cut off"));
    }
    let order = file.order();
    let refuse = |error: std::io::Error| format!("{error}; {WHAT}");
    macro_rules! numbers {
        ($element:ty) => {
            file.into_vec::<$element>().map_err(refuse)?.into_iter().map(|value| value as f64).collect()
        };
    }
    let values: Vec<f64> = match (element.type_char(), size) {
        (TypeChar::Float, 4) => numbers!(f32),
        (TypeChar::Float, 8) => numbers!(f64),
        (TypeChar::Bool, 1) => file.into_vec::<bool>().map_err(refuse)?.into_iter().map(f64::from).collect(),
        (TypeChar::Uint, 1) if order == Order::C => {
            return Ok(Array { shape, values: Numbers::Bytes(file.into_vec().map_err(refuse)?) });
        }
        (TypeChar::Uint, 1) => numbers!(u8),
        (TypeChar::Uint, 2) => numbers!(u16),
        (TypeChar::Uint, 4) => numbers!(u32),
        (TypeChar::Uint, 8) => numbers!(u64),
        (TypeChar::Int, 1) => numbers!(i8),
        (TypeChar::Int, 2) => numbers!(i16),
        (TypeChar::Int, 4) => numbers!(i32),
        (TypeChar::Int, 8) => numbers!(i64),
        (TypeChar::UnicodeStr, _) => {
            return Ok(Array { shape, values: Numbers::Text(file.into_vec::<String>().map_err(refuse)?) });
        }
        _ => return Err(format!("elements of type {element}; {WHAT}")),
    };
    let values = if order == Order::Fortran && shape.len() > 1 { transposed(&values, &shape)? } else { values };
    Ok(Array { shape, values: Numbers::Numeric(values) })
}

/// Converts column-major order to row-major order.
fn transposed(values: &[f64], shape: &[usize]) -> Result<Vec<f64>, String> {
    let &[rows, columns] = shape else {
        return Err(format!("an array of shape {shape:?} in Fortran order; expected samples x features"));
    };
    Ok((0..rows).flat_map(|row| (0..columns).map(move |column| values[column * rows + row])).collect())
}
