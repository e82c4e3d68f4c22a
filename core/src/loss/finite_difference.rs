//! Finite differences, and the check of the analytic gradient against them.

use super::function::{Loss, weighted};
use super::objective::Objective;
use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::model::{AnyGradient, AnyModel, SamplesOf, Storage, ViewMut, rows_mut};
use crate::sum::Sum;

/// One of the numbers that a model learns.
///
/// ```
/// use hingeline::Parameter;
/// assert_ne!(Parameter::Weight { class: 0, feature: 0 }, Parameter::Bias { class: 0 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Parameter {
    /// A weight.
    Weight {
        /// Its row.
        class: usize,
        /// Its column.
        feature: usize,
    },
    /// The bias of a class.
    Bias {
        /// The class.
        class: usize,
    },
}

/// The derivative of the loss by finite differences.
///
/// Forward: `(L(w + h) − L(w)) / h`. Central: `(L(w + h) − L(w − h)) / 2h`. The divisor is the distance between the two
/// points as they are in binary32. The losses are subtracted sample by sample, so samples that the weight does not
/// affect add exactly nothing. In the regulariser, only the weight's own term differs between the two points, and
/// `α (a² − b²)` is computed as `α (a − b)(a + b)`.
///
/// ```
/// use hingeline::{FiniteDifference, Hinge, Model, Parameter, Slices};
///
/// let mut model = Model::<2, 1>::new();
/// let mut samples = Slices::new(&[[3.0]], &[0u8])?;
/// let at = Parameter::Weight { class: 1, feature: 0 };
/// let slope = FiniteDifference::central(0.0078125)?
///     .derivative(&Hinge::new(1.0, 0.0)?, &mut model, &mut samples, at)?;
/// assert_eq!((slope.value, slope.kinks), (3.0, 0));
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # The step
/// `h` is in units of W. The data loss of a hinge is piecewise linear, so a step of 1e-2 has no truncation error if no
/// kink lies between the two points, while a step of 1e-5 is lost in the rounding of binary32. The forward difference
/// is off by `α h`, because of the regulariser's curvature. [`Softmax`](crate::Softmax) has no kinks but a truncation
/// error: the central difference is off by at most `h² |x|³ / 62` for a sample's feature x, since
/// `|p (1 − p) (1 − 2p)| ≤ 1 / (6 √3)`, and the forward one by at most `h x² / 8`.
///
/// # Cost
/// Two scores per sample and parameter; one pass over the set per parameter. Scratch: 2 · C values. The model is
/// changed in place, one weight at a time, and is bit for bit as before at the end, even after an error.
///
/// # Source
/// The optimisation lecture and the notes on gradient checks of CS231n.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FiniteDifference {
    step: f32,
    central: bool,
}

impl FiniteDifference {
    /// Forward differences with step `h`.
    ///
    /// # Errors
    /// [`Error::InvalidDifference`] unless the step is finite and above 0.
    ///
    /// ```
    /// use hingeline::{Error, FiniteDifference};
    /// assert_eq!(FiniteDifference::forward(-1e-2), Err(Error::InvalidDifference));
    /// ```
    pub const fn forward(step: f32) -> Result<Self, Error> {
        Self::new(step, false)
    }

    /// Central differences with step `h`.
    ///
    /// # Errors
    /// As for [`forward`](Self::forward).
    ///
    /// ```
    /// assert!(hingeline::FiniteDifference::central(1e-2).is_ok());
    /// ```
    pub const fn central(step: f32) -> Result<Self, Error> {
        Self::new(step, true)
    }

    const fn new(step: f32, central: bool) -> Result<Self, Error> {
        if step.is_finite() && step > 0.0 { Ok(Self { step, central }) } else { Err(Error::InvalidDifference) }
    }

    /// The derivative of the loss, regulariser included, with respect to one parameter.
    ///
    /// # Errors
    /// [`Error::IndexOutOfRange`] for a parameter that the model does not have, [`Error::InvalidDifference`] if the
    /// step is too small to change it or leaves the range of binary32, [`Error::EmptySet`], the errors of
    /// [`Loss::loss`] at either of the two points, and [`Error::NonFiniteLoss`] if the difference overflows.
    ///
    /// ```
    /// use hingeline::{FiniteDifference, Hinge, Model, Parameter, Slices};
    /// let mut samples = Slices::new(&[[3.0]], &[0u8])?;
    /// let slope = FiniteDifference::forward(0.5)?.derivative(
    ///     &Hinge::new(1.0, 0.0)?,
    ///     &mut Model::<2, 1>::new(),
    ///     &mut samples,
    ///     Parameter::Bias { class: 0 },
    /// )?;
    /// assert_eq!(slope.value, -1.0);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn derivative<S: Storage, K: Kernel, L: Loss, D: SamplesOf<S::Shape> + ?Sized>(
        &self,
        objective: &Objective<L>,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        at: Parameter,
    ) -> Result<Derivative, Stopped> {
        let features = model.features();
        let original = *value_mut(&mut model.view_mut(), features, at)?;
        let result = self.around(original, objective, model, samples, at);
        *value_mut(&mut model.view_mut(), features, at)? = original;
        result
    }

    /// The derivative; the parameter may be left at any value.
    fn around<S: Storage, K: Kernel, L: Loss, D: SamplesOf<S::Shape> + ?Sized>(
        &self,
        original: f32,
        objective: &Objective<L>,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        at: Parameter,
    ) -> Result<Derivative, Stopped> {
        let (scale, l2) = match at {
            Parameter::Weight { .. } => (model.scale(), objective.l2()),
            Parameter::Bias { .. } => (1.0, 0.0),
        };
        let (above, below) = self.points(original, scale);
        let distance = scale * (above - below);
        if !(distance.is_finite() && distance > 0.0) {
            return Err(Error::InvalidDifference.into());
        }
        let (loss, features) = (objective.loss_function(), model.features());
        let differences = model.with_scratch_mut::<1, _, Stopped>(|mut model, upper, lower| {
            let mut differences = Differences::default();
            for index in 0..samples.count(KEY) {
                let weight = samples.weight_of(KEY, index);
                let (x, label) = samples.row(KEY, features, index).map_err(Stopped::at(index))?;
                let mut loss_at = |value, scores: &mut [f32]| {
                    *value_mut(&mut model, features, at)? = value;
                    model.as_view(features).scores(x, scores);
                    weighted(weight, loss.loss(label, scores)?)
                };
                let loss_above = loss_at(above, upper).map_err(Stopped::at(index))?;
                let loss_below = loss_at(below, lower).map_err(Stopped::at(index))?;
                differences.add(loss_above, loss_below);
                differences.kinks = differences.kinks.saturating_add(loss.kinks(KEY, upper, lower));
            }
            Ok(differences)
        })?;
        if samples.count(KEY) == 0 {
            return Err(Error::EmptySet.into());
        }
        let regulariser = l2 * distance * (scale * (above + below));
        Ok(differences.derivative(samples.count(KEY) as f32, regulariser, distance)?)
    }

    /// The two values of a stored parameter between which the difference is taken.
    fn points(&self, original: f32, scale: f32) -> (f32, f32) {
        let step = self.step / scale;
        (original + step, if self.central { original - step } else { original })
    }

    /// Writes the derivative with respect to every parameter into the caller's buffer; returns the number of kinks
    /// crossed.
    ///
    /// # Errors
    /// As for [`derivative`](Self::derivative).
    ///
    /// ```
    /// use hingeline::{FiniteDifference, Gradient, Hinge, Model, Slices};
    /// let mut gradient = Gradient::<2, 1>::new();
    /// let mut samples = Slices::new(&[[3.0]], &[0u8])?;
    /// FiniteDifference::central(0.125)?.gradient(
    ///     &Hinge::new(1.0, 0.0)?,
    ///     &mut Model::new(),
    ///     &mut samples,
    ///     &mut gradient,
    /// )?;
    /// assert_eq!(gradient.weights(), &[[-3.0], [3.0]]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn gradient<S: Storage, G: Storage<Shape = S::Shape>, K: Kernel, L: Loss, D: SamplesOf<S::Shape> + ?Sized>(
        &self,
        objective: &Objective<L>,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        gradient: &mut AnyGradient<G>,
    ) -> Result<usize, Stopped> {
        model.check_shape(gradient.shape())?;
        let mut kinks = 0_usize;
        for (at, element) in parameters(gradient) {
            let derivative = self.derivative(objective, model, samples, at)?;
            *element = derivative.value;
            kinks = kinks.saturating_add(derivative.kinks);
        }
        Ok(kinks)
    }

    /// Compares the analytic gradient with finite differences, parameter by parameter.
    ///
    /// The relative error is `|n − a| / (|n| + |a|)`, 0 for two zeros. If a margin changes its sign between the two
    /// points, the loss has a kink there and the two derivatives need not agree. If the
    /// [rounding](Derivative::rounding) of the difference is more than 1 % of the two, the error means little. Such
    /// parameters are counted, not compared.
    ///
    /// `gradient` is scratch, and holds the analytic gradient at the end.
    ///
    /// # Errors
    /// As for [`derivative`](Self::derivative) and [`Objective::gradient`].
    ///
    /// ```
    /// use hingeline::{FiniteDifference, Gradient, Hinge, Model, Slices};
    ///
    /// let mut model = Model::from_parts([[1.0, -1.0], [0.5, 0.5]], [0.0; 2], 1.0)?;
    /// let mut samples = Slices::new(&[[1.0, 2.0], [-1.0, 0.5]], &[0u8, 1])?;
    /// let hinge = Hinge::new(1.0, 0.01)?;
    /// let mut scratch = Gradient::new();
    /// let check = FiniteDifference::central(0.01)?.check(&hinge, &mut model, &mut samples, &mut scratch)?;
    /// assert_eq!((check.compared, check.kinked), (6, 0));
    /// assert!(check.largest_error < 1e-3);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn check<S: Storage, G: Storage<Shape = S::Shape>, K: Kernel, L: Loss, D: SamplesOf<S::Shape> + ?Sized>(
        &self,
        objective: &Objective<L>,
        model: &mut AnyModel<S, K>,
        samples: &mut D,
        gradient: &mut AnyGradient<G>,
    ) -> Result<GradientCheck, Stopped> {
        objective.gradient(model, samples, gradient)?;
        let mut check = GradientCheck::new();
        for (at, analytic) in parameters(gradient) {
            let numeric = self.derivative(objective, model, samples, at)?;
            check.add(at, *analytic, numeric);
        }
        Ok(check)
    }
}

/// A derivative by finite differences.
///
/// ```
/// use hingeline::Derivative;
/// let slope = Derivative { value: 1.5, kinks: 0, rounding: 1e-5 };
/// assert_eq!(slope.kinks, 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Derivative {
    /// The difference quotient.
    pub value: f32,
    /// The number of margins, over all samples, that count at only one of the two points. If there are any, the value
    /// is a mean of the slopes on both sides of a kink.
    pub kinks: usize,
    /// An estimate of the effect of rounding on the value: `2⁻²³ / distance` times the mean over the set of the larger
    /// of the two losses, with 0 for samples whose losses are equal. It does not account for large scores that cancel
    /// in the margins.
    pub rounding: f32,
}

/// The report of a gradient check.
///
/// ```
/// use hingeline::{FiniteDifference, Gradient, Hinge, Model, Slices};
/// let (mut model, mut scratch) = (Model::<2, 1>::new(), Gradient::new());
/// let mut samples = Slices::new(&[[0.0]], &[0u8])?;
/// let check = FiniteDifference::central(0.01)?
///     .check(&Hinge::new(1.0, 0.0)?, &mut model, &mut samples, &mut scratch)?;
/// assert_eq!(check.compared + check.kinked, 4);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct GradientCheck {
    /// The largest relative error among the parameters compared.
    pub largest_error: f32,
    /// The parameter with that error; `None` if nothing was compared or all agree exactly.
    pub at: Option<Parameter>,
    /// The analytic derivative there.
    pub analytic: f32,
    /// The numerical one.
    pub numeric: f32,
    /// The number of parameters compared.
    pub compared: usize,
    /// The number of parameters left out because a kink lies between their two points.
    pub kinked: usize,
    /// The number of parameters left out because rounding alone could cause a relative error of 1 %.
    pub drowned: usize,
    /// The number of kinks crossed by all parameters together, counted as in [`Derivative::kinks`].
    pub kinks: usize,
}

impl GradientCheck {
    const fn new() -> Self {
        Self { largest_error: 0.0, at: None, analytic: 0.0, numeric: 0.0, compared: 0, kinked: 0, drowned: 0, kinks: 0 }
    }

    fn add(&mut self, at: Parameter, analytic: f32, numeric: Derivative) {
        if numeric.kinks > 0 {
            self.kinked = self.kinked.saturating_add(1);
            self.kinks = self.kinks.saturating_add(numeric.kinks);
            return;
        }
        let magnitude = numeric.value.abs() + analytic.abs();
        if magnitude > 0.0 && numeric.rounding > TELLING * magnitude {
            self.drowned = self.drowned.saturating_add(1);
            return;
        }
        self.compared = self.compared.saturating_add(1);
        let error = relative_error(numeric.value, analytic);
        if error > self.largest_error {
            self.largest_error = error;
            self.at = Some(at);
            self.analytic = analytic;
            self.numeric = numeric.value;
        }
    }
}

/// The rounding, relative to the derivatives, above which a parameter is not compared.
const TELLING: f32 = 0.01;

/// `|a − b| / (|a| + |b|)`, 0 for two zeros.
fn relative_error(a: f32, b: f32) -> f32 {
    // Halved first: the sum of two large derivatives would overflow, and hide their difference.
    let (a, b) = (0.5 * a, 0.5 * b);
    let magnitude = a.abs() + b.abs();
    if magnitude == 0.0 { 0.0 } else { (a - b).abs() / magnitude }
}

/// The sums over the samples, with one difference of losses each.
#[derive(Default)]
struct Differences {
    sum: Sum,
    /// The sum of the losses that differ between the two points, for the estimate of the rounding.
    reached: Sum,
    kinks: usize,
}

impl Differences {
    fn add(&mut self, above: f32, below: f32) {
        if above != below {
            self.sum.add(above - below);
            self.reached.add(above.max(below));
        }
    }

    fn derivative(&self, samples: f32, regulariser: f32, distance: f32) -> Result<Derivative, Error> {
        let value = (self.sum.value() / samples + regulariser) / distance;
        let rounding = f32::EPSILON * (self.reached.value() / samples) / distance;
        if value.is_finite() {
            Ok(Derivative { value, kinks: self.kinks, rounding })
        } else {
            Err(Error::NonFiniteLoss)
        }
    }
}

/// Every element of a gradient, with its parameter.
fn parameters<G: Storage>(gradient: &mut AnyGradient<G>) -> impl Iterator<Item = (Parameter, &mut f32)> {
    let [_, features] = gradient.shape();
    let elements = gradient.elements_mut();
    let rows = rows_mut(elements.weights, features).zip(0..elements.bias.len());
    let weights = rows.flat_map(|(row, class)| {
        let row = row.iter_mut().enumerate();
        row.map(move |(feature, w)| (Parameter::Weight { class, feature }, w))
    });
    let bias = elements.bias.iter_mut().enumerate();
    weights.chain(bias.map(|(class, b)| (Parameter::Bias { class }, b)))
}

/// The place of a parameter in the model. The caller puts the old value back, so the model's bound stays valid.
fn value_mut<'m, K: Kernel>(
    model: &'m mut ViewMut<'_, K>,
    features: usize,
    at: Parameter,
) -> Result<&'m mut f32, Error> {
    match at {
        Parameter::Weight { class, feature } if feature < features => {
            class.checked_mul(features).and_then(|row| model.weights.get_mut(row.checked_add(feature)?))
        }
        Parameter::Weight { .. } => None,
        Parameter::Bias { class } => model.bias.get_mut(class),
    }
    .ok_or(Error::IndexOutOfRange)
}
