//! The losses, in integers.

use super::input::INPUT_BITS;
use super::model::MOST_BITS;
use crate::error::Error;

/// A hinge loss of a sample: a function of its scores and its label. Sealed: each loss is part of the numeric contract.
///
/// ```
/// use hingeline::integer::{Loss, SampleLoss, WestonWatkins};
///
/// let mut scores = [10, 20, -300];
/// let sample = WestonWatkins::new(1.0)?.coefficients(8, 0, &mut scores)?;
/// assert_eq!((sample, scores), (SampleLoss { loss: 18, violations: 1, largest: 1 }, [-1, 1, 0]));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait Loss: Copy + sealed::Sealed {
    /// The loss of a sample for a margin Δ in the unit of the scores. Turns the scores into the coefficients of the
    /// gradient. Magnitudes of up to 2²⁹ + 2²⁸ for a score and 2²⁸ for the margin do not overflow; those of a
    /// [`Model`](super::Model) are no larger.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`]; the scores are then unchanged.
    fn coefficients(&self, margin: i32, label: usize, scores: &mut [i32]) -> Result<SampleLoss, Error>;

    /// The margin Δ, in units of 2⁻¹⁶.
    fn margin(&self) -> u32;
}

mod sealed {
    pub trait Sealed {}
}

/// The loss of a sample, and a summary of its coefficients.
///
/// ```
/// use hingeline::integer::{Loss, WestonWatkins};
///
/// let sample = WestonWatkins::new(1.0)?.coefficients(8, 0, &mut [10, 20, 5])?;
/// assert_eq!((sample.loss, sample.violations, sample.largest), (18 + 3, 2, 2));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SampleLoss {
    /// The loss, in the unit of the scores.
    pub loss: i64,
    /// The number of margins that count.
    pub violations: u32,
    /// The largest magnitude of a coefficient.
    pub largest: i32,
}

/// The loss of Weston and Watkins: [`crate::WestonWatkins`] in integers. Every margin above zero counts.
///
/// ```
/// use hingeline::integer::{Loss, WestonWatkins};
///
/// let mut scores = [10, 20, 15];
/// WestonWatkins::new(1.0)?.coefficients(8, 0, &mut scores)?;
/// assert_eq!(scores, [-2, 1, 1]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct WestonWatkins {
    margin: u32,
}

/// The loss of Crammer and Singer: [`crate::CrammerSinger`] in integers. Only the largest margin above zero counts; the
/// lowest index wins a tie.
///
/// ```
/// use hingeline::integer::{CrammerSinger, Loss};
///
/// let mut scores = [10, 20, 15];
/// CrammerSinger::new(1.0)?.coefficients(8, 0, &mut scores)?;
/// assert_eq!(scores, [-1, 1, 0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CrammerSinger {
    margin: u32,
}

/// A margin of 1,024 in units of 2⁻¹⁶.
const LARGEST_UNITS: u32 = 1 << 26;

/// `round(Δ · 2¹⁶)`, halves away from zero.
const fn margin_of(margin: f32) -> Result<u32, Error> {
    if margin >= 0.0 && margin <= 1_024.0 {
        Ok((margin as f64 * 65_536.0 + 0.5) as u32)
    } else {
        Err(Error::InvalidMargin)
    }
}

impl WestonWatkins {
    /// A loss with margin Δ, usually 1. In a `const` it adds no floating-point code to the device.
    ///
    /// # Errors
    /// [`Error::InvalidMargin`] unless it is from 0 to 1,024.
    pub const fn new(margin: f32) -> Result<Self, Error> {
        match margin_of(margin) {
            Ok(margin) => Ok(Self { margin }),
            Err(error) => Err(error),
        }
    }

    /// A loss with a margin in units of 2⁻¹⁶.
    pub(super) const fn of_units(margin: u32) -> Result<Self, Error> {
        if margin <= LARGEST_UNITS { Ok(Self { margin }) } else { Err(Error::InvalidMargin) }
    }
}

impl CrammerSinger {
    /// A loss with margin Δ, usually 1. In a `const` it adds no floating-point code to the device.
    ///
    /// # Errors
    /// [`Error::InvalidMargin`] unless it is from 0 to 1,024.
    pub const fn new(margin: f32) -> Result<Self, Error> {
        match margin_of(margin) {
            Ok(margin) => Ok(Self { margin }),
            Err(error) => Err(error),
        }
    }

    /// A loss with a margin in units of 2⁻¹⁶.
    pub(super) const fn of_units(margin: u32) -> Result<Self, Error> {
        if margin <= LARGEST_UNITS { Ok(Self { margin }) } else { Err(Error::InvalidMargin) }
    }
}

impl sealed::Sealed for WestonWatkins {}
impl sealed::Sealed for CrammerSinger {}

impl Loss for WestonWatkins {
    fn coefficients(&self, margin: i32, label: usize, scores: &mut [i32]) -> Result<SampleLoss, Error> {
        let own = scores.get_mut(label).ok_or(Error::LabelOutOfRange)?;
        let reference = own.wrapping_sub(margin);
        // Its own margin counts for nothing, without a branch in the loop.
        *own = reference;
        let (mut gain, mut violations) = (0_i64, 0_u32);
        for score in &mut *scores {
            // Minus the margin: its sign is the coefficient, which a 32-bit processor then has in one instruction.
            let slack = reference.wrapping_sub(*score);
            *score = slack.cast_unsigned().wrapping_shr(31).cast_signed();
            gain = gain.wrapping_add(slack.min(0).into());
            violations = violations.wrapping_add(score.cast_unsigned());
        }
        let loss = gain.wrapping_neg();
        let largest = violations.cast_signed();
        if let Some(own) = scores.get_mut(label) {
            *own = largest.wrapping_neg();
        }
        Ok(SampleLoss { loss, violations, largest })
    }

    fn margin(&self) -> u32 {
        self.margin
    }
}

impl Loss for CrammerSinger {
    fn coefficients(&self, margin: i32, label: usize, scores: &mut [i32]) -> Result<SampleLoss, Error> {
        let reference = scores.get(label).ok_or(Error::LabelOutOfRange)?.wrapping_sub(margin);
        let (mut rival, mut largest) = (label, 0);
        for (class, score) in scores.iter().enumerate() {
            let margin = score.wrapping_sub(reference);
            if margin > largest && class != label {
                (rival, largest) = (class, margin);
            }
        }
        scores.fill(0);
        if rival == label {
            return Ok(SampleLoss { loss: 0, violations: 0, largest: 0 });
        }
        for (class, k) in [(rival, 1), (label, -1)] {
            if let Some(own) = scores.get_mut(class) {
                *own = k;
            }
        }
        Ok(SampleLoss { loss: largest.into(), violations: 1, largest: 1 })
    }

    fn margin(&self) -> u32 {
        self.margin
    }
}

/// Another loss, times a small whole number for the class of the sample's label: [`crate::Weighted`] in integers.
///
/// A weight multiplies loss and coefficients. With a weight of 0 neither is left; the step still counts, and so does
/// L2.
///
/// ```
/// use hingeline::integer::{Loss, Weighted, WestonWatkins};
///
/// let loss = Weighted::new(WestonWatkins::new(1.0)?, &[5, 1])?;
/// let mut scores = [0, 0];
/// assert_eq!(loss.coefficients(8, 0, &mut scores)?.loss, 40);
/// assert_eq!(scores, [-5, 5]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Weighted<'a, L> {
    pub(super) loss: L,
    pub(super) weights: &'a [u8],
}

impl<'a, L> Weighted<'a, L> {
    /// The largest weight.
    pub const LARGEST: u8 = 64;

    /// A loss with these weights, one for each class.
    ///
    /// # Errors
    /// [`Error::InvalidWeight`] for a weight above [`LARGEST`](Self::LARGEST).
    pub fn new(loss: L, weights: &'a [u8]) -> Result<Self, Error> {
        let fits = weights.iter().all(|weight| *weight <= Self::LARGEST);
        if fits { Ok(Self { loss, weights }) } else { Err(Error::InvalidWeight) }
    }
}

impl<L> sealed::Sealed for Weighted<'_, L> {}

impl<L: Loss> Loss for Weighted<'_, L> {
    fn coefficients(&self, margin: i32, label: usize, scores: &mut [i32]) -> Result<SampleLoss, Error> {
        if self.weights.len() != scores.len() {
            return Err(Error::ShapeMismatch);
        }
        let weight = i32::from(*self.weights.get(label).ok_or(Error::LabelOutOfRange)?);
        let SampleLoss { loss, violations, largest } = self.loss.coefficients(margin, label, scores)?;
        for k in scores {
            *k = k.wrapping_mul(weight);
        }
        let loss = loss.wrapping_mul(weight.into());
        let violations = if weight == 0 { 0 } else { violations };
        Ok(SampleLoss { loss, violations, largest: largest.wrapping_mul(weight) })
    }

    fn margin(&self) -> u32 {
        self.loss.margin()
    }
}

/// A loss and an L2 term: [`crate::Objective`] in integers.
///
/// ```
/// use hingeline::integer::{CrammerSinger, Objective};
/// let objective = Objective::of(CrammerSinger::new(1.0)?, 1e-4)?;
/// assert_eq!(objective.l2(), 858_993);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Objective<L> {
    loss: L,
    l2: u32,
}

/// The loss of Weston and Watkins with an L2 term: [`crate::Hinge`] in integers.
///
/// ```
/// use hingeline::integer::Hinge;
///
/// const HINGE: Hinge = match Hinge::new(1.0, 1e-4) {
///     Ok(hinge) => hinge,
///     Err(_) => panic!("at compile time"),
/// };
/// ```
pub type Hinge = Objective<WestonWatkins>;

impl Objective<WestonWatkins> {
    /// A loss with margin Δ, usually 1, and L2 strength α, 0 for none. In a `const` it adds no floating-point code to
    /// the device.
    ///
    /// # Errors
    /// As [`WestonWatkins::new`] and [`Objective::of`].
    pub const fn new(margin: f32, l2: f32) -> Result<Self, Error> {
        match WestonWatkins::new(margin) {
            Ok(loss) => Self::of(loss, l2),
            Err(error) => Err(error),
        }
    }

    /// The same from whole numbers, for a program without floating point: a margin in units of 2⁻¹⁶, `round(Δ · 2¹⁶)`,
    /// and a strength as [`l2`](Self::l2) returns it, `round(2α · 2³²)`.
    ///
    /// # Errors
    /// [`Error::InvalidMargin`] for a margin above 1,024.
    ///
    /// ```
    /// use hingeline::integer::Hinge;
    /// let hinge = Hinge::new(1.0, 1e-4)?;
    /// assert_eq!(Hinge::from_units(1 << 16, hinge.l2())?, hinge);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn from_units(margin: u32, l2: u32) -> Result<Self, Error> {
        match WestonWatkins::of_units(margin) {
            Ok(loss) => Ok(Self::of_units(loss, l2)),
            Err(error) => Err(error),
        }
    }
}

impl<L: Copy> Objective<L> {
    /// A loss with an L2 strength in the units that [`l2`](Self::l2) returns.
    pub(super) const fn of_units(loss: L, l2: u32) -> Self {
        Self { loss, l2 }
    }

    /// A loss with an L2 term of strength α.
    ///
    /// # Errors
    /// [`Error::InvalidL2`] unless it is at least 0 and below ½.
    pub const fn of(loss: L, l2: f32) -> Result<Self, Error> {
        if l2 >= 0.0 && l2 < 0.5 {
            let l2 = l2 as f64 * 8_589_934_592.0 + 0.5;
            Ok(Self { loss, l2: l2 as u32 })
        } else {
            Err(Error::InvalidL2)
        }
    }

    /// λ, the L2 strength as `round(2α · 2³²)`.
    pub const fn l2(&self) -> u32 {
        self.l2
    }

    /// The loss function, without the L2 term.
    pub const fn loss_function(&self) -> &L {
        &self.loss
    }
}

/// The largest D.
const LARGEST_MARGIN: u32 = 1 << 28;
/// The most fraction bits of a score.
const MOST_SCORE_BITS: u32 = MOST_BITS as u32 + INPUT_BITS;

/// The margin, at most 2²⁶ units of 2⁻¹⁶, in the unit of scores with p + q fraction bits; an error above 2²⁸.
pub(super) fn scaled_margin(margin: u32, weight_bits: u8) -> Result<i32, Error> {
    let bits = u32::from(weight_bits).wrapping_add(INPUT_BITS);
    // One shift to the right serves both directions, since four bits are free above the largest margin.
    let scaled = margin.wrapping_shl(4).wrapping_shr(MOST_SCORE_BITS.wrapping_sub(bits));
    if scaled <= LARGEST_MARGIN { Ok(scaled.cast_signed()) } else { Err(Error::InvalidMargin) }
}
