//! Models in binary32.

use core::ffi::c_void;

use hingeline::{DynModel, Scale};

use crate::memory::{Object, array, array_mut, check_apart, check_pointer, exclusive, memory, place_of, shared, write};
use crate::status::{Told, told};

/// A linear model: scores `s = W x + b`, with `W = scale * weights`. Its numbers are in memory that the caller lends,
/// of HINGELINE_MODEL_BYTES(classes, features) bytes, aligned to a float. The weights are at the start of the memory;
/// on a desktop an alignment of 64 bytes is fastest.
///
/// One call at a time may use a model, not even two predictions at once: the lent memory contains scratch. An interrupt
/// that predicts while the program trains needs a second model, which hingeline_model_copy fills.
#[repr(C)]
pub struct hingeline_model {
    opaque: [usize; 12],
}

impl Object for DynModel<'static> {
    type Outer = hingeline_model;
    const TAG: usize = 0x1aa;
}

/// The best class of a sample, the next one, and the gap between their scores: a small gap means a doubtful answer.
#[repr(C)]
pub struct hingeline_decision {
    /// The class with the highest score; the lowest index wins a tie.
    pub predicted: usize,
    /// The best of the other classes.
    pub runner_up: usize,
    /// The difference of their scores.
    pub gap: f32,
}

/// Returns the number of bytes that a model of this shape takes, at most HINGELINE_MODEL_BYTES(classes, features).
/// SIZE_MAX on overflow.
#[unsafe(no_mangle)]
pub extern "C" fn hingeline_model_bytes(classes: usize, features: usize) -> usize {
    DynModel::memory_len(classes, features).saturating_mul(size_of::<f32>())
}

/// Initialises a model of zeros with scale 1 in memory that belongs to the model from now on.
///
/// HINGELINE_INVALID_SHAPE for fewer than two classes or no features, HINGELINE_WRONG_SIZE for too little memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_init(
    model: *mut hingeline_model,
    values: *mut c_void,
    bytes: usize,
    classes: usize,
    features: usize,
) -> Told {
    // SAFETY: the caller lends the memory for as long as there is the model, as the header says.
    told(|| unsafe {
        let place = place_of::<DynModel<'_>>(model)?;
        let values = memory(values, bytes, DynModel::memory_len(classes, features))?;
        place.take(DynModel::new(values, classes, features)?);
        Ok(())
    })
}

/// Loads weights, row after row, a bias for each class, and the two words of the scale: 1 and 0 for unscaled weights.
///
/// HINGELINE_SHAPE_MISMATCH for wrong lengths, HINGELINE_NON_FINITE_MODEL for a number that is not finite,
/// HINGELINE_OVERLAP for the model's own memory. The model is then unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_load(
    model: *mut hingeline_model,
    weights: *const f32,
    weights_len: usize,
    bias: *const f32,
    bias_len: usize,
    scale: f32,
    scale_carry: f32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let (weights, bias) = (array(weights, weights_len)?, array(bias, bias_len)?);
        let model = exclusive::<DynModel<'_>>(model)?;
        check_apart((model.weights().as_ptr(), weights_len), (weights.as_ptr(), weights_len))?;
        check_apart((model.bias().as_ptr(), bias_len), (bias.as_ptr(), bias_len))?;
        Ok(model.load(weights, bias, Scale { value: scale, carry: scale_carry })?)
    })
}

/// Copies another model of the same shape into a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_copy(model: *mut hingeline_model, from: *const hingeline_model) -> Told {
    // SAFETY: the pointers are the caller's, as the header says; they are not the same object.
    told(|| unsafe {
        check_apart((model, 1), (from, 1))?;
        Ok(exclusive::<DynModel<'_>>(model)?.copy_from(shared::<DynModel<'_>>(from)?)?)
    })
}

/// Returns the number of classes, 0 if the model is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_classes(model: *const hingeline_model) -> usize {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(0, DynModel::classes)
}

/// Returns the number of features, 0 if the model is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_features(model: *const hingeline_model) -> usize {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(0, DynModel::features)
}

/// Returns the weights as they are stored, row after row; the next step may change them. NULL if the model is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_weights(model: *const hingeline_model) -> *const f32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(core::ptr::null(), |model| model.weights().as_ptr())
}

/// Returns the bias of each class, NULL if the model is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_bias(model: *const hingeline_model) -> *const f32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(core::ptr::null(), |model| model.bias().as_ptr())
}

/// Writes the two words of the scale, for hingeline_model_load.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_scale(
    model: *const hingeline_model,
    scale: *mut f32,
    scale_carry: *mut f32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_pointer(scale).and(check_pointer(scale_carry))?;
        let (_, _, Scale { value, carry }) = shared::<DynModel<'_>>(model)?.parts();
        write(scale, value)?;
        write(scale_carry, carry)
    })
}

/// Computes the score of every class.
///
/// HINGELINE_NON_FINITE_SCORE if a score is NaN or infinite, because a feature is or because the score overflows; the
/// buffer then holds the scores. HINGELINE_SHAPE_MISMATCH for wrong lengths.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_scores(
    model: *const hingeline_model,
    x: *const f32,
    features: usize,
    scores: *mut f32,
    classes: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says; the arrays do not overlap.
    told(|| unsafe {
        let (x, own) = (array(x, features)?, array_mut(scores, classes)?);
        check_apart((scores, classes), (x.as_ptr(), features))?;
        Ok(shared::<DynModel<'_>>(model)?.scores(x, own)?)
    })
}

/// Predicts the class with the highest score; the lowest index wins a tie.
///
/// HINGELINE_NON_FINITE_SCORE if a score is NaN or infinite: such a sample has no class.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_predict(
    model: *const hingeline_model,
    x: *const f32,
    features: usize,
    predicted: *mut usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_pointer(predicted)?;
        let class = shared::<DynModel<'_>>(model)?.predict(array(x, features)?)?;
        write(predicted, class)
    })
}

/// Predicts the class, and also gives the next class and the gap between their scores.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_decide(
    model: *const hingeline_model,
    x: *const f32,
    features: usize,
    decision: *mut hingeline_decision,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_pointer(decision)?;
        let made = shared::<DynModel<'_>>(model)?.decide(array(x, features)?)?;
        write(decision, hingeline_decision { predicted: made.class, runner_up: made.runner_up, gap: made.gap })
    })
}

/// Returns a fingerprint of the model's bits: equal for equal runs on every target, in C and in Rust. 0 if the model is not initialised or is
/// in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_model_checksum(model: *const hingeline_model) -> u64 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(0, |model| model.checksum())
}

/// Checks whether the arithmetic of this build, on this processor, follows the numeric contract. Returns HINGELINE_OK,
/// or HINGELINE_ARITHMETIC_MISMATCH, for example if subnormals are flushed to zero. Takes less than a second on the
/// slowest core.
#[unsafe(no_mangle)]
pub extern "C" fn hingeline_self_check() -> Told {
    told(|| Ok(hingeline::kernel::self_check(hingeline::kernel::CHOSEN)?))
}
