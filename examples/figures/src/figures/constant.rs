//! Gradient descent with a constant learning rate, for the figures that show its loss.

use hingeline::kernel::Kernel;
use hingeline::{Constant, Gradient, GradientDescent, Hinge};

use crate::material::{DigitsModel, Material};
use crate::sheet::Problem;

/// The loss after each number of steps over all training samples, from 0 to `steps`, or up to a step that the library
/// refuses.
pub(crate) fn losses<K: Kernel>(
    kernel: K,
    material: &Material,
    rate: f32,
    steps: u32,
) -> Result<Vec<(f64, f64)>, Problem> {
    let set = &material.digits;
    let hinge = Hinge::new(1.0, set.recipe.l2)?;
    let mut samples = set.train.samples()?;
    let (mut model, mut gradient) = (Box::new(DigitsModel::on(kernel)), Box::new(Gradient::new()));
    let mut descent = GradientDescent::new(hinge, Constant { rate }, &mut gradient)?;
    let mut losses = Vec::new();
    // A step returns the loss before it, so one more is made than is shown.
    for step in 0..=steps {
        let regulariser = hinge.l2() * model.squared_norm();
        let Ok(taken) = descent.step(&mut model, &mut samples) else { break };
        losses.push((step.into(), (taken.data_loss + regulariser).into()));
    }
    Ok(losses)
}
