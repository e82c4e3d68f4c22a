//! Everything that reads bytes of others, as functions of bytes: cargo-fuzz calls them, and so does this package.

use hingeline_examples::options::WithoutDirectory;
use hingeline_examples::records::{self, Value};
use hingeline_examples::{cifar10, folder, idx, replay};

use clap::Parser;

use crate::draw::Draw;

/// What reads bytes, and bytes that it takes.
#[derive(Debug)]
pub struct Reader {
    /// For people.
    pub name: &'static str,
    /// Reads the bytes, and demands that what comes of them is what they say.
    pub read: fn(&[u8]),
    /// Some that it takes.
    valid: fn() -> Vec<u8>,
}

/// All of them.
pub const READERS: [Reader; 7] = [
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
];

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

/// Records of six values; the first byte chooses how they are written.
pub fn records(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let value = [Value::U8, Value::I8, Value::I16, Value::F32][usize::from(kind % 4)];
    if let Ok(part) = records::parse::<[f32; 6]>(bytes, value, 4, 6) {
        assert_eq!(bytes.len(), (1 + 6 * value.size()) * part.labels.len());
        assert!(part.features.as_flattened().iter().all(|feature| feature.is_finite()));
        assert!(part.labels.iter().all(|label| *label < 4));
    }
}

/// Records of CIFAR-10.
pub fn cifar10(bytes: &[u8]) {
    if let Ok(part) = records::parse::<Box<[f32]>>(bytes, Value::U8, cifar10::CLASSES, cifar10::FEATURES) {
        assert_eq!(bytes.len(), (1 + cifar10::FEATURES) * part.labels.len());
    }
}

/// `meta.json` of a folder.
pub fn meta(bytes: &[u8]) {
    if let Ok(meta) = folder::meta(bytes) {
        assert!(!format!("{meta:?}").contains('\u{1b}'));
    }
}

/// Options on the command line, one a line.
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

/// Every reader on what a seed draws: bytes that it takes, with some changed, and any bytes; returns how many were read.
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

/// A few changes: a byte, an end that is cut, a part that is doubled or left out.
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
