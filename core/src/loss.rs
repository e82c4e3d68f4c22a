//! The Weston-Watkins loss and its analytic gradient.

use crate::kernel::Kernel;
use crate::magnitude::all_finite;
use crate::pass::Pass;
use crate::{Error, Model, Samples, Stopped};

/// The multiclass hinge loss of Weston and Watkins with an L2 term:
///
/// `L = 1/N Σ_i L_i + α R(W)`, `L_i = Σ_{j≠y_i} max(0, s_j − s_{y_i} + Δ)`, `R(W) = Σ W²`.
///
/// The bias is not regularised. A margin counts when it is strictly above zero.
///
/// # Numeric contract
/// The margin of class `j` is `(s[j] − s[y]) + Δ`. The loss of a sample is its counting margins added in ascending `j`
/// from +0.0. The losses of a set are added in ascending order by Neumaier's compensated summation, and the sum is
/// divided by `N` rounded to binary32. The regulariser is `α * R(W)` with `R` as [`Model::squared_norm`].
///
/// # Source
/// J. Weston and C. Watkins, "Support Vector Machines for Multi-Class Pattern Recognition", ESANN 1999; in this form in
/// the optimisation lecture of Stanford's CS231n.
///
/// ```
/// use hingeline::{Hinge, Model};
///
/// // The scores of this model are its bias: 3.2 for cat, 5.1 for car, −1.7 for frog.
/// let model = Model::from_parts([[0.0]; 3], [3.2, 5.1, -1.7], 1.0)?;
/// let hinge = Hinge::new(1.0, 0.0)?;
/// let mut margins = [0.0; 3];
/// let loss = hinge.margins(&model, &[0.0], 0, &mut margins)?;
/// assert!((loss - 2.9).abs() < 1e-6);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hinge {
    margin: f32,
    l2: f32,
}

impl Hinge {
    /// A loss of margin Δ, usually 1, and L2 strength α, 0 for none.
    ///
    /// # Errors
    /// [`Error::InvalidMargin`] or [`Error::InvalidL2`] unless both are finite and at least 0.
    ///
    /// ```
    /// use hingeline::{Error, Hinge};
    /// assert!(Hinge::new(1.0, 1e-4).is_ok());
    /// assert_eq!(Hinge::new(1.0, -1e-4), Err(Error::InvalidL2));
    /// ```
    pub const fn new(margin: f32, l2: f32) -> Result<Self, Error> {
        if !(margin.is_finite() && margin >= 0.0) {
            Err(Error::InvalidMargin)
        } else if !(l2.is_finite() && l2 >= 0.0) {
            Err(Error::InvalidL2)
        } else {
            Ok(Self { margin, l2 })
        }
    }

    /// The margin Δ.
    ///
    /// ```
    /// assert_eq!(hingeline::Hinge::new(1.0, 1e-4)?.margin(), 1.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn margin(&self) -> f32 {
        self.margin
    }

    /// The L2 strength α.
    ///
    /// ```
    /// assert_eq!(hingeline::Hinge::new(1.0, 1e-4)?.l2(), 1e-4);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn l2(&self) -> f32 {
        self.l2
    }

    /// The margins of one sample into the caller's buffer, and its loss `L_i` without the regulariser.
    ///
    /// `margins[j] = (s[j] − s[label]) + Δ`, and `margins[label] = 0`, since the label's own class has none.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`], [`Error::NonFiniteScore`], [`Error::NonFiniteLoss`]; the buffer's content is then
    /// of no use.
    ///
    /// ```
    /// use hingeline::{Hinge, Model};
    ///
    /// let model = Model::from_parts([[1.0], [2.0], [-4.0]], [0.0; 3], 1.0)?;
    /// let mut margins = [0.0; 3];
    /// let loss = Hinge::new(1.0, 0.0)?.margins(&model, &[1.0], 0, &mut margins)?;
    /// assert_eq!((loss, margins), (2.0, [0.0, 2.0, -4.0]));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn margins<const C: usize, const F: usize, K: Kernel>(
        &self,
        model: &Model<C, F, K>,
        x: &[f32; F],
        label: usize,
        margins: &mut [f32; C],
    ) -> Result<f32, Error> {
        model.raw_scores(x, margins);
        margins_of_scores(self.margin, label, margins)
    }

    /// The loss of a set, the regulariser included.
    ///
    /// A batch is a [`Selected`](crate::Selected) set, one sample a [`Slices`](crate::Slices) set of one. One pass over
    /// the set and one over the weights; scratch on the stack: `C` scores, or
    /// those of eight samples and as many coefficients on a kernel that takes
    /// [batches](crate::kernel::Kernel::BATCHES).
    ///
    /// # Errors
    /// [`Error::EmptySet`]; for the sample at fault what [`margins`](Self::margins) refuses;
    /// [`Error::NonFiniteLoss`] if the sum overflows.
    ///
    /// ```
    /// use hingeline::{Hinge, Model, Slices};
    ///
    /// let model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let mut samples = Slices::new(&[[1.0], [3.0]], &[0u8, 1])?;
    /// assert_eq!(Hinge::new(1.0, 0.5)?.loss(&model, &mut samples), Ok((2.0 + 0.0) / 2.0 + 0.5 * 5.0));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn loss<const C: usize, const F: usize, K: Kernel, S: Samples<F> + ?Sized>(
        &self,
        model: &Model<C, F, K>,
        samples: &mut S,
    ) -> Result<f32, Stopped> {
        let indices = 0..samples.len();
        let total = Pass { hinge: self, model, gradient: None }.over(samples, indices)?;
        Ok(self.regularised(total.mean_loss()?, model)?)
    }

    /// The gradient of [`loss`](Self::loss) into the caller's buffer, and that loss.
    ///
    /// `∇_{w_j} L = 1/N Σ_i k_ij x_i + 2 α W_j`, with the coefficients `k` of [`coefficients`]; for the bias without x
    /// and without the regulariser. At a kink, where the loss has no gradient, this is one of its subgradients.
    ///
    /// Contract: per weight, from +0.0 and over the samples in ascending order, `g = g + (k * x)`; then
    /// `g = g * (1 / N)`, then, unless α = 0, `g = g + ((2α · scale) * w)`.
    ///
    /// # Errors
    /// As [`loss`](Self::loss), and [`Error::NonFiniteLoss`] if an element overflows; the buffer's content is then of
    /// no use.
    ///
    /// ```
    /// use hingeline::{Gradient, Hinge, Model, Slices};
    ///
    /// let model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let mut samples = Slices::new(&[[3.0]], &[0u8])?;
    /// let mut gradient = Gradient::new();
    /// Hinge::new(1.0, 0.5)?.gradient(&model, &mut samples, &mut gradient)?;
    /// assert_eq!(gradient.weights(), &[[-3.0 + 1.0], [3.0 + 2.0]]);
    /// assert_eq!(gradient.bias(), &[-1.0, 1.0]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn gradient<const C: usize, const F: usize, K: Kernel, S: Samples<F> + ?Sized>(
        &self,
        model: &Model<C, F, K>,
        samples: &mut S,
        gradient: &mut Gradient<C, F>,
    ) -> Result<f32, Stopped> {
        gradient.clear();
        let indices = 0..samples.len();
        let total = Pass { hinge: self, model, gradient: Some(gradient) }.over(samples, indices)?;
        let loss = self.regularised(total.mean_loss()?, model)?;
        let (kernel, mean) = (model.kernel(), 1.0 / total.samples());
        let weights = gradient.weights.as_flattened_mut();
        kernel.scale(mean, weights);
        kernel.axpy(2.0 * self.l2 * model.scale(), model.weights().as_flattened(), weights);
        kernel.scale(mean, &mut gradient.bias);
        if kernel.largest(weights).is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss.into()) }
    }

    fn regularised<const C: usize, const F: usize, K: Kernel>(
        &self,
        data_loss: f32,
        model: &Model<C, F, K>,
    ) -> Result<f32, Error> {
        let loss = if self.l2 > 0.0 { data_loss + self.l2 * model.squared_norm() } else { data_loss };
        if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss) }
    }

    /// The factor `1 − 2ηα` by which a step of learning rate η shrinks the weights.
    pub(crate) fn shrink(&self, rate: f32) -> Result<f32, Error> {
        // In this order, since doubling first could overflow and make NaN of a strength of 0.
        let product = 2.0 * (rate * self.l2);
        if product < 1.0 { Ok(1.0 - product) } else { Err(Error::L2TooStrong) }
    }
}

/// Scores become margins in place; returns the sum of those that count.
pub(crate) fn margins_of_scores<const C: usize>(
    margin: f32,
    label: usize,
    scores: &mut [f32; C],
) -> Result<f32, Error> {
    if label >= C {
        return Err(Error::LabelOutOfRange);
    }
    if !all_finite(scores.iter().copied()) {
        return Err(Error::NonFiniteScore);
    }
    let loss = turn_into_margins(margin, label, scores);
    if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss) }
}

pub(crate) fn turn_into_margins<const C: usize>(margin: f32, label: usize, scores: &mut [f32; C]) -> f32 {
    let own = scores.get(label).copied().unwrap_or_default();
    let label = narrow(label);
    for (class, score) in (0..).zip(scores.iter_mut()) {
        let margin = (*score - own) + margin;
        // Chosen here, since a store to the label's place would hold up the loads that follow it.
        *score = if class == label { 0.0 } else { margin };
    }
    // Adding +0.0 for a margin that does not count leaves the sum's bits as they are, and needs no branch.
    scores.iter().fold(0.0, |sum, &margin| sum + if margin > 0.0 { margin } else { 0.0 })
}

/// Scores become coefficients in place; returns the loss and how many margins count.
pub(crate) fn coefficients_of_scores<const C: usize>(
    margin: f32,
    label: usize,
    scores: &mut [f32; C],
) -> Result<(f32, usize), Error> {
    let loss = margins_of_scores(margin, label, scores)?;
    // Margins that count are above zero, and so is their sum. Most steps of a trained model have none.
    let violations = if loss > 0.0 { coefficients(scores, label) } else { 0 };
    Ok((loss, violations))
}

/// Turns a sample's margins, in place, into the coefficients of its gradient, and returns how many margins count.
///
/// `∇_{w_j} L_i = k_j x_i` with `k_j = 1` where the margin is above zero and 0 where not; for the label's own class
/// `k_y = −(the number of those)`. With no violation all are 0.
///
/// ```
/// let mut margins = [0.0, 2.0, -4.0, 0.5];
/// let violations = hingeline::coefficients(&mut margins, 0);
/// assert_eq!((violations, margins), (2, [-2.0, 1.0, 0.0, 1.0]));
/// ```
pub fn coefficients<const C: usize>(margins: &mut [f32; C], label: usize) -> usize {
    let violations: u32 = margins.iter().fold(0, |count, margin| count.wrapping_add((*margin > 0.0).into()));
    let (own, label) = (0.0 - violations as f32, narrow(label));
    for (class, margin) in (0..).zip(margins.iter_mut()) {
        let counts = if *margin > 0.0 { 1.0 } else { 0.0 };
        *margin = if class == label { own } else { counts };
    }
    violations as usize
}

/// The label in 32 bits, as wide as a score, so that it is compared with several classes at once where the processor
/// can. One beyond that range is no class in either width.
fn narrow(label: usize) -> u32 {
    u32::try_from(label).unwrap_or(u32::MAX)
}

/// A gradient of the loss: the buffer that batch descent and gradient checks ask their caller for.
///
/// The same layout as the model's weights and bias: [`Gradient::SIZE`] bytes, zero bits when new.
///
/// ```
/// use hingeline::Gradient;
/// use static_cell::ConstStaticCell;
///
/// static GRADIENT: ConstStaticCell<Gradient<10, 64>> = ConstStaticCell::new(Gradient::new());
/// assert_eq!(GRADIENT.take().bias(), &[0.0; 10]);
/// ```
#[derive(Clone, Debug)]
pub struct Gradient<const C: usize, const F: usize> {
    pub(crate) weights: [[f32; F]; C],
    pub(crate) bias: [f32; C],
}

impl<const C: usize, const F: usize> Gradient<C, F> {
    /// The bytes that it takes: `4 · (C · F + C)`.
    ///
    /// ```
    /// assert_eq!(hingeline::Gradient::<10, 64>::SIZE, 2_600);
    /// ```
    pub const SIZE: usize = size_of::<Self>();

    /// A gradient of zeros.
    ///
    /// ```
    /// assert_eq!(hingeline::Gradient::<2, 1>::new().weights(), &[[0.0], [0.0]]);
    /// ```
    pub const fn new() -> Self {
        Self { weights: [[0.0; F]; C], bias: [0.0; C] }
    }

    /// One row a class, one element a weight.
    ///
    /// ```
    /// assert_eq!(hingeline::Gradient::<2, 1>::new().weights()[1][0], 0.0);
    /// ```
    pub const fn weights(&self) -> &[[f32; F]; C] {
        &self.weights
    }

    /// One element a class.
    ///
    /// ```
    /// assert_eq!(hingeline::Gradient::<2, 1>::new().bias(), &[0.0; 2]);
    /// ```
    pub const fn bias(&self) -> &[f32; C] {
        &self.bias
    }

    pub(crate) fn clear(&mut self) {
        self.weights.as_flattened_mut().fill(0.0);
        self.bias.fill(0.0);
    }
}

impl<const C: usize, const F: usize> Default for Gradient<C, F> {
    fn default() -> Self {
        Self::new()
    }
}
