//! When to stop training a model.

use crate::error::Error;
use crate::model::{AnyModel, Storage};

/// The verdict of [`EarlyStopping`] on an epoch.
///
/// ```
/// use hingeline::{EarlyStopping, Model, Verdict};
/// let (model, mut best) = (Model::<2, 1>::new(), Model::new());
/// assert_eq!(EarlyStopping::new(3)?.observe(0.5, &model, &mut best)?, Verdict::Improved);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use]
pub enum Verdict {
    /// The lowest value so far: the model was copied.
    Improved,
    /// Not lower, and there is patience left.
    Waiting,
    /// Not lower, and patience has run out: the best model is in the buffer.
    Stop,
}

/// Early stopping: keeps the model with the lowest value so far, and says when to stop waiting for a lower one.
///
/// The caller chooses the value, on a set that the model was not trained on: the data loss, or `1 − accuracy`. The
/// buffer for the best model is also the caller's. The whole state is the patience, the lowest value and the number of
/// epochs since.
///
/// Source: L. Prechelt, "Early Stopping - But When?", in "Neural Networks: Tricks of the Trade", LNCS 1524, 1998.
///
/// ```
/// use hingeline::{Constant, EarlyStopping, Hinge, Model, Order, Sgd, Slices, Verdict};
///
/// let mut samples = Slices::new(&[[1.0], [-1.0], [0.5]], &[0u8, 1, 0])?;
/// let mut validation = Slices::new(&[[0.8], [-0.7]], &[0u8, 1])?;
/// let (mut model, mut best) = (Model::<2, 1>::new(), Model::new());
/// let hinge = Hinge::new(1.0, 1e-3)?;
/// let mut order = Order::resume([1, 2, 3, 4], 3, 0, 0)?;
/// let mut sgd = Sgd::new(hinge, Constant { rate: 0.1 })?;
/// let mut stopping = EarlyStopping::new(5)?;
/// for _ in 0..100 {
///     sgd.epoch(&mut model, &mut samples, &mut order)?;
///     let report = hinge.evaluate(&model, &mut validation)?;
///     if stopping.observe(report.data_loss, &model, &mut best)? == Verdict::Stop {
///         break;
///     }
/// }
/// assert_eq!(hinge.evaluate(&best, &mut validation)?.accuracy(), 1.0);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EarlyStopping {
    patience: u32,
    lowest: Option<f32>,
    waited: u32,
}

impl EarlyStopping {
    /// Waits for `patience` epochs in a row without a lower value, at least 1.
    ///
    /// # Errors
    /// [`Error::InvalidPatience`] for 0.
    ///
    /// ```
    /// use hingeline::{EarlyStopping, Error};
    /// assert_eq!(EarlyStopping::new(0), Err(Error::InvalidPatience));
    /// ```
    pub const fn new(patience: u32) -> Result<Self, Error> {
        Self::resume(patience, None, 0)
    }

    /// Continues from a saved state.
    ///
    /// # Errors
    /// [`Error::InvalidPatience`] for a patience of 0, [`Error::InvalidState`] for a lowest value that is NaN, and for
    /// epochs since a lowest value if there is none.
    ///
    /// ```
    /// use hingeline::EarlyStopping;
    /// let stopping = EarlyStopping::resume(5, Some(0.25), 2)?;
    /// assert_eq!((stopping.patience(), stopping.lowest(), stopping.waited()), (5, Some(0.25), 2));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn resume(patience: u32, lowest: Option<f32>, waited: u32) -> Result<Self, Error> {
        if patience == 0 {
            return Err(Error::InvalidPatience);
        }
        match lowest {
            Some(lowest) if lowest.is_nan() => Err(Error::InvalidState),
            None if waited > 0 => Err(Error::InvalidState),
            _ => Ok(Self { patience, lowest, waited }),
        }
    }

    /// The number of epochs to wait for a lower value.
    pub const fn patience(&self) -> u32 {
        self.patience
    }

    /// The lowest value, that of the best model.
    pub const fn lowest(&self) -> Option<f32> {
        self.lowest
    }

    /// The number of epochs since the lowest value.
    pub const fn waited(&self) -> u32 {
        self.waited
    }

    /// Takes the value of an epoch; if it is the lowest so far, `best` becomes a copy of the model.
    ///
    /// Equal is not lower: of equally good models, the first one is kept.
    ///
    /// # Errors
    /// [`Error::NonFiniteLoss`] for NaN; the state and the buffer are then unchanged.
    ///
    /// ```
    /// use hingeline::{EarlyStopping, Model, Verdict};
    /// let (model, mut best) = (Model::<2, 1>::new(), Model::new());
    /// let mut stopping = EarlyStopping::new(2)?;
    /// assert_eq!(stopping.observe(0.5, &model, &mut best)?, Verdict::Improved);
    /// assert_eq!(stopping.observe(0.6, &model, &mut best)?, Verdict::Waiting);
    /// assert_eq!(stopping.observe(0.5, &model, &mut best)?, Verdict::Stop);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn observe<S: Storage, T: Storage<Shape = S::Shape>, K, B>(
        &mut self,
        value: f32,
        model: &AnyModel<S, K>,
        best: &mut AnyModel<T, B>,
    ) -> Result<Verdict, Error> {
        best.check_shape(model.shape())?;
        if value.is_nan() {
            return Err(Error::NonFiniteLoss);
        }
        if self.lowest.is_none_or(|lowest| value < lowest) {
            best.copy_parts(model);
            self.lowest = Some(value);
            self.waited = 0;
            return Ok(Verdict::Improved);
        }
        self.waited = self.waited.saturating_add(1);
        Ok(if self.waited >= self.patience { Verdict::Stop } else { Verdict::Waiting })
    }
}
