//! `hingeline import`: models of scikit-learn decide as they do there.
//!
//! `python/golden.py` made the files: a model, samples, and what scikit-learn's `decision_function` says of them.

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
