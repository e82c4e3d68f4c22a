//! Margins, and the indicators of those that count: the definition, in slices.

use super::magnitude::all_finite;
use crate::error::Error;

/// Rejects scores for which no loss is defined.
///
/// # Errors
/// [`Error::LabelOutOfRange`], [`Error::InvalidShape`] for more classes than 32 bits can count,
/// [`Error::NonFiniteScore`].
#[inline(always)]
pub(crate) fn check_scores(label: usize, scores: &[f32]) -> Result<(), Error> {
    check_label(label, scores.len())?;
    if all_finite(scores.iter().copied()) { Ok(()) } else { Err(Error::NonFiniteScore) }
}

/// Rejects a label that is not a class, and more classes than 32 bits can count.
#[inline(always)]
pub(super) fn check_label(label: usize, classes: usize) -> Result<(), Error> {
    if label >= classes {
        return Err(Error::LabelOutOfRange);
    }
    if u32::try_from(classes).is_err() { Err(Error::InvalidShape) } else { Ok(()) }
}

/// Turns scores into margins in place, `(s[j] − s[label]) + margin`, and 0 for the label's own class; returns the sum
/// of those above zero, in ascending order.
///
/// # Errors
/// As [`check_scores`], and [`Error::NonFiniteLoss`] if the sum overflows; the scores are then undefined.
#[inline]
pub(crate) fn margins_of_scores(margin: f32, label: usize, scores: &mut [f32]) -> Result<f32, Error> {
    check_scores(label, scores)?;
    let sum = turn_into_margins(margin, label, scores);
    if sum.is_finite() { Ok(sum) } else { Err(Error::NonFiniteLoss) }
}

/// [`margins_of_scores`] without its checks.
#[inline]
pub(crate) fn turn_into_margins(margin: f32, label: usize, scores: &mut [f32]) -> f32 {
    let own = scores.get(label).copied().unwrap_or_default();
    let label = narrow(label);
    for (class, score) in (0..).zip(scores.iter_mut()) {
        let margin = (*score - own) + margin;
        // Selected here, since a store to the label's place would stall the loads that follow it.
        *score = if class == label { 0.0 } else { margin };
    }
    // Adding +0.0 for a margin that does not count leaves the bits of the sum unchanged, and needs no branch.
    scores.iter().fold(0.0, |sum, &margin| sum + if margin > 0.0 { margin } else { 0.0 })
}

/// Turns margins into indicators in place, 1 where the margin is above zero and 0 elsewhere; for the label, minus the
/// number of ones. Returns that number.
#[inline]
pub(crate) fn turn_into_indicators(label: usize, margins: &mut [f32]) -> usize {
    let violations: u32 = margins.iter().fold(0, |count, margin| count.wrapping_add((*margin > 0.0).into()));
    let (own, label) = (0.0 - violations as f32, narrow(label));
    for (class, margin) in (0..).zip(margins.iter_mut()) {
        let counts = if *margin > 0.0 { 1.0 } else { 0.0 };
        *margin = if class == label { own } else { counts };
    }
    violations as usize
}

/// Turns scores into indicators in place; returns the sum and the number of the margins that count. If there are none,
/// the scores become margins.
///
/// # Errors
/// As [`margins_of_scores`].
#[inline]
pub(crate) fn indicators_of_scores(margin: f32, label: usize, scores: &mut [f32]) -> Result<(f32, usize), Error> {
    let sum = margins_of_scores(margin, label, scores)?;
    // Margins that count are above zero, and so is their sum. Most samples of a trained model have none.
    Ok((sum, if sum > 0.0 { turn_into_indicators(label, scores) } else { 0 }))
}

/// [`Sealed::violations`](super::sealed::Sealed::violations), pass by pass.
#[inline(always)]
pub(super) fn violations(
    margin: f32,
    label: usize,
    factor: f32,
    scores: &mut [f32],
    bias: &mut [f32],
) -> Result<(f32, usize), Error> {
    if scores.len() != bias.len() {
        return Err(Error::ShapeMismatch);
    }
    let (sum, count) = indicators_of_scores(margin, label, scores)?;
    if count > 0 {
        // As `Kernel::axpy`: the factor is not 0.
        for (bias, k) in bias.iter_mut().zip(&*scores) {
            *bias += factor * k;
        }
        if !all_finite(bias.iter().copied()) {
            return Err(Error::NonFiniteStep);
        }
    }
    Ok((sum, count))
}

/// The label in 32 bits, as wide as a score, so that it is compared with several classes at once where the processor
/// can do so. A label beyond that range is not a class in either width.
fn narrow(label: usize) -> u32 {
    u32::try_from(label).unwrap_or(u32::MAX)
}
