//! The paper: its size, its units, its lettering, and how it becomes SVG and PNG.

use std::error::Error;
use std::sync::Arc;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea, IntoFont, RGBColor, SVGBackend, TextStyle, WHITE};
use plotters::style::{FontStyle, register_font};
use resvg::tiny_skia::{self, Pixmap, Transform};
use resvg::usvg;

/// Why a figure could not be drawn or written.
pub type Problem = Box<dyn Error>;

/// What drawing returns.
pub type Drawn = Result<(), Problem>;

/// Where figures are drawn.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The width of a figure in pixels, unless the person at the command line wants another one.
pub const WIDTH: u32 = 800;

/// The colour of letters and axes.
pub const INK: RGBColor = RGBColor(34, 34, 34);

/// The plotting library counts in whole numbers; a pixel is worth so many, or curves would have steps.
const UNITS: u32 = 8;

/// The font in the repository, and what takes its place in a browser that lacks it: the first one is as wide.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
const FONT: &[u8] = include_bytes!("../font/DejaVuSans.ttf");

/// The plotting library's size of a font is that of a line.
const LINE: f64 = 1.24;

/// Pixels in the units of the paper.
pub fn px(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS)).round() as i32
}

/// Letters so many pixels high, from the top of the tallest to the bottom of the deepest.
pub fn letters(pixels: f64) -> TextStyle<'static> {
    (FAMILY, pixels * LINE * f64::from(UNITS)).into_font().color(&INK)
}

/// A figure, drawn.
#[derive(Clone, Debug)]
pub struct Sheet {
    svg: String,
    height: u32,
}

impl Sheet {
    /// Draws on a white sheet so many pixels high, [`WIDTH`] wide.
    ///
    /// # Errors
    /// What drawing returns.
    pub fn draw(height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Result<Self, Problem> {
        register_font(FAMILY, FontStyle::Normal, FONT).map_err(|_| "the font in the repository is no font")?;
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (WIDTH * UNITS, height * UNITS)).into_drawing_area();
            area.fill(&WHITE)?;
            draw(&area)?;
            area.present()?;
        }
        Ok(Self { svg, height })
    }

    /// The drawing as SVG so many pixels wide.
    pub fn svg(&self, width: u32) -> String {
        let drawn = size(WIDTH * UNITS, self.height * UNITS);
        let height = f64::from(width) / f64::from(WIDTH) * f64::from(self.height);
        self.svg.replacen(&drawn, &size(width, height.round() as u32), 1)
    }

    /// The same as PNG.
    ///
    /// # Errors
    /// If there is no memory for so many pixels.
    pub fn png(&self, width: u32) -> Result<Vec<u8>, Problem> {
        let mut options = usvg::Options::default();
        Arc::make_mut(&mut options.fontdb).load_font_data(FONT.to_vec());
        let tree = usvg::Tree::from_str(&self.svg(width), &options)?;
        let size = tree.size().to_int_size();
        let mut picture = Pixmap::new(size.width(), size.height()).ok_or("the picture is too large")?;
        // Rounded to whole pixels, the picture may be a hair wider or higher than the sheet.
        picture.fill(tiny_skia::Color::WHITE);
        resvg::render(&tree, Transform::identity(), &mut picture.as_mut());
        encode(&picture)
    }
}

/// The picture as PNG. The sheet is white, so no pixel is transparent: three bytes each say all.
fn encode(picture: &Pixmap) -> Result<Vec<u8>, Problem> {
    let colours: Vec<u8> =
        picture.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    // Surfaces of one colour are repeated as they are; differences of neighbours would hide that.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

/// Width and height as they stand in the first element of an SVG.
fn size(width: u32, height: u32) -> String {
    format!("width=\"{width}\" height=\"{height}\"")
}
