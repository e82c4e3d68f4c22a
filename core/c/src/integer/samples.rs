//! Where raw values come from: arrays, or a callback.

use core::ffi::c_void;

use hingeline::Error;
use hingeline::integer::{InputScale, Inputs, Samples as RawSamples};

use super::input::{Format, hingeline_input_scale, scaled, scales};
use crate::memory::{array, array_mut, check_apart, shared_struct};
use crate::status::Outcome;
use crate::status::hingeline_status::{HINGELINE_MISALIGNED, HINGELINE_NULL_POINTER};

/// Writes the raw values of a sample, whose index is below the number of samples, and returns its label; a number below 0 if it cannot be
/// read. It must not use the objects of the call that asks.
pub type hingeline_read_raw =
    Option<unsafe extern "C" fn(context: *mut c_void, index: usize, raw: *mut c_void, features: usize) -> i32>;

/// A set of raw values: either arrays (`rows` and `labels`), or a callback that writes one sample at a time into a buffer of one (`read` and
/// `buffer`). What is not used is NULL, so `= {0}` first.
#[repr(C)]
pub struct hingeline_integer_samples {
    /// The number of samples.
    pub count: usize,
    /// The features of each.
    pub features: usize,
    /// What the raw values are: HINGELINE_U8, HINGELINE_I8 or HINGELINE_I16.
    pub format: i32,
    /// The raw values of all samples, row after row; or NULL.
    pub rows: *const c_void,
    /// The label of each sample; or NULL.
    pub labels: *const u8,
    /// Reads a sample, if `rows` is NULL.
    pub read: hingeline_read_raw,
    /// Where `read` writes: `features` values of the format.
    pub buffer: *mut c_void,
    /// A scale for each feature.
    pub scales: *const hingeline_input_scale,
    /// Where inputs are made: `features` values.
    pub inputs: *mut i16,
    /// What the callback is given.
    pub context: *mut c_void,
}

/// The set, as the library reads it.
pub(crate) struct Samples<'a> {
    set: &'a hingeline_integer_samples,
    format: Format,
    scales: &'a [InputScale],
    inputs: &'a mut [i16],
}

impl<'a> Samples<'a> {
    /// What a pointer of the caller's says.
    ///
    /// # Safety
    /// A pointer that is not NULL points to a set, whose arrays are as long as it says and whose callback keeps to what the header says.
    pub(crate) unsafe fn of(samples: *const hingeline_integer_samples) -> Outcome<Self> {
        // SAFETY: as the caller promises.
        unsafe {
            let set: &hingeline_integer_samples = shared_struct(samples)?;
            let format = Format::of(set.format)?;
            check_apart((set.inputs, set.features), (samples, 1))?;
            let (scales, inputs) = (scales(set.scales, set.features)?, array_mut(set.inputs, set.features)?);
            if format == Format::I16 && !set.rows.cast::<i16>().is_aligned() {
                return Err(HINGELINE_MISALIGNED.into());
            }
            if set.rows.is_null() && (set.read.is_none() || set.buffer.is_null()) {
                return Err(HINGELINE_NULL_POINTER.into());
            }
            if !set.rows.is_null() {
                array(set.labels, set.count)?;
            }
            Ok(Self { set, format, scales, inputs })
        }
    }

    /// Where the raw values of a sample are, and its label.
    fn raw(&self, index: usize) -> Result<(*const c_void, usize), Error> {
        if index >= self.set.count {
            return Err(Error::IndexOutOfRange);
        }
        if let (true, Some(read)) = (self.set.rows.is_null(), self.set.read) {
            // SAFETY: the callback writes so many raw values to the buffer and nothing else of ours, as the header says.
            let label = unsafe { read(self.set.context, index, self.set.buffer, self.set.features) };
            return Ok((self.set.buffer, usize::try_from(label).map_err(|_| Error::Unreadable)?));
        }
        let width = if self.format == Format::I16 { 2_usize } else { 1 };
        let offset = width.checked_mul(self.set.features).and_then(|row| row.checked_mul(index));
        let row = self.set.rows.wrapping_byte_add(offset.ok_or(Error::IndexOutOfRange)?);
        // SAFETY: `of` has found the labels of all samples, of which this is one.
        Ok((row, usize::from(unsafe { self.set.labels.wrapping_add(index).read() })))
    }
}

impl RawSamples for Samples<'_> {
    fn len(&self) -> usize {
        self.set.count
    }

    fn sample(&mut self, index: usize) -> Result<(Inputs<'_>, usize), Error> {
        let (raw, label) = self.raw(index)?;
        // SAFETY: a row of the caller's, or the buffer that the callback has written. What is misaligned is refused.
        let inputs = unsafe { scaled(self.format, raw, self.scales, self.inputs) };
        Ok((inputs.map_err(|_| Error::ShapeMismatch)?, label))
    }
}
