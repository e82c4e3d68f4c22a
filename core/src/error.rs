//! Everything that can be refused.

use core::fmt;

/// Why a call was refused.
///
/// A refusal changes nothing: model and optimiser are bit for bit as before the step that was refused.
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
    /// A score is NaN or infinite: a feature is, or the scores of these features overflow.
    NonFiniteScore,
    /// The scores are finite, but a margin that counts or the sum of those overflows.
    NonFiniteLoss,
    /// The weights or the bias after this step would not be finite.
    NonFiniteStep,
    /// A feature of a sample that was to be kept is NaN or infinite.
    NonFiniteFeature,
    /// Weights or biases that were to be loaded, or a direction's elements, are not finite.
    NonFiniteModel,
    /// A label is not below the number of classes.
    LabelOutOfRange,
    /// The set has no sample.
    EmptySet,
    /// The set has more samples than an order can count, which is `u32::MAX`.
    SetTooLarge,
    /// A sample was asked for that the set does not have.
    IndexOutOfRange,
    /// A sample, a buffer, an order or a model has another length or shape than the call wants.
    ShapeMismatch,
    /// A shape of fewer than two classes, of more than `u32::MAX`, or of no features.
    InvalidShape,
    /// The scratch of a model of runtime shape is in use: a source of samples, or the callback of
    /// [`breakpoints`](crate::Landscape::breakpoints), has called the model that passes over the set.
    ScratchInUse,
    /// The source could not deliver a sample, such as a card that was pulled out.
    Unreadable,
    /// The margin Δ is not a finite number of at least 0.
    InvalidMargin,
    /// The L2 strength α is not a finite number of at least 0.
    InvalidL2,
    /// The learning rate is not a finite number above 0.
    InvalidLearningRate,
    /// What makes a schedule fall (a decay, a factor, a period, a floor) is outside the range that the schedule states.
    InvalidSchedule,
    /// A mini-batch of no samples.
    InvalidBatchSize,
    /// The deviation of a random draw is not a finite number above 0.
    InvalidDeviation,
    /// The step of a finite difference is not a finite number above 0, or it does not lead to two finite weights that
    /// differ.
    InvalidDifference,
    /// A span whose ends or their difference are not finite, or of fewer than two numbers.
    InvalidSpan,
    /// A coordinate at which the loss was asked for is not finite.
    InvalidPoint,
    /// The loss falls along the ray as far as binary32 reaches.
    NoMinimum,
    /// A patience of no epochs.
    InvalidPatience,
    /// A scale or an offset of compact samples is not finite.
    InvalidScaling,
    /// A scale outside the range that a model keeps it in.
    InvalidScale,
    /// An average takes no more steps: its sum would hardly notice them.
    AverageFull,
    /// A saved state that no run of this optimiser can have left behind.
    InvalidState,
    /// `2ηα ≥ 1`: the learning rate times the L2 strength would turn the weights' sign or erase them.
    L2TooStrong,
    /// The target or the processor lacks the instruction set of this kernel.
    KernelUnavailable,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonFiniteScore => "a score is not finite: a feature is NaN, infinite or too large",
            Self::NonFiniteLoss => "the loss is not finite",
            Self::NonFiniteStep => "the step would leave weights or a bias that are not finite",
            Self::NonFiniteFeature => "a feature is not finite",
            Self::NonFiniteModel => "weights or biases are not finite",
            Self::LabelOutOfRange => "the label is not below the number of classes",
            Self::EmptySet => "the set has no sample",
            Self::SetTooLarge => "the set has too many samples to be ordered",
            Self::IndexOutOfRange => "the set has no sample of that index",
            Self::ShapeMismatch => "a sample, a buffer, an order or a model has another length or shape",
            Self::InvalidShape => "a shape has at least two classes and one feature",
            Self::ScratchInUse => "the scratch of the model is in use",
            Self::Unreadable => "the source could not deliver the sample",
            Self::InvalidMargin => "the margin must be a finite number of at least 0",
            Self::InvalidL2 => "the L2 strength must be a finite number of at least 0",
            Self::InvalidLearningRate => "the learning rate must be a finite number above 0",
            Self::InvalidSchedule => "what makes the learning rate fall is out of range",
            Self::InvalidBatchSize => "a batch must have at least one sample",
            Self::InvalidDeviation => "the deviation must be a finite number above 0",
            Self::InvalidDifference => {
                "the step of the difference must be finite, above 0 and large enough to change the weight"
            }
            Self::InvalidSpan => "a span must have two finite ends, a finite length and at least two numbers",
            Self::InvalidPoint => "a coordinate is not finite",
            Self::NoMinimum => "the loss falls along the ray as far as numbers reach",
            Self::InvalidPatience => "the patience must be at least one epoch",
            Self::InvalidScaling => "a scale or an offset of compact samples is not finite",
            Self::InvalidScale => "the scale is outside the range that a model keeps it in",
            Self::AverageFull => "the average takes no more steps",
            Self::InvalidState => "no run can have left this state behind",
            Self::L2TooStrong => "2 x learning rate x L2 strength must be below 1",
            Self::KernelUnavailable => "the target or the processor lacks the instruction set of this kernel",
        })
    }
}

impl core::error::Error for Error {}

/// Why and where a call that reads many samples stopped.
///
/// The steps before that one stand; the step that was refused changed nothing.
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
    /// What is wrong.
    pub error: Error,
    /// The index of the sample at fault, unless it is no single sample's fault.
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

/// Forgets the sample, for callers to whom the reason is enough.
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
