//! The cross-entropy of the softmax.

use super::function::sealed::Sealed;
use super::function::{Loss, POINTS, SampleLoss};
use super::lines::lines;
use super::objective::Objective;
use crate::error::Error;
use crate::kernel::margins::check_scores;
use crate::kernel::{Kernel, Key};
use crate::model::{AnyModel, Shape, Storage, argmax};

/// The cross-entropy of the softmax, without a regulariser: `−ln p_y` with `p_j = exp(s_j) / Σ_i exp(s_i)`. With this
/// loss, a linear model is a multinomial logistic regression.
///
/// The scores are logarithms of probabilities, up to a constant that all classes share; [`Objective::probabilities`]
/// returns the probabilities. All coefficients are in (−1, 1) and seldom 0: a step nearly always writes all rows.
///
/// ```
/// use hingeline::{Loss, Softmax};
///
/// let mut scores = [0.0; 4];
/// let sample = Softmax.coefficients(1, &mut scores)?;
/// assert_eq!(scores, [0.25, -0.75, 0.25, 0.25]);
/// assert!((sample.loss - 4.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Numeric contract
/// Let `m` be the highest score and `t` the lowest index that has it. `e_j = expf(s[j] − m)` for `j ≠ t`; `R` is the
/// sum of these in ascending `j` from +0.0, and `q = 1 / (1 + R)`. The loss is `log1pf(R) − (s[y] − m)`. The
/// probabilities are `p_j = e_j * q`, and `p_t = q`. The coefficients are `k_j = p_j` for `j ≠ y`; `k_y = −(R * q)` if
/// `y = t`, otherwise `k_y = p_y − 1`. `expf` and `log1pf` are those of the `libm` crate on every target.
///
/// So a well-classified sample keeps a loss above zero and coefficients other than zero as long as `R` is above zero;
/// `ln(1 + R)` and `1 − p_t` would be 0 for `R` below 2⁻²⁴. The probabilities are at least 0 and sum to 1 within `(C + 2) · 2⁻²⁴`, for
/// up to 2¹⁰ classes: each of `C − 1` additions, the quotient and the product is off by at most 2⁻²⁴, and a value that
/// underflows by at most 2⁻¹⁵⁰.
///
/// In a [`Landscape`](crate::Landscape) the scores are lines, and the loss is that of the scores at a point. It is not
/// a [`PiecewiseLinear`](crate::PiecewiseLinear) loss.
///
/// # Cost
/// For each sample, one call of `expf` for each class but one, and one call of `log1pf`.
/// [`guide::costs`](crate::guide::costs) counts the instructions of a step, with and without a floating-point unit.
///
/// # Source
/// D. R. Cox, "The Regression Analysis of Binary Sequences", Journal of the Royal Statistical Society B 20(2), 1958,
/// for two classes; this form is from the linear classification lecture of Stanford's CS231n.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Softmax;

impl Softmax {
    /// Turns scores into probabilities in place.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] if a score is not finite, [`Error::InvalidShape`] if there are none; the scores are
    /// then unchanged.
    ///
    /// ```
    /// let mut scores = [1.0, 1.0, 1e9, 1e9];
    /// hingeline::Softmax::turn_into_probabilities(&mut scores)?;
    /// assert_eq!(scores, [0.0, 0.0, 0.5, 0.5]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn turn_into_probabilities(scores: &mut [f32]) -> Result<(), Error> {
        if scores.is_empty() {
            return Err(Error::InvalidShape);
        }
        let label = argmax(scores);
        check_scores(label, scores)?;
        let quotient = exponentials(label, scores).quotient();
        scores.iter_mut().for_each(|e| *e *= quotient);
        Ok(())
    }
}

impl Objective<Softmax> {
    /// Writes the probability of each class into the caller's buffer.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`]; [`Error::NonFiniteScore`], and the buffer's content is then undefined.
    ///
    /// ```
    /// use hingeline::{Model, Objective, Softmax};
    ///
    /// let model = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0)?;
    /// let mut probabilities = [0.0; 2];
    /// Objective::of(Softmax, 0.0)?.probabilities(&model, &[0.0], &mut probabilities)?;
    /// assert_eq!(probabilities, [0.5, 0.5]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn probabilities<S: Storage, K: Kernel>(
        &self,
        model: &AnyModel<S, K>,
        x: &<S::Shape as Shape>::Sample,
        probabilities: &mut <S::Shape as Shape>::Scores,
    ) -> Result<(), Error> {
        model.scores(x, probabilities)?;
        Softmax::turn_into_probabilities(probabilities.as_mut())
    }
}

/// A summary of the exponentials of a sample's scores.
struct Exponentials {
    /// The class of the highest score.
    top: usize,
    /// The sum of all exponentials except that of the highest score, which is 1.
    rest: f32,
    /// The label's score minus the highest one.
    own: f32,
}

impl Exponentials {
    fn quotient(&self) -> f32 {
        1.0 / (1.0 + self.rest)
    }

    fn loss(&self) -> f32 {
        libm::log1pf(self.rest) - self.own
    }
}

/// Replaces the scores, which are finite, with their exponentials in place.
#[inline(always)]
fn exponentials(label: usize, scores: &mut [f32]) -> Exponentials {
    let top = argmax(scores);
    let highest = scores.get(top).copied().unwrap_or_default();
    let own = scores.get(label).copied().unwrap_or_default() - highest;
    let mut rest = 0.0;
    for (class, score) in scores.iter_mut().enumerate() {
        *score = if class == top { 1.0 } else { libm::expf(*score - highest) };
        if class != top {
            rest += *score;
        }
    }
    Exponentials { top, rest, own }
}

/// The same, with the loss, for scores that may be anything.
fn checked(label: usize, scores: &mut [f32]) -> Result<(Exponentials, f32), Error> {
    check_scores(label, scores)?;
    let exponentials = exponentials(label, scores);
    let loss = exponentials.loss();
    if loss.is_finite() { Ok((exponentials, loss)) } else { Err(Error::NonFiniteLoss) }
}

impl Loss for Softmax {
    fn loss(&self, label: usize, scores: &mut [f32]) -> Result<f32, Error> {
        Ok(checked(label, scores)?.1)
    }

    fn coefficients(&self, label: usize, scores: &mut [f32]) -> Result<SampleLoss, Error> {
        let (exponentials, loss) = checked(label, scores)?;
        let quotient = exponentials.quotient();
        let mut sample = SampleLoss { loss, ..SampleLoss::NONE };
        for (class, k) in scores.iter_mut().enumerate() {
            *k *= quotient;
            if class == label {
                *k = if label == exponentials.top { -(exponentials.rest * quotient) } else { *k - 1.0 };
            } else if *k != 0.0 {
                sample.violations = sample.violations.wrapping_add(1);
            }
            sample.largest = sample.largest.max(k.abs());
        }
        Ok(sample)
    }
}

impl Sealed for Softmax {
    fn kinks(&self, _: Key, _: &[f32], _: &[f32]) -> usize {
        0
    }

    fn offsets(&self, _: Key, label: usize, scores: &mut [f32]) -> Result<(), Error> {
        check_scores(label, scores)
    }

    fn slopes(&self, _: Key, _: usize, _: &mut [f32]) {}

    fn losses(
        &self,
        _: Key,
        label: usize,
        offsets: &[f32],
        slopes: &[f32],
        coordinates: &[[f32; POINTS]],
    ) -> [f32; POINTS] {
        let (mut highest, mut top, mut own) = ([f32::NEG_INFINITY; POINTS], [0; POINTS], [0.0; POINTS]);
        for (class, scores) in lines(offsets, slopes, coordinates).enumerate() {
            for ((highest, top), score) in highest.iter_mut().zip(&mut top).zip(scores) {
                if score > *highest {
                    (*highest, *top) = (score, class);
                }
            }
            if class == label {
                own = scores;
            }
        }
        let mut rest = [0.0; POINTS];
        for (class, scores) in lines(offsets, slopes, coordinates).enumerate() {
            for (((rest, top), highest), score) in rest.iter_mut().zip(top).zip(highest).zip(scores) {
                if class != top {
                    *rest += libm::expf(score - highest);
                }
            }
        }
        let mut losses = own;
        for (((loss, rest), top), highest) in losses.iter_mut().zip(rest).zip(top).zip(highest) {
            // A score that is infinite or NaN gives no finite loss.
            *loss = Exponentials { top, rest, own: *loss - highest }.loss();
        }
        losses
    }
}
