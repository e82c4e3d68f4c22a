//! The main job from the outside, as a person or a script runs it.

use std::process::{Command, Output, Stdio};

use hingeline::kernel::Choice;
use serde_json::Value;

fn digits(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_digits")).args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is text")
}

/// The rows of `--json`, after checking that the run was quiet and successful.
fn rows(arguments: &[&str]) -> Vec<Value> {
    let output = digits(&[&["--json"], arguments].concat());
    assert_eq!(text(&output.stderr), "");
    assert!(output.status.success());
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

fn number(row: &Value, key: &str) -> f64 {
    row[key].as_f64().unwrap_or_else(|| panic!("{key} of {row} is no number"))
}

#[test]
fn json_has_a_row_for_each_strategy_in_the_order_of_the_lecture() {
    let rows = rows(&[]);
    let names: Vec<_> = rows.iter().map(|row| row["strategy"].as_str().unwrap()).collect();
    assert_eq!(names, ["random-search", "random-local-search", "gradient-descent", "mini-batch", "sgd"]);
    let mut keys: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected = [
        "evaluations",
        "kernel",
        "seconds",
        "strategy",
        "test_accuracy",
        "train_accuracy",
        "train_loss",
        "weights_checksum",
    ];
    assert_eq!(keys, expected);
    for row in &rows {
        assert_eq!(row["evaluations"], 200 * 1_297);
        assert!((0.0..=1.0).contains(&number(row, "train_accuracy")));
        assert!(number(row, "seconds") > 0.0);
        assert_eq!(row["weights_checksum"].as_str().unwrap().len(), 16);
    }
}

#[test]
fn the_gradient_strategies_reach_88_percent_and_the_searches_do_not() {
    let accuracy: Vec<_> = rows(&[]).iter().map(|row| number(row, "test_accuracy")).collect();
    let [random, local, gradients @ ..] = accuracy.as_slice() else { panic!("five rows") };
    assert!(gradients.iter().all(|&accuracy| accuracy >= 0.88), "{gradients:?}");
    assert!(random + 0.2 < *local && local + 0.2 < 0.88, "{random} {local}");
}

#[test]
fn the_table_shows_set_check_strategies_and_confusion() {
    let output = digits(&["--epochs", "5"]);
    let text = text(&output.stdout);
    assert!(output.status.success());
    assert!(text.starts_with("digits: 1297 samples to train, 500 to test, 64 features, 10 classes\n"), "{text}");
    for part in
        ["gradient check on 20 samples", "| strategy ", "| random-search ", "| sgd ", "confusion of ", "\\ predicted"]
    {
        assert!(text.contains(part), "no '{part}' in\n{text}");
    }
    // Progress is for terminals, and this is none.
    assert_eq!(output.stderr, b"");
}

#[test]
fn options_do_what_they_say() {
    let run = |arguments: &[&str]| rows(&[&["--strategy", "sgd", "--epochs", "3"], arguments].concat()).remove(0);
    let plain = run(&[]);
    assert_eq!(plain["evaluations"], 3 * 1_297);
    assert_eq!(run(&[])["weights_checksum"], plain["weights_checksum"]);
    for option in [["--seed", "2"], ["--learning-rate", "0.02"], ["--l2", "0.01"], ["--margin", "2"]] {
        assert_ne!(run(&option)["weights_checksum"], plain["weights_checksum"], "{option:?}");
    }
    let two = rows(&["--epochs", "1", "--strategy", "mini-batch", "--strategy", "random-search"]);
    assert_eq!((two[0]["strategy"].as_str(), two[1]["strategy"].as_str()), (Some("random-search"), Some("mini-batch")));
}

#[test]
fn every_kernel_of_this_processor_prints_the_same() {
    let run = |name| rows(&["--epochs", "5", "--kernel", name]);
    let checksums = |rows: &[Value]| rows.iter().map(|row| row["weights_checksum"].clone()).collect::<Vec<_>>();
    let portable = run("portable");
    for choice in Choice::ALL {
        if choice.is_available() {
            let rows = run(choice.name());
            assert!(rows.iter().all(|row| row["kernel"] == choice.name()), "{rows:?}");
            assert_eq!(checksums(&rows), checksums(&portable), "{choice:?}");
        } else {
            let output = digits(&["--kernel", choice.name()]);
            assert_eq!(output.status.code(), Some(2));
            assert!(
                text(&output.stderr).contains("the target or the processor lacks the instruction set of this kernel")
            );
        }
    }
    let best = rows(&["--epochs", "1"]).remove(0);
    assert_eq!(best["kernel"], Choice::best().name());
}

#[test]
fn the_loss_of_the_options_is_the_loss_that_is_reported() {
    // Zero weights would have the loss 9 Δ; a little descent stays near it, since the rate is tiny.
    let row = &rows(&["--strategy", "sgd", "--epochs", "1", "--learning-rate", "1e-9", "--margin", "4"])[0];
    assert!((number(row, "train_loss") - 36.0).abs() < 0.01, "{row}");
}

#[test]
fn bad_values_get_a_message_and_status_2() {
    let bad: [(&[&str], &str); 11] = [
        (&["--kernel", "mmx"], "the kernels are portable, sse2, avx2, avx512"),
        (&["--seed", "-1"], "--seed"),
        (&["--epochs", "0"], "--epochs"),
        (&["--learning-rate", "0"], "the learning rate must be a finite number above 0"),
        (&["--learning-rate", "-0.5"], "the learning rate must be a finite number above 0"),
        (&["--learning-rate", "fast"], "the learning rate must be a finite number above 0"),
        (&["--l2", "NaN"], "the L2 strength must be a finite number of at least 0"),
        (&["--l2", "-1"], "the L2 strength must be a finite number of at least 0"),
        (&["--margin", "inf"], "the margin must be a finite number of at least 0"),
        (&["--strategy", "luck"], "random-local-search"),
        (&["--l2", "1", "--learning-rate", "0.5"], "2 x learning rate x L2 strength must be below 1"),
    ];
    for (arguments, message) in bad {
        let output = digits(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
    }
}

#[test]
fn a_run_that_diverges_says_so() {
    let output = digits(&["--strategy", "gradient-descent", "--learning-rate", "1e38", "--l2", "0"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("gradient-descent: ") && stderr.contains("not finite"), "{stderr}");
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_digits"));
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(text(&output.stderr), "");
    assert!(output.status.success());
}

/// The table of the front page is what the program prints, but for the time that it took.
#[test]
fn the_front_page_shows_what_the_program_prints() {
    let readme = include_str!("../../README.md");
    let shown: Vec<_> = readme.lines().map(without_seconds).collect();
    let output = digits(&[]);
    // The kernel is the best one of the processor, which may be another than the page's.
    for line in text(&output.stdout).lines().filter(|line| !line.starts_with("kernel: ")) {
        assert!(shown.contains(&without_seconds(line)), "not on the front page: {line}");
    }
}

fn without_seconds(line: &str) -> String {
    let is_time = |cell: &&str| cell.trim().split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3);
    line.split('|').filter(|cell| !is_time(cell)).collect::<Vec<_>>().join("|")
}
