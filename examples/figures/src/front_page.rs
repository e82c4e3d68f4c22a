//! The pictures in the repository: one is on the front page, and all are in the `README.md` of the figures.

use std::path::{Path, PathBuf};

use crate::figure::Figure;
use crate::material::Material;
use crate::programme;
use crate::sheet::Problem;

/// The figures that these pages show.
pub const FIGURES: [Figure; 3] = [Figure::PlaneHundred, Figure::Pieces, Figure::LineSearch];

/// The command that redraws them.
pub const COMMAND: &str = "cargo figures --front-page";

/// Their width in pixels.
const WIDTH: u32 = 720;

/// The crate of the figures, in the repository that this program was built from.
const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// The path of a figure's picture.
pub fn path(figure: Figure) -> PathBuf {
    Path::new(CRATE).join("readme").join(figure.name()).with_extension("png")
}

/// Refuses to redraw them from anywhere but the repository: a program that was copied or is run elsewhere writes
/// nothing there.
///
/// # Errors
/// A message that says what was expected, unless the directory is the root of the repository that this program was
/// built from.
pub fn check_directory(directory: &Path) -> Result<(), String> {
    let built_from = Path::new(CRATE).ancestors().nth(2).unwrap_or(Path::new(CRATE));
    match (directory.canonicalize(), built_from.canonicalize()) {
        (Ok(here), Ok(root)) if here == root => Ok(()),
        _ => Err(format!(
            "--front-page: {} is not the repository that this program was built from; expected {}",
            directory.display(),
            built_from.display()
        )),
    }
}

/// The picture of a figure, as it should be in the repository.
///
/// # Errors
/// If it cannot be drawn.
pub fn picture(figure: Figure, material: &Material) -> Result<Vec<u8>, Problem> {
    programme::draw(figure, material)?.sheet.png(WIDTH)
}
