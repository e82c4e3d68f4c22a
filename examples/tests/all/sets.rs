//! Sets in folders, from the outside: the digits of the repository, and all that can be wrong.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const TRAIN: &[u8] = include_bytes!("../../data/digits/train.bin");
const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/digits");

fn meta(d: usize, classes: usize, dtype: &str) -> Vec<u8> {
    let classes: Vec<_> = (0..classes).map(|class| class.to_string()).collect();
    json!({ "name": "digits", "d": d, "classes": classes, "dtype": dtype }).to_string().into_bytes()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a temporary directory");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("the file is written");
    }
    folder
}

fn sets(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sets")).arg(folder).args(arguments).output().expect("the program starts")
}

fn row(folder: &Path, arguments: &[&str]) -> Value {
    let output = sets(folder, &[&["--json"], arguments].concat());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    serde_json::from_slice(&output.stdout).expect("one row")
}

#[test]
fn the_digits_are_chosen_for_and_learnt() {
    let digits = Path::new(DIGITS);
    let first = row(digits, &["--epochs", "10"]);
    assert!(first["test_accuracy"].as_f64().is_some_and(|accuracy| accuracy > 0.9), "{first}");
    assert_eq!((&first["train"], &first["test"]), (&1_297.into(), &500.into()));
    assert_eq!(row(digits, &["--epochs", "10"])["weights_checksum"], first["weights_checksum"]);
    // What was chosen, given, is the same run without the choice.
    let (rate, l2) = (first["learning_rate"].to_string(), first["l2"].to_string());
    let given = row(digits, &["--epochs", "10", "--learning-rate", &rate, "--l2", &l2]);
    assert_eq!(given["weights_checksum"], first["weights_checksum"]);

    let output = sets(digits, &["--epochs", "1", "--learning-rate", "0.01", "--l2", "0"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("| set ") && text.contains("| digits |  1297 |  500 | 64 |      10 |"), "{text}");
}

/// Files, the one at fault, and what is said of it.
type Bad<'a> = (&'a [(&'a str, &'a [u8])], &'a str, &'a str);

#[test]
fn what_is_wrong_is_said() {
    let (good, many, wide) = (meta(64, 10, "u8"), meta(64, 11, "u8"), meta(64, 10, "f64"));
    let cases: [Bad<'_>; 6] = [
        (&[], "meta.json", "expected an object with name, d, classes and dtype"),
        (&[("meta.json", b"{")], "meta.json", "expected an object with name, d, classes and dtype"),
        (&[("meta.json", &many)], "", "11 classes x 64 features; expected one of 10x3072, 26x16"),
        (&[("meta.json", &wide)], "meta.json", "dtype \"f64\"; expected u8, i8, i16 little-endian or f32"),
        (&[("meta.json", &good)], "train.bin", "expected records of 65 bytes"),
        (&[("meta.json", &good), ("train.bin", &TRAIN[..100])], "train.bin", "100 bytes are no whole number"),
    ];
    for (files, file, problem) in cases {
        let folder = folder(files);
        let output = sets(folder.path(), &[]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        let path = folder.path().join(file).display().to_string();
        for part in [path.trim_end_matches('/'), problem] {
            assert!(message.contains(part), "no '{part}' in {message}");
        }
    }
}

#[test]
fn options_that_are_of_no_use_are_refused() {
    for arguments in [["--learning-rate", "0"], ["--l2", "-1"], ["--epochs", "0"], ["--learning-rate", "NaN"]] {
        let output = sets(Path::new(DIGITS), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}
