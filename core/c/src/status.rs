//! Status codes, whose numbers are stable.

use core::ffi::{CStr, c_char};
use core::num::NonZeroI32;

use hingeline::checkpoint::CheckpointError;
use hingeline::state::{Fault, LoadError};
use hingeline::{Error, Stopped};

/// The result of a call: 0 on success, or the reason why it was refused. A refusal changes nothing: model and optimiser
/// remain bit for bit the same.
///
/// The numbers are stable: none is ever reused for another refusal. Some belong to parts of the library that have no C
/// functions yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum hingeline_status {
    /// Success.
    HINGELINE_OK = 0,
    /// A score is NaN or infinite: a feature is, or the scores of these features overflow.
    HINGELINE_NON_FINITE_SCORE = 1,
    /// The scores are finite, but the loss of a sample, the sum of the losses, a coefficient or a slope overflows. Or a
    /// loss that the caller defines is NaN or infinite.
    HINGELINE_NON_FINITE_LOSS = 2,
    /// The weights or the bias that result from this step, a search or an average would not be finite.
    HINGELINE_NON_FINITE_STEP = 3,
    /// A feature of a sample to be kept or observed is NaN, infinite, or too large for moments.
    HINGELINE_NON_FINITE_FEATURE = 4,
    /// A feature is larger in magnitude than the limit that the caller set.
    HINGELINE_FEATURE_TOO_LARGE = 5,
    /// Weights or biases to be loaded, or the elements of a direction, are not finite.
    HINGELINE_NON_FINITE_MODEL = 6,
    /// A label is not below the number of classes.
    HINGELINE_LABEL_OUT_OF_RANGE = 7,
    /// The set has no samples, moments have observed none, or an average has made no step.
    HINGELINE_EMPTY_SET = 8,
    /// The set has more samples than an order can count, which is 2^32 - 1.
    HINGELINE_SET_TOO_LARGE = 9,
    /// The set does not have the requested sample, or the model does not have the requested weight or bias.
    HINGELINE_INDEX_OUT_OF_RANGE = 10,
    /// A sample, a buffer, an order or a model does not have the length or shape that the call requires.
    HINGELINE_SHAPE_MISMATCH = 11,
    /// A shape of fewer than two classes, of more than 2^32 - 1, or of no features.
    HINGELINE_INVALID_SHAPE = 12,
    /// The scratch of a model is in use.
    HINGELINE_SCRATCH_IN_USE = 13,
    /// The source could not deliver a sample, such as a card that was pulled out.
    HINGELINE_UNREADABLE = 14,
    /// A weight or a bias to be loaded into an integer model is beyond the bounds within which nothing overflows.
    HINGELINE_WEIGHT_TOO_LARGE = 15,
    /// A number of an integer model cannot be represented in binary32.
    HINGELINE_INEXACT = 16,
    /// The weight of a class or of a sample is not a finite number of at least 0, or the power of class weights is not.
    HINGELINE_INVALID_WEIGHT = 17,
    /// The precision that a threshold should reach is not above 0 and at most 1.
    HINGELINE_INVALID_PRECISION = 18,
    /// The tolerance of an `Adoption` is not at least 0 and below 1.
    HINGELINE_INVALID_TOLERANCE = 19,
    /// The margin Δ is not a finite number of at least 0.
    HINGELINE_INVALID_MARGIN = 20,
    /// The L2 strength α is not a finite number of at least 0.
    HINGELINE_INVALID_L2 = 21,
    /// The learning rate is not a finite number above 0.
    HINGELINE_INVALID_LEARNING_RATE = 22,
    /// A parameter by which a learning rate falls is out of range: for a `Schedule` of your own. Those of the crate
    /// have an error for each parameter.
    HINGELINE_INVALID_SCHEDULE = 23,
    /// The decay of `InverseTime` is not a finite number of at least 0.
    HINGELINE_INVALID_DECAY = 24,
    /// The factor of `StepDecay` is not above 0 and at most 1.
    HINGELINE_INVALID_FACTOR = 25,
    /// The period of `StepDecay` or the length of `Cosine` is zero steps.
    HINGELINE_INVALID_PERIOD = 26,
    /// The floor of `Cosine` is not at least 0 and at most the learning rate.
    HINGELINE_INVALID_FLOOR = 27,
    /// The L2 strength of `Pegasos` is not a finite number above 0.
    HINGELINE_INVALID_PEGASOS_L2 = 28,
    /// The start of `Pegasos` is not a finite number of at least 1.
    HINGELINE_INVALID_START = 29,
    /// A mini-batch without samples.
    HINGELINE_INVALID_BATCH_SIZE = 30,
    /// The deviation of a random draw is not a finite number above 0.
    HINGELINE_INVALID_DEVIATION = 31,
    /// The step of a finite difference is not a finite number above 0, or it does not lead to two finite weights that differ.
    HINGELINE_INVALID_DIFFERENCE = 32,
    /// The ends of a span or their difference are not finite, or the span has fewer than two numbers.
    HINGELINE_INVALID_SPAN = 33,
    /// A coordinate at which the loss is requested is not finite.
    HINGELINE_INVALID_POINT = 34,
    /// The loss falls along the ray to the end of the range of binary32.
    HINGELINE_NO_MINIMUM = 35,
    /// A patience of zero epochs.
    HINGELINE_INVALID_PATIENCE = 36,
    /// A scale or an offset of compact samples, or a mean or a factor of a standardiser, is not finite.
    HINGELINE_INVALID_SCALING = 37,
    /// A limit, of features or of a step, is not a finite number above 0.
    HINGELINE_INVALID_LIMIT = 38,
    /// A standardiser that clips cannot be folded into a linear model.
    HINGELINE_NOT_LINEAR = 39,
    /// The share of a sample in moments is not from 0 to ½, or that of a window in smoothed scores not above 0 and at most 1.
    HINGELINE_INVALID_SHARE = 40,
    /// A scale outside the range in which a model keeps it.
    HINGELINE_INVALID_SCALE = 41,
    /// An average accepts no more steps: they would hardly change its sum.
    HINGELINE_AVERAGE_FULL = 42,
    /// A saved state that no run of this optimiser can produce.
    HINGELINE_INVALID_STATE = 43,
    /// `2ηα ≥ 1`: the learning rate times the L2 strength would flip the sign of the weights or erase them.
    HINGELINE_L2_TOO_STRONG = 44,
    /// The target or the processor lacks the instruction set of this kernel.
    HINGELINE_KERNEL_UNAVAILABLE = 45,
    /// The arithmetic of this build, on this processor, does not follow the numeric contract.
    HINGELINE_ARITHMETIC_MISMATCH = 46,
    /// A window without axes, with fewer than two readings, with more than 32,767, or with a hop of 0.
    HINGELINE_INVALID_WINDOW = 47,
    /// A list without features, or a feature whose parameter does not exist for a window of this shape.
    HINGELINE_INVALID_FEATURE = 48,
    /// The limits of an axis are in the wrong order, or its noise is not finite and at least 0.
    HINGELINE_INVALID_AXIS = 49,
    /// The number of votes needed is 0, or greater than the number of windows.
    HINGELINE_INVALID_VOTES = 50,
    /// A window has fewer readings than its length.
    HINGELINE_INCOMPLETE_WINDOW = 51,
    /// The bytes do not begin like a record.
    HINGELINE_NO_RECORD = 128,
    /// The record has a version of the format that this library does not read.
    HINGELINE_UNKNOWN_VERSION = 129,
    /// The record holds other objects, or a different number of them.
    HINGELINE_OTHER_KIND = 130,
    /// The record holds objects of another shape.
    HINGELINE_OTHER_SHAPE = 131,
    /// The record belongs to a loss with other class weights.
    HINGELINE_OTHER_WEIGHTS = 132,
    /// The record ends too early.
    HINGELINE_TRUNCATED = 133,
    /// The record continues where it should end, or is too long to be one.
    HINGELINE_RECORD_TOO_LONG = 134,
    /// A byte differs from what was written: the record is torn or damaged.
    HINGELINE_TORN = 135,
    /// The buffer is too small for the record.
    HINGELINE_BUFFER_TOO_SMALL = 136,
    /// The source changed while it was read. The objects are as new.
    HINGELINE_CLEARED = 137,
    /// A callback reported a failure.
    HINGELINE_CALLBACK_FAILED = 138,
    /// The range of flash is not two halves that can be erased, or the flash reads or writes more than 64 bytes at once.
    HINGELINE_UNSUITABLE_FLASH = 139,
    /// There is no complete record in flash.
    HINGELINE_NO_CHECKPOINT = 140,
    /// The bytes read back from flash differ from the bytes written. The previous record is still there.
    HINGELINE_NOT_AS_WRITTEN = 141,
    /// Part of the flash cannot be read, and no complete record was found.
    HINGELINE_FLASH_UNREADABLE = 142,
    /// All 2^32 - 2 numbers of saves are used up.
    HINGELINE_OUT_OF_NUMBERS = 143,
    /// A pointer that must not be NULL is NULL.
    HINGELINE_NULL_POINTER = 192,
    /// A pointer is not aligned for its type.
    HINGELINE_MISALIGNED = 193,
    /// A size in bytes is too small, or a length exceeds what memory can hold.
    HINGELINE_WRONG_SIZE = 194,
    /// The object has not been initialised, or it was copied: an object stays where it was initialised.
    HINGELINE_NOT_INITIALISED = 195,
    /// A callback used the object that is calling it.
    HINGELINE_IN_USE = 196,
    /// Memory that is written overlaps memory that is read.
    HINGELINE_OVERLAP = 197,
    /// A refusal for which this version of the header has no name.
    HINGELINE_UNKNOWN = 198,
}

use hingeline_status::*;

/// The reason for a refusal: the number of a status other than HINGELINE_OK, so that 0 stands for no refusal.
#[derive(Clone, Copy)]
pub(crate) struct Refusal(NonZeroI32);

impl Refusal {
    /// Whether it has this status.
    pub(crate) const fn is(self, status: hingeline_status) -> bool {
        self.0.get() == status as i32
    }
}

/// The result of a function of this crate.
pub(crate) type Outcome<T = ()> = Result<T, Refusal>;

/// The status that C receives: a `hingeline_status`.
#[derive(Debug)]
#[repr(transparent)]
pub struct Told(i32);

/// Converts the result of a function to the status that C receives.
#[inline(always)]
pub(crate) fn told(function: impl FnOnce() -> Outcome) -> Told {
    match function() {
        Ok(()) => Told(HINGELINE_OK as i32),
        Err(Refusal(number)) => Told(number.get()),
    }
}

impl<E> From<E> for Refusal
where
    hingeline_status: From<E>,
{
    fn from(reason: E) -> Self {
        // No refusal is HINGELINE_OK.
        Self(NonZeroI32::new(hingeline_status::from(reason) as i32).unwrap_or(NonZeroI32::MAX))
    }
}

impl From<Error> for hingeline_status {
    fn from(error: Error) -> Self {
        match error {
            Error::NonFiniteScore => HINGELINE_NON_FINITE_SCORE,
            Error::NonFiniteLoss => HINGELINE_NON_FINITE_LOSS,
            Error::NonFiniteStep => HINGELINE_NON_FINITE_STEP,
            Error::NonFiniteFeature => HINGELINE_NON_FINITE_FEATURE,
            Error::FeatureTooLarge => HINGELINE_FEATURE_TOO_LARGE,
            Error::NonFiniteModel => HINGELINE_NON_FINITE_MODEL,
            Error::LabelOutOfRange => HINGELINE_LABEL_OUT_OF_RANGE,
            Error::EmptySet => HINGELINE_EMPTY_SET,
            Error::SetTooLarge => HINGELINE_SET_TOO_LARGE,
            Error::IndexOutOfRange => HINGELINE_INDEX_OUT_OF_RANGE,
            Error::ShapeMismatch => HINGELINE_SHAPE_MISMATCH,
            Error::InvalidShape => HINGELINE_INVALID_SHAPE,
            Error::ScratchInUse => HINGELINE_SCRATCH_IN_USE,
            Error::Unreadable => HINGELINE_UNREADABLE,
            Error::WeightTooLarge => HINGELINE_WEIGHT_TOO_LARGE,
            Error::Inexact => HINGELINE_INEXACT,
            Error::InvalidWeight => HINGELINE_INVALID_WEIGHT,
            Error::InvalidPrecision => HINGELINE_INVALID_PRECISION,
            Error::InvalidTolerance => HINGELINE_INVALID_TOLERANCE,
            Error::InvalidMargin => HINGELINE_INVALID_MARGIN,
            Error::InvalidL2 => HINGELINE_INVALID_L2,
            Error::InvalidLearningRate => HINGELINE_INVALID_LEARNING_RATE,
            Error::InvalidSchedule => HINGELINE_INVALID_SCHEDULE,
            Error::InvalidDecay => HINGELINE_INVALID_DECAY,
            Error::InvalidFactor => HINGELINE_INVALID_FACTOR,
            Error::InvalidPeriod => HINGELINE_INVALID_PERIOD,
            Error::InvalidFloor => HINGELINE_INVALID_FLOOR,
            Error::InvalidPegasosL2 => HINGELINE_INVALID_PEGASOS_L2,
            Error::InvalidStart => HINGELINE_INVALID_START,
            Error::InvalidBatchSize => HINGELINE_INVALID_BATCH_SIZE,
            Error::InvalidDeviation => HINGELINE_INVALID_DEVIATION,
            Error::InvalidDifference => HINGELINE_INVALID_DIFFERENCE,
            Error::InvalidSpan => HINGELINE_INVALID_SPAN,
            Error::InvalidPoint => HINGELINE_INVALID_POINT,
            Error::NoMinimum => HINGELINE_NO_MINIMUM,
            Error::InvalidPatience => HINGELINE_INVALID_PATIENCE,
            Error::InvalidScaling => HINGELINE_INVALID_SCALING,
            Error::InvalidLimit => HINGELINE_INVALID_LIMIT,
            Error::NotLinear => HINGELINE_NOT_LINEAR,
            Error::InvalidShare => HINGELINE_INVALID_SHARE,
            Error::InvalidScale => HINGELINE_INVALID_SCALE,
            Error::AverageFull => HINGELINE_AVERAGE_FULL,
            Error::InvalidState => HINGELINE_INVALID_STATE,
            Error::L2TooStrong => HINGELINE_L2_TOO_STRONG,
            Error::KernelUnavailable => HINGELINE_KERNEL_UNAVAILABLE,
            Error::ArithmeticMismatch => HINGELINE_ARITHMETIC_MISMATCH,
            Error::InvalidWindow => HINGELINE_INVALID_WINDOW,
            Error::InvalidFeature => HINGELINE_INVALID_FEATURE,
            Error::InvalidAxis => HINGELINE_INVALID_AXIS,
            Error::InvalidVotes => HINGELINE_INVALID_VOTES,
            Error::IncompleteWindow => HINGELINE_INCOMPLETE_WINDOW,
            _ => HINGELINE_UNKNOWN,
        }
    }
}

impl From<Stopped> for hingeline_status {
    fn from(stopped: Stopped) -> Self {
        stopped.error.into()
    }
}

impl From<Fault> for hingeline_status {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoRecord => HINGELINE_NO_RECORD,
            Fault::Version(_) => HINGELINE_UNKNOWN_VERSION,
            Fault::Kind => HINGELINE_OTHER_KIND,
            Fault::Shape => HINGELINE_OTHER_SHAPE,
            Fault::Weights => HINGELINE_OTHER_WEIGHTS,
            Fault::Truncated => HINGELINE_TRUNCATED,
            Fault::TooLong => HINGELINE_RECORD_TOO_LONG,
            Fault::Checksum => HINGELINE_TORN,
            Fault::Content(error) => error.into(),
            Fault::BufferTooSmall => HINGELINE_BUFFER_TOO_SMALL,
            _ => HINGELINE_UNKNOWN,
        }
    }
}

impl<E> From<LoadError<E>> for hingeline_status {
    fn from(error: LoadError<E>) -> Self {
        match error {
            LoadError::Source(_) => HINGELINE_CALLBACK_FAILED,
            LoadError::Refused(fault) => fault.into(),
            LoadError::Cleared => HINGELINE_CLEARED,
            _ => HINGELINE_UNKNOWN,
        }
    }
}

impl<E> From<CheckpointError<E>> for hingeline_status {
    fn from(error: CheckpointError<E>) -> Self {
        match error {
            CheckpointError::Flash(_) => HINGELINE_CALLBACK_FAILED,
            CheckpointError::UnsuitableFlash => HINGELINE_UNSUITABLE_FLASH,
            CheckpointError::TooLong => HINGELINE_RECORD_TOO_LONG,
            CheckpointError::Empty => HINGELINE_NO_CHECKPOINT,
            CheckpointError::NotAsWritten => HINGELINE_NOT_AS_WRITTEN,
            CheckpointError::Refused(fault) => fault.into(),
            CheckpointError::Cleared => HINGELINE_CLEARED,
            CheckpointError::Unreadable => HINGELINE_FLASH_UNREADABLE,
            CheckpointError::OutOfNumbers => HINGELINE_OUT_OF_NUMBERS,
            _ => HINGELINE_UNKNOWN,
        }
    }
}

/// The name of a status, for a log: "HINGELINE_LABEL_OUT_OF_RANGE". Any number is valid; one without a name gives
/// "HINGELINE_UNKNOWN".
#[unsafe(no_mangle)]
pub extern "C" fn hingeline_status_name(status: i32) -> *const c_char {
    name(status).as_ptr()
}

const fn name(status: i32) -> &'static CStr {
    match status {
        0 => c"HINGELINE_OK",
        1 => c"HINGELINE_NON_FINITE_SCORE",
        2 => c"HINGELINE_NON_FINITE_LOSS",
        3 => c"HINGELINE_NON_FINITE_STEP",
        4 => c"HINGELINE_NON_FINITE_FEATURE",
        5 => c"HINGELINE_FEATURE_TOO_LARGE",
        6 => c"HINGELINE_NON_FINITE_MODEL",
        7 => c"HINGELINE_LABEL_OUT_OF_RANGE",
        8 => c"HINGELINE_EMPTY_SET",
        9 => c"HINGELINE_SET_TOO_LARGE",
        10 => c"HINGELINE_INDEX_OUT_OF_RANGE",
        11 => c"HINGELINE_SHAPE_MISMATCH",
        12 => c"HINGELINE_INVALID_SHAPE",
        13 => c"HINGELINE_SCRATCH_IN_USE",
        14 => c"HINGELINE_UNREADABLE",
        15 => c"HINGELINE_WEIGHT_TOO_LARGE",
        16 => c"HINGELINE_INEXACT",
        17 => c"HINGELINE_INVALID_WEIGHT",
        18 => c"HINGELINE_INVALID_PRECISION",
        19 => c"HINGELINE_INVALID_TOLERANCE",
        20 => c"HINGELINE_INVALID_MARGIN",
        21 => c"HINGELINE_INVALID_L2",
        22 => c"HINGELINE_INVALID_LEARNING_RATE",
        23 => c"HINGELINE_INVALID_SCHEDULE",
        24 => c"HINGELINE_INVALID_DECAY",
        25 => c"HINGELINE_INVALID_FACTOR",
        26 => c"HINGELINE_INVALID_PERIOD",
        27 => c"HINGELINE_INVALID_FLOOR",
        28 => c"HINGELINE_INVALID_PEGASOS_L2",
        29 => c"HINGELINE_INVALID_START",
        30 => c"HINGELINE_INVALID_BATCH_SIZE",
        31 => c"HINGELINE_INVALID_DEVIATION",
        32 => c"HINGELINE_INVALID_DIFFERENCE",
        33 => c"HINGELINE_INVALID_SPAN",
        34 => c"HINGELINE_INVALID_POINT",
        35 => c"HINGELINE_NO_MINIMUM",
        36 => c"HINGELINE_INVALID_PATIENCE",
        37 => c"HINGELINE_INVALID_SCALING",
        38 => c"HINGELINE_INVALID_LIMIT",
        39 => c"HINGELINE_NOT_LINEAR",
        40 => c"HINGELINE_INVALID_SHARE",
        41 => c"HINGELINE_INVALID_SCALE",
        42 => c"HINGELINE_AVERAGE_FULL",
        43 => c"HINGELINE_INVALID_STATE",
        44 => c"HINGELINE_L2_TOO_STRONG",
        45 => c"HINGELINE_KERNEL_UNAVAILABLE",
        46 => c"HINGELINE_ARITHMETIC_MISMATCH",
        47 => c"HINGELINE_INVALID_WINDOW",
        48 => c"HINGELINE_INVALID_FEATURE",
        49 => c"HINGELINE_INVALID_AXIS",
        50 => c"HINGELINE_INVALID_VOTES",
        51 => c"HINGELINE_INCOMPLETE_WINDOW",
        128 => c"HINGELINE_NO_RECORD",
        129 => c"HINGELINE_UNKNOWN_VERSION",
        130 => c"HINGELINE_OTHER_KIND",
        131 => c"HINGELINE_OTHER_SHAPE",
        132 => c"HINGELINE_OTHER_WEIGHTS",
        133 => c"HINGELINE_TRUNCATED",
        134 => c"HINGELINE_RECORD_TOO_LONG",
        135 => c"HINGELINE_TORN",
        136 => c"HINGELINE_BUFFER_TOO_SMALL",
        137 => c"HINGELINE_CLEARED",
        138 => c"HINGELINE_CALLBACK_FAILED",
        139 => c"HINGELINE_UNSUITABLE_FLASH",
        140 => c"HINGELINE_NO_CHECKPOINT",
        141 => c"HINGELINE_NOT_AS_WRITTEN",
        142 => c"HINGELINE_FLASH_UNREADABLE",
        143 => c"HINGELINE_OUT_OF_NUMBERS",
        192 => c"HINGELINE_NULL_POINTER",
        193 => c"HINGELINE_MISALIGNED",
        194 => c"HINGELINE_WRONG_SIZE",
        195 => c"HINGELINE_NOT_INITIALISED",
        196 => c"HINGELINE_IN_USE",
        197 => c"HINGELINE_OVERLAP",
        _ => c"HINGELINE_UNKNOWN",
    }
}
