//! Slices of the loss: its values along a ray and in a plane, from a model in given directions.

use super::direction::Direction;
use crate::data::Samples;
use crate::error::{Error, Stopped};
use crate::kernel::magnitude::all_finite;
use crate::kernel::margins::{margins_of_scores, turn_into_margins};
use crate::kernel::{Chosen, Kernel};
use crate::loss::{Hinge, Sum};
use crate::model::Model;

/// Points whose losses, or whose derivatives on a ray, one pass over a set computes.
pub(crate) const POINTS: usize = 16;

/// The loss from a model in `D` directions, `L(W + a_1 W_1 + … + a_D W_D)`, of one sample or of any set.
///
/// With one direction this is a [`Ray`], with two a [`Plane`]. The model is only read. In each coordinate a sample's margins
/// are lines. So a sample is scored `1 + D` times for 16 points together, and then each point takes `D · C` products and a
/// few additions, whatever the number of features.
///
/// On a ray more is known than values: where margins change their sign ([`breakpoints`](Self::breakpoints)), the
/// [`derivative`](Self::derivative), and where the loss is least ([`minimum`](Self::minimum)).
///
/// # Memory
/// References, and `1 + D + D²` numbers of the regulariser. Of the values nothing is kept: they go to the caller one by one.
/// On the stack they need about `(1 + D) · C + (4 + D) · 16` numbers.
///
/// # Numeric contract
/// With `m_j = (s[j] − s[y]) + Δ` of the model, and `q_kj = d_k[j] − d_k[y]` for the [scores](Kernel::scores) `d_k` of
/// direction `k` with scale 1, the margin of class `j` is `((m_j + (a_1 * q_1j)) + (a_2 * q_2j)) …`. The margins above zero are
/// added in ascending `j` from +0.0, the samples in ascending order by Neumaier's compensated summation, and the sum is divided
/// by `N`.
///
/// The regulariser is `α * R`. `R` begins as [`Model::squared_norm`], and each direction in order makes it
/// `R + (a_k * ((2 * P_k) + (a_k * G_kk)))`, where `P_k = (p_k + (a_1 * G_1k)) + …` over the directions before it,
/// `p_k = scale * dot(W, W_k)` and `G_lk = dot(W_l, W_k)`. Directions whose coordinate is zero are left out, and an `R` below zero
/// counts as zero. So at the model itself the value is [`Hinge::loss`], bit for bit.
///
/// # Errors
/// [`Error::InvalidPoint`] for a coordinate that is not finite, before anything is read; [`Error::EmptySet`]; for the sample at
/// fault what [`Hinge::margins`] refuses, [`Error::NonFiniteScore`] if a direction's score is not finite, and
/// [`Error::NonFiniteLoss`] if a difference of two of these is not. Also [`Error::NonFiniteLoss`], without a sample, if a value
/// is not finite.
///
/// # Source
/// The optimisation lecture of Stanford's CS231n.
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
#[derive(Clone, Copy, Debug)]
pub struct Landscape<'a, const D: usize, const C: usize, const F: usize, K = Chosen> {
    pub(crate) hinge: Hinge,
    model: &'a Model<C, F, K>,
    directions: [&'a Direction<C, F>; D],
    pub(crate) norm: Norm<D>,
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
pub type Ray<'a, const C: usize, const F: usize, K = Chosen> = Landscape<'a, 1, C, F, K>;

/// The loss in a plane, `L(W + a W1 + b W2)`: a [`Landscape`] of two directions.
///
/// ```
/// use hingeline::{Direction, Hinge, Model, Plane};
/// let (model, direction) = (Model::<2, 1>::new(), Direction::new());
/// let plane = Plane::new(Hinge::new(1.0, 0.0)?, &model, [&direction, &direction]);
/// # let _ = plane;
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type Plane<'a, const C: usize, const F: usize, K = Chosen> = Landscape<'a, 2, C, F, K>;

impl<'a, const D: usize, const C: usize, const F: usize, K: Kernel> Landscape<'a, D, C, F, K> {
    /// The landscape of this loss around a model. With L2 it takes `1 + D · (D + 3) / 2` passes over the weights.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Landscape, Model};
    /// let (model, direction) = (Model::<2, 1>::new(), Direction::new());
    /// let ray = Landscape::new(Hinge::new(1.0, 0.0)?, &model, [&direction]);
    /// # let _ = ray;
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn new(hinge: Hinge, model: &'a Model<C, F, K>, directions: [&'a Direction<C, F>; D]) -> Self {
        let norm = if hinge.l2() > 0.0 { Norm::of(model, directions) } else { Norm::ZERO };
        Self { hinge, model, directions, norm }
    }

    /// The loss at one point, the regulariser included.
    ///
    /// One pass over the set.
    ///
    /// # Errors
    /// As [`losses`](Self::losses).
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
    pub fn loss<S: Samples<F> + ?Sized>(&self, samples: &mut S, at: [f32; D]) -> Result<f32, Stopped> {
        let mut loss = 0.0;
        self.losses(samples, core::iter::once(at), |_, value| loss = value)?;
        Ok(loss)
    }

    /// The losses at many points, each given to the caller as soon as it is known; a [`grid`](crate::grid) makes evenly
    /// spaced ones.
    ///
    /// A pass over the set for every 16 points. The values are those of [`loss`](Self::loss).
    ///
    /// # Errors
    /// See [the type](Self). What is wrong with a coordinate or a sample is said before any value of those 16; where a value is
    /// not finite, those before it have been given.
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
    pub fn losses<S: Samples<F> + ?Sized>(
        &self,
        samples: &mut S,
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
            self.for_each_sample(samples, |_, lines| {
                for (sum, loss) in sums.iter_mut().zip(lines.losses(&block)) {
                    sum.add(loss);
                }
            })?;
            let count = samples.len() as f32;
            for (at, sum) in block.points().zip(sums) {
                each(at, self.regularised(sum.value() / count, at)?);
            }
        }
    }

    fn regularised(&self, data_loss: f32, at: [f32; D]) -> Result<f32, Error> {
        let l2 = self.hinge.l2();
        let loss = if l2 > 0.0 { data_loss + l2 * self.norm.at(at) } else { data_loss };
        if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss) }
    }

    /// Goes over the set in order, sample by sample as lines.
    pub(crate) fn for_each_sample<S: Samples<F> + ?Sized>(
        &self,
        samples: &mut S,
        mut each: impl FnMut(usize, &Lines<D, C>),
    ) -> Result<(), Stopped> {
        if samples.is_empty() {
            return Err(Error::EmptySet.into());
        }
        let mut lines = Lines { margins: [0.0; C], slopes: [[0.0; C]; D] };
        for index in 0..samples.len() {
            let (x, label) = samples.sample(index).map_err(Stopped::at(index))?;
            self.draw_lines(x, label, &mut lines).map_err(Stopped::at(index))?;
            each(index, &lines);
        }
        Ok(())
    }

    /// A sample's margins at the model, and their slopes.
    fn draw_lines(&self, x: &[f32; F], label: usize, lines: &mut Lines<D, C>) -> Result<(), Error> {
        self.model.raw_scores(x, &mut lines.margins);
        margins_of_scores(self.hinge.margin(), label, &mut lines.margins)?;
        for (slopes, direction) in lines.slopes.iter_mut().zip(self.directions) {
            let kernel = self.model.kernel();
            kernel.scores(direction.weights().as_flattened(), 1.0, direction.bias(), x, slopes);
            if !all_finite(slopes.iter().copied()) {
                return Err(Error::NonFiniteScore);
            }
            // Without a Δ, the differences of scores are their margins.
            turn_into_margins(0.0, label, slopes);
        }
        if all_finite(lines.slopes.as_flattened().iter().copied()) { Ok(()) } else { Err(Error::NonFiniteLoss) }
    }
}

/// Refuses what is no point.
pub(crate) fn check_point<const D: usize>(at: [f32; D]) -> Result<(), Error> {
    if all_finite(at.into_iter()) { Ok(()) } else { Err(Error::InvalidPoint) }
}

/// A sample as the landscape sees it: margins that are linear in each coordinate. The label's own class has zeros.
pub(crate) struct Lines<const D: usize, const C: usize> {
    pub(crate) margins: [f32; C],
    pub(crate) slopes: [[f32; C]; D],
}

impl<const D: usize, const C: usize> Lines<D, C> {
    /// The sample's loss at each point.
    fn losses(&self, block: &Block<D>) -> [f32; POINTS] {
        let mut losses = [0.0; POINTS];
        for (class, &margin) in self.margins.iter().enumerate() {
            let mut margins = [margin; POINTS];
            for (slopes, coordinates) in self.slopes.iter().zip(&block.coordinates) {
                let slope = slopes.get(class).copied().unwrap_or_default();
                for (margin, a) in margins.iter_mut().zip(coordinates) {
                    *margin += a * slope;
                }
            }
            for (loss, margin) in losses.iter_mut().zip(margins) {
                // NaN, of two infinities, stays in the sum, which is then refused.
                *loss += if margin <= 0.0 { 0.0 } else { margin };
            }
        }
        losses
    }
}

/// Some points, coordinate by coordinate, so that a processor with vectors takes them together.
struct Block<const D: usize> {
    coordinates: [[f32; POINTS]; D],
    count: usize,
}

impl<const D: usize> Block<D> {
    /// The next points, as many as there are and fit; the other places repeat the origin.
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

    fn of<const C: usize, const F: usize, K: Kernel>(
        model: &Model<C, F, K>,
        directions: [&Direction<C, F>; D],
    ) -> Self {
        let kernel = model.kernel();
        let dot = |a: &[[f32; F]; C], b: &[[f32; F]; C]| kernel.dot(a.as_flattened(), b.as_flattened());
        let mut norm = Self { own: model.squared_norm(), ..Self::ZERO };
        for (k, direction) in directions.iter().enumerate() {
            let (Some(with_model), Some(products)) = (norm.with_model.get_mut(k), norm.products.get_mut(k)) else {
                continue;
            };
            *with_model = model.scale() * dot(model.weights(), direction.weights());
            for (product, other) in products.iter_mut().zip(directions.iter().take(k.wrapping_add(1))) {
                *product = dot(other.weights(), direction.weights());
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
        // NaN stays, and is refused.
        if norm <= 0.0 { 0.0 } else { norm }
    }
}
