//! How good a model is on a set, and when to stop making it better.

use crate::kernel::Kernel;
use crate::pass::Total;
use crate::{Error, Hinge, Model, Samples, Stopped, argmax, loss};

/// How well a model does on a set.
///
/// ```
/// use hingeline::{Hinge, Model, Slices};
///
/// let model = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0)?;
/// let mut samples = Slices::new(&[[2.0], [-2.0], [0.25]], &[0u8, 1, 1])?;
/// let evaluation = Hinge::new(1.0, 0.0)?.evaluate(&model, &mut samples)?;
/// assert_eq!((evaluation.correct, evaluation.samples), (2, 3));
/// assert_eq!(evaluation.data_loss, 0.5);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Evaluation {
    /// The mean loss of the samples, without the regulariser.
    pub data_loss: f32,
    /// The samples whose class was predicted.
    pub correct: usize,
    /// The samples of the set.
    pub samples: usize,
}

impl Evaluation {
    /// The fraction of the samples whose class was predicted.
    ///
    /// ```
    /// let evaluation = hingeline::Evaluation { data_loss: 0.5, correct: 3, samples: 4 };
    /// assert_eq!(evaluation.accuracy(), 0.75);
    /// ```
    pub fn accuracy(&self) -> f32 {
        self.correct as f32 / self.samples as f32
    }
}

impl Hinge {
    /// The data loss and the accuracy on a set, such as a validation part, in one pass.
    ///
    /// The loss is that of [`loss`](Self::loss) without L2, to the bit. Scratch: C scores on the stack.
    ///
    /// # Errors
    /// As [`loss`](Self::loss).
    ///
    /// ```
    /// use hingeline::{Hinge, Model, Slices};
    /// let model = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0)?;
    /// let mut samples = Slices::new(&[[2.0], [-2.0]], &[0u8, 1])?;
    /// assert_eq!(Hinge::new(1.0, 0.0)?.evaluate(&model, &mut samples)?.accuracy(), 1.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn evaluate<const C: usize, const F: usize, K: Kernel, S: Samples<F> + ?Sized>(
        &self,
        model: &Model<C, F, K>,
        samples: &mut S,
    ) -> Result<Evaluation, Stopped> {
        let (mut total, mut correct, mut scores) = (Total::default(), 0_usize, [0.0; C]);
        for index in 0..samples.len() {
            let (x, label) = samples.sample(index).map_err(Stopped::at(index))?;
            model.raw_scores(x, &mut scores);
            let predicted = argmax(&scores);
            let loss = loss::margins_of_scores(self.margin(), label, &mut scores).map_err(Stopped::at(index))?;
            correct = correct.wrapping_add(usize::from(predicted == label));
            total.add(loss, 0);
        }
        Ok(Evaluation { data_loss: total.mean_loss()?, correct, samples: total.count() })
    }
}

/// What [`EarlyStopping`] makes of an epoch.
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
    /// Not lower, and patience is at its end: the best model is in the buffer.
    Stop,
}

/// Early stopping: keeps the model of the lowest value so far, and says when to wait no longer for a lower one.
///
/// The value is the caller's choice, of a set that the model was not trained on: its data loss, or `1 − accuracy`. The buffer
/// of the best model is the caller's too. All of the state is the patience, the lowest value and the epochs since.
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

    /// Goes on from a saved state.
    ///
    /// # Errors
    /// [`Error::InvalidPatience`] for a patience of 0, [`Error::InvalidState`] for a lowest value that is NaN.
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
            _ => Ok(Self { patience, lowest, waited }),
        }
    }

    /// The epochs without a lower value that are waited for.
    ///
    /// ```
    /// assert_eq!(hingeline::EarlyStopping::new(5)?.patience(), 5);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn patience(&self) -> u32 {
        self.patience
    }

    /// The lowest value, that of the best model.
    ///
    /// ```
    /// assert_eq!(hingeline::EarlyStopping::new(5)?.lowest(), None);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn lowest(&self) -> Option<f32> {
        self.lowest
    }

    /// The epochs since the lowest value.
    ///
    /// ```
    /// assert_eq!(hingeline::EarlyStopping::new(5)?.waited(), 0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn waited(&self) -> u32 {
        self.waited
    }

    /// Takes the value of an epoch; if it is the lowest so far, `best` becomes a copy of the model.
    ///
    /// Equal is not lower: of equally good models the first one is kept.
    ///
    /// # Errors
    /// [`Error::NonFiniteLoss`] for NaN; state and buffer are then as before.
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
    pub fn observe<const C: usize, const F: usize, K, B>(
        &mut self,
        value: f32,
        model: &Model<C, F, K>,
        best: &mut Model<C, F, B>,
    ) -> Result<Verdict, Error> {
        if value.is_nan() {
            return Err(Error::NonFiniteLoss);
        }
        if self.lowest.is_none_or(|lowest| value < lowest) {
            best.copy_from(model);
            self.lowest = Some(value);
            self.waited = 0;
            return Ok(Verdict::Improved);
        }
        self.waited = self.waited.saturating_add(1);
        Ok(if self.waited >= self.patience { Verdict::Stop } else { Verdict::Waiting })
    }
}
