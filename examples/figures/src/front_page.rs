//! The pictures that lie in the repository: one is on the front page, all are in `README.md` beside them.

use std::path::PathBuf;

use crate::figure::Figure;
use crate::material::Material;
use crate::programme;
use crate::sheet::Problem;

/// The figures that these pages show.
pub const FIGURES: [Figure; 3] = [Figure::PlaneHundred, Figure::Pieces, Figure::LineSearch];

/// What draws them anew.
pub const COMMAND: &str = "cargo figures --front-page";

/// Their width in pixels.
const WIDTH: u32 = 720;

/// Where a figure lies.
pub fn path(figure: Figure) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("readme").join(figure.name()).with_extension("png")
}

/// A figure as it should lie there.
///
/// # Errors
/// If it cannot be drawn.
pub fn picture(figure: Figure, material: &Material) -> Result<Vec<u8>, Problem> {
    programme::draw(figure, material)?.sheet.png(WIDTH)
}
