//! The multiclass hinge loss, with an L2 term.

use super::function::Loss;
use super::objective::Objective;
use super::weston_watkins::WestonWatkins;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::kernel::margins::turn_into_indicators;
use crate::model::{AnyModel, Shape, Storage};

/// The multiclass hinge loss of Weston and Watkins with an L2 term:
///
/// `L = 1/N Σ_i L_i + α R(W)`, `L_i = Σ_{j≠y_i} max(0, s_j − s_{y_i} + Δ)`, `R(W) = Σ W²`.
///
/// The bias is not regularised. A margin counts when it is strictly above zero.
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
///
/// # Numeric contract
/// The margin of class `j` is `(s[j] − s[y]) + Δ`. The loss of a sample is the sum of its margins that count, added in
/// ascending `j` from +0.0. The losses of a set are added in ascending order in a sum of two words, whose high word is
/// divided by `N` rounded to binary32. The regulariser is `α * R(W)` with `R` as
/// [`Model::squared_norm`](crate::Model::squared_norm).
///
/// # Source
/// J. Weston and C. Watkins, "Support Vector Machines for Multi-Class Pattern Recognition", ESANN 1999; this form is
/// from the optimisation lecture of Stanford's CS231n.
pub type Hinge = Objective<WestonWatkins>;

impl Objective<WestonWatkins> {
    /// A loss with margin Δ, usually 1, and L2 strength α, 0 for none.
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
        match WestonWatkins::new(margin) {
            Ok(loss) => Self::of(loss, l2),
            Err(error) => Err(error),
        }
    }

    /// The margin Δ.
    pub const fn margin(&self) -> f32 {
        self.loss_function().margin()
    }

    /// Writes the margins of one sample into the caller's buffer, and returns its loss `L_i` without the regulariser.
    ///
    /// `margins[j] = (s[j] − s[label]) + Δ`, and `margins[label] = 0`, since the label's own class has none.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`], [`Error::NonFiniteScore`], [`Error::NonFiniteLoss`]; the buffer's content is then
    /// undefined.
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
    pub fn margins<S: Storage, K: Kernel>(
        &self,
        model: &AnyModel<S, K>,
        x: &<S::Shape as Shape>::Sample,
        label: usize,
        margins: &mut <S::Shape as Shape>::Scores,
    ) -> Result<f32, Error> {
        let (x, margins) = (x.as_ref(), margins.as_mut());
        model.check_shape([margins.len(), x.len()])?;
        model.view().scores(x, margins);
        self.loss_function().loss(label, margins)
    }
}

/// Turns a sample's margins, in place, into the coefficients of its gradient, and returns how many margins count.
///
/// `∇_{w_j} L_i = k_j x_i` with `k_j = 1` where the margin is above zero and 0 elsewhere; for the label's own class
/// `k_y = −(the number of those)`. Without violations all are 0.
///
/// ```
/// let mut margins = [0.0, 2.0, -4.0, 0.5];
/// let violations = hingeline::coefficients(&mut margins, 0);
/// assert_eq!((violations, margins), (2, [-2.0, 1.0, 0.0, 1.0]));
/// ```
pub fn coefficients(margins: &mut [f32], label: usize) -> usize {
    turn_into_indicators(label, margins)
}
