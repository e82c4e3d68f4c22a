//! Recordings: windows become samples, no recording is divided, and exported code computes what the desktop computes.

use std::fmt::Write;

use hingeline_examples::selection::{divide_groups, folds_of_groups};

use super::{DIGITS, Place, csv, records};

const RECORDINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/recordings");

/// The options that the files of the firmware `exported` were written with.
const WINDOWS: [&str; 15] = [
    "--label-from",
    "file",
    "--window",
    "100",
    "--hop",
    "50",
    "--features",
    "mean,deviation,minimum,maximum,mean-crossings,waveform-length,segments:4,band:1-6,correlation:0-1",
    "--loss",
    "hinge",
    "--learning-rate",
    "1e-3",
    "--l2",
    "1e-3",
    "--quiet",
];

fn part(name: &str) -> String {
    format!("{RECORDINGS}/{name}")
}

/// Trains on the recordings of the repository.
fn train(place: &Place, more: &[&str]) -> serde_json::Value {
    place.json(&[&["train", &part("train"), "--test", &part("test"), "--epochs", "20"], &WINDOWS[..], more].concat())
}

#[test]
fn the_firmware_holds_what_is_written() {
    let place = Place::new();
    let row = train(&place, &[]);
    assert_eq!((row["samples"].as_u64(), row["features"].as_u64()), (Some(98), Some(67)));
    assert_eq!(row["recordings"]["recordings"], 14);
    assert_eq!(row["recordings"]["readings"], 5_600);
    let text = place.prints(&["inspect", "model.json"]);
    let shape = "windows of 100 readings, one every 50, of 6 axes (ax, ay, az, wx, wy, wz): mean, deviation";
    assert!(text.contains(shape) && text.contains("2420 bytes of RAM"), "{text}");
    let written = place.prints(&["export", "model.json", "--to", "rust"]);
    let again = "write the files of examples/firmware/src/exported again";
    assert!(written == include_str!("../../../firmware/src/exported/windows.rs"), "{again}");
    let _ = train(&place, &["--reading-type", "i16", "--noise", "10", "--sensor-range=-32000:32000"]);
    let written = place.prints(&["export", "model.json", "--to", "rust", "--integers", "i16"]);
    assert!(written == include_str!("../../../firmware/src/exported/windows_integers.rs"), "{again}");
}

/// The first page of the guide shows what is printed, apart from the time, and `examples/first` has the model.
#[test]
fn the_guide_trains_its_first_model() {
    let page = include_str!("../../../../core/src/guide/first_model.md");
    let (_, shown) = page.split_once("$ cargo hingeline train ").expect("a command");
    let (shown, _) = shown.split_once("\n```").expect("an end");
    // A line that ends with a backslash goes on in the next one.
    let shown = shown.replace("\\\n", " ");
    let (command, output) = shown.split_once('\n').expect("output");
    let arguments: Vec<_> = command
        .split_whitespace()
        .map(|word| word.strip_prefix("examples/data/recordings/").map_or(word.to_owned(), part))
        .collect();
    let place = Place::new();
    let printed = place.prints(&["train"].into_iter().chain(arguments.iter().map(String::as_str)).collect::<Vec<_>>());
    let without_time =
        |text: &str| text.lines().map(|line| line.split("-fold").next().map(str::to_owned)).collect::<Vec<_>>();
    assert_eq!(without_time(&printed), without_time(output), "{printed}");
    let written = place.prints(&["export", "model.json", "--to", "rust"]);
    assert!(written == include_str!("../../../first/src/model.rs"), "write examples/first/src/model.rs again");
    // What the emulated device answers.
    let recording = concat!(env!("CARGO_MANIFEST_DIR"), "/first/src/recording.csv");
    let answers = place.prints(&["predict", "model.json", recording]);
    assert_eq!(answers, "ROW\n".repeat(7));
}

/// FNV-1a of no bytes.
const NOTHING: u64 = 0xcbf2_9ce4_8422_2325;

/// Adds a score as little-endian bytes.
fn add_to(hash: &mut u64, score: [u8; 4]) {
    for byte in score {
        *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
}

/// The firmware prints a fingerprint of all scores; on every core it is this one.
#[test]
fn a_device_computes_the_scores_of_the_desktop() {
    let place = Place::new();
    let _ = train(&place, &[]);
    let printed = place.prints(&["predict", "model.json", &part("test"), "--scores"]);
    let (mut hash, mut windows) = (NOTHING, 0);
    for line in printed.lines() {
        for score in line.split(',').skip(1) {
            let score: f32 = score.parse().expect("a number");
            add_to(&mut hash, score.to_le_bytes());
        }
        windows += 1;
    }
    assert_eq!(windows, 49);
    let evaluation = place.json(&["evaluate", "model.json", &part("test"), "--votes", "3/5", "--hold", "1"]);
    let recognised = (evaluation["accuracy"].as_f64().expect("a number") * 49.0).round();
    let answered = &evaluation["events"]["correct"];
    let snapshot = include_str!("../../../firmware/snapshots/exported.txt");
    let expected = format!("windows {hash:016x} {recognised} {answered}");
    assert!(snapshot.lines().any(|line| line == expected), "{expected:?} is not in\n{snapshot}");
    assert!(snapshot.lines().any(|line| line.starts_with(&whole())), "{} is not in\n{snapshot}", whole());
}

#[rustfmt::skip]
#[path = "../../../firmware/src/exported/windows_integers.rs"]
#[allow(dead_code, missing_docs, unreachable_pub, clippy::all, reason = "what was exported, as a device has it")]
mod windows_integers;

/// The same for the model in integers, on this machine.
fn whole() -> String {
    let (mut hash, mut recognised) = (NOTHING, 0);
    for name in ["ABD", "ER", "FEL", "IR", "PEN", "ROW", "TRAP"] {
        let text = std::fs::read_to_string(format!("{RECORDINGS}/test/{name}_10.csv")).expect("a recording");
        let mut window = windows_integers::SensorWindow::new();
        for line in text.lines().skip(1) {
            let values: Vec<i16> = line.split(',').map(|value| value.parse().expect("a number")).collect();
            if window.push(values.first_chunk().expect("six axes")).expect("a reading") {
                let (mut x, mut scores) = ([0; windows_integers::FEATURES], [0; windows_integers::CLASSES]);
                window.features(&mut x).expect("a window");
                windows_integers::scores(&x, &mut scores).expect("scores");
                scores.iter().for_each(|score| add_to(&mut hash, score.to_le_bytes()));
                let (class, _) = windows_integers::classify(&window).expect("a class");
                recognised += u32::from(windows_integers::CLASS_NAMES[class] == name);
            }
        }
    }
    format!("whole {hash:016x} {recognised} ")
}

/// Each group is in one fold, each fold has about its share of each class, and each sample is in one fold.
#[test]
fn no_group_is_divided() {
    for seed in 0..30 {
        let groups: Vec<u32> = (0..600).map(|sample| (sample * sample / 7_001 + sample % 3) as u32).collect();
        let labels: Vec<u16> = groups.iter().map(|group| (*group * 7 % 4) as u16).collect();
        let of = |part: &[usize]| {
            let mut own: Vec<_> = part.iter().map(|sample| groups[*sample]).collect();
            own.sort_unstable();
            own.dedup();
            own
        };
        let folds = folds_of_groups(&labels, &groups, 5, seed).expect("enough groups");
        let mut seen = vec![0; 600];
        for [train_on, choose_by] in &folds {
            assert_eq!(train_on.len() + choose_by.len(), 600);
            assert!(of(train_on).iter().all(|group| !of(choose_by).contains(group)), "seed {seed}");
            choose_by.iter().for_each(|sample| seen[*sample] += 1);
            assert!((60..=180).contains(&choose_by.len()), "seed {seed}: {} samples in a fold", choose_by.len());
            for class in 0..4 {
                let count = |part: &[usize]| part.iter().filter(|sample| labels[**sample] == class).count();
                let (own, all) = (count(choose_by), count(choose_by) + count(train_on));
                assert!(
                    (all / 20..=all * 2 / 5).contains(&own),
                    "seed {seed}, class {class}: {own} of {all} in a fold"
                );
            }
        }
        assert!(seen.iter().all(|count| *count == 1), "seed {seed}");
        let [test, rest] = divide_groups(&labels, &groups, 0.3, seed).expect("enough groups");
        assert_eq!(test.len() + rest.len(), 600);
        assert!(of(&test).iter().all(|group| !of(&rest).contains(group)), "seed {seed}");
        assert!((120..=240).contains(&test.len()), "seed {seed}: {} samples", test.len());
    }
    // With one group per class, no fold stays empty.
    let labels: Vec<u16> = (0..10).collect();
    let groups: Vec<u32> = (0..10).collect();
    let folds = folds_of_groups(&labels, &groups, 5, 1).expect("enough groups");
    assert!(folds.iter().all(|[_, choose_by]| choose_by.len() == 2));
    let problem = folds_of_groups(&labels, &[3; 10], 2, 1).expect_err("one group");
    assert_eq!(problem, "1 groups cannot be divided into 2 parts");
}

/// The group column of plain samples is not one of their features, and is respected.
#[test]
fn plain_samples_have_groups_too() {
    let place = Place::new();
    let rows: Vec<String> = csv(&records("train.bin")[..200])
        .lines()
        .enumerate()
        .map(|(row, line)| format!("w{},{line}\n", row / 20))
        .collect();
    place.write("grouped.csv", rows.concat());
    let row = place.json(&[
        "train",
        "grouped.csv",
        "--group",
        "1",
        "--test-fraction",
        "0.2",
        "--trials",
        "2",
        "--epochs",
        "2",
        "--quiet",
    ]);
    assert_eq!(
        (row["features"].as_u64(), row["samples"].as_u64(), row["test"]["samples"].as_u64()),
        (Some(64), Some(160), Some(40))
    );
    let message = refused(&place, &["train", "grouped.csv", "--group", "1", "--folds", "11"]);
    assert!(message.contains("10 groups cannot be divided into 11 parts"), "{message}");
    let message = refused(&place, &["train", "grouped.csv", "--group", "who"]);
    assert!(message.contains(r#"no column "who" for the group"#), "{message}");
}

fn refused(place: &Place, arguments: &[&str]) -> String {
    let output = place.run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).expect("text")
}

/// A stream of readings whose class changes: each row has a time, a reading of two axes, and a class.
fn stream(rows: usize, class_of: impl Fn(usize) -> &'static str) -> String {
    let mut text = "t,a,b,state\n".to_owned();
    for row in 0..rows {
        let (class, sign) = (class_of(row), if row % 2 == 0 { 1.0 } else { -1.0 });
        let size = if class == "shake" { 4.0 } else { 0.25 };
        let _ = writeln!(text, "{},{},{},{class}", row as f64 * 0.02, sign * size, row % 5);
    }
    text
}

const OF_STREAM: [&str; 9] = ["--label", "state", "--time", "t", "--window", "10", "--hop", "5", "--quiet"];

#[test]
fn windows_over_two_classes_and_over_gaps_are_no_samples() {
    let place = Place::new();
    let half = |row: usize| if (row / 50).is_multiple_of(2) { "rest" } else { "shake" };
    place.write("whole.csv", stream(200, half));
    let given =
        ["--loss", "hinge", "--learning-rate", "0.01", "--l2", "0", "--epochs", "3", "--features", "mean,deviation"];
    let row = place.json(&[&["train", "whole.csv"], &OF_STREAM[..], &given].concat());
    // A window every five readings, from the tenth on; three changes of class, at each of which one window is mixed.
    assert_eq!((row["recordings"]["windows"].as_u64(), row["recordings"]["mixed"].as_u64()), (Some(36), Some(3)));
    let warnings = row["warnings"].to_string();
    assert!(warnings.contains("3 windows over more than one class are left out"), "{warnings}");

    // A missing value and a leap in time: windows start over after each.
    let (rest, shake) = (stream(100, |_| "rest"), stream(100, |_| "shake"));
    let rest: String = rest.lines().filter(|line| !line.starts_with("1.2,")).map(|line| format!("{line}\n")).collect();
    let (_, shake) = shake.split_once('\n').expect("a header");
    let text = rest.replace("0.2,0.25,0,", "0.2,,0,") + shake;
    place.write("broken.csv", text);
    let row = place.json(&[&["train", "broken.csv"], &OF_STREAM[..], &given].concat());
    assert_eq!(row["recordings"]["gaps"], 3, "{row}");
    // 10 readings, then 49, then 39, then 100 of the other class, whose time starts over.
    assert_eq!(row["recordings"]["windows"], 1 + 8 + 6 + 19, "{row}");
    assert_eq!(row["recordings"]["mixed"], 0);
}

#[test]
fn answers_over_time_are_counted_by_window_and_by_event() {
    let place = Place::new();
    let half = |row: usize| if (row / 50).is_multiple_of(2) { "rest" } else { "shake" };
    place.write("whole.csv", stream(200, half));
    let given =
        ["--loss", "hinge", "--learning-rate", "0.01", "--l2", "0", "--epochs", "30", "--features", "deviation"];
    let _ = place.json(&[&["train", "whole.csv"], &OF_STREAM[..], &given].concat());
    let events = |more: &[&str]| {
        let row =
            place.json(&[&["evaluate", "model.json", "whole.csv", "--label", "state", "--time", "t"], more].concat());
        assert_eq!(row["samples"], 36);
        let number = |name: &str| row["events"][name].as_u64().expect("a number");
        ["windows", "answered", "correct", "events", "recognised", "unanswered", "found", "late"].map(number)
    };
    // Each event but the first begins with a mixed window. A window that is half shaking looks like shaking, so the
    // right answer to the next rest comes one window late.
    let answers = |more: &[&str]| events(more)[1];
    assert_eq!(events(&[]), [36, 36, 36, 4, 4, 0, 4, 1]);
    // With two of two votes, an answer comes one window later if the window before it says something else.
    assert_eq!(events(&["--votes", "2/2"]), [36, 34, 34, 4, 4, 0, 4, 5]);
    assert_eq!(events(&["--threshold", "1e9"]), [36, 0, 0, 4, 0, 4, 0, 0]);
    // There is no answer at each change, where the last one is held, nor at the start.
    assert_eq!(answers(&["--votes", "2/2", "--hold", "1"]), 35);
    assert_eq!(events(&["--smoothing", "1"]), events(&[]));
    let printed = place.prints(&["predict", "model.json", "whole.csv", "--time", "t", "--votes", "2/2"]);
    assert_eq!((printed.lines().count(), printed.lines().next()), (39, Some("")));
    let text = place.prints(&["evaluate", "model.json", "whole.csv", "--label", "state", "--votes", "2/2"]);
    assert!(text.contains("4 of 4 are recognised"), "{text}");
}

/// A stretch that is shorter than the hop may have no window that ends in it. It is still an event, without an answer.
#[test]
fn short_events_are_not_forgotten() {
    let place = Place::new();
    place.write("whole.csv", stream(200, |row| if (row / 50).is_multiple_of(2) { "rest" } else { "shake" }));
    let given =
        ["--loss", "hinge", "--learning-rate", "0.01", "--l2", "0", "--epochs", "30", "--features", "deviation"];
    let _ = place.json(&[&["train", "whole.csv"], &OF_STREAM[..], &given].concat());
    place.write("short.csv", stream(100, |row| if (51..54).contains(&row) { "shake" } else { "rest" }));
    let row = place.json(&["evaluate", "model.json", "short.csv"]);
    assert_eq!((row["events"]["events"].as_u64(), row["events"]["unseen"].as_u64()), (Some(3), Some(1)), "{row}");
    // The model knows the time column of the training: a leap is a gap, and is reported.
    let text: String = stream(100, |_| "rest")
        .lines()
        .filter(|line| !line.starts_with("1.2,"))
        .map(|line| format!("{line}\n"))
        .collect();
    place.write("leap.csv", text);
    let output = place.run(&["evaluate", "model.json", "leap.csv"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && message.contains("1 gaps in the readings"), "{message}");
    // Whole seconds are not gaps, and a clock that is mistaken for an axis is reported.
    let coarse: String = stream(100, |row| if row < 50 { "rest" } else { "shake" })
        .lines()
        .map(|line| {
            let (time, rest) = line.split_once(',').expect("columns");
            format!("{},{rest}\n", time.parse::<f64>().map_or("t".to_owned(), |time| (time as u32).to_string()))
        })
        .collect();
    place.write("coarse.csv", coarse);
    let row = place.json(&[&["train", "coarse.csv"], &OF_STREAM[..], &given].concat());
    assert_eq!(row["recordings"]["gaps"], 0, "{row}");
    let row = place.json(&[&["train", "whole.csv", "--label", "state", "--window", "10"], &given[..]].concat());
    assert!(row["warnings"].to_string().contains("axis t rises with each reading"), "{row}");
    let row = place.json(&[&["train", "whole.csv", "--sampling-rate", "104"], &OF_STREAM[..], &given].concat());
    assert!(row["warnings"].to_string().contains("not a sampling rate of 104 Hz"), "{row}");
}

/// What a device has learnt comes back with its windows.
#[test]
fn windows_survive_a_record() {
    let place = Place::new();
    let _ = train(&place, &[]);
    let _ = place.prints(&["export", "model.json", "--to", "json", "--fold", "-o", "folded.json"]);
    let _ = place.prints(&["export", "model.json", "--to", "record", "--fold", "-o", "model.rec"]);
    let _ = place.prints(&["import", "model.rec", "--like", "folded.json", "-o", "back.json"]);
    let scores = |model: &str| place.prints(&["predict", model, &part("test"), "--scores"]);
    assert_eq!(scores("back.json"), scores("folded.json"));
}

#[test]
fn recordings_and_groups_are_columns_of_text() {
    let place = Place::new();
    place.write("a.svm", "1 1:2 2:3\n2 1:4 2:1\n");
    place.write("b.csv", "a,1,2,w1\nb,3,4,w2\n");
    let message = refused(&place, &["train", "a.svm", "--window", "2"]);
    assert!(message.contains("recordings are text in columns"), "{message}");
    let message = refused(&place, &["train", "b.csv", "a.svm", "--group", "4", "--label", "1"]);
    assert!(message.contains("a group is a column of text"), "{message}");
    let message = refused(&place, &["train", DIGITS, "--window", "2"]);
    assert!(message.contains("no recording in this folder"), "{message}");
}

#[test]
fn names_of_files_and_folders_are_classes() {
    let place = Place::new();
    for (folder, file) in [("rest", "a"), ("shake", "b")] {
        std::fs::create_dir(place.path(folder)).expect("a folder");
        for number in 1..4 {
            let text: String = stream(40, move |_| folder)
                .lines()
                .map(|line| {
                    let cells: Vec<_> = line.split(',').collect();
                    format!("{},{}\n", cells[1], cells[2])
                })
                .collect();
            place.write(&format!("{folder}/{file}_{number:02}.csv"), &text);
        }
        place.write(&format!("{folder}/notes.md"), "no recording");
    }
    let shape = ["--window", "10", "--trials", "2", "--folds", "3", "--quiet"];
    let row = place
        .json(&[&["train", "rest", "shake", "--label-from", "folder", "--test-fraction", "0.3"], &shape[..]].concat());
    assert_eq!(
        (row["classes"].to_string(), row["recordings"]["recordings"].as_u64()),
        (r#"["rest","shake"]"#.to_owned(), Some(6))
    );
    assert_eq!(row["test"]["samples"], 14, "a file of each: {row}");
    let row = place.json(&[&["train", "rest", "shake", "--label-from", "file"], &shape[..]].concat());
    assert_eq!(row["classes"].to_string(), r#"["a","b"]"#);
    // The default features, for two axes.
    assert_eq!(row["features"], 12);
    assert_eq!(place.prints(&["predict", "model.json", "shake/b_01.csv"]), "b\n".repeat(7));
    let row = place.json(&["evaluate", "model.json", "rest", "shake"]);
    assert_eq!((row["samples"].as_u64(), row["accuracy"].as_f64()), (Some(42), Some(1.0)));
}

#[test]
fn what_is_no_window_is_refused_with_a_reason() {
    let place = Place::new();
    place.write("whole.csv", stream(60, |row| if row < 30 { "rest" } else { "shake" }));
    place.write("plain.csv", "1,2,a\n3,4,b\n");
    let of = |more: &[&str]| refused(&place, &[&["train", "whole.csv", "--label", "state"], more].concat());
    for (more, expected) in [
        (&["--window", "10", "--features", "median"][..], r#"no feature "median"; expected mean, deviation"#),
        (
            &["--window", "10", "--features", "mean,band:2-6"],
            "band:2-6: a window of 3 axes and 10 readings has segments:1 to segments:10, bands from 1 to 5",
        ),
        (&["--window", "10", "--features", "band:1-2Hz"], "expected --sampling-rate"),
        (
            &["--window", "10", "--sampling-rate", "50", "--features", "band:30-40Hz"],
            "has multiples of 5.000 Hz up to 25 Hz",
        ),
        (
            &["--window", "10", "--sampling-rate", "50", "--features", "band:1-4Hz"],
            "has multiples of 5.000 Hz up to 25 Hz",
        ),
        (&["--window", "10", "--sampling-rate", "0"], "expected a number above 0"),
        (&["--window", "10", "--features", "5"], "expected names of features"),
        (&["--window", "10", "--sensor-range=-inf:1"], "expected LOW:HIGH"),
        (&["--window", "10"], "all samples are of one recording or group"),
        (&["--window", "10", "--features", "correlation:0-3"], "correlations of different axes below 3"),
        (&["--window", "1"], "a window must have an axis"),
        (&["--window", "10", "--hop", "0"], "a hop of at least one reading"),
        (&["--window", "31"], "perhaps no stretch of one class has that many"),
        (&["--window", "10", "--noise", "1,2"], "2 values of --noise; expected one, or one for each of 3 axes"),
        (&["--window", "10", "--noise", "nan"], "a finite noise of at least 0"),
        (&["--window", "10", "--sensor-range", "5:1"], "expected LOW:HIGH"),
        (&["--window", "10", "--reading-type", "i16"], "the reading 0.25; expected a whole number of 16 bits"),
        (&["--window", "10", "--time", "when"], r#"no column "when" for the time"#),
        (&["--features", "mean"], "expected --window"),
        (&["--hop", "3"], "--window"),
        (&["--window", "10", "--label-from", "file"], "cannot be used with"),
    ] {
        let message = of(more);
        assert!(message.contains(expected), "{more:?}: {message}");
    }
    let message = refused(&place, &["train", "whole.csv", "--window", "10", "--label-from", "folder"]);
    assert!(message.contains("its name has no class"), "{message}");
    std::fs::create_dir(place.path("empty")).expect("a folder");
    assert!(refused(&place, &["train", "empty", "--window", "10"]).contains("no recording in this folder"));

    let _ = place.train(&["whole.csv", "--label", "state", "--window", "10", "--features", "mean"]);
    let message = refused(&place, &["export", "model.json", "--to", "c"]);
    assert!(message.contains("export of windows to C is not supported"), "{message}");
    let message = refused(&place, &["export", "model.json", "--to", "rust", "--integers", "i16"]);
    assert!(message.contains("train --reading-type i16"), "{message}");
    let message = refused(&place, &["predict", "model.json", "plain.csv"]);
    assert!(message.contains("plain.csv"), "{message}");
    assert!(refused(&place, &["evaluate", "model.json", "whole.csv", "--votes", "4/3"]).contains("expected N/M"));

    // The description of the windows is covered by the checks of the model.
    let text = std::fs::read_to_string(place.path("model.json")).expect("a model");
    for (from, to) in [
        (r#""hop":5"#, r#""hop":6"#),
        (r#""features":["mean"]"#, r#""features":["rms"]"#),
        (r#""window":10"#, r#""window":0"#),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        place.write("changed.json", text.replacen(from, to, 1));
        refused(&place, &["predict", "changed.json", "whole.csv"]);
    }
    let _ = place.train(&["plain.csv", "--no-header"]);
    let message = refused(&place, &["evaluate", "model.json", "plain.csv", "--votes", "1/2"]);
    assert!(message.contains("are for a model of recordings"), "{message}");
}
