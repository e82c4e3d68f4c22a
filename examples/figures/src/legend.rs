//! The legend: outside the plots, so that it covers nothing.

use plotters::element::{Circle, DashedPathElement, PathElement, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use crate::palette::Pen;
use crate::plot::DOT;
use crate::sheet::{Area, Drawn, Problem, letters, px};

/// A mark in a plot.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// A line.
    Line(Pen),
    /// A dot.
    Dot(RGBColor),
}

/// A mark and its description.
pub type Entry = (Mark, String);

const LETTERS: f64 = 13.0;

/// The length of a sample of a line, and the spaces after it and between two entries, in pixels.
const SAMPLE: f64 = 31.0;
const SPACE: f64 = 7.0;
const BETWEEN: f64 = 17.0;
const ROW: f64 = 24.0;

/// Draws entries side by side, in as many rows as they need, and returns the area that is left below them.
///
/// # Errors
/// If the plotting library returns an error.
pub fn above<'a>(area: &Area<'a>, entries: &[Entry]) -> Result<Area<'a>, Problem> {
    let (width, _) = area.dim_in_pixel();
    let (left, right) = (px(20.0), width as i32 - px(12.0));
    let (mut x, mut row) = (left, 0);
    let mut places = Vec::new();
    for (_, text) in entries {
        let (own, _) = area.estimate_text_size(text, &letters(LETTERS))?;
        let own = px(SAMPLE + SPACE) + own as i32;
        if x > left && x + own > right {
            (x, row) = (left, row + 1);
        }
        places.push((x, row));
        x += own + px(BETWEEN);
    }
    let (head, body) = area.split_vertically(px(ROW * f64::from(row + 1) + 4.0));
    for (entry, (x, row)) in entries.iter().zip(places) {
        draw(&head, entry, (x, px(ROW * (f64::from(row) + 0.5))))?;
    }
    Ok(body)
}

/// Draws entries below each other, starting `top` pixels below the upper edge.
///
/// # Errors
/// If the plotting library returns an error.
pub fn column(area: &Area<'_>, top: f64, entries: &[Entry]) -> Drawn {
    for (row, entry) in entries.iter().enumerate() {
        draw(area, entry, (0, px(top + ROW * (row as f64 + 0.5))))?;
    }
    Ok(())
}

fn draw(area: &Area<'_>, (mark, text): &Entry, (x, y): (i32, i32)) -> Drawn {
    match mark {
        Mark::Line(pen) => draw_line(area, *pen, (x, y))?,
        Mark::Dot(colour) => area.draw(&Circle::new((x + px(SAMPLE / 2.0), y), px(DOT), colour.filled()))?,
    }
    let style = letters(LETTERS).pos(Pos::new(HPos::Left, VPos::Center));
    Ok(area.draw(&Text::new(text.clone(), (x + px(SAMPLE + SPACE), y), style))?)
}

fn draw_line(area: &Area<'_>, pen: Pen, (x, y): (i32, i32)) -> Drawn {
    let ends = [(x, y), (x + px(SAMPLE), y)];
    match pen.dash {
        None => area.draw(&PathElement::new(ends.to_vec(), pen.style()))?,
        Some((dash, gap)) => area.draw(&DashedPathElement::new(ends, px(dash), px(gap), pen.style()))?,
    }
    Ok(())
}
