//! A device's log, replayed: the snapshot of the firmware `wearable` is what a device printed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn firmware(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware").join(path)
}

fn log() -> String {
    fs::read_to_string(firmware("snapshots/wearable.txt")).expect("the snapshot")
}

fn replay(log: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replay"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // A replay that has given up reads no further.
    let _ = child.stdin.take().expect("piped").write_all(log.as_bytes());
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_devices_log_ends_in_the_devices_weights() {
    let log = log();
    let output = replay(&log);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let saw = log.lines().filter(|line| line.contains(" saw ")).count();
    assert!(text.starts_with(&format!("{} windows learned from, 1 refused\n", saw - 1)), "{text}");
    let weights = log.lines().find_map(|line| line.split_once("weights ")).expect("a fingerprint").1;
    assert!(text.contains(&format!("weights {weights} here, {weights} on the device")), "{text}");
}

/// The sign of the first feature of the sixth window: most others are recognised by far, with or without, and lead to no step.
#[test]
fn one_bit_of_one_window_leads_to_other_weights() {
    let log = log();
    let start = log.match_indices(" [").nth(5).expect("a window").0 + 2;
    let digit = u32::from_str_radix(&log[start..=start], 16).expect("a digit") ^ 8;
    let output = replay(&format!("{}{digit:x}{}", &log[..start], &log[start + 1..]));
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains(" here, "));
}

#[test]
fn another_seed_leads_to_other_weights() {
    assert!(!replay(&log().replace("seed 10", "seed 11")).status.success());
}

#[test]
fn a_log_that_is_not_whole_is_named() {
    let log = log();
    for (broken, problem) in [
        (log.replace("seed", "sead"), "a window before the seed"),
        (log.replace("weights", "weight"), "ends without"),
        (log.replacen(", ", " ", 1).replacen("[", "[zz", 1), "line 2: not the bits of a window"),
        (log.replacen("saw 2", "saw two", 1), "line 2: no label"),
    ] {
        let output = replay(&broken);
        assert!(!output.status.success());
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(problem), "{text}");
    }
}

#[test]
fn the_weights_in_flash_are_what_the_desktop_trains() {
    let (model, standardiser) = hingeline_examples::pretrain::train().expect("the data are good");
    let written = fs::read_to_string(firmware("src/pretrained.rs")).expect("the constants");
    assert!(
        hingeline_examples::pretrain::rust(&model, &standardiser) == written,
        "run `cargo run --release --bin pretrain > examples/firmware/src/pretrained.rs`"
    );
}
