//! A standardiser, folded into a model.

use super::model::{Model, ViewMut};
use super::storage::copy;
use crate::data::Standardiser;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::kernel::magnitude::{self, all_finite};

impl<const F: usize> Standardiser<F> {
    /// Turns a model of standardised features into the same model of features as they come:
    /// `w[c][f] = w[c][f] * factor[f]`, then `bias[c] = bias[c] − (scale * dot(w[c], mean))`.
    ///
    /// The scores are the same but for rounding: not bit for bit.
    ///
    /// # Errors
    /// [`Error::NonFiniteModel`] if a weight or a bias would not be finite. The model is then as before.
    ///
    /// ```
    /// use hingeline::{Model, Standardiser};
    ///
    /// let mut model = Model::from_parts([[4.0], [-2.0]], [1.0, 0.0], 1.0)?;
    /// Standardiser::from_parts([3.0], [0.5])?.fold(&mut model)?;
    /// assert_eq!((model.weights(), model.bias()), (&[[2.0], [-1.0]], &[-5.0, 3.0]));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn fold<const C: usize, K: Kernel>(&self, model: &mut Model<C, F, K>) -> Result<(), Error> {
        let ViewMut { weights, bias, scale, bound, kernel } = model.view_mut();
        let (mut folded_bias, mut largest) = ([0.0; C], 0.0);
        for ((folded, row), bias) in folded_bias.iter_mut().zip(weights.as_chunks::<F>().0).zip(bias.iter()) {
            let row = self.folded(row);
            largest = magnitude::largest(&[largest, kernel.largest(&row)]);
            *folded = bias - (scale.get() * kernel.dot(&row, self.mean()));
        }
        if !(scale.keeps_finite(largest) && all_finite(folded_bias.iter().copied())) {
            return Err(Error::NonFiniteModel);
        }
        for row in weights.as_chunks_mut::<F>().0 {
            *row = self.folded(row);
        }
        copy(&folded_bias, bias);
        *bound = largest;
        Ok(())
    }

    fn folded(&self, row: &[f32; F]) -> [f32; F] {
        let mut folded = *row;
        for (weight, factor) in folded.iter_mut().zip(self.factor()) {
            *weight *= factor;
        }
        folded
    }
}
