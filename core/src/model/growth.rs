//! More classes than a model was made for.

use super::model::{AnyModel, DynModel, Model};
use super::storage::{Arrays, Lent, Storage, copy};
use crate::error::Error;

impl<const C: usize, const F: usize, K> AnyModel<Arrays<C, F>, K> {
    /// Copies a model of fewer classes into this one, in place, and adds new classes after its own: the old rows are
    /// copied bit for bit, the new rows are zeros with this bias.
    ///
    /// A new class then has this score for every sample. The model must learn the class to recognise it, and learning
    /// one class alone makes the model forget the others: [`guide::adapting`](crate::guide::adapting) shows how to
    /// continue with the samples that a [`Reservoir`](crate::Reservoir) has kept. An [`Average`](crate::Average) starts
    /// over. A call on a model that does not have more classes does not compile.
    ///
    /// # Errors
    /// [`Error::NonFiniteModel`] for a bias that is not finite. This model is then unchanged.
    ///
    /// ```
    /// use hingeline::Model;
    ///
    /// let trained = Model::from_parts([[1.0], [-1.0]], [0.5, -0.5], 1.0)?;
    /// let mut grown = Model::<3, 1>::new();
    /// grown.grow_from(&trained, -2.0)?;
    /// assert_eq!((grown.weights(), grown.bias()), (&[[1.0], [-1.0], [0.0]], &[0.5, -0.5, -2.0]));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn grow_from<const SMALLER: usize, Other>(
        &mut self,
        smaller: &Model<SMALLER, F, Other>,
        bias: f32,
    ) -> Result<(), Error> {
        const { assert!(SMALLER < C, "a grown model must have more classes than the original") };
        self.grow(smaller, bias)
    }
}

impl<K> AnyModel<Lent<'_>, K> {
    /// [`Model::grow_from`].
    ///
    /// # Errors
    /// As for [`Model::grow_from`], and [`Error::ShapeMismatch`] unless the other model has fewer classes and as many
    /// features.
    pub fn grow_from<Other>(&mut self, smaller: &DynModel<'_, Other>, bias: f32) -> Result<(), Error> {
        if smaller.features() != self.features() || smaller.classes() >= self.classes() {
            return Err(Error::ShapeMismatch);
        }
        self.grow(smaller, bias)
    }
}

impl<S: Storage, K> AnyModel<S, K> {
    /// Grows from a model with as many features and fewer classes, whose rows then come first.
    fn grow<T: Storage, Other>(&mut self, smaller: &AnyModel<T, Other>, new_bias: f32) -> Result<(), Error> {
        if !new_bias.is_finite() {
            return Err(Error::NonFiniteModel);
        }
        let (weights, bias) = self.storage.parts_mut();
        weights.fill(0.0);
        bias.fill(new_bias);
        copy(smaller.storage.weights(), weights);
        copy(smaller.storage.bias(), bias);
        self.scale = smaller.scale;
        self.bound = smaller.bound;
        Ok(())
    }
}
