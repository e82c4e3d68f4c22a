//! Models in integers.

use core::ffi::c_void;

use hingeline::integer::{DynModel, Inputs};

use crate::memory::{Object, array, array_mut, check_apart, check_pointer, exclusive, memory, place_of, shared, write};
use crate::model::hingeline_model;
use crate::status::hingeline_status::HINGELINE_WRONG_SIZE;
use crate::status::{Told, told};

/// A linear model in integers: 16-bit weights, 32-bit biases and scores, for processors without a floating-point unit.
/// Its numbers are in memory that the caller lends, of HINGELINE_INTEGER_MODEL_BYTES(classes, features) bytes, aligned
/// to 4. 2 to 1,024 classes, 1 to 4,096 features.
#[repr(C)]
pub struct hingeline_integer_model {
    opaque: [usize; 12],
}

impl Object for DynModel<'static> {
    type Outer = hingeline_integer_model;
    const TAG: usize = 0x166;
}

/// Returns the number of bytes that a model of this shape takes, HINGELINE_INTEGER_MODEL_BYTES(classes, features).
/// SIZE_MAX on overflow.
#[unsafe(no_mangle)]
pub extern "C" fn hingeline_integer_model_bytes(classes: usize, features: usize) -> usize {
    let halves = classes.checked_mul(features).and_then(|weights| weights.checked_add(weights & 1));
    let bytes = halves.and_then(|halves| halves.checked_mul(2)?.checked_add(classes.checked_mul(8)?));
    bytes.unwrap_or(usize::MAX)
}

/// Initialises a model of zeros with 13 fraction bits in memory that belongs to the model from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_init(
    model: *mut hingeline_integer_model,
    values: *mut c_void,
    bytes: usize,
    classes: usize,
    features: usize,
) -> Told {
    // SAFETY: the caller lends the memory for as long as there is the model, as the header says. Biases and scores come
    // first, the weights after them: two parts that do not overlap, within the bytes.
    told(|| unsafe {
        let place = place_of::<DynModel<'_>>(model)?;
        let front = classes.saturating_mul(8);
        let rest = bytes.checked_sub(front).ok_or(HINGELINE_WRONG_SIZE)?;
        let biases = memory::<i32>(values, bytes, classes.saturating_mul(2))?;
        let weights = memory::<i16>(values.wrapping_byte_add(front), rest, classes.saturating_mul(features))?;
        place.take(DynModel::new(weights, biases, classes, features)?);
        Ok(())
    })
}

/// Loads weights, row after row, a bias for each class, and the fraction bits of the weights, at most 15.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_load(
    model: *mut hingeline_integer_model,
    weights: *const i16,
    weights_len: usize,
    bias: *const i32,
    bias_len: usize,
    fraction_bits: u32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let (weights, bias) = (array(weights, weights_len)?, array(bias, bias_len)?);
        let model = exclusive::<DynModel<'_>>(model)?;
        let (own_weights, own_bias, _) = model.parts();
        check_apart((own_weights.as_ptr(), weights_len), (weights.as_ptr(), weights_len))?;
        check_apart((own_bias.as_ptr(), bias_len), (bias.as_ptr(), bias_len))?;
        Ok(model.load(weights, bias, u8::try_from(fraction_bits).unwrap_or(u8::MAX))?)
    })
}

/// Copies another model of the same shape into a model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_copy(
    model: *mut hingeline_integer_model,
    from: *const hingeline_integer_model,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says; they are not the same object.
    told(|| unsafe {
        check_apart((model, 1), (from, 1))?;
        Ok(exclusive::<DynModel<'_>>(model)?.copy_from(shared::<DynModel<'_>>(from)?)?)
    })
}

/// Converts a trained binary32 model, with as many fraction bits as fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_quantise(
    model: *mut hingeline_integer_model,
    from: *const hingeline_model,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe { Ok(exclusive::<DynModel<'_>>(model)?.quantise(shared::<hingeline::DynModel<'_>>(from)?)?) })
}

/// Returns the number of classes, 0 if the model is not initialised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_classes(model: *const hingeline_integer_model) -> usize {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(0, DynModel::classes)
}

/// Returns the number of features, 0 if the model is not initialised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_features(model: *const hingeline_integer_model) -> usize {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(0, DynModel::features)
}

/// Returns the weights, row after row; the next step may change them. NULL if the model is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_weights(model: *const hingeline_integer_model) -> *const i16 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(core::ptr::null(), |model| model.parts().0.as_ptr())
}

/// Returns the bias of each class, NULL if the model is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_bias(model: *const hingeline_integer_model) -> *const i32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(core::ptr::null(), |model| model.parts().1.as_ptr())
}

/// Returns the fraction bits p of the weights; scores and biases have p + 5. 0 if the model is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_fraction_bits(model: *const hingeline_integer_model) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(0, |model| model.fraction_bits().into())
}

/// Computes the score of every class, exactly. Inputs are from -128 to 127: HINGELINE_FEATURE_TOO_LARGE for others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_scores(
    model: *const hingeline_integer_model,
    inputs: *const i16,
    features: usize,
    scores: *mut i32,
    classes: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says; the arrays do not overlap.
    told(|| unsafe {
        let (x, own) = (Inputs::new(array(inputs, features)?)?, array_mut(scores, classes)?);
        check_apart((scores, classes), (inputs, features))?;
        Ok(shared::<DynModel<'_>>(model)?.scores(x, own)?)
    })
}

/// Predicts the class with the highest score; the lowest index wins a tie.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_predict(
    model: *const hingeline_integer_model,
    inputs: *const i16,
    features: usize,
    predicted: *mut usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_pointer(predicted)?;
        let class = shared::<DynModel<'_>>(model)?.predict(Inputs::new(array(inputs, features)?)?)?;
        write(predicted, class)
    })
}

/// Returns a fingerprint of the model's bits: equal for equal runs on every target, in C and in Rust. 0 if the model is not initialised or is
/// in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_model_checksum(model: *const hingeline_integer_model) -> u64 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynModel<'_>>(model) }.map_or(0, |model| model.checksum())
}
