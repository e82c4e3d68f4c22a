//! Everything that reads foreign bytes, as functions of bytes: cargo-fuzz calls them, and so does this package.

use std::path::Path;

use hingeline::state::{encode, load};
use hingeline::{Average, CrammerSinger, EarlyStopping, InverseTime, Model, Moments, Objective, Order, Sgd};
use hingeline_examples::command::builder::Builder;
use hingeline_examples::command::scaler::Scaler;
use hingeline_examples::command::source::{Part, Wanted};
use hingeline_examples::command::stored::Stored;
use hingeline_examples::command::table::Table;
use hingeline_examples::command::{delimited, import, numpy, record, sparse, tensors};
use hingeline_examples::options::WithoutDirectory;
use hingeline_examples::records::{self, Value};
use hingeline_examples::{cifar10, folder, idx, replay};

use hingeline_host_tests::records::{crc32, seal};

use clap::Parser;

use crate::draw::Draw;

/// A function that reads bytes, and bytes that it accepts.
#[derive(Debug)]
pub struct Reader {
    /// The name to display.
    pub name: &'static str,
    /// Reads the bytes, and asserts that the result agrees with them.
    pub read: fn(&[u8]),
    /// Some bytes that the reader accepts.
    valid: fn() -> Vec<u8>,
}

/// All readers.
pub const READERS: [Reader; 16] = [
    Reader { name: "idx_images", read: idx_images, valid: images },
    Reader { name: "idx_labels", read: idx_labels, valid: || vec![0, 0, 8, 1, 0, 0, 0, 3, 2, 1, 0] },
    Reader { name: "records", read: records, valid: || [vec![4, 1], vec![7; 24], vec![0], vec![9; 24]].concat() },
    Reader {
        name: "cifar10",
        read: cifar10,
        valid: || [1, 2].map(|label| [vec![label], vec![9; 3072]].concat()).concat(),
    },
    Reader { name: "meta", read: meta, valid: || META.as_bytes().to_vec() },
    Reader { name: "options", read: options, valid: || OPTIONS.as_bytes().to_vec() },
    Reader { name: "log", read: log, valid: || LOG.as_bytes().to_vec() },
    Reader { name: "csv", read: csv, valid: || CSV.as_bytes().to_vec() },
    Reader { name: "svmlight", read: svmlight, valid: || SVMLIGHT.as_bytes().to_vec() },
    Reader { name: "npy", read: npy, valid: array },
    Reader { name: "npz", read: npz, valid: archive },
    Reader { name: "model", read: model, valid: || MODEL.as_bytes().to_vec() },
    Reader { name: "foreign_model", read: foreign_model, valid: || FOREIGN.as_bytes().to_vec() },
    Reader { name: "tensors", read: tensors, valid: || tensors::write(&small_model()).expect("a model") },
    Reader { name: "states", read: states, valid: || FLOATS.to_vec() },
    Reader { name: "record", read: record, valid: || record::write(&small_model()).expect("a model") },
];

static FLOATS: &[u8] = include_bytes!("../../../examples/data/records/floats.bin");

const CSV: &str = "a;\"b;c\";label\r\n1;-2.5;up\r\n3e2;4;\"do\"\"wn\"\r\n";
const SVMLIGHT: &str = "+1 qid:3 1:0.5 4:-2 # a sample\n\n-1 2:1e-3\n";
const FOREIGN: &str = r#"{"format": "hingeline import 1", "classes": ["a", "b"], "features": null, "weights": [[1.5, -2]],
    "bias": [0.25], "mean": [0, 1], "deviation": [2, 4]}"#;
const MODEL: &str = r#"{"format": "hingeline model", "version": 1, "classes": ["a", "b"], "features": ["x0"],
    "standardiser": {"mean": [1.0], "factor": [0.5]}, "weights": [[1.0], [-1.0]], "bias": [0.0, 0.5], "raw": "u8",
    "weights_checksum": "0000000000000000", "crc32": "00000000"}"#;

/// Two samples of two features and a label, in binary32.
fn array() -> Vec<u8> {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }          \n";
    let values = [0.5_f32, 1.0, 0.0, -2.0, 8.0, 1.0].map(f32::to_le_bytes);
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), values.as_flattened()].concat()
}

/// An archive of two uncompressed arrays.
fn archive() -> Vec<u8> {
    let member = array();
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for name in [&b"X.npy"[..], b"y.npy"] {
        let start = bytes.len() as u32;
        let (len, crc) = ((member.len() as u32).to_le_bytes(), crc32(&member).to_le_bytes());
        let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0][..], &crc, &len, &len, &[name.len() as u8, 0, 0, 0]].concat();
        bytes.extend([b"PK\x03\x04", common.as_slice(), name, &member].concat());
        let place = [&[0; 10][..], &start.to_le_bytes()].concat();
        directory.extend([b"PK\x01\x02\x14\0", common.as_slice(), &place, name].concat());
    }
    let (start, len) = ((bytes.len() as u32).to_le_bytes(), (directory.len() as u32).to_le_bytes());
    [bytes, directory, b"PK\x05\x06\0\0\0\0\x02\0\x02\0".to_vec(), len.to_vec(), start.to_vec(), vec![0, 0]].concat()
}

const META: &str =
    r#"{"name": "hill", "d": 3, "classes": ["up", "down"], "dtype": "i16 little-endian", "more": [1.5]}"#;
const OPTIONS: &str = "--seed\n7\n--epochs\n3\n--l2\n1e-3\n--validation\n0.2\n--patience\n2\n--strategy\nsgd\n--json";
const LOG: &str = include_str!("../../../examples/firmware/snapshots/wearable.txt");

/// Two pictures of 2 × 3.
fn images() -> Vec<u8> {
    [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3][..], &[5; 12]].concat()
}

/// Pictures of 2 × 3 in IDX.
pub fn idx_images(bytes: &[u8]) {
    if let Ok(pictures) = idx::images::<6>(bytes, 2) {
        assert_eq!(bytes.len(), 16 + 6 * pictures.len());
    }
}

/// Labels below 4 in IDX.
pub fn idx_labels(bytes: &[u8]) {
    if let Ok(labels) = idx::labels(bytes, 4) {
        assert_eq!(bytes.len(), 8 + labels.len());
        assert!(labels.iter().all(|label| *label < 4));
    }
}

/// Records of six values; the first byte chooses their format.
pub fn records(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let value = [Value::U8, Value::I8, Value::I16, Value::F32][usize::from(kind % 4)];
    if let Ok(part) = records::parse::<6>(bytes, value, 4) {
        assert_eq!(bytes.len(), (1 + 6 * value.size()) * part.labels.len());
        assert!(part.features.as_flattened().iter().all(|feature| feature.is_finite()));
        assert!(part.labels.iter().all(|label| *label < 4));
    }
}

/// Records of CIFAR-10.
pub fn cifar10(bytes: &[u8]) {
    if let Ok(part) = records::parse::<{ cifar10::FEATURES }>(bytes, Value::U8, cifar10::CLASSES) {
        assert_eq!(bytes.len(), (1 + cifar10::FEATURES) * part.labels.len());
    }
}

/// `meta.json` of a folder.
pub fn meta(bytes: &[u8]) {
    if let Ok(meta) = folder::meta(bytes) {
        assert!(!format!("{meta:?}").contains('\u{1b}'));
    }
}

/// Command-line options, one per line.
pub fn options(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(options) = WithoutDirectory::try_parse_from([""].into_iter().chain(text.lines())) {
        assert!(options.options.epochs != Some(0) && options.options.margin >= 0.0);
    }
}

/// The log of the firmware `wearable`.
pub fn log(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = replay::replay(text);
    }
}

/// The memory that a table may take here.
const LIMIT: usize = 1 << 20;

/// Checks a table read from bytes: its numbers are finite, and each label has a name.
fn check(table: Builder) {
    let Ok(Table { width, values, labels, classes, features, .. }) = table.finish() else { return };
    assert!(features.len() == width && values.iter().count() == width * labels.len());
    assert!(values.iter().all(f32::is_finite));
    assert!(labels.iter().all(|label| usize::from(*label) < classes.len()));
}

/// Text in columns.
pub fn csv(bytes: &[u8]) {
    let mut table = Builder::new(LIMIT);
    if delimited::read(bytes, Path::new("csv"), &Wanted::default(), &mut table).is_ok() {
        check(table);
    }
}

/// Text in the svmlight format.
pub fn svmlight(bytes: &[u8]) {
    // The format allows an index of many millions, which takes as much memory.
    let digits = bytes.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).max();
    let mut table = Builder::new(LIMIT);
    if digits < Some(6) && sparse::read(bytes, Path::new("svmlight"), &Wanted::default(), &mut table).is_ok() {
        check(table);
    }
}

/// An array of NumPy.
pub fn npy(bytes: &[u8]) {
    let mut table = Builder::new(LIMIT);
    if numpy::read(bytes, Path::new("npy"), None, &Wanted::default(), &mut table).is_ok() {
        check(table);
    }
}

/// An archive of such arrays.
pub fn npz(bytes: &[u8]) {
    let mut table = Builder::new(LIMIT);
    if numpy::read_archive(bytes, Path::new("npz"), Part::Train, &Wanted::default(), &mut table).is_ok() {
        check(table);
    }
}

/// A model as the command stores it.
pub fn model(bytes: &[u8]) {
    if let Ok(model) = Stored::of(bytes) {
        assert!(model.weights.len() == model.classes.len() && model.classes.len() >= 2);
    }
}

/// A model of scikit-learn or PyTorch.
pub fn foreign_model(bytes: &[u8]) {
    if let Ok(model) = import::of(bytes) {
        assert!(model.weights.iter().flatten().all(|weight| weight.is_finite()));
    }
}

/// A model as tensors.
pub fn tensors(bytes: &[u8]) {
    if let Ok(model) = tensors::read(bytes) {
        let again =
            tensors::write(&model).and_then(|bytes| tensors::read(&bytes)).expect("what was read can be written");
        assert_eq!((model.crc32, model.classes), (again.crc32, again.classes));
    }
}

/// The model in a record.
pub fn record(bytes: &[u8]) {
    let mut record = bytes.to_vec();
    for bytes in [bytes, seal(&mut record)] {
        if let Ok((model, _)) = record::read(bytes, None) {
            assert!(model.weights.iter().flatten().all(|weight| weight.is_finite()));
        }
    }
}

/// States from a record, as the library restores them; then again with correct checksums, so that the contents are
/// examined.
pub fn states(bytes: &[u8]) {
    let mut record = bytes.to_vec();
    for bytes in [bytes, seal(&mut record)] {
        let (mut model, mut average) = (Model::<3, 5>::new(), Average::<3, 5>::new());
        let objective = Objective::of(CrammerSinger::new(1.0).expect("a margin"), 0.0).expect("an objective");
        let mut sgd = Sgd::new(objective, InverseTime { rate: 0.5, decay: 0.0 }).expect("a schedule");
        let (mut order, mut moments) = (Order::resume([0; 4], 1, 0, 0).expect("an order"), Moments::<5>::new());
        let mut stopping = EarlyStopping::new(1).expect("a patience");
        let mut all = (&mut model, &mut average, &mut sgd, &mut order, &mut moments, &mut stopping);
        let (mut before, mut after) = ([0; 600], [0; 600]);
        let len = encode(&all, &mut before).expect("it fits");
        let restored = load(&mut all, &mut &bytes[..], &mut [0; 32]);
        let _ = encode(&all, &mut after).expect("it fits");
        match restored {
            // Except for the number, which is that of a checkpoint.
            Ok(()) => assert_eq!(after[20..len - 4], bytes[20..len - 4]),
            Err(_) => assert_eq!(after, before),
        }
    }
}

/// A model of two features.
fn small_model() -> Stored {
    let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
    let (weights, bias) = ([1.0, -2.0, 0.5, 0.25], [0.0, 1.0]);
    Stored::new(names(["up", "down"]), names(["x", "y"]), Scaler::none(2), &weights, &bias).expect("a model")
}

/// Runs every reader on bytes that a seed draws: arbitrary bytes, and valid bytes with changes. Returns the number of
/// reads.
pub fn run(seed: u64) -> u64 {
    let mut draw = Draw::new(seed);
    for reader in &READERS {
        (reader.read)(&any(&mut draw));
        (reader.read)(&changed((reader.valid)(), &mut draw));
    }
    2 * READERS.len() as u64
}

fn any(draw: &mut Draw) -> Vec<u8> {
    let len = draw.below(80);
    (0..len).map(|_| draw.bits() as u8).collect()
}

/// Makes a few changes: a byte changed, an end cut off, a part doubled or left out.
fn changed(mut bytes: Vec<u8>, draw: &mut Draw) -> Vec<u8> {
    for _ in 0..draw.below(5) {
        let (a, b) = (draw.below(bytes.len() + 1), draw.below(bytes.len() + 1));
        let part = a.min(b)..a.max(b);
        match draw.below(5) {
            0 => bytes.truncate(a),
            1 => drop(bytes.drain(part)),
            2 => bytes.extend_from_within(part),
            3 => bytes.insert(a, draw.bits() as u8),
            _ => {
                let change = 1 << draw.below(8);
                bytes.get_mut(a).into_iter().for_each(|byte| *byte ^= change);
            }
        }
    }
    bytes
}
