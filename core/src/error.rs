//! Errors: why a call was refused, and where it stopped.

use core::fmt;

/// Why a call was refused.
///
/// A refused call changes nothing: the model and the optimiser are bit for bit as before the step that was refused.
///
/// ```
/// use hingeline::{Error, Hinge};
///
/// assert_eq!(Hinge::new(f32::NAN, 0.0), Err(Error::InvalidMargin));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// A score is NaN or infinite: a feature is NaN or infinite, or the scores overflow.
    NonFiniteScore,
    /// The scores are finite, but the loss of a sample, the sum of the losses, a coefficient or a slope overflows. Or a
    /// loss that the caller implements is NaN or infinite.
    NonFiniteLoss,
    /// The weights or the bias that this step, a search or an average would produce are not finite.
    NonFiniteStep,
    /// A feature of a sample to be kept or observed is NaN, infinite, or too large for moments. Or a reading is not
    /// finite, or a feature of a window overflows.
    NonFiniteFeature,
    /// A feature is larger in magnitude than the limit that the caller has set.
    FeatureTooLarge,
    /// Weights or biases to be loaded, or the elements of a direction, are not finite.
    NonFiniteModel,
    /// A label is not below the number of classes.
    LabelOutOfRange,
    /// The set has no samples, moments have observed none, or an average has made no steps.
    EmptySet,
    /// The set has more samples than an order can count, which is `u32::MAX`.
    SetTooLarge,
    /// The set has no sample with this index, or the model has no such weight or bias.
    IndexOutOfRange,
    /// A sample, a buffer, an order or a model does not have the length or shape that the call requires.
    ShapeMismatch,
    /// A shape with fewer than two classes, more than `u32::MAX` classes, or no features.
    InvalidShape,
    /// The scratch of a model of runtime shape is in use: a source of samples, or the callback of
    /// [`breakpoints`](crate::Landscape::breakpoints), has called the model while that model passes over the set.
    ScratchInUse,
    /// The source could not deliver a sample, for example because a card was pulled out.
    Unreadable,
    /// A weight or a bias to be loaded into a model in [integers](crate::integer) is beyond the bounds within which
    /// nothing overflows.
    WeightTooLarge,
    /// A number of a model in [integers](crate::integer) has no exact value in binary32.
    Inexact,
    /// The weight of a class or of a sample is not a finite number of at least 0, or the power of class weights is not.
    InvalidWeight,
    /// The precision that a threshold should reach is not above 0 and at most 1.
    InvalidPrecision,
    /// The tolerance of an [`Adoption`](crate::Adoption) is not at least 0 and below 1.
    InvalidTolerance,
    /// The margin Δ is not a finite number of at least 0.
    InvalidMargin,
    /// The L2 strength α is not a finite number of at least 0.
    InvalidL2,
    /// The learning rate is not a finite number above 0.
    InvalidLearningRate,
    /// A parameter by which a learning rate falls is out of range. This is for a [`Schedule`](crate::Schedule) of your
    /// own; those of the crate have one error for each parameter.
    InvalidSchedule,
    /// The decay of [`InverseTime`](crate::InverseTime) is not a finite number of at least 0.
    InvalidDecay,
    /// The factor of [`StepDecay`](crate::StepDecay) is not above 0 and at most 1.
    InvalidFactor,
    /// The period of [`StepDecay`](crate::StepDecay) or the length of [`Cosine`](crate::Cosine) is 0 steps.
    InvalidPeriod,
    /// The floor of [`Cosine`](crate::Cosine) is not at least 0 and at most the learning rate.
    InvalidFloor,
    /// The L2 strength of [`Pegasos`](crate::Pegasos) is not a finite number above 0.
    InvalidPegasosL2,
    /// The start of [`Pegasos`](crate::Pegasos) is not a finite number of at least 1.
    InvalidStart,
    /// A mini-batch of no samples.
    InvalidBatchSize,
    /// The deviation of a random draw is not a finite number above 0.
    InvalidDeviation,
    /// The step of a finite difference is not a finite number above 0, or it does not lead to two finite weights that
    /// differ.
    InvalidDifference,
    /// A span whose ends or their difference are not finite, or with fewer than two numbers.
    InvalidSpan,
    /// A coordinate at which to compute the loss is not finite.
    InvalidPoint,
    /// The loss falls along the ray over the whole range of binary32.
    NoMinimum,
    /// A patience of 0 epochs.
    InvalidPatience,
    /// A scale or an offset of compact samples, or a mean or a factor of a standardiser, is not finite.
    InvalidScaling,
    /// A limit, of features or of a step, is not a finite number above 0.
    InvalidLimit,
    /// A standardiser that clips cannot be folded into a linear model.
    NotLinear,
    /// The share of a sample in [`Moments`](crate::Moments) is not from 0 to ½, or that of a window in
    /// [`Smoothed`](crate::signal::Smoothed) not above 0 and at most 1.
    InvalidShare,
    /// A window with no axes, with fewer than two readings or more than [`LONGEST`](crate::signal::LONGEST), or with a
    /// hop of 0.
    InvalidWindow,
    /// A list without features, or a [`Feature`](crate::signal::Feature) whose parameters are out of range for this
    /// window.
    InvalidFeature,
    /// The ends of an [`Axis`](crate::signal::Axis) are in the wrong order, or its noise is not finite and at least 0.
    InvalidAxis,
    /// The number of votes needed is 0 or exceeds the number of windows.
    InvalidVotes,
    /// A window has fewer readings than its length.
    IncompleteWindow,
    /// A scale outside the range that a model keeps it in.
    InvalidScale,
    /// An average takes no more steps: they would hardly change its sum.
    AverageFull,
    /// A saved state that no run of this optimiser can have produced.
    InvalidState,
    /// `2ηα ≥ 1`: the learning rate times the L2 strength would change the sign of the weights or erase them.
    L2TooStrong,
    /// The target or the processor lacks the instruction set of this kernel.
    KernelUnavailable,
    /// The arithmetic of this build, on this processor, is not that of the numeric contract: see
    /// [`self_check`](crate::kernel::self_check).
    ArithmeticMismatch,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonFiniteScore => "a score is not finite: a feature is NaN or infinite, or the score overflows",
            Self::NonFiniteLoss => "the loss or a slope of it is not finite",
            Self::NonFiniteStep => "the weights or the bias would not be finite",
            Self::NonFiniteFeature => "a feature or a reading is not finite, or too large to be observed",
            Self::FeatureTooLarge => "a feature is larger than the limit that was set",
            Self::NonFiniteModel => "weights, biases or the elements of a direction are not finite",
            Self::WeightTooLarge => "a weight or a bias is outside the bounds of the integer model",
            Self::Inexact => "a number has no exact value in binary32",
            Self::LabelOutOfRange => "the label is not below the number of classes",
            Self::EmptySet => "a set or moments must have at least one sample, an average at least one step",
            Self::SetTooLarge => "an order must have at most u32::MAX samples",
            Self::IndexOutOfRange => "the set has no sample, or the model no weight or bias, of that index",
            Self::ShapeMismatch => "a sample, a buffer, an order or a model has the wrong length or shape",
            Self::InvalidShape => "a shape must have at least two classes, at most u32::MAX, and at least one feature",
            Self::ScratchInUse => "the scratch of the model is in use",
            Self::Unreadable => "the source could not deliver the sample",
            Self::InvalidWeight => "a weight, or the power of class weights, must be a finite number of at least 0",
            Self::InvalidPrecision => "the precision must be above 0 and at most 1",
            Self::InvalidTolerance => "the tolerance must be at least 0 and below 1",
            Self::InvalidMargin => "the margin must be a finite number of at least 0",
            Self::InvalidL2 => "the L2 strength must be a finite number of at least 0, and so must its double",
            Self::InvalidLearningRate => "the learning rate must be a finite number above 0",
            Self::InvalidSchedule => "a parameter of the schedule is out of range",
            Self::InvalidDecay => "the decay must be a finite number of at least 0",
            Self::InvalidFactor => "the factor of the learning rate must be above 0 and at most 1",
            Self::InvalidPeriod => "the period or the length of a schedule must be at least one step",
            Self::InvalidFloor => "the floor must be at least 0 and at most the learning rate",
            Self::InvalidPegasosL2 => "the L2 strength of Pegasos must be a finite number above 0",
            Self::InvalidStart => "the start of Pegasos must be a finite number of at least 1",
            Self::InvalidBatchSize => "a batch must have at least one sample",
            Self::InvalidDeviation => "the deviation must be a finite number above 0",
            Self::InvalidDifference => {
                "the step of the difference must be finite, above 0 and large enough to change the weight"
            }
            Self::InvalidSpan => "a span must have two finite ends, a finite length and at least two numbers",
            Self::InvalidPoint => "a coordinate is not finite",
            Self::NoMinimum => "the loss falls along the ray over the whole range of binary32",
            Self::InvalidPatience => "the patience must be at least one epoch",
            Self::InvalidScaling => "a scale, an offset, a mean or a factor is not finite",
            Self::InvalidLimit => "a limit must be a finite number above 0",
            Self::NotLinear => "a standardiser that clips cannot be folded into a model",
            Self::InvalidShare => "the share must be from 0 to 1/2; that of smoothed scores above 0 and at most 1",
            Self::InvalidWindow => "a window must have an axis, a hop of at least one reading, and 2 to 32767 readings",
            Self::InvalidFeature => "a list must have a feature, and segments, cycles and axes that the window has",
            Self::InvalidAxis => "an axis must have a low end below its high end, and a finite noise of at least 0",
            Self::InvalidVotes => "the votes needed must be at least one and at most the number of windows that vote",
            Self::IncompleteWindow => "the window has fewer readings than its length",
            Self::InvalidScale => "the scale is outside the range that a model keeps it in",
            Self::AverageFull => "an average must have at most Average::LARGEST steps",
            Self::InvalidState => "no run can have produced this state",
            Self::L2TooStrong => "2 x learning rate x L2 strength must be below 1",
            Self::KernelUnavailable => "the target or the processor lacks the instruction set of this kernel",
            Self::ArithmeticMismatch => "the arithmetic of this build or processor is not that of the numeric contract",
        })
    }
}

impl core::error::Error for Error {}

/// Why and where a call that reads many samples stopped.
///
/// The steps before the refused one remain; the refused step changed nothing.
///
/// ```
/// use hingeline::{Error, Hinge, Model, Slices, Stopped};
///
/// let model = Model::<2, 1>::new();
/// let mut samples = Slices::new(&[[1.0], [f32::NAN]], &[0u8, 1])?;
/// let stopped = Hinge::new(1.0, 0.0)?.loss(&model, &mut samples);
/// assert_eq!(stopped, Err(Stopped { error: Error::NonFiniteScore, sample: Some(1) }));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Stopped {
    /// The error.
    pub error: Error,
    /// The index of the sample at fault; `None` if no single sample is.
    pub sample: Option<usize>,
}

impl Stopped {
    /// Names the sample at fault.
    pub(crate) fn at(sample: usize) -> impl FnOnce(Error) -> Self {
        move |error| Self { error, sample: Some(sample) }
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self { error, sample: None }
    }
}

/// Drops the sample, for callers that need only the reason.
impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        stopped.error
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sample {
            Some(sample) => write!(f, "sample {sample}: {}", self.error),
            None => self.error.fmt(f),
        }
    }
}

impl core::error::Error for Stopped {}
