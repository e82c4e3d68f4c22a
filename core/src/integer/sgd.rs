//! Stochastic gradient descent in integers.

use super::input::Inputs;
use super::loss::{Loss, Objective, WestonWatkins, scaled_margin};
use super::model::{AnyModel, ViewMut};
use super::samples::Samples;
use super::schedule::Halving;
use super::storage::Storage;
use crate::data::Order;
use crate::error::{Error, Stopped};
use crate::kernel::integers::{self, Rate};
use crate::kernel::{KEY, Kernel};

/// Stochastic gradient descent, one sample per step: [`crate::Sgd`] in integers.
///
/// The documentation of the [module](super) defines the step and its contract.
///
/// ```
/// use hingeline::integer::{Halving, Hinge, Inputs, Model, Sgd};
///
/// let mut model = Model::<2, 2>::new();
/// let mut sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Halving { exponent: 6, period: 13, last: 12 })?;
/// let step = sgd.step(&mut model, Inputs::new(&[32, 0])?, 1)?;
/// assert_eq!((step.violations, step.rate_exponent), (1, 6));
/// // 2^(13 − 5 − 6) · 32
/// assert_eq!(model.weights(), &[[-128, 0], [128, 0]]);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// Scratch: `C` scores. A step with v violations writes v + 1 rows; a step without violations writes none. When L2 is
/// due, about once in `1 / (128 ηα)` steps, it also writes all rows. When the bound on the weights reaches W, the step
/// examines all weights, and if they could exceed W, it compares each result as it writes it: the longest step does all
/// three.
///
/// # Errors
/// A step fails, with model and optimiser unchanged, for a label out of range, a wrong number of inputs, a rate that is
/// too small for the weights' fraction bits, `e > p + 2` ([`Error::InvalidLearningRate`]), a rate and coefficients that
/// are too large, `k · 2^(p+q−e) ≥ 2³⁰` for the largest one ([`Error::NonFiniteStep`]), and `2ηα ≥ 2⁻⁶`
/// ([`Error::L2TooStrong`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sgd<L = WestonWatkins> {
    progress: Progress<L>,
}

/// The whole state of a descent except for its model and its order, for saving.
///
/// ```
/// use hingeline::integer::{Halving, Hinge, Sgd};
///
/// let sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Halving { exponent: 6, period: 13, last: 12 })?;
/// assert_eq!(Sgd::resume(sgd.progress())?, sgd);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Progress<L = WestonWatkins> {
    /// The loss that is minimised, and its regulariser.
    pub objective: Objective<L>,
    /// The schedule.
    pub schedule: Halving,
    /// The number of steps made; failed steps do not count. It saturates at `u32::MAX`.
    pub steps: u32,
    /// The L2 shrinking that is owed, in units of 2⁻⁶³; below 2⁵⁷ between two steps.
    pub owed: u64,
}

/// L2 shrinks all weights by 2⁻⁶ when this much is owed.
const SHRINK_BITS: u32 = 6;
const DUE: u64 = 1 << (63 - SHRINK_BITS);

impl<L: Loss> Sgd<L> {
    /// The number of bytes that the optimiser takes besides its model.
    pub const SIZE: usize = size_of::<Self>();

    /// An optimiser before its first step.
    ///
    /// # Errors
    /// As [`Halving::check`], and [`Error::L2TooStrong`] if the first step would fail with it.
    pub fn new(objective: Objective<L>, schedule: Halving) -> Result<Self, Error> {
        Self::resume(Progress { objective, schedule, steps: 0, owed: 0 })
    }

    /// An optimiser that continues from saved progress: bit for bit, if its model and order are restored too.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::InvalidState`] for an owed amount that no step leaves.
    pub fn resume(progress: Progress<L>) -> Result<Self, Error> {
        progress.schedule.check()?;
        if progress.owed >= DUE {
            return Err(Error::InvalidState);
        }
        progress.due_after(progress.schedule.rate_exponent(progress.steps))?;
        Ok(Self { progress })
    }

    /// The whole state of the optimiser.
    pub const fn progress(&self) -> Progress<L> {
        self.progress
    }

    /// One step on one sample.
    ///
    /// # Errors
    /// See [the type](Self).
    pub fn step<S: Storage, K: Kernel>(
        &mut self,
        model: &mut AnyModel<S, K>,
        x: Inputs<'_>,
        label: usize,
    ) -> Result<SgdStep, Error> {
        let progress = &mut self.progress;
        model.with_view(|model, scores| step(model, progress, x, label, scores))
    }

    /// One step on the order's current sample; the order then advances.
    ///
    /// # Errors
    /// As [`step`](Self::step), the errors of the samples, and [`Error::ShapeMismatch`] if the order has another
    /// length. Model, optimiser and order are then unchanged.
    pub fn step_next<S: Storage, K: Kernel, D: Samples + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<SgdStep, Stopped> {
        order.check_length(samples.len())?;
        let index = order.index();
        let (x, label) = samples.sample(index).map_err(Stopped::at(index))?;
        let step = self.step(model, x, label).map_err(Stopped::at(index))?;
        order.skip();
        Ok(step)
    }

    /// Steps to the end of the order's epoch.
    ///
    /// # Errors
    /// As [`step_next`](Self::step_next), at the first step that fails; the steps before it remain.
    pub fn epoch<S: Storage, K: Kernel, D: Samples + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<SgdEpoch, Stopped> {
        let (mut report, epoch) = (SgdEpoch::default(), order.epoch());
        order.check_length(samples.len())?;
        while order.epoch() == epoch {
            report.add(&self.step_next(model, samples, order)?);
        }
        Ok(report)
    }
}

impl<L: Loss> Progress<L> {
    /// The amount owed after a step with this exponent, at most 31: below 2⁵⁸, since both terms are below 2⁵⁷.
    fn due_after(&self, exponent: u8) -> Result<u64, Error> {
        // λ · 2^(31−e) in two words, since a 64-bit shift is long on 32-bit processors.
        let (l2, exponent) = (self.objective.l2(), u32::from(exponent));
        let high = l2.wrapping_shr(1).wrapping_shr(exponent);
        let low = l2.wrapping_shl(31_u32.wrapping_sub(exponent));
        let share = u64::from(high).wrapping_shl(32) | u64::from(low);
        if share < DUE { Ok(self.owed.wrapping_add(share)) } else { Err(Error::L2TooStrong) }
    }
}

fn step<K: Kernel, L: Loss>(
    model: ViewMut<'_, K>,
    progress: &mut Progress<L>,
    x: Inputs<'_>,
    label: usize,
    scores: &mut [i32],
) -> Result<SgdStep, Error> {
    if x.values().len() != model.features {
        return Err(Error::ShapeMismatch);
    }
    let rate_exponent = progress.schedule.rate_exponent(progress.steps);
    let rate = rate_of(&model, rate_exponent)?;
    let due = progress.due_after(rate_exponent)?;
    let loss = progress.objective.loss_function();
    let margin = scaled_margin(loss.margin(), model.fraction_bits)?;
    model.kernel.integer_scores(KEY, model.weights, model.bias, x.values(), scores);
    let sample = loss.coefficients(margin, label, scores)?;
    // So each product below, and a weight before its clamp, is below 2³¹.
    if sample.largest >= (1_i32 << 30).wrapping_shr(rate.bias_shift) {
        return Err(Error::NonFiniteStep);
    }

    // Nothing fails from here on.
    let shrunk = due >= DUE;
    // Below twice DUE, a power of two.
    progress.owed = due % DUE;
    progress.steps = progress.steps.saturating_add(1);
    if shrunk {
        integers::shrink(model.weights, SHRINK_BITS);
    }
    let clamped = if sample.violations > 0 {
        let update = Update { coefficients: scores, largest: sample.largest, rate };
        model.descend(update, x.values())
    } else {
        0
    };
    Ok(SgdStep {
        loss: sample.loss,
        violations: sample.violations as usize,
        rate_exponent,
        shrunk,
        clamped,
        clamped_inputs: x.clamped(),
    })
}

/// The shift of a step's rate: `p − q − e`, at least −7.
fn rate_of<K>(model: &ViewMut<'_, K>, exponent: u8) -> Result<Rate, Error> {
    let own = i32::from(model.fraction_bits).wrapping_sub(super::INPUT_BITS.cast_signed());
    let shift = own.wrapping_sub(exponent.into());
    // At least 3 where `shift` is at least −7.
    let bias_shift = model.score_bits().wrapping_sub(exponent.into());
    if shift >= -7 { Ok(Rate { shift, bias_shift, limit: None }) } else { Err(Error::InvalidLearningRate) }
}

/// The change that a step makes.
struct Update<'a> {
    coefficients: &'a [i32],
    largest: i32,
    rate: Rate,
}

impl<K: Kernel> ViewMut<'_, K> {
    /// Changes rows and biases; returns how many results were clamped.
    #[inline(always)]
    fn descend(self, update: Update<'_>, x: &[i16]) -> u32 {
        // The largest input is 2⁷ in magnitude, and a shift to the right is at most 7.
        let rise = update.largest.wrapping_shl(update.rate.shift.wrapping_add(7).cast_unsigned());
        let mut bound = self.bound.wrapping_add(rise);
        if bound > self.limit {
            bound = integers::largest(self.weights).wrapping_add(rise);
        }
        *self.bound = bound.min(self.limit);
        let rate = Rate { limit: (bound > self.limit).then_some(self.limit), ..update.rate };
        self.kernel.integer_update(KEY, self.weights, self.bias, update.coefficients, rate, x)
    }
}

/// The result of one step.
///
/// ```
/// use hingeline::integer::SgdStep;
/// assert!(!SgdStep::default().shrunk);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SgdStep {
    /// The sample's loss before the step, without the regulariser, in the unit of scores.
    pub loss: i64,
    /// The number of margins that counted.
    pub violations: usize,
    /// The exponent e of the rate `2^−e`.
    pub rate_exponent: u8,
    /// L2 was due: this step wrote all weights.
    pub shrunk: bool,
    /// The number of weights and biases that were clamped.
    pub clamped: u32,
    /// The number of inputs that had been clamped.
    pub clamped_inputs: u32,
}

/// The results of the steps of an epoch.
///
/// ```
/// use hingeline::integer::SgdEpoch;
/// assert_eq!(SgdEpoch::default().steps, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SgdEpoch {
    /// The number of steps.
    pub steps: u32,
    /// The number of steps without a violation.
    pub satisfied: u32,
    /// The sum of the losses.
    pub loss: i64,
    /// The number of steps that wrote all weights for L2.
    pub shrunk: u32,
    /// The number of weights and biases that were clamped.
    pub clamped: u64,
    /// The number of inputs that had been clamped.
    pub clamped_inputs: u64,
}

impl SgdEpoch {
    fn add(&mut self, step: &SgdStep) {
        self.steps = self.steps.wrapping_add(1);
        self.satisfied = self.satisfied.wrapping_add(u32::from(step.violations == 0));
        self.loss = self.loss.saturating_add(step.loss);
        self.shrunk = self.shrunk.wrapping_add(u32::from(step.shrunk));
        self.clamped = self.clamped.saturating_add(step.clamped.into());
        self.clamped_inputs = self.clamped_inputs.saturating_add(step.clamped_inputs.into());
    }
}
