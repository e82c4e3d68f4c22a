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
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        archive.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).expect("a member");
        archive.write_all(bytes).expect("bytes");
    }
    archive.finish().expect("an archive").into_inner()
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
    // No pixel 63 is ever above 0 but in few pictures; it has to be there for the shape to be the same.
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

/// Labels that are numbers are in the order of numbers.
#[test]
fn classes_are_in_the_order_of_their_names() {
    let place = Place::new();
    let rows = |names: [&str; 3]| (0..30).map(|i| format!("{},{}\n", i % 3, names[i % 3])).collect::<String>();
    for (names, expected) in [(["10", "9", "-1"], ["-1", "9", "10"]), (["b", "10", "a"], ["10", "a", "b"])] {
        place.write("data.csv", rows(names));
        assert_eq!(place.train(&["data.csv"])["classes"], serde_json::json!(expected));
    }
}
