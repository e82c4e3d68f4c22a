//! `hingeline export`: the C code gives the same bits when a C compiler compiles it; the Rust code is what the firmware
//! holds.

use std::fmt::Write;
use std::process::Command;

use super::{DIGITS, GIVEN, Place, csv, records};

/// Compiles a header and prints the class and the scores of each sample.
#[cfg(unix)]
fn c_prints(place: &Place, header: &str, raw: &str, score: &str, samples: &[Vec<u8>]) -> String {
    let (kind, format) = if score == "float" { ("uint32_t", "%08x") } else { ("int32_t", "%d") };
    let rows: String = samples
        .iter()
        .map(|record| format!("{{{}}},\n", record[1..].iter().map(u8::to_string).collect::<Vec<_>>().join(",")))
        .collect();
    let program = format!(
        "#include <stdio.h>
#include <string.h>
#include \"{header}\"
static const {raw} samples[][MODEL_FEATURES] = {{
{rows}}};
int main(void)
{{
    size_t s;
    int c;
    for (s = 0; s < sizeof samples / sizeof samples[0]; s++) {{
        {score} scores[MODEL_CLASSES];
        model_scores(samples[s], scores);
        printf(\"%s\", model_class_names[model_predict(samples[s])]);
        for (c = 0; c < MODEL_CLASSES; c++) {{
            {kind} bits;
            memcpy(&bits, &scores[c], sizeof bits);
            printf(\",{format}\", bits);
        }}
        printf(\"\\n\");
    }}
    return 0;
}}
"
    );
    place.write("main.c", program);
    let warnings = ["-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"];
    let compiled = Command::new("cc")
        .current_dir(place.0.path())
        .args(["-std=c99", "-O2", "main.c", "-o", "main"])
        .args(warnings)
        .output()
        .expect("a compiler for C, which also links Rust");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let output = Command::new(place.path("main")).output().expect("the program starts");
    String::from_utf8(output.stdout).expect("text")
}

/// What `c_prints` prints of the samples of `test.csv`, as the command predicts them.
#[cfg(unix)]
fn predicted_bits(place: &Place, model: &str) -> String {
    let mut expected = String::new();
    for line in place.prints(&["predict", model, "test.csv", "--scores"]).lines() {
        let (class, scores) = line.split_once(',').expect("scores");
        expected.push_str(class);
        for score in scores.split(',') {
            let _ = write!(expected, ",{:08x}", score.parse::<f32>().expect("a number").to_bits());
        }
        expected.push('\n');
    }
    expected
}

#[cfg(unix)]
#[test]
fn c_gives_the_bits_of_the_model() {
    let (place, records) = (Place::new(), records("test.bin"));
    let _ = place.train(&[DIGITS]);
    place.write("test.csv", csv(&records));
    for folded in [false, true] {
        let fold: &[&str] = if folded { &["--fold"] } else { &[] };
        let _ = place.prints(&[&["export", "model.json", "--to", "c", "-o", "model.h"], fold].concat());
        let _ = place.prints(&[&["export", "model.json", "--to", "json", "-o", "exported.json"], fold].concat());
        let expected = predicted_bits(&place, "exported.json");
        assert_eq!(c_prints(&place, "model.h", "float", "float", &records), expected, "folded: {folded}");
    }
}

/// Lanes that are empty, or of different lengths.
#[cfg(unix)]
#[test]
fn c_gives_the_bits_of_models_of_any_width() {
    let place = Place::new();
    for width in [3, 5, 17, 33] {
        // From the middle of the picture, where no pixel is always 0.
        let narrow = |name| -> Vec<Vec<u8>> {
            let records = records(name).into_iter().take(200);
            records.map(|record| [&record[..1], &record[20..20 + width]].concat()).collect()
        };
        let (train, test) = (narrow("train.bin"), narrow("test.bin"));
        place.write("train.csv", csv(&train)).write("test.csv", csv(&test));
        let _ = place.train(&["train.csv"]);
        let _ = place.prints(&["export", "model.json", "--to", "c", "-o", "model.h"]);
        let expected = predicted_bits(&place, "model.json");
        assert_eq!(c_prints(&place, "model.h", "float", "float", &test), expected, "{width} features");
    }
}

/// In integers of both widths, C and the library agree on all scores, and with the model on nearly all classes.
#[cfg(unix)]
#[test]
fn c_in_integers_gives_the_scores_of_the_library() {
    let (place, records) = (Place::new(), records("test.bin"));
    let _ = place.train(&[DIGITS]);
    for (width, least) in [("i16", 495), ("i8", 485)] {
        let arguments =
            ["export", "model.json", "--to", "c", "--integers", width, "--agreement", DIGITS, "-o", "model.h"];
        let output = place.run(&arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let agreeing: u32 = told.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number");
        assert!((least..=500).contains(&agreeing), "{told}");
        let printed = c_prints(&place, "model.h", "uint8_t", "int32_t", &records);
        let floats = place.prints(&["predict", "model.json", DIGITS]);
        let same = printed.lines().zip(floats.lines()).filter(|(c, float)| c.split(',').next() == Some(*float)).count();
        assert_eq!(same, agreeing as usize, "the classes of C are those of the library, of which the agreement is");
    }
}

/// The scores of C in integers are those of the contract, for raw values that are clamped too.
#[cfg(unix)]
#[test]
fn c_in_integers_follows_the_contract() {
    let place = Place::new();
    let _ = place.train(&[DIGITS]);
    // All raw values, in an order that differs from feature to feature.
    let samples: Vec<Vec<u8>> = (0..256_usize)
        .map(|row| [0].into_iter().chain((0..64).map(|feature| (row + 37 * feature) as u8)).collect())
        .collect();
    for width in ["i16", "i8"] {
        let _ = place.prints(&["export", "model.json", "--to", "c", "--integers", width, "-o", "model.h"]);
        let header = std::fs::read_to_string(place.path("model.h")).expect("a header");
        let array = |name: &str| -> Vec<i32> {
            let (_, rest) = header.split_once(&format!(" model_{name}[")).expect(name);
            let (_, rest) = rest.split_once('{').expect("numbers");
            let (numbers, _) = rest.split_once('}').expect("an end");
            numbers.split(',').filter_map(|number| number.trim().parse().ok()).collect()
        };
        let [zero, factor, weights, bias] = ["zero", "factor", "weights", "bias"].map(array);
        let printed = c_prints(&place, "model.h", "uint8_t", "int32_t", &samples);
        let mut clamped = 0;
        for (sample, line) in samples.iter().zip(printed.lines()) {
            let inputs: Vec<i32> = (0..64)
                .map(|feature| {
                    let input = ((i32::from(sample[1 + feature]) - zero[feature]) * factor[feature] + 128) >> 8;
                    clamped += usize::from(input > 127);
                    input.clamp(-128, 127)
                })
                .collect();
            let scores = weights
                .chunks(64)
                .zip(&bias)
                .map(|(row, bias)| bias + row.iter().zip(&inputs).map(|(weight, input)| weight * input).sum::<i32>());
            let found: Vec<i32> = line.split(',').skip(1).map(|score| score.parse().expect("a number")).collect();
            assert_eq!(found, scores.collect::<Vec<_>>(), "{width}: {sample:?}");
        }
        assert!(clamped > 1_000, "{clamped}");
    }
}

/// Names that would end a string, a comment or the header are escaped.
#[cfg(unix)]
#[test]
fn names_in_code_are_names() {
    let place = Place::new();
    place.write("data.csv", "x\"*/,label\n1,\"a\"\"b\"\n5,c\\\n2,\"a\"\"b\"\n6,c\\\n9,??/é\n8,??/é\n");
    let _ = place.train(&["data.csv"]);
    let _ = place.prints(&["export", "model.json", "--to", "c", "-o", "model.h"]);
    place.write("main.c", "#include <stdio.h>\n#include \"model.h\"\nint main(void) { float x[1] = {1}; int c; for (c = 0; c < 3; c++) puts(model_class_names[c]); return model_predict(x) < 0; }\n");
    let compiled =
        Command::new("cc").current_dir(place.0.path()).args(["-std=c99", "main.c", "-o", "main"]).output().expect("cc");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let output = Command::new(place.path("main")).output().expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "??/é\na\"b\nc\\\n");
    let rust = place.prints(&["export", "model.json", "--to", "rust"]);
    assert!(rust.contains(r#"["??/é", "a\"b", "c\\"]"#) && rust.contains(r#"["x\"*/"]"#), "{rust}");
}

/// What the firmware `exported` runs is what the command writes today.
#[test]
fn the_firmware_holds_what_is_written() {
    let place = Place::new();
    let _ = place.train(&[DIGITS]);
    // What the emulated device answers.
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/first/src/samples.csv");
    assert_eq!(place.prints(&["predict", "model.json", samples]), "0\n1\n2\n");
    for (more, held) in [
        (&[][..], include_str!("../../../firmware/src/exported/floats.rs")),
        (&["--integers", "i16"], include_str!("../../../firmware/src/exported/integers.rs")),
        (&["--integers", "i8"], include_str!("../../../firmware/src/exported/bytes.rs")),
        (&[], include_str!("../../../first/src/samples_model.rs")),
    ] {
        let written = place.prints(&[&["export", "model.json", "--to", "rust"], more].concat());
        assert!(
            written == held,
            "{more:?}: write the files of examples/firmware/src/exported and examples/first/src again, from train {GIVEN:?}"
        );
    }
}

#[test]
fn what_cannot_be_whole_numbers_is_refused() {
    let place = Place::new();
    place.write("data.csv", "0.5,a\n1.25,b\n0.75,a\n1.5,b\n");
    let _ = place.train(&["data.csv"]);
    let output = place.run(&["export", "model.json", "--to", "c", "--integers", "i16"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("model.json: integers need raw features that are whole numbers"), "{message}");
    assert_eq!(place.run(&["export", "model.json", "--to", "c", "--name", "1a"]).status.code(), Some(2));
}
