//! Objects as bytes.

use core::ffi::{c_int, c_void};

use hingeline::integer::{self, InputScale};
use hingeline::state::{Encoder, Source, encode, load, record_len};
use hingeline::{DynModel, DynMoments, DynStandardiser, Order};

use crate::integer::{
    Optimiser as IntegerOptimiser, check_scales, hingeline_input_scale, hingeline_integer_model, hingeline_integer_sgd,
};
use crate::memory::{InUse, Object, array, array_mut, check_pointer, in_use, shared_struct, write};
use crate::model::hingeline_model;
use crate::order::hingeline_order;
use crate::sgd::{Optimiser, hingeline_sgd};
use crate::standardise::{hingeline_moments, hingeline_standardiser};
use crate::status::hingeline_status::{HINGELINE_CALLBACK_FAILED, HINGELINE_NULL_POINTER};
use crate::status::{Outcome, Told, told};

/// The objects that are saved together: those that are not NULL, in this order. At least one must not be NULL. A record
/// is restored into initialised objects of the same kinds; a model, moments, a standardiser and scales must have the
/// shape of the record. An order takes its length from the record, and an optimiser its rate, margin and L2 strength.
///
/// The bytes are those that a Rust program writes for a tuple of the same objects.
#[repr(C)]
pub struct hingeline_state {
    /// A model.
    pub model: *mut hingeline_model,
    /// Its optimiser.
    pub sgd: *mut hingeline_sgd,
    /// A model in integers.
    pub integer_model: *mut hingeline_integer_model,
    /// Its optimiser.
    pub integer_sgd: *mut hingeline_integer_sgd,
    /// The order of an epoch.
    pub order: *mut hingeline_order,
    /// Moments of a stream.
    pub moments: *mut hingeline_moments,
    /// A standardiser.
    pub standardiser: *mut hingeline_standardiser,
    /// The scales of inputs.
    pub input_scales: *mut hingeline_input_scale,
    /// The number of scales, 0 for none.
    pub input_scales_len: usize,
}

/// The objects of a state, marked as in use.
pub(crate) struct Parts<'a> {
    model: Option<InUse<'a, DynModel<'static>>>,
    sgd: Option<InUse<'a, Optimiser>>,
    integer_model: Option<InUse<'a, integer::DynModel<'static>>>,
    integer_sgd: Option<InUse<'a, IntegerOptimiser>>,
    order: Option<InUse<'a, Order>>,
    moments: Option<InUse<'a, DynMoments<'static>>>,
    standardiser: Option<InUse<'a, DynStandardiser<'static>>>,
    scales: &'a mut [InputScale],
}

impl Parts<'_> {
    /// Reads the caller's state.
    ///
    /// # Safety
    /// A pointer that is not NULL points to a state, and its pointers to objects that nothing else uses meanwhile.
    pub(crate) unsafe fn of(state: *const hingeline_state) -> Outcome<Self> {
        // SAFETY: as the caller promises; objects of different types lie in different places. For the scales see `scales`.
        unsafe {
            let state = shared_struct(state)?;
            let own = Self {
                model: optional(state.model)?,
                sgd: optional(state.sgd)?,
                integer_model: optional(state.integer_model)?,
                integer_sgd: optional(state.integer_sgd)?,
                order: optional(state.order)?,
                moments: optional(state.moments)?,
                standardiser: optional(state.standardiser)?,
                scales: match state.input_scales_len {
                    0 => &mut [],
                    len => {
                        check_scales(array(state.input_scales, len)?)?;
                        array_mut(state.input_scales.cast::<InputScale>(), len)?
                    }
                },
            };
            // A record without objects would hide the previous record.
            if own.is_empty() { Err(HINGELINE_NULL_POINTER.into()) } else { Ok(own) }
        }
    }

    fn is_empty(&self) -> bool {
        let floats = self.model.is_none() && self.sgd.is_none();
        let integers = self.integer_model.is_none() && self.integer_sgd.is_none() && self.scales.is_empty();
        floats && integers && self.order.is_none() && self.moments.is_none() && self.standardiser.is_none()
    }

    /// Calls a function with the parts of a record.
    pub(crate) fn with<T>(&mut self, f: impl FnOnce(&mut StateOf<'_, '_>) -> T) -> T {
        let mut list = &mut *self.scales;
        let mut scales = (!list.is_empty()).then_some(&mut list);
        let (mut moments, mut standardiser) = (self.moments.as_deref_mut(), self.standardiser.as_deref_mut());
        f(&mut (
            &mut self.model.as_deref_mut(),
            &mut self.sgd.as_deref_mut(),
            &mut self.integer_model.as_deref_mut(),
            &mut self.integer_sgd.as_deref_mut(),
            &mut self.order.as_deref_mut(),
            &mut (&mut moments, &mut standardiser, &mut scales),
        ))
    }
}

/// The object that a pointer points to, if it is not NULL.
unsafe fn optional<'a, T: Object>(outer: *mut T::Outer) -> Outcome<Option<InUse<'a, T>>> {
    // SAFETY: as the caller promises.
    if outer.is_null() { Ok(None) } else { unsafe { in_use(outer) }.map(Some) }
}

type Part<'p, 'a, T> = &'p mut Option<&'a mut T>;

/// All parts that a record may have.
pub(crate) type StateOf<'p, 'a> = (
    Part<'p, 'a, DynModel<'static>>,
    Part<'p, 'a, Optimiser>,
    Part<'p, 'a, integer::DynModel<'static>>,
    Part<'p, 'a, IntegerOptimiser>,
    Part<'p, 'a, Order>,
    &'p mut (
        Part<'p, 'a, DynMoments<'static>>,
        Part<'p, 'a, DynStandardiser<'static>>,
        Part<'p, 'a, &'a mut [InputScale]>,
    ),
);

/// Receives bytes and returns 0, or another number on failure.
pub type hingeline_write_fn = Option<unsafe extern "C" fn(context: *mut c_void, bytes: *const u8, len: usize) -> c_int>;

/// Reads up to `len` bytes from an offset into the buffer and returns their number, 0 at the end, or a negative number
/// on failure. Each offset is read twice.
pub type hingeline_read_fn =
    Option<unsafe extern "C" fn(context: *mut c_void, offset: usize, bytes: *mut u8, len: usize) -> c_int>;

/// Writes the number of bytes of a state's record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_record_bytes(state: *const hingeline_state, len: *mut usize) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let bytes = Parts::of(state)?.with(|state| record_len(state));
        write(len, bytes)
    })
}

/// Writes a record into a buffer, and its length. HINGELINE_BUFFER_TOO_SMALL if it is longer than the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_encode(
    state: *const hingeline_state,
    buffer: *mut u8,
    capacity: usize,
    len: *mut usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_pointer(len)?;
        let buffer = array_mut(buffer, capacity)?;
        let written = Parts::of(state)?.with(|state| encode(state, buffer))?;
        write(len, written)
    })
}

/// Restores a state from a record in memory. All of it is checked before any object changes: a record that is torn, of
/// other objects or of numbers that no run produces is refused, and the objects are unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_decode(state: *const hingeline_state, bytes: *const u8, len: usize) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let mut bytes = array(bytes, len)?;
        Ok(Parts::of(state)?.with(|state| load(state, &mut bytes, &mut [0; PIECE]))?)
    })
}

/// The largest number of bytes that are passed to a callback at once.
const PIECE: usize = 64;

/// Passes a record to a callback, in pieces of at most 64 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_encode_to(
    state: *const hingeline_state,
    write: hingeline_write_fn,
    context: *mut c_void,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says; the callback reads that many bytes.
    told(|| unsafe {
        let write = write.ok_or(HINGELINE_NULL_POINTER)?;
        Parts::of(state)?.with(|state| {
            let (mut encoder, mut piece) = (Encoder::new(&*state)?, [0; PIECE]);
            loop {
                let len = encoder.fill(&mut piece);
                if len == 0 {
                    return Ok(());
                }
                if write(context, piece.as_ptr(), len) != 0 {
                    return Err(HINGELINE_CALLBACK_FAILED.into());
                }
            }
        })
    })
}

/// Restores a state from the bytes that a callback reads: once to check all of them, and once more to restore the
/// objects. If the second reading differs, the objects are as new (HINGELINE_CLEARED); any other refusal leaves them
/// unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_decode_from(
    state: *const hingeline_state,
    read: hingeline_read_fn,
    context: *mut c_void,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let mut reader = Reader { read: read.ok_or(HINGELINE_NULL_POINTER)?, context };
        Ok(Parts::of(state)?.with(|state| load(state, &mut reader, &mut [0; PIECE]))?)
    })
}

/// The bytes that a callback reads.
struct Reader {
    read: unsafe extern "C" fn(*mut c_void, usize, *mut u8, usize) -> c_int,
    context: *mut c_void,
}

impl Source for Reader {
    type Error = ();

    fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, ()> {
        // SAFETY: the callback writes at most that many bytes, as the header says.
        let read = unsafe { (self.read)(self.context, offset, buffer.as_mut_ptr(), buffer.len()) };
        usize::try_from(read).map_err(drop)
    }
}
