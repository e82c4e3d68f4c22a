//! The loss along a direction, both ways from a model.

use hingeline::kernel::Kernel;
use hingeline::{Hinge, Landscape, Slices, Stopped};
use hingeline_examples::digits;

use crate::material::{DigitsDirection, DigitsModel};

/// A model and a direction to walk in.
pub(crate) struct Along<'a, K> {
    pub(crate) hinge: Hinge,
    pub(crate) model: &'a DigitsModel<K>,
    pub(crate) direction: &'a DigitsDirection,
}

impl<K: Kernel> Along<'_, K> {
    /// Where margins of these samples change their sign, in ascending order.
    pub(crate) fn kinks(&self, samples: &mut Slices<'_, { digits::FEATURES }>) -> Result<Vec<f32>, Stopped> {
        let mut kinks = Vec::new();
        for sign in [1.0, -1.0] {
            // A ray begins at the model: the other half of the line is a ray in the opposite direction.
            let mut direction = Box::new(self.direction.clone());
            direction.scale(sign)?;
            let ray = Landscape::new(self.hinge, self.model, [&direction]);
            ray.breakpoints(samples, |point| kinks.push(sign * point.at))?;
        }
        kinks.sort_by(f32::total_cmp);
        Ok(kinks)
    }

    /// Each of these places and the loss there.
    pub(crate) fn losses(
        &self,
        samples: &mut Slices<'_, { digits::FEATURES }>,
        places: &[f32],
    ) -> Result<Vec<(f64, f64)>, Stopped> {
        let ray = Landscape::new(self.hinge, self.model, [self.direction]);
        let mut losses = Vec::new();
        let points = places.iter().map(|place| [*place]);
        ray.losses(samples, points, |[a], loss| losses.push((f64::from(a), f64::from(loss))))?;
        Ok(losses)
    }
}

/// The ends of a range and the kinks inside it: between two neighbours of these, the loss is a straight line.
pub(crate) fn corners(from: f32, to: f32, kinks: &[f32]) -> Vec<f32> {
    let inside = kinks.iter().copied().filter(|at| (from..to).contains(at));
    std::iter::once(from).chain(inside).chain(std::iter::once(to)).collect()
}
