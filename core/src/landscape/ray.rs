//! Properties of the loss along a ray other than its values: it is piecewise linear, except for the regulariser's
//! parabola.

use super::direction::AnyDirection;
use super::slice::{Landscape, Place, check_point};
use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::loss::{POINTS, PiecewiseLinear};
use crate::model::{AnyModel, SamplesOf, Storage};

/// The number of samples whose derivatives are added before their sum is added to those of other samples.
const PART: usize = 256;

impl<S, G, K, L> Landscape<'_, 1, AnyModel<S, K>, AnyDirection<G>, L>
where
    S: Storage,
    G: Storage<Shape = S::Shape>,
    K: Kernel,
    L: PiecewiseLinear,
{
    /// The derivative of the loss along the ray, `dL/da` at `W + a W1`, the regulariser included.
    ///
    /// At a kink this is a slope between those of its two sides, since a margin of zero does not count. It takes one
    /// pass over the set; scratch: `2 · C` values, and some 600 bytes on the stack.
    ///
    /// # Numeric contract
    /// For each sample the slopes `q_j` of the margins `m_j + (a * q_j)` that are above zero are added in ascending `j`
    /// from +0.0, and multiplied by the weights of the class and the sample; these sums are added in ascending order
    /// from +0.0, in parts of 256 samples, whose sums are then added in the same way. The total is divided by `N`, and
    /// with L2 `α * (2 * (p + (a * G)))` is added, for the `p` and `G` of [the regulariser](Self#numeric-contract),
    /// without the product for `a = 0`.
    ///
    /// As `a` grows, a slope below zero can only stop counting and one above zero can only start counting. Sums, and
    /// quotients and products by numbers not below zero, are monotone, rounding included. So the computed derivative
    /// never falls, unless infinities turn it into NaN. This is exactly what [`minimum`](Self::minimum) needs from a
    /// convex loss.
    ///
    /// # Errors
    /// See [`Landscape`](crate::Landscape).
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Landscape, Model, Slices};
    ///
    /// let mut direction = Direction::new();
    /// direction.load(&[1.0, -1.0], &[0.0, 0.0])?;
    /// let model = Model::<2, 1>::new();
    /// let mut samples = Slices::new(&[[1.0]], &[0u8])?;
    /// let ray = Landscape::new(Hinge::new(1.0, 0.0)?, &model, [&direction]);
    /// assert_eq!(ray.derivative(&mut samples, 0.25)?, -2.0);
    /// assert_eq!(ray.derivative(&mut samples, 0.75)?, 0.0);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn derivative<T: SamplesOf<S::Shape> + ?Sized>(&self, samples: &mut T, a: f32) -> Result<f32, Stopped> {
        check_point([a])?;
        let [derivative, ..] = self.derivatives(samples, &[a; POINTS])?;
        if derivative.is_finite() { Ok(derivative) } else { Err(Error::NonFiniteLoss.into()) }
    }

    /// The minimum of the loss along the ray: the smallest `a ≥ 0` in binary32 at which the
    /// [derivative](Self::derivative), as computed, is at least zero.
    ///
    /// There is no learning rate and no tolerance: since the computed derivative never falls, repeatedly dividing the
    /// range of all binary32 numbers by 17 finds this `a`. It takes at most eight passes over the set, which score each
    /// sample twice; scratch: `2 · C` values, and some 1,000 bytes on the stack.
    /// [`Model::advance`](crate::Model::advance) moves a model there.
    ///
    /// # Errors
    /// See [`Landscape`](crate::Landscape); here the value is the derivative, which is refused only if it is NaN: an
    /// infinite one counts by its sign. [`Error::NoMinimum`] if the derivative is below zero even at the largest
    /// number.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Landscape, Model, Slices};
    ///
    /// let mut direction = Direction::new();
    /// direction.load(&[1.0, -1.0], &[0.0, 0.0])?;
    /// let model = Model::<2, 1>::new();
    /// let mut samples = Slices::new(&[[1.0]], &[0u8])?;
    /// let ray = Landscape::new(Hinge::new(1.0, 0.0)?, &model, [&direction]);
    /// // The one margin is 1 − 2a.
    /// let minimum = ray.minimum(&mut samples)?;
    /// assert_eq!((minimum.at, minimum.derivative, minimum.below), (0.5, 0.0, Some(-2.0)));
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn minimum<T: SamplesOf<S::Shape> + ?Sized>(&self, samples: &mut T) -> Result<Minimum, Stopped> {
        // The bits of numbers of at least zero have the same order as their values.
        let (mut below, mut at) = (None, None);
        let mut points = spread::<ENDS>(0, f32::MAX.to_bits(), 0);
        loop {
            let derivatives = self.derivatives(samples, &points.map(f32::from_bits))?;
            for (bits, derivative) in points.into_iter().zip(derivatives) {
                if derivative.is_nan() {
                    return Err(Error::NonFiniteLoss.into());
                }
                if derivative >= 0.0 {
                    at = Some((bits, derivative));
                    break;
                }
                below = Some((bits, derivative));
            }
            let Some((last, derivative)) = at else {
                return Err(Error::NoMinimum.into());
            };
            match below {
                Some((first, _)) if first.wrapping_add(1) < last => points = spread::<INNER>(first, last, 1),
                _ => {
                    let below = below.map(|(_, derivative)| derivative);
                    return Ok(Minimum { at: f32::from_bits(last), derivative, below });
                }
            }
        }
    }

    /// The breakpoints of the loss for `a ≥ 0`: the points where a margin of a sample changes its sign, in the order of
    /// the samples and classes, each passed to the caller as soon as it is known. Between two neighbouring breakpoints
    /// the data loss is linear.
    ///
    /// A margin is linear in `a` and so has at most one breakpoint. The other half of the line is the ray of the
    /// [reversed](crate::Direction::scale) direction. The call takes one pass over the set, with up to 31 products and
    /// additions for each breakpoint, and `2 · C` values on the stack. It returns the number of breakpoints.
    ///
    /// # Errors
    /// See [`Landscape`](crate::Landscape); the breakpoints of the previous samples have then been passed to the
    /// caller.
    ///
    /// ```
    /// use hingeline::{Direction, Hinge, Landscape, Model, Slices};
    ///
    /// let mut direction = Direction::new();
    /// direction.load(&[1.0, -1.0], &[0.0, 0.0])?;
    /// let model = Model::<2, 1>::new();
    /// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 0])?;
    /// let ray = Landscape::new(Hinge::new(1.0, 0.0)?, &model, [&direction]);
    /// // The margins are 1 − 2a, and 1 + 2a, which has no breakpoint above 0.
    /// let count = ray.breakpoints(&mut samples, |point| {
    ///     assert_eq!((point.at, point.sample, point.class, point.slope, point.counts), (0.5, 0, 1, -2.0, false));
    /// })?;
    /// assert_eq!(count, 1);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn breakpoints<T: SamplesOf<S::Shape> + ?Sized>(
        &self,
        samples: &mut T,
        mut each: impl FnMut(Breakpoint),
    ) -> Result<usize, Stopped> {
        let (mut count, loss) = (0_usize, self.objective.loss_function());
        self.for_each_sample(samples, |Place { index: sample, .. }, offsets, slopes| {
            loss.breakpoints(KEY, offsets, slopes, |class, at, slope| {
                each(Breakpoint { at, sample, class, slope, counts: slope > 0.0 });
                count = count.saturating_add(1);
            });
        })?;
        Ok(count)
    }

    /// The derivatives at these points in one pass; the caller checks that they are finite.
    fn derivatives<T: SamplesOf<S::Shape> + ?Sized>(
        &self,
        samples: &mut T,
        points: &[f32; POINTS],
    ) -> Result<[f32; POINTS], Stopped> {
        let (mut total, mut part) = ([0.0; POINTS], [0.0; POINTS]);
        let loss = self.objective.loss_function();
        self.for_each_sample(samples, |sample, offsets, slopes| {
            if sample.index % PART == 0 {
                add(&mut total, core::mem::replace(&mut part, [0.0; POINTS]));
            }
            let derivatives = loss.derivatives(KEY, sample.label, offsets, slopes, points);
            add(&mut part, derivatives.map(|derivative| sample.weight * derivative));
        })?;
        add(&mut total, part);
        let (count, l2) = (samples.count(KEY) as f32, self.objective.l2());
        let ([product], [[square]]) = (self.norm.with_model, self.norm.products);
        for (derivative, a) in total.iter_mut().zip(points) {
            *derivative /= count;
            if l2 > 0.0 {
                let square = if *a == 0.0 { 0.0 } else { a * square };
                *derivative += l2 * (2.0 * (product + square));
            }
        }
        Ok(total)
    }
}

fn add(sums: &mut [f32; POINTS], terms: [f32; POINTS]) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        *sum += term;
    }
}

/// The number of parts into which the points divide a range, if both ends are among the points and if neither is.
const ENDS: u64 = 15;
const INNER: u64 = 17;

/// Evenly spaced whole numbers between two numbers; the first is `skipped` parts above the lower one.
fn spread<const PARTS: u64>(first: u32, last: u32, skipped: u64) -> [u32; POINTS] {
    let (first, width) = (u64::from(first), u64::from(last.wrapping_sub(first)));
    let mut points = [last; POINTS];
    for (point, part) in points.iter_mut().zip(skipped..) {
        // Both factors are below 2³², and the sum is at most the last number.
        *point = first.wrapping_add(width.wrapping_mul(part).div_ceil(PARTS)) as u32;
    }
    points
}

/// The minimum of the loss along a ray.
///
/// ```
/// use hingeline::Minimum;
/// let kink = Minimum { at: 0.5, derivative: 1.0, below: Some(-1.0) };
/// assert!(kink.below.is_some_and(|below| below < 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Minimum {
    /// The smallest `a ≥ 0` at which the derivative is not below zero.
    pub at: f32,
    /// The derivative there.
    pub derivative: f32,
    /// The derivative at the largest number below `at`; `None` if the minimum is at 0, the model itself. If it is far
    /// from `derivative`, the minimum is a kink.
    pub below: Option<f32>,
}

/// A point where a margin changes its sign along a ray.
///
/// ```
/// use hingeline::Breakpoint;
/// let point = Breakpoint { at: 0.5, sample: 7, class: 3, slope: -2.0, counts: false };
/// assert_eq!(point.counts, point.slope > 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Breakpoint {
    /// The smallest `a ≥ 0` in binary32 at which the margin, as computed, counts if it does not count at 0, or does not
    /// count if it does at 0.
    pub at: f32,
    /// The index of the sample.
    pub sample: usize,
    /// The class of the margin.
    pub class: usize,
    /// The slope of the margin: beyond the breakpoint the derivative is greater by `|slope| / N`, times the weights of
    /// the class and the sample.
    pub slope: f32,
    /// Whether the margin counts at the breakpoint and beyond; otherwise it counts before.
    pub counts: bool,
}
