//! The programs that read a directory, from the outside: small sets of the right format, and everything that can be
//! wrong.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const CIFAR10: &str = env!("CARGO_BIN_EXE_cifar10");
const MNIST: &str = env!("CARGO_BIN_EXE_mnist");

fn run(program: &str, directory: &Path, arguments: &[&str]) -> Output {
    Command::new(program).arg(directory).args(arguments).output().expect("the program starts")
}

/// Pictures of two classes that are linearly separable: either the first half is bright, or the second.
fn picture(index: usize, pixels: usize) -> Vec<u8> {
    let shade = |pixel: usize| ((pixel * 7 + index * 13) % 50) as u8;
    let is_bright = |pixel: usize| (pixel < pixels / 2) == index.is_multiple_of(2);
    (0..pixels).map(|pixel| if is_bright(pixel) { 200 + shade(pixel) } else { shade(pixel) }).collect()
}

fn records(count: usize) -> Vec<u8> {
    (0..count).flat_map(|index| [vec![(index % 2) as u8], picture(index, 3_072)].concat()).collect()
}

fn idx_images(count: usize) -> Vec<u8> {
    let header = [[0, 0, 8, 3], (count as u32).to_be_bytes(), 28_u32.to_be_bytes(), 28_u32.to_be_bytes()].concat();
    header.into_iter().chain((0..count).flat_map(|index| picture(index, 784))).collect()
}

fn idx_labels(count: usize) -> Vec<u8> {
    let header = [[0, 0, 8, 1], (count as u32).to_be_bytes()].concat();
    header.into_iter().chain((0..count).map(|index| (index % 2) as u8)).collect()
}

/// A directory of these files.
fn directory(files: &[(&str, Vec<u8>)]) -> TempDir {
    let directory = TempDir::new().expect("a temporary directory");
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).expect("the file is written");
    }
    directory
}

pub(crate) fn cifar10() -> TempDir {
    directory(&[("train.bin", records(40)), ("test.bin", records(10))])
}

pub(crate) fn mnist() -> TempDir {
    directory(&[
        ("train-images-idx3-ubyte", idx_images(40)),
        ("train-labels-idx1-ubyte", idx_labels(40)),
        ("t10k-images-idx3-ubyte", idx_images(10)),
        ("t10k-labels-idx1-ubyte", idx_labels(10)),
    ])
}

/// The accuracy that SGD reaches on the set.
fn accuracy(program: &str, directory: &Path) -> f64 {
    let output = run(program, directory, &["--json", "--strategy", "sgd", "--epochs", "20"]);
    // These sets have only two of the ten classes, which the program reports.
    let (class, set) = if program == CIFAR10 { ("bird, cat", "cifar10") } else { ("2, 3", "mnist") };
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.starts_with(&format!("warning: {set}: no training sample is of classes {class}, ")), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    let row: Value = serde_json::from_slice(&output.stdout).expect("one row");
    assert_eq!(row["evaluations"], 20 * 40);
    row["test_accuracy"].as_f64().expect("a number")
}

#[test]
fn what_a_line_can_tell_apart_is_learnt() {
    assert_eq!(accuracy(CIFAR10, cifar10().path()), 1.0);
    assert_eq!(accuracy(MNIST, mnist().path()), 1.0);
}

#[test]
fn the_other_names_of_the_files_will_do() {
    let mut files: Vec<_> = (1..=5).map(|batch| (format!("data_batch_{batch}.bin"), records(8))).collect();
    files.push(("test_batch.bin".to_owned(), records(10)));
    let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    assert_eq!(accuracy(CIFAR10, directory(&files).path()), 1.0);
    let dotted = directory(&[
        ("train-images.idx3-ubyte", idx_images(40)),
        ("train-labels.idx1-ubyte", idx_labels(40)),
        ("t10k-images.idx3-ubyte", idx_images(10)),
        ("t10k-labels.idx1-ubyte", idx_labels(10)),
    ]);
    assert_eq!(accuracy(MNIST, dotted.path()), 1.0);
}

#[test]
fn the_whole_programme_runs_on_them() {
    let output = run(MNIST, mnist().path(), &["--epochs", "2"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success());
    assert!(text.starts_with("mnist: 40 samples to train, 10 to test, 784 features, 10 classes\n"), "{text}");
    for part in ["mean image", "gradient check on 20 samples", "| random-search ", "| sgd ", "confusion of "] {
        assert!(text.contains(part), "no '{part}' in\n{text}");
    }
}

/// Checks for a message that names the file and what was expected, status 2 and nothing else.
#[track_caller]
fn assert_refused(program: &str, directory: &Path, file: &str, parts: &[&str]) {
    let output = run(program, directory, &[]);
    let message = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(output.stdout, b"", "{message}");
    let path = directory.join(file).display().to_string();
    let path = path.trim_end_matches('/').to_owned();
    for part in [&path, "expected"].iter().chain(parts) {
        assert!(message.contains(part), "no '{part}' in {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn bad_files_of_cifar10() {
    let expected = "records of 3073 bytes: a label below 10, then 3072 features";
    assert_refused(CIFAR10, Path::new("/nowhere"), "data_batch_1.bin", &[expected]);
    let set = cifar10();
    for (file, bytes, problem) in [
        ("train.bin", records(3)[..5_000].to_vec(), "5000 bytes are not a whole number of records"),
        ("train.bin", [records(3), vec![0]].concat(), "9220 bytes are not a whole number"),
        ("train.bin", vec![], "0 bytes are not a whole number"),
        ("train.bin", [vec![10], picture(0, 3_072)].concat(), "record 0 has the label 10"),
    ] {
        fs::write(set.path().join(file), bytes).expect("the file is written");
        assert_refused(CIFAR10, set.path(), file, &[problem, expected]);
    }
    fs::write(set.path().join("train.bin"), records(4)).expect("the file is written");
    fs::remove_file(set.path().join("test.bin")).expect("the file is there");
    assert_refused(CIFAR10, set.path(), "test.bin", &["No such file"]);
    // A directory where a file should be.
    fs::create_dir(set.path().join("test.bin")).expect("a directory");
    assert_refused(CIFAR10, set.path(), "test.bin", &["directory"]);
}

#[test]
fn a_training_part_of_one_class_is_refused() {
    let expected = ["each of the 4 training samples is of class", "expected at least two classes"];
    let one: Vec<u8> = (0..4).flat_map(|index| [vec![3], picture(index, 3_072)].concat()).collect();
    let set = directory(&[("train.bin", one), ("test.bin", records(10))]);
    assert_refused(CIFAR10, set.path(), "", &[&expected[..], &["class cat"]].concat());
    let labels = [idx_labels(4)[..8].to_vec(), vec![7; 4]].concat();
    let set = mnist();
    fs::write(set.path().join("train-images-idx3-ubyte"), idx_images(4)).expect("the file is written");
    fs::write(set.path().join("train-labels-idx1-ubyte"), labels).expect("the file is written");
    assert_refused(MNIST, set.path(), "", &[&expected[..], &["class 7"]].concat());
}

#[test]
fn bad_files_of_mnist() {
    let [pictures, labels] = ["an IDX file of pictures of 28 x 28 bytes", "an IDX file of labels below 10"];
    assert_refused(MNIST, Path::new("/nowhere"), "train-images-idx3-ubyte", &[pictures]);
    for (file, bytes, problem) in [
        ("train-images-idx3-ubyte", idx_images(3)[..2_000].to_vec(), "1984 bytes follow"),
        ("train-images-idx3-ubyte", [idx_images(3), vec![0]].concat(), "2353 bytes follow"),
        ("train-images-idx3-ubyte", idx_labels(3), "magic number"),
        ("t10k-images-idx3-ubyte", vec![0x1f, 0x8b, 8, 0], "gunzip"),
        ("train-images-idx3-ubyte", idx_images(0), "no picture"),
    ] {
        let set = mnist();
        fs::write(set.path().join(file), bytes).expect("the file is written");
        assert_refused(MNIST, set.path(), file, &[problem]);
    }
    for (file, bytes, problem, expected) in [
        ("train-labels-idx1-ubyte", idx_labels(39), "39 labels", "40, one for each picture"),
        ("t10k-labels-idx1-ubyte", [idx_labels(10)[..17].to_vec(), vec![77]].concat(), "label 9 is 77", labels),
    ] {
        let set = mnist();
        fs::write(set.path().join(file), bytes).expect("the file is written");
        assert_refused(MNIST, set.path(), file, &[problem, expected]);
    }
}

#[test]
fn a_directory_is_wanted() {
    let output = Command::new(MNIST).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("<DIR>"));
}
