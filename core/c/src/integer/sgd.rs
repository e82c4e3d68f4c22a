//! Stochastic gradient descent in integers, with the hinge loss of Weston and Watkins.

use hingeline::integer::{DynModel, Evaluation, Halving, Hinge, Inputs, Sgd, SgdEpoch, SgdStep};
use hingeline::{Order, Stopped};

use super::model::hingeline_integer_model;
use super::samples::{Samples, hingeline_integer_samples};
use crate::memory::{Object, array, check_report, exclusive, in_use, place_of, report, shared, write};
use crate::order::hingeline_order;
use crate::status::{Told, told};

/// The optimiser: the loss, the learning rate, and the number of steps made.
pub(crate) type Optimiser = Sgd;

/// Stochastic gradient descent in integers on the hinge loss with an L2 term. The learning rate is a power of two, `2^-e` with
/// `e = min(last, exponent + floor(log2(1 + floor(t / 2^period))))` at step t.
#[repr(C)]
pub struct hingeline_integer_sgd {
    opaque: [u64; 5],
}

impl Object for Optimiser {
    type Outer = hingeline_integer_sgd;
    const TAG: usize = 0x188;
}

/// The result of a step.
#[repr(C)]
pub struct hingeline_integer_step_report {
    /// The sample's loss before the step, in the unit of scores.
    pub loss: i64,
    /// The number of margins that counted.
    pub violations: usize,
    /// The number of weights and biases that were clamped.
    pub clamped: u32,
    /// The exponent e of the rate `2^-e`.
    pub rate_exponent: u8,
    /// Whether L2 was due: such a step writes all weights.
    pub shrunk: bool,
}

/// The result of an epoch. If it stopped early, `steps` and `stopped_at` are set, and the other numbers are 0.
#[repr(C)]
pub struct hingeline_integer_epoch_report {
    /// The sum of the losses, in the unit of scores.
    pub loss: i64,
    /// The number of weights and biases that were clamped: if there are many, use more L2 or a lower rate.
    pub clamped: u64,
    /// The number of inputs that were clamped.
    pub clamped_inputs: u64,
    /// The number of steps made.
    pub steps: u32,
    /// The number of steps in which no margin counted.
    pub satisfied: u32,
    /// The number of steps that wrote all weights for L2.
    pub shrunk: u32,
    /// The index of the sample at which the epoch stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
    pub stopped_at: usize,
}

/// The performance of a model on a set. If the evaluation stopped early, `stopped_at` is set, and the other numbers are
/// 0.
#[repr(C)]
pub struct hingeline_integer_evaluation {
    /// The sum of the losses, in the unit of scores.
    pub loss: i64,
    /// The number of inputs that were clamped.
    pub clamped_inputs: u64,
    /// The number of samples whose label is the predicted class.
    pub correct: usize,
    /// The number of samples.
    pub samples: usize,
    /// The index of the sample at which it stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
    pub stopped_at: usize,
}

/// Initialises an optimiser. HINGELINE_INTEGER_MARGIN(1.0) and HINGELINE_INTEGER_L2(1e-4) compute margin and L2
/// strength at compile time, so that the device needs no floating-point code. The rate begins at 2^-exponent. It is
/// halved after 2^period steps, again after 3 * 2^period, 7 * 2^period and so on, down to 2^-last. Typical values:
/// exponent 6 or 7, period 13 (8,192 steps, some epochs), last 12.
///
/// HINGELINE_INVALID_SCHEDULE unless exponent <= last <= 31 and period <= 31.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_init(
    sgd: *mut hingeline_integer_sgd,
    margin: u32,
    l2: u32,
    exponent: u32,
    period: u32,
    last: u32,
) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe {
        let place = place_of::<Optimiser>(sgd)?;
        // Numbers of more than 8 bits are refused like others out of range.
        let [exponent, period, last] = [exponent, period, last].map(|number| u8::try_from(number).unwrap_or(u8::MAX));
        place.take(Sgd::new(Hinge::from_units(margin, l2)?, Halving { exponent, period, last })?);
        Ok(())
    })
}

/// Returns the number of steps made; refused steps do not count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_steps(sgd: *const hingeline_integer_sgd) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Optimiser>(sgd) }.map_or(0, |sgd| sgd.progress().steps)
}

/// Makes one step on one sample of inputs from -128 to 127. The report may be NULL.
///
/// These are refused, and leave model and optimiser unchanged: a label that is not below the number of classes, inputs
/// out of range, a rate that is too large or too small.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_step(
    sgd: *mut hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    inputs: *const i16,
    features: usize,
    label: usize,
    step: *mut hingeline_integer_step_report,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(step)?;
        let (sgd, model) = (exclusive::<Optimiser>(sgd)?, exclusive::<DynModel<'_>>(model)?);
        let made = sgd.step(model, Inputs::new(array(inputs, features)?)?, label)?;
        report(step, made.into())
    })
}

/// Makes one step on the order's current sample, and advances the order. The report may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_step_next(
    sgd: *mut hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    samples: *const hingeline_integer_samples,
    order: *mut hingeline_order,
    step: *mut hingeline_integer_step_report,
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

/// Steps to the end of the order's epoch, or to the first sample that is refused. The steps before it remain, and the
/// report, which may be NULL, contains its index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_epoch(
    sgd: *mut hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    samples: *const hingeline_integer_samples,
    order: *mut hingeline_order,
    epoch: *mut hingeline_integer_epoch_report,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(epoch)?;
        report(epoch, SgdEpoch::default().into())?;
        let (mut sgd, mut model) = (in_use::<Optimiser>(sgd)?, in_use::<DynModel<'_>>(model)?);
        let (mut order, mut samples) = (in_use::<Order>(order)?, Samples::of(samples)?);
        let before = sgd.progress().steps;
        match sgd.epoch(&mut model, &mut samples, &mut order) {
            Ok(made) => report(epoch, made.into()),
            Err(Stopped { error, sample }) => {
                let steps = sgd.progress().steps.saturating_sub(before);
                let stopped_at = sample.unwrap_or(usize::MAX);
                let nothing = SgdEpoch::default().into();
                report(epoch, hingeline_integer_epoch_report { steps, stopped_at, ..nothing })?;
                Err(error.into())
            }
        }
    })
}

/// Evaluates a model on a set: the optimiser's loss, and the correct predictions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_sgd_evaluate(
    sgd: *const hingeline_integer_sgd,
    model: *mut hingeline_integer_model,
    samples: *const hingeline_integer_samples,
    evaluation: *mut hingeline_integer_evaluation,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        write(evaluation, Evaluation::default().into())?;
        let (objective, model) = (shared::<Optimiser>(sgd)?.progress().objective, in_use::<DynModel<'_>>(model)?);
        let mut samples = Samples::of(samples)?;
        match objective.evaluate(&model, &mut samples) {
            Ok(made) => write(evaluation, made.into()),
            Err(Stopped { error, sample }) => {
                let stopped_at = sample.unwrap_or(usize::MAX);
                let nothing = Evaluation::default().into();
                write(evaluation, hingeline_integer_evaluation { stopped_at, ..nothing })?;
                Err(error.into())
            }
        }
    })
}

impl From<Evaluation> for hingeline_integer_evaluation {
    fn from(Evaluation { loss, correct, samples, clamped_inputs }: Evaluation) -> Self {
        Self { loss, clamped_inputs, correct, samples, stopped_at: usize::MAX }
    }
}

impl From<SgdStep> for hingeline_integer_step_report {
    fn from(SgdStep { loss, violations, rate_exponent, shrunk, clamped, .. }: SgdStep) -> Self {
        Self { loss, violations, clamped, rate_exponent, shrunk }
    }
}

impl From<SgdEpoch> for hingeline_integer_epoch_report {
    fn from(SgdEpoch { steps, satisfied, loss, shrunk, clamped, clamped_inputs }: SgdEpoch) -> Self {
        Self { loss, clamped, clamped_inputs, steps, satisfied, shrunk, stopped_at: usize::MAX }
    }
}
