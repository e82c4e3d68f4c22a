//! Losses: a sample's loss, and the coefficients of its gradient, from its scores and its label.

use core::fmt;

use crate::error::Error;
use crate::kernel::magnitude::all_finite;
use crate::kernel::{KEY, Kernel, Portable};

/// The number of points along a line that are evaluated together.
pub(crate) const POINTS: usize = 16;

/// A loss of one sample: a function of its scores and its label.
///
/// The gradient of a linear model is then of rank one, `∇_{w_c} L_i = k_c x_i` and `∂L_i/∂b_c = k_c`, so the
/// coefficients `k` are all that a step needs. A coefficient is any finite binary32, rounded as its loss defines.
/// Sealed: each loss is a part of the numeric contract.
///
/// | loss | type | coefficients | rows that a step writes |
/// |---|---|---|---|
/// | hinge of Weston and Watkins | [`WestonWatkins`](crate::WestonWatkins) | whole numbers | one for each margin that counts, and the label's |
/// | hinge of Crammer and Singer | [`CrammerSinger`](crate::CrammerSinger) | 1 and −1 | two, or none |
/// | cross-entropy | [`Softmax`](crate::Softmax) | probabilities | nearly always all |
///
/// [`Weighted`](crate::Weighted) is any of these, with a weight for each class.
///
/// ```
/// use hingeline::{Loss, WestonWatkins};
///
/// let loss = WestonWatkins::new(1.0)?;
/// assert_eq!(loss.loss(0, &mut [1.0, 2.0, -4.0])?, 2.0);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait Loss: sealed::Sealed + Copy + PartialEq + fmt::Debug {
    /// The loss of a sample with these scores; the buffer then holds intermediate values.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`], [`Error::NonFiniteScore`], and [`Error::NonFiniteLoss`] if the loss overflows.
    fn loss(&self, label: usize, scores: &mut [f32]) -> Result<f32, Error>;

    /// The same; replaces the scores with the coefficients of the gradient.
    ///
    /// # Errors
    /// As for [`loss`](Self::loss); the scores are then undefined.
    fn coefficients(&self, label: usize, scores: &mut [f32]) -> Result<SampleLoss, Error>;
}

/// The loss of a sample, and a summary of its coefficients.
///
/// ```
/// use hingeline::{Loss, SampleLoss, WestonWatkins};
///
/// let sample = WestonWatkins::new(1.0)?.coefficients(0, &mut [1.0, 2.0, -4.0])?;
/// assert_eq!(sample, SampleLoss { loss: 2.0, violations: 1, largest: 1.0 });
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SampleLoss {
    /// The loss, without a regulariser.
    pub loss: f32,
    /// The number of classes other than the label's whose coefficient is not 0; for a hinge, the number of margins that
    /// count.
    pub violations: usize,
    /// The largest magnitude among the coefficients.
    pub largest: f32,
}

/// A loss whose pieces along a ray are known exactly: it is piecewise linear, and its derivative, as computed, never
/// falls.
///
/// [`CrammerSinger`](crate::CrammerSinger) is piecewise linear but not one of these losses. Rounded numbers decide
/// which margin is the largest at a point. Near a point where two margins cross, rounding can swap the two back and
/// forth: the computed derivative then falls at a few points, and no search could claim to have found the exact
/// minimum.
///
/// ```
/// fn has_exact_minima(_: impl hingeline::PiecewiseLinear) {}
/// has_exact_minima(hingeline::WestonWatkins::new(1.0)?);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the pieces of `{Self}` along a ray are not known exactly",
    note = "`WestonWatkins` has exact breakpoints and minima, weighted or not; other losses have values and gradients"
)]
pub trait PiecewiseLinear: Loss + sealed::Pieces {}

impl<L: Loss + sealed::Pieces> PiecewiseLinear for L {}

/// [`Sealed::step`](sealed::Sealed::step) from the coefficients, for a sample with this weight.
///
/// # Errors
/// As for [`Loss::coefficients`] and [`SampleLoss::times`], [`Error::ShapeMismatch`], and [`Error::NonFiniteStep`] for
/// a bias that would not be finite.
pub(crate) fn step_by_coefficients<L: Loss>(
    loss: &L,
    weight: f32,
    label: usize,
    factor: f32,
    scores: &mut [f32],
    bias: &mut [f32],
) -> Result<SampleLoss, Error> {
    if scores.len() != bias.len() {
        return Err(Error::ShapeMismatch);
    }
    let sample = loss.coefficients(label, scores)?.times(weight, scores)?;
    if sample.largest > 0.0 {
        Portable.axpy(factor, scores, bias);
        if !all_finite(bias.iter().copied()) {
            return Err(Error::NonFiniteStep);
        }
    }
    Ok(sample)
}

/// [`Sealed::step`](sealed::Sealed::step) for a sample with this weight. If the compiler knows that the weight is 1, no
/// code for weights remains.
///
/// # Errors
/// As for [`step_by_coefficients`], and [`Error::InvalidWeight`].
#[inline(always)]
pub(crate) fn weighted_step<L: Loss, K: Kernel>(
    loss: &L,
    weight: f32,
    kernel: K,
    label: usize,
    factor: f32,
    scores: &mut [f32],
    bias: &mut [f32],
) -> Result<SampleLoss, Error> {
    if weight == 1.0 {
        return loss.step(KEY, kernel, label, factor, scores, bias);
    }
    check_weight(weight)?;
    step_by_coefficients(loss, weight, label, factor, scores, bias)
}

/// A loss times the weight of its sample.
///
/// # Errors
/// [`Error::InvalidWeight`] for an invalid weight, [`Error::NonFiniteLoss`] if the product overflows.
pub(crate) fn weighted(weight: f32, loss: f32) -> Result<f32, Error> {
    check_weight(weight)?;
    let loss = weight * loss;
    if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss) }
}

/// Refuses a weight that is not a finite number of at least 0.
pub(crate) const fn check_weight(weight: f32) -> Result<(), Error> {
    if weight.is_finite() && weight >= 0.0 { Ok(()) } else { Err(Error::InvalidWeight) }
}

impl SampleLoss {
    /// No loss and no coefficients.
    pub(crate) const NONE: Self = Self { loss: 0.0, violations: 0, largest: 0.0 };

    /// The same for a sample with this weight: the loss and the coefficients are multiplied by it, each product
    /// rounded. A weight of 0 leaves no coefficients.
    #[inline]
    pub(crate) fn times(self, weight: f32, coefficients: &mut [f32]) -> Result<Self, Error> {
        if weight == 1.0 {
            return Ok(self);
        }
        let loss = weighted(weight, self.loss)?;
        coefficients.iter_mut().for_each(|k| *k *= weight);
        let largest = self.largest * weight;
        if !largest.is_finite() {
            return Err(Error::NonFiniteLoss);
        }
        Ok(if largest > 0.0 {
            Self { loss, violations: self.violations, largest }
        } else {
            Self { loss, ..Self::NONE }
        })
    }
}

pub(crate) mod sealed {
    use super::{Loss, POINTS, SampleLoss, step_by_coefficients};
    use crate::error::Error;
    use crate::kernel::{Kernel, Key};

    /// Further methods that the crate's algorithms need from a loss; only they have the key.
    ///
    /// Along a line through a model, `W + a · W1`, the scores are linear in `a`: an offset and a slope for each class.
    /// A loss keeps them in its own form.
    pub trait Sealed {
        /// Replaces the scores with the coefficients, and adds `factor` times these to the bias. A sample without
        /// coefficients leaves the bias unchanged and the scores undefined.
        #[inline(always)]
        fn step<K: Kernel>(
            &self,
            _: Key,
            _: K,
            label: usize,
            factor: f32,
            scores: &mut [f32],
            bias: &mut [f32],
        ) -> Result<SampleLoss, Error>
        where
            Self: Loss,
        {
            step_by_coefficients(self, 1.0, label, factor, scores, bias)
        }

        /// The number of kinks between two points, from what [`Loss::loss`](super::Loss::loss) left in the buffers of
        /// their scores.
        fn kinks(&self, key: Key, above: &[f32], below: &[f32]) -> usize;

        /// Turns the scores at the line's origin into offsets.
        fn offsets(&self, key: Key, label: usize, scores: &mut [f32]) -> Result<(), Error>;

        /// Turns the scores of a direction into slopes.
        fn slopes(&self, key: Key, label: usize, scores: &mut [f32]);

        /// The losses at some points, from a row of slopes for each direction and the points' coordinates along it.
        fn losses(
            &self,
            key: Key,
            label: usize,
            offsets: &[f32],
            slopes: &[f32],
            coordinates: &[[f32; POINTS]],
        ) -> [f32; POINTS];
    }

    /// Methods of a loss whose pieces are linear.
    pub trait Pieces {
        /// The derivatives along the line at some points.
        fn derivatives(
            &self,
            key: Key,
            label: usize,
            offsets: &[f32],
            slopes: &[f32],
            points: &[f32; POINTS],
        ) -> [f32; POINTS];

        /// Calls `each` for each class whose margin changes its sign at `a ≥ 0`, with the class, `a` and the slope.
        fn breakpoints(&self, key: Key, offsets: &[f32], slopes: &[f32], each: impl FnMut(usize, f32, f32));
    }
}
