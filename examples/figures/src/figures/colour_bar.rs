//! The colour bar, which shows what the colours of a map mean.

use plotters::chart::ChartBuilder;
use plotters::element::Rectangle;
use plotters::style::{Color, RGBColor};

use crate::plot::Axis;
use crate::sheet::{Area, Drawn, INK, letters, px};

/// The colours of the bar, from one end to the other.
const SHADES: u32 = 64;

/// A bar with the colours of all values between two values.
pub(crate) struct ColourBar {
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// The space above and below it, in pixels.
    pub(crate) above: f64,
    pub(crate) below: f64,
}

impl ColourBar {
    /// Draws it, with the axis on its right.
    pub(crate) fn draw(&self, area: &Area<'_>, axis: Axis, colour: impl Fn(f64) -> RGBColor) -> Drawn {
        let mut chart = ChartBuilder::on(area)
            .margin_top(px(self.above))
            .margin_bottom(px(self.below))
            .margin_left(px(4.0))
            .margin_right(px(14.0))
            .right_y_label_area_size(px(64.0))
            .build_cartesian_2d(0.0..1.0, axis.scale)?;
        let at = |shade: u32| self.from + (self.to - self.from) * f64::from(shade) / f64::from(SHADES);
        for shade in 0..SHADES {
            // Each shade reaches up to the upper end, and the next ones cover it: there is no seam between two of them.
            let corners = [(0.0, at(shade)), (1.0, self.to)];
            let middle = f64::midpoint(at(shade), at(shade + 1));
            chart.plotting_area().draw(&Rectangle::new(corners, colour(middle).filled()))?;
        }
        chart
            .configure_mesh()
            .disable_mesh()
            .axis_style(INK.stroke_width(px(1.0).unsigned_abs()))
            .set_all_tick_mark_size(px(4.0))
            .label_style(letters(12.5))
            .axis_desc_style(letters(13.5))
            .y_desc(axis.label)
            .draw()?;
        Ok(())
    }
}
