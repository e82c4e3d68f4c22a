//! The handwritten digits that come with the repository; `data/digits/README.md` says where from.

use crate::dataset::{Dataset, Part};

/// Pixels of an image of 8 × 8.
pub const FEATURES: usize = 64;

/// The ten digits.
pub const CLASSES: usize = 10;

const TRAIN: &[u8] = include_bytes!("../data/digits/train.bin");
const TEST: &[u8] = include_bytes!("../data/digits/test.bin");

/// The set, standardised.
pub fn digits() -> Dataset<FEATURES> {
    let mut set = Dataset {
        name: "digits",
        description: "8 x 8 pixels of 0 to 16, standardised by the training part's mean and deviation",
        classes: &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        train: part(TRAIN),
        test: part(TEST),
    };
    set.standardise();
    set
}

/// Reads records of a label and 64 pixels, a byte each.
fn part(bytes: &[u8]) -> Part<FEATURES> {
    let (records, _) = bytes.as_chunks::<{ 1 + FEATURES }>();
    let mut part = Part::default();
    for [label, pixels @ ..] in records {
        part.labels.push(*label);
        part.features.push(pixels.map(f32::from));
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_records_are_read() {
        let set = digits();
        assert_eq!((set.train.labels.len(), set.test.labels.len()), (1297, 500));
        assert_eq!((TRAIN.len() % 65, TEST.len() % 65), (0, 0));
        assert!(set.train.labels.iter().chain(&set.test.labels).all(|&label| label < 10));
    }
}
