//! Evaluation of a model on a set.

use super::loss::{Loss, Objective, scaled_margin};
use super::model::{AnyModel, argmax};
use super::samples::Samples;
use super::storage::Storage;
use crate::error::{Error, Stopped};
use crate::kernel::Kernel;

/// The performance of a model on a set: [`crate::Evaluation`] in integers.
///
/// ```
/// use hingeline::integer::Evaluation;
/// let evaluation = Evaluation { loss: 0, correct: 3, samples: 4, clamped_inputs: 0 };
/// assert_eq!(evaluation.accuracy(), 0.75);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Evaluation {
    /// The sum of the samples' losses, without the regulariser, in the unit of scores.
    pub loss: i64,
    /// The number of samples whose class was predicted correctly.
    pub correct: usize,
    /// The number of samples in the set.
    pub samples: usize,
    /// The number of inputs that were clamped.
    pub clamped_inputs: u64,
}

impl Evaluation {
    /// The fraction of the samples whose class was predicted correctly.
    pub fn accuracy(&self) -> f32 {
        self.correct as f32 / self.samples as f32
    }
}

impl<L: Loss> Objective<L> {
    /// The loss and the accuracy on a set, in one pass. Scratch: `C` scores.
    ///
    /// # Errors
    /// [`Error::EmptySet`]; [`Error::LabelOutOfRange`], [`Error::ShapeMismatch`] and the errors of the set, with the
    /// sample at fault; [`Error::InvalidMargin`] if the margin is above 2²⁸ in the model's unit of scores.
    pub fn evaluate<S: Storage, K: Kernel, D: Samples + ?Sized>(
        &self,
        model: &AnyModel<S, K>,
        samples: &mut D,
    ) -> Result<Evaluation, Stopped> {
        let margin = scaled_margin(self.loss_function().margin(), model.fraction_bits())?;
        let mut evaluation = Evaluation { samples: samples.len(), ..Evaluation::default() };
        if evaluation.samples == 0 {
            return Err(Error::EmptySet.into());
        }
        model.with_scores(|scores| {
            for index in 0..evaluation.samples {
                let (x, label) = samples.sample(index).map_err(Stopped::at(index))?;
                model.scores(x, scores).map_err(Stopped::at(index))?;
                let predicted = argmax(scores);
                let sample = self.loss_function().coefficients(margin, label, scores);
                let sample = sample.map_err(Stopped::at(index))?;
                evaluation.loss = evaluation.loss.saturating_add(sample.loss);
                evaluation.correct = evaluation.correct.wrapping_add(usize::from(predicted == label));
                evaluation.clamped_inputs = evaluation.clamped_inputs.saturating_add(x.clamped().into());
            }
            Ok(evaluation)
        })
    }
}
