//! Where samples come from: which format a file or a folder has, and its reader.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use hingeline_console::file::{self, FileError};

use super::table::{Sink, listed};
use super::{delimited, numpy, sparse};
use crate::folder::read_meta;
use crate::idx;
use crate::records;

/// A part of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What a model is trained on.
    Train,
    /// What it is tested on.
    Test,
}

/// How a source is to be read, where it does not say so itself.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The column of the label, by name or by number from 1.
    pub label: Option<String>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// What is between columns.
    pub delimiter: Option<u8>,
    /// The file of the labels, for arrays and pictures.
    pub labels: Option<PathBuf>,
    /// The features of the model that the samples are for.
    pub features: Option<&'a [String]>,
    /// Whether samples may come without labels.
    pub unlabelled: bool,
}

impl Wanted<'_> {
    /// The column of the label as far as it is known without names.
    pub fn label_column(&self, count: usize) -> Option<usize> {
        match &self.label {
            Some(label) => label.parse::<usize>().ok().and_then(|number| number.checked_sub(1)),
            None if self.unlabelled && self.features.is_some_and(|known| known.len() == count) => None,
            None => count.checked_sub(1),
        }
    }
}

/// Reads the part of a source; `false` if the source has no such part. A file is a part to train on.
///
/// # Errors
/// A message that names file and line, or the sample, and what was expected.
pub fn read(path: &Path, part: Part, wanted: &Wanted, sink: &mut dyn Sink) -> Result<bool, FileError> {
    if path.is_dir() {
        return read_folder(path, part, sink);
    }
    let mut file = open(path)?;
    let start = file.fill_buf().map_err(|error| FileError::new(path, error))?;
    if start.starts_with(b"PK\x03\x04") {
        return numpy::read_archive(&all(file, path)?, path, part, sink);
    }
    if part == Part::Test {
        return Ok(false);
    }
    if start.starts_with(b"\x93NUMPY") {
        let labels = wanted.labels.as_ref().map(|labels| Ok((all(open(labels)?, labels)?, labels))).transpose()?;
        let labels = labels.as_ref().map(|(bytes, path)| (bytes.as_slice(), path.as_path()));
        numpy::read(&all(file, path)?, path, labels, sink)?;
    } else if start.starts_with(&[0, 0, 8]) {
        let labels = wanted.labels.clone().map_or_else(|| labels_beside(path), Ok)?;
        read_pictures(path, &labels, sink)?;
    } else if start.contains(&0) {
        let what = "text in columns, svmlight, NPY, NPZ, IDX or a folder";
        return Err(FileError::new(path, format_args!("it is no text; expected {what}")));
    } else if delimited::is_sparse(start) {
        sparse::read(file, path, wanted.features.map(<[String]>::len), sink)?;
    } else {
        delimited::read(file, path, wanted, sink)?;
    }
    Ok(true)
}

/// The file, unpacked if it is compressed by gzip.
fn open(path: &Path) -> Result<Box<dyn BufRead>, FileError> {
    const BUFFER: usize = 1 << 16;
    let refuse = |error: std::io::Error| FileError::new(path, error);
    let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(refuse)?);
    if file.fill_buf().map_err(refuse)?.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))));
    }
    Ok(Box::new(file))
}

/// No file that is read as a whole is larger, unpacked: 8 GiB.
const LIMIT: u64 = 1 << 33;

fn all(file: impl Read, path: &Path) -> Result<Vec<u8>, FileError> {
    file::read_from(file, path, LIMIT, "arrays or pictures")
}

/// The labels of a file of pictures, by MNIST's names.
fn labels_beside(path: &Path) -> Result<PathBuf, FileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let of_labels = name.replace("images", "labels").replace("idx3", "idx1");
    let labels = path.with_file_name(&of_labels);
    if of_labels != name && labels.exists() {
        return Ok(labels);
    }
    Err(FileError::new(path, format_args!("no labels in {of_labels} beside it; --labels FILE names them")))
}

fn read_pictures(path: &Path, labels: &Path, sink: &mut dyn Sink) -> Result<(), FileError> {
    let bytes = all(open(path)?, path)?;
    let ([pictures, height, width], pixels) =
        idx::body::<3>(&bytes).map_err(|problem| FileError::new(path, problem))?;
    let of_labels = all(open(labels)?, labels)?;
    let ([_], classes) = idx::body::<1>(&of_labels).map_err(|problem| FileError::new(labels, problem))?;
    if classes.len() != pictures {
        let problem = format!("{} labels; expected {pictures}, one for each picture", classes.len());
        return Err(FileError::new(labels, problem));
    }
    let size = height * width;
    if size == 0 {
        return Err(FileError::new(path, "pictures without a pixel"));
    }
    let mut features = vec![0.0; size];
    for (index, (picture, class)) in pixels.chunks_exact(size).zip(classes).enumerate() {
        features.iter_mut().zip(picture).for_each(|(x, pixel)| *x = f32::from(*pixel));
        sink.sample(&features, Some(&class.to_string()))
            .map_err(|problem| FileError::new(path, format_args!("picture {index}: {problem}")))?;
    }
    Ok(())
}

/// A folder with `meta.json`, or with the files of MNIST or of CIFAR-10.
fn read_folder(folder: &Path, part: Part, sink: &mut dyn Sink) -> Result<bool, FileError> {
    let is_train = part == Part::Train;
    if folder.join("meta.json").exists() {
        let path = folder.join(if is_train { "train.bin" } else { "test.bin" });
        if !is_train && !path.exists() {
            return Ok(false);
        }
        read_records(folder, &path, sink)?;
        return Ok(true);
    }
    if let Some(pictures) = of_mnist(folder, if is_train { "train" } else { "t10k" }) {
        read_pictures(&pictures, &labels_beside(&pictures)?, sink)?;
        return Ok(true);
    }
    let batches: Vec<PathBuf> = match part {
        Part::Train => (1..=5).map(|batch| folder.join(format!("data_batch_{batch}.bin"))).collect(),
        Part::Test => vec![folder.join("test_batch.bin")],
    };
    let found: Vec<_> = batches.into_iter().filter(|path| path.exists()).collect();
    for path in &found {
        read_cifar(path, sink)?;
    }
    if found.is_empty() && is_train {
        let what = "meta.json with train.bin, or the files of MNIST, or those of CIFAR-10";
        return Err(FileError::new(folder, format_args!("no set in this folder; expected {what}")));
    }
    Ok(!found.is_empty())
}

/// MNIST's pictures, in one of the spellings of their names.
fn of_mnist(folder: &Path, part: &str) -> Option<PathBuf> {
    let names = ["-images-idx3-ubyte", "-images.idx3-ubyte", "-images-idx3-ubyte.gz", "-images.idx3-ubyte.gz"];
    names.map(|name| folder.join(format!("{part}{name}"))).into_iter().find(|path| path.exists())
}

fn read_records(folder: &Path, path: &Path, sink: &mut dyn Sink) -> Result<(), FileError> {
    let meta = read_meta(folder)?;
    let at = |problem: String| FileError::new(&folder.join("meta.json"), problem);
    sink.classes(&meta.classes).map_err(at)?;
    let value = crate::folder::value(&meta.dtype).map_err(at)?;
    records::each(path, value, meta.classes.len(), meta.d, &mut |features, label| {
        sink.sample(features, meta.classes.get(usize::from(label)).map(String::as_str))
    })
}

fn read_cifar(path: &Path, sink: &mut dyn Sink) -> Result<(), FileError> {
    use crate::cifar10::{CLASS_NAMES, CLASSES, FEATURES};
    let names = CLASS_NAMES.map(str::to_owned);
    sink.classes(&names).map_err(|problem| FileError::new(path, problem))?;
    records::each(path, records::Value::U8, CLASSES, FEATURES, &mut |features, label| {
        sink.sample(features, names.get(usize::from(label)).map(String::as_str))
    })
}

/// The name of a column's delimiter.
///
/// # Errors
/// What is expected.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "comma" | "," => Ok(b','),
        "semicolon" | ";" => Ok(b';'),
        "tab" | "\t" | "\\t" => Ok(b'\t'),
        "space" | " " => Ok(b' '),
        _ => Err(format!("expected one of {}", listed(&["comma", "semicolon", "tab", "space"].map(str::to_owned)))),
    }
}
