//! Stochastic gradient descent in binary32, by the hinge loss of Weston and Watkins.

use hingeline::{Confusion, DynModel, Hinge, InverseTime, Order, Progress, Sgd, SgdEpoch, SgdStep, Stopped};

use crate::memory::{Object, array, array_mut, check_report, exclusive, in_use, place, report, shared, write};
use crate::model::hingeline_model;
use crate::order::hingeline_order;
use crate::samples::{Samples, hingeline_samples};
use crate::status::{Outcome, Told, told};

/// The optimiser: the loss, the learning rate, and the steps made.
pub(crate) type Optimiser = Sgd<InverseTime>;

/// Stochastic gradient descent, one sample a step, on the hinge loss `sum over j != y of max(0, s[j] - s[y] + margin)` with an L2 term
/// `l2 * sum of W^2`. The learning rate of step t, counted from 0, is `rate / (1 + decay * t)`.
#[repr(C)]
pub struct hingeline_sgd {
    opaque: [u64; 4],
}

impl Object for Optimiser {
    type Outer = hingeline_sgd;
    const TAG: usize = 0x1ee;
}

/// What happened in a step.
#[repr(C)]
pub struct hingeline_step {
    /// The sample's loss before the step, times its weight, without the L2 term.
    pub loss: f32,
    /// The margins that counted; `violations + 1` rows of weights were written, none for 0.
    pub violations: usize,
    /// The learning rate of this step.
    pub learning_rate: f32,
    /// The scale was folded into the weights: this step wrote all rows.
    pub folded: bool,
}

/// What happened in an epoch, or until it stopped.
#[repr(C)]
pub struct hingeline_epoch {
    /// The steps made.
    pub steps: u32,
    /// Those in which no margin counted.
    pub satisfied: u32,
    /// Those in which the scale was folded into the weights.
    pub folds: u32,
    /// The mean of the steps' losses, each of the model before its step.
    pub loss: f32,
    /// The index of the sample at which the epoch stopped, if it did; else SIZE_MAX.
    pub stopped_at: usize,
}

/// How good a model is on a set.
#[repr(C)]
pub struct hingeline_evaluation {
    /// The mean loss, without the L2 term.
    pub loss: f32,
    /// The samples whose label is the predicted class.
    pub correct: usize,
    /// The samples.
    pub samples: usize,
    /// The index of the sample at which it stopped, if it did; else SIZE_MAX.
    pub stopped_at: usize,
}

/// An optimiser before its first step. Usual are a margin of 1, an L2 strength of 0 to 1e-3, a rate of 0.01 to 0.1 for standardised
/// features, and a decay of 0, which is a constant rate, to 1e-3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_init(
    sgd: *mut hingeline_sgd,
    margin: f32,
    l2: f32,
    rate: f32,
    decay: f32,
) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe { place(sgd, Sgd::new(Hinge::new(margin, l2)?, InverseTime { rate, decay })?) })
}

/// Another learning rate from the next step on, with the same count of steps: for a schedule of your own, set the rate of each step and a
/// decay of 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_set_rate(sgd: *mut hingeline_sgd, rate: f32, decay: f32) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe {
        let own = exclusive::<Optimiser>(sgd)?;
        let progress = own.progress();
        *own = Sgd::resume(Progress::new(progress.objective(), InverseTime { rate, decay }, progress.steps())?);
        Ok(())
    })
}

/// The steps made; refused ones do not count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_steps(sgd: *const hingeline_sgd) -> u64 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Optimiser>(sgd) }.map_or(0, |sgd| sgd.progress().steps())
}

/// One step on one sample of some weight, usually 1. The report may be NULL.
///
/// Refused with model and optimiser bit for bit as before: a label that is no class, a NaN, an infinity, a step whose result would not be
/// finite, a rate at which L2 would turn the weights' sign.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_step(
    sgd: *mut hingeline_sgd,
    model: *mut hingeline_model,
    x: *const f32,
    features: usize,
    label: usize,
    weight: f32,
    step: *mut hingeline_step,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(step)?;
        let (sgd, model) = (exclusive::<Optimiser>(sgd)?, exclusive::<DynModel<'_>>(model)?);
        let made = sgd.step_weighted(model, array(x, features)?, label, weight)?;
        report(step, made.into())
    })
}

/// One step on the sample whose turn it is, after which it is the next one's: an epoch in pieces, between which other work can be done.
/// The report may be NULL. After a refusal it is still the same sample's turn; hingeline_order_skip passes over it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_step_next(
    sgd: *mut hingeline_sgd,
    model: *mut hingeline_model,
    samples: *const hingeline_samples,
    order: *mut hingeline_order,
    step: *mut hingeline_step,
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
/// NULL, says at which it stopped. Called again, it tries that sample again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_epoch(
    sgd: *mut hingeline_sgd,
    model: *mut hingeline_model,
    samples: *const hingeline_samples,
    order: *mut hingeline_order,
    epoch: *mut hingeline_epoch,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(epoch)?;
        let (mut sgd, mut model) = (in_use::<Optimiser>(sgd)?, in_use::<DynModel<'_>>(model)?);
        let (mut order, mut samples) = (in_use::<Order>(order)?, Samples::of(samples)?);
        let before = sgd.progress().steps();
        match sgd.epoch(&mut model, &mut samples, &mut order) {
            Ok(SgdEpoch { steps, satisfied, folds, loss }) => {
                report(epoch, hingeline_epoch { steps, satisfied, folds, loss, stopped_at: usize::MAX })
            }
            Err(Stopped { error, sample }) => {
                let steps = sgd.progress().steps().saturating_sub(before) as u32;
                let stopped_at = sample.unwrap_or(usize::MAX);
                report(epoch, hingeline_epoch { steps, satisfied: 0, folds: 0, loss: 0.0, stopped_at })?;
                Err(error.into())
            }
        }
    })
}

/// Folds the scale into the weights while there is time, so that the next steps need not: the longest step a model can take is one that
/// folds. Only with L2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_fold(sgd: *const hingeline_sgd, model: *mut hingeline_model) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        shared::<Optimiser>(sgd)?.fold(exclusive::<DynModel<'_>>(model)?);
        Ok(())
    })
}

/// The loss and the accuracy of a model on a set, by the optimiser's loss.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_evaluate(
    sgd: *const hingeline_sgd,
    model: *mut hingeline_model,
    samples: *const hingeline_samples,
    evaluation: *mut hingeline_evaluation,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let (objective, model) = (shared::<Optimiser>(sgd)?.progress().objective(), in_use::<DynModel<'_>>(model)?);
        let mut samples = Samples::of(samples)?;
        let nothing = hingeline_evaluation { loss: 0.0, correct: 0, samples: 0, stopped_at: usize::MAX };
        match objective.evaluate(&model, &mut samples) {
            Ok(made) => {
                let (correct, samples) = (made.correct, made.samples);
                write(evaluation, hingeline_evaluation { loss: made.data_loss, correct, samples, ..nothing })
            }
            Err(Stopped { error, sample }) => {
                let stopped_at = sample.unwrap_or(usize::MAX);
                write(evaluation, hingeline_evaluation { stopped_at, ..nothing })?;
                Err(error.into())
            }
        }
    })
}

/// Counts which class was taken for which: `classes * classes` numbers, a row for each label and a column for each predicted class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_confusion(
    model: *mut hingeline_model,
    samples: *const hingeline_samples,
    counts: *mut u32,
    counts_len: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let (model, mut samples) = (in_use::<DynModel<'_>>(model)?, Samples::of(samples)?);
        confusion(&model, &mut samples, array_mut(counts, counts_len)?)
    })
}

fn confusion(model: &DynModel<'_>, samples: &mut Samples<'_>, counts: &mut [u32]) -> Outcome {
    Ok(Confusion::new(counts, model.classes())?.add_set(model, samples)?)
}

impl From<SgdStep> for hingeline_step {
    fn from(SgdStep { loss, violations, learning_rate, folded }: SgdStep) -> Self {
        Self { loss, violations, learning_rate, folded }
    }
}
