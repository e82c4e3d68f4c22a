//! Means and variances of a stream, and features that are standardised by them.

use core::ffi::c_void;

use hingeline::{DynModel, DynMoments, DynStandardiser};

use crate::memory::{Object, array, array_mut, exclusive, memory, place, shared};
use crate::status::{Told, told};

/// The running mean and variance of each feature of a stream. In memory that the caller lends, of HINGELINE_MOMENTS_BYTES(features) bytes,
/// aligned to a float.
#[repr(C)]
pub struct hingeline_moments {
    opaque: [usize; 6],
}

impl Object for DynMoments<'static> {
    type Outer = hingeline_moments;
    const TAG: usize = 0x210;
}

/// Standardises features: `(x - mean) * factor`, clipped if asked. In memory that the caller lends, of
/// HINGELINE_STANDARDISER_BYTES(features) bytes, aligned to a float.
#[repr(C)]
pub struct hingeline_standardiser {
    opaque: [usize; 6],
}

impl Object for DynStandardiser<'static> {
    type Outer = hingeline_standardiser;
    const TAG: usize = 0x232;
}

/// Moments of no sample. Share 0 forgets nothing; with a share of at most 1/2, each sample has at least that share when it comes, so
/// that the moments follow a sensor that drifts.
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
        let values = memory(values, bytes, features.saturating_mul(4))?;
        place(moments, DynMoments::forgetting(share, values, features)?)
    })
}

/// Takes in a sample. HINGELINE_NON_FINITE_FEATURE for a NaN or an infinity; nothing has changed then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_moments_observe(
    moments: *mut hingeline_moments,
    x: *const f32,
    features: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe { Ok(exclusive::<DynMoments<'_>>(moments)?.observe(array(x, features)?)?) })
}

/// The samples observed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_moments_count(moments: *const hingeline_moments) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<DynMoments<'_>>(moments) }.map_or(0, |moments| moments.count())
}

/// Makes what standardises by these moments, in memory of HINGELINE_STANDARDISER_BYTES(features). A limit of 0 clips nothing; with another
/// one, standardised features are clipped to so many deviations.
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
        let moments = shared::<DynMoments<'_>>(moments)?;
        let values = memory(values, bytes, moments.features().saturating_mul(2))?;
        let frozen = moments.freeze(values)?;
        place(standardiser, if limit == 0.0 { frozen } else { frozen.clipped(limit)? })
    })
}

/// Makes a standardiser of a mean and a factor for each feature, such as a desktop computed; NULL for both leaves features as they are, to
/// be restored from a record. A limit of 0 clips nothing.
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
        let values = memory(values, bytes, features.saturating_mul(2))?;
        let made = if mean.is_null() && factor.is_null() {
            DynStandardiser::new(values, features)?
        } else {
            DynStandardiser::from_parts(values, array(mean, features)?, array(factor, features)?)?
        };
        place(standardiser, if limit == 0.0 { made } else { made.clipped(limit)? })
    })
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

/// Turns a model of standardised features into the same model of features as they come. HINGELINE_NOT_LINEAR for a standardiser that
/// clips.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_standardiser_fold(
    standardiser: *const hingeline_standardiser,
    model: *mut crate::model::hingeline_model,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe { Ok(shared::<DynStandardiser<'_>>(standardiser)?.fold(exclusive::<DynModel<'_>>(model)?)?) })
}
