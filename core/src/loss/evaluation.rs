//! The evaluation of a model on a set.

use super::function::{Loss, weighted};
use super::objective::Objective;
use super::pass::Total;
use crate::error::Stopped;
use crate::kernel::{KEY, Kernel};
use crate::model::{AnyModel, SamplesOf, Storage, argmax};

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
    /// The number of samples whose class was predicted correctly.
    pub correct: usize,
    /// The number of samples in the set.
    pub samples: usize,
}

impl Evaluation {
    /// The fraction of the samples whose class was predicted correctly.
    ///
    /// ```
    /// let evaluation = hingeline::Evaluation { data_loss: 0.5, correct: 3, samples: 4 };
    /// assert_eq!(evaluation.accuracy(), 0.75);
    /// ```
    pub fn accuracy(&self) -> f32 {
        self.correct as f32 / self.samples as f32
    }
}

impl<L: Loss> Objective<L> {
    /// The data loss and the accuracy on a set, such as a validation set, in one pass.
    ///
    /// The loss is that of [`loss`](Self::loss) without L2, to the bit. Scratch: `C` scores.
    ///
    /// # Errors
    /// As for [`loss`](Self::loss).
    ///
    /// ```
    /// use hingeline::{Hinge, Model, Slices};
    /// let model = Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0)?;
    /// let mut samples = Slices::new(&[[2.0], [-2.0]], &[0u8, 1])?;
    /// assert_eq!(Hinge::new(1.0, 0.0)?.evaluate(&model, &mut samples)?.accuracy(), 1.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn evaluate<S: Storage, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &self,
        model: &AnyModel<S, K>,
        samples: &mut D,
    ) -> Result<Evaluation, Stopped> {
        model.with_scratch::<0, _, _>(|scores, _| {
            let (mut total, mut correct, view) = (Total::default(), 0_usize, model.view());
            for index in 0..samples.count(KEY) {
                let weight = samples.weight_of(KEY, index);
                let (x, label) = samples.row(KEY, view.features, index).map_err(Stopped::at(index))?;
                view.scores(x, scores);
                let predicted = argmax(scores);
                let loss = self.loss_function().loss(label, scores);
                let loss = loss.and_then(|loss| weighted(weight, loss)).map_err(Stopped::at(index))?;
                correct = correct.wrapping_add(usize::from(predicted == label));
                total.add(loss, 0);
            }
            Ok(Evaluation { data_loss: total.mean_loss()?, correct, samples: total.count() })
        })
    }
}
