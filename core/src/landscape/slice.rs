//! Slices of the loss: its values along a ray and in a plane, from a model in given directions.

use core::fmt;

use super::direction::{AnyDirection, Direction};
use crate::error::{Error, Stopped};
use crate::kernel::magnitude::all_finite;
use crate::kernel::{Chosen, KEY, Kernel};
use crate::loss::{Loss, Objective, POINTS, WestonWatkins, check_weight};
use crate::model::{AnyModel, Elements, Model, SamplesOf, Storage, View};
use crate::sum::Sum;

/// The loss from a model in `D` directions, `L(W + a_1 W_1 + … + a_D W_D)`, of one sample or of any set.
///
/// With one direction this is a [`Ray`], with two a [`Plane`]. The model is only read. A sample's margins are linear in
/// each coordinate. So a sample is scored `1 + D` times for 16 points together, and then each point takes `D · C`
/// products and a few additions, whatever the number of features.
///
/// On a ray, more than the values is known: the points where margins change their sign
/// ([`breakpoints`](Self::breakpoints)), the [`derivative`](Self::derivative), and the [`minimum`](Self::minimum) of
/// the loss.
///
/// ```
/// use hingeline::{Direction, Hinge, Landscape, Model, Slices, Span, grid};
///
/// let model = Model::<2, 1>::new();
/// let mut samples = Slices::new(&[[1.0]], &[0u8])?;
/// let (mut first, mut second) = (Direction::new(), Direction::new());
/// first.load(&[1.0, 0.0], &[0.0, 0.0])?;
/// second.load(&[0.0, 1.0], &[0.0, 0.0])?;
///
/// // One dimension: the loss falls to the kink at 1.
/// let hinge = Hinge::new(1.0, 0.0)?;
/// let ray = Landscape::new(hinge, &model, [&first]);
/// let (mut losses, mut next) = ([0.0; 3], 0);
/// ray.losses(&mut samples, grid([Span::new(0.0, 2.0, 3)?]), |_, loss| {
///     losses[next] = loss;
///     next += 1;
/// })?;
/// assert_eq!(losses, [1.0, 0.0, 0.0]);
///
/// // Two dimensions.
/// let plane = Landscape::new(hinge, &model, [&first, &second]);
/// assert_eq!(plane.loss(&mut samples, [0.5, 0.25])?, 0.75);
/// # Ok::<(), hingeline::Stopped>(())
/// ```
///
/// # Memory
/// References, and `1 + D + D²` numbers for the regulariser. No values are kept: they go to the caller one by one.
/// Computing them takes about `(1 + D) · C + (4 + D) · 16` numbers on the stack.
///
/// # Numeric contract
/// With `m_j = (s[j] − s[y]) + Δ` of the model, and `q_kj = d_k[j] − d_k[y]` for the [scores](Kernel::scores) `d_k` of
/// direction `k` with scale 1, the margin of class `j` is `((m_j + (a_1 * q_1j)) + (a_2 * q_2j)) …`. The margins above
/// zero are added in ascending `j` from +0.0. The samples, each times its weight, are added in ascending order in a sum
/// of two words, whose high word is divided by `N`. This is for [`Hinge`](crate::Hinge); other losses define their own
/// lines.
///
/// The regulariser is `α * R`. `R` begins as [`Model::squared_norm`](crate::Model::squared_norm), and each direction in
/// order changes it to `R + (a_k * ((2 * P_k) + (a_k * G_kk)))`, where `P_k = (p_k + (a_1 * G_1k)) + …` over the
/// directions before it, `p_k = scale * dot(W, W_k)` and `G_lk = dot(W_l, W_k)`. Directions whose coordinate is zero
/// are left out, and an `R` below zero counts as zero. So at the model itself the value is [`Objective::loss`], bit for
/// bit.
///
/// # Errors
/// [`Error::InvalidPoint`] for a coordinate that is not finite, before anything is read; [`Error::EmptySet`]; for the
/// sample at fault the errors of [`Loss::loss`], [`Error::NonFiniteScore`] if a direction's score is not finite, and
/// [`Error::NonFiniteLoss`] if a difference of two of these is not. Also [`Error::NonFiniteLoss`], without a sample, if
/// a value is not finite. [`Error::ShapeMismatch`] if a direction does not have the shape of the model, and for more
/// than three directions around a [`DynModel`](crate::DynModel).
///
/// # Source
/// The optimisation lecture of Stanford's CS231n.
pub struct Landscape<'a, const D: usize, M, W, L = WestonWatkins> {
    pub(super) objective: Objective<L>,
    model: &'a M,
    directions: [&'a W; D],
    pub(super) norm: Norm<D>,
}

impl<const D: usize, M, W, L: Copy> Clone for Landscape<'_, D, M, W, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<const D: usize, M, W, L: Copy> Copy for Landscape<'_, D, M, W, L> {}

impl<const D: usize, M: fmt::Debug, W, L: fmt::Debug> fmt::Debug for Landscape<'_, D, M, W, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Landscape");
        debug
            .field("objective", &self.objective)
            .field("model", self.model)
            .field("directions", &D)
            .finish_non_exhaustive()
    }
}

/// The loss along a ray, `L(W + a W1)`: a [`Landscape`] of one direction.
///
/// ```
/// use hingeline::{Direction, Hinge, Model, Ray};
/// let (model, direction) = (Model::<2, 1>::new(), Direction::new());
/// let ray = Ray::new(Hinge::new(1.0, 0.0)?, &model, [&direction]);
/// # let _ = ray;
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type Ray<'a, const C: usize, const F: usize, K = Chosen> = Landscape<'a, 1, Model<C, F, K>, Direction<C, F>>;

/// The loss in a plane, `L(W + a W1 + b W2)`: a [`Landscape`] of two directions.
///
/// ```
/// use hingeline::{Direction, Hinge, Model, Plane};
/// let (model, direction) = (Model::<2, 1>::new(), Direction::new());
/// let plane = Plane::new(Hinge::new(1.0, 0.0)?, &model, [&direction, &direction]);
/// # let _ = plane;
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type Plane<'a, const C: usize, const F: usize, K = Chosen> = Landscape<'a, 2, Model<C, F, K>, Direction<C, F>>;

impl<'a, const D: usize, S, G, K, L> Landscape<'a, D, AnyModel<S, K>, AnyDirection<G>, L>
where
    S: Storage,
    G: Storage<Shape = S::Shape>,
    K: Kernel,
    L: Loss,
{
    /// The landscape of this loss around a model. With L2, this takes `1 + D · (D + 3) / 2` passes over the weights.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Landscape, Model};
    /// let (model, direction) = (Model::<2, 1>::new(), Direction::new());
    /// let ray = Landscape::new(Hinge::new(1.0, 0.0)?, &model, [&direction]);
    /// # let _ = ray;
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn new(objective: Objective<L>, model: &'a AnyModel<S, K>, directions: [&'a AnyDirection<G>; D]) -> Self {
        let norm = if objective.l2() > 0.0 {
            Norm::of(model.view(), directions.map(AnyDirection::elements))
        } else {
            Norm::ZERO
        };
        Self { objective, model, directions, norm }
    }

    /// The loss at one point, the regulariser included.
    ///
    /// This takes one pass over the set.
    ///
    /// # Errors
    /// As for [`losses`](Self::losses).
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Landscape, Model, Slices};
    ///
    /// let model = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let mut direction = Direction::new();
    /// direction.load(&[1.0, 0.0], &[0.0, 0.0])?;
    /// let hinge = Hinge::new(1.0, 0.5)?;
    /// let mut samples = Slices::new(&[[1.0]], &[0u8])?;
    /// let ray = Landscape::new(hinge, &model, [&direction]);
    /// assert_eq!(ray.loss(&mut samples, [0.0])?, hinge.loss(&model, &mut samples)?);
    /// assert_eq!(ray.loss(&mut samples, [1.0])?, 1.0 + 0.5 * 8.0);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn loss<T: SamplesOf<S::Shape> + ?Sized>(&self, samples: &mut T, at: [f32; D]) -> Result<f32, Stopped> {
        let mut loss = 0.0;
        self.losses(samples, core::iter::once(at), |_, value| loss = value)?;
        Ok(loss)
    }

    /// The losses at many points, each passed to the caller as soon as it is known; a [`grid`](crate::grid) gives
    /// evenly spaced points.
    ///
    /// This takes one pass over the set for every 16 points. The values are those of [`loss`](Self::loss).
    ///
    /// # Errors
    /// See [the type](Self). An error in a coordinate or a sample is returned before any value of those 16 points is
    /// passed on; if a value is not finite, those before it have been passed on.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Landscape, Model, Slices};
    ///
    /// let (model, direction) = (Model::<2, 1>::new(), Direction::new());
    /// let mut samples = Slices::new(&[[1.0]], &[0u8])?;
    /// let ray = Landscape::new(Hinge::new(1.0, 0.0)?, &model, [&direction]);
    /// let mut largest = 0.0_f32;
    /// ray.losses(&mut samples, [[0.0], [0.5], [1.0]], |_, loss| largest = largest.max(loss))?;
    /// assert_eq!(largest, 1.0);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn losses<T: SamplesOf<S::Shape> + ?Sized>(
        &self,
        samples: &mut T,
        points: impl IntoIterator<Item = [f32; D]>,
        mut each: impl FnMut([f32; D], f32),
    ) -> Result<(), Stopped> {
        let mut points = points.into_iter().fuse();
        loop {
            let block = Block::of(&mut points);
            if block.count == 0 {
                return Ok(());
            }
            block.points().try_for_each(check_point)?;
            let mut sums = [Sum::default(); POINTS];
            let loss = self.objective.loss_function();
            self.for_each_sample(samples, |sample, offsets, slopes| {
                let losses = loss.losses(KEY, sample.label, offsets, slopes, &block.coordinates);
                for (sum, loss) in sums.iter_mut().zip(losses) {
                    sum.add(sample.weight * loss);
                }
            })?;
            let count = samples.count(KEY) as f32;
            for (at, sum) in block.points().zip(sums) {
                each(at, self.regularised(sum.value() / count, at)?);
            }
        }
    }

    fn regularised(&self, data_loss: f32, at: [f32; D]) -> Result<f32, Error> {
        let l2 = self.objective.l2();
        let loss = if l2 > 0.0 { data_loss + l2 * self.norm.at(at) } else { data_loss };
        if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss) }
    }

    /// Calls `each` with every sample's offsets and slopes; the slopes have a row for each direction.
    pub(super) fn for_each_sample<T: SamplesOf<S::Shape> + ?Sized>(
        &self,
        samples: &mut T,
        mut each: impl FnMut(Place, &[f32], &[f32]),
    ) -> Result<(), Stopped> {
        if samples.count(KEY) == 0 {
            return Err(Error::EmptySet.into());
        }
        if D > S::MOST_DIRECTIONS {
            return Err(Error::ShapeMismatch.into());
        }
        for direction in self.directions {
            self.model.check_shape(direction.shape())?;
        }
        self.model.with_scratch::<D, _, _>(|offsets, slopes| {
            for index in 0..samples.count(KEY) {
                let weight = samples.weight_of(KEY, index);
                check_weight(weight).map_err(Stopped::at(index))?;
                let (x, label) = samples.row(KEY, self.model.features(), index).map_err(Stopped::at(index))?;
                self.draw_lines(x, label, offsets, slopes).map_err(Stopped::at(index))?;
                each(Place { index, label, weight }, offsets, slopes);
            }
            Ok(())
        })
    }

    fn draw_lines(&self, x: &[f32], label: usize, offsets: &mut [f32], slopes: &mut [f32]) -> Result<(), Error> {
        let (model, loss) = (self.model.view(), self.objective.loss_function());
        model.scores(x, offsets);
        loss.offsets(KEY, label, offsets)?;
        let mut rest = &mut *slopes;
        for direction in self.directions.map(AnyDirection::elements) {
            let Some((own, below)) = rest.split_at_mut_checked(offsets.len()) else { break };
            model.kernel.scores(direction.weights, 1.0, direction.bias, x, own);
            if !all_finite(own.iter().copied()) {
                return Err(Error::NonFiniteScore);
            }
            loss.slopes(KEY, label, own);
            rest = below;
        }
        if all_finite(slopes.iter().copied()) { Ok(()) } else { Err(Error::NonFiniteLoss) }
    }
}

/// The data of a sample other than its lines.
pub(super) struct Place {
    pub(super) index: usize,
    pub(super) label: usize,
    pub(super) weight: f32,
}

/// Refuses a point that is not finite.
pub(crate) fn check_point<const D: usize>(at: [f32; D]) -> Result<(), Error> {
    if all_finite(at.into_iter()) { Ok(()) } else { Err(Error::InvalidPoint) }
}

/// Some points, coordinate by coordinate, so that a processor with vectors can take them together.
struct Block<const D: usize> {
    coordinates: [[f32; POINTS]; D],
    count: usize,
}

impl<const D: usize> Block<D> {
    /// The next points, as many as there are and as fit; the other places repeat the origin.
    fn of(points: &mut impl Iterator<Item = [f32; D]>) -> Self {
        let mut block = Self { coordinates: [[0.0; POINTS]; D], count: 0 };
        for (place, point) in (0..POINTS).zip(points) {
            for (own, a) in block.coordinates.iter_mut().zip(point) {
                if let Some(own) = own.get_mut(place) {
                    *own = a;
                }
            }
            block.count = place.wrapping_add(1);
        }
        block
    }

    fn points(&self) -> impl Iterator<Item = [f32; D]> {
        (0..self.count).map(|place| self.coordinates.map(|own| own.get(place).copied().unwrap_or_default()))
    }
}

/// `R(W + Σ a_k W_k)` as a polynomial.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Norm<const D: usize> {
    /// `R(W)`.
    own: f32,
    /// The product of the model with each direction.
    pub(crate) with_model: [f32; D],
    /// The product of each direction with those up to itself.
    pub(crate) products: [[f32; D]; D],
}

impl<const D: usize> Norm<D> {
    /// For a loss without a regulariser.
    const ZERO: Self = Self { own: 0.0, with_model: [0.0; D], products: [[0.0; D]; D] };

    fn of<K: Kernel>(model: View<'_, K>, directions: [Elements<'_>; D]) -> Self {
        let kernel = model.kernel;
        let mut norm = Self { own: model.squared_norm(), ..Self::ZERO };
        for (k, direction) in directions.iter().enumerate() {
            let (Some(with_model), Some(products)) = (norm.with_model.get_mut(k), norm.products.get_mut(k)) else {
                continue;
            };
            *with_model = model.scale * kernel.dot(model.weights, direction.weights);
            for (product, other) in products.iter_mut().zip(directions.iter().take(k.wrapping_add(1))) {
                *product = kernel.dot(other.weights, direction.weights);
            }
        }
        norm
    }

    fn at(&self, at: [f32; D]) -> f32 {
        let mut norm = self.own;
        for (k, ((a, with_model), products)) in at.iter().zip(self.with_model).zip(&self.products).enumerate() {
            if *a == 0.0 {
                continue;
            }
            let before = at.iter().zip(products).take(k).filter(|(b, _)| **b != 0.0);
            let product = before.fold(with_model, |sum, (b, product)| sum + b * product);
            let own = products.get(k).copied().unwrap_or_default();
            norm += a * (2.0 * product + a * own);
        }
        // NaN stays and is refused.
        if norm <= 0.0 { 0.0 } else { norm }
    }
}
