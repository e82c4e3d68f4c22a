//! Learning rates that change with the step.

use core::f32::consts::FRAC_PI_2;

use crate::error::Error;

/// The learning rate η of each step.
///
/// Each schedule is a type of its own, so firmware links only the arithmetic of the one that it uses. All are plain
/// data that can be logged and stored. Implement the trait for a rate of your own; an optimiser checks the returned
/// values:
///
/// ```
/// use hingeline::{Error, Schedule};
///
/// /// Rises over the first steps, then stays.
/// #[derive(Clone, Copy, Debug)]
/// struct WarmUp {
///     rate: f32,
///     steps: u16,
/// }
///
/// impl Schedule for WarmUp {
///     fn rate(&self, t: u64) -> f32 {
///         self.rate * ((t + 1) as f32 / f32::from(self.steps)).min(1.0)
///     }
///
///     fn check(&self) -> Result<(), Error> {
///         if self.rate > 0.0 && self.steps > 0 { Ok(()) } else { Err(Error::InvalidSchedule) }
///     }
/// }
///
/// assert_eq!(WarmUp { rate: 0.5, steps: 4 }.rate(1), 0.25);
/// ```
pub trait Schedule: Copy {
    /// The learning rate of step `t`, counted from 0.
    ///
    /// A step whose rate is not a finite number above 0 is refused with [`Error::InvalidLearningRate`].
    ///
    /// ```
    /// use hingeline::{InverseTime, Schedule};
    /// assert_eq!(InverseTime { rate: 0.1, decay: 0.5 }.rate(2), 0.05);
    /// ```
    fn rate(&self, t: u64) -> f32;

    /// The most by which a step may change a weight or a bias, apart from L2; infinity for no bound. See [`Limited`]. A
    /// bound that is not above 0 is refused with [`Error::InvalidLimit`].
    fn longest_step(&self) -> f32 {
        f32::INFINITY
    }

    /// Refuses parameters out of range. An optimiser calls this when it is given the schedule.
    ///
    /// # Errors
    /// [`Error::InvalidLearningRate`] for a rate. For the parameters by which it falls, the schedules here have one
    /// error each, and [`Error::InvalidSchedule`] is for your own schedules.
    ///
    /// ```
    /// use hingeline::{Constant, Error, Schedule};
    /// assert_eq!(Constant { rate: -0.1 }.check(), Err(Error::InvalidLearningRate));
    /// ```
    fn check(&self) -> Result<(), Error>;
}

/// `η = rate`.
///
/// ```
/// use hingeline::{Constant, Schedule};
/// assert_eq!(Constant { rate: 0.1 }.rate(1_000), 0.1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Constant {
    /// The learning rate, above 0.
    pub rate: f32,
}

impl Schedule for Constant {
    fn rate(&self, _: u64) -> f32 {
        self.rate
    }

    fn check(&self) -> Result<(), Error> {
        check_rate(self.rate)
    }
}

/// `η = rate / (1 + decay · t)`.
///
/// Contract: `t` is rounded to binary32; then follow the operations of the formula as written.
///
/// ```
/// use hingeline::{InverseTime, Schedule};
/// let schedule = InverseTime { rate: 0.1, decay: 0.5 };
/// assert_eq!((schedule.rate(0), schedule.rate(2)), (0.1, 0.05));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InverseTime {
    /// The learning rate of the first step, above 0.
    pub rate: f32,
    /// How fast the rate falls, per step, at least 0.
    pub decay: f32,
}

impl Schedule for InverseTime {
    fn rate(&self, t: u64) -> f32 {
        self.rate / (1.0 + self.decay * to_f32(t))
    }

    fn check(&self) -> Result<(), Error> {
        check_rate(self.rate)?;
        accept(self.decay.is_finite() && self.decay >= 0.0, Error::InvalidDecay)
    }
}

/// Step decay, `η = rate · factor^⌊t / every⌋`.
///
/// Contract: the quotient is a whole number, rounded to binary32; the power is `powf` of the `libm` crate.
///
/// ```
/// use hingeline::{Schedule, StepDecay};
/// let schedule = StepDecay { rate: 0.1, factor: 0.5, every: 1_000 };
/// assert_eq!((schedule.rate(999), schedule.rate(1_000), schedule.rate(3_500)), (0.1, 0.05, 0.0125));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StepDecay {
    /// The learning rate of the first steps, above 0.
    pub rate: f32,
    /// The factor by which the rate is multiplied each time, above 0 and at most 1.
    pub factor: f32,
    /// The number of steps between these multiplications, at least 1.
    pub every: u32,
}

impl Schedule for StepDecay {
    fn rate(&self, t: u64) -> f32 {
        let times = t.checked_div(self.every.into()).unwrap_or_default();
        self.rate * libm::powf(self.factor, to_f32(times))
    }

    fn check(&self) -> Result<(), Error> {
        check_rate(self.rate)?;
        accept(self.factor > 0.0 && self.factor <= 1.0, Error::InvalidFactor)?;
        accept(self.every > 0, Error::InvalidPeriod)
    }
}

/// Half a cosine from the rate down to a floor, `η = floor + ½ (rate − floor) (1 + cos(π t / steps))`. From step
/// `steps` on, the rate is the floor.
///
/// With a floor of 0 the descent ends there: further steps are refused with [`Error::InvalidLearningRate`].
///
/// Contract: computed as `floor + (rate − floor) * (s * s)` with `s = sinf(π/2 * ((steps − t) / steps))` of the `libm`
/// crate, with both whole numbers rounded to binary32. By the half-angle formula this is the same, and it does not lose
/// the last rates to a cosine close to −1.
///
/// Source: I. Loshchilov and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, without the
/// restarts.
///
/// ```
/// use hingeline::{Cosine, Schedule};
/// let schedule = Cosine { rate: 0.5, floor: 0.25, steps: 100 };
/// assert_eq!((schedule.rate(0), schedule.rate(100)), (0.5, 0.25));
/// assert!((schedule.rate(50) - 0.375).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Cosine {
    /// The learning rate of the first step, above 0.
    pub rate: f32,
    /// The learning rate of the last steps, at least 0 and at most `rate`.
    pub floor: f32,
    /// The number of steps until the floor, at least 1.
    pub steps: u32,
}

impl Schedule for Cosine {
    fn rate(&self, t: u64) -> f32 {
        let left = u64::from(self.steps).saturating_sub(t) as f32 / self.steps as f32;
        let sine = libm::sinf(FRAC_PI_2 * left);
        self.floor + (self.rate - self.floor) * (sine * sine)
    }

    fn check(&self) -> Result<(), Error> {
        check_rate(self.rate)?;
        accept(self.floor >= 0.0 && self.floor <= self.rate, Error::InvalidFloor)?;
        accept(self.steps > 0, Error::InvalidPeriod)
    }
}

/// The rate of Pegasos, `η = 1 / (λ (t + start))` with `λ = 2α`, since the regulariser here is `α Σ W²` without a half.
///
/// It needs an L2 term: α is that of the [`Hinge`](crate::Hinge) to be minimised. A `start` of 1 is that of the paper,
/// where the first step erases the weights (`2ηα = 1`), and is refused here with [`Error::L2TooStrong`]; the larger the
/// `start`, the smaller the first steps.
///
/// Contract: `1 / ((2 * l2) * (t + start))` with `t` rounded to binary32.
///
/// Source: S. Shalev-Shwartz, Y. Singer, N. Srebro, "Pegasos: Primal Estimated sub-GrAdient SOlver for SVM", ICML 2007.
///
/// ```
/// use hingeline::{Pegasos, Schedule};
/// let schedule = Pegasos { l2: 0.25, start: 2.0 };
/// assert_eq!((schedule.rate(0), schedule.rate(2)), (1.0, 0.5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Pegasos {
    /// The L2 strength α, above 0.
    pub l2: f32,
    /// The number as which the first step counts, at least 1.
    pub start: f32,
}

impl Schedule for Pegasos {
    fn rate(&self, t: u64) -> f32 {
        1.0 / ((2.0 * self.l2) * (to_f32(t) + self.start))
    }

    fn check(&self) -> Result<(), Error> {
        accept(self.l2.is_finite() && self.l2 > 0.0, Error::InvalidPegasosL2)?;
        accept(self.start.is_finite() && self.start >= 1.0, Error::InvalidStart)
    }
}

/// Another schedule, with a bound on how far one step may go: no weight and no bias changes by more than `longest`,
/// apart from L2.
///
/// This reduces the influence of a sample far from all others, or of a wrong label. If a step would go further, its
/// learning rate is `longest / m`, with m the largest magnitude in its gradient, and
/// [`SgdStep::learning_rate`](crate::SgdStep::learning_rate) reports it. L2 still shrinks the weights by the rate of
/// the schedule.
///
/// This clips the gradient by its largest element, not by its Euclidean norm, whose squares overflow where a bound is
/// needed most. A step of SGD within the bound costs one more pass over x; a step beyond it also computes the scores
/// again.
///
/// ```
/// use hingeline::{Constant, Hinge, Limited, Model, Sgd};
///
/// let schedule = Limited { schedule: Constant { rate: 0.1 }, longest: 0.5 };
/// let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, schedule)?;
/// let mut model = Model::<2, 1>::new();
/// let step = sgd.step(&mut model, &[1e30], 1)?;
/// assert_eq!((step.learning_rate, model.weights()[1][0]), (5e-31, 0.5));
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Numeric contract
/// For a sample, `m = k * max(1, |x|)` with the largest magnitudes of coefficients and features; for a batch, the
/// largest magnitude in the mean of its gradients: `m = max|g| / N`. If `η * m > longest`, the rate is `longest / m`. A
/// change is then at most `longest`, except for the rounding of the rate and of the product, 2⁻²³ of it. The rate is 0
/// if the quotient underflows; such a step shrinks the weights and is counted, but changes nothing else.
///
/// # Source
/// R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013, with
/// another norm.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Limited<R> {
    /// The schedule of the learning rates.
    pub schedule: R,
    /// The most by which a step may change a weight or a bias, above 0.
    pub longest: f32,
}

impl<R: Schedule> Schedule for Limited<R> {
    fn rate(&self, t: u64) -> f32 {
        self.schedule.rate(t)
    }

    fn longest_step(&self) -> f32 {
        let inner = self.schedule.longest_step();
        // If the inner bound is NaN, it is returned and then refused.
        if self.longest <= inner { self.longest } else { inner }
    }

    fn check(&self) -> Result<(), Error> {
        self.schedule.check()?;
        accept(self.longest > 0.0 && self.longest.is_finite(), Error::InvalidLimit)
    }
}

fn check_rate(rate: f32) -> Result<(), Error> {
    accept(rate.is_finite() && rate > 0.0, Error::InvalidLearningRate)
}

/// Refuses a parameter unless it is valid.
fn accept(is_useful: bool, refusal: Error) -> Result<(), Error> {
    if is_useful { Ok(()) } else { Err(refusal) }
}

/// A count rounded to binary32: by one instruction where the processor has one for 32 bits, which are nearly always
/// enough.
fn to_f32(count: u64) -> f32 {
    match u32::try_from(count) {
        Ok(count) => count as f32,
        Err(_) => large_to_f32(count),
    }
}

/// A separate function: otherwise the compiler would merge the two into one conversion of 64 bits.
#[cold]
#[inline(never)]
fn large_to_f32(count: u64) -> f32 {
    count as f32
}
