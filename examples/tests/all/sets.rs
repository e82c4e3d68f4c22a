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
    // The same choice again, of shorter runs.
    let [once, again] = [(); 2].map(|()| row(digits, &["--epochs", "1"]));
    assert_eq!([&once["learning_rate"], &once["l2"]], [&again["learning_rate"], &again["l2"]]);
    assert_eq!(once["weights_checksum"], again["weights_checksum"]);
    // What was chosen, given, is the same run without the choice.
    let (rate, l2) = (first["learning_rate"].to_string(), first["l2"].to_string());
    let given = row(digits, &["--epochs", "10", "--learning-rate", &rate, "--l2", &l2]);
    assert_eq!(given["weights_checksum"], first["weights_checksum"]);

    let output = sets(digits, &["--epochs", "1", "--learning-rate", "0.01", "--l2", "0"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("| set ") && text.contains("| digits |  1297 |  500 | 64 |      10 |"), "{text}");
}

/// Each loss is another run, and so are weights; the classes of the digits are nearly of one size.
#[test]
fn losses_and_weights_are_those_that_were_asked_for() {
    let digits = Path::new(DIGITS);
    let own = ["--epochs", "10", "--l2", "1e-4"];
    let mut checksums = Vec::new();
    for loss in [["hinge", "0.01"], ["crammer-singer", "0.01"], ["softmax", "0.1"]] {
        for power in ["0", "0.5"] {
            let asked = ["--loss", loss[0], "--learning-rate", loss[1], "--weight-power", power, "--by", "macro-f1"];
            let row = row(digits, &[&own, &asked[..]].concat());
            assert_eq!(row["loss"], loss[0]);
            for measure in ["test_accuracy", "test_macro_f1", "test_balanced_accuracy"] {
                assert!(row[measure].as_f64().is_some_and(|value| value > 0.88), "{measure} of {row}");
            }
            checksums.push(row["weights_checksum"].to_string());
        }
    }
    checksums.sort();
    checksums.dedup();
    assert_eq!(checksums.len(), 6);
}

/// Any shape will do: two classes of three features, one of which tells them apart.
#[test]
fn a_shape_need_not_be_known() {
    let records: Vec<u8> = (0..40_u8).flat_map(|index| [index % 2, 100 * (index % 2) + index, 7, index]).collect();
    let meta = meta(3, 2, "u8");
    let folder = folder(&[("meta.json", &meta), ("train.bin", &records), ("test.bin", &records)]);
    let row = row(folder.path(), &[]);
    assert_eq!(
        (&row["classes"], &row["features"], &row["test_accuracy"]),
        (&2.into(), &3.into(), &1.0.into()),
        "{row}"
    );
}

/// In integers the digits are learnt as well, by either hinge.
#[test]
fn sets_are_learnt_in_integers() {
    let digits = Path::new(DIGITS);
    let mut checksums = Vec::new();
    for loss in ["hinge", "crammer-singer"] {
        let asked = ["--integers", "--loss", loss, "--learning-rate", "0.0078125", "--l2", "1e-3"];
        let row = row(digits, &asked);
        assert_eq!((&row["integers"], &row["loss"]), (&true.into(), &loss.into()));
        assert!(row["test_accuracy"].as_f64().is_some_and(|accuracy| accuracy > 0.89), "{row}");
        checksums.push(row["weights_checksum"].to_string());
    }
    assert_ne!(checksums[0], checksums[1]);
    let output = sets(digits, &["--integers", "--loss", "softmax"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("in integers there is no softmax"), "{message}");
    assert_eq!(sets(digits, &["--integers", "--weight-power", "0.5"]).status.code(), Some(2));
}

/// Files, the one at fault, and what is said of it.
type Bad<'a> = (&'a [(&'a str, &'a [u8])], &'a str, &'a str);

#[test]
fn what_is_wrong_is_said() {
    let (good, empty, wide) = (meta(64, 10, "u8"), meta(0, 10, "u8"), meta(64, 10, "f64"));
    let cases: [Bad<'_>; 6] = [
        (&[], "meta.json", "expected an object with name, d, classes and dtype"),
        (&[("meta.json", b"{")], "meta.json", "expected an object with name, d, classes and dtype"),
        (&[("meta.json", &empty)], "train.bin", "records of 0 features; expected 1 to"),
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

/// A name that would clear the screen, or turn the direction of writing, is shown as what it is.
#[test]
fn a_name_reaches_no_terminal_with_its_codes() {
    for (code, shown) in [("\u{1b}[2J", "\\u{1b}[2J"), ("\u{9b}31m", "\\u{9b}31m"), ("\u{202e}", "\\u{202e}")] {
        let named = |name: &str, class: &str, dtype: &str| {
            json!({ "name": name, "d": 64, "classes": vec![class; 10], "dtype": dtype }).to_string()
        };
        for meta in [named(code, "0", "u8"), named("digits", code, "u8"), named("digits", "0", code)] {
            let folder = folder(&[("meta.json", meta.as_bytes()), ("train.bin", TRAIN), ("test.bin", TRAIN)]);
            let output = sets(folder.path(), &["--json"]);
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!((output.status.code(), output.stdout), (Some(2), vec![]), "{message}");
            assert!(message.contains("meta.json: ") && message.contains(shown), "{message}");
            assert!(!message.contains(code), "{message}");
        }
        // The name of a folder comes from the disk too.
        let parent = TempDir::new().expect("a temporary directory");
        let message = sets(&parent.path().join(code), &[]).stderr;
        let message = String::from_utf8_lossy(&message);
        assert!(message.contains(shown) && !message.contains(code), "{message}");
    }
}

/// The records of the digits whose label this holds for.
fn records_of(holds: impl Fn(u8) -> bool) -> Vec<u8> {
    TRAIN.chunks(65).filter(|record| holds(record[0])).flatten().copied().collect()
}

#[test]
fn too_few_samples_or_classes_are_told() {
    let meta = meta(64, 10, "u8");
    let run = |train: &[u8]| {
        let folder = folder(&[("meta.json", &meta), ("train.bin", train), ("test.bin", TRAIN)]);
        let output = sets(folder.path(), &["--epochs", "1"]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(&folder.path().display().to_string()), "{told}");
        (output.status.code(), told)
    };
    let (status, told) = run(&TRAIN[..65]);
    assert!(status == Some(2) && told.contains("train.bin: each of the 1 training samples is of class"), "{told}");
    let (status, told) = run(&records_of(|label| label == 4));
    assert!(status == Some(2) && told.contains("training samples is of class 4; expected at least two"), "{told}");
    // Two samples of two classes, of which no fifth can be set aside.
    let two = [&records_of(|label| label == 4)[..65], &records_of(|label| label == 5)[..65]].concat();
    let (status, told) = run(&two);
    let problem = "0.2 of 2 training samples is 0 of them; expected at least one to set aside";
    assert!(status == Some(2) && told.contains(problem), "{told}");
    let (status, told) = run(&records_of(|label| label != 7));
    assert!(status == Some(0) && told.starts_with("warning: "), "{told}");
    assert!(told.ends_with(": no training sample is of class 7\n"), "{told}");
}

#[test]
fn options_that_are_of_no_use_are_refused() {
    for arguments in [
        ["--learning-rate", "0"],
        ["--l2", "-1"],
        ["--epochs", "0"],
        ["--learning-rate", "NaN"],
        ["--loss", "squared"],
        ["--weight-power", "-0.5"],
        ["--weight-power", "NaN"],
        ["--by", "recall"],
    ] {
        let output = sets(Path::new(DIGITS), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}
