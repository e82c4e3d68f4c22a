//! The loss of a set and its analytic gradient.

use super::function::Loss;
use super::objective::Objective;
use super::pass::pass;
use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::model::{AnyGradient, AnyModel, SamplesOf, Storage};

impl<L: Loss> Objective<L> {
    /// The loss of a set, the regulariser included.
    ///
    /// The losses of the samples, each times its [weight](crate::Samples::weight), are added in ascending order in a
    /// sum of two words, whose high word is divided by `N` rounded to binary32. The regulariser is `α * R(W)` with `R`
    /// as [`Model::squared_norm`](crate::Model::squared_norm).
    ///
    /// A batch is a [`Selected`](crate::Selected) set; one sample is a [`Slices`](crate::Slices) set of length 1. The
    /// call makes one pass over the set and one over the weights. Scratch: `C` scores, or those of nine samples on a
    /// kernel that takes [batches](crate::kernel::Kernel::BATCHES).
    ///
    /// # Errors
    /// [`Error::EmptySet`]; the errors of [`Loss::loss`] for the sample at fault; [`Error::NonFiniteLoss`] if the sum
    /// overflows.
    ///
    /// ```
    /// use hingeline::{Hinge, Model, Slices};
    ///
    /// let model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let mut samples = Slices::new(&[[1.0], [3.0]], &[0u8, 1])?;
    /// assert_eq!(Hinge::new(1.0, 0.5)?.loss(&model, &mut samples), Ok((2.0 + 0.0) / 2.0 + 0.5 * 5.0));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn loss<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &self,
        model: &AnyModel<S, K>,
        samples: &mut D,
    ) -> Result<f32, Stopped> {
        let indices = 0..samples.count(KEY);
        let total = pass(self.loss_function(), model, None, samples, indices)?;
        Ok(self.regularised(total.mean_loss()?, model.view())?)
    }

    /// Writes the gradient of [`loss`](Self::loss) into the caller's buffer, and returns that loss.
    ///
    /// `∇_{w_j} L = 1/N Σ_i k_ij x_i + 2 α W_j`, with the [coefficients](Loss::coefficients) `k` of the loss, times the
    /// weight of the sample; for the bias, without x and without the regulariser. At a kink, where the loss has no
    /// gradient, this is one of its subgradients.
    ///
    /// Contract: per weight, from +0.0 and over the samples in ascending order, `g = g + (k * x)`; then
    /// `g = g * (1 / N)`, then, unless α = 0, `g = g + ((2α · scale) * w)`.
    ///
    /// # Errors
    /// As for [`loss`](Self::loss), and [`Error::NonFiniteLoss`] if an element overflows; the buffer's content is then
    /// undefined.
    ///
    /// ```
    /// use hingeline::{Gradient, Hinge, Model, Slices};
    ///
    /// let model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let mut samples = Slices::new(&[[3.0]], &[0u8])?;
    /// let mut gradient = Gradient::new();
    /// Hinge::new(1.0, 0.5)?.gradient(&model, &mut samples, &mut gradient)?;
    /// assert_eq!(gradient.weights(), &[[-3.0 + 1.0], [3.0 + 2.0]]);
    /// assert_eq!(gradient.bias(), &[-1.0, 1.0]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn gradient<S: Storage, G: Storage<Shape = S::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &self,
        model: &AnyModel<S, K>,
        samples: &mut D,
        gradient: &mut AnyGradient<G>,
    ) -> Result<f32, Stopped> {
        model.check_shape(gradient.shape())?;
        gradient.clear();
        let indices = 0..samples.count(KEY);
        let total = pass(self.loss_function(), model, Some(gradient.elements_mut()), samples, indices)?;
        let (loss, mean) = (self.regularised(total.mean_loss()?, model.view())?, 1.0 / total.samples());
        let (view, elements) = (model.view(), gradient.elements_mut());
        let kernel = view.kernel;
        kernel.scale(mean, elements.weights);
        kernel.axpy(2.0 * self.l2() * view.scale, view.weights, elements.weights);
        kernel.scale(mean, elements.bias);
        if kernel.largest(elements.weights).is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss.into()) }
    }
}
