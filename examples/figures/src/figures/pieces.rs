//! The terms of one sample’s loss along one weight, and their sum.

use hingeline::kernel::Kernel;
use hingeline::{Direction, Hinge, Model, Samples};
use hingeline_examples::digits::{CLASSES, FEATURES};

use crate::figure::Drawing;
use crate::figures::along::{Along, corners};
use crate::legend::{self, Entry, Mark};
use crate::material::{DigitsDirection, DigitsModel, Material, random_model};
use crate::palette::{GREY, PENS, Pen, VERMILION};
use crate::plot::{Axis, Plot, title};
use crate::sheet::{Area, Drawn, INK, Problem, Sheet, px};

type Line = Vec<(f64, f64)>;

/// The class of the sample whose loss is looked at, and the pixel whose weight changes.
struct Weight {
    class: usize,
    feature: usize,
}

pub(crate) fn draw<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let model = random_model(kernel, 1.0, &mut material.rng())?;
    let mut sample = material.sample()?;
    let (x, class) = sample.sample(0)?;
    let (x, weight) = (*x, Weight::of(x, class));
    let direction = weight.direction()?;
    let along = Along { hinge: Hinge::new(1.0, 0.0)?, model: &model, direction: &direction };

    let kinks = along.kinks(&mut sample)?;
    let (from, to) = around(&kinks);
    let corners = corners(from, to, &kinks);
    let sum = along.losses(&mut sample, &corners)?;
    let terms = weight.terms(&along, &x, &corners)?;
    let sheet = Sheet::draw(640, |area| weight.draw(area, &terms, &sum))?;
    Ok(sheet.into())
}

/// A range that shows the model and all kinks, and some of the line before and after them.
fn around(kinks: &[f32]) -> (f32, f32) {
    let (from, to) = kinks.iter().fold((0.0_f32, 0.0_f32), |(from, to), kink| (from.min(*kink), to.max(*kink)));
    let margin = 0.1 * (to - from);
    (from - margin, to + margin)
}

/// A model with one weight changed.
fn moved<K: Kernel>(
    model: &DigitsModel<K>,
    direction: &DigitsDirection,
    a: f32,
) -> Result<Box<DigitsModel<K>>, hingeline::Error> {
    let weights = model.weights().as_flattened().iter().zip(direction.weights().as_flattened());
    let weights: Vec<_> = weights.map(|(w, d)| w + a * d).collect();
    let mut moved: Box<Model<_, _, K>> = Box::new(model.clone());
    moved.load(&weights, model.bias(), 1.0)?;
    Ok(moved)
}

impl Weight {
    /// The weight of the sample's own class, for the pixel that stands out most: all nine margins depend on it.
    fn of(x: &[f32; FEATURES], class: usize) -> Self {
        let largest = x.iter().enumerate().max_by(|(_, one), (_, other)| one.abs().total_cmp(&other.abs()));
        Self { class, feature: largest.map_or(0, |(feature, _)| feature) }
    }

    fn direction(&self) -> Result<Box<DigitsDirection>, hingeline::Error> {
        let mut weights = [0.0; CLASSES * FEATURES];
        weights[self.class * FEATURES + self.feature] = 1.0;
        let mut direction = Box::new(Direction::new());
        direction.load(&weights, &[0.0; CLASSES])?;
        Ok(direction)
    }

    /// Each class but the sample's own, and its term at each of these places; the one that is highest on the left comes
    /// first.
    fn terms<K: Kernel>(
        &self,
        along: &Along<'_, K>,
        x: &[f32; FEATURES],
        places: &[f32],
    ) -> Result<Vec<(usize, Line)>, hingeline::Error> {
        let mut lines = vec![Line::new(); CLASSES];
        for a in places {
            let mut margins = [0.0; CLASSES];
            along.hinge.margins(&*moved(along.model, along.direction, *a)?, x, self.class, &mut margins)?;
            for (line, margin) in lines.iter_mut().zip(margins) {
                line.push((f64::from(*a), f64::from(margin).max(0.0)));
            }
        }
        let mut terms: Vec<_> = lines.into_iter().enumerate().filter(|(class, _)| *class != self.class).collect();
        terms.sort_by(|(_, one), (_, other)| {
            first(other).total_cmp(&first(one)).then(last(other).total_cmp(&last(one)))
        });
        Ok(terms)
    }

    fn draw(&self, area: &Area<'_>, terms: &[(usize, Line)], sum: &Line) -> Drawn {
        let body = title(area, "The terms of one sample’s loss along one weight, and their sum")?;
        let (plots, side) = body.split_horizontally(px(640.0));
        let (upper, lower) = plots.split_vertically(px(290.0));
        let (from, to) = (sum[0].0, sum[sum.len() - 1].0);
        let kinks = &sum[1..sum.len() - 1];

        let top = terms.iter().map(|(_, line)| highest(line)).fold(0.0, f64::max);
        let mut plot = Plot::new(&upper, Axis::linear(from, to, ""), Axis::linear(0.0, 1.06 * top, "max(0, margin)"))?;
        mark(&mut plot, kinks, 1.06 * top)?;
        for ((_, line), pen) in terms.iter().zip(PENS) {
            plot.line(line, pen)?;
        }
        let ends: Vec<_> = kinks.iter().map(|(at, _)| (*at, 0.0)).collect();
        plot.dots(&ends, VERMILION)?;

        let (row, column) = (self.feature / 8 + 1, self.feature % 8 + 1);
        let label =
            format!("a, added to the weight of class {} for the pixel in row {row}, column {column}", self.class);
        let top = 1.06 * highest(sum);
        let mut plot = Plot::new(&lower, Axis::linear(from, to, &label), Axis::linear(0.0, top, "loss"))?;
        mark(&mut plot, kinks, top)?;
        plot.line(sum, Pen::solid(INK).wide(2.5))?;
        plot.dots(kinks, VERMILION)?;

        let classes =
            terms.iter().zip(PENS).map(|((class, _), pen)| (Mark::Line(pen), format!("margin of class {class}")));
        let mut entries: Vec<Entry> = classes.collect();
        entries.push((Mark::Line(Pen::solid(INK).wide(2.5)), "their sum".to_owned()));
        entries.push((Mark::Dot(VERMILION), "a margin is zero".to_owned()));
        legend::column(&side, 6.0, &entries)
    }
}

/// Marks the kinks by lines from the bottom to the top.
fn mark(plot: &mut Plot<'_>, kinks: &[(f64, f64)], top: f64) -> Drawn {
    for (at, _) in kinks {
        plot.line(&[(*at, 0.0), (*at, top)], Pen::dashed(GREY, 3.0, 3.0).wide(1.0))?;
    }
    Ok(())
}

fn first(line: &Line) -> f64 {
    line.first().map_or(0.0, |(_, value)| *value)
}

fn last(line: &Line) -> f64 {
    line.last().map_or(0.0, |(_, value)| *value)
}

fn highest(line: &Line) -> f64 {
    line.iter().map(|(_, value)| *value).fold(0.0, f64::max)
}
