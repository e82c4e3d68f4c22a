//! Stochastic gradient descent: one step per sample.

use super::progress::{Progress, StepSize, limited};
use super::schedule::Schedule;
use crate::data::{Ahead, Order, PLACES};
use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel, Linear, Soon, Work};
use crate::loss::{Loss, Objective, SampleLoss, WestonWatkins, weighted_step};
use crate::model::{AnyModel, Observer, SamplesOf, Shape, Storage, Update, ViewMut, copy};
use crate::sum::Sum;

/// Stochastic gradient descent on an [`Objective`], one sample per step.
///
/// With η from the [`Schedule`] and the coefficients k of the sample ([`Loss::coefficients`], times the
/// [weight](Self::step_weighted) of the sample), a step is
///
/// `W ← (1 − 2ηα) W`, `w_c ← w_c − η k_c x`, `b_c ← b_c − η k_c`.
///
/// ```
/// use hingeline::{Constant, Hinge, Model, Sgd};
///
/// let mut model = Model::<2, 2>::new();
/// let mut sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.1 })?;
/// // A stream is a loop around `step`.
/// let mut stream = [([1.0, 0.0], 0), ([0.0, 1.0], 1)].into_iter().cycle().take(20);
/// while let Some((x, label)) = stream.next() {
///     let step = sgd.step(&mut model, &x, label)?;
///     assert!(step.loss.is_finite());
/// }
/// assert_eq!(model.predict(&[0.0, 1.0])?, 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// Scratch: 2 · C values. The rows of classes whose coefficient is 0 (for a hinge, those whose margin is satisfied) are
/// not touched: the model's scale absorbs the shrinking, in five operations. A step without violations costs the scores
/// alone, unless the scale is folded. A step with v violations also takes one pass over x for the guard and writes
/// v + 1 rows. Only if weights or steps are near the end of the range of binary32 does the guard read the rows before
/// they are written.
///
/// # When the scale is folded
/// When the shrunk scale is below 2⁻¹⁶, the weights are multiplied by the power of two 2^⌊log₂ scale⌋ and the scale is
/// divided by it, which leaves the scale in [1, 2): it is never subnormal. Both are exact, except for weights that
/// become subnormal, which lose the part below 2⁻¹⁴⁹. That step writes all rows: it is the longest possible step, and
/// occurs once in 5.5 to 5.9 / (ηα) steps. [`SgdStep::folded`] reports it.
///
/// # Numeric contract
/// The scale shrinks as [`Scale`](crate::Scale) defines, and is folded if due; `f = −(η / scale)`; per row
/// `w = w + ((k * f) * x)` if `k * f ≠ 0`; `b = b + (−η * k)`.
///
/// # Errors
/// A step is refused, with the model and the optimiser bit for bit as before, for a label out of range, a sample with a
/// NaN or an infinity, scores or margins that overflow, a result that would not be finite, and `2ηα ≥ 1`.
///
/// # Source
/// The step: the optimisation lecture of CS231n. The scaled weights: S. Shalev-Shwartz, Y. Singer, N. Srebro,
/// "Pegasos: Primal Estimated sub-GrAdient SOlver for SVM", ICML 2007, section 2.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sgd<R, L = WestonWatkins> {
    progress: Progress<R, L>,
}

impl<R: Schedule, L: Loss> Sgd<R, L> {
    /// The bytes that the optimiser takes in addition to its model.
    pub const SIZE: usize = size_of::<Self>();

    /// An optimiser before its first step.
    ///
    /// # Errors
    /// As for [`Progress::new`].
    ///
    /// ```
    /// use hingeline::{Constant, Error, Hinge, Sgd};
    /// let hinge = Hinge::new(1.0, 10.0)?;
    /// assert_eq!(Sgd::new(hinge, Constant { rate: 0.05 }), Err(Error::L2TooStrong));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn new(objective: Objective<L>, schedule: R) -> Result<Self, Error> {
        Ok(Self::resume(Progress::new(objective, schedule, 0)?))
    }

    /// An optimiser that continues from saved progress, bit for bit if its model and [`Order`] are rebuilt too.
    ///
    /// ```
    /// use hingeline::{Constant, Hinge, Progress, Sgd};
    /// let progress = Progress::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 }, 1_000)?;
    /// assert_eq!(Sgd::resume(progress).progress(), progress);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn resume(progress: Progress<R, L>) -> Self {
        Self { progress }
    }

    /// The whole state of the optimiser.
    pub const fn progress(&self) -> Progress<R, L> {
        self.progress
    }

    /// One step on one sample, from any source.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`], [`Error::NonFiniteScore`], [`Error::NonFiniteLoss`], [`Error::NonFiniteStep`],
    /// [`Error::L2TooStrong`]; the model and the optimiser are then unchanged.
    ///
    /// ```
    /// use hingeline::{Constant, Error, Hinge, Model, Sgd};
    ///
    /// let mut model = Model::<2, 1>::new();
    /// let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.5 })?;
    /// let step = sgd.step(&mut model, &[2.0], 1)?;
    /// assert_eq!((step.loss, step.violations), (1.0, 1));
    /// assert_eq!(model.weights(), &[[-1.0], [1.0]]);
    /// assert_eq!(sgd.step(&mut model, &[f32::NAN], 1), Err(Error::NonFiniteScore));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step<S: Storage, K: Kernel>(
        &mut self,
        model: &mut AnyModel<S, K>,
        x: &<S::Shape as Shape>::Sample,
        label: usize,
    ) -> Result<SgdStep, Error> {
        self.observed_step(model, Sample::of(x.as_ref(), label, 1.0), &mut ())
    }

    /// The same for a sample with a weight, by which its loss and its gradient are multiplied; see
    /// [`Weighted`](crate::Weighted).
    ///
    /// # Errors
    /// As for [`step`](Self::step), and [`Error::InvalidWeight`] unless the weight is finite and at least 0.
    ///
    /// ```
    /// use hingeline::{Constant, Error, Hinge, Model, Sgd};
    ///
    /// let mut model = Model::<2, 1>::new();
    /// let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.5 })?;
    /// // A label that is half trusted.
    /// let step = sgd.step_weighted(&mut model, &[2.0], 1, 0.5)?;
    /// assert_eq!((step.loss, model.weights()), (0.5, &[[-0.5], [0.5]]));
    /// assert_eq!(sgd.step_weighted(&mut model, &[2.0], 1, -1.0), Err(Error::InvalidWeight));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step_weighted<S: Storage, K: Kernel>(
        &mut self,
        model: &mut AnyModel<S, K>,
        x: &<S::Shape as Shape>::Sample,
        label: usize,
        weight: f32,
    ) -> Result<SgdStep, Error> {
        self.observed_step(model, Sample::of(x.as_ref(), label, weight), &mut ())
    }

    /// A step on a sample.
    ///
    /// Inlined into its callers: most of them know that the weight is 1.
    #[inline(always)]
    pub(crate) fn observed_step<S: Storage, K: Kernel>(
        &mut self,
        model: &mut AnyModel<S, K>,
        sample: Sample<'_>,
        observer: &mut impl Observer,
    ) -> Result<SgdStep, Error> {
        let kernel = model.kernel();
        kernel.inside(KEY, Step { progress: &mut self.progress, model, sample, observer })
    }

    /// One step on the current sample of the order, which then advances to the next.
    ///
    /// # Errors
    /// As for [`step`](Self::step), the errors of the samples, and [`Error::ShapeMismatch`] if the order has another
    /// length. The model, the optimiser and the order are then unchanged; [`Order::skip`] skips that sample.
    ///
    /// ```
    /// use hingeline::{Constant, Hinge, Model, Order, Sgd, Slices};
    /// use rand_core::SeedableRng;
    ///
    /// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
    /// let mut order = Order::new(2, &mut rand_xorshift::XorShiftRng::seed_from_u64(7))?;
    /// let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
    /// sgd.step_next(&mut Model::<2, 1>::new(), &mut samples, &mut order)?;
    /// assert_eq!(order.position(), 1);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step_next<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<SgdStep, Stopped> {
        self.observed_step_next(model, samples, order, &mut ())
    }

    pub(crate) fn observed_step_next<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
        observer: &mut impl Observer,
    ) -> Result<SgdStep, Stopped> {
        order.check_length(samples.count(KEY))?;
        self.step_at(model, samples, (order.index(), Soon::NONE), order, observer)
    }

    /// Steps on the sample with this index, which is the order's current one; the other sample is the one to prefetch.
    fn step_at<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        (index, soon): (usize, Soon),
        order: &mut Order,
        observer: &mut impl Observer,
    ) -> Result<SgdStep, Stopped> {
        let weight = samples.weight_of(KEY, index);
        let (x, label) = samples.row(KEY, model.features(), index).map_err(Stopped::at(index))?;
        let sample = Sample { soon: if K::BATCHES { soon.or(x) } else { soon }, ..Sample::of(x, label, weight) };
        let step = self.observed_step(model, sample, observer).map_err(Stopped::at(index))?;
        order.skip();
        Ok(step)
    }

    /// Folds the scale into the weights while there is time, so that the next steps need not: about 5.5 / (ηα) of them
    /// for a small ηα, unless η rises. Returns whether there was something to fold.
    ///
    /// The weights are multiplied by the power of two that leaves the scale in [1, 2). W stays the same, but the stored
    /// weights, and so later roundings, do not: to replay a run, fold where it folded.
    ///
    /// ```
    /// use hingeline::{Constant, Hinge, Model, Sgd};
    ///
    /// let sgd = Sgd::new(Hinge::new(1.0, 1e-3)?, Constant { rate: 0.1 })?;
    /// let mut model = Model::from_parts([[4.0], [-4.0]], [0.0; 2], 0.3)?;
    /// assert!(sgd.fold(&mut model));
    /// assert_eq!((model.weights(), model.scale()), (&[[1.0], [-1.0]], 1.2));
    /// assert!(sgd.steps_until_fold(&model) >= 55_000);
    /// assert!(!sgd.fold(&mut model));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn fold<S: Storage, K: Kernel>(&self, model: &mut AnyModel<S, K>) -> bool {
        // There is no observer, so nothing is refused.
        model.view_mut().fold(&mut ()).unwrap_or_default()
    }

    /// The number of steps on this model that certainly come before one that folds, unless η rises; `u64::MAX` without
    /// L2, 0 if the next step is refused.
    ///
    /// `⌊ln(2¹⁶ · scale) / −ln(1 − 2ηα)⌋` for η of the next step, less 0.1 % for the rounding of both; the logarithms
    /// are libm's.
    pub fn steps_until_fold<S: Storage, K: Kernel>(&self, model: &AnyModel<S, K>) -> u64 {
        match self.progress.step_size() {
            Ok(StepSize { decay, .. }) => model.steps_until_fold(decay),
            // The next step is refused.
            Err(_) => 0,
        }
    }

    /// Steps to the end of the order's epoch.
    ///
    /// # Errors
    /// As for [`step_next`](Self::step_next), at the first step that is refused. The steps before it remain; the next
    /// call tries the same sample again.
    ///
    /// ```
    /// use hingeline::{Constant, Hinge, Model, Order, Sgd, Slices};
    /// use rand_core::SeedableRng;
    ///
    /// let mut model = Model::<2, 1>::new();
    /// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
    /// let mut order = Order::new(2, &mut rand_xorshift::XorShiftRng::seed_from_u64(7))?;
    /// let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
    /// let epoch = sgd.epoch(&mut model, &mut samples, &mut order)?;
    /// assert_eq!((epoch.steps, order.epoch()), (2, 1));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn epoch<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<SgdEpoch, Stopped> {
        self.observed_epoch(model, samples, order, &mut ())
    }

    pub(crate) fn observed_epoch<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
        observer: &mut impl Observer,
    ) -> Result<SgdEpoch, Stopped> {
        order.check_length(samples.count(KEY))?;
        if K::BATCHES {
            self.steps_to_end::<PLACES, FAR, _, _, _>(model, samples, order, observer)
        } else {
            self.steps_to_end::<1, 1, _, _, _>(model, samples, order, observer)
        }
    }

    fn steps_to_end<const N: usize, const AHEAD: usize, S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
        observer: &mut impl Observer,
    ) -> Result<SgdEpoch, Stopped> {
        let (mut epoch, mut loss) = (SgdEpoch::default(), Sum::default());
        let mut ahead = Ahead::<N>::new(order);
        let mut place = order.position();
        // The indices of the next places, with that of the first place at the front.
        let mut queue = [None; AHEAD];
        for index in &mut queue {
            *index = ahead.index(order, place);
            place = place.wrapping_add(1);
        }
        loop {
            let last = ahead.index(order, place);
            place = place.wrapping_add(1);
            let mut index = last;
            for waiting in queue.iter_mut().rev() {
                core::mem::swap(waiting, &mut index);
            }
            let Some(index) = index else { break };
            let mut soon = Soon::NONE;
            if K::BATCHES
                && let Some((x, _)) = last.and_then(|last| samples.resident_row(KEY, model.features(), last))
            {
                soon = Soon::at(x);
            }
            let step = self.step_at(model, samples, (index, soon), order, observer)?;
            loss.add(step.loss);
            epoch.add(&step);
        }
        epoch.loss = loss.value() / epoch.steps as f32;
        Ok(epoch)
    }
}

/// How many steps ahead a sample is prefetched. A fetch from memory takes longer than one or two steps of 10×64: with a
/// million such samples, four ahead took half the time of one ahead.
const FAR: usize = 4;

/// A step's sample, and one to prefetch: the sample itself if there is none.
#[derive(Clone, Copy)]
pub(crate) struct Sample<'a> {
    x: &'a [f32],
    label: usize,
    weight: f32,
    soon: Soon,
}

impl<'a> Sample<'a> {
    #[inline(always)]
    pub(crate) fn of(x: &'a [f32], label: usize, weight: f32) -> Self {
        Self { x, label, weight, soon: Soon::at(x) }
    }
}

/// The arguments of a step, so that it can run inside [`Sealed::inside`](crate::kernel::Sealed::inside).
struct Step<'a, R, L, M, O> {
    progress: &'a mut Progress<R, L>,
    model: &'a mut M,
    sample: Sample<'a>,
    observer: &'a mut O,
}

impl<R: Schedule, L: Loss, S: Storage, K: Kernel, O: Observer> Work for Step<'_, R, L, AnyModel<S, K>, O> {
    type Output = Result<SgdStep, Error>;

    #[inline(always)]
    fn run<I: Kernel>(self, kernel: I) -> Self::Output {
        let Self { progress, model, sample, observer } = self;
        let size = progress.step_size()?;
        let mut copies = model.copies();
        let (model, x, scratch) = model.with_copies(&mut copies, kernel, sample.x)?;
        let done = step(model, progress, size, Sample { x, ..sample }, scratch, observer)?;
        progress.count_step();
        Ok(done)
    }
}

/// One step, of any shape: scores and bias are scratch, and hold the model's bias.
///
/// Inlined into its callers, for whose shape the compiler knows the lengths; the functions it calls are shared by all
/// shapes.
#[inline(always)]
fn step<K: Kernel, R: Schedule, L: Loss>(
    mut model: ViewMut<'_, K>,
    progress: &Progress<R, L>,
    size: StepSize,
    Sample { x, label, weight, soon }: Sample<'_>,
    [scores, bias]: [&mut [f32]; 2],
    observer: &mut impl Observer,
) -> Result<SgdStep, Error> {
    let kernel = model.kernel;
    let mut learning_rate = size.learning_rate;
    let linear = Linear { weights: model.weights, scale: model.scale.value(), bias: model.bias };
    kernel.scores_ahead(KEY, linear, x, scores, soon);
    let objective = progress.objective();
    let loss_function = objective.loss_function();
    let SampleLoss { loss, violations, mut largest } =
        weighted_step(loss_function, weight, kernel, label, -learning_rate, scores, bias)?;
    if let Some(longest) = progress.longest_step() {
        learning_rate = limited(learning_rate, largest * kernel.largest(x).max(1.0), longest);
        if learning_rate != size.learning_rate {
            // Computed again, since scores and bias have become those of the longer step.
            kernel.scores(model.weights, model.scale.value(), model.bias, x, scores);
            copy(model.bias, bias);
            SampleLoss { largest, .. } =
                weighted_step(loss_function, weight, kernel, label, -learning_rate, scores, bias)?;
        }
    }
    let update = Update { coefficients: scores, largest, bias, rate: learning_rate, decay: size.decay };
    let folded = model.descend_sample(x, update, observer)?;
    if largest > 0.0 {
        kernel.adopt(KEY, bias, model.bias);
    }
    Ok(SgdStep { loss, violations, learning_rate, folded })
}

/// What happened in one step of SGD.
///
/// ```
/// use hingeline::{Constant, Hinge, Model, Sgd};
/// let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
/// let step = sgd.step(&mut Model::<3, 1>::new(), &[1.0], 0)?;
/// assert_eq!(step.violations, 2);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SgdStep {
    /// The sample's loss before the step, times its weight, without the regulariser.
    pub loss: f32,
    /// The number of classes other than the label's whose coefficient was not 0; for a hinge, the number of margins
    /// that counted. `violations + 1` rows were written, or none for 0, unless `folded`.
    pub violations: usize,
    /// The learning rate η of this step.
    pub learning_rate: f32,
    /// Whether the scale was folded into the weights: this step then wrote all rows.
    pub folded: bool,
}

/// What happened in the steps of an epoch.
///
/// ```
/// assert_eq!(hingeline::SgdEpoch::default().steps, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SgdEpoch {
    /// The number of steps made.
    pub steps: u32,
    /// The number of steps in which no margin counted, so no row was written.
    pub satisfied: u32,
    /// The number of steps in which the scale was folded into the weights.
    pub folds: u32,
    /// The mean of the steps' losses, each computed before its step, added in a sum of two words.
    pub loss: f32,
}

impl SgdEpoch {
    fn add(&mut self, step: &SgdStep) {
        self.steps = self.steps.wrapping_add(1);
        self.satisfied = self.satisfied.wrapping_add(u32::from(step.violations == 0));
        self.folds = self.folds.wrapping_add(u32::from(step.folded));
    }
}
