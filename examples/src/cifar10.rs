//! CIFAR-10 in its binary version, and sets in that layout.
//!
//! A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.

use std::path::Path;

use hingeline::InverseTime;
use hingeline_console::file::FileError;

use crate::dataset::{Dataset, Part};
use crate::recipe::Recipe;
use crate::records::{self, Value};

/// The values of a picture: 32 × 32 pixels in three colours.
pub const FEATURES: usize = 3 * 32 * 32;

/// The ten classes.
pub const CLASSES: usize = 10;

/// The names of the classes, in the order of the labels.
pub const CLASS_NAMES: [&str; CLASSES] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// The default parameters, for values of 0 to 255 with the mean image subtracted.
pub const RECIPE: Recipe = Recipe {
    epochs: 500,
    l2: 3e3,
    random_search: 3e-5,
    random_local_search: 3e-5,
    gradient_descent: InverseTime { rate: 2e-7, decay: 0.0 },
    mini_batch: InverseTime { rate: 3e-8, decay: 1e-4 },
    sgd: InverseTime { rate: 3e-9, decay: 3e-6 },
    difference: 1e-5,
};

/// Reads a directory: `train.bin` and `test.bin`, or else `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`.
///
/// # Errors
/// A message that names the file at fault and what was expected, for example if all training samples are of one class.
pub fn read(directory: &Path) -> Result<Dataset<FEATURES, u8>, FileError> {
    let one = directory.join("train.bin").exists();
    let (names, test) = if one { (vec!["train.bin".to_owned()], "test.bin") } else { (batches(), "test_batch.bin") };
    let mut train = Part::new(Vec::new(), Vec::new());
    for name in names {
        let part = part(directory, &name)?;
        train.features.extend(part.features);
        train.labels.extend(part.labels);
    }
    let mut set = Dataset {
        name: "cifar10".to_owned(),
        description: "3 x 32 x 32 values of 0 to 255, the mean image of the training part subtracted".to_owned(),
        classes: CLASS_NAMES.map(str::to_owned).to_vec(),
        train,
        validation: Part::new(Vec::new(), Vec::new()),
        test: part(directory, test)?,
        recipe: RECIPE,
    };
    set.check_classes().map_err(|problem| FileError::new(directory, problem))?;
    set.subtract_mean();
    Ok(set)
}

fn batches() -> Vec<String> {
    (1..=5).map(|batch| format!("data_batch_{batch}.bin")).collect()
}

fn part(directory: &Path, name: &str) -> Result<Part<FEATURES, u8>, FileError> {
    records::read(&directory.join(name), Value::U8, CLASSES)
}
