//! Sources of raw values: arrays, or a callback.

use core::ffi::{c_int, c_void};

use hingeline::Error;
use hingeline::integer::{InputScale, Inputs, Samples as RawSamples};

use super::input::{Format, check_raw, hingeline_input_scale, scaled, scales};
use crate::memory::{array, array_mut, check_apart, shared_struct};
use crate::status::Outcome;
use crate::status::hingeline_status::{HINGELINE_NULL_POINTER, HINGELINE_WRONG_SIZE};

/// Writes the raw values of a sample and returns its label, or a negative number if the sample cannot be read. The
/// index is below the number of samples.
pub type hingeline_read_raw_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, index: usize, raw: *mut c_void, features: usize) -> c_int>;

/// A set of samples of raw values: either arrays (`rows` and `labels`, for up to 256 classes), or a callback that writes one sample at a time
/// into a buffer (`read` and `buffer`). Unused members are NULL: initialise the structure with `= {0}`.
#[repr(C)]
pub struct hingeline_integer_samples {
    /// The number of samples.
    pub count: usize,
    /// The number of features of each sample.
    pub features: usize,
    /// The format of the raw values: HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16.
    pub format: i32,
    /// The raw values of all samples, row after row; or NULL.
    pub rows: *const c_void,
    /// The label of each sample; or NULL.
    pub labels: *const u8,
    /// Reads a sample, if `rows` is NULL.
    pub read: hingeline_read_raw_fn,
    /// The buffer that `read` writes to: `features` values of the format.
    pub buffer: *mut c_void,
    /// A scale for each feature.
    pub scales: *const hingeline_input_scale,
    /// The buffer for inputs: `features` values.
    pub inputs: *mut i16,
    /// Passed to the callback.
    pub context: *mut c_void,
}

/// The source of the raw values.
enum Source<'a> {
    Rows(*const u8, &'a [u8]),
    Callback(unsafe extern "C" fn(*mut c_void, usize, *mut c_void, usize) -> c_int, *mut c_void),
}

/// The set, as the library reads it: a copy of the caller's structure, which callbacks may pass.
pub(crate) struct Samples<'a> {
    count: usize,
    format: Format,
    source: Source<'a>,
    scales: &'a [InputScale],
    inputs: &'a mut [i16],
    context: *mut c_void,
}

impl<'a> Samples<'a> {
    /// Reads the caller's set.
    ///
    /// # Safety
    /// A pointer that is not NULL points to a set, whose arrays are as long as it says and whose callback keeps to what the header says.
    pub(crate) unsafe fn of(samples: *const hingeline_integer_samples) -> Outcome<Self> {
        // SAFETY: as the caller promises.
        unsafe {
            let set: &hingeline_integer_samples = shared_struct(samples)?;
            let (format, features) = (Format::of(set.format)?, set.features);
            let (scales, inputs) = (scales(set.scales, features)?, array_mut(set.inputs, features)?);
            let own = (set.inputs.cast_const(), features);
            check_apart(own, (scales.as_ptr(), features))?;
            let source = if set.rows.is_null() {
                check_raw(format, set.buffer, features)?;
                check_apart(own, (set.buffer.cast::<u8>(), features.wrapping_mul(format.bytes())))?;
                Source::Callback(set.read.ok_or(HINGELINE_NULL_POINTER)?, set.buffer)
            } else {
                let len = set.count.checked_mul(features).ok_or(HINGELINE_WRONG_SIZE)?;
                check_raw(format, set.rows, len)?;
                check_apart(own, (set.rows.cast::<u8>(), len.wrapping_mul(format.bytes())))?;
                Source::Rows(set.rows.cast(), array(set.labels, set.count)?)
            };
            Ok(Self { count: set.count, format, source, scales, inputs, context: set.context })
        }
    }

    /// The address of the raw values of a sample, and its label.
    fn raw(&self, index: usize) -> Result<(*const c_void, usize), Error> {
        match self.source {
            Source::Callback(read, buffer) => {
                if index >= self.count {
                    return Err(Error::IndexOutOfRange);
                }
                // SAFETY: the callback writes that many raw values to the buffer and nothing else of ours, as the
                // header says.
                let label = unsafe { read(self.context, index, buffer, self.scales.len()) };
                Ok((buffer, usize::try_from(label).map_err(|_| Error::Unreadable)?))
            }
            Source::Rows(rows, labels) => {
                let label = *labels.get(index).ok_or(Error::IndexOutOfRange)?;
                // The size of all rows has been checked.
                let offset = self.format.bytes().wrapping_mul(self.scales.len()).wrapping_mul(index);
                Ok((rows.wrapping_add(offset).cast(), label.into()))
            }
        }
    }
}

impl RawSamples for Samples<'_> {
    fn len(&self) -> usize {
        self.count
    }

    fn sample(&mut self, index: usize) -> Result<(Inputs<'_>, usize), Error> {
        let (raw, label) = self.raw(index)?;
        // SAFETY: a row of the caller's, or the buffer that the callback has written; both have been found to be arrays.
        let inputs = unsafe { scaled(self.format, raw, self.scales, self.inputs) };
        Ok((inputs.map_err(|_| Error::ShapeMismatch)?, label))
    }
}
