//! From raw values to inputs.

use core::ffi::c_void;

use hingeline::integer::{InputScale, Inputs, Moments, RawValue, Sums};

use crate::memory::{Object, array, array_mut, check_apart, check_report, exclusive, memory, place_of, report, shared};
use crate::status::hingeline_status::HINGELINE_INVALID_SCALING;
use crate::status::{Outcome, Told, told};

/// How the raw values of a feature become inputs, from -128 to 127, where 32 stands for one deviation.
/// HINGELINE_INPUT_SCALE(zero, factor) makes a scale, and hingeline_integer_moments_freeze computes one. Scales that
/// were computed on a desktop can be const, in flash.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct hingeline_input_scale {
    /// The zero in the lower half, the factor, below 2^14, in the upper one.
    pub halves: u32,
}

/// The format of raw values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    U8,
    I8,
    I16,
}

impl Format {
    /// The format for a number of the header: 8 for uint8_t, -8 for int8_t, -16 for int16_t.
    pub(crate) fn of(number: i32) -> Outcome<Self> {
        match number {
            8 => Ok(Self::U8),
            -8 => Ok(Self::I8),
            -16 => Ok(Self::I16),
            _ => Err(HINGELINE_INVALID_SCALING.into()),
        }
    }

    /// The size of a raw value in bytes.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
        }
    }
}

/// The caller's scales as the library uses them. A scale whose factor is too large is refused.
///
/// # Safety
/// As [`array`].
pub(crate) unsafe fn scales<'a>(scales: *const hingeline_input_scale, len: usize) -> Outcome<&'a [InputScale]> {
    const { assert!(size_of::<InputScale>() == size_of::<hingeline_input_scale>()) };
    const { assert!(align_of::<InputScale>() == align_of::<hingeline_input_scale>()) };
    // SAFETY: as the caller promises.
    check_scales(unsafe { array(scales, len) }?)?;
    // SAFETY: both are transparent words, and these are scales.
    unsafe { array(scales.cast::<InputScale>(), len) }
}

/// Refuses a factor of 2^14 or more.
pub(crate) fn check_scales(scales: &[hingeline_input_scale]) -> Outcome {
    let all = scales.iter().fold(0, |bits, scale| bits | scale.halves);
    if all >> 30 == 0 { Ok(()) } else { Err(HINGELINE_INVALID_SCALING.into()) }
}

/// Refuses a pointer that cannot be an array of `len` raw values.
///
/// # Safety
/// As [`array`].
pub(crate) unsafe fn check_raw(format: Format, raw: *const c_void, len: usize) -> Outcome {
    // SAFETY: as the caller promises.
    unsafe {
        match format {
            Format::U8 | Format::I8 => array(raw.cast::<u8>(), len).map(drop),
            Format::I16 => array(raw.cast::<i16>(), len).map(drop),
        }
    }
}

/// The inputs of raw values of a format, each by its scale.
///
/// # Safety
/// A pointer that is not NULL points to as many raw values of the format as there are scales.
pub(crate) unsafe fn scaled<'a>(
    format: Format,
    raw: *const c_void,
    scales: &[InputScale],
    buffer: &'a mut [i16],
) -> Outcome<Inputs<'a>> {
    unsafe fn of<'a, Q: RawValue>(
        raw: *const c_void,
        scales: &[InputScale],
        buffer: &'a mut [i16],
    ) -> Outcome<Inputs<'a>> {
        // SAFETY: as the caller promises.
        Ok(Inputs::scaled(unsafe { array(raw.cast::<Q>(), scales.len()) }?, scales, buffer)?)
    }
    // SAFETY: as the caller promises.
    unsafe {
        match format {
            Format::U8 => of::<u8>(raw, scales, buffer),
            Format::I8 => of::<i8>(raw, scales, buffer),
            Format::I16 => of::<i16>(raw, scales, buffer),
        }
    }
}

/// Turns raw values of a format (HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16) into inputs, each by its scale. Writes
/// the number of inputs that were clamped to the ends of the range to `clamped`, which may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_inputs(
    input_scales: *const hingeline_input_scale,
    raw: *const c_void,
    format: i32,
    inputs: *mut i16,
    features: usize,
    clamped: *mut u32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(clamped)?;
        let format = Format::of(format)?;
        let (scales, buffer) = (scales(input_scales, features)?, array_mut(inputs, features)?);
        check_apart((inputs, features), (raw.cast::<u8>(), features.wrapping_mul(format.bytes())))?;
        let made = scaled(format, raw, scales, buffer)?;
        report(clamped, made.clamped())
    })
}

/// Means and deviations of raw values from exact sums. In memory that the caller lends, of
/// HINGELINE_INTEGER_MOMENTS_BYTES(features) bytes, aligned to 8.
#[repr(C)]
pub struct hingeline_integer_moments {
    opaque: [usize; 8],
}

/// Moments of raw values of one format.
pub(crate) enum AnyMoments {
    U8(Moments<'static, u8>),
    I8(Moments<'static, i8>),
    I16(Moments<'static, i16>),
}

impl Object for AnyMoments {
    type Outer = hingeline_integer_moments;
    const TAG: usize = 0x144;
}

/// Initialises moments of raw values of a format: HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_moments_init(
    moments: *mut hingeline_integer_moments,
    values: *mut c_void,
    bytes: usize,
    features: usize,
    format: i32,
) -> Told {
    // SAFETY: the caller lends the memory for as long as there are the moments, as the header says. Any bits are sums.
    told(|| unsafe {
        let (place, format) = (place_of::<AnyMoments>(moments)?, Format::of(format)?);
        let sums = memory::<Sums>(values, bytes, features)?;
        let made = match format {
            Format::U8 => AnyMoments::U8(Moments::new(sums)),
            Format::I8 => AnyMoments::I8(Moments::new(sums)),
            Format::I16 => AnyMoments::I16(Moments::new(sums)),
        };
        place.take(made);
        Ok(())
    })
}

/// Observes a sample of raw values, in the format of the moments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_moments_observe(
    moments: *mut hingeline_integer_moments,
    raw: *const c_void,
    features: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        match exclusive::<AnyMoments>(moments)? {
            AnyMoments::U8(moments) => moments.observe(array(raw.cast(), features)?)?,
            AnyMoments::I8(moments) => moments.observe(array(raw.cast(), features)?)?,
            AnyMoments::I16(moments) => moments.observe(array(raw.cast(), features)?)?,
        }
        Ok(())
    })
}

/// Computes the scales that give each feature a mean of 0 and a deviation of 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_moments_freeze(
    moments: *const hingeline_integer_moments,
    input_scales: *mut hingeline_input_scale,
    features: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says; for the scales see `scales`.
    told(|| unsafe {
        let scales = array_mut(input_scales.cast::<InputScale>(), features)?;
        match shared::<AnyMoments>(moments)? {
            AnyMoments::U8(moments) => moments.freeze(scales)?,
            AnyMoments::I8(moments) => moments.freeze(scales)?,
            AnyMoments::I16(moments) => moments.freeze(scales)?,
        }
        Ok(())
    })
}

/// Returns the number of samples observed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_integer_moments_count(moments: *const hingeline_integer_moments) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<AnyMoments>(moments) }.map_or(0, |moments| match moments {
        AnyMoments::U8(moments) => moments.count(),
        AnyMoments::I8(moments) => moments.count(),
        AnyMoments::I16(moments) => moments.count(),
    })
}
