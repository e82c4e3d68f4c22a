//! Full-batch gradient descent with learning rates from too small to too large.

use hingeline::kernel::Kernel;

use crate::figure::Drawing;
use crate::figures::constant;
use crate::legend::{self, Entry, Mark};
use crate::material::Material;
use crate::palette::PENS;
use crate::plot::{Axis, Plot, title};
use crate::sheet::{Problem, Sheet};

/// The rates, and a description of each.
const RATES: [(f32, &str); 4] = [(0.001, "too small"), (0.1, "right"), (30.0, "too large"), (490.0, "diverging")];

const STEPS: u32 = 200;

pub(crate) fn draw<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let runs = RATES
        .map(|(rate, _)| constant::losses(kernel, material, rate, STEPS))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
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
