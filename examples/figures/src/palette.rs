//! Colours that people with any colour vision can tell apart, and lines that can be told apart without colours.

use colorous::{RED_BLUE, VIRIDIS};
use plotters::style::{Color, RGBColor, ShapeStyle};

use crate::sheet::{INK, px};

/// The colours of lines: M. Okabe and K. Ito, "Color Universal Design", 2008.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
/// See [`BLUE`].
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
/// See [`BLUE`].
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
/// See [`BLUE`].
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
/// See [`BLUE`].
pub const SKY: RGBColor = RGBColor(86, 180, 233);
/// See [`BLUE`].
pub const VERMILION: RGBColor = RGBColor(213, 94, 0);

/// The colour of lines in the background.
pub const GREY: RGBColor = RGBColor(130, 130, 130);

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    /// Its colour.
    pub colour: RGBColor,
    /// Its width in pixels.
    pub width: f64,
    /// The length of its dashes and of the gaps between them, in pixels.
    pub dash: Option<(f64, f64)>,
}

impl Pen {
    /// An unbroken line.
    pub const fn solid(colour: RGBColor) -> Self {
        Self { colour, width: 2.0, dash: None }
    }

    /// A line of dashes.
    pub const fn dashed(colour: RGBColor, dash: f64, gap: f64) -> Self {
        Self { colour, width: 2.0, dash: Some((dash, gap)) }
    }

    /// The same pen with another width.
    pub const fn wide(self, width: f64) -> Self {
        Self { width, ..self }
    }

    /// The pen as a style of the plotting library.
    pub fn style(self) -> ShapeStyle {
        self.colour.stroke_width(px(self.width).unsigned_abs())
    }
}

/// Pens for lines that are shown together; no two have both colour and dash in common.
pub const PENS: [Pen; 10] = [
    Pen::solid(BLUE),
    Pen::dashed(VERMILION, 9.0, 3.0),
    Pen::dashed(GREEN, 5.0, 3.0),
    Pen::dashed(PURPLE, 2.5, 2.0),
    Pen::dashed(ORANGE, 14.0, 3.0),
    Pen::dashed(SKY, 7.0, 6.0),
    Pen::dashed(INK, 3.0, 5.0),
    Pen::dashed(BLUE, 5.0, 3.0),
    Pen::solid(VERMILION),
    Pen::dashed(GREEN, 2.5, 2.0),
];

/// The colour of a value from 0, dark, to 1, light.
pub fn sequential(value: f64) -> RGBColor {
    rgb(VIRIDIS.eval_continuous(value.clamp(0.0, 1.0)))
}

/// The colour of a value from −1, blue, through 0, nearly white, to 1, red.
pub fn diverging(value: f64) -> RGBColor {
    rgb(RED_BLUE.eval_continuous(f64::midpoint(1.0, -value.clamp(-1.0, 1.0))))
}

fn rgb(colour: colorous::Color) -> RGBColor {
    RGBColor(colour.r, colour.g, colour.b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(RGBColor(r, g, b): RGBColor) -> f64 {
        0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
    }

    #[test]
    fn larger_values_are_lighter_so_that_the_map_reads_without_colours() {
        let lights: Vec<_> = (0..=64).map(|step| luminance(sequential(f64::from(step) / 64.0))).collect();
        assert!(lights.is_sorted_by(|a, b| a < b), "{lights:?}");
    }

    #[test]
    fn the_diverging_map_is_light_in_the_middle_and_as_dark_at_both_ends() {
        assert!(luminance(diverging(0.0)) > 230.0);
        assert!((luminance(diverging(1.0)) - luminance(diverging(-1.0))).abs() < 40.0);
        assert!(diverging(1.0).0 > diverging(1.0).2, "red is above zero");
        assert!(diverging(-1.0).2 > diverging(-1.0).0, "blue is below zero");
    }

    #[test]
    fn values_outside_get_the_colours_of_the_ends() {
        assert_eq!(sequential(7.0), sequential(1.0));
        assert_eq!(sequential(-7.0), sequential(0.0));
        assert_eq!(diverging(7.0), diverging(1.0));
    }

    #[test]
    fn no_two_pens_are_alike() {
        for (index, pen) in PENS.iter().enumerate() {
            let is_alike = |other: &Pen| other.colour == pen.colour && other.dash == pen.dash;
            assert!(!PENS[..index].iter().any(is_alike), "{pen:?}");
        }
    }
}
