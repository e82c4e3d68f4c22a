//! The readers of files, on bytes of any kind: they read what is there, or say what is wrong, and never panic.

use hingeline_examples::idx;
use hingeline_examples::records::{self, Value};
use proptest::prelude::*;
use proptest::test_runner::RngAlgorithm;

const CLASSES: usize = 4;
const VALUES: [Value; 4] = [Value::U8, Value::I8, Value::I16, Value::F32];

/// Three pictures of 2 × 3.
fn images() -> Vec<u8> {
    let sizes = [3_u32, 2, 3].into_iter().flat_map(u32::to_be_bytes);
    [0, 0, 8, 3].into_iter().chain(sizes).chain(100..118).collect()
}

fn labels() -> Vec<u8> {
    vec![0, 0, 8, 1, 0, 0, 0, 3, 3, 0, 2]
}

/// Two records of three features.
fn records(value: Value) -> Vec<u8> {
    let feature = |number: i8| match value {
        Value::U8 => vec![number.unsigned_abs()],
        Value::I8 => number.to_le_bytes().to_vec(),
        Value::I16 => (i16::from(number) * 200).to_le_bytes().to_vec(),
        Value::F32 => (f32::from(number) / 8.0).to_le_bytes().to_vec(),
    };
    let record = |label: u8, numbers: [i8; 3]| [vec![label], numbers.map(feature).concat()].concat();
    [record(3, [1, -2, 3]), record(0, [-128, 0, 127])].concat()
}

#[test]
fn what_is_whole_is_read() {
    let pictures = idx::images::<6>(&images(), 2).unwrap();
    assert_eq!((pictures.len(), pictures[0]), (3, [100, 101, 102, 103, 104, 105]));
    assert_eq!(idx::labels(&labels(), CLASSES), Ok(vec![3, 0, 2]));
    let features = VALUES.map(|value| records::parse::<3>(&records(value), value, CLASSES).unwrap().features);
    assert_eq!(features[0], [[1.0, 2.0, 3.0], [128.0, 0.0, 127.0]]);
    assert_eq!(features[1], [[1.0, -2.0, 3.0], [-128.0, 0.0, 127.0]]);
    assert_eq!(features[2], [[200.0, -400.0, 600.0], [-25_600.0, 0.0, 25_400.0]]);
    assert_eq!(features[3], [[0.125, -0.25, 0.375], [-16.0, 0.0, 15.875]]);
    assert_eq!(records::parse::<3>(&records(Value::U8), Value::U8, CLASSES).unwrap().labels, [3, 0]);
}

/// Every file that is shorter or longer by some bytes is refused.
#[test]
fn what_is_cut_off_or_too_long_is_refused() {
    for length in 0..images().len() {
        assert!(idx::images::<6>(&images()[..length], 2).is_err(), "{length}");
    }
    for length in 0..labels().len() {
        assert!(idx::labels(&labels()[..length], CLASSES).is_err(), "{length}");
    }
    assert!(idx::images::<6>(&[images(), vec![0]].concat(), 2).is_err());
    assert!(idx::labels(&[labels(), vec![0]].concat(), CLASSES).is_err());
    for value in VALUES {
        let bytes = records(value);
        for length in (0..bytes.len()).filter(|length| *length == 0 || *length != bytes.len() / 2) {
            assert!(records::parse::<3>(&bytes[..length], value, CLASSES).is_err(), "{value:?}, {length}");
        }
        assert!(records::parse::<3>(&[bytes, vec![0]].concat(), value, CLASSES).is_err(), "{value:?}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let problem = |bytes: &[u8]| idx::images::<6>(bytes, 2).unwrap_err();
    assert!(problem(b"\x1f\x8b\x08\x00").contains("gunzip"));
    assert!(problem(b"GIF89a").contains("magic number"));
    assert!(problem(&labels()).contains("magic number"));
    assert!(problem(&[0, 0, 8, 3, 0, 0]).contains("before the sizes"));
    // Sizes whose product does not fit.
    assert!(problem(&[&[0, 0, 8, 3][..], &[255; 12]].concat()).contains("bytes follow"));
    assert!(idx::images::<6>(&images(), 3).unwrap_err().contains("2 x 3"));
    assert_eq!(idx::labels(&labels(), 3), Err("label 0 is 3".to_owned()));
    let parse = |bytes: &[u8], value| records::parse::<1>(bytes, value, CLASSES).unwrap_err();
    assert_eq!(parse(&[], Value::U8), "0 bytes are not a whole number of records");
    assert_eq!(parse(&[1, 9, 4, 9], Value::U8), "record 1 has the label 4");
    let nan = [&[0][..], &f32::NAN.to_le_bytes()].concat();
    assert_eq!(parse(&nan, Value::F32), "feature 0 of record 0 is not finite");
}

/// Any bytes, and whole files with a few bytes changed, which get past the first check.
fn any_bytes(whole: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changed = prop::collection::vec((0..whole.len(), any::<u8>()), 0..4).prop_map(move |changes| {
        let mut bytes = whole.clone();
        changes.into_iter().for_each(|(at, byte)| bytes[at] = byte);
        bytes
    });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..64), changed]
}

proptest! {
    // No file of past failures: their seed is printed.
    #![proptest_config(ProptestConfig {
        cases: 20_000,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_as_pictures(bytes in any_bytes(images())) {
        if let Ok(pictures) = idx::images::<6>(&bytes, 2) {
            prop_assert_eq!(bytes.len(), 16 + 6 * pictures.len());
        }
    }

    #[test]
    fn any_bytes_as_labels(bytes in any_bytes(labels())) {
        if let Ok(labels) = idx::labels(&bytes, CLASSES) {
            prop_assert_eq!(bytes.len(), 8 + labels.len());
            prop_assert!(labels.iter().all(|&label| usize::from(label) < CLASSES));
        }
    }

    #[test]
    fn any_bytes_as_records((value, bytes) in prop::sample::select(&VALUES[..]).prop_flat_map(|value| (Just(value), any_bytes(records(value))))) {
        if let Ok(part) = records::parse::<3>(&bytes, value, CLASSES) {
            prop_assert_eq!(bytes.len(), (1 + 3 * value.size()) * part.labels.len());
            prop_assert!(part.features.as_flattened().iter().all(|feature| feature.is_finite()));
            prop_assert!(part.labels.iter().all(|&label| usize::from(label) < CLASSES));
        }
    }
}
