//! A device's log, replayed: the snapshot of the firmware `wearable` is what a device printed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn firmware(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware").join(path)
}

fn log() -> String {
    fs::read_to_string(firmware("snapshots/wearable.txt")).expect("the snapshot")
}

fn replay(log: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hingeline"));
    command.arg("replay");
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
    let reviews = |what: &str| log.lines().filter(|line| line.contains(what)).count();
    let (adopted, reverted) = (reviews(" adopted: "), reviews(" reverted: "));
    assert!(adopted > 0 && reverted > 0);
    assert!(text.contains(&format!("{adopted} reviews adopted, {reverted} reverted\n")), "{text}");
    let weights = log.lines().find_map(|line| line.split_once("weights ")).expect("a fingerprint").1;
    assert!(text.contains(&format!("weights {weights} here, {weights} on the device")), "{text}");
}

/// The wrong labels cost a device without a guard more.
#[test]
fn a_guarded_device_recognises_more() {
    let log = log();
    let count = |words: &str| -> u32 {
        let (_, rest) = log.lines().find_map(|line| line.split_once(words)).expect("a line");
        rest.split(' ').next().expect("a number").parse().expect("a number")
    };
    assert!(count("before: ") < count("after: ") && count("without a guard: ") < count("after: "));
}

/// A review is a part of the run.
#[test]
fn a_review_that_is_left_out_leads_to_other_weights() {
    let log = log().replacen("info  review\n", "", 1);
    assert!(!replay(&log).status.success());
}

/// Flips the sign of the first feature of the sixth window: most other windows are recognised by a wide margin with
/// either sign, and lead to no step.
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
        assert!(text.starts_with("error: standard input: ") && text.contains(problem), "{text}");
    }
}

#[test]
fn a_log_that_is_no_text_or_too_long_is_named() {
    let folder = TempDir::new().expect("a temporary directory");
    let path = folder.path().join("log");
    let refusal = || {
        let output =
            Command::new(env!("CARGO_BIN_EXE_hingeline")).arg("replay").arg(&path).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).expect("text")
    };
    let name = path.display();
    assert!(refusal().starts_with(&format!("error: {name}: No such file")));
    fs::write(&path, b"INFO \xff").expect("the file is written");
    assert!(refusal().starts_with(&format!("error: {name}: invalid utf-8")));
    // The file is sparse: it has a length, but no data on the disk.
    fs::File::create(&path).and_then(|file| file.set_len((1 << 28) + 1)).expect("the file is made");
    let told = refusal();
    assert!(told.starts_with(&format!("error: {name}: longer than 268435456 bytes; expected the log")), "{told}");
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
