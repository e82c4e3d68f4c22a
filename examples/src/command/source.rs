//! Sources of samples: the format of a file or a folder, and its reader.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use hingeline_console::file::{self, FileError};

use super::builder::Sink;
use super::names::listed;
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

/// How to read a source, where the source does not say so itself.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The column of the label, by name or by number from 1.
    pub label: Option<String>,
    /// The label column of the data that a model was trained on, which is tried first.
    pub usual_label: Option<String>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
    /// The delimiter between columns.
    pub delimiter: Option<u8>,
    /// The file of the labels, for arrays and pictures.
    pub labels: Option<PathBuf>,
    /// The features of the model that the samples are for.
    pub features: Option<&'a [String]>,
    /// The number of features of a sample, for formats that leave zeros out.
    pub width: Option<usize>,
    /// Whether samples may come without labels.
    pub unlabelled: bool,
    /// The column of the group, by name or by number from 1.
    pub group: Option<String>,
    /// The column of the time, by name or by number from 1.
    pub time: Option<String>,
    /// The columns that are no features, by name or by number from 1.
    pub ignored: Vec<String>,
    /// Whether rows are readings, in which values may be missing.
    pub readings: bool,
    /// Whether no column is a label.
    pub bare: bool,
}

impl Wanted<'_> {
    /// The column of the label, as far as it is known without the names of the columns.
    pub fn label_column(&self, count: usize) -> Option<usize> {
        let by_number = |label: &String| label.parse::<usize>().ok()?.checked_sub(1);
        match (&self.label, &self.usual_label) {
            _ if self.bare || self.is_bare(count) => None,
            (Some(label), _) => by_number(label),
            (None, Some(label)) => by_number(label).or(count.checked_sub(1)),
            (None, None) => count.checked_sub(1),
        }
    }

    /// Whether this number of columns leaves none for a label.
    pub fn is_bare(&self, count: usize) -> bool {
        let others = [&self.group, &self.time].into_iter().flatten().chain(&self.ignored).collect::<HashSet<_>>().len();
        self.unlabelled && self.features.is_some_and(|known| known.len() + others == count)
    }
}

/// Reads a part of a source; `false` if the source has no such part. A single file is a part to train on.
///
/// # Errors
/// A message that names file and line, or the sample, and what was expected.
pub fn read(path: &Path, part: Part, wanted: &Wanted, sink: &mut dyn Sink) -> Result<bool, FileError> {
    if path.is_dir() {
        check_columns(path, wanted)?;
        return read_folder(path, part, wanted, sink);
    }
    // A source that can be read only once, such as a pipe, is not an archive.
    if part == Part::Test && !path.is_file() {
        return Ok(false);
    }
    let mut file = open(path)?;
    if start(&mut file, path)?.starts_with(ARCHIVE) {
        check_columns(path, wanted)?;
        return numpy::read_archive(&all(file, path)?, path, part, wanted, sink);
    }
    if part == Part::Test {
        return Ok(false);
    }
    read_file(file, path, wanted, sink)?;
    Ok(true)
}

/// Refuses options that name columns if the source has no named columns.
fn check_columns(path: &Path, wanted: &Wanted) -> Result<(), FileError> {
    let what = match (wanted.readings, &wanted.group, wanted.ignored.is_empty()) {
        (true, ..) => "recordings are text in columns, such as CSV",
        (false, Some(_), _) => "a group is a column of text, such as CSV",
        (false, None, false) => "--ignore names a column of text, such as CSV",
        (false, None, true) => return Ok(()),
    };
    Err(FileError::new(path, what))
}

/// Reads the samples to evaluate a model on: the part to test on, or else all samples.
///
/// # Errors
/// As [`read`].
pub fn read_to_evaluate(path: &Path, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), FileError> {
    if !read(path, Part::Test, wanted, sink)? {
        read(path, Part::Train, wanted, sink)?;
    }
    Ok(())
}

/// The first bytes of an archive.
const ARCHIVE: &[u8] = b"PK\x03\x04";

fn start<'a>(file: &'a mut dyn BufRead, path: &Path) -> Result<&'a [u8], FileError> {
    file.fill_buf().map_err(|error| FileError::new(path, error))
}

fn read_file(mut file: Box<dyn BufRead>, path: &Path, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), FileError> {
    let bytes = start(&mut file, path)?;
    if bytes.starts_with(b"\x93NUMPY") || bytes.starts_with(&[0, 0, 8]) {
        check_columns(path, wanted)?;
    }
    if bytes.starts_with(b"\x93NUMPY") {
        let labels = wanted.labels.as_ref().map(|labels| Ok((all(open(labels)?, labels)?, labels))).transpose()?;
        let labels = labels.as_ref().map(|(bytes, path)| (bytes.as_slice(), path.as_path()));
        return numpy::read(&all(file, path)?, path, labels, wanted, sink);
    }
    if bytes.starts_with(&[0, 0, 8]) {
        return read_pictures(file, path, wanted, sink);
    }
    if bytes.contains(&0) {
        let what = "text in columns, svmlight, NPY, NPZ, IDX or a folder";
        return Err(FileError::new(path, format_args!("it is not text; expected {what}")));
    }
    // A byte order mark is not part of the first word.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        file.consume(3);
    }
    if delimited::is_sparse(start(&mut file, path)?) {
        check_columns(path, wanted)?;
        sparse::read(file, path, wanted, sink)
    } else {
        delimited::read(file, path, wanted, sink)
    }
}

/// Opens a file, and unpacks it if it is compressed by gzip.
fn open(path: &Path) -> Result<Box<dyn BufRead>, FileError> {
    const BUFFER: usize = 1 << 16;
    let refuse = |error: std::io::Error| FileError::new(path, error);
    let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(refuse)?);
    if file.fill_buf().map_err(refuse)?.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))));
    }
    Ok(Box::new(file))
}

/// The largest file that is read as a whole, after unpacking: 8 GiB.
const LIMIT: u64 = 1 << 33;

fn all(file: impl Read, path: &Path) -> Result<Vec<u8>, FileError> {
    file::read_from(file, path, LIMIT, "arrays or pictures")
}

/// The file of the labels of a file of pictures, named as MNIST names it.
fn labels_beside(path: &Path) -> Result<PathBuf, FileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let of_labels = name.replace("images", "labels").replace("idx3", "idx1");
    let labels = path.with_file_name(&of_labels);
    if of_labels != name && labels.exists() {
        return Ok(labels);
    }
    Err(FileError::new(path, format_args!("no labels in {of_labels} beside it; --labels FILE names them")))
}

fn read_pictures(file: impl Read, path: &Path, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), FileError> {
    let bytes = all(file, path)?;
    let ([pictures, height, width], pixels) =
        idx::body::<3>(&bytes).map_err(|problem| FileError::new(path, problem))?;
    let classes = match wanted.labels.clone().map_or_else(|| labels_beside(path), Ok) {
        Ok(labels) => Some(read_classes(&labels, pictures)?),
        Err(_) if wanted.unlabelled => None,
        Err(error) => return Err(error),
    };
    let size = height * width;
    if size == 0 {
        return Err(FileError::new(path, "pictures without a pixel"));
    }
    let mut features = vec![0.0; size];
    for (index, picture) in pixels.chunks_exact(size).enumerate() {
        features.iter_mut().zip(picture).for_each(|(x, pixel)| *x = f32::from(*pixel));
        let class = classes.as_ref().and_then(|classes| classes.get(index)).map(u8::to_string);
        sink.sample(&features, class.as_deref())
            .map_err(|problem| FileError::new(path, format_args!("picture {index}: {problem}")))?;
    }
    Ok(())
}

/// Reads the classes of this many pictures.
fn read_classes(labels: &Path, pictures: usize) -> Result<Vec<u8>, FileError> {
    let bytes = all(open(labels)?, labels)?;
    let ([_], classes) = idx::body::<1>(&bytes).map_err(|problem| FileError::new(labels, problem))?;
    if classes.len() == pictures {
        return Ok(classes.to_vec());
    }
    let problem = format!("{} labels; expected {pictures}, one for each picture", classes.len());
    Err(FileError::new(labels, problem))
}

/// Reads a folder with `meta.json`, or with the files of MNIST or of CIFAR-10.
fn read_folder(folder: &Path, part: Part, wanted: &Wanted, sink: &mut dyn Sink) -> Result<bool, FileError> {
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
        read_pictures(open(&pictures)?, &pictures, &Wanted { labels: None, ..wanted.clone() }, sink)?;
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

/// The file of MNIST's pictures, in one of the spellings of its name.
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

/// Parses the name of a delimiter.
///
/// # Errors
/// A message that says what is expected.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "comma" | "," => Ok(b','),
        "semicolon" | ";" => Ok(b';'),
        "tab" | "\t" | "\\t" => Ok(b'\t'),
        "space" | " " => Ok(b' '),
        _ => Err(format!("expected one of {}", listed(&["comma", "semicolon", "tab", "space"].map(str::to_owned)))),
    }
}
