//! The handwritten digits that come with the repository; see `data/digits/README.md` for their source.

use hingeline::InverseTime;

use crate::dataset::{Dataset, Part};
use crate::recipe::Recipe;
use crate::records::{self, Value};

/// The pixels of an 8 × 8 image.
pub const FEATURES: usize = 64;

/// The ten digits.
pub const CLASSES: usize = 10;

const TRAIN: &[u8] = include_bytes!("../data/digits/train.bin");
const TEST: &[u8] = include_bytes!("../data/digits/test.bin");

/// The default parameters of this set.
pub const RECIPE: Recipe = Recipe {
    epochs: 200,
    l2: 1e-3,
    random_search: 0.1,
    random_local_search: 0.02,
    gradient_descent: InverseTime { rate: 0.1, decay: 0.0 },
    mini_batch: InverseTime { rate: 0.05, decay: 1e-3 },
    sgd: InverseTime { rate: 0.01, decay: 1e-4 },
    difference: 1e-2,
};

/// The set, standardised.
pub fn digits() -> Dataset<FEATURES> {
    let mut set = Dataset {
        name: "digits".to_owned(),
        description: "8 x 8 pixels of 0 to 16, standardised by the training part's mean and deviation".to_owned(),
        classes: (0..CLASSES).map(|digit| digit.to_string()).collect(),
        train: part(TRAIN),
        validation: Part::default(),
        test: part(TEST),
        recipe: RECIPE,
    };
    set.standardise();
    set
}

fn part(bytes: &[u8]) -> Part<FEATURES> {
    records::parse(bytes, Value::U8, CLASSES).expect("the file in the repository is whole")
}
