//! Means and variances of a stream, and features that are standardised by them.

use core::ffi::c_void;

use hingeline::{DynModel, DynMoments, DynStandardiser, Error};

use crate::memory::{Object, array, array_mut, check_apart, exclusive, memory, place_of, shared};
use crate::status::{Outcome, Told, told};

/// The running mean and variance of each feature of a stream, in memory that the caller lends, of
/// HINGELINE_MOMENTS_BYTES(features) bytes, aligned to a float.
#[repr(C)]
pub struct hingeline_moments {
    opaque: [usize; 6],
}

impl Object for DynMoments<'static> {
    type Outer = hingeline_moments;
    const TAG: usize = 0x210;
}

/// Standardises features: `(x - mean) * factor`, optionally clipped. In memory that the caller lends, of
/// HINGELINE_STANDARDISER_BYTES(features) bytes, aligned to a float.
#[repr(C)]
pub struct hingeline_standardiser {
    opaque: [usize; 6],
}

impl Object for DynStandardiser<'static> {
    type Outer = hingeline_standardiser;
    const TAG: usize = 0x232;
}

/// Initialises moments. With share 0 all samples count equally. With a share of up to 1/2, each new sample has at least
/// that weight in the mean, so that the moments follow a sensor that drifts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_moments_init(
    moments: *mut hingeline_moments,
    values: *mut c_void,
    bytes: usize,
    features: usize,
    share: f32,
) -> Told {
    // SAFETY: the caller lends the memory for as long as there are the moments, as the header says.
    told(|| unsafe {
        let place = place_of::<DynMoments<'_>>(moments)?;
        let values = memory(values, bytes, features.saturating_mul(4))?;
        place.take(DynMoments::forgetting(share, values, features)?);
        Ok(())
    })
}

/// Observes a sample. HINGELINE_NON_FINITE_FEATURE for a NaN or an infinity; the moments are then unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_moments_observe(
    moments: *mut hingeline_moments,
    x: *const f32,
    features: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe { Ok(exclusive::<DynMoments<'_>>(moments)?.observe(array(x, features)?)?) })
}

/// Returns the number of samples observed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_moments_count(moments: *const hingeline_moments) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynMoments<'_>>(moments) }.map_or(0, |moments| moments.count())
}

/// Returns the mean of each feature, which the next sample changes; NULL if the moments are not initialised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_moments_mean(moments: *const hingeline_moments) -> *const f32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynMoments<'_>>(moments) }.map_or(core::ptr::null(), |moments| moments.mean().as_ptr())
}

/// Initialises a standardiser from these moments, in memory of HINGELINE_STANDARDISER_BYTES(features). A limit of 0
/// clips nothing; any other limit clips standardised features to that many deviations.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_moments_freeze(
    moments: *const hingeline_moments,
    standardiser: *mut hingeline_standardiser,
    values: *mut c_void,
    bytes: usize,
    limit: f32,
) -> Told {
    // SAFETY: the caller lends the memory for as long as there is the standardiser, as the header says.
    told(|| unsafe {
        let place = place_of::<DynStandardiser<'_>>(standardiser)?;
        check_limit(limit)?;
        let moments = shared::<DynMoments<'_>>(moments)?;
        let values = memory(values, bytes, moments.features().saturating_mul(2))?;
        let (words, ..) = moments.parts();
        check_apart((values.as_ptr(), values.len()), (words.as_ptr(), words.len()))?;
        place.take(limited(moments.freeze(values)?, limit)?);
        Ok(())
    })
}

/// Refuses an invalid limit before anything is written; 0 is no limit.
fn check_limit(limit: f32) -> Outcome {
    let is_limit = limit >= 0.0 && limit.is_finite();
    if is_limit { Ok(()) } else { Err(Error::InvalidLimit.into()) }
}

fn limited(standardiser: DynStandardiser<'static>, limit: f32) -> Outcome<DynStandardiser<'static>> {
    Ok(if limit > 0.0 { standardiser.clipped(limit)? } else { standardiser })
}

/// Initialises a standardiser from a mean and a factor for each feature, for example computed on a desktop. With NULL
/// for both it leaves features unchanged until it is restored from a record. A limit of 0 clips nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_standardiser_init(
    standardiser: *mut hingeline_standardiser,
    values: *mut c_void,
    bytes: usize,
    mean: *const f32,
    factor: *const f32,
    features: usize,
    limit: f32,
) -> Told {
    // SAFETY: the caller lends the memory for as long as there is the standardiser, as the header says.
    told(|| unsafe {
        let place = place_of::<DynStandardiser<'_>>(standardiser)?;
        check_limit(limit)?;
        let values = memory(values, bytes, features.saturating_mul(2))?;
        let made = if mean.is_null() && factor.is_null() {
            DynStandardiser::new(values, features)?
        } else {
            let (mean, factor) = (array(mean, features)?, array(factor, features)?);
            check_apart((values.as_ptr(), values.len()), (mean.as_ptr(), features))?;
            check_apart((values.as_ptr(), values.len()), (factor.as_ptr(), features))?;
            DynStandardiser::from_parts(values, mean, factor)?
        };
        place.take(limited(made, limit)?);
        Ok(())
    })
}

/// Returns the value that is subtracted from each feature; NULL if the standardiser is not initialised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_standardiser_mean(standardiser: *const hingeline_standardiser) -> *const f32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynStandardiser<'_>>(standardiser) }.map_or(core::ptr::null(), |own| own.mean().as_ptr())
}

/// Returns the factor by which each feature is then multiplied; NULL if the standardiser is not initialised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_standardiser_factor(standardiser: *const hingeline_standardiser) -> *const f32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynStandardiser<'_>>(standardiser) }.map_or(core::ptr::null(), |own| own.factor().as_ptr())
}

/// Standardises a sample in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_standardiser_apply(
    standardiser: *const hingeline_standardiser,
    x: *mut f32,
    features: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe { Ok(shared::<DynStandardiser<'_>>(standardiser)?.apply(array_mut(x, features)?)?) })
}

/// Turns a model of standardised features into the equivalent model of raw features. HINGELINE_NOT_LINEAR for a
/// standardiser that clips.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_standardiser_fold(
    standardiser: *const hingeline_standardiser,
    model: *mut crate::model::hingeline_model,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe { Ok(shared::<DynStandardiser<'_>>(standardiser)?.fold(exclusive::<DynModel<'_>>(model)?)?) })
}
