//! Full-batch gradient descent in which every step goes to the exact minimum along its direction.

use crate::error::{Error, Stopped};
use crate::kernel::Kernel;
use crate::landscape::{AnyDirection, Landscape, Minimum};
use crate::loss::{Objective, PiecewiseLinear, WestonWatkins};
use crate::model::{AnyModel, SamplesOf, Storage};

/// Full-batch gradient descent with an exact line search: no learning rate.
///
/// A step goes from `W` along `−∇L` to the [`minimum`](Landscape::minimum) on that ray. On a loss with kinks this has a
/// limit: steepest descent can come to a kink where the gradient of the side that it sees leads uphill at once,
/// although other directions lead downhill. A [constant rate](crate::GradientDescent) steps across the kink. Here the
/// steps become shorter and shorter until the computed loss no longer falls; then a step reports that it
/// [stalled](LineSearchStep::stalled). This happens after finitely many steps, since each step must begin at a lower
/// loss than the previous one.
///
/// A line search is for one model and one set; for another, begin with [`new`](Self::new).
///
/// ```
/// use hingeline::{Direction, Hinge, LineSearch, Model, Slices};
///
/// let mut model = Model::<2, 1>::new();
/// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
/// let mut direction = Direction::new();
/// let mut search = LineSearch::new(Hinge::new(1.0, 0.0)?, &mut direction);
/// let step = search.step(&mut model, &mut samples)?;
/// assert_eq!((step.loss_before, step.loss, step.stalled), (1.0, 0.0, false));
/// assert_eq!(model.weights(), &[[0.5], [-0.5]]);
/// // The gradient is zero: here there is nothing to gain.
/// assert!(search.step(&mut model, &mut samples)?.stalled);
/// # Ok::<(), hingeline::Stopped>(())
/// ```
///
/// # Cost
/// A step takes at most ten passes over the set (one for the gradient, eight for the minimum, one for the loss there)
/// and six over the weights. It needs a [`Direction`](crate::Direction), which the caller lends, and the scratch of
/// these calls.
///
/// # Numeric contract
/// The direction is that of [`Direction::downhill`](crate::Direction::downhill), the minimum is that of the ray, and
/// the step is [`Model::advance`](crate::Model::advance).
///
/// # Errors
/// A refused step leaves the model and the optimiser bit for bit as before. The errors are those of
/// [`Objective::gradient`] and [`Landscape::minimum`], and [`Error::NonFiniteStep`](crate::Error::NonFiniteStep) for a
/// result that would not be finite.
#[derive(Debug)]
pub struct LineSearch<'a, W, L = WestonWatkins> {
    pub(super) objective: Objective<L>,
    direction: &'a mut W,
    /// The loss before the last step made; infinite before the first.
    pub(super) last: f32,
}

impl<'a, G: Storage, L: PiecewiseLinear> LineSearch<'a, AnyDirection<G>, L> {
    /// A descent before its first step. The direction's content is overwritten.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, LineSearch};
    /// let mut direction = Direction::<2, 1>::new();
    /// let search = LineSearch::new(Hinge::new(1.0, 0.0)?, &mut direction);
    /// # let _ = search;
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn new(objective: Objective<L>, direction: &'a mut AnyDirection<G>) -> Self {
        Self { objective, direction, last: f32::INFINITY }
    }

    /// A descent that continues from a saved state, bit for bit if its model is rebuilt too. The direction's content is
    /// overwritten.
    ///
    /// # Errors
    /// [`Error::InvalidState`] for a loss that is not finite.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, LineSearch};
    /// let mut direction = Direction::<2, 1>::new();
    /// let search = LineSearch::resume(Hinge::new(1.0, 0.0)?, Some(0.25), &mut direction)?;
    /// assert_eq!(search.last_loss(), Some(0.25));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn resume(
        objective: Objective<L>,
        last_loss: Option<f32>,
        direction: &'a mut AnyDirection<G>,
    ) -> Result<Self, Error> {
        match Self::last_of(last_loss) {
            Ok(last) => Ok(Self { objective, direction, last }),
            Err(error) => Err(error),
        }
    }

    pub(super) const fn last_of(last_loss: Option<f32>) -> Result<f32, Error> {
        match last_loss {
            None => Ok(f32::INFINITY),
            Some(loss) if loss.is_finite() => Ok(loss),
            Some(_) => Err(Error::InvalidState),
        }
    }

    /// The loss before the last step made, `None` before the first: the whole state apart from the objective.
    pub const fn last_loss(&self) -> Option<f32> {
        if self.last.is_finite() { Some(self.last) } else { None }
    }

    /// The loss that is minimised, and its regulariser.
    pub const fn objective(&self) -> Objective<L> {
        self.objective
    }

    /// One step down the gradient of the whole set, as far as the loss falls.
    ///
    /// # Errors
    /// See [the type](Self); [`Stopped::sample`] names the sample at fault.
    ///
    /// ```
    /// use hingeline::{Direction, Error, Hinge, LineSearch, Model, Slices, Stopped};
    ///
    /// let mut direction = Direction::new();
    /// let mut search = LineSearch::new(Hinge::new(1.0, 0.0)?, &mut direction);
    /// let mut samples = Slices::new(&[[1.0], [f32::NAN]], &[0u8, 1])?;
    /// let stopped = search.step(&mut Model::<2, 1>::new(), &mut samples);
    /// assert_eq!(stopped, Err(Stopped { error: Error::NonFiniteScore, sample: Some(1) }));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step<S: Storage<Shape = G::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
    ) -> Result<LineSearchStep, Stopped> {
        let loss_before = self.direction.downhill(&self.objective, model, samples)?;
        let ray = Landscape::new(self.objective, &*model, [&*self.direction]);
        let minimum = match ray.minimum(samples) {
            Ok(minimum) => minimum,
            // With L2 there is a minimum, and it is so close that the squares of the direction are 0.
            Err(stopped)
                if stopped.error == Error::NoMinimum
                    && self.objective.l2() > 0.0
                    && self.direction.squared_norm() == 0.0 =>
            {
                let minimum = Minimum { at: 0.0, derivative: 0.0, below: None };
                return Ok(LineSearchStep { loss_before, loss: loss_before, minimum, stalled: true });
            }
            Err(stopped) => return Err(stopped),
        };
        let loss = ray.loss(samples, [minimum.at])?;
        // The model after a step is rounded, and its loss may be slightly above that of the ray.
        let falls = loss < loss_before && loss_before < self.last;
        if !falls || !self.moves(model, minimum.at) {
            return Ok(LineSearchStep { loss_before, loss: loss_before, minimum, stalled: true });
        }
        model.advance(self.direction, minimum.at)?;
        self.last = loss_before;
        Ok(LineSearchStep { loss_before, loss, minimum, stalled: false })
    }

    /// Whether moving this far changes any weight or bias.
    fn moves<S: Storage, K: Kernel>(&self, model: &AnyModel<S, K>, a: f32) -> bool {
        let (model, direction) = (model.view(), self.direction.elements());
        let factor = a / model.scale;
        let mut weights = model.weights.iter().zip(direction.weights);
        let mut bias = model.bias.iter().zip(direction.bias);
        weights.any(|(w, d)| w + (factor * d) != *w) || bias.any(|(b, d)| b + (a * d) != *b)
    }
}

/// What happened in a step of a line search.
///
/// ```
/// use hingeline::{LineSearchStep, Minimum};
/// let minimum = Minimum { at: 0.0, derivative: 0.0, below: None };
/// let step = LineSearchStep { loss_before: 1.0, loss: 1.0, minimum, stalled: true };
/// assert!(step.stalled);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LineSearchStep {
    /// The loss before the step, the regulariser included.
    pub loss_before: f32,
    /// The loss at the minimum along the ray: the loss of the model after the step, except for the rounding of the
    /// weights. If stalled, the loss before the step.
    pub loss: f32,
    /// The minimum; its `at` takes the place of a learning rate.
    pub minimum: Minimum,
    /// The computed loss no longer falls, or the step is too short to change the model. The model is unchanged: it is
    /// at a kink or, if the gradient or its squares are zeros, at a minimum of the loss. Every further step stalls too.
    pub stalled: bool,
}
