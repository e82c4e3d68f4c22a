//! The buffer of a gradient, of a model's shape.

use super::storage::sealed::Storage as _;
use super::storage::{Arrays, Lent, Storage};
use crate::error::Error;

/// A gradient of the loss: the buffer that batch descent and gradient checks need from the caller.
///
/// It has the layout of the model's weights and bias: [`Gradient::SIZE`] bytes, all zero bits when new.
///
/// ```
/// use hingeline::Gradient;
/// use static_cell::ConstStaticCell;
///
/// static GRADIENT: ConstStaticCell<Gradient<10, 64>> = ConstStaticCell::new(Gradient::new());
/// assert_eq!(GRADIENT.take().bias(), &[0.0; 10]);
/// ```
pub type Gradient<const C: usize, const F: usize> = AnyGradient<Arrays<C, F>>;

/// A [`Gradient`] of a shape that is known at run time, in memory that the caller lends.
///
/// ```
/// use hingeline::DynGradient;
///
/// let mut memory = [0.0; DynGradient::memory_len(10, 64)];
/// let gradient = DynGradient::new(&mut memory, 10, 64)?;
/// assert_eq!(gradient.bias(), &[0.0; 10]);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type DynGradient<'a> = AnyGradient<Lent<'a>>;

/// A [`Gradient`] or a [`DynGradient`].
///
/// ```
/// let gradient: hingeline::AnyGradient<_> = hingeline::Gradient::<2, 1>::new();
/// assert_eq!(gradient.bias(), &[0.0; 2]);
/// ```
#[derive(Clone, Debug)]
pub struct AnyGradient<S> {
    storage: S,
}

/// The elements of a gradient, for reading.
#[derive(Clone, Copy)]
pub(crate) struct Elements<'a> {
    pub(crate) weights: &'a [f32],
    pub(crate) bias: &'a [f32],
}

/// The same, for writing.
pub(crate) struct ElementsMut<'a> {
    pub(crate) weights: &'a mut [f32],
    pub(crate) bias: &'a mut [f32],
}

impl<const C: usize, const F: usize> AnyGradient<Arrays<C, F>> {
    /// The bytes that a gradient takes: `4 · (C · F + C)`.
    pub const SIZE: usize = size_of::<Self>();

    /// A gradient of zeros.
    pub const fn new() -> Self {
        Self { storage: Arrays::ZERO }
    }

    /// One row per class, one element per weight.
    pub const fn weights(&self) -> &[[f32; F]; C] {
        &self.storage.weights
    }

    /// One element per class.
    pub const fn bias(&self) -> &[f32; C] {
        &self.storage.bias
    }
}

impl<'a> AnyGradient<Lent<'a>> {
    /// The number of values that a shape needs in memory: `classes · (features + 1)`.
    pub const fn memory_len(classes: usize, features: usize) -> usize {
        Lent::len(classes, features, 0)
    }

    /// A gradient of zeros.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for fewer than two classes or no features, [`Error::ShapeMismatch`] for memory whose
    /// length is not [`memory_len`](Self::memory_len).
    pub fn new(memory: &'a mut [f32], classes: usize, features: usize) -> Result<Self, Error> {
        let mut gradient = Self { storage: Lent::new(memory, classes, features, 0)? };
        gradient.clear();
        Ok(gradient)
    }

    /// One row per class, one element per weight, row after row.
    pub fn weights(&self) -> &[f32] {
        self.storage.weights()
    }

    /// One element per class.
    pub fn bias(&self) -> &[f32] {
        self.storage.bias()
    }
}

impl<S: Storage> AnyGradient<S> {
    /// Classes and features.
    pub(crate) fn shape(&self) -> [usize; 2] {
        self.storage.shape()
    }

    pub(crate) fn elements(&self) -> Elements<'_> {
        Elements { weights: self.storage.weights(), bias: self.storage.bias() }
    }

    pub(crate) fn elements_mut(&mut self) -> ElementsMut<'_> {
        let (weights, bias) = self.storage.parts_mut();
        ElementsMut { weights, bias }
    }

    pub(crate) fn clear(&mut self) {
        self.elements_mut().clear();
    }
}

impl ElementsMut<'_> {
    pub(crate) fn clear(&mut self) {
        self.weights.fill(0.0);
        self.bias.fill(0.0);
    }
}

impl<const C: usize, const F: usize> Default for AnyGradient<Arrays<C, F>> {
    fn default() -> Self {
        Self::new()
    }
}
