//! Directions from a model, in the space of its weights and biases.

use rand_core::Rng;

use crate::error::{Error, Stopped};
use crate::kernel::magnitude::all_finite;
use crate::kernel::{CHOSEN, Kernel};
use crate::loss::{Loss, Objective};
use crate::model::{AnyGradient, AnyModel, Arrays, DynGradient, Elements, Lent, SamplesOf, Storage};
use crate::random;

/// A direction in the space of weights and biases: the `W1` of `W + a · W1`, in the layout of a [`Gradient`](crate::Gradient).
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
pub type Direction<const C: usize, const F: usize> = AnyDirection<Arrays<C, F>>;

/// A [`Direction`] of a shape that is known at run time, in memory that the caller lends.
///
/// ```
/// use hingeline::DynDirection;
///
/// let mut memory = [0.0; DynDirection::memory_len(3, 2)];
/// let direction = DynDirection::new(&mut memory, 3, 2)?;
/// assert_eq!(direction.squared_norm(), 0.0);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type DynDirection<'a> = AnyDirection<Lent<'a>>;

/// A [`Direction`] or a [`DynDirection`].
///
/// ```
/// let direction: hingeline::AnyDirection<_> = hingeline::Direction::<2, 1>::new();
/// assert_eq!(direction.squared_norm(), 0.0);
/// ```
#[derive(Clone, Debug)]
pub struct AnyDirection<S>(AnyGradient<S>);

impl<const C: usize, const F: usize> Default for AnyDirection<Arrays<C, F>> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const C: usize, const F: usize> AnyDirection<Arrays<C, F>> {
    /// The bytes that a direction takes: `4 · (C · F + C)`.
    pub const SIZE: usize = size_of::<Self>();

    /// A direction of zeros, which leads nowhere.
    ///
    /// ```
    /// assert_eq!(hingeline::Direction::<2, 1>::new().weights(), &[[0.0], [0.0]]);
    /// ```
    pub const fn new() -> Self {
        Self(AnyGradient::<Arrays<C, F>>::new())
    }

    /// One row per class, one element per weight.
    pub const fn weights(&self) -> &[[f32; F]; C] {
        self.0.weights()
    }

    /// One element per class.
    pub const fn bias(&self) -> &[f32; C] {
        self.0.bias()
    }
}

impl<'a> AnyDirection<Lent<'a>> {
    /// The number of values that a shape needs in memory: `classes · (features + 1)`.
    pub const fn memory_len(classes: usize, features: usize) -> usize {
        DynGradient::memory_len(classes, features)
    }

    /// The direction of zeros.
    ///
    /// # Errors
    /// As for [`DynGradient::new`].
    pub fn new(memory: &'a mut [f32], classes: usize, features: usize) -> Result<Self, Error> {
        Ok(Self(DynGradient::new(memory, classes, features)?))
    }

    /// One row per class, one element per weight, row after row.
    pub fn weights(&self) -> &[f32] {
        self.0.weights()
    }

    /// One element per class.
    pub fn bias(&self) -> &[f32] {
        self.0.bias()
    }
}

impl<G: Storage> AnyDirection<G> {
    /// `deviation · n` with [normal](random::normal) `n` for each weight in row-major order, then for each bias.
    ///
    /// # Errors
    /// [`Error::InvalidDeviation`] unless the deviation is finite and above 0, [`Error::NonFiniteModel`] if six times
    /// the deviation overflows. The direction and the generator are then unchanged.
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
        // No deviate is larger in magnitude, so the call is refused before the first one is drawn.
        if !(deviation * LARGEST_DEVIATE).is_finite() {
            return Err(Error::NonFiniteModel);
        }
        self.elements_mut().for_each(|element| *element = deviation * random::normal(rng));
        Ok(())
    }

    /// The direction of steepest descent: the gradient of the loss, with each element then multiplied by −1. Returns
    /// the loss.
    ///
    /// If you have a gradient already, [load](Self::load) it and [reverse](Self::scale) it.
    ///
    /// # Errors
    /// As for [`Objective::gradient`]; the direction is then all zeros.
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
    pub fn downhill<S: Storage<Shape = G::Shape>, K: Kernel, L: Loss, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        objective: &Objective<L>,
        model: &AnyModel<S, K>,
        samples: &mut D,
    ) -> Result<f32, Stopped> {
        let loss = objective.gradient(model, samples, &mut self.0);
        match loss {
            Ok(_) => self.elements_mut().for_each(|element| *element *= -1.0),
            Err(_) => self.0.clear(),
        }
        loss
    }

    /// The direction from one model to another, such as that of the last step: `(scale' · w') − (scale · w)`, and
    /// `b' − b`.
    ///
    /// # Errors
    /// [`Error::NonFiniteModel`] if a difference overflows; the direction is then unchanged.
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
    pub fn between<S, T, K: Kernel, Other: Kernel>(
        &mut self,
        from: &AnyModel<S, K>,
        to: &AnyModel<T, Other>,
    ) -> Result<(), Error>
    where
        S: Storage<Shape = G::Shape>,
        T: Storage<Shape = G::Shape>,
    {
        from.check_shape(self.0.shape())?;
        to.check_shape(self.0.shape())?;
        let (from, to) = (from.view(), to.view());
        let weights = to.weights.iter().zip(from.weights);
        let weights = weights.map(|(to_w, from_w)| (to.scale * to_w) - (from.scale * from_w));
        self.take(weights.chain(to.bias.iter().zip(from.bias).map(|(to_b, from_b)| to_b - from_b)))
    }

    /// Loads the caller's numbers: the weights in row-major order, and the biases.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are `C · F` weights and `C` biases, [`Error::NonFiniteModel`] if one is
    /// not finite; the direction is then unchanged.
    ///
    /// ```
    /// let mut direction = hingeline::Direction::<2, 1>::new();
    /// direction.load(&[1.0, -1.0], &[0.0, 0.5])?;
    /// assert_eq!(direction.bias(), &[0.0, 0.5]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn load(&mut self, weights: &[f32], bias: &[f32]) -> Result<(), Error> {
        let own = self.elements();
        if weights.len() != own.weights.len() || bias.len() != own.bias.len() {
            return Err(Error::ShapeMismatch);
        }
        self.take(weights.iter().chain(bias).copied())
    }

    /// Multiplies the direction by a factor; a negative factor reverses it.
    ///
    /// # Errors
    /// [`Error::NonFiniteModel`] if a product is not finite; the direction is then unchanged.
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
        let weights = self.elements().weights;
        CHOSEN.dot(weights, weights)
    }

    /// All elements: the weights in row-major order, then the biases.
    fn elements_mut(&mut self) -> impl Iterator<Item = &mut f32> {
        let elements = self.0.elements_mut();
        elements.weights.iter_mut().chain(elements.bias)
    }

    pub(crate) fn elements(&self) -> Elements<'_> {
        self.0.elements()
    }

    pub(crate) fn shape(&self) -> [usize; 2] {
        self.0.shape()
    }

    /// Takes the new elements, if all are finite.
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

impl<S: Storage, K: Kernel> AnyModel<S, K> {
    /// Moves the model by `a` in a direction: `w = w + ((a / scale) * d)`, and for the bias `b = b + (a * d)`.
    ///
    /// # Errors
    /// [`Error::NonFiniteStep`] if a weight or a bias would not be finite; the model is then unchanged.
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
    pub fn advance<G: Storage<Shape = S::Shape>>(&mut self, direction: &AnyDirection<G>, a: f32) -> Result<(), Error> {
        self.check_shape(direction.shape())?;
        // The step takes the direction for a gradient, so moving along it takes a negative rate.
        self.view_mut().descend_batch(direction.elements(), 1.0, -a, 0.0)?;
        Ok(())
    }
}
