//! Stochastic gradient descent in binary32, with the hinge loss of Weston and Watkins.

use hingeline::{
    Confusion, DynModel, Evaluation, Hinge, InverseTime, Order, Progress, Sgd, SgdEpoch, SgdStep, Stopped,
};

use crate::memory::{Object, array, array_mut, check_report, exclusive, in_use, place_of, report, shared, write};
use crate::model::hingeline_model;
use crate::order::hingeline_order;
use crate::samples::{Samples, hingeline_samples};
use crate::status::{Outcome, Told, told};

/// The optimiser: the loss, the learning rate, and the number of steps made.
pub(crate) type Optimiser = Sgd<InverseTime>;

/// Stochastic gradient descent, one sample per step, on the hinge loss
/// `sum over j != y of max(0, s[j] - s[y] + margin)` with an L2 term `l2 * sum of W^2`. The learning rate of step t,
/// counted from 0, is `rate / (1 + decay * t)`.
#[repr(C)]
pub struct hingeline_sgd {
    opaque: [u64; 4],
}

impl Object for Optimiser {
    type Outer = hingeline_sgd;
    const TAG: usize = 0x1ee;
}

/// The result of a step.
#[repr(C)]
pub struct hingeline_step_report {
    /// The sample's loss before the step, times its weight, without the L2 term.
    pub loss: f32,
    /// The number of margins that counted; `violations + 1` rows of weights were written, none for 0.
    pub violations: usize,
    /// The learning rate of this step.
    pub learning_rate: f32,
    /// Whether the scale was folded into the weights: such a step writes all rows.
    pub folded: bool,
}

/// The result of an epoch. If it stopped early, `steps` and `stopped_at` are set, and the other numbers are 0.
#[repr(C)]
pub struct hingeline_epoch_report {
    /// The number of steps made.
    pub steps: u32,
    /// The number of steps in which no margin counted.
    pub satisfied: u32,
    /// The number of steps in which the scale was folded into the weights.
    pub folds: u32,
    /// The mean loss of the steps, each computed by the model before its step.
    pub loss: f32,
    /// The index of the sample at which the epoch stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
    pub stopped_at: usize,
}

impl hingeline_epoch_report {
    const NOTHING: Self = Self { steps: 0, satisfied: 0, folds: 0, loss: 0.0, stopped_at: usize::MAX };
}

/// The performance of a model on a set. If the evaluation stopped early, `stopped_at` is set, and the other numbers are
/// 0.
#[repr(C)]
pub struct hingeline_evaluation {
    /// The mean loss, without the L2 term.
    pub loss: f32,
    /// The number of samples whose label is the predicted class.
    pub correct: usize,
    /// The number of samples.
    pub samples: usize,
    /// The index of the sample at which it stopped; SIZE_MAX if it did not stop, or if no sample was at fault.
    pub stopped_at: usize,
}

impl hingeline_evaluation {
    const NOTHING: Self = Self { loss: 0.0, correct: 0, samples: 0, stopped_at: usize::MAX };
}

/// Initialises an optimiser. Typical values: margin 1, L2 strength 0 to 1e-3, rate 0.01 to 0.1 for standardised features, decay 0 (a constant
/// rate) to 1e-3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_init(
    sgd: *mut hingeline_sgd,
    margin: f32,
    l2: f32,
    rate: f32,
    decay: f32,
) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe {
        let place = place_of::<Optimiser>(sgd)?;
        place.take(Sgd::new(Hinge::new(margin, l2)?, InverseTime { rate, decay })?);
        Ok(())
    })
}

/// Sets the learning rate from the next step on; the number of steps is kept. For a schedule of your own, set the rate
/// before each step, with a decay of 0.
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

/// Returns the number of steps made; refused steps do not count.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_steps(sgd: *const hingeline_sgd) -> u64 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Optimiser>(sgd) }.map_or(0, |sgd| sgd.progress().steps())
}

/// Makes one step on one sample. Its weight is usually 1. The report may be NULL.
///
/// These are refused, and leave model and optimiser bit for bit unchanged: a label that is not below the number of
/// classes, a NaN or an infinity, a step whose result would not be finite, a rate at which L2 would flip the sign of
/// the weights.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_step(
    sgd: *mut hingeline_sgd,
    model: *mut hingeline_model,
    x: *const f32,
    features: usize,
    label: usize,
    weight: f32,
    step: *mut hingeline_step_report,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(step)?;
        let (sgd, model) = (exclusive::<Optimiser>(sgd)?, exclusive::<DynModel<'_>>(model)?);
        let made = sgd.step_weighted(model, array(x, features)?, label, weight)?;
        report(step, made.into())
    })
}

/// Makes one step on the order's current sample, and advances the order: an epoch in pieces, with other work in
/// between. The report may be NULL. After a refusal the order stays at that sample; hingeline_order_skip skips it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_step_next(
    sgd: *mut hingeline_sgd,
    model: *mut hingeline_model,
    samples: *const hingeline_samples,
    order: *mut hingeline_order,
    step: *mut hingeline_step_report,
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
/// report, which may be NULL, contains its index. The next call tries that sample again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_epoch(
    sgd: *mut hingeline_sgd,
    model: *mut hingeline_model,
    samples: *const hingeline_samples,
    order: *mut hingeline_order,
    epoch: *mut hingeline_epoch_report,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(epoch)?;
        report(epoch, hingeline_epoch_report::NOTHING)?;
        let (mut sgd, mut model) = (in_use::<Optimiser>(sgd)?, in_use::<DynModel<'_>>(model)?);
        let (mut order, mut samples) = (in_use::<Order>(order)?, Samples::of(samples)?);
        let before = sgd.progress().steps();
        match sgd.epoch(&mut model, &mut samples, &mut order) {
            Ok(SgdEpoch { steps, satisfied, folds, loss }) => {
                report(epoch, hingeline_epoch_report { steps, satisfied, folds, loss, stopped_at: usize::MAX })
            }
            Err(Stopped { error, sample }) => {
                let steps = sgd.progress().steps().saturating_sub(before) as u32;
                let stopped_at = sample.unwrap_or(usize::MAX);
                report(epoch, hingeline_epoch_report { steps, stopped_at, ..hingeline_epoch_report::NOTHING })?;
                Err(error.into())
            }
        }
    })
}

/// Folds the scale into the weights now, so that none of the next steps has to: with L2, the longest possible step is
/// one that folds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_fold(sgd: *const hingeline_sgd, model: *mut hingeline_model) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        shared::<Optimiser>(sgd)?.fold(exclusive::<DynModel<'_>>(model)?);
        Ok(())
    })
}

/// Evaluates a model on a set: the optimiser's loss, and the correct predictions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_sgd_evaluate(
    sgd: *const hingeline_sgd,
    model: *mut hingeline_model,
    samples: *const hingeline_samples,
    evaluation: *mut hingeline_evaluation,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        write(evaluation, hingeline_evaluation::NOTHING)?;
        let (objective, model) = (shared::<Optimiser>(sgd)?.progress().objective(), in_use::<DynModel<'_>>(model)?);
        let mut samples = Samples::of(samples)?;
        match objective.evaluate(&model, &mut samples) {
            Ok(Evaluation { data_loss: loss, correct, samples }) => {
                write(evaluation, hingeline_evaluation { loss, correct, samples, stopped_at: usize::MAX })
            }
            Err(Stopped { error, sample }) => {
                let stopped_at = sample.unwrap_or(usize::MAX);
                write(evaluation, hingeline_evaluation { stopped_at, ..hingeline_evaluation::NOTHING })?;
                Err(error.into())
            }
        }
    })
}

/// Counts the predictions for each label: `classes * classes` numbers, a row for each label and a column for each
/// predicted class. After a refusal they are undefined.
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

impl From<SgdStep> for hingeline_step_report {
    fn from(SgdStep { loss, violations, learning_rate, folded }: SgdStep) -> Self {
        Self { loss, violations, learning_rate, folded }
    }
}
