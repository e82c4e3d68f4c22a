//! Sources of samples: arrays, or a callback.

use core::ffi::{c_int, c_void};

use hingeline::{DynSamples, DynSlices, Error};

use crate::memory::{array, array_mut, check_apart, shared_struct};
use crate::status::Outcome;
use crate::status::hingeline_status::HINGELINE_NULL_POINTER;

/// Writes the features of a sample and returns its label, or a negative number if the sample cannot be read. The index
/// is below the number of samples.
pub type hingeline_read_sample_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, index: usize, x: *mut f32, features: usize) -> c_int>;

/// Returns the weight of a sample, a finite number of at least 0: its loss and its gradient are multiplied by it.
pub type hingeline_sample_weight_fn = Option<unsafe extern "C" fn(context: *mut c_void, index: usize) -> f32>;

/// A set of samples: either arrays (`rows` and `labels`, for up to 256 classes), or a callback that writes one sample at a time into a buffer
/// (`read` and `buffer`). Unused members are NULL: initialise the structure with `= {0}`.
#[repr(C)]
pub struct hingeline_samples {
    /// The number of samples.
    pub count: usize,
    /// The number of features of each sample.
    pub features: usize,
    /// The features of all samples, row after row: `count * features` values; or NULL.
    pub rows: *const f32,
    /// The label of each sample; or NULL.
    pub labels: *const u8,
    /// Reads a sample, if `rows` is NULL.
    pub read: hingeline_read_sample_fn,
    /// The buffer that `read` writes to: `features` values.
    pub buffer: *mut f32,
    /// The weight of a sample; NULL for 1.
    pub weight: hingeline_sample_weight_fn,
    /// Passed to the callbacks.
    pub context: *mut c_void,
}

/// The source of the samples.
enum Source<'a> {
    Arrays(DynSlices<'a, u8>),
    Callback(unsafe extern "C" fn(*mut c_void, usize, *mut f32, usize) -> c_int, &'a mut [f32]),
}

/// The set, as the library reads it.
pub(crate) struct Samples<'a> {
    count: usize,
    source: Source<'a>,
    weight: hingeline_sample_weight_fn,
    context: *mut c_void,
}

impl<'a> Samples<'a> {
    /// Reads the caller's set.
    ///
    /// # Safety
    /// A pointer that is not NULL points to a set, whose arrays are as long as it says and whose callbacks keep to what the header says.
    pub(crate) unsafe fn of(samples: *const hingeline_samples) -> Outcome<Self> {
        // SAFETY: as the caller promises.
        unsafe {
            let set = shared_struct(samples)?;
            let source = match (set.rows.is_null(), set.read) {
                (false, _) => {
                    let values = set.count.saturating_mul(set.features);
                    let (rows, labels) = (array(set.rows, values)?, array(set.labels, set.count)?);
                    Source::Arrays(DynSlices::new(set.features, rows, labels)?)
                }
                (true, Some(read)) => {
                    check_apart((set.buffer, set.features), (samples, 1))?;
                    Source::Callback(read, array_mut(set.buffer, set.features)?)
                }
                (true, None) => return Err(HINGELINE_NULL_POINTER.into()),
            };
            Ok(Self { count: set.count, source, weight: set.weight, context: set.context })
        }
    }
}

impl DynSamples for Samples<'_> {
    fn len(&self) -> usize {
        self.count
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        match &mut self.source {
            Source::Arrays(slices) => slices.sample(index),
            Source::Callback(read, buffer) => {
                if index >= self.count {
                    return Err(Error::IndexOutOfRange);
                }
                // SAFETY: the callback writes that many values to the buffer and nothing else of ours, as the header
                // says.
                let label = unsafe { read(self.context, index, buffer.as_mut_ptr(), buffer.len()) };
                Ok((buffer, usize::try_from(label).map_err(|_| Error::Unreadable)?))
            }
        }
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        match &self.source {
            Source::Arrays(slices) => slices.resident(index),
            Source::Callback(..) => None,
        }
    }

    fn weight(&self, index: usize) -> f32 {
        // SAFETY: the callback touches nothing of ours, as the header says.
        self.weight.map_or(1.0, |weight| unsafe { weight(self.context, index) })
    }
}
