//! `hingeline train`.

use serde_json::Value;

use super::{DIGITS, Place};

/// A choice that does not take long.
const SHORT: [&str; 6] = ["--trials", "7", "--folds", "2", "--epochs", "3"];

#[test]
fn the_digits_are_chosen_for_and_learnt() {
    let place = Place::new();
    let chosen = |more: &[&str]| place.json(&[&["train", DIGITS, "--quiet"], &SHORT[..], more].concat());
    let first = chosen(&[]);
    assert!(first["test"]["accuracy"].as_f64().is_some_and(|accuracy| accuracy > 0.88), "{first}");
    assert_eq!([&first["samples"], &first["test"]["samples"]], [1_297, 500]);
    // The same bits with the same seed on any number of processors, and others with another seed.
    let mut alone = place.command();
    alone.args(["train", DIGITS, "--quiet", "--json"]).args(SHORT).env("RAYON_NUM_THREADS", "1");
    let alone: Value = serde_json::from_slice(&alone.output().expect("it starts").stdout).expect("JSON");
    assert_eq!([&alone["recipe"], &alone["weights_checksum"]], [&first["recipe"], &first["weights_checksum"]]);
    assert_ne!(chosen(&["--seed", "2"])["weights_checksum"], first["weights_checksum"]);
    // Giving what was chosen repeats the run without the choice.
    let recipe = &first["recipe"];
    let text = |name: &str| recipe[name].to_string().trim_matches('"').to_owned();
    let (loss, rate, l2) = (text("loss"), text("learning_rate"), text("l2"));
    let given = place.json(&[
        "train",
        DIGITS,
        "--quiet",
        "--epochs",
        "3",
        "--loss",
        &loss,
        "--learning-rate",
        &rate,
        "--l2",
        &l2,
    ]);
    assert_eq!((&given["weights_checksum"], &given["validation"]), (&first["weights_checksum"], &Value::Null));
}

/// Each loss gives a different run, and so do weights; the classes of the digits are of nearly equal size.
#[test]
fn losses_weights_and_integers_are_those_that_were_asked_for() {
    let place = Place::new();
    let mut checksums = Vec::new();
    for loss in [["hinge", "0.01"], ["crammer-singer", "0.01"], ["softmax", "0.1"]] {
        for more in [&["--weight-power", "0"][..], &["--weight-power", "0.5"], &["--integers"]] {
            let asked = ["train", DIGITS, "-q", "--epochs", "5", "--l2", "1e-4", "--loss", loss[0], "--eta0", loss[1]];
            let asked = [&asked[..], more].concat();
            if loss[0] == "softmax" && more == ["--integers"] {
                let output = place.run(&asked);
                assert_eq!(output.status.code(), Some(2));
                assert!(String::from_utf8_lossy(&output.stderr).contains("in integers there is no softmax"));
                continue;
            }
            let row = place.json(&asked);
            assert_eq!(place.json(&["evaluate", "model.json", DIGITS]), row["test"]);
            assert_eq!(
                (&row["recipe"]["loss"], &row["recipe"]["integers"]),
                (&loss[0].into(), &(more.len() == 1).into())
            );
            for measure in ["accuracy", "macro_f1", "balanced_accuracy"] {
                assert!(row["test"][measure].as_f64().is_some_and(|value| value > 0.87), "{measure} of {row}");
            }
            checksums.push(row["weights_checksum"].to_string());
        }
    }
    checksums.sort();
    checksums.dedup();
    assert_eq!(checksums.len(), 8);
}

/// Any shape will do: two classes of three features, one of which tells them apart.
#[test]
fn a_shape_need_not_be_known() {
    let place = Place::new();
    let rows: String =
        (0..40).map(|i| format!("{},7,{},{}\n", 100 * (i % 2) + i, i / 4, ["no", "yes"][i % 2])).collect();
    place.write("data.csv", rows);
    let row = place.json(&["train", "data.csv", "--test-fraction", "0.25", "--trials", "5", "-q"]);
    assert_eq!((&row["classes"], &row["features"]), (&serde_json::json!(["no", "yes"]), &3.into()), "{row}");
    assert_eq!((&row["samples"], &row["test"]["samples"]), (&30.into(), &10.into()), "as many of each class");
    assert_eq!(row["test"]["accuracy"], 1.0, "{row}");
    assert_eq!(row["warnings"], serde_json::json!(["1 of 3 features are the same in all samples: x1"]));
}

/// Data that can be read but is suspect leads to warnings, of each kind.
#[test]
fn suspect_data_is_reported() {
    let place = Place::new();
    let mut rows = String::from("a,b,same,copy,gap,label\n");
    for i in 0..60 {
        let class = if i < 3 { "rare" } else { ["up", "down"][i % 2] };
        let gap = if i % 10 == 0 { -999.0 } else { (i * i % 97) as f64 };
        rows += &format!("{},{},5,{},{gap},{class}\n", i * 37 % 50, (i * 11 % 23) as f64 * 1e8, i * 37 % 50);
    }
    place.write("data.csv", rows);
    let expected = [
        "fewer than 10 training samples are of class rare",
        "1 of 5 features are the same in all samples: same",
        "features that are copies of others: copy = a",
        "values that look like missing ones: -999 in gap (6 times)",
        "the deviation of b is 5e7 times that of a",
    ];
    assert_eq!(place.train(&["data.csv"])["warnings"], serde_json::json!(expected));
    let output = place.run(&["train", "data.csv", "--loss", "hinge", "--rate", "0.01", "--l2", "0"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    for remark in expected {
        assert!(told.contains(&format!("warning: {remark}\n")), "no '{remark}' in {told}");
    }
    // A number of the sample, which may be left out, by name or by place.
    let rows: String = (0..60).map(|i| format!("{i},{},{}\n", i * 37 % 50, ["up", "down"][i % 2])).collect();
    place.write("numbered.csv", format!("id,a,label\n{rows}")).write("plain.csv", rows);
    let rising =
        "columns that only rise or only fall, as numbers and times do: id (--ignore leaves out what is no feature)";
    assert_eq!(place.train(&["numbered.csv"])["warnings"], serde_json::json!([rising]));
    for arguments in [["numbered.csv", "--ignore", "id"], ["plain.csv", "--ignore", "1"]] {
        let row = place.train(&arguments);
        assert_eq!(
            (&row["warnings"], &row["features"]),
            (&serde_json::json!([]), &serde_json::json!(1)),
            "{arguments:?}"
        );
    }
    // Without names, prediction takes the same columns, also if there is no label.
    let unlabelled: String = (0..60).map(|i| format!("{i},{}\n", i * 37 % 50)).collect();
    place.write("unlabelled.csv", unlabelled);
    let [labelled, unlabelled] =
        ["plain.csv", "unlabelled.csv"].map(|data| place.prints(&["predict", "model.json", data, "--ignore", "1"]));
    assert_eq!((labelled.lines().count(), labelled), (60, unlabelled));
    let refused = place.run(&["train", DIGITS, "--ignore", "1"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--ignore names a column of text"));
    // Where names are known, prediction needs no option.
    assert_eq!(place.train(&["numbered.csv", "--ignore", "id"])["features"], 1);
    assert_eq!(place.prints(&["predict", "model.json", "numbered.csv"]).lines().count(), 60);
    // A class that the source names, but of which it has no sample.
    let meta = serde_json::json!({ "name": "a", "d": 1, "classes": ["x", "y", "z"], "dtype": "u8" }).to_string();
    place.write("meta.json", meta).write("train.bin", [0, 1, 1, 2].repeat(20));
    assert_eq!(place.train(&["."])["warnings"], serde_json::json!(["no training sample is of class z"]));
}

/// A run that fails leaves the previous model as it was, and no run leaves other files behind.
#[test]
fn a_model_is_written_whole_or_not_at_all() {
    let place = Place::new();
    place.write("bad.csv", "1,2,a\n1,2\n");
    let _ = place.train(&[DIGITS]);
    let before = std::fs::read(place.path("model.json")).expect("a model");
    assert_eq!(place.run(&["train", "bad.csv"]).status.code(), Some(2));
    assert_eq!(std::fs::read(place.path("model.json")).expect("a model"), before);
    for (output, problem) in
        [("nowhere/model.json", "there is no such folder"), (".", "it is a folder; expected a file")]
    {
        let nowhere = place.run(&["train", DIGITS, "-o", output]);
        assert_eq!(nowhere.status.code(), Some(2));
        let told = String::from_utf8_lossy(&nowhere.stderr).into_owned();
        assert_eq!(told, format!("error: {output}: {problem}\n"));
    }
    assert_eq!(std::fs::read_dir(place.0.path()).expect("a directory").count(), 2);
}

/// A number to be predicted is not a class.
#[test]
fn a_regression_is_no_classification() {
    let place = Place::new();
    place.write("data.csv", (0..80).map(|i| format!("{i},{}\n", f64::from(i) / 7.0)).collect::<String>());
    let output = place.run(&["train", "data.csv"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("80 samples have 80 different labels; expected classes"), "{told}");
}

/// As many recipes are tried as the result says, and none twice.
#[test]
fn what_was_tried_is_counted() {
    let place = Place::new();
    place.write("data.csv", (0..40).map(|i| format!("{},{}\n", i % 2 * 9 + i % 5, i % 2)).collect::<String>());
    let tried =
        |more: &[&str]| place.json(&[&["train", "data.csv", "-q", "--epochs", "1"], more].concat())["tried"].clone();
    assert_eq!([tried(&["--trials", "1"]), tried(&["--trials", "8"])], [1, 8]);
    // One for each loss: there is no other recipe.
    assert_eq!(tried(&["--rate", "0.1", "--l2", "0"]), 3);
}
