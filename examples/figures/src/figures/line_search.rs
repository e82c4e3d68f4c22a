//! Gradient descent with an exact line search, beside constant rates.

use hingeline::kernel::Kernel;
use hingeline::{Direction, Error, Hinge, LineSearch, Sample, Samples, Slices};
use hingeline_examples::digits::FEATURES;

use crate::figure::Drawing;
use crate::figures::constant;
use crate::legend::{self, Entry, Mark};
use crate::material::{DigitsModel, Material};
use crate::palette::{PENS, VERMILION};
use crate::plot::{Axis, Plot, Side, title};
use crate::scale::grouped;
use crate::sheet::{Problem, Sheet};

/// The constant rates beside it.
const RATES: [f32; 4] = [0.01, 0.03, 0.1, 0.3];

/// More steps than the search makes before it stalls.
const STEPS: usize = 10_000;

/// The next point of a line is shown when the number of passes has grown by this factor.
const APART: f64 = 1.01;

pub(crate) fn draw<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let search = Search::measure(kernel, material)?;
    // At a constant rate, a step is one pass.
    let passes = u32::try_from(search.passes)?;
    let constant = RATES.map(|rate| constant::losses(kernel, material, rate, passes));
    let constant = constant.into_iter().collect::<Result<Vec<_>, _>>()?;

    let mut entries: Vec<Entry> = vec![(Mark::Line(PENS[0].wide(3.0)), "exact line search".to_owned())];
    entries.extend(RATES.iter().zip(&PENS[1..]).map(|(rate, pen)| (Mark::Line(*pen), format!("rate {rate}"))));
    let sheet = Sheet::draw(520, |area| {
        let body = title(area, "Gradient descent with an exact line search, and with constant rates")?;
        let body = legend::above(&body, &entries)?;
        let x = Axis::logarithmic(1.0, 60_000.0, "passes over the training part");
        let mut plot = Plot::new(&body, x, Axis::logarithmic(0.01, 20.0, "loss on the training part"))?;
        for (line, pen) in constant.iter().zip(&PENS[1..]) {
            plot.line(&thinned(line), *pen)?;
        }
        plot.line(&thinned(&search.losses), PENS[0].wide(3.0))?;
        let stall = (search.passes as f64, search.loss());
        plot.dots(&[stall], VERMILION)?;
        plot.words(stall, Side::Right, 9.0, &format!("stalls at {:.4}", search.loss()))
    })?;

    let (step, passes) = (search.steps, grouped(&search.passes.to_string()));
    let mut facts = vec![format!(
        "line-search: stalls at a loss of {:.4} in step {step}, after {passes} passes over the set",
        search.loss()
    )];
    facts.extend(RATES.iter().zip(&constant).map(|(rate, line)| {
        let reached = line.last().map_or(f64::NAN, |(_, loss)| *loss);
        format!("line-search: the constant rate {rate} reaches {reached:.4} in {passes} passes")
    }));
    Ok(Drawing { sheet, facts })
}

/// The line search up to where it stalls.
struct Search {
    /// The steps made; the last one is the one that stalls.
    steps: usize,
    /// Passes over the set, counted.
    passes: usize,
    /// The passes made, and the loss.
    losses: Vec<(f64, f64)>,
}

impl Search {
    fn measure<K: Kernel>(kernel: K, material: &Material) -> Result<Self, Problem> {
        let set = &material.digits;
        let hinge = Hinge::new(1.0, set.recipe.l2)?;
        let mut samples = Counted { samples: set.train.samples()?, count: 0 };
        let (mut model, mut direction) = (Box::new(DigitsModel::on(kernel)), Box::new(Direction::new()));
        let mut search = LineSearch::new(hinge, &mut direction);
        let mut run = Self { steps: 0, passes: 0, losses: Vec::new() };
        for _ in 0..STEPS {
            let step = search.step(&mut model, &mut samples)?;
            run.passes = samples.count / samples.len();
            run.losses.push((run.passes as f64, step.loss.into()));
            run.steps += 1;
            if step.stalled {
                break;
            }
        }
        Ok(run)
    }

    fn loss(&self) -> f64 {
        self.losses.last().map_or(f64::NAN, |(_, loss)| *loss)
    }
}

/// As many points as can be told apart on a logarithmic axis, including the last one.
fn thinned(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut next = 1.0;
    let mut points = Vec::new();
    for (index, point) in line.iter().enumerate() {
        if point.0 >= next || index + 1 == line.len() {
            points.push(*point);
            next = point.0.max(1.0) * APART;
        }
    }
    points
}

/// Samples, and the number of times that one was requested.
struct Counted<'a> {
    samples: Slices<'a, FEATURES>,
    count: usize,
}

impl Samples<FEATURES> for Counted<'_> {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, FEATURES>, Error> {
        self.count += 1;
        self.samples.sample(index)
    }
}
