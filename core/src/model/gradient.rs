//! The buffer of a gradient, of a model's shape.

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
    pub const fn weights(&self) -> &[[f32; F]; C] {
        &self.weights
    }

    /// One element a class.
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
