//! Bad input: status 2, no panic, and a message that names the file, the place and what was expected.

use serde_json::json;

use super::{DIGITS, Place};

/// A file, its bytes, and the message about it.
type Bad<'a> = (&'a str, &'a [u8], &'a str);

const CASES: [Bad<'_>; 42] = [
    ("ragged.csv", b"1,2,a\n3,4,b\n5,6\n", "line 3: 2 columns; expected 3"),
    ("wide.csv", b"1,2,a\n3,4,5,b\n", "line 2: 4 columns; expected 3"),
    ("empty.csv", b"", "the file is empty; expected rows of numbers and a label"),
    ("blank.csv", b"\n\n", "the file is empty"),
    ("header.csv", b"x,y,label\n", "it has no sample; expected at least one"),
    ("one_column.csv", b"1\n2\n", "line 1: one column; expected features and a label"),
    (
        "nan.csv",
        b"x,y,label\n1,2,a\n3,NaN,b\n",
        "line 3: column 2 (y): a value is missing: \"NaN\"; expected a finite number",
    ),
    ("missing.csv", b"1,2,a\n,4,b\n", "line 2: column 1: a value is missing: \"\""),
    ("question.csv", b"1,?,a\n3,4,b\n", "line 1: column 2: a value is missing: \"?\""),
    ("word.csv", b"1,2,a\n3,four,b\n", "line 2: column 2: not a finite number: \"four\""),
    ("infinite.csv", b"1,2,a\n3,1e99,b\n", "line 2: column 2: not a finite number: \"1e99\""),
    ("decimal_comma.csv", b"1,5;2;a\n3,5;4;b\n", "use decimal points, not commas"),
    ("no_label.csv", b"1,2,a\n3,4,\n", "line 2: the label is missing: \"\""),
    ("one_class.csv", b"1,2,a\n3,4,a\n", "each of the 2 training samples is of class a; expected at least two classes"),
    ("latin1.csv", b"x,label\n1,caf\xe9\n2,b\n", "line 2, column 2: not UTF-8; expected text"),
    ("escape.csv", b"1,\x1b[2J\n2,b\n", "has a character that acts on terminals"),
    ("escape_name.csv", b"x\x1b[2J,label\n1,a\n2,b\n", "has a character that acts on terminals"),
    ("open_quote.csv", b"1,\"a\n2,b\n3,c\n", "line 1: the label has more than one line; is a quote open?"),
    (
        "binary.csv",
        b"1,2\0\0\0\x01\x02",
        "it is not text; expected text in columns, svmlight, NPY, NPZ, IDX or a folder",
    ),
    ("pair.svm", b"1 1:0.5 2:1\n2 1:0.5 x\n", "line 2: \"x\"; expected index:value"),
    ("order.svm", b"1 1:0.5 2:1\n2 3:1 2:1\n", "line 2: index 2 after 3; expected them in order"),
    ("infinite.svm", b"1 1:0.5 2:1\n2 1:inf\n", "line 2: \"1:inf\" is not finite"),
    ("huge.svm", b"1 1:0.5 2:1\n2 99999999999:1\n", "line 2: index 99999999999; expected at most"),
    ("short.npy", b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4'", "expected an array of numbers as NumPy writes it"),
    ("magic.npy", b"\x93NUMPY", "expected an array of numbers as NumPy writes it"),
    (
        "records.npy",
        b"\x93NUMPY\x01\x00\x3a\x00{'descr': '|O', 'fortran_order': False, 'shape': (2, 2)}  \n",
        "expected an array of numbers",
    ),
    (
        "cut.npy",
        b"\x93NUMPY\x01\x00\x40\x00{'descr': '<f8', 'fortran_order': False, 'shape': (900, 20)}    \n12345678",
        "is more than the file has; it is cut off",
    ),
    (
        "flat.npy",
        b"\x93NUMPY\x01\x00\x3c\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}     \n12345678",
        "an array of shape [2]; expected samples x features",
    ),
    ("archive.npz", b"PK\x03\x04 and no more", "expected an archive of NumPy arrays"),
    (
        "pictures.idx",
        b"\0\0\x08\x03\0\0\0\x01\0\0\0\x02\0\0\0\x02abcd",
        "no labels in pictures.idx beside it; --labels FILE names them",
    ),
    (
        "train-images-idx3-ubyte",
        b"\0\0\x08\x03\0\0\0\x02\0\0\0\x02\0\0\0\x02abcdefgh",
        "no labels in train-labels-idx1-ubyte beside it",
    ),
    ("cut.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x33\xd4", "cut.csv.gz: "),
    ("broken.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff\xff\xff\xff\xff\xff\xff", "broken.csv.gz: "),
    ("mixed.csv", b"1.2.3,2,a\n1,4,b\n", "line 1: column 1: not a finite number: \"1.2.3\""),
    ("twice.csv", b"x,x,label\n1,4,b\n", "line 1: two are named \"x\"; expected different names"),
    ("not_available.csv", b"1,4,a\n1,4,NA\n", "line 2: the label is missing: \"NA\""),
    ("lines.csv", b"1,4,\"a\n2,5,b\n", "the label has more than one line; is a quote open?"),
    ("bare.svm", b"1:0.5 2:1\n1:2\n", "line 1: it has no label"),
    (
        "column.npy",
        b"\x93NUMPY\x01\x00\x3c\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}   \n12345678",
        "it has no feature; expected at least one",
    ),
    ("three.csv", b"1,2,a\n3,4,b\n5,6,b\n", "3 samples cannot be divided into 5 parts"),
    ("same.csv", b"label\n1\n", "one column; expected features and a label"),
    ("tabs.csv", b"1\t2\ta\n3\t4\n", "line 2: 2 columns; expected 3"),
];

#[test]
fn a_bad_file_is_named_with_the_place() {
    let place = Place::new();
    for (name, bytes, problem) in CASES {
        place.write(name, bytes);
        let output = place.run(&["train", name, "--quiet"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {message}");
        assert!(message.starts_with("error: ") && message.contains(problem), "{name}: no '{problem}' in {message}");
        let is_of_set = ["cannot be divided", "at least two classes"].iter().any(|own| problem.contains(own));
        assert!(is_of_set || message.contains(name), "{name}: {message}");
        assert!(!place.path("model.json").exists(), "{name}");
    }
}

/// Values of any magnitude are learnt from, or refused by an error and not by a panic.
#[test]
fn extreme_values_are_no_panics() {
    let place = Place::new();
    for rows in ["1,2,a\n1e30,4,b\n-1e38,3,b\n", "3e38,a\n-3e38,b\n3e38,a\n", "1e-45,a\n0,b\n1e-45,a\n"] {
        place.write("data.csv", rows);
        for more in [&["--no-standardise"][..], &[], &["--integers"]] {
            let arguments = [&["train", "data.csv", "--folds", "2", "--trials", "4", "-q"][..], more].concat();
            let output = place.run(&arguments);
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(matches!(output.status.code(), Some(0 | 2)), "{rows:?} {more:?}: {message}");
        }
    }
}

#[test]
fn bad_folders_are_named_with_the_file() {
    let meta =
        |d: usize, dtype: &str| json!({ "name": "a", "d": d, "classes": ["x", "y"], "dtype": dtype }).to_string();
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[], "no set in this folder; expected meta.json with train.bin"),
        (&[("meta.json", "{")], "meta.json: "),
        (&[("meta.json", &meta(0, "u8")), ("train.bin", "ab")], "records of 0 features; expected 1 to"),
        (
            &[("meta.json", &meta(2, "f64")), ("train.bin", "ab")],
            "dtype \"f64\"; expected u8, i8, i16 little-endian or f32",
        ),
        (&[("meta.json", &meta(2, "u8"))], "train.bin: No such file"),
        (&[("meta.json", &meta(2, "u8")), ("train.bin", "\0ab\x01a")], "5 bytes are not a whole number of records"),
        (&[("meta.json", &meta(2, "u8")), ("train.bin", "\0ab\x02ab")], "record 1 has the label 2"),
    ];
    for (files, problem) in cases {
        let place = Place::new();
        for (name, text) in files {
            place.write(name, text);
        }
        let output = place.run(&["train", "."]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(problem), "no '{problem}' in {message}");
    }
}

/// Samples that do not fit what was learnt.
#[test]
fn samples_for_another_model_are_refused() {
    let place = Place::new();
    place.write("train.csv", "a,b,label\n1,2,x\n3,5,y\n2,1,x\n5,4,y\n");
    place.write("unseen.csv", "a,b,label\n1,2,x\n3,5,z\n");
    place.write("narrow.csv", "a,label\n1,x\n");
    place.write("other.csv", "a,c,label\n1,2,x\n");
    place.write("numbers.csv", "1,2,3,x\n");
    let _ = place.train(&["train.csv"]);
    let [unseen, narrow, other, numbers] =
        ["unseen.csv", "narrow.csv", "other.csv", "numbers.csv"].map(|name| ["evaluate", "model.json", name]);
    let test = ["train", "train.csv", "--test", "unseen.csv"];
    let label = ["train", "train.csv", "--label", "c"];
    let memory = ["train", DIGITS, "--memory", "0.00001"];
    let cases: [(&[&str], &str); 9] = [
        (&unseen, "unseen.csv: line 3: the label \"z\"; expected one of x, y"),
        (&test, "unseen.csv: line 3: the label \"z\"; expected one of x, y"),
        (&narrow, "narrow.csv: line 1: no column \"b\"; the columns are a, label"),
        (&other, "other.csv: line 1: no column \"b\"; the columns are a, c, label"),
        (&numbers, "numbers.csv: line 1: 3 columns of features; expected 2"),
        (&label, "line 1: no column \"c\" for the label; expected a, b, label or 1 to 3"),
        (&memory, "GB of values so far; --memory GB raises the limit"),
        (&["evaluate", "train.csv", "train.csv"], "train.csv: expected value at line 1 column 1; expected a model as"),
        (&["predict", "nowhere.json", "train.csv"], "nowhere.json: No such file"),
    ];
    for (arguments, problem) in cases {
        let output = place.run(arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(problem), "{arguments:?}: no '{problem}' in {message}");
    }
}

/// A model's file in which a number, a name or the shape was changed.
#[test]
fn a_changed_model_is_refused() {
    let place = Place::new();
    place.write("train.csv", "a,b,label\n1,2,x\n3,5,y\n2,1,x\n5,4,y\n");
    let _ = place.train(&["train.csv"]);
    let good = std::fs::read_to_string(place.path("model.json")).expect("a model");
    let mut model: serde_json::Value = serde_json::from_str(&good).expect("JSON");
    let changes: [(&str, serde_json::Value, &str); 7] = [
        ("/weights/0/0", 0.5.into(), "the file was changed"),
        ("/bias/1", 0.5.into(), "the file was changed"),
        ("/standardiser/mean/0", 0.5.into(), "the file was changed"),
        ("/version", 2.into(), "version 2; this is version 1"),
        ("/classes/0", "\u{1b}[2J".into(), "has a character that acts on terminals"),
        ("/features", json!(["a"]), "expected 1"),
        ("/weights/1", json!([1e39, 0.0]), "expected a model as"),
    ];
    for (place_in, value, problem) in changes {
        let was = std::mem::replace(model.pointer_mut(place_in).expect("it is there"), value);
        place.write("changed.json", model.to_string());
        let output = place.run(&["inspect", "changed.json"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{place_in}: {message}");
        assert!(message.contains("changed.json: ") && message.contains(problem), "{place_in}: {message}");
        *model.pointer_mut(place_in).expect("it is there") = was;
    }
    place.write("cut.json", &good[..good.len() / 2]);
    assert_eq!(place.run(&["inspect", "cut.json"]).status.code(), Some(2));
}
