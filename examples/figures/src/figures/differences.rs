//! Finite differences in 32-bit numbers: their error against their step.

use hingeline::kernel::Kernel;
use hingeline::{Error, FiniteDifference, Gradient, Hinge, Parameter, Slices, Stopped};
use hingeline_examples::digits::{CLASSES, FEATURES};

use crate::figure::Drawing;
use crate::legend::{self, Entry, Mark};
use crate::material::{DigitsModel, Material, random_model};
use crate::palette::{BLUE, Pen, VERMILION};
use crate::plot::{Axis, Plot, Side, title};
use crate::sheet::{Problem, Sheet};

/// Few enough samples, with large enough weights, that most steps cross no kink.
const SAMPLES: usize = 20;
const WEIGHTS: f32 = 10.0;

/// A regulariser strong enough for its curvature to be seen.
const L2: f32 = 0.1;

/// Steps per decade, from 1e-7 to 1.
const STEPS: i32 = 8;
const DECADES: i32 = 7;

type Kind = fn(f32) -> Result<FiniteDifference, Error>;

pub(crate) fn draw<K: Kernel>(kernel: K, material: &Material) -> Result<Drawing, Problem> {
    let mut checked = Checked::new(kernel, material)?;
    let forward = checked.errors(FiniteDifference::forward)?;
    let central = checked.errors(FiniteDifference::central)?;
    let pens = [Pen::solid(BLUE), Pen::dashed(VERMILION, 8.0, 3.0)];
    let names = ["forward: (L(w + h) − L(w)) / h", "central: (L(w + h) − L(w − h)) / 2h"];
    let entries: Vec<Entry> = pens.iter().zip(names).map(|(pen, name)| (Mark::Line(*pen), name.to_owned())).collect();
    let sheet = Sheet::draw(500, |area| {
        let body = title(area, "The error of finite differences in 32-bit numbers")?;
        let body = legend::above(&body, &entries)?;
        let x = Axis::logarithmic(1e-7, 1.0, "h, the step of the difference");
        let y = Axis::logarithmic(1e-7, 10.0, "median error of the derivative");
        let mut plot = Plot::new(&body, x, y)?;
        for (line, pen) in [forward, central].iter().zip(pens) {
            plot.line(line, pen)?;
        }
        plot.words((3e-5, 1e-1), Side::Right, 0.0, "rounding: falls as 1 / h")?;
        plot.words((4e-2, 1.4e-2), Side::Left, 0.0, "truncation: grows as h")?;
        plot.words((0.27, 3e-4), Side::Left, 0.0, "kinks")
    })?;
    Ok(sheet.into())
}

/// The loss that is differentiated.
struct Checked<'a, K> {
    hinge: Hinge,
    model: Box<DigitsModel<K>>,
    samples: Slices<'a, FEATURES>,
    /// The weights that affect the loss of a sample, and the analytic derivative with respect to each.
    derivatives: Vec<(Parameter, f32)>,
}

impl<'a, K: Kernel> Checked<'a, K> {
    fn new(kernel: K, material: &'a Material) -> Result<Self, Problem> {
        let train = &material.digits.train;
        let features = &train.features[..SAMPLES];
        let mut samples = Slices::new(features, &train.labels[..SAMPLES])?;
        let model = random_model(kernel, WEIGHTS, &mut material.rng())?;
        let hinge = Hinge::new(1.0, L2)?;
        let mut gradient = Box::new(Gradient::new());
        hinge.gradient(&model, &mut samples, &mut gradient)?;
        let is_seen = |feature: usize| features.iter().any(|x| x[feature] != 0.0);
        let weights = (0..CLASSES).flat_map(|class| (0..FEATURES).map(move |feature| (class, feature)));
        let derivatives = weights
            .filter(|(_, feature)| is_seen(*feature))
            .map(|(class, feature)| (Parameter::Weight { class, feature }, gradient.weights()[class][feature]));
        let derivatives = derivatives.collect();
        Ok(Self { hinge, model, samples, derivatives })
    }

    /// Each step and its median error.
    fn errors(&mut self, kind: Kind) -> Result<Vec<(f64, f64)>, Problem> {
        let mut line = Vec::new();
        for number in 0..=STEPS * DECADES {
            let step = 10_f64.powf(f64::from(number) / f64::from(STEPS) - f64::from(DECADES));
            line.push((step, self.median_error(kind(step as f32)?)?));
        }
        Ok(line)
    }

    fn median_error(&mut self, difference: FiniteDifference) -> Result<f64, Stopped> {
        let mut errors = Vec::new();
        for (parameter, analytic) in &self.derivatives {
            match difference.derivative(&self.hinge, &mut self.model, &mut self.samples, *parameter) {
                Ok(numeric) => errors.push((f64::from(numeric.value) - f64::from(*analytic)).abs()),
                // The step is too small for this weight: there is no difference, and so no error.
                Err(Stopped { error: Error::InvalidDifference, .. }) => {}
                Err(stopped) => return Err(stopped),
            }
        }
        errors.sort_by(f64::total_cmp);
        Ok(errors.get(errors.len() / 2).copied().unwrap_or(f64::NAN))
    }
}
