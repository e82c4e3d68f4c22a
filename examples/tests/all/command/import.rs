//! `hingeline import`: models of scikit-learn make the same decisions here.
//!
//! `python/golden.py` made the files: a model, samples, and the values of scikit-learn's `decision_function` for them.

use serde_json::{Value, json};

use super::Place;

const GOLDEN: [(&str, &str); 6] = [
    ("linear_svc", include_str!("../../golden/linear_svc.json")),
    ("linear_svc_binary_without_intercept", include_str!("../../golden/linear_svc_binary_without_intercept.json")),
    ("sgd_classifier", include_str!("../../golden/sgd_classifier.json")),
    ("sgd_classifier_binary", include_str!("../../golden/sgd_classifier_binary.json")),
    ("logistic_regression", include_str!("../../golden/logistic_regression.json")),
    ("pytorch_linear", include_str!("../../golden/pytorch_linear.json")),
];

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|number| number.as_f64().expect("a number")).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().expect("an array").iter().map(numbers).collect()
}

/// Decision values agree within 1e-5 · (Σ |w · z| + |b|), z the standardised features: about 80 roundings of binary32.
#[test]
fn decisions_are_those_of_where_a_model_comes_from() {
    for (name, golden) in GOLDEN {
        let (place, golden): (_, Value) = (Place::new(), serde_json::from_str(golden).expect("JSON"));
        let samples = rows(&golden["samples"]);
        let text = |row: &Vec<f64>| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",") + "\n";
        place.write("foreign.json", golden["model"].to_string());
        place.write("samples.csv", samples.iter().map(text).collect::<String>());
        let _ = place.prints(&["import", "foreign.json"]);
        let printed = place.prints(&["predict", "model.json", "samples.csv", "--scores"]);
        let (weights, bias) = (rows(&golden["model"]["weights"]), numbers(&golden["model"]["bias"]));
        let (mean, deviation) = (&golden["model"]["mean"], &golden["model"]["deviation"]);
        let mut compared = 0;
        for (line, (x, decision)) in printed.lines().zip(samples.iter().zip(rows(&golden["decisions"]))) {
            let scores: Vec<f64> = line.split(',').skip(1).map(|score| score.parse().expect("a number")).collect();
            let of_two = decision.len() == 1;
            let own = if of_two { vec![scores[1] - scores[0]] } else { scores.clone() };
            for ((own, expected), (row, b)) in own.iter().zip(&decision).zip(weights.iter().zip(&bias)) {
                let z = x.iter().enumerate().map(|(f, x)| {
                    if mean.is_null() { *x } else { (x - mean[f].as_f64().unwrap()) / deviation[f].as_f64().unwrap() }
                });
                let size: f64 = row.iter().zip(z).map(|(w, z)| (w * z).abs()).sum::<f64>() + b.abs();
                assert!((own - expected).abs() <= 1e-5 * size, "{name}: {own} and not {expected}");
                compared += 1;
            }
            let best = if of_two { usize::from(decision[0] > 0.0) } else { position_of_largest(&decision) };
            assert_eq!(line.split(',').next(), golden["model"]["classes"][best].as_str(), "{name}");
        }
        assert!(compared >= 30, "{name}: {compared}");
    }
}

fn position_of_largest(values: &[f64]) -> usize {
    (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b])).expect("values")
}

#[test]
fn what_is_no_model_is_refused() {
    let place = Place::new();
    let good = json!({
        "format": "hingeline import 1", "classes": ["a", "b"], "features": null,
        "weights": [[1.0, 2.0]], "bias": [0.5], "mean": [0.0, 1.0], "deviation": [1.0, 2.0],
    });
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    let cases = [
        (with("format", "pickle".into()), "format \"pickle\""),
        (with("weights", json!([[1.0, 2.0], [1.0]])), "1 weights in row 1 and 2 in row 0"),
        (with("classes", json!(["a", "b", "c"])), "1 weights; expected 3"),
        (with("bias", json!([0.5, 0.5])), "weights; expected 2"),
        (with("mean", json!([0.0])), "1 means; expected 2"),
        (with("deviation", json!([0.0, 1.0])), "a deviation that is not above 0"),
        (with("mean", json!([1e39, 1.0])), "a mean or a factor that is not finite"),
        (with("classes", json!(["a", "a"])), "two are named \"a\""),
        (with("classes", json!(["a", "\u{1b}[2J"])), "a character that acts on terminals"),
        (with("weights", json!([[1e39, 2.0]])), "finite"),
        (with("weights", json!([["a", "b"]])), "invalid type"),
    ];
    place.write("good.json", good.to_string());
    let _ = place.prints(&["import", "good.json"]);
    for (model, problem) in cases {
        place.write("bad.json", model.to_string());
        let output = place.run(&["import", "bad.json"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("bad.json: ") && message.contains(problem), "no '{problem}' in {message}");
        assert!(message.contains("expected what examples/python/to_hingeline.py writes"), "{message}");
    }
}

/// The file that Python's library wrote has the model that the script wrote, apart from the names.
#[test]
fn safetensors_of_python_are_read() {
    let place = Place::new();
    place.write("linear.safetensors", include_bytes!("../../golden/pytorch_linear.safetensors"));
    let golden: Value = serde_json::from_str(include_str!("../../golden/pytorch_linear.json")).expect("JSON");
    place.write("linear.json", golden["model"].to_string());
    let _ = place.prints(&["import", "linear.json", "-o", "by_script.json"]);
    let _ = place.prints(&["import", "linear.safetensors", "-o", "by_tensors.json"]);
    let [script, tensors] = ["by_script.json", "by_tensors.json"].map(|name| place.stored(name));
    assert_eq!(script["weights"], tensors["weights"]);
    assert_eq!(script["bias"], tensors["bias"]);
    assert_eq!((&tensors["classes"], &tensors["features"][12]), (&json!(["0", "1", "2"]), &json!("x12")));
}

/// Exporting and importing gives the same model, to the last number and name.
#[test]
fn safetensors_come_back() {
    let place = Place::new();
    place.write("data.csv", "a,b,label\n1,5,up\n2,4,down\n3,7,up\n4,1,down\n5,9,up\n6,2,down\n");
    let _ = place.train(&["data.csv"]);
    for fold in [&[][..], &["--fold"]] {
        let export = ["export", "model.json", "--to", "safetensors", "-o", "model.safetensors"];
        let _ = place.prints(&[&export[..], fold].concat());
        let _ = place.prints(&["import", "model.safetensors", "--raw", "u8", "-o", "again.json"]);
        let _ = place.prints(&[&["export", "model.json", "--to", "json", "-o", "same.json"], fold].concat());
        let (again, same) = (place.stored("again.json"), place.stored("same.json"));
        for key in ["classes", "features", "weights", "bias", "standardiser", "weights_checksum", "crc32"] {
            assert_eq!(again[key], same[key], "{key}");
        }
    }
}

#[test]
fn tensors_that_are_no_model_are_refused() {
    let place = Place::new();
    let file = |header: &str, data: &[u8]| [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat();
    let cases = [
        (
            file(r#"{"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#, &[0; 8]),
            "no tensor weight; the tensors are [\"w\"]",
        ),
        (file(r#"{"weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, &[0; 8]), "a weight of shape [2]"),
        (file(r#"{"weight":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}"#, &[0; 8]), "of type F16"),
        (file(r#"{"weight":{"dtype":"F32","shape":[2,9],"data_offsets":[0,8]}}"#, &[0; 8]), "nvalid"),
        (
            file(
                r#"{"a.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
                "b.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]}}"#,
                &[0; 16],
            ),
            "two tensors",
        ),
        (
            file(
                r#"{"weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
                "bias":{"dtype":"F32","shape":[3],"data_offsets":[8,20]}}"#,
                &[0; 20],
            ),
            "a bias of shape [3]; expected [2]",
        ),
        (file(r#"{"weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#, &[0xff; 8]), "finite"),
    ];
    for (bytes, problem) in cases {
        place.write("bad.safetensors", bytes);
        let output = place.run(&["import", "bad.safetensors"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("bad.safetensors: ") && message.contains(problem), "no '{problem}' in {message}");
    }
}

/// What a device has learnt, whatever else is in its record.
#[test]
fn records_come_back() {
    let place = Place::new();
    place.write("data.csv", "a,b,label\n1,5,up\n2,4,down\n3,7,up\n4,1,down\n5,9,up\n6,2,down\n");
    let _ = place.train(&["data.csv"]);
    let refused = place.run(&["export", "model.json", "--to", "record", "-o", "model.bin"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("expected --fold"));
    let terminal = place.run(&["export", "model.json", "--to", "record", "--fold"]);
    assert!(String::from_utf8_lossy(&terminal.stderr).contains("expected --output"));
    let _ = place.prints(&["export", "model.json", "--to", "record", "--fold", "-o", "model.bin"]);
    let _ = place.prints(&["export", "model.json", "--to", "json", "--fold", "-o", "folded.json"]);
    let _ = place.prints(&["import", "model.bin", "--like", "folded.json", "-o", "again.json"]);
    let (again, folded) = (place.stored("again.json"), place.stored("folded.json"));
    for key in ["classes", "features", "weights", "bias", "label", "raw", "weights_checksum", "crc32"] {
        assert_eq!(again[key], folded[key], "{key}");
    }
    // A model next to its optimiser and its order, and with a scale.
    let mut model = hingeline::Model::<2, 2>::from_parts([[1.0, 2.0], [-1.0, 0.5]], [0.25, 0.0], 1.0).unwrap();
    let schedule = hingeline::Constant { rate: 0.5 };
    let mut sgd = hingeline::Sgd::new(hingeline::Hinge::new(1.0, 0.25).unwrap(), schedule).unwrap();
    sgd.step(&mut model, &[9.0, 9.0], 0).unwrap();
    let order = hingeline::Order::resume([1, 2, 3, 4], 9, 0, 1).unwrap();
    let mut record = [0; 300];
    let len = hingeline::state::encode(&(&order, &sgd, &model), &mut record).unwrap();
    place.write("device.bin", &record[..len]);
    let _ = place.prints(&["import", "device.bin", "--like", "model.json", "-o", "device.json"]);
    let device = place.stored("device.json");
    let own: Vec<f32> = model.weights().as_flattened().iter().map(|weight| weight * model.scale()).collect();
    let there: Vec<f64> = rows(&device["weights"]).concat();
    assert_eq!(there, own.iter().map(|weight| f64::from(*weight)).collect::<Vec<_>>());
    assert_eq!(device["standardiser"], place.stored("model.json")["standardiser"]);

    let other = hingeline::Model::<3, 2>::new();
    let len = hingeline::state::encode(&other, &mut record).unwrap();
    place.write("other.bin", &record[..len]);
    place.write("torn.bin", &record[..len - 1]);
    record[30] ^= 1;
    place.write("damaged.bin", &record[..len]);
    let len = hingeline::state::encode(&order, &mut record).unwrap();
    place.write("order.bin", &record[..len]);
    for (name, problem) in [
        ("other.bin", "3 classes and 2 features; the model of --like has 2 and 2"),
        ("torn.bin", "torn or damaged"),
        ("damaged.bin", "torn or damaged"),
        ("order.bin", "no model in binary32"),
    ] {
        let output = place.run(&["import", name, "--like", "model.json"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(message.contains(problem), "no '{problem}' in {message}");
    }
}
