//! Where to look at the loss from a model: a direction in the space of its weights and biases.

use rand_core::Rng;

use crate::data::Samples;
use crate::error::{Error, Stopped};
use crate::kernel::magnitude::all_finite;
use crate::kernel::{CHOSEN, Kernel};
use crate::loss::Hinge;
use crate::model::{Gradient, Model};
use crate::random;

/// A direction in the space of weights and biases: the `W1` of `W + a · W1`, in the layout of a [`Gradient`].
///
/// It is drawn at random, or taken from a gradient, from two models, or from the caller's numbers. All its elements are
/// finite; a new one is all zeros.
///
/// ```
/// use hingeline::{Direction, Model};
/// use static_cell::ConstStaticCell;
///
/// static DIRECTION: ConstStaticCell<Direction<2, 1>> = ConstStaticCell::new(Direction::new());
///
/// // The last step, from one model to the next.
/// let before = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
/// let after = Model::from_parts([[1.5], [1.5]], [0.25, -0.25], 1.0)?;
/// let direction = DIRECTION.take();
/// direction.between(&before, &after)?;
/// assert_eq!((direction.weights(), direction.bias()), (&[[0.5], [-0.5]], &[0.25, -0.25]));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Direction<const C: usize, const F: usize>(pub(crate) Gradient<C, F>);

impl<const C: usize, const F: usize> Direction<C, F> {
    /// The bytes that it takes: `4 · (C · F + C)`.
    pub const SIZE: usize = size_of::<Self>();

    /// A direction of zeros, which leads nowhere.
    ///
    /// ```
    /// assert_eq!(hingeline::Direction::<2, 1>::new().weights(), &[[0.0], [0.0]]);
    /// ```
    pub const fn new() -> Self {
        Self(Gradient::new())
    }

    /// One row a class, one element a weight.
    pub const fn weights(&self) -> &[[f32; F]; C] {
        self.0.weights()
    }

    /// One element a class.
    pub const fn bias(&self) -> &[f32; C] {
        self.0.bias()
    }

    /// `deviation · n` with [normal](random::normal) `n` for each weight in row-major order, then for each bias.
    ///
    /// # Errors
    /// [`Error::InvalidDeviation`] unless the deviation is finite and above 0, [`Error::NonFiniteModel`] if six times it
    /// overflows. Direction and generator are then as before.
    ///
    /// ```
    /// use hingeline::Direction;
    /// use rand_core::SeedableRng;
    ///
    /// let mut direction = Direction::<2, 3>::new();
    /// direction.draw(0.5, &mut rand_xorshift::XorShiftRng::seed_from_u64(1))?;
    /// assert!(direction.squared_norm() > 0.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn draw<R: Rng + ?Sized>(&mut self, deviation: f32, rng: &mut R) -> Result<(), Error> {
        if !(deviation.is_finite() && deviation > 0.0) {
            return Err(Error::InvalidDeviation);
        }
        // No deviate is larger than that in magnitude, so all can be refused before the first is drawn.
        if !(deviation * LARGEST_DEVIATE).is_finite() {
            return Err(Error::NonFiniteModel);
        }
        self.elements_mut().for_each(|element| *element = deviation * random::normal(rng));
        Ok(())
    }

    /// The direction of steepest descent: the gradient of the loss, and then each element times −1. Returns the loss.
    ///
    /// A gradient that is there already is [loaded](Self::load) and [turned round](Self::scale).
    ///
    /// # Errors
    /// As [`Hinge::gradient`]; the direction is then all zeros.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Model, Slices};
    ///
    /// let mut samples = Slices::new(&[[3.0]], &[0u8])?;
    /// let mut direction = Direction::new();
    /// let loss = direction.downhill(&Hinge::new(1.0, 0.0)?, &Model::<2, 1>::new(), &mut samples)?;
    /// assert_eq!((loss, direction.weights()), (1.0, &[[3.0], [-3.0]]));
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn downhill<K: Kernel, S: Samples<F> + ?Sized>(
        &mut self,
        hinge: &Hinge,
        model: &Model<C, F, K>,
        samples: &mut S,
    ) -> Result<f32, Stopped> {
        let loss = hinge.gradient(model, samples, &mut self.0);
        match loss {
            Ok(_) => self.elements_mut().for_each(|element| *element *= -1.0),
            Err(_) => self.0.clear(),
        }
        loss
    }

    /// From one model to another, such as the last step: `(scale' · w') − (scale · w)`, and `b' − b`.
    ///
    /// # Errors
    /// [`Error::NonFiniteModel`] if a difference overflows; the direction is then as before.
    ///
    /// ```
    /// use hingeline::{Direction, Model};
    /// let from = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let to = Model::from_parts([[1.0], [2.0]], [0.0; 2], 0.5)?;
    /// let mut direction = Direction::new();
    /// direction.between(&from, &to)?;
    /// assert_eq!(direction.weights(), &[[-0.5], [-1.0]]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn between<K, Other>(&mut self, from: &Model<C, F, K>, to: &Model<C, F, Other>) -> Result<(), Error> {
        let weights = to.weights().as_flattened().iter().zip(from.weights().as_flattened());
        let weights = weights.map(|(to_w, from_w)| (to.scale() * to_w) - (from.scale() * from_w));
        self.take(weights.chain(to.bias().iter().zip(from.bias()).map(|(to_b, from_b)| to_b - from_b)))
    }

    /// The caller's numbers: the weights in row-major order, and the biases.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are `C · F` and `C`, [`Error::NonFiniteModel`] if one is not finite; the
    /// direction is then as before.
    ///
    /// ```
    /// let mut direction = hingeline::Direction::<2, 1>::new();
    /// direction.load(&[1.0, -1.0], &[0.0, 0.5])?;
    /// assert_eq!(direction.bias(), &[0.0, 0.5]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn load(&mut self, weights: &[f32], bias: &[f32]) -> Result<(), Error> {
        if weights.len() != self.0.weights.as_flattened().len() || bias.len() != C {
            return Err(Error::ShapeMismatch);
        }
        self.take(weights.iter().chain(bias).copied())
    }

    /// Makes it so many times as long; a negative factor turns it round.
    ///
    /// # Errors
    /// [`Error::NonFiniteModel`] if a product is not finite; the direction is then as before.
    ///
    /// ```
    /// let mut direction = hingeline::Direction::<2, 1>::new();
    /// direction.load(&[1.0, -1.0], &[0.0, 0.5])?;
    /// direction.scale(-2.0)?;
    /// assert_eq!(direction.weights(), &[[-2.0], [2.0]]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn scale(&mut self, factor: f32) -> Result<(), Error> {
        if !all_finite(self.elements_mut().map(|element| *element * factor)) {
            return Err(Error::NonFiniteModel);
        }
        self.elements_mut().for_each(|element| *element *= factor);
        Ok(())
    }

    /// `R(W1) = Σ W1²`, without the biases: `dot(weights, weights)` over all rows as one slice.
    ///
    /// ```
    /// let mut direction = hingeline::Direction::<2, 1>::new();
    /// direction.load(&[3.0, -4.0], &[1.0, 1.0])?;
    /// assert_eq!(direction.squared_norm(), 25.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn squared_norm(&self) -> f32 {
        let weights = self.weights().as_flattened();
        CHOSEN.dot(weights, weights)
    }

    /// All elements: the weights in row-major order, then the biases.
    fn elements_mut(&mut self) -> impl Iterator<Item = &mut f32> {
        self.0.weights.as_flattened_mut().iter_mut().chain(&mut self.0.bias)
    }

    /// Takes as many elements as there are, if all are finite.
    fn take(&mut self, elements: impl Iterator<Item = f32> + Clone) -> Result<(), Error> {
        if !all_finite(elements.clone()) {
            return Err(Error::NonFiniteModel);
        }
        self.elements_mut().zip(elements).for_each(|(own, element)| *own = element);
        Ok(())
    }
}

/// `random::normal` is at most 5.77 in magnitude.
const LARGEST_DEVIATE: f32 = 6.0;

impl<const C: usize, const F: usize, K: Kernel> Model<C, F, K> {
    /// Goes so far in a direction: `w = w + ((a / scale) * d)`, and for the bias `b = b + (a * d)`.
    ///
    /// # Errors
    /// [`Error::NonFiniteStep`] if a weight or a bias would not be finite; the model is then as before.
    ///
    /// ```
    /// use hingeline::{Direction, Model};
    /// let mut model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let mut direction = Direction::new();
    /// direction.load(&[2.0, -2.0], &[0.5, 0.0])?;
    /// model.advance(&direction, 0.25)?;
    /// assert_eq!((model.weights(), model.bias()), (&[[1.5], [1.5]], &[0.125, 0.0]));
    /// assert!(model.advance(&direction, f32::NAN).is_err());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn advance(&mut self, direction: &Direction<C, F>, a: f32) -> Result<(), Error> {
        // Up a direction is down what the step takes for a gradient.
        self.descend_batch(&direction.0, 1.0, -a, 1.0)
    }
}
