//! The objective of training: a loss with an L2 term.

use super::function::Loss;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::model::View;

/// A loss and an L2 term: `1/N Σ_i L_i + α R(W)`, with `R(W) = Σ W²`. The bias is not regularised.
///
/// [`Hinge`](crate::Hinge) is the objective with the loss of Weston and Watkins; [`Hinge::new`](crate::Hinge::new)
/// makes it.
///
/// ```
/// use hingeline::{Hinge, Objective, WestonWatkins};
///
/// assert_eq!(Objective::of(WestonWatkins::new(1.0)?, 1e-4)?, Hinge::new(1.0, 1e-4)?);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Objective<L> {
    loss: L,
    l2: f32,
}

impl<L> Objective<L> {
    /// The L2 strength α.
    pub const fn l2(&self) -> f32 {
        self.l2
    }

    /// The loss function, without the L2 term.
    pub const fn loss_function(&self) -> &L {
        &self.loss
    }

    /// The share `2ηα` of the weights that a step with learning rate η removes.
    #[inline]
    pub(crate) fn decay(&self, rate: f32) -> Result<f32, Error> {
        // In this order: doubling the rate first could overflow, and a strength of 0 would then give NaN.
        let decay = 2.0 * (rate * self.l2);
        if decay < 1.0 { Ok(decay) } else { Err(Error::L2TooStrong) }
    }
}

impl<L: Loss> Objective<L> {
    /// A loss with an L2 term of strength α, 0 for none.
    ///
    /// # Errors
    /// [`Error::InvalidL2`] unless the strength is at least 0 and its double, which the gradient uses, is finite.
    pub const fn of(loss: L, l2: f32) -> Result<Self, Error> {
        if (2.0 * l2).is_finite() && l2 >= 0.0 { Ok(Self { loss, l2 }) } else { Err(Error::InvalidL2) }
    }

    /// The loss of a set, from the mean loss of its samples.
    pub(crate) fn regularised<K: Kernel>(&self, data_loss: f32, model: View<'_, K>) -> Result<f32, Error> {
        let loss = if self.l2 > 0.0 { data_loss + self.l2 * model.squared_norm() } else { data_loss };
        if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss) }
    }
}
