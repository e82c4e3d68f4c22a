//! The learnt weights as pictures: a row of weights has a number for each pixel.

use std::ops::ControlFlow;

use hingeline::kernel::Kernel;
use hingeline::{Hinge, Model, Stopped};
use hingeline_examples::dataset::{Dataset, Kept};
use hingeline_examples::strategy::{Budget, Strategy, go_on};
use hingeline_examples::{cifar10, digits};
use plotters::element::{Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor};

use crate::figure::Drawing;
use crate::figures::colour_bar::ColourBar;
use crate::material::Material;
use crate::palette::diverging;
use crate::plot::{Axis, title};
use crate::sheet::{Area, Drawn, Problem, Sheet, letters, px};

/// The strategy, whose weights are the smoothest.
const STRATEGY: Strategy = Strategy::GradientDescent;

/// Pictures in a row.
const COLUMNS: usize = 5;

/// Passes over CIFAR-10.
const CIFAR10_EPOCHS: u32 = 20;

pub(crate) fn draw_digits<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let set = &material.digits;
    let model = train::<{ digits::CLASSES }, { digits::FEATURES }, _, K>(
        kernel,
        set,
        STRATEGY,
        set.recipe.epochs,
        material.seed,
    )?;
    let weights = model.weights().map(|row| row.map(|w| f64::from(model.scale() * w)));
    let largest = weights.as_flattened().iter().fold(0.0, |largest: f64, w| largest.max(w.abs()));
    let sheet = Sheet::draw(368, |area| {
        let body = title(area, "The weights learnt for each digit")?;
        let (pictures, column) = body.split_horizontally(px(668.0));
        for (class, row) in weights.iter().enumerate() {
            let pixels: Vec<_> = row.iter().map(|w| diverging(w / largest)).collect();
            Picture { name: &set.classes[class], pixels: &pixels, side: 8 }.draw(&pictures, class, &DIGITS)?;
        }
        let axis = Axis::linear(-largest, largest, "weight");
        let bar = ColourBar { from: -largest, to: largest, above: CORNER.1, below: 26.0 };
        bar.draw(&column, axis, |w| diverging(w / largest))
    })?;
    Ok(sheet.into())
}

pub(crate) fn draw_cifar10<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let set = material.cifar10.as_ref().ok_or("this figure needs --cifar10 and a directory")?;
    let model = train::<{ cifar10::CLASSES }, { cifar10::FEATURES }, _, K>(
        kernel,
        set,
        Strategy::MiniBatch,
        CIFAR10_EPOCHS,
        material.seed,
    )?;
    let sheet = Sheet::draw(412, |area| {
        let body = title(area, "The weights learnt for each class of CIFAR-10")?;
        for (class, row) in model.weights().iter().enumerate() {
            Picture { name: &set.classes[class], pixels: &template(row), side: 32 }.draw(&body, class, &CIFAR10)?;
        }
        Ok(())
    })?;
    Ok(sheet.into())
}

fn train<const C: usize, const F: usize, Q: Kept, K: Kernel>(
    kernel: K,
    set: &Dataset<F, Q>,
    strategy: Strategy,
    epochs: u32,
    seed: u64,
) -> Result<Box<Model<C, F, K>>, Problem> {
    let mut model = Box::new(Model::on(kernel));
    let hinge = Hinge::new(1.0, set.recipe.l2)?;
    let budget = Budget { seed, epochs, averaged: 0 };
    let on = |model: &Model<C, F, K>, scored| -> Result<ControlFlow<()>, Stopped> { go_on(model, scored) };
    strategy.train(set.recipe.plan(strategy), hinge, budget, &mut model, &set.train, on)?;
    Ok(model)
}

/// The colours of a row whose thirds are red, green and blue, scaled from its smallest weight to its largest.
fn template(row: &[f32]) -> Vec<RGBColor> {
    let least = row.iter().copied().fold(f32::INFINITY, f32::min);
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shade = |w: f32| (255.0 * (w - least) / (most - least)).round() as u8;
    let pixels = row.len() / 3;
    let colour = |pixel: usize| RGBColor(shade(row[pixel]), shade(row[pixels + pixel]), shade(row[2 * pixels + pixel]));
    (0..pixels).map(colour).collect()
}

/// A class's weights.
struct Picture<'a> {
    name: &'a str,
    /// The colours row by row.
    pixels: &'a [RGBColor],
    /// Pixels in a row.
    side: usize,
}

/// How large pictures are, in pixels.
struct Layout {
    /// The side of a picture.
    size: f64,
    /// The width and the height of a picture's place, with its name.
    place: (f64, f64),
}

/// Leaves space for a colour bar.
const DIGITS: Layout = Layout { size: 112.0, place: (130.0, 160.0) };

/// Takes the whole sheet.
const CIFAR10: Layout = Layout { size: 136.0, place: (153.0, 184.0) };

/// The position of the first picture, in pixels.
const CORNER: (f64, f64) = (26.0, 26.0);

impl Picture<'_> {
    /// Draws it at the place of its class.
    fn draw(&self, area: &Area<'_>, class: usize, layout: &Layout) -> Drawn {
        let (column, row) = ((class % COLUMNS) as f64, (class / COLUMNS) as f64);
        let (left, top) = (CORNER.0 + layout.place.0 * column, CORNER.1 + layout.place.1 * row);
        let style = letters(14.0).pos(Pos::new(HPos::Center, VPos::Bottom));
        area.draw(&Text::new(self.name.to_owned(), (px(left + layout.size / 2.0), px(top - 3.0)), style))?;
        let edge = |start: f64, index: usize| px(start + layout.size * index as f64 / self.side as f64);
        let (right, bottom) = (edge(left, self.side), edge(top, self.side));
        for (index, colour) in self.pixels.iter().enumerate() {
            let (x, y) = (index % self.side, index / self.side);
            // Each pixel reaches a little under the next ones, so that no white shows between two.
            let below = |edge: i32, end: i32| (edge + px(1.5)).min(end);
            let end = (below(edge(left, x + 1), right), below(edge(top, y + 1), bottom));
            area.draw(&Rectangle::new([(edge(left, x), edge(top, y)), end], colour.filled()))?;
        }
        Ok(())
    }
}
