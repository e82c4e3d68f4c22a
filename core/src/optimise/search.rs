//! The strategies that do not follow the gradient: random search and random local search.

use rand_core::Rng;

use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::loss::{Hinge, Loss, Objective, WestonWatkins};
use crate::model::{AnyModel, SamplesOf, Storage, StoredScale, ViewMut};
use crate::random;

/// The whole state of a search apart from its model: the loss, the deviation of the draws, the best loss, the steps
/// made.
///
/// ```
/// use hingeline::{Hinge, Search};
///
/// let search = Search::new(Hinge::new(1.0, 0.0)?, 0.1)?;
/// assert_eq!((search.best(), search.steps()), (None, 0));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Search<L = WestonWatkins> {
    objective: Objective<L>,
    deviation: f32,
    best: Option<f32>,
    steps: u64,
}

impl<L: Loss> Search<L> {
    /// A search before its first step; `deviation` is the standard deviation of the normal draws.
    ///
    /// # Errors
    /// [`Error::InvalidDeviation`] unless the deviation is finite and above 0.
    ///
    /// ```
    /// use hingeline::{Error, Hinge, Search};
    /// assert_eq!(Search::new(Hinge::new(1.0, 0.0)?, 0.0), Err(Error::InvalidDeviation));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn new(objective: Objective<L>, deviation: f32) -> Result<Self, Error> {
        Self::resume(objective, deviation, None, 0)
    }

    /// A search that continues from the values that [`objective`](Self::objective), [`deviation`](Self::deviation),
    /// [`best`](Self::best) and [`steps`](Self::steps) returned.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and [`Error::InvalidState`] for a best loss that is negative or not finite.
    ///
    /// ```
    /// use hingeline::{Hinge, Search};
    /// let search = Search::resume(Hinge::new(1.0, 0.0)?, 0.1, Some(2.5), 7)?;
    /// assert_eq!(search.best(), Some(2.5));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn resume(objective: Objective<L>, deviation: f32, best: Option<f32>, steps: u64) -> Result<Self, Error> {
        if !(deviation.is_finite() && deviation > 0.0) {
            return Err(Error::InvalidDeviation);
        }
        if best.is_some_and(|best| !(best.is_finite() && best >= 0.0)) {
            return Err(Error::InvalidState);
        }
        Ok(Self { objective, deviation, best, steps })
    }

    /// The loss that is minimised, and its regulariser.
    pub const fn objective(&self) -> Objective<L> {
        self.objective
    }

    /// The standard deviation of the draws.
    pub const fn deviation(&self) -> f32 {
        self.deviation
    }

    /// The loss of the model, once a step has computed it.
    pub const fn best(&self) -> Option<f32> {
        self.best
    }

    /// The number of steps made; refused ones do not count.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Evaluates the candidate, and keeps it if its loss is lower than `best`.
    fn evaluate<S: Storage, T: Storage<Shape = S::Shape>, K: Kernel, D: SamplesOf<S::Shape> + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        candidate: &AnyModel<T, K>,
        best: Option<f32>,
        samples: &mut D,
    ) -> Result<SearchStep, Stopped> {
        let loss = self.objective.loss(candidate, samples)?;
        // Finite scores do not prove this if a feature is 0 in all samples.
        if !candidate.has_finite_weights() {
            return Err(Error::NonFiniteStep.into());
        }
        let accepted = best.is_none_or(|best| loss < best);
        if accepted {
            model.copy_parts(candidate);
        }
        let best = if accepted { loss } else { best.unwrap_or(loss) };
        self.best = Some(best);
        self.steps = self.steps.saturating_add(1);
        Ok(SearchStep { loss, best, accepted, evaluations: samples.count(KEY) })
    }
}

impl Search {
    /// The same as [`objective`](Self::objective), for the hinge loss.
    pub const fn hinge(&self) -> Hinge {
        self.objective
    }
}

/// What happened in a step of a search.
///
/// ```
/// use hingeline::{Hinge, Model, RandomSearch, Search, Slices};
/// use rand_core::SeedableRng;
/// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
/// let mut candidate = Model::<2, 1>::new();
/// let mut search = RandomSearch::new(Search::new(Hinge::new(1.0, 0.0)?, 1.0)?, &mut candidate);
/// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
/// let step = search.step(&mut Model::new(), &mut samples, &mut rng)?;
/// assert!(step.accepted && step.loss == step.best);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SearchStep {
    /// The candidate's loss, the regulariser included.
    pub loss: f32,
    /// The model's loss after the step.
    pub best: f32,
    /// Whether the candidate had the lower loss: the model is then a copy of it.
    pub accepted: bool,
    /// The number of samples scored in this step.
    pub evaluations: usize,
}

/// Random search, strategy 1 of the lecture: draws a model and keeps it if it is the best so far.
///
/// A step draws a candidate, `W = deviation · n` and `b = deviation · n` with [normal](random::normal) `n`, the weights
/// in row-major order and then the bias, and evaluates its loss on the set. The first candidate always replaces the
/// model.
///
/// ```
/// use hingeline::{Hinge, Model, RandomSearch, Search, Slices};
/// use rand_core::SeedableRng;
///
/// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
/// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
/// let (mut model, mut candidate) = (Model::<2, 1>::new(), Model::new());
/// let mut search = RandomSearch::new(Search::new(Hinge::new(1.0, 0.0)?, 1.0)?, &mut candidate);
/// for _ in 0..100 {
///     search.step(&mut model, &mut samples, &mut rng)?;
/// }
/// assert_eq!(model.predict(&[-1.0])?, 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// A step is one pass over the set. It needs a second model for the candidate, which the caller lends, and the
/// scratch of [`Objective::loss`].
///
/// # Errors
/// The errors of [`Objective::loss`]; a candidate too large for the data is refused with [`Error::NonFiniteScore`] or
/// [`Error::NonFiniteStep`]. The model and the search are then bit for bit as before; the generator has advanced.
#[derive(Debug)]
pub struct RandomSearch<'a, M, L = WestonWatkins> {
    pub(super) search: Search<L>,
    candidate: &'a mut M,
}

impl<'a, T: Storage, K: Kernel, L: Loss> RandomSearch<'a, AnyModel<T, K>, L> {
    /// A search that continues from this state, new or saved. The candidate's content is overwritten.
    ///
    /// ```
    /// use hingeline::{Hinge, Model, RandomSearch, Search};
    /// let mut candidate = Model::<2, 1>::new();
    /// let search = RandomSearch::new(Search::new(Hinge::new(1.0, 0.0)?, 1.0)?, &mut candidate);
    /// assert_eq!(search.state().steps(), 0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn new(search: Search<L>, candidate: &'a mut AnyModel<T, K>) -> Self {
        Self { search, candidate }
    }

    /// The whole state of the search.
    pub const fn state(&self) -> Search<L> {
        self.search
    }

    /// Draws and evaluates one candidate.
    ///
    /// # Errors
    /// See [the type](Self).
    ///
    /// ```
    /// use hingeline::{Error, Hinge, Model, RandomSearch, Search, Slices};
    /// use rand_core::SeedableRng;
    /// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
    /// let mut candidate = Model::<2, 1>::new();
    /// let mut search = RandomSearch::new(Search::new(Hinge::new(1.0, 0.0)?, 1.0)?, &mut candidate);
    /// let mut nothing = Slices::<1, u8>::new(&[], &[])?;
    /// let refused = search.step(&mut Model::new(), &mut nothing, &mut rng).unwrap_err();
    /// assert_eq!(refused.error, Error::EmptySet);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step<S: Storage<Shape = T::Shape>, D: SamplesOf<S::Shape> + ?Sized, R: Rng + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        rng: &mut R,
    ) -> Result<SearchStep, Stopped> {
        self.candidate.check_shape(model.shape())?;
        let deviation = self.search.deviation;
        draw(self.candidate, |_, _| deviation * random::normal(rng));
        *self.candidate.view_mut().scale = StoredScale::ONE;
        let best = self.search.best;
        self.search.evaluate(model, self.candidate, best, samples)
    }
}

/// Random local search, strategy 2 of the lecture: `W + δW`, kept if the loss falls.
///
/// A step draws `δW = deviation · n` and `δb = deviation · n` as [`RandomSearch`] does, and evaluates the loss of the
/// sum. The first step also evaluates the current model. For a model whose scale is not 1, the stored weights move by
/// `(deviation / scale) · n`.
///
/// ```
/// use hingeline::{Hinge, Model, RandomLocalSearch, Search, Slices};
/// use rand_core::SeedableRng;
///
/// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
/// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
/// let (mut model, mut candidate) = (Model::<2, 1>::new(), Model::new());
/// let state = Search::new(Hinge::new(1.0, 0.0)?, 0.1)?;
/// let mut search = RandomLocalSearch::new(state, &mut candidate);
/// for _ in 0..100 {
///     search.step(&mut model, &mut samples, &mut rng)?;
/// }
/// assert!(search.state().best() < Some(1.0));
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// A step takes one pass over the set; the first takes two. It needs a second model for the candidate, which the caller
/// lends, and the scratch of [`Objective::loss`].
///
/// # Errors
/// As for [`RandomSearch`].
#[derive(Debug)]
pub struct RandomLocalSearch<'a, M, L = WestonWatkins> {
    pub(super) search: Search<L>,
    candidate: &'a mut M,
}

impl<'a, T: Storage, K: Kernel, L: Loss> RandomLocalSearch<'a, AnyModel<T, K>, L> {
    /// A search that continues from this state, new or saved. The candidate's content is overwritten.
    ///
    /// ```
    /// use hingeline::{Hinge, Model, RandomLocalSearch, Search};
    /// let mut candidate = Model::<2, 1>::new();
    /// let state = Search::new(Hinge::new(1.0, 0.0)?, 0.1)?;
    /// assert_eq!(RandomLocalSearch::new(state, &mut candidate).state(), state);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn new(search: Search<L>, candidate: &'a mut AnyModel<T, K>) -> Self {
        Self { search, candidate }
    }

    /// The whole state of the search.
    pub const fn state(&self) -> Search<L> {
        self.search
    }

    /// Draws and evaluates one candidate near the model.
    ///
    /// # Errors
    /// See [the type](Self).
    ///
    /// ```
    /// use hingeline::{Hinge, Model, RandomLocalSearch, Search, Slices};
    /// use rand_core::SeedableRng;
    /// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
    /// let mut candidate = Model::<2, 1>::new();
    /// let state = Search::new(Hinge::new(1.0, 0.0)?, 0.1)?;
    /// let mut search = RandomLocalSearch::new(state, &mut candidate);
    /// let mut samples = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
    /// let step = search.step(&mut Model::new(), &mut samples, &mut rng)?;
    /// // The first step evaluates the model too.
    /// assert_eq!(step.evaluations, 4);
    /// assert_eq!(step.accepted, step.loss < 1.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn step<S: Storage<Shape = T::Shape>, D: SamplesOf<S::Shape> + ?Sized, R: Rng + ?Sized>(
        &mut self,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        rng: &mut R,
    ) -> Result<SearchStep, Stopped> {
        self.candidate.check_shape(model.shape())?;
        let best = match self.search.best {
            Some(best) => best,
            None => self.search.objective.loss(&*model, samples)?,
        };
        let first = if self.search.best.is_none() { samples.count(KEY) } else { 0 };
        self.candidate.copy_parts(model);
        let deviation = self.search.deviation;
        draw(self.candidate, |before, scale| before + (deviation / scale) * random::normal(rng));
        let step = self.search.evaluate(model, self.candidate, Some(best), samples)?;
        Ok(SearchStep { evaluations: step.evaluations.saturating_add(first), ..step })
    }
}

/// Replaces each weight in row-major order and then each bias by `next(value, scale)`; the scale of a bias is 1.
fn draw<S: Storage, K: Kernel>(model: &mut AnyModel<S, K>, mut next: impl FnMut(f32, f32) -> f32) {
    let ViewMut { weights, bias, scale, bound, kernel } = model.view_mut();
    let scale = scale.value();
    for weight in &mut *weights {
        *weight = next(*weight, scale);
    }
    for bias in bias {
        *bias = next(*bias, 1.0);
    }
    // An infinite draw is refused when the candidate is evaluated.
    *bound = kernel.largest(weights);
}
