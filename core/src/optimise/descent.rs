//! Gradient descent over all the data and over mini-batches.

use super::progress::{Progress, limited};
use super::schedule::Schedule;
use crate::data::{Ahead, Order, PLACES};
use crate::error::{Error, Stopped};
use crate::kernel::magnitude;
use crate::kernel::{KEY, Kernel};
use crate::loss::{Loss, Objective, WestonWatkins, pass};
use crate::model::{AnyGradient, AnyModel, Elements, SamplesOf, Storage};

/// Full-batch gradient descent: each step follows the gradient of the whole set.
///
/// `W ← (1 − 2ηα) W − η/N Σ_i ∇L_i`, and for the bias without the shrinking.
///
/// ```
/// use hingeline::{Constant, Gradient, GradientDescent, Hinge, Model, Slices};
///
/// let mut model = Model::<2, 1>::new();
/// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
/// let mut gradient = Gradient::new();
/// let schedule = Constant { rate: 0.5 };
/// let mut descent = GradientDescent::new(Hinge::new(1.0, 0.0)?, schedule, &mut gradient)?;
/// let step = descent.step(&mut model, &mut samples)?;
/// assert_eq!((step.data_loss, step.samples), (1.0, 2));
/// assert_eq!(model.weights(), &[[0.5], [-0.5]]);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// A step takes one pass over the set and three over the weights, four if the scale is folded. It needs a
/// [`Gradient`](crate::Gradient), which the caller lends, and the scratch of [`Objective::loss`]. Stepped on a buffer
/// of samples from a stream, this is mini-batch descent on that stream.
///
/// # Numeric contract
/// The gradient is that of [`Objective::gradient`], not divided by N. The scale shrinks as [`Scale`](crate::Scale)
/// defines, and is folded as in [`Sgd`](crate::Sgd); then `w = w + (f * g)` with `f = −(η / N) / scale`, and
/// `b = b + (−(η / N) * g)`.
///
/// # Errors
/// A step is refused, with the model and the optimiser bit for bit as before, for an empty set, a sample that
/// [`Loss::coefficients`] refuses, a result that would not be finite, and `2ηα ≥ 1`.
#[derive(Debug)]
pub struct GradientDescent<'a, G, R, L = WestonWatkins> {
    pub(super) progress: Progress<R, L>,
    gradient: &'a mut G,
}

impl<'a, G: Storage, R: Schedule, L: Loss> GradientDescent<'a, AnyGradient<G>, R, L> {
    /// A descent before its first step. The gradient's content is overwritten.
    ///
    /// # Errors
    /// As for [`Progress::new`].
    ///
    /// ```
    /// use hingeline::{Constant, Gradient, GradientDescent, Hinge};
    /// let mut gradient = Gradient::<2, 1>::new();
    /// let schedule = Constant { rate: 0.0 };
    /// assert!(GradientDescent::new(Hinge::new(1.0, 0.0)?, schedule, &mut gradient).is_err());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn new(objective: Objective<L>, schedule: R, gradient: &'a mut AnyGradient<G>) -> Result<Self, Error> {
        Ok(Self::resume(Progress::new(objective, schedule, 0)?, gradient))
    }

    /// A descent that continues from saved progress.
    ///
    /// ```
    /// use hingeline::{Constant, Gradient, GradientDescent, Hinge, Progress};
    /// let progress = Progress::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 }, 7)?;
    /// let mut gradient = Gradient::<2, 1>::new();
    /// assert_eq!(GradientDescent::resume(progress, &mut gradient).progress(), progress);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn resume(progress: Progress<R, L>, gradient: &'a mut AnyGradient<G>) -> Self {
        Self { progress, gradient }
    }

    /// The whole state of the optimiser between two steps.
    pub const fn progress(&self) -> Progress<R, L> {
        self.progress
    }

    /// One step down the gradient of the whole set.
    ///
    /// # Errors
    /// See [the type](Self); [`Stopped::sample`] names the sample at fault.
    ///
    /// ```
    /// use hingeline::{Constant, Error, Gradient, GradientDescent, Hinge, Model, Slices, Stopped};
    ///
    /// let mut gradient = Gradient::new();
    /// let schedule = Constant { rate: 0.5 };
    /// let mut descent = GradientDescent::new(Hinge::new(1.0, 0.0)?, schedule, &mut gradient)?;
    /// let mut samples = Slices::new(&[[1.0], [2.0]], &[0u8, 2])?;
    /// let stopped = descent.step(&mut Model::<2, 1>::new(), &mut samples);
    /// assert_eq!(stopped, Err(Stopped { error: Error::LabelOutOfRange, sample: Some(1) }));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step<S: Storage<Shape = G::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
    ) -> Result<BatchStep, Stopped> {
        let indices = 0..samples.count(KEY);
        descend(&mut self.progress, self.gradient, model, samples, indices)
    }
}

/// Mini-batch gradient descent: each step follows the gradient of the next few samples of a shuffled order.
///
/// The last batch of an epoch is smaller if the batch size does not divide the set, so that each sample is visited once
/// per epoch. The formula, contract and errors are those of [`GradientDescent`], with the batch in place of the set.
///
/// ```
/// use hingeline::{Constant, Gradient, Hinge, MiniBatch, Model, Order, Slices};
/// use rand_core::SeedableRng;
///
/// let mut model = Model::<2, 1>::new();
/// let mut samples = Slices::new(&[[1.0], [-1.0], [2.0]], &[0u8, 1, 0])?;
/// let mut order = Order::new(3, &mut rand_xorshift::XorShiftRng::seed_from_u64(1))?;
/// let mut gradient = Gradient::new();
/// let schedule = Constant { rate: 0.1 };
/// let mut descent = MiniBatch::new(Hinge::new(1.0, 0.0)?, schedule, 2, &mut gradient)?;
/// assert_eq!(descent.step(&mut model, &mut samples, &mut order)?.samples, 2);
/// assert_eq!(descent.step(&mut model, &mut samples, &mut order)?.samples, 1);
/// assert_eq!(order.epoch(), 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// A step takes one pass over the batch and three over the weights, four if the scale is folded. It needs a
/// [`Gradient`](crate::Gradient), which the caller lends, and the scratch of [`Objective::loss`].
#[derive(Debug)]
pub struct MiniBatch<'a, G, R, L = WestonWatkins> {
    pub(super) progress: Progress<R, L>,
    pub(super) batch_size: u32,
    gradient: &'a mut G,
}

impl<'a, G: Storage, R: Schedule, L: Loss> MiniBatch<'a, AnyGradient<G>, R, L> {
    /// A descent before its first step. The gradient's content is overwritten.
    ///
    /// # Errors
    /// As for [`Progress::new`], and [`Error::InvalidBatchSize`] for a size of 0.
    ///
    /// ```
    /// use hingeline::{Constant, Error, Gradient, Hinge, MiniBatch};
    /// let mut gradient = Gradient::<2, 1>::new();
    /// let schedule = Constant { rate: 0.1 };
    /// let descent = MiniBatch::new(Hinge::new(1.0, 0.0)?, schedule, 0, &mut gradient);
    /// assert_eq!(descent.err(), Some(Error::InvalidBatchSize));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn new(
        objective: Objective<L>,
        schedule: R,
        batch_size: u32,
        gradient: &'a mut AnyGradient<G>,
    ) -> Result<Self, Error> {
        Self::resume(Progress::new(objective, schedule, 0)?, batch_size, gradient)
    }

    /// A descent that continues from saved progress, bit for bit if its model and [`Order`] are rebuilt too.
    ///
    /// # Errors
    /// [`Error::InvalidBatchSize`] for a size of 0.
    ///
    /// ```
    /// use hingeline::{Constant, Gradient, Hinge, MiniBatch, Progress};
    /// let progress = Progress::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 }, 7)?;
    /// let mut gradient = Gradient::<2, 1>::new();
    /// assert_eq!(MiniBatch::resume(progress, 32, &mut gradient)?.progress(), progress);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn resume(
        progress: Progress<R, L>,
        batch_size: u32,
        gradient: &'a mut AnyGradient<G>,
    ) -> Result<Self, Error> {
        if batch_size == 0 {
            return Err(Error::InvalidBatchSize);
        }
        Ok(Self { progress, batch_size, gradient })
    }

    /// The state of the optimiser between two steps, except its batch size.
    pub const fn progress(&self) -> Progress<R, L> {
        self.progress
    }

    /// The number of samples in a batch, except the last one of an epoch.
    pub const fn batch_size(&self) -> u32 {
        self.batch_size
    }

    /// One step on the next batch of the order, which then advances past it.
    ///
    /// # Errors
    /// As for [`GradientDescent::step`], and [`Error::ShapeMismatch`] if the order has another length. The order is
    /// then unchanged too; [`MiniBatch::skip`] skips that batch.
    ///
    /// ```
    /// use hingeline::{Constant, Error, Gradient, Hinge, MiniBatch, Model, Order, Slices};
    ///
    /// let mut samples = Slices::new(&[[1.0], [f32::NAN]], &[0u8, 1])?;
    /// let mut order = Order::resume([1, 2, 3, 4], 2, 0, 0)?;
    /// let mut gradient = Gradient::new();
    /// let schedule = Constant { rate: 0.1 };
    /// let mut descent = MiniBatch::new(Hinge::new(1.0, 0.0)?, schedule, 2, &mut gradient)?;
    /// let stopped = descent.step(&mut Model::<2, 1>::new(), &mut samples, &mut order).unwrap_err();
    /// assert_eq!((stopped.error, stopped.sample), (Error::NonFiniteScore, Some(1)));
    /// assert_eq!(order.position(), 0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step<S: Storage<Shape = G::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<BatchStep, Stopped> {
        order.check_length(samples.count(KEY))?;
        let step = if K::BATCHES {
            self.descend::<PLACES, _, _, _>(model, samples, order)
        } else {
            self.descend::<1, _, _, _>(model, samples, order)
        }?;
        self.skip(order);
        Ok(step)
    }

    fn descend<const N: usize, S: Storage<Shape = G::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &Order,
    ) -> Result<BatchStep, Stopped> {
        let (mut ahead, first) = (Ahead::<N>::new(order), order.position());
        let places = first..first.wrapping_add(self.next_batch(order));
        let indices = places.filter_map(|place| ahead.index(order, place));
        descend(&mut self.progress, self.gradient, model, samples, indices)
    }

    /// Moves the order past the next batch without a step.
    ///
    /// ```
    /// use hingeline::{Constant, Gradient, Hinge, MiniBatch, Order};
    /// let mut order = Order::resume([1, 2, 3, 4], 5, 0, 0)?;
    /// let mut gradient = Gradient::<2, 1>::new();
    /// let schedule = Constant { rate: 0.1 };
    /// let descent = MiniBatch::new(Hinge::new(1.0, 0.0)?, schedule, 2, &mut gradient)?;
    /// descent.skip(&mut order);
    /// assert_eq!(order.position(), 2);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn skip(&self, order: &mut Order) {
        order.advance(self.next_batch(order));
    }

    /// Steps to the end of the order's epoch.
    ///
    /// # Errors
    /// As for [`step`](Self::step), at the first step that is refused; the steps before it remain.
    ///
    /// ```
    /// use hingeline::{Constant, Gradient, Hinge, MiniBatch, Model, Order, Slices};
    ///
    /// let mut samples = Slices::new(&[[1.0], [-1.0], [2.0]], &[0u8, 1, 0])?;
    /// let mut order = Order::resume([1, 2, 3, 4], 3, 0, 0)?;
    /// let mut gradient = Gradient::new();
    /// let schedule = Constant { rate: 0.1 };
    /// let mut descent = MiniBatch::new(Hinge::new(1.0, 0.0)?, schedule, 2, &mut gradient)?;
    /// descent.epoch(&mut Model::<2, 1>::new(), &mut samples, &mut order)?;
    /// assert_eq!((descent.progress().steps(), order.epoch()), (2, 1));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn epoch<S: Storage<Shape = G::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<(), Stopped> {
        let epoch = order.epoch();
        while order.epoch() == epoch {
            self.step(model, samples, order)?;
        }
        Ok(())
    }

    /// The size of the next batch.
    fn next_batch(&self, order: &Order) -> u32 {
        self.batch_size.min(order.remaining())
    }
}

/// What happened in a step on a batch, or on the whole set.
///
/// ```
/// use hingeline::{Constant, Gradient, GradientDescent, Hinge, Model, Slices};
/// let mut gradient = Gradient::new();
/// let schedule = Constant { rate: 0.5 };
/// let mut descent = GradientDescent::new(Hinge::new(1.0, 0.0)?, schedule, &mut gradient)?;
/// let mut samples = Slices::new(&[[1.0], [2.0]], &[0u8, 2])?;
/// let step = descent.step(&mut Model::<3, 1>::new(), &mut samples)?;
/// assert_eq!(step.violations, 4);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BatchStep {
    /// The mean loss of the batch before the step, without the regulariser.
    pub data_loss: f32,
    /// The number of samples in the batch.
    pub samples: usize,
    /// The number of margins that counted, over all samples.
    pub violations: usize,
    /// The learning rate η of this step.
    pub learning_rate: f32,
    /// Whether the scale was folded into the weights.
    pub folded: bool,
}

/// The step that both share: the gradient of the given samples, then the guarded update.
fn descend<
    S: Storage,
    G: Storage<Shape = S::Shape>,
    R: Schedule,
    L: Loss,
    K: Kernel,
    D: SamplesOf<S::Shape> + ?Sized,
>(
    progress: &mut Progress<R, L>,
    gradient: &mut AnyGradient<G>,
    model: &mut AnyModel<S, K>,
    samples: &mut D,
    indices: impl Iterator<Item = usize>,
) -> Result<BatchStep, Stopped> {
    let (size, objective) = (progress.step_size()?, progress.objective());
    model.check_shape(gradient.shape())?;
    gradient.clear();
    let total = pass(objective.loss_function(), model, Some(gradient.elements_mut()), samples, indices)?;
    let data_loss = total.mean_loss()?;
    let learning_rate = if let Some(longest) = progress.longest_step() {
        let Elements { weights, bias } = gradient.elements();
        let largest = model.kernel().largest(weights).max(magnitude::largest(bias));
        limited(size.learning_rate, largest / total.samples(), longest)
    } else {
        size.learning_rate
    };
    let folded = model.view_mut().descend_batch(gradient.elements(), total.samples(), learning_rate, size.decay)?;
    progress.count_step();
    Ok(BatchStep { data_loss, samples: total.count(), violations: total.violations, learning_rate, folded })
}
