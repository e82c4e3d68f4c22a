//! A loss with a weight for each class.

use super::function::sealed::{Pieces, Sealed};
use super::function::{Loss, POINTS, SampleLoss, check_weight, weighted};
use crate::error::Error;
use crate::kernel::Key;

/// Another loss, times a weight for the class of the sample's label: `v_y L_i`.
///
/// So a class with few samples can have more influence. The weights are borrowed, from a static or from the stack. A
/// sample can also have a weight of its own, through [`Sgd::step_weighted`](crate::Sgd::step_weighted) or
/// [`Samples::weight`](crate::Samples::weight); means are divided by the number of samples, not by the sum of their
/// weights.
///
/// ```
/// use hingeline::{Constant, CrammerSinger, Model, Objective, Sgd, Weighted, class_weights};
///
/// // A class of 4 and one of 100 samples.
/// let mut weights = [0.0; 2];
/// class_weights(&[4, 100], 0.5, &mut weights)?;
///
/// let loss = Weighted::new(CrammerSinger::new(1.0)?, &weights)?;
/// let mut sgd = Sgd::new(Objective::of(loss, 1e-4)?, Constant { rate: 0.1 })?;
/// let mut model = Model::<2, 1>::new();
/// let step = sgd.step(&mut model, &[1.0], 0)?;
/// assert_eq!(step.loss, weights[0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Numeric contract
/// The loss and each coefficient of the other loss are multiplied by the weight and rounded; then by the weight of the
/// sample. A weight of 1 changes no bit. A weight of 0 leaves no coefficients; the step still shrinks the weights and
/// is still counted.
///
/// # Errors
/// Those of the other loss; [`Error::ShapeMismatch`] unless there is a weight for each class; [`Error::NonFiniteLoss`]
/// if a product overflows.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Weighted<'a, L> {
    loss: L,
    weights: &'a [f32],
}

impl<'a, L> Weighted<'a, L> {
    /// A loss with these weights, one for each class.
    ///
    /// # Errors
    /// [`Error::InvalidWeight`] unless all are finite and at least 0.
    ///
    /// ```
    /// use hingeline::{Error, Softmax, Weighted};
    /// assert_eq!(Weighted::new(Softmax, &[1.0, -1.0]), Err(Error::InvalidWeight));
    /// ```
    pub fn new(loss: L, weights: &'a [f32]) -> Result<Self, Error> {
        weights.iter().try_for_each(|weight| check_weight(*weight))?;
        Ok(Self { loss, weights })
    }

    /// The loss without weights.
    pub const fn loss_function(&self) -> &L {
        &self.loss
    }

    /// The weights of the classes.
    pub const fn weights(&self) -> &'a [f32] {
        self.weights
    }

    /// The same weights for another loss.
    pub(super) const fn with(&self, loss: L) -> Self {
        Self { loss, weights: self.weights }
    }

    fn weight_of(&self, label: usize, classes: usize) -> Result<f32, Error> {
        if self.weights.len() != classes {
            return Err(Error::ShapeMismatch);
        }
        self.weights.get(label).copied().ok_or(Error::LabelOutOfRange)
    }
}

impl<L: Loss> Loss for Weighted<'_, L> {
    fn loss(&self, label: usize, scores: &mut [f32]) -> Result<f32, Error> {
        let weight = self.weight_of(label, scores.len())?;
        weighted(weight, self.loss.loss(label, scores)?)
    }

    fn coefficients(&self, label: usize, scores: &mut [f32]) -> Result<SampleLoss, Error> {
        let weight = self.weight_of(label, scores.len())?;
        self.loss.coefficients(label, scores)?.times(weight, scores)
    }
}

impl<L: Loss> Sealed for Weighted<'_, L> {
    fn kinks(&self, key: Key, above: &[f32], below: &[f32]) -> usize {
        self.loss.kinks(key, above, below)
    }

    fn offsets(&self, key: Key, label: usize, scores: &mut [f32]) -> Result<(), Error> {
        self.weight_of(label, scores.len())?;
        self.loss.offsets(key, label, scores)
    }

    fn slopes(&self, key: Key, label: usize, scores: &mut [f32]) {
        self.loss.slopes(key, label, scores);
    }

    fn losses(
        &self,
        key: Key,
        label: usize,
        offsets: &[f32],
        slopes: &[f32],
        coordinates: &[[f32; POINTS]],
    ) -> [f32; POINTS] {
        let weight = self.weight_of(label, offsets.len()).unwrap_or(f32::NAN);
        self.loss.losses(key, label, offsets, slopes, coordinates).map(|loss| weight * loss)
    }
}

impl<L: Loss + Pieces> Pieces for Weighted<'_, L> {
    fn derivatives(
        &self,
        key: Key,
        label: usize,
        offsets: &[f32],
        slopes: &[f32],
        points: &[f32; POINTS],
    ) -> [f32; POINTS] {
        let weight = self.weight_of(label, offsets.len()).unwrap_or(f32::NAN);
        self.loss.derivatives(key, label, offsets, slopes, points).map(|derivative| weight * derivative)
    }

    fn breakpoints(&self, key: Key, offsets: &[f32], slopes: &[f32], each: impl FnMut(usize, f32, f32)) {
        self.loss.breakpoints(key, offsets, slopes, each);
    }
}

/// Computes a weight for each class from the number of its samples: `(n / (K · n_c))^p`, where `n` is the number of all
/// samples and `K` that of the classes with samples. A class without samples gets 1.
///
/// With a power `p` of 0 all weights are 1; with 1 all classes have the same total weight, however few their samples.
/// We recommend ½:
///
#[doc = include_str!("weights_table.md")]
///
/// # Numeric contract
/// `n` and `K · n_c` are whole numbers of 64 bits, each rounded to binary32; then a quotient, and `powf` of the `libm`
/// crate.
///
/// # Errors
/// [`Error::ShapeMismatch`] unless there is a weight for each count; [`Error::EmptySet`] if all counts are 0;
/// [`Error::InvalidWeight`] for a power that is not a finite number of at least 0, or weights that overflow. The
/// weights are then unchanged.
///
/// ```
/// let mut weights = [0.0; 3];
/// hingeline::class_weights(&[4, 36, 0], 0.5, &mut weights)?;
/// assert!((weights[0] - 5.0_f32.sqrt()).abs() < 1e-6);
/// assert_eq!(weights[2], 1.0);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub fn class_weights(counts: &[usize], power: f32, weights: &mut [f32]) -> Result<(), Error> {
    if counts.len() != weights.len() {
        return Err(Error::ShapeMismatch);
    }
    if !(power.is_finite() && power >= 0.0) {
        return Err(Error::InvalidWeight);
    }
    let (mut samples, mut classes) = (0_u64, 0_u64);
    for &count in counts {
        samples = samples.saturating_add(count as u64);
        classes = classes.saturating_add(u64::from(count > 0));
    }
    if samples == 0 {
        return Err(Error::EmptySet);
    }
    let weight = |count: usize| {
        let share = classes.saturating_mul(count as u64) as f32;
        if count == 0 { 1.0 } else { libm::powf(samples as f32 / share, power) }
    };
    counts.iter().try_for_each(|&count| check_weight(weight(count)))?;
    for (own, &count) in weights.iter_mut().zip(counts) {
        *own = weight(count);
    }
    Ok(())
}
