//! Stochastic gradient descent in integers, by the hinge loss of Weston and Watkins.

use hingeline::integer::{DynModel, Halving, Hinge, Inputs, Sgd, SgdEpoch, SgdStep};
use hingeline::{Order, Stopped};

use super::model::hingeline_integer_model;
use super::samples::{Samples, hingeline_integer_samples};
use crate::memory::{Object, array, check_report, exclusive, in_use, place, report, shared, write};
use crate::order::hingeline_order;
use crate::status::{Told, told};

/// The optimiser: the loss, the learning rate, and the steps made.
pub(crate) type Optimiser = Sgd;

/// Stochastic gradient descent in integers on the hinge loss with an L2 term. The learning rate is a power of two: it begins at 2^-exponent,
/// and is halved when 2^period, twice, four times as many steps have been made and so on, down to 2^-last.
#[repr(C)]
pub struct hingeline_integer_sgd {
    opaque: [u64; 5],
}

impl Object for Optimiser {
    type Outer = hingeline_integer_sgd;
    const TAG: usize = 0x188;
}

/// What happened in a step.
#[repr(C)]
pub struct hingeline_integer_step {
    /// The sample's loss before the step, in the unit of scores.
    pub loss: i64,
    /// The margins that counted.
    pub violations: usize,
    /// The weights and biases that were clamped.
    pub clamped: u32,
    /// The rate was 2 to minus this.
    pub rate_exponent: u8,
    /// L2 was due: this step wrote all weights.
    pub shrunk: bool,
}

/// What happened in an epoch, or until it stopped.
#[repr(C)]
pub struct hingeline_integer_epoch {
    /// The sum of the losses, in the unit of scores.
    pub loss: i64,
    /// The weights and biases that were clamped: many want more L2 or a lower rate.
    pub clamped: u64,
    /// The inputs that were clamped.
    pub clamped_inputs: u64,
    /// The steps made.
    pub steps: u32,
    /// Those in which no margin counted.
    pub satisfied: u32,
    /// Those that wrote all weights for L2.
    pub shrunk: u32,
    /// The index of the sample at which the epoch stopped, if it did; else SIZE_MAX.
    pub stopped_at: usize,
}

/// How good a model is on a set.
#[repr(C)]
pub struct hingeline_integer_evaluation {
    /// The sum of the losses, in the unit of scores.
    pub loss: i64,
    /// The inputs that were clamped.
    pub clamped_inputs: u64,
    /// The samples whose label is the predicted class.
    pub correct: usize,
    /// The samples.
    pub samples: usize,
    /// The index of the sample at which it stopped, if it did; else SIZE_MAX.
    pub stopped_at: usize,
}

/// An optimiser before its first step. Margin and L2 strength are numbers that HINGELINE_INTEGER_MARGIN(1.0) and HINGELINE_INTEGER_L2(1e-4)
/// make at compile time, so that no floating-point code comes to the device. Usual are an exponent of 6 or 7, a period of the samples of some
/// epochs, and a last exponent of 12.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_init(
    sgd: *mut hingeline_integer_sgd,
    margin: u32,
    l2: u32,
    exponent: u8,
    period: u8,
    last: u8,
) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe { place(sgd, Sgd::new(Hinge::from_units(margin, l2)?, Halving { exponent, period, last })?) })
}

/// The steps made; refused ones do not count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_steps(sgd: *const hingeline_integer_sgd) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Optimiser>(sgd) }.map_or(0, |sgd| sgd.progress().steps)
}

/// One step on one sample of inputs from -128 to 127. The report may be NULL.
///
/// Refused with model and optimiser as before: a label that is no class, inputs out of range, a rate that is too large or too small.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_step(
    sgd: *mut hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    inputs: *const i16,
    features: usize,
    label: usize,
    step: *mut hingeline_integer_step,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(step)?;
        let (sgd, model) = (exclusive::<Optimiser>(sgd)?, exclusive::<DynModel<'_>>(model)?);
        let made = sgd.step(model, Inputs::new(array(inputs, features)?)?, label)?;
        report(step, made.into())
    })
}

/// One step on the sample whose turn it is, after which it is the next one's. The report may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_step_next(
    sgd: *mut hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    samples: *const hingeline_integer_samples,
    order: *mut hingeline_order,
    step: *mut hingeline_integer_step,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(step)?;
        let (mut sgd, mut model) = (in_use::<Optimiser>(sgd)?, in_use::<DynModel<'_>>(model)?);
        let (mut order, mut samples) = (in_use::<Order>(order)?, Samples::of(samples)?);
        let made = sgd.step_next(&mut model, &mut samples, &mut order)?;
        report(step, made.into())
    })
}

/// Steps to the end of the order's epoch, or to the first sample that is refused: the steps before it stand, and the report, which may be
/// NULL, says at which it stopped.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_epoch(
    sgd: *mut hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    samples: *const hingeline_integer_samples,
    order: *mut hingeline_order,
    epoch: *mut hingeline_integer_epoch,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(epoch)?;
        let (mut sgd, mut model) = (in_use::<Optimiser>(sgd)?, in_use::<DynModel<'_>>(model)?);
        let (mut order, mut samples) = (in_use::<Order>(order)?, Samples::of(samples)?);
        let before = sgd.progress().steps;
        match sgd.epoch(&mut model, &mut samples, &mut order) {
            Ok(made) => report(epoch, made.into()),
            Err(Stopped { error, sample }) => {
                let steps = sgd.progress().steps.saturating_sub(before);
                let stopped_at = sample.unwrap_or(usize::MAX);
                let nothing = SgdEpoch::default().into();
                report(epoch, hingeline_integer_epoch { steps, stopped_at, ..nothing })?;
                Err(error.into())
            }
        }
    })
}

/// The loss and the accuracy of a model on a set, by the optimiser's loss.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_evaluate(
    sgd: *const hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    samples: *const hingeline_integer_samples,
    evaluation: *mut hingeline_integer_evaluation,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let (objective, model) = (shared::<Optimiser>(sgd)?.progress().objective, in_use::<DynModel<'_>>(model)?);
        let mut samples = Samples::of(samples)?;
        let stopped_at = usize::MAX;
        match objective.evaluate(&model, &mut samples) {
            Ok(made) => {
                let (loss, clamped_inputs) = (made.loss, made.clamped_inputs);
                let (correct, samples) = (made.correct, made.samples);
                write(evaluation, hingeline_integer_evaluation { loss, clamped_inputs, correct, samples, stopped_at })
            }
            Err(Stopped { error, sample }) => {
                let (loss, clamped_inputs, correct, samples) = (0, 0, 0, 0);
                let stopped_at = sample.unwrap_or(stopped_at);
                write(evaluation, hingeline_integer_evaluation { loss, clamped_inputs, correct, samples, stopped_at })?;
                Err(error.into())
            }
        }
    })
}

impl From<SgdStep> for hingeline_integer_step {
    fn from(SgdStep { loss, violations, rate_exponent, shrunk, clamped, .. }: SgdStep) -> Self {
        Self { loss, violations, clamped, rate_exponent, shrunk }
    }
}

impl From<SgdEpoch> for hingeline_integer_epoch {
    fn from(SgdEpoch { steps, satisfied, loss, shrunk, clamped, clamped_inputs }: SgdEpoch) -> Self {
        Self { loss, clamped, clamped_inputs, steps, satisfied, shrunk, stopped_at: usize::MAX }
    }
}
