//! The main job from the outside, as a person or a script runs it.

use std::process::{Command, Output};

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
    // Progress is shown on terminals only, and this is not one.
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
    for schedule in ["constant", "inverse-time", "step-decay", "cosine", "pegasos"] {
        assert_ne!(run(&["--schedule", schedule])["weights_checksum"], plain["weights_checksum"], "{schedule}");
    }
    assert_ne!(run(&["--average", "2"])["weights_checksum"], plain["weights_checksum"]);
    assert_eq!(run(&["--average", "0"])["weights_checksum"], plain["weights_checksum"]);
    let two = rows(&["--epochs", "1", "--strategy", "mini-batch", "--strategy", "random-search"]);
    assert_eq!((two[0]["strategy"].as_str(), two[1]["strategy"].as_str()), (Some("random-search"), Some("mini-batch")));
}

/// The steps of averaged SGD are those of SGD, so the mean is better by the noise of the last steps.
#[test]
fn averaging_is_better_where_the_learning_rate_is_large() {
    let accuracy = |average| {
        let arguments = ["--strategy", "sgd", "--epochs", "10", "--learning-rate", "0.05", "--average", average];
        number(&rows(&arguments)[0], "test_accuracy")
    };
    assert!(accuracy("10") > accuracy("0") + 0.01, "{} {}", accuracy("10"), accuracy("0"));
}

#[test]
fn a_report_has_a_line_for_each_epoch_of_each_strategy() {
    let rows = rows(&["--epochs", "4", "--report", "--validation", "0.2"]);
    let (epochs, runs): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.get("epoch").is_some());
    assert_eq!(runs.len(), 5);
    for run in runs {
        // A fifth of 1,297 is set aside.
        assert_eq!(run["evaluations"], 4 * (1_297 - 259));
        let own: Vec<_> = epochs.iter().filter(|row| row["strategy"] == run["strategy"]).collect();
        // The first step of random local search also scores its starting point, and so counts as two.
        let first = if run["strategy"] == "random-local-search" { 2 } else { 1 };
        assert!(own.iter().map(|row| row["epoch"].as_u64()).eq((first..=4).map(Some)), "{own:?}");
        assert!(own.iter().all(|row| (0.0..=1.0).contains(&number(row, "validation_accuracy"))));
        let best = own.iter().min_by(|a, b| number(a, "validation_loss").total_cmp(&number(b, "validation_loss")));
        let best = best.expect("there are epochs");
        assert_eq!((&best["epoch"], &best["best"]), (&run["best_epoch"], &true.into()));
    }
    let text = text(&digits(&["--epochs", "2", "--report", "--validation", "0.2", "--strategy", "sgd"]).stdout);
    assert!(text.contains("sgd epoch   1: train loss ") && text.contains("; validation loss "), "{text}");
    assert!(text.contains("sgd: the best on the validation part was epoch 2 of 2"), "{text}");
}

/// With a rate this large the loss goes up and down, so patience runs out; the model is the best one, not the last.
#[test]
fn early_stopping_ends_and_keeps_the_best() {
    let arguments =
        ["--strategy", "sgd", "--learning-rate", "0.1", "--validation", "0.3", "--patience", "3", "--report"];
    let rows = rows(&arguments);
    let (run, epochs) = rows.split_last().expect("a run");
    let best = run["best_epoch"].as_u64().expect("a number") as usize;
    assert_eq!(epochs.len(), best + 3, "{run}");
    assert!(epochs.len() < 200);
    assert_eq!(
        run["train_accuracy"].as_f64().map(|accuracy| accuracy as f32),
        epochs[best - 1]["train_accuracy"].as_f64().map(|accuracy| accuracy as f32)
    );
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
    let bad: [(&[&str], &str); 23] = [
        (&["--kernel", "mmx"], "the kernels are portable, scalar, vfp, helium, neon, simd128, sse2, avx2, avx512"),
        (&["--seed", "-1"], "--seed"),
        (&["--epochs", "0"], "--epochs"),
        (&["--learning-rate", "0"], "the learning rate must be a finite number above 0"),
        (&["--learning-rate", "-0.5"], "the learning rate must be a finite number above 0"),
        (&["--learning-rate", "fast"], "the learning rate must be a finite number above 0"),
        (&["--l2", "NaN"], "the L2 strength must be a finite number of at least 0"),
        (&["--l2", "-1"], "the L2 strength must be a finite number of at least 0"),
        (&["--margin", "inf"], "the margin must be a finite number of at least 0"),
        (&["--validation", "0"], "above 0 and below 1"),
        (&["--validation", "1"], "above 0 and below 1"),
        (
            &["--validation", "0.0001"],
            "--validation 0.0001: 0.0001 of 1297 training samples is 0 of them; expected at least one to set aside",
        ),
        (&["--patience", "3"], "--validation <FRACTION>"),
        (
            &["--schedule", "pegasos", "--l2", "0"],
            "for gradient-descent: the L2 strength of Pegasos must be a finite number above 0",
        ),
        (&["--schedule", "pegasos", "--l2", "1", "--learning-rate", "0.5"], "2 x learning rate x L2 strength must be"),
        (&["--schedule", "pegasos", "--l2", "1", "--learning-rate", "0.6"], "2 x learning rate x L2 strength must be"),
        (&["--average", "3", "--epochs", "2"], "--average 3 is more than the 2 epochs of --epochs"),
        (&["--average", "201"], "--average 201 is more than the 200 epochs of --epochs"),
        (&["--average", "2", "--strategy", "mini-batch"], "--average 2 is for sgd, which is not among"),
        (&["--schedule", "cosine", "--strategy", "random-search"], "no strategy of --strategy has a learning rate"),
        (&["--learning-rate", "1", "--strategy", "random-search"], "no strategy of --strategy has a learning rate"),
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

/// The guide shows everything that the program prints, and the front page a part of it, apart from the times.
#[test]
fn the_pages_show_what_the_program_prints() {
    let page = include_str!("../../../core/src/guide/lecture.md");
    let shown: Vec<_> = page.lines().map(without_seconds).collect();
    let output = text(&digits(&[]).stdout);
    // The kernel is the best one of the processor, which may differ from the page's.
    for line in output.lines().filter(|line| !line.starts_with("kernel: ")) {
        assert!(shown.contains(&without_seconds(line)), "not in the guide: {line}");
    }
    let printed: Vec<_> = output.lines().map(without_seconds).collect();
    let (_, excerpt) = include_str!("../../../README.md").split_once("```text\n").expect("an excerpt");
    let (excerpt, _) = excerpt.split_once("```").expect("an end");
    assert!(excerpt.lines().count() >= 5, "{excerpt}");
    for line in excerpt.lines() {
        assert!(printed.contains(&without_seconds(line)), "not printed: {line}");
    }
}

fn without_seconds(line: &str) -> String {
    let is_time = |cell: &&str| cell.trim().split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3);
    line.split('|').filter(|cell| !is_time(cell)).collect::<Vec<_>>().join("|")
}
