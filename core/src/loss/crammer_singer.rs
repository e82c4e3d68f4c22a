//! The loss of Crammer and Singer.

use super::function::sealed::Sealed;
use super::function::{Loss, POINTS, SampleLoss};
use super::lines::lines;
use crate::error::Error;
use crate::kernel::Key;
use crate::kernel::margins::{check_scores, turn_into_margins};

/// The multiclass hinge loss of Crammer and Singer, without a regulariser: `max(0, max_{j≠y} s_j − s_y + Δ)`.
///
/// Of the other classes, only the one with the highest score counts: the rival. A step writes two rows, the rival's and
/// the label's, or none.
///
/// ```
/// use hingeline::{Constant, CrammerSinger, Loss, Model, Objective, Sgd};
///
/// let loss = CrammerSinger::new(1.0)?;
/// let mut scores = [3.2, 5.1, 4.7];
/// let sample = loss.coefficients(0, &mut scores)?;
/// assert!((sample.loss - 2.9).abs() < 1e-6);
/// assert_eq!(scores, [-1.0, 1.0, 0.0]);
///
/// let mut sgd = Sgd::new(Objective::of(loss, 1e-4)?, Constant { rate: 0.1 })?;
/// let mut model = Model::<3, 2>::new();
/// assert_eq!(sgd.step(&mut model, &[1.0, -1.0], 2)?.violations, 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Numeric contract
/// The rival `r` is the class with the highest score, except the label's; the lowest index wins a tie. Its margin is
/// `(s[r] − s[y]) + Δ`. If it is above zero, it is the loss, `k_r = 1` and `k_y = −1`; otherwise the loss is +0.0. All
/// other coefficients are 0.
///
/// In a [`Landscape`](crate::Landscape) the margins of all classes are lines as for [`Hinge`](crate::Hinge), and the
/// loss is the largest one above zero. Breakpoints and exact minima are not available;
/// [`PiecewiseLinear`](crate::PiecewiseLinear) explains why.
///
/// # Source
/// K. Crammer and Y. Singer, "On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines", Journal of
/// Machine Learning Research 2, 2001.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CrammerSinger {
    margin: f32,
}

impl CrammerSinger {
    /// A loss with margin Δ, usually 1.
    ///
    /// # Errors
    /// [`Error::InvalidMargin`] unless the margin is finite and at least 0.
    pub const fn new(margin: f32) -> Result<Self, Error> {
        if margin.is_finite() && margin >= 0.0 { Ok(Self { margin }) } else { Err(Error::InvalidMargin) }
    }

    /// The margin Δ.
    pub const fn margin(&self) -> f32 {
        self.margin
    }

    /// The loss, and the rival's class; the label's class if the margin does not count.
    #[inline(always)]
    fn rival(&self, label: usize, scores: &[f32]) -> Result<(f32, usize), Error> {
        check_scores(label, scores)?;
        let (mut rival, mut highest, mut own) = (label, f32::NEG_INFINITY, 0.0);
        for (class, &score) in scores.iter().enumerate() {
            if class == label {
                own = score;
            } else if score > highest {
                (rival, highest) = (class, score);
            }
        }
        // If there is no other class, the margin is −∞.
        let margin = (highest - own) + self.margin;
        if margin == f32::INFINITY {
            return Err(Error::NonFiniteLoss);
        }
        Ok(if margin > 0.0 { (margin, rival) } else { (0.0, label) })
    }
}

/// Writes 1 to the rival's place and 0 to all others, or 0 to all.
fn mark(rival: usize, label: usize, scores: &mut [f32]) {
    scores.fill(0.0);
    if let Some(mark) = scores.get_mut(rival).filter(|_| rival != label) {
        *mark = 1.0;
    }
}

impl Loss for CrammerSinger {
    fn loss(&self, label: usize, scores: &mut [f32]) -> Result<f32, Error> {
        let (loss, rival) = self.rival(label, scores)?;
        mark(rival, label, scores);
        Ok(loss)
    }

    #[inline]
    fn coefficients(&self, label: usize, scores: &mut [f32]) -> Result<SampleLoss, Error> {
        let (loss, rival) = self.rival(label, scores)?;
        mark(rival, label, scores);
        if rival == label {
            return Ok(SampleLoss::NONE);
        }
        if let Some(own) = scores.get_mut(label) {
            *own = -1.0;
        }
        Ok(SampleLoss { loss, violations: 1, largest: 1.0 })
    }
}

impl Sealed for CrammerSinger {
    /// 1 if the rival is another class, or counts at only one of the two points.
    fn kinks(&self, _: Key, above: &[f32], below: &[f32]) -> usize {
        usize::from(above != below)
    }

    fn offsets(&self, _: Key, label: usize, scores: &mut [f32]) -> Result<(), Error> {
        let (_loss, _rival) = self.rival(label, scores)?;
        turn_into_margins(self.margin, label, scores);
        Ok(())
    }

    fn slopes(&self, _: Key, label: usize, scores: &mut [f32]) {
        turn_into_margins(0.0, label, scores);
    }

    fn losses(
        &self,
        _: Key,
        _: usize,
        offsets: &[f32],
        slopes: &[f32],
        coordinates: &[[f32; POINTS]],
    ) -> [f32; POINTS] {
        // The label's own line is 0 everywhere.
        let mut losses = [0.0; POINTS];
        for margins in lines(offsets, slopes, coordinates) {
            for (loss, margin) in losses.iter_mut().zip(margins) {
                // A NaN, from two infinities, stays and is then refused.
                *loss = if margin <= *loss || loss.is_nan() { *loss } else { margin };
            }
        }
        losses
    }
}
