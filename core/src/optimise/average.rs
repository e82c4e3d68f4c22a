//! Averaged stochastic gradient descent: the mean of the models after each step.

use super::schedule::Schedule;
use super::sgd::{Sample, Sgd, SgdEpoch, SgdStep};
use crate::data::Order;
use crate::error::{Error, Stopped};
use crate::kernel::magnitude::{all_finite, largest};
use crate::kernel::{Kernel, Portable};
use crate::loss::{Loss, WestonWatkins};
use crate::model::{
    AnyModel, Arrays, Lent, Observer, SamplesOf, Shape, Storage, StoredScale, View, ViewMut, copy, rows, rows_mut,
};

/// The sum of the models after each step of [`AveragedSgd`]: the only buffer that averaging needs from the caller.
///
/// [`Average::SIZE`] bytes, all zero bits when new.
///
/// ```
/// use hingeline::Average;
/// use static_cell::ConstStaticCell;
///
/// static AVERAGE: ConstStaticCell<Average<10, 64>> = ConstStaticCell::new(Average::new());
/// assert_eq!(AVERAGE.take().steps(), 0);
/// ```
pub type Average<const C: usize, const F: usize> = AnyAverage<Arrays<C, F>>;

/// An [`Average`] of a shape that is known at run time, in memory that the caller lends.
///
/// ```
/// use hingeline::DynAverage;
///
/// let mut memory = [0.0; DynAverage::memory_len(10, 64)];
/// assert_eq!(DynAverage::new(&mut memory, 10, 64)?.steps(), 0);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type DynAverage<'a> = AnyAverage<Lent<'a>>;

/// An [`Average`] or a [`DynAverage`].
///
/// ```
/// let average: hingeline::AnyAverage<_> = hingeline::Average::<2, 1>::new();
/// assert_eq!(average.steps(), 0);
/// ```
#[derive(Debug)]
pub struct AnyAverage<S: Storage> {
    /// For each row of W, the sum over the steps up to the last that wrote it; for the bias, the sum over all steps.
    pub(super) sums: S,
    /// The sum of the scales of the steps since then: the stored row counts that many times more.
    pub(super) pending: S::Row,
    /// No weight of the sum is larger in magnitude than this, except for the rounding of both.
    pub(super) bound: f32,
    pub(super) steps: u32,
}

impl<const C: usize, const F: usize> AnyAverage<Arrays<C, F>> {
    /// The bytes that the average takes: `4 · (C · F + 2 · C + 2)`.
    pub const SIZE: usize = size_of::<Self>();

    /// An average of no steps.
    ///
    /// ```
    /// assert_eq!(hingeline::Average::<10, 64>::new().steps(), 0);
    /// ```
    pub const fn new() -> Self {
        Self { sums: Arrays::ZERO, pending: [0.0; C], bound: 0.0, steps: 0 }
    }
}

impl<'a> AnyAverage<Lent<'a>> {
    /// The number of values that a shape needs in memory: `classes · (features + 2)`.
    pub const fn memory_len(classes: usize, features: usize) -> usize {
        Lent::len(classes, features, 1)
    }

    /// An average of no steps.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for fewer than two classes or no features, [`Error::ShapeMismatch`] for memory whose
    /// length is not [`memory_len`](Self::memory_len).
    pub fn new(memory: &'a mut [f32], classes: usize, features: usize) -> Result<Self, Error> {
        let (pending, sums) = memory.split_at_mut_checked(classes).ok_or(Error::ShapeMismatch)?;
        let mut average = Self { sums: Lent::new(sums, classes, features, 0)?, pending, bound: 0.0, steps: 0 };
        average.clear();
        Ok(average)
    }
}

impl<S: Storage> AnyAverage<S> {
    /// The largest number of steps averaged, 2²⁴: beyond it, another step would hardly change the sum in binary32.
    pub const LARGEST: u32 = 1 << 24;

    /// The number of steps averaged so far.
    pub const fn steps(&self) -> u32 {
        self.steps
    }

    /// Discards all steps, in place, to start a new average, for example over the last epochs alone.
    ///
    /// ```
    /// let mut average = hingeline::Average::<2, 1>::new();
    /// average.clear();
    /// assert_eq!(average.steps(), 0);
    /// ```
    pub fn clear(&mut self) {
        let (weights, bias) = self.sums.parts_mut();
        weights.fill(0.0);
        bias.fill(0.0);
        self.pending.as_mut().fill(0.0);
        self.bound = 0.0;
        self.steps = 0;
    }

    /// The parts that [`load`](Self::load) takes.
    pub fn parts(&self) -> AverageParts<'_> {
        AverageParts {
            weights: self.sums.weights(),
            bias: self.sums.bias(),
            pending: self.pending.as_ref(),
            bound: self.bound,
            steps: self.steps,
        }
    }

    /// Rebuilds an average in place from its [`parts`](Self::parts), bit for bit. With the model and the descent
    /// rebuilt too, the run continues as if it had not been interrupted.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for parts of other lengths. [`Error::InvalidState`] for parts that no run can produce:
    /// a sum that is not finite or is larger than the bound, a pending sum of scales that is not finite or below 0,
    /// more than [`Average::LARGEST`] steps, or no steps with a sum that is not 0. The average is then unchanged.
    ///
    /// ```
    /// use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Sgd};
    ///
    /// let (mut model, mut average) = (Model::<2, 1>::new(), Average::new());
    /// let sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
    /// AveragedSgd::new(sgd, &mut average).step(&mut model, &[1.0], 0)?;
    ///
    /// let mut rebuilt = Average::<2, 1>::new();
    /// rebuilt.load(average.parts())?;
    /// assert_eq!(rebuilt.parts(), average.parts());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn load(&mut self, parts: AverageParts<'_>) -> Result<(), Error> {
        let (weights, bias) = self.sums.parts_mut();
        let pending = self.pending.as_mut();
        let lengths = [weights.len(), bias.len(), pending.len()];
        if [parts.weights.len(), parts.bias.len(), parts.pending.len()] != lengths {
            return Err(Error::ShapeMismatch);
        }
        if !parts.are_of_a_run() {
            return Err(Error::InvalidState);
        }
        copy(parts.weights, weights);
        copy(parts.bias, bias);
        copy(parts.pending, pending);
        self.bound = parts.bound;
        self.steps = parts.steps;
        Ok(())
    }

    /// Replaces the model, in place, with the mean of the models after each step; its scale is then 1.
    ///
    /// It must be the model on which the steps were made, or a copy of it: for the steps since a row was last written,
    /// the row is taken from the model. To continue training, do this to a copy; the average itself stays unchanged.
    ///
    /// # Numeric contract
    /// With T steps: `w = ((w * pending) + (1 * sum)) * (1 / T)`, `b = sum * (1 / T)`.
    ///
    /// # Errors
    /// [`Error::EmptySet`] if there was no step, [`Error::NonFiniteStep`] if the model is a different one and the mean
    /// would not be finite. The model is then unchanged.
    ///
    /// ```
    /// use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Sgd};
    ///
    /// let mut model = Model::<2, 1>::new();
    /// let mut average = Average::new();
    /// let sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.25 })?;
    /// let mut averaged = AveragedSgd::new(sgd, &mut average);
    /// averaged.step(&mut model, &[1.0], 1)?; // leaves weights of −1/4 and 1/4
    /// averaged.step(&mut model, &[-1.0], 0)?; // and of −1/2 and 1/2
    /// average.finish(&mut model)?;
    /// assert_eq!(model.weights(), &[[-0.375], [0.375]]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn finish<T: Storage<Shape = S::Shape>, K: Kernel>(&self, model: &mut AnyModel<T, K>) -> Result<(), Error> {
        model.check_shape(self.sums.shape())?;
        if self.steps == 0 {
            return Err(Error::EmptySet);
        }
        if !all_finite(self.results(model.view())) {
            return Err(Error::NonFiniteStep);
        }
        let part = 1.0 / self.steps as f32;
        let (features, model) = (self.sums.features(), model.view_mut());
        let own = rows(self.sums.weights(), features).zip(self.pending.as_ref());
        for (row, (sum, pending)) in rows_mut(model.weights, features).zip(own) {
            model.kernel.scale(*pending, row);
            model.kernel.axpy(1.0, sum, row);
        }
        model.kernel.scale(part, model.weights);
        *model.bound = model.kernel.largest(model.weights);
        copy(self.sums.bias(), model.bias);
        Portable.scale(part, model.bias);
        *model.scale = StoredScale::ONE;
        Ok(())
    }

    /// The sums, including the pending parts.
    fn results<K>(&self, model: View<'_, K>) -> impl Iterator<Item = f32> {
        let features = self.sums.features();
        let own = rows(self.sums.weights(), features).zip(self.pending.as_ref());
        let rows = rows(model.weights, features).zip(own);
        rows.flat_map(|(row, (sum, pending))| row.iter().zip(sum).map(move |(w, sum)| w * pending + sum))
    }
}

/// The state of an [`Average`], to be saved.
///
/// ```
/// let average = hingeline::Average::<2, 3>::new();
/// assert_eq!((average.parts().weights, average.parts().steps), ([0.0; 6].as_slice(), 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AverageParts<'a> {
    /// The sums of the weights, row after row, without the pending parts.
    pub weights: &'a [f32],
    /// The sums of the biases.
    pub bias: &'a [f32],
    /// For each class, the sum of the scales since its row was last written.
    pub pending: &'a [f32],
    /// No sum of weights is larger in magnitude than this, except for the rounding of both.
    pub bound: f32,
    /// The number of steps averaged.
    pub steps: u32,
}

impl AverageParts<'_> {
    fn are_of_a_run(&self) -> bool {
        let pending = self.pending.iter().all(|pending| pending.is_finite() && *pending >= 0.0);
        let zero = [self.weights, self.bias, self.pending].into_iter().flatten().all(|sum| *sum == 0.0);
        pending && largest(self.bias).is_finite() && agree(largest(self.weights), zero, self.bound, self.steps)
    }
}

/// Whether a run can produce these together: the largest sum of weights, whether all sums are 0, their bound, and the
/// steps.
pub(super) fn agree(largest: f32, zero: bool, bound: f32, steps: u32) -> bool {
    let counted = steps <= AnyAverage::<Lent<'_>>::LARGEST && (steps > 0 || zero);
    can_hold(bound) && largest <= 8.0 * bound && counted
}

/// Whether sums that are at most this, except for rounding, are finite.
///
/// The rounding of T additions makes a sum larger by a factor of at most (1 + 2⁻²⁴)^T, and its bound smaller by at most
/// as much. For the largest T that is e each, so both together stay below 8.
fn can_hold(bound: f32) -> bool {
    (8.0 * bound).is_finite()
}

impl<S: Storage + Clone> Clone for AnyAverage<S>
where
    S::Row: Clone,
{
    fn clone(&self) -> Self {
        Self { sums: self.sums.clone(), pending: self.pending.clone(), ..*self }
    }
}

impl<const C: usize, const F: usize> Default for AnyAverage<Arrays<C, F>> {
    fn default() -> Self {
        Self::new()
    }
}

/// A step changes few rows of the stored weights, but all rows of W. With `W_t = scale_t · V_t` a row's sum over the
/// steps since it was last written is its stored row times the sum of their scales. So a step adds up `C` scales, and
/// writes a row of the sum only where it writes a row of the model.
impl<S: Storage> Observer for AnyAverage<S> {
    fn check(&self, bounds: [f32; 2], scale: f32, bias: &[f32]) -> Result<(), Error> {
        if self.steps >= Self::LARGEST {
            return Err(Error::AverageFull);
        }
        let [before, after] = bounds;
        let bound = self.bound + (largest(self.pending.as_ref()) * before + scale * after);
        let biases = self.sums.bias().iter().zip(bias).map(|(sum, b)| sum + b);
        if can_hold(bound) && all_finite(biases) { Ok(()) } else { Err(Error::NonFiniteStep) }
    }

    fn before(&mut self, model: &ViewMut<'_, impl Kernel>, factors: impl Iterator<Item = f32>, all: bool) {
        let features = self.sums.features();
        let (weights, _) = self.sums.parts_mut();
        let own = rows_mut(weights, features).zip(self.pending.as_mut());
        let mut longest = 0.0_f32;
        for (((sum, pending), row), factor) in own.zip(rows(model.weights, features)).zip(factors) {
            if all || factor != 0.0 {
                model.kernel.axpy(*pending, row, sum);
                longest = longest.max(*pending);
                *pending = 0.0;
            }
        }
        self.bound += longest * *model.bound;
    }

    fn after(&mut self, scale: f32, bias: &[f32]) {
        let (_, sums) = self.sums.parts_mut();
        for ((pending, sum), b) in self.pending.as_mut().iter_mut().zip(sums).zip(bias) {
            *pending += scale;
            *sum += b;
        }
        self.steps = self.steps.wrapping_add(1);
    }
}

/// Averaged stochastic gradient descent (Polyak-Ruppert): steps of [`Sgd`], and the mean of the models after each step,
/// `W̄ = 1/T Σ_{t=1..T} W_t` and the same for the bias.
///
/// The steps are those of [`Sgd`], bit for bit; the mean is for prediction, and [`Average::finish`] computes it. It is
/// far less noisy than the last model, so a larger learning rate can be used. Start it after the first steps: they
/// would count as much as the last ones.
///
/// ```
/// use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Sgd};
///
/// let mut model = Model::<2, 2>::new();
/// let mut average = Average::new();
/// let sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.5 })?;
/// let mut averaged = AveragedSgd::new(sgd, &mut average);
/// let stream = [([1.0, 0.0], 0), ([0.0, 1.0], 1)].into_iter().cycle().take(20);
/// for (x, label) in stream {
///     averaged.step(&mut model, &x, label)?;
/// }
/// average.finish(&mut model)?;
/// assert_eq!(model.predict(&[0.0, 1.0])?, 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// One buffer, an [`Average`]. A step takes 2 · C additions and C comparisons more, and writes a row of the sum for
/// each row of the model that it writes: `v + 1` rows with v violations, none without. A step that folds the scale
/// writes all rows.
///
/// # Numeric contract
/// Before a step writes row c of the stored weights, `sum_c = sum_c + (pending_c * w_c)` and `pending_c = 0`; after it, for
/// all c, `pending_c = pending_c + scale` and `sum of b_c = sum of b_c + b_c`. The sums are binary32: T roundings, each of
/// at most 2⁻²⁴ of the sum.
///
/// # Errors
/// Those of [`Sgd`]; [`Error::NonFiniteStep`] if the sum might not be finite, [`Error::AverageFull`] after
/// [`Average::LARGEST`] steps. The model, the optimiser and the average are then bit for bit as before.
///
/// # Source
/// B. T. Polyak and A. B. Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J. Control Optim. 30(4),
/// 1992.
#[derive(Debug)]
pub struct AveragedSgd<'a, A, R, L = WestonWatkins> {
    pub(super) sgd: Sgd<R, L>,
    pub(super) average: &'a mut A,
}

impl<'a, A: Storage, R: Schedule, L: Loss> AveragedSgd<'a, AnyAverage<A>, R, L> {
    /// A descent that continues another one, and the average so far.
    ///
    /// ```
    /// use hingeline::{Average, AveragedSgd, Constant, Hinge, Sgd};
    /// let sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
    /// let mut average = Average::<2, 1>::new();
    /// assert_eq!(AveragedSgd::new(sgd, &mut average).sgd(), sgd);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn new(sgd: Sgd<R, L>, average: &'a mut AnyAverage<A>) -> Self {
        Self { sgd, average }
    }

    /// The descent, to continue without averaging or to be saved.
    pub const fn sgd(&self) -> Sgd<R, L> {
        self.sgd
    }

    /// The current average.
    pub const fn average(&self) -> &AnyAverage<A> {
        self.average
    }

    /// As [`Sgd::step`], averaged.
    ///
    /// # Errors
    /// See [the type](Self).
    ///
    /// ```
    /// use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Sgd};
    /// let sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
    /// let mut average = Average::new();
    /// AveragedSgd::new(sgd, &mut average).step(&mut Model::<2, 1>::new(), &[1.0], 0)?;
    /// assert_eq!(average.steps(), 1);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step<S: Storage<Shape = A::Shape>, K: Kernel>(
        &mut self,
        model: &mut AnyModel<S, K>,
        x: &<A::Shape as Shape>::Sample,
        label: usize,
    ) -> Result<SgdStep, Error> {
        model.check_shape(self.average.sums.shape())?;
        self.sgd.observed_step(model, Sample::of(x.as_ref(), label, 1.0), self.average)
    }

    /// As [`Sgd::step_weighted`], averaged.
    ///
    /// # Errors
    /// See [the type](Self).
    pub fn step_weighted<S: Storage<Shape = A::Shape>, K: Kernel>(
        &mut self,
        model: &mut AnyModel<S, K>,
        x: &<A::Shape as Shape>::Sample,
        label: usize,
        weight: f32,
    ) -> Result<SgdStep, Error> {
        model.check_shape(self.average.sums.shape())?;
        self.sgd.observed_step(model, Sample::of(x.as_ref(), label, weight), self.average)
    }

    /// As [`Sgd::fold`], with the average brought up to date first. Folding the model in another way would make the
    /// average wrong.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`]; [`Error::NonFiniteStep`] if the sum might not be finite, [`Error::AverageFull`] after
    /// [`Average::LARGEST`] steps. The model and the average are then unchanged.
    ///
    /// ```
    /// use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Sgd};
    /// let sgd = Sgd::new(Hinge::new(1.0, 1e-3)?, Constant { rate: 0.1 })?;
    /// let mut average = Average::new();
    /// let mut model = Model::from_parts([[4.0], [-4.0]], [0.0; 2], 0.25)?;
    /// assert!(AveragedSgd::new(sgd, &mut average).fold(&mut model)?);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn fold<S: Storage<Shape = A::Shape>, K: Kernel>(&mut self, model: &mut AnyModel<S, K>) -> Result<bool, Error> {
        model.check_shape(self.average.sums.shape())?;
        model.view_mut().fold(self.average)
    }

    /// As [`Sgd::step_next`], averaged.
    ///
    /// # Errors
    /// As for [`Sgd::step_next`], and see [the type](Self).
    ///
    /// ```
    /// use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Order, Sgd, Slices};
    /// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
    /// let mut order = Order::resume([1, 2, 3, 4], 2, 0, 0)?;
    /// let sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
    /// let mut average = Average::new();
    /// AveragedSgd::new(sgd, &mut average).step_next(&mut Model::<2, 1>::new(), &mut samples, &mut order)?;
    /// assert_eq!((average.steps(), order.position()), (1, 1));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step_next<S: Storage<Shape = A::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<SgdStep, Stopped> {
        model.check_shape(self.average.sums.shape())?;
        self.sgd.observed_step_next(model, samples, order, self.average)
    }

    /// As [`Sgd::epoch`], averaged.
    ///
    /// # Errors
    /// As for [`Sgd::epoch`], and see [the type](Self).
    ///
    /// ```
    /// use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Order, Sgd, Slices};
    /// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
    /// let mut order = Order::resume([1, 2, 3, 4], 2, 0, 0)?;
    /// let sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
    /// let mut average = Average::new();
    /// let mut averaged = AveragedSgd::new(sgd, &mut average);
    /// assert_eq!(averaged.epoch(&mut Model::<2, 1>::new(), &mut samples, &mut order)?.steps, 2);
    /// assert_eq!(average.steps(), 2);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn epoch<S: Storage<Shape = A::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        order: &mut Order,
    ) -> Result<SgdEpoch, Stopped> {
        model.check_shape(self.average.sums.shape())?;
        self.sgd.observed_epoch(model, samples, order, self.average)
    }
}
