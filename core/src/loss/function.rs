//! What a loss is: a sample's loss, and the coefficients of its gradient, from scores and label.

use core::fmt;

use crate::error::Error;

/// The points along a line that are evaluated together.
pub(crate) const POINTS: usize = 16;

/// A loss of one sample: a function of its scores and its label.
///
/// The gradient of a linear model is then of rank one, `∇_{w_c} L_i = k_c x_i` and `∂L_i/∂b_c = k_c`, so that the coefficients
/// `k` are all that a step needs. Sealed: each loss is a part of the numeric contract.
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

    /// The same; the scores become the coefficients of the gradient.
    ///
    /// # Errors
    /// As [`loss`](Self::loss); the scores are then undefined.
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
    /// The classes other than the label's whose coefficient is not 0: the margins that count.
    pub violations: usize,
    /// The largest magnitude among the coefficients.
    pub largest: f32,
}

/// A loss that is piecewise linear in the scores, so that its pieces along a ray are known exactly.
///
/// ```
/// fn has_exact_minima(_: impl hingeline::PiecewiseLinear) {}
/// has_exact_minima(hingeline::WestonWatkins::new(1.0)?);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait PiecewiseLinear: Loss + sealed::Pieces {}

impl<L: Loss + sealed::Pieces> PiecewiseLinear for L {}

pub(crate) mod sealed {
    use super::{POINTS, SampleLoss};
    use crate::error::Error;
    use crate::kernel::{Kernel, Key};

    /// What the crate's algorithms ask of a loss besides; only they have the key.
    ///
    /// Along a line through a model, `W + a · W1`, the scores are linear in `a`: an offset and a slope for each class. A loss keeps
    /// them in its own form.
    pub trait Sealed {
        /// The scores become coefficients, and the bias takes `factor` times these. A sample without coefficients leaves the bias as
        /// it was, and the scores undefined.
        fn step<K: Kernel>(
            &self,
            key: Key,
            kernel: K,
            label: usize,
            factor: f32,
            scores: &mut [f32],
            bias: &mut [f32],
        ) -> Result<SampleLoss, Error>;

        /// The kinks between two points, by what [`Loss::loss`](super::Loss::loss) left of their scores.
        fn kinks(&self, key: Key, above: &[f32], below: &[f32]) -> usize;

        /// Scores at the line's origin become offsets.
        fn offsets(&self, key: Key, label: usize, scores: &mut [f32]) -> Result<(), Error>;

        /// Scores of a direction become slopes.
        fn slopes(&self, key: Key, label: usize, scores: &mut [f32]);

        /// The losses at some points: for each direction a row of slopes, and the points' coordinates along it.
        fn losses(&self, key: Key, offsets: &[f32], slopes: &[f32], coordinates: &[[f32; POINTS]]) -> [f32; POINTS];
    }

    /// What is asked of a loss whose pieces are linear.
    pub trait Pieces {
        /// The derivatives along the line at some points.
        fn derivatives(&self, key: Key, offsets: &[f32], slopes: &[f32], points: &[f32; POINTS]) -> [f32; POINTS];

        /// Calls back for each class whose margin changes its sign at `a ≥ 0`: class, `a`, slope.
        fn breakpoints(&self, key: Key, offsets: &[f32], slopes: &[f32], each: impl FnMut(usize, f32, f32));
    }
}
