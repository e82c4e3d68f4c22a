//! The loss of Weston and Watkins, and its pieces.

use super::function::sealed::{Pieces, Sealed};
use super::function::{Loss, POINTS, SampleLoss};
use super::lines::lines;
use crate::error::Error;
use crate::kernel::margins::{indicators_of_scores, margins_of_scores, turn_into_margins};
use crate::kernel::{Kernel, Key};

/// The multiclass hinge loss of Weston and Watkins, without a regulariser: `Σ_{j≠y} max(0, s_j − s_y + Δ)`.
///
/// Contract and source: [`Hinge`](crate::Hinge), which is this loss with an L2 term.
///
/// ```
/// use hingeline::{Loss, WestonWatkins};
///
/// let mut scores = [3.2, 5.1, -1.7];
/// let sample = WestonWatkins::new(1.0)?.coefficients(0, &mut scores)?;
/// assert!((sample.loss - 2.9).abs() < 1e-6);
/// assert_eq!(scores, [-1.0, 1.0, 0.0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct WestonWatkins {
    margin: f32,
}

impl WestonWatkins {
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
}

/// The loss from the sum and the number of the margins that count.
fn sample_loss((loss, violations): (f32, usize)) -> SampleLoss {
    SampleLoss { loss, violations, largest: violations as f32 }
}

impl Loss for WestonWatkins {
    fn loss(&self, label: usize, scores: &mut [f32]) -> Result<f32, Error> {
        margins_of_scores(self.margin, label, scores)
    }

    fn coefficients(&self, label: usize, scores: &mut [f32]) -> Result<SampleLoss, Error> {
        let sample = sample_loss(indicators_of_scores(self.margin, label, scores)?);
        if sample.violations == 0 {
            scores.fill(0.0);
        }
        Ok(sample)
    }
}

impl Sealed for WestonWatkins {
    #[inline(always)]
    fn step<K: Kernel>(
        &self,
        key: Key,
        kernel: K,
        label: usize,
        factor: f32,
        scores: &mut [f32],
        bias: &mut [f32],
    ) -> Result<SampleLoss, Error> {
        kernel.violations(key, self.margin, label, factor, scores, bias).map(sample_loss)
    }

    /// The number of margins that count at only one of two points.
    fn kinks(&self, _: Key, above: &[f32], below: &[f32]) -> usize {
        above.iter().zip(below).filter(|(a, b)| (**a > 0.0) != (**b > 0.0)).count()
    }

    fn offsets(&self, _: Key, label: usize, scores: &mut [f32]) -> Result<(), Error> {
        margins_of_scores(self.margin, label, scores).map(drop)
    }

    fn slopes(&self, _: Key, label: usize, scores: &mut [f32]) {
        // Without a Δ, the differences of scores are their margins.
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
        let mut losses = [0.0; POINTS];
        for margins in lines(offsets, slopes, coordinates) {
            for (loss, margin) in losses.iter_mut().zip(margins) {
                // A NaN, from two infinities, stays in the sum, which is then refused.
                *loss += if margin <= 0.0 { 0.0 } else { margin };
            }
        }
        losses
    }
}

impl Pieces for WestonWatkins {
    fn derivatives(&self, _: Key, _: usize, offsets: &[f32], slopes: &[f32], points: &[f32; POINTS]) -> [f32; POINTS] {
        let mut derivatives = [0.0; POINTS];
        for (offset, slope) in offsets.iter().zip(slopes) {
            for (derivative, a) in derivatives.iter_mut().zip(points) {
                *derivative += if offset + (a * slope) > 0.0 { *slope } else { 0.0 };
            }
        }
        derivatives
    }

    fn breakpoints(&self, _: Key, offsets: &[f32], slopes: &[f32], mut each: impl FnMut(usize, f32, f32)) {
        for (class, (&offset, &slope)) in offsets.iter().zip(slopes).enumerate() {
            if let Some(at) = change_of_sign(offset, slope) {
                each(class, at, slope);
            }
        }
    }
}

/// The smallest `a ≥ 0` at which `margin + (a * slope) > 0` differs from its value at 0; `None` if it never does.
fn change_of_sign(margin: f32, slope: f32) -> Option<f32> {
    let counts = |bits| margin + (f32::from_bits(bits) * slope) > 0.0;
    let (mut same, mut changed) = (0, f32::MAX.to_bits());
    if counts(same) == counts(changed) {
        return None;
    }
    while changed.wrapping_sub(same) > 1 {
        let middle = same.midpoint(changed);
        if counts(middle) == counts(0) { same = middle } else { changed = middle }
    }
    Some(f32::from_bits(changed))
}
