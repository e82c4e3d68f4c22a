//! One set in every format gives the same model to the bit.

use std::io::Write;

use super::{DIGITS, Place, csv, records};

/// An array as NumPy writes it.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let len = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", len.as_slice(), header.as_bytes(), data].concat()
}

fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut packed);
    for (index, (name, bytes)) in arrays.iter().enumerate() {
        let name = format!("{name}.npy");
        let file = archive.new_file(&name);
        // As `numpy.savez` and as `numpy.savez_compressed` write them.
        if index % 2 == 0 {
            let (mut entry, config) = file.start().expect("a member");
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).expect("bytes");
            let (_, descriptor) = writer.finish().expect("bytes");
            entry.finish(descriptor).expect("a member");
        } else {
            let (mut entry, config) =
                file.compression_method(rawzip::CompressionMethod::DEFLATE).start().expect("a member");
            let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(bytes).expect("bytes");
            let (encoder, descriptor) = writer.finish().expect("bytes");
            encoder.finish().expect("bytes");
            entry.finish(descriptor).expect("a member");
        }
    }
    archive.finish().expect("an archive");
    packed
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("bytes");
    encoder.finish().expect("bytes")
}

fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let sizes: Vec<u8> = sizes.iter().flat_map(|size| size.to_be_bytes()).collect();
    [&[0, 0, 8, (sizes.len() / 4) as u8][..], &sizes, data].concat()
}

#[test]
fn every_format_gives_the_same_model() {
    let (place, records) = (Place::new(), records("train.bin"));
    let count = records.len();
    let labels: Vec<u8> = records.iter().map(|record| record[0]).collect();
    let pixels: Vec<u8> = records.iter().flat_map(|record| &record[1..]).copied().collect();
    let plain = csv(&records);
    let header: String = (0..64).map(|feature| format!("\"p {feature}\";")).collect();
    let quoted = plain.replace(',', ";").lines().map(|line| format!("{line}\r\n")).collect::<String>();
    let first: String = records
        .iter()
        .map(|r| format!("{},{}\n", r[0], csv(std::slice::from_ref(r)).trim_end().rsplit_once(',').unwrap().0))
        .collect();
    let sparse = |start: usize| -> String {
        records
            .iter()
            .map(|record| {
                let pairs = (start..).zip(&record[1..]).filter(|(_, pixel)| **pixel > 0);
                let pairs: String = pairs.map(|(index, pixel)| format!(" {index}:{pixel}")).collect();
                format!("{}{pairs} # a picture\n", record[0])
            })
            .collect()
    };
    let floats: Vec<u8> = pixels.iter().flat_map(|pixel| f32::from(*pixel).to_le_bytes()).collect();
    let wide: Vec<u8> = labels.iter().flat_map(|label| i64::from(*label).to_le_bytes()).collect();
    let table: Vec<u8> =
        records.iter().flat_map(|r| r[1..].iter().chain(&r[..1])).flat_map(|v| f64::from(*v).to_le_bytes()).collect();
    place
        .write("plain.csv", &plain)
        .write("quoted.csv", format!("\u{feff}{header}digit\r\n{quoted}"))
        .write("tabs.tsv", plain.replace(',', "\t"))
        .write("packed.csv.gz", gzip(plain.as_bytes()))
        .write("first.csv", first)
        // The first pixel is 0 in all samples: only the last column says how many there are.
        .write("one.svm", sparse(1))
        .write("x.npy", npy("<f4", &format!("{count}, 8, 8"), &floats))
        .write("y.npy", npy("<i8", &format!("{count},"), &wide))
        .write("table.npy", npy("<f8", &format!("{count}, 65"), &table))
        .write(
            "set.npz",
            npz(&[
                ("x_train", npy("|u1", &format!("{count}, 64"), &pixels)),
                ("y_train", npy("<i8", &format!("{count},"), &wide)),
                ("x_test", npy("|u1", "2, 64", &pixels[..128])),
                ("y_test", npy("<i8", "2,", &wide[..16])),
            ]),
        )
        .write("train-images-idx3-ubyte.gz", gzip(&idx(&[count as u32, 8, 8], &pixels)))
        .write("train-labels-idx1-ubyte.gz", gzip(&idx(&[count as u32], &labels)));
    let expected = place.train(&[DIGITS]);
    let cases: [&[&str]; 11] = [
        &["plain.csv"],
        &["quoted.csv"],
        &["quoted.csv", "--label", "digit", "--header", "--delimiter", "semicolon"],
        &["tabs.tsv"],
        &["packed.csv.gz"],
        &["first.csv", "--label", "1", "--no-header"],
        &["x.npy", "--labels", "y.npy"],
        &["table.npy"],
        &["set.npz"],
        &["train-images-idx3-ubyte.gz"],
        &["."],
    ];
    for case in cases {
        let row = place.train(case);
        assert_eq!(row["weights_checksum"], expected["weights_checksum"], "{case:?}");
        assert_eq!(row["test"].is_null(), case != ["set.npz"], "{case:?}");
    }
    // Pixel 63 is above 0 in a few pictures only; without them the shape would not be the same.
    assert!(records.iter().any(|record| record[64] > 0));
    assert_eq!(place.train(&["one.svm"])["weights_checksum"], expected["weights_checksum"]);
    let _ = sparse(0);
    // Several files are one set.
    let (a, b) = plain.split_at(plain.lines().take(500).map(|line| line.len() + 1).sum());
    place.write("a.csv", a).write("b.csv", b);
    assert_eq!(place.train(&["a.csv", "b.csv"])["weights_checksum"], expected["weights_checksum"]);
}

/// The names of columns and classes are those of the file, whatever the order of the columns in another one.
#[test]
fn columns_are_found_by_their_names() {
    let place = Place::new();
    let row = |i: usize| (i % 7, i * 5 % 11, if i % 7 > 3 { "höher" } else { "tiefer" });
    let ab: String = (0..50).map(row).map(|(a, b, class)| format!("{a}.5;{b};{class}\n")).collect();
    let ba: String = (0..50).map(row).map(|(a, b, class)| format!("{class}\t{b}\tx\t{a}.5\n")).collect();
    place.write("ab.csv", format!("a;b;Class\n{ab}")).write("ba.csv", format!("label\tb\tother\ta\n{ba}"));
    let _ = place.train(&["ab.csv"]);
    let stored: serde_json::Value =
        serde_json::from_slice(&std::fs::read(place.path("model.json")).expect("a model")).expect("JSON");
    assert_eq!(
        (&stored["features"], &stored["classes"]),
        (&serde_json::json!(["a", "b"]), &serde_json::json!(["höher", "tiefer"]))
    );
    let [same, other] = ["ab.csv", "ba.csv"].map(|file| place.json(&["evaluate", "model.json", file]));
    assert_eq!(same, other);
    assert_eq!(same["samples"], 50);
}

/// Labels that are numbers are in numerical order.
#[test]
fn classes_are_in_the_order_of_their_names() {
    let place = Place::new();
    let rows = |names: [&str; 3]| (0..30).map(|i| format!("{},{}\n", i % 3, names[i % 3])).collect::<String>();
    for (names, expected) in [(["10", "9", "-1"], ["-1", "9", "10"]), (["b", "10", "a"], ["10", "a", "b"])] {
        place.write("data.csv", rows(names));
        assert_eq!(place.train(&["data.csv"])["classes"], serde_json::json!(expected));
    }
}

/// The label column is that of the training, in a file with a header and in one without.
#[test]
fn the_label_is_found_again() {
    let place = Place::new();
    let row = |i: usize| (i * 7 % 11, i * 5 % 13, ["no", "yes"][i % 2], i % 2);
    let named: String = (0..40).map(row).map(|(p, q, class, flag)| format!("{class},{p},{q},{flag}\n")).collect();
    let bare: String = (0..40).map(row).map(|(p, q, _, flag)| format!("{p},{q},{flag}\n")).collect();
    place.write("named.csv", format!("state,p,q,flag\n{named}")).write("plain.csv", &named).write("bare.csv", &bare);
    place.write("bare_named.csv", format!("p,q,flag\n{bare}"));
    for (data, label) in [("named.csv", "state"), ("plain.csv", "1")] {
        let arguments = ["train", data, "--label", label, "-q", "--trials", "5"];
        let trained = place.json(&arguments);
        assert_eq!(trained["train"]["accuracy"], 1.0, "{data}");
        assert_eq!(place.json(&["evaluate", "model.json", data]), trained["train"], "{data}");
        let predicted = place.prints(&["predict", "model.json", data]);
        assert_eq!(place.prints(&["predict", "model.json", "bare.csv"]), predicted, "{data}");
        assert_eq!(place.prints(&["predict", "model.json", "bare_named.csv"]), predicted, "{data}");
    }
}

/// A row of numbers is a header if its label is the name of a label; classes have one spelling; and a pipe is read
/// once.
#[cfg(unix)]
#[test]
fn what_is_written_in_several_ways_is_the_same() {
    let place = Place::new();
    let rows =
        |class: [&str; 2]| (0..30).map(|i| format!("{},{},{}\n", i % 2, i / 2, class[i % 2])).collect::<String>();
    place.write("header.csv", format!("0,1,label\n{}", rows(["0.0", "+1"]))).write("plain.csv", rows(["0", "1"]));
    let [header, plain] = ["header.csv", "plain.csv"].map(|data| place.train(&[data]));
    assert_eq!((&header["samples"], &header["classes"]), (&30.into(), &serde_json::json!(["0", "1"])));
    assert_eq!(header["weights_checksum"], plain["weights_checksum"]);
    let mut piped = place.command();
    let file = std::fs::File::open(place.path("plain.csv")).expect("the file");
    let mut cat = std::process::Command::new("cat");
    let mut cat = cat.stdin(file).stdout(std::process::Stdio::piped()).spawn().expect("cat");
    piped.args(["predict", "model.json", "/dev/stdin"]).stdin(cat.stdout.take().expect("a pipe"));
    let output = piped.output().expect("it starts");
    assert!(cat.wait().is_ok_and(|status| status.success()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), place.prints(&["predict", "model.json", "plain.csv"]));
}

/// Indices begin where they began in training, samples without labels are predicted, and files of several widths are
/// one set.
#[test]
fn indices_mean_what_they_meant_in_training() {
    let place = Place::new();
    let pairs = |i: usize| format!("0:{} 2:{}", i % 2, i / 2);
    let all: String = (0..40).map(|i| format!("{} {}\n", i % 2, pairs(i))).collect();
    let later: String = (0..40).map(|i| format!("{} 2:{}\n", i % 2, i / 2)).collect();
    let bare: String = (0..40).map(|i| pairs(i) + "\n").collect();
    place.write("all.svm", &all).write("later.svm", &later).write("bare.svm", bare);
    assert_eq!(place.json(&["train", "all.svm", "-q", "--trials", "5"])["train"]["accuracy"], 1.0);
    let predicted = place.prints(&["predict", "model.json", "all.svm"]);
    assert_eq!(place.prints(&["predict", "model.json", "bare.svm"]), predicted);
    // Without the feature that separates them, nearly all samples are taken for one class, and no feature takes its
    // place.
    let later = place.prints(&["predict", "model.json", "later.svm"]);
    let first: Vec<_> = later.lines().filter(|class| *class == "0").collect();
    assert!(first.len() >= 38, "{later}");
    place.write("wide.svm", "1 1:1 3:2\n0 2:1\n").write("narrow.svm", "0\n1 1:2\n");
    let row = place.train(&["narrow.svm", "wide.svm", "--features", "3"]);
    assert_eq!((&row["features"], &row["samples"]), (&3.into(), &4.into()));
}

/// Arrays without labels are predicted; the test part has its own labels.
#[test]
fn arrays_have_labels_of_their_own_or_none() {
    let place = Place::new();
    let values: Vec<f32> = (0..60).flat_map(|i| [(i % 2) as f32, (i / 2) as f32]).collect();
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let labels: Vec<u8> = (0..60).map(|i| i % 2).collect();
    let other: Vec<u8> = labels.iter().map(|label| 1 - label).collect();
    place.write("x.npy", npy("<f4", "60, 2", &bytes)).write("x.npz", npz(&[("X", npy("<f4", "60, 2", &bytes))]));
    place.write("y.npy", npy("|u1", "60,", &labels)).write("other.npy", npy("|u1", "60,", &other));
    let asked = ["train", "x.npy", "--labels", "y.npy", "-q", "--trials", "5", "--test", "x.npy", "--test-labels"];
    assert_eq!(place.json(&[&asked[..], &["y.npy"]].concat())["test"]["accuracy"], 1.0);
    assert_eq!(place.json(&[&asked[..], &["other.npy"]].concat())["test"]["accuracy"], 0.0);
    let predicted = place.prints(&["predict", "model.json", "x.npy"]);
    assert_eq!(predicted, labels.iter().map(|label| format!("{label}\n")).collect::<String>());
    assert_eq!(place.prints(&["predict", "model.json", "x.npz"]), predicted);
}
