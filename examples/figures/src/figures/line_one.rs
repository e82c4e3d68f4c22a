//! One dimension, one sample.

use hingeline::Hinge;
use hingeline::kernel::Kernel;

use crate::figure::Drawing;
use crate::figures::along::{Along, corners};
use crate::legend::{self, Entry, Mark};
use crate::material::{Material, random_direction, random_model};
use crate::palette::{BLUE, GREY, Pen, VERMILION};
use crate::plot::{Axis, Plot, title};
use crate::sheet::{Problem, Sheet};

/// How far to look, in lengths of W1.
const REACH: f32 = 4.0;

const LOSS: Pen = Pen::solid(BLUE).wide(2.5);

pub(crate) fn draw<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let mut rng = material.rng();
    let model = random_model(kernel, 1.0, &mut rng)?;
    let direction = random_direction(&mut rng)?;
    let mut sample = material.sample()?;
    let along = Along { hinge: Hinge::new(1.0, 0.0)?, model: &model, direction: &direction };
    let corners = corners(-REACH, REACH, &along.kinks(&mut sample)?);
    let line = along.losses(&mut sample, &corners)?;
    let kinks = &line[1..line.len() - 1];

    let top = line.iter().fold(0.0, |top: f64, (_, loss)| top.max(*loss));
    let reach = f64::from(REACH);
    let sheet = Sheet::draw(480, |area| {
        let body = title(area, "The loss of one sample along a random direction: L(W + a W1)")?;
        let entries: [Entry; 2] =
            [(Mark::Line(LOSS), "loss".to_owned()), (Mark::Dot(VERMILION), "a margin changes its sign".to_owned())];
        let body = legend::above(&body, &entries)?;
        let x = Axis::linear(-reach, reach, "a, along W1");
        let mut plot = Plot::new(&body, x, Axis::linear(0.0, 1.06 * top, "loss"))?;
        for (at, loss) in kinks {
            plot.line(&[(*at, 0.0), (*at, *loss)], Pen::dashed(GREY, 3.0, 3.0).wide(1.0))?;
        }
        plot.line(&line, LOSS)?;
        plot.dots(kinks, VERMILION)
    })?;
    Ok(sheet.into())
}
