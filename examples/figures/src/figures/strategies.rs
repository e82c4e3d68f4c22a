//! The five strategies of the lecture on one budget.

use std::ops::ControlFlow;

use hingeline::Hinge;
use hingeline::kernel::Kernel;
use hingeline_examples::strategy::{Budget, Strategy};

use crate::figure::Drawing;
use crate::legend::{self, Entry, Mark};
use crate::material::{DigitsModel, Material};
use crate::palette::PENS;
use crate::plot::{Axis, Plot, title};
use crate::sheet::{Area, Drawn, Problem, Sheet, px};

/// The model is evaluated again when the number of scored samples has grown by this factor.
const APART: f64 = 1.02;

/// The beginning of the axis: strategies of whole passes have made their first step soon after it.
const FIRST: f64 = 1e3;

/// What a strategy had reached at each evaluation.
struct Run {
    strategy: Strategy,
    /// Samples scored, and the loss on the training part.
    losses: Vec<(f64, f64)>,
    /// Samples scored, and the accuracy on the test part in percent.
    accuracies: Vec<(f64, f64)>,
}

pub(crate) fn draw<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let runs = Strategy::ALL.map(|strategy| measure(kernel, material, strategy));
    let runs = runs.into_iter().collect::<Result<Vec<_>, _>>()?;
    let sheet = Sheet::draw(700, |area| {
        let body = title(area, "Five strategies on one budget")?;
        let entries: Vec<Entry> =
            runs.iter().zip(PENS).map(|(run, pen)| (Mark::Line(pen), name(run.strategy).to_owned())).collect();
        let body = legend::above(&body, &entries)?;
        let (upper, lower) = body.split_vertically(px(350.0));
        draw_losses(&upper, &runs)?;
        draw_accuracies(&lower, &runs)
    })?;
    Ok(sheet.into())
}

const fn name(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RandomSearch => "random search",
        Strategy::RandomLocalSearch => "random local search",
        Strategy::GradientDescent => "gradient descent",
        Strategy::MiniBatch => "mini-batches",
        Strategy::Sgd => "SGD",
    }
}

fn measure<K: Kernel>(kernel: K, material: &Material, strategy: Strategy) -> Result<Run, Problem> {
    let set = &material.digits;
    let hinge = Hinge::new(1.0, set.recipe.l2)?;
    let budget = Budget { seed: material.seed, epochs: set.recipe.epochs, averaged: 0 };
    let mut run = Run { strategy, losses: Vec::new(), accuracies: Vec::new() };
    let (mut scored, mut next) = (0.0, 0.0);
    let look = |model: &DigitsModel<K>, more: usize| -> Result<_, Problem> {
        scored += more as f64;
        if scored >= next {
            next = scored * APART;
            run.losses.push((scored, hinge.loss(model, &mut set.train.samples()?)?.into()));
            run.accuracies.push((scored, 100.0 * set.test.accuracy(model)?));
        }
        Ok(ControlFlow::Continue(()))
    };
    let mut model = Box::new(DigitsModel::on(kernel));
    strategy.train(set.recipe.plan(strategy), hinge, budget, &mut model, &set.train, look)?;
    Ok(run)
}

/// The axis of both plots, from the first evaluation to the end.
fn axis(label: &str) -> Axis {
    Axis::logarithmic(FIRST, 3e5, label)
}

fn draw_losses(area: &Area<'_>, runs: &[Run]) -> Drawn {
    let mut plot = Plot::new(area, axis(""), Axis::logarithmic(0.01, 20.0, "loss on the training part"))?;
    for (run, pen) in runs.iter().zip(PENS) {
        plot.line(&shown(&run.losses), pen)?;
    }
    Ok(())
}

fn draw_accuracies(area: &Area<'_>, runs: &[Run]) -> Drawn {
    let mut plot = Plot::new(area, axis("samples scored"), Axis::linear(0.0, 100.0, "test accuracy, %"))?;
    for (run, pen) in runs.iter().zip(PENS) {
        plot.line(&shown(&run.accuracies), pen)?;
    }
    Ok(())
}

/// The points in the range of the axis.
fn shown(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    points.iter().copied().filter(|(scored, _)| *scored >= FIRST).collect()
}
