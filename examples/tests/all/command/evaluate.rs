//! `hingeline predict`, `evaluate` and `inspect`.

use super::{DIGITS, Place, csv, records};

/// Predictions with labels or without are those that the evaluation counts.
#[test]
fn predictions_are_what_evaluations_count() {
    let (place, records) = (Place::new(), records("test.bin"));
    let trained = place.train(&[DIGITS]);
    let text = csv(&records);
    let bare: String = text.lines().map(|line| format!("{}\n", line.rsplit_once(',').expect("a label").0)).collect();
    place.write("test.csv", &text).write("bare.csv", &bare);
    let evaluated = place.json(&["evaluate", "model.json", "test.csv"]);
    assert_eq!(evaluated, trained["test"]);
    assert_eq!(place.json(&["evaluate", "model.json", DIGITS]), evaluated);
    let predicted = place.prints(&["predict", "model.json", "test.csv"]);
    assert_eq!(place.prints(&["predict", "model.json", "bare.csv"]), predicted);
    let right = predicted.lines().zip(&records).filter(|(class, record)| **class == record[0].to_string()).count();
    assert_eq!(evaluated["accuracy"], right as f64 / 500.0);
    // The class is that of the highest score.
    let scores = place.prints(&["predict", "model.json", "bare.csv", "--scores"]);
    for (line, class) in scores.lines().zip(predicted.lines()) {
        let (name, scores) = line.split_once(',').expect("scores");
        let scores: Vec<f32> = scores.split(',').map(|score| score.parse().expect("a number")).collect();
        assert_eq!((name, hingeline::argmax(&scores).to_string().as_str()), (class, class));
    }
    let first = place.prints(&["predict", "model.json", "bare.csv", "--json"]);
    let first: serde_json::Value = serde_json::from_str(first.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["class"], predicted.lines().next().expect("a line"));
    assert_eq!(first["scores"].as_object().expect("scores").len(), 10);
}

#[test]
fn a_model_is_shown_with_what_it_costs() {
    let place = Place::new();
    let trained = place.train(&[DIGITS]);
    let shown = place.json(&["inspect", "model.json"]);
    assert_eq!(shown["weights_checksum"], trained["weights_checksum"]);
    // 640 weights, 10 biases, 64 means and factors; in integers one word per scale.
    assert_eq!(shown["bytes"], serde_json::json!({ "f32": 3_112, "i16": 1_576, "i8": 936 }));
    let figures: serde_json::Value =
        serde_json::from_str(include_str!("../../../firmware/figures.json")).expect("JSON");
    for core in ["cortex-m0", "cortex-m4f", "rv32imac"] {
        let measured = &figures["cores"][core];
        assert_eq!(shown["instructions"][core]["score"], measured["instructions_score"], "{core}");
        assert_eq!(shown["instructions"][core]["step"], measured["instructions_step"], "{core}");
    }
    let text = place.prints(&["inspect", "model.json", "--weights", "2"]);
    assert!(text.contains("10 classes, 64 features") && text.contains("| cortex-m0 "), "{text}");
    assert!(place.prints(&["--help"]).contains("train"));
    assert!(place.prints(&["train", "--help"]).contains("Examples:"));
}
