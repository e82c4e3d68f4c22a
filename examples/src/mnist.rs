//! MNIST, and sets in its format, such as Fashion-MNIST.
//!
//! Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".

use std::path::{Path, PathBuf};

use hingeline::InverseTime;
use hingeline_console::file::FileError;

use crate::dataset::{Dataset, Part};
use crate::idx;
use crate::recipe::Recipe;

/// The rows of a picture; pictures are square.
const SIDE: usize = 28;

/// The pixels of a 28 × 28 picture.
pub const FEATURES: usize = SIDE * SIDE;

/// The ten digits.
pub const CLASSES: usize = 10;

/// The default parameters, for pixels of 0 to 255 with the mean image subtracted.
pub const RECIPE: Recipe = Recipe {
    epochs: 5,
    l2: 1e1,
    random_search: 1e-4,
    random_local_search: 3e-5,
    gradient_descent: InverseTime { rate: 5e-7, decay: 0.0 },
    mini_batch: InverseTime { rate: 3e-7, decay: 1e-3 },
    sgd: InverseTime { rate: 5e-8, decay: 0.0 },
    difference: 1e-5,
};

/// Reads the four files of a directory.
///
/// # Errors
/// A message that names the file at fault and what was expected, for example if all training samples are of one class.
pub fn read(directory: &Path) -> Result<Dataset<FEATURES, u8>, FileError> {
    let mut set = Dataset {
        name: "mnist".to_owned(),
        description: "28 x 28 pixels of 0 to 255, the mean image of the training part subtracted".to_owned(),
        classes: (0..CLASSES).map(|digit| digit.to_string()).collect(),
        train: part(directory, "train")?,
        validation: Part::default(),
        test: part(directory, "t10k")?,
        recipe: RECIPE,
    };
    set.check_classes().map_err(|problem| FileError::new(directory, problem))?;
    set.subtract_mean();
    Ok(set)
}

fn part(directory: &Path, name: &str) -> Result<Part<FEATURES, u8>, FileError> {
    let images = file(directory, name, "images-idx3-ubyte");
    let features = idx::read_images(&images, SIDE)?;
    let path = file(directory, name, "labels-idx1-ubyte");
    let labels = idx::read_labels(&path, CLASSES)?;
    if features.is_empty() {
        return Err(FileError::new(&images, "it has no picture; expected at least one"));
    }
    if labels.len() != features.len() {
        let problem = format!("{} labels; expected {}, one for each picture", labels.len(), features.len());
        return Err(FileError::new(&path, problem));
    }
    Ok(Part::new(features, labels))
}

/// Both spellings of the file names are in use: with a hyphen or with a dot before `idx`.
fn file(directory: &Path, name: &str, kind: &str) -> PathBuf {
    let dotted = directory.join(format!("{name}-{}", kind.replacen('-', ".", 1)));
    if dotted.exists() {
        return dotted;
    }
    directory.join(format!("{name}-{kind}"))
}
