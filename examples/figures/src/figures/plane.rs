//! Two dimensions, one sample and a hundred.

use std::time::Instant;

use hingeline::kernel::Kernel;
use hingeline::{Hinge, Landscape, Slices, Span, grid};
use hingeline_examples::dataset::Part;
use hingeline_examples::digits;
use plotters::style::{RGBColor, WHITE};

use crate::contour::{Grid, Point};
use crate::figure::Drawing;
use crate::figures::colour_bar::ColourBar;
use crate::material::{Material, random_direction, random_model};
use crate::palette::{Pen, VERMILION, sequential};
use crate::plot::{Axis, Plot, Side, title};
use crate::scale::{Scale, grouped};
use crate::sheet::{Area, Drawn, INK, Problem, Sheet, px};

/// The samples of the second figure.
const SAMPLES: usize = 100;

/// How far to look, in lengths of W1 and W2.
const REACH: f32 = 4.0;

/// The number of losses along each axis.
const COUNT: u16 = 241;

/// Steps of colour between the least and the largest loss.
const SHADES: u32 = 64;

/// The approximate number of contour lines: more for one sample, since they show its faces.
const LINES_OF_ONE: f64 = 26.0;
const LINES_OF_HUNDRED: f64 = 12.0;

pub(crate) fn draw_one<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let plane = Plane::measure(kernel, material, material.sample()?, LINES_OF_ONE)?;
    plane.draw("The loss of one sample in a random plane: L(W + a W1 + b W2)").map(Into::into)
}

pub(crate) fn draw_hundred<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let Part { features, labels, .. } = &material.digits.train;
    let plane =
        Plane::measure(kernel, material, Slices::new(&features[..SAMPLES], &labels[..SAMPLES])?, LINES_OF_HUNDRED)?;
    let sheet = plane.draw("The mean loss of a hundred samples in a random plane: L(W + a W1 + b W2)")?;
    let (count, seconds) = (plane.count(), plane.seconds);
    let rate = grouped(&format!("{:.0}", count as f64 / seconds));
    let fact = format!(
        "plane: {count} losses of {SAMPLES} examples in {seconds:.4} s, {rate} per second (kernel {}, one thread)",
        K::NAME
    );
    Ok(Drawing { sheet, facts: vec![fact] })
}

/// The losses in a plane.
struct Plane {
    /// A row for each place along W1, a column for each along W2.
    losses: Grid,
    /// The time to compute the losses.
    seconds: f64,
    /// The approximate number of contour lines.
    lines: f64,
}

impl Plane {
    fn measure<K: Kernel>(
        kernel: K,
        material: &Material,
        mut samples: Slices<'_, { digits::FEATURES }>,
        lines: f64,
    ) -> Result<Self, Problem> {
        let mut rng = material.rng();
        let model = random_model(kernel, 1.0, &mut rng)?;
        let (first, second) = (random_direction(&mut rng)?, random_direction(&mut rng)?);
        let plane = Landscape::new(Hinge::new(1.0, 0.0)?, &model, [&first, &second]);
        let span = Span::new(-REACH, REACH, COUNT)?;
        let mut losses = Vec::with_capacity(usize::from(COUNT).pow(2));

        let start = Instant::now();
        plane.losses(&mut samples, grid([span; 2]), |_, loss| losses.push(loss))?;
        let seconds = start.elapsed().as_secs_f64();

        let losses = Grid::new(usize::from(COUNT), losses.into_iter().map(f64::from).collect());
        Ok(Self { losses, seconds, lines })
    }

    fn count(&self) -> usize {
        usize::from(COUNT).pow(2)
    }

    fn draw(&self, text: &str) -> Result<Sheet, Problem> {
        Sheet::draw(670, |area| {
            let body = title(area, text)?;
            let (map, column) = body.split_horizontally(px(662.0));
            self.draw_map(&map)?;
            let (least, most) = self.losses.range();
            let scale = Scale::with_ticks(least, most, self.lines);
            let axis = Axis { scale, label: "loss".to_owned() };
            let bar = ColourBar { from: least, to: most, above: 8.0, below: 58.0 };
            bar.draw(&column, axis, |loss| self.colour(loss))
        })
    }

    fn draw_map(&self, area: &Area<'_>) -> Drawn {
        let reach = f64::from(REACH);
        let axis = |label| Axis::linear(-reach, reach, label);
        let mut plot = Plot::new(area, axis("a, along W1"), axis("b, along W2"))?;
        let (least, most) = self.losses.range();
        let level = |shade: u32| least + (most - least) * f64::from(shade) / f64::from(SHADES);

        // The lightest shade everywhere, then darker and darker ones over the regions below their upper end.
        plot.rectangle([(-reach, -reach), (reach, reach)], self.colour(most))?;
        for shade in (0..SHADES).rev() {
            let colour = self.colour(f64::midpoint(level(shade), level(shade + 1)));
            for region in self.losses.regions(level(shade + 1)) {
                plot.surface(&placed(&region), colour)?;
            }
        }
        for tick in Scale::with_ticks(least, most, self.lines).ticks() {
            for line in self.losses.lines(*tick) {
                plot.line(&placed(&line), Pen::solid(self.contrast(*tick)).wide(1.0))?;
            }
        }
        plot.dots(&[(0.0, 0.0)], VERMILION)?;
        plot.coloured_words((0.0, 0.0), Side::Left, 9.0, "W", WHITE)
    }

    fn share(&self, loss: f64) -> f64 {
        let (least, most) = self.losses.range();
        (loss - least) / (most - least)
    }

    fn colour(&self, loss: f64) -> RGBColor {
        sequential(self.share(loss))
    }

    /// The colour of a line that is visible on the map at this loss.
    fn contrast(&self, loss: f64) -> RGBColor {
        if self.share(loss) < 0.6 { WHITE } else { INK }
    }
}

/// A line on the grid as a and b.
fn placed(line: &[Point]) -> Vec<(f64, f64)> {
    let place = |index: f64| f64::from(REACH) * (2.0 * index / f64::from(COUNT - 1) - 1.0);
    line.iter().map(|(column, row)| (place(*row), place(*column))).collect()
}
