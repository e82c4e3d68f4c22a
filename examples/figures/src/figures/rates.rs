//! Full-batch gradient descent with learning rates from too small to too large.

use hingeline::kernel::Kernel;
use hingeline::{Constant, Gradient, GradientDescent, Hinge};

use crate::figure::Drawing;
use crate::legend::{self, Entry, Mark};
use crate::material::{DigitsModel, Material};
use crate::palette::PENS;
use crate::plot::{Axis, Plot, title};
use crate::sheet::{Problem, Sheet};

/// The rates, and what each of them is.
const RATES: [(f32, &str); 4] = [(0.001, "too small"), (0.1, "right"), (30.0, "too large"), (490.0, "diverging")];

const STEPS: u32 = 200;

pub(crate) fn draw<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let runs = RATES.map(|(rate, _)| measure(kernel, material, rate)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let entries: Vec<Entry> =
        RATES.iter().zip(PENS).map(|((rate, name), pen)| (Mark::Line(pen), format!("{rate}: {name}"))).collect();
    let sheet = Sheet::draw(500, |area| {
        let body = title(area, "Gradient descent with four constant learning rates")?;
        let body = legend::above(&body, &entries)?;
        let x = Axis::linear(0.0, STEPS.into(), "steps over all training samples");
        let mut plot = Plot::new(&body, x, Axis::logarithmic(0.01, 100_000.0, "loss on the training part"))?;
        for (run, pen) in runs.iter().zip(PENS) {
            plot.line(run, pen)?;
        }
        Ok(())
    })?;
    Ok(sheet.into())
}

/// The loss before each step, up to the one that the library refuses, if it does.
fn measure<K: Kernel>(kernel: K, material: &Material, rate: f32) -> Result<Vec<(f64, f64)>, Problem> {
    let set = &material.digits;
    let hinge = Hinge::new(1.0, set.recipe.l2)?;
    let mut samples = set.train.samples()?;
    let (mut model, mut gradient) = (Box::new(DigitsModel::on(kernel)), Box::new(Gradient::new()));
    let mut descent = GradientDescent::new(hinge, Constant { rate }, &mut gradient)?;
    let mut losses = Vec::new();
    for step in 0..=STEPS {
        let regulariser = hinge.l2() * model.squared_norm();
        let Ok(taken) = descent.step(&mut model, &mut samples) else { break };
        losses.push((step.into(), (taken.data_loss + regulariser).into()));
    }
    Ok(losses)
}
