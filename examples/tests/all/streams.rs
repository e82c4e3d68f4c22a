//! Streams that close or fill up: every program ends as a program should, and none panics.

#[cfg(target_os = "linux")]
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::directories::{cifar10, mnist};

fn below(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every program, with options that make it print little or much; and the directories that some of them read.
fn programs() -> (Vec<Command>, [TempDir; 2]) {
    let sgd = ["--strategy", "sgd", "--epochs", "2", "--average", "1"];
    let with = |program, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments);
        command
    };
    let mut programs = vec![
        with(env!("CARGO_BIN_EXE_digits"), &sgd),
        with(env!("CARGO_BIN_EXE_digits"), &[&sgd[..], &["--json", "--report"]].concat()),
        with(env!("CARGO_BIN_EXE_digits"), &["--help"]),
        with(env!("CARGO_BIN_EXE_pretrain"), &[]),
    ];
    let directories = [cifar10(), mnist()];
    for (program, directory) in [env!("CARGO_BIN_EXE_cifar10"), env!("CARGO_BIN_EXE_mnist")].iter().zip(&directories) {
        let mut command = Command::new(program);
        command.arg(directory.path()).args(sgd);
        programs.push(command);
    }
    for arguments in [&[][..], &["--json"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hingeline"));
        command.args(["train", "--loss", "hinge", "--learning-rate", "0.01", "--l2", "0", "--epochs", "1"]);
        command.args(arguments).arg(below("data/digits")).arg("-o").arg(directories[0].path().join("model.json"));
        programs.push(command);
    }
    let mut replay = Command::new(env!("CARGO_BIN_EXE_hingeline"));
    replay.arg("replay").arg(below("firmware/snapshots/wearable.txt"));
    programs.push(replay);
    (programs, directories)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// As with `| head -0`.
#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let (programs, _directories) = programs();
    for mut program in programs {
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        assert!(output.status.success(), "{program:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains("error"), "{program:?}: {}", stderr(&output));
    }
}

/// Linux has a file that is always on a full disk.
#[cfg(target_os = "linux")]
fn full() -> fs::File {
    fs::OpenOptions::new().write(true).open("/dev/full").expect("the device")
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_names_the_stream() {
    let (programs, _directories) = programs();
    for mut program in programs {
        let output = program.stdout(full()).stderr(Stdio::piped()).output().expect("the program starts");
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{program:?}: {told}");
        assert!(told.contains("error: standard output: No space left on device"), "{program:?}: {told}");
        assert!(!told.contains("panicked") && !told.contains("Os {"), "{program:?}: {told}");
    }
}

/// There is nowhere to report the error, but the status remains.
#[cfg(target_os = "linux")]
#[test]
fn errors_that_cannot_be_told_are_no_panics() {
    let nowhere = Path::new("/nowhere");
    for (program, argument, status) in [
        (env!("CARGO_BIN_EXE_cifar10"), nowhere, 2),
        (env!("CARGO_BIN_EXE_hingeline"), nowhere, 2),
        (env!("CARGO_BIN_EXE_digits"), Path::new("--no-option"), 2),
        (env!("CARGO_BIN_EXE_pretrain"), Path::new("--no-option"), 2),
    ] {
        let status_of = Command::new(program).arg(argument).stderr(full()).status().expect("the program starts");
        assert_eq!(status_of.code(), Some(status), "{program}");
    }
}
