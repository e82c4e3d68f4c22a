//! A model of nine digits learns the tenth.

use std::process::{Command, Output};

use hingeline_examples::grow::{Growth, NewBias, grow};

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_grow")).args(arguments).output().expect("the program starts")
}

#[test]
fn growth_is_the_same_to_the_last_bit() {
    let growth = grow::<100>(3, NewBias::Zero, 1).expect("the data are good");
    let expected = Growth { before: 412, after: 397, known: 450, new: 44, news: 50, weights: 0x381d5671cb6c4200 };
    assert_eq!(growth, expected);
}

/// This does not hold for every seed, so the sum over ten is compared.
#[test]
fn rehearsal_forgets_less() {
    let [with, without] = [3, 0].map(|steps| {
        (1..11).map(|seed| grow::<100>(steps, NewBias::Zero, seed).expect("the data are good").after).sum::<u32>()
    });
    assert!(with > without, "{with}, {without}");
}

#[test]
fn a_row_for_each_way_to_grow() {
    let output = program(&["--seeds", "1"]);
    let text = String::from_utf8(output.stdout).expect("text");
    // Without rehearsal one row for each bias; else three sizes, two biases, three numbers of steps.
    assert_eq!(text.lines().count(), 1 + 2 + 18, "{text}");
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn a_seed_that_is_no_number_is_named() {
    let output = program(&["--seed", "one"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).expect("text");
    assert!(text.contains("'one'") && text.contains("--seed"), "{text}");
}
