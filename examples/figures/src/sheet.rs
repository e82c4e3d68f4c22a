//! The sheet that figures are drawn on: its size, its units, its lettering, and its conversion to SVG and PNG.

use std::error::Error;
use std::sync::Arc;

use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, IntoDrawingArea, IntoFont, RGBColor, SVGBackend, TextStyle, WHITE};
use plotters::style::{FontStyle, register_font};
use resvg::tiny_skia::{self, Pixmap, Transform};
use resvg::usvg;

/// Why a figure could not be drawn or written.
pub type Problem = Box<dyn Error>;

/// The result of drawing.
pub type Drawn = Result<(), Problem>;

/// An area in which figures are drawn.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The width of a figure in pixels, unless the command line sets another one.
pub const WIDTH: u32 = 800;

/// The colour of letters and axes.
pub const INK: RGBColor = RGBColor(34, 34, 34);

/// The units of a pixel. The plotting library counts in whole numbers, so in whole pixels curves would have steps.
const UNITS: u32 = 8;

/// The font in the repository, and those that replace it in a browser that lacks it: the first of them is as wide.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";
const FONT: &[u8] = include_bytes!("../font/DejaVuSans.ttf");

/// The height of a line in heights of letters: the size of a font in the plotting library is the height of a line.
const LINE: f64 = 1.24;

/// Converts pixels to the units of the sheet.
pub fn px(pixels: f64) -> i32 {
    (pixels * f64::from(UNITS)).round() as i32
}

/// Letters of a height in pixels, from the top of the tallest to the bottom of the deepest.
pub fn letters(pixels: f64) -> TextStyle<'static> {
    (FAMILY, pixels * LINE * f64::from(UNITS)).into_font().color(&INK)
}

/// A drawn figure.
#[derive(Clone, Debug)]
pub struct Sheet {
    svg: String,
    height: u32,
}

impl Sheet {
    /// Draws on a white sheet, `height` pixels high and [`WIDTH`] pixels wide.
    ///
    /// # Errors
    /// The errors of drawing.
    pub fn draw(height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Result<Self, Problem> {
        register_font(FAMILY, FontStyle::Normal, FONT).map_err(|_| "the font in the repository is not a font")?;
        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, (WIDTH * UNITS, height * UNITS)).into_drawing_area();
            area.fill(&WHITE)?;
            draw(&area)?;
            area.present()?;
        }
        Ok(Self { svg, height })
    }

    /// The drawing as SVG, `width` pixels wide.
    pub fn svg(&self, width: u32) -> String {
        let drawn = size(WIDTH * UNITS, self.height * UNITS);
        let height = f64::from(width) / f64::from(WIDTH) * f64::from(self.height);
        self.svg.replacen(&drawn, &size(width, height.round() as u32), 1)
    }

    /// The drawing as PNG, `width` pixels wide.
    ///
    /// # Errors
    /// If there is not enough memory for the picture.
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

/// Encodes the picture as PNG. The sheet is white, so no pixel is transparent: three bytes per pixel are enough.
fn encode(picture: &Pixmap) -> Result<Vec<u8>, Problem> {
    let colours: Vec<u8> =
        picture.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    // Areas of one colour repeat the same bytes; the differences of a filter would hide that.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

/// Width and height, as they are written in the first element of an SVG.
fn size(width: u32, height: u32) -> String {
    format!("width=\"{width}\" height=\"{height}\"")
}
