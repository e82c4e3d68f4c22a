//! A plot: two axes, and lines, dots and words in their frame.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::element::{Circle, DashedPathElement, EmptyElement, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Cartesian2d, SVGBackend, WHITE};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use crate::palette::Pen;
use crate::scale::Scale;
use crate::sheet::{Area, Drawn, INK, Problem, letters, px};

/// An axis: its scale and its label.
#[derive(Clone, Debug)]
pub struct Axis {
    /// The scale.
    pub scale: Scale,
    /// The label, with the unit; empty where a plot below has the same axis.
    pub label: String,
}

impl Axis {
    /// Equal distances for equal differences.
    pub fn linear(from: f64, to: f64, label: &str) -> Self {
        Self { scale: Scale::linear(from, to), label: label.to_owned() }
    }

    /// Equal distances for equal ratios.
    pub fn logarithmic(from: f64, to: f64, label: &str) -> Self {
        Self { scale: Scale::logarithmic(from, to), label: label.to_owned() }
    }
}

/// A frame to draw in, in the units of its axes. What is outside is drawn at its edge.
#[allow(missing_debug_implementations, reason = "the plotting library's charts have none")]
pub struct Plot<'a> {
    chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<Scale, Scale>>,
}

/// The side of a place on which words are written.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// They end before it.
    Left,
    /// They begin after it.
    Right,
    /// Centred above it.
    Above,
    /// Centred below it.
    Below,
}

/// The radius of a dot in pixels.
pub const DOT: f64 = 3.75;

const SMALL: f64 = 12.5;
const LABEL: f64 = 13.5;
const TITLE: f64 = 17.0;

/// The space for the numbers and the label of an axis, in pixels.
const BELOW: f64 = 50.0;
const BELOW_WITHOUT_LABEL: f64 = 26.0;
const LEFT: f64 = 70.0;

/// Writes the title and returns what is left of the area below it.
///
/// # Errors
/// If the plotting library returns an error.
pub fn title<'a>(area: &Area<'a>, text: &str) -> Result<Area<'a>, Problem> {
    let (head, body) = area.split_vertically(px(44.0));
    head.draw(&Text::new(
        text.to_owned(),
        (px(20.0), px(26.0)),
        letters(TITLE).pos(Pos::new(HPos::Left, VPos::Center)),
    ))?;
    Ok(body)
}

impl<'a> Plot<'a> {
    /// Draws the axes and their grid.
    ///
    /// # Errors
    /// If the plotting library returns an error.
    pub fn new(area: &Area<'a>, x: Axis, y: Axis) -> Result<Self, Problem> {
        let below = if x.label.is_empty() { BELOW_WITHOUT_LABEL } else { BELOW };
        let mut chart = ChartBuilder::on(area)
            .margin_right(px(20.0))
            .margin_top(px(8.0))
            .margin_bottom(px(8.0))
            .margin_left(px(10.0))
            .x_label_area_size(px(below))
            .y_label_area_size(px(LEFT))
            .build_cartesian_2d(x.scale, y.scale)?;
        chart
            .configure_mesh()
            .axis_style(INK.stroke_width(px(1.0).unsigned_abs()))
            .bold_line_style(RGBColor(222, 222, 222).stroke_width(px(1.0).unsigned_abs()))
            .light_line_style(RGBColor(240, 240, 240).stroke_width(px(0.75).unsigned_abs()))
            .set_all_tick_mark_size(px(4.0))
            .label_style(letters(SMALL))
            .axis_desc_style(letters(LABEL))
            .x_desc(x.label)
            .y_desc(y.label)
            .draw()?;
        Ok(Self { chart })
    }

    /// Draws a line through these points.
    ///
    /// # Errors
    /// If the plotting library returns an error.
    pub fn line(&mut self, points: &[(f64, f64)], pen: Pen) -> Drawn {
        match pen.dash {
            None => self.chart.plotting_area().draw(&PathElement::new(points.to_vec(), pen.style()))?,
            Some((dash, gap)) => {
                let points = points.iter().copied();
                self.chart.plotting_area().draw(&DashedPathElement::new(points, px(dash), px(gap), pen.style()))?;
            }
        }
        Ok(())
    }

    /// Draws a surface with this outline.
    ///
    /// # Errors
    /// If the plotting library returns an error.
    pub fn surface(&mut self, outline: &[(f64, f64)], colour: RGBColor) -> Drawn {
        Ok(self.chart.plotting_area().draw(&Polygon::new(outline.to_vec(), colour.filled()))?)
    }

    /// Draws a rectangle from one corner to the other.
    ///
    /// # Errors
    /// If the plotting library returns an error.
    pub fn rectangle(&mut self, corners: [(f64, f64); 2], colour: RGBColor) -> Drawn {
        Ok(self.chart.plotting_area().draw(&Rectangle::new(corners, colour.filled()))?)
    }

    /// Draws a dot at each of these points, with a white rim.
    ///
    /// # Errors
    /// If the plotting library returns an error.
    pub fn dots(&mut self, points: &[(f64, f64)], colour: RGBColor) -> Drawn {
        for point in points {
            self.chart.plotting_area().draw(&Circle::new(*point, px(DOT + 1.25), WHITE.filled()))?;
            self.chart.plotting_area().draw(&Circle::new(*point, px(DOT), colour.filled()))?;
        }
        Ok(())
    }

    /// Writes words beside a place, `distance` pixels away.
    ///
    /// # Errors
    /// If the plotting library returns an error.
    pub fn words(&mut self, at: (f64, f64), side: Side, distance: f64, text: &str) -> Drawn {
        self.coloured_words(at, side, distance, text, INK)
    }

    /// Writes words in a colour.
    ///
    /// # Errors
    /// If the plotting library returns an error.
    pub fn coloured_words(&mut self, at: (f64, f64), side: Side, distance: f64, text: &str, colour: RGBColor) -> Drawn {
        let ((x, y), h_pos, v_pos) = match side {
            Side::Left => ((-px(distance), 0), HPos::Right, VPos::Center),
            Side::Right => ((px(distance), 0), HPos::Left, VPos::Center),
            Side::Above => ((0, -px(distance)), HPos::Center, VPos::Bottom),
            Side::Below => ((0, px(distance)), HPos::Center, VPos::Top),
        };
        let style = letters(SMALL).pos(Pos::new(h_pos, v_pos)).color(&colour);
        let words = EmptyElement::at(at) + Text::new(text.to_owned(), (x, y), style);
        Ok(self.chart.plotting_area().draw(&words)?)
    }
}
