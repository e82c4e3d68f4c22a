//! The pointers that C passes, to objects and to arrays. Everything about them that can be checked is checked here.
//!
//! It cannot be checked that memory exists, that nothing else uses it during the call, and that it stays in place for
//! as long as an object keeps it. The caller promises this, as the header states.

use core::mem::{MaybeUninit, align_of, size_of};
use core::ops::{Deref, DerefMut};

use crate::status::Outcome;
use crate::status::hingeline_status::{
    HINGELINE_IN_USE, HINGELINE_MISALIGNED, HINGELINE_NOT_INITIALISED, HINGELINE_NULL_POINTER, HINGELINE_OVERLAP,
    HINGELINE_WRONG_SIZE,
};

/// The contents of an object in the header: a word that encodes its type and its address, then the value.
///
/// A copy of an object has another address, and so is not an object: two objects never share the memory that was lent
/// to one.
#[repr(C)]
pub(crate) struct Held<T> {
    seal: usize,
    value: MaybeUninit<T>,
}

/// A value that is stored in an object of the header.
pub(crate) trait Object: Sized {
    /// The object, as C declares it.
    type Outer;

    /// A unique number: even, and small, so that one instruction loads it.
    const TAG: usize;

    /// Checks that the value fits.
    const FITS: () = {
        assert!(size_of::<Held<Self>>() <= size_of::<Self::Outer>(), "the object in the header is too small");
        assert!(
            align_of::<Held<Self>>() <= align_of::<Self::Outer>(),
            "the object in the header is aligned too little"
        );
    };
}

/// The seal of an object with this address and this tag.
fn seal_of(at: *const usize, tag: usize) -> usize {
    (at as usize) ^ tag
}

/// Refuses a pointer that cannot point to a value of this type; for a result, before anything is done.
pub(crate) fn check_pointer<T>(pointer: *const T) -> Outcome {
    check_array(pointer.cast(), 0, align_of::<T>().ilog2())
}

/// The place of a new object: one that cannot hold it is refused before anything is done.
pub(crate) struct Place<T: Object>(*mut Held<T>);

/// The place of an object that is to be initialised, which may be initialised already. An object in use is refused.
///
/// # Safety
/// A pointer that is not NULL points to memory of an object's size.
pub(crate) unsafe fn place_of<T: Object>(outer: *mut T::Outer) -> Outcome<Place<T>> {
    // SAFETY: as the caller promises.
    match unsafe { object::<T>(outer) } {
        Ok(at) => Ok(Place(at)),
        Err(refusal) if refusal.is(HINGELINE_NOT_INITIALISED) => Ok(Place(outer.cast())),
        Err(refusal) => Err(refusal),
    }
}

impl<T: Object> Place<T> {
    /// Puts a value there.
    ///
    /// # Safety
    /// The pointer from which the place was made points to an object that nothing else uses.
    pub(crate) unsafe fn take(self, value: T) {
        let Self(at) = self;
        // Two writes, so that the value is written without an intermediate copy.
        // SAFETY: the caller's object is large enough and aligned, as `FITS` and the check say, and nobody else's.
        unsafe {
            (&raw mut (*at).value).cast::<T>().write(value);
            (&raw mut (*at).seal).write(seal_of(at.cast(), T::TAG));
        }
    }
}

/// Refuses an object that has not been initialised, that has been copied, or that is in use. Not generic, so there is
/// only one copy of the code.
///
/// # Safety
/// A pointer that is not NULL points to an object, which begins with its seal.
#[inline(never)]
unsafe fn check_object(at: *const usize, tag: usize, align_bits: u32) -> Outcome {
    check_array(at.cast(), 0, align_bits)?;
    // SAFETY: neither NULL nor misaligned, and there. The seal is read alone, since the value may be lent.
    let difference = unsafe { at.read() } ^ seal_of(at, tag);
    match difference {
        0 => Ok(()),
        1 => Err(HINGELINE_IN_USE.into()),
        _ => Err(HINGELINE_NOT_INITIALISED.into()),
    }
}

/// The address of an object that has been initialised and is not in use.
///
/// # Safety
/// As [`shared`].
unsafe fn object<T: Object>(outer: *const T::Outer) -> Outcome<*mut Held<T>> {
    const { T::FITS };
    // SAFETY: as the caller promises.
    unsafe { check_object(outer.cast(), T::TAG, align_of::<Held<T>>().ilog2()) }?;
    Ok(outer.cast_mut().cast())
}

/// Borrows the value of an object.
///
/// # Safety
/// A pointer that is not NULL points to an object of the requested type, which nothing changes meanwhile.
pub(crate) unsafe fn shared<'a, T: Object>(outer: *const T::Outer) -> Outcome<&'a T> {
    // SAFETY: with its seal the value has been written, and nothing changes it, as the caller promises.
    unsafe { Ok((*object::<T>(outer)?).value.assume_init_ref()) }
}

/// Borrows the value of an object mutably.
///
/// # Safety
/// A pointer that is not NULL points to an object of the requested type, which nothing else uses meanwhile.
pub(crate) unsafe fn exclusive<'a, T: Object>(outer: *mut T::Outer) -> Outcome<&'a mut T> {
    // SAFETY: as in `shared`, and nothing else uses it.
    unsafe { Ok((*object::<T>(outer)?).value.assume_init_mut()) }
}

/// The value of an object, marked as in use while this exists: a callback that passes the same object is refused.
pub(crate) struct InUse<'a, T: Object> {
    /// A pointer, since a callback may read the seal meanwhile.
    seal: *mut usize,
    value: &'a mut T,
}

/// The same for a call that uses callbacks.
///
/// # Safety
/// As [`exclusive`]; a callback may pass the object.
pub(crate) unsafe fn in_use<'a, T: Object>(outer: *mut T::Outer) -> Outcome<InUse<'a, T>> {
    // SAFETY: as in `exclusive`. A callback that passes the object reads its seal and no more, and the seal is not part
    // of the reference.
    unsafe {
        let at = object::<T>(outer)?;
        let seal = &raw mut (*at).seal;
        seal.write(seal_of(seal, T::TAG) ^ 1);
        Ok(InUse { seal, value: (*at).value.assume_init_mut() })
    }
}

impl<T: Object> Deref for InUse<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: Object> DerefMut for InUse<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value
    }
}

impl<T: Object> Drop for InUse<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the object is still there, as the caller of `in_use` promised for the whole call.
        unsafe { self.seal.write(seal_of(self.seal, T::TAG)) };
    }
}

/// Borrows an array.
///
/// # Safety
/// A pointer that is not NULL points to that many values, which nothing changes meanwhile.
pub(crate) unsafe fn array<'a, T>(values: *const T, len: usize) -> Outcome<&'a [T]> {
    check_values(values, len)?;
    // SAFETY: not NULL, aligned, no longer than memory; the caller's values are there.
    Ok(unsafe { core::slice::from_raw_parts(values, len) })
}

/// Borrows an array mutably.
///
/// # Safety
/// A pointer that is not NULL points to that many values, which nothing else uses meanwhile.
pub(crate) unsafe fn array_mut<'a, T>(values: *mut T, len: usize) -> Outcome<&'a mut [T]> {
    check_values(values, len)?;
    // SAFETY: not NULL, aligned, no longer than memory; the caller's values are there and nobody else's.
    Ok(unsafe { core::slice::from_raw_parts_mut(values, len) })
}

/// Refuses a pointer and a length that cannot be an array.
fn check_values<T>(values: *const T, len: usize) -> Outcome {
    let units = const { size_of::<T>() >> align_of::<T>().ilog2() };
    check_array(values.cast(), len.saturating_mul(units), align_of::<T>().ilog2())
}

/// Refuses NULL, a pointer that is not aligned to this number of bits, and more units of that size than memory can
/// hold. Not generic, so there is only one copy of the code.
#[inline(never)]
fn check_array(values: *const u8, len: usize, bits: u32) -> Outcome {
    let (at, most) = (values as usize, isize::MAX.cast_unsigned().wrapping_shr(bits));
    if at == 0 {
        Err(HINGELINE_NULL_POINTER.into())
    } else if at & !usize::MAX.wrapping_shl(bits) != 0 {
        Err(HINGELINE_MISALIGNED.into())
    } else if len > most {
        Err(HINGELINE_WRONG_SIZE.into())
    } else {
        Ok(())
    }
}

/// Borrows `len` values at the start of memory of `bytes` bytes.
///
/// # Safety
/// As [`array_mut`], of bytes; for `'a` nothing else uses them.
pub(crate) unsafe fn memory<'a, T>(memory: *mut core::ffi::c_void, bytes: usize, len: usize) -> Outcome<&'a mut [T]> {
    if bytes.checked_div(size_of::<T>()).is_none_or(|most| most < len) {
        return Err(HINGELINE_WRONG_SIZE.into());
    }
    // SAFETY: as the caller promises.
    unsafe { array_mut(memory.cast(), len) }
}

/// Writes a report if the caller wants it, to a place that [`check_report`] has accepted.
///
/// # Safety
/// A pointer that is not NULL points to a place for the value, and is aligned.
pub(crate) unsafe fn report<T>(to: *mut T, value: T) -> Outcome {
    if !to.is_null() {
        // SAFETY: as the caller promises.
        unsafe { to.write(value) };
    }
    Ok(())
}

/// Refuses a place that a report cannot be written to, before anything is done.
pub(crate) fn check_report<T>(to: *mut T) -> Outcome {
    if to.is_null() { Ok(()) } else { check_pointer(to) }
}

/// Writes a result.
///
/// # Safety
/// A pointer that is not NULL points to a place for the value.
pub(crate) unsafe fn write<T>(to: *mut T, value: T) -> Outcome {
    check_pointer(to)?;
    // SAFETY: neither NULL nor misaligned, and there, as the caller promises.
    unsafe { to.write(value) };
    Ok(())
}

/// Refuses memory to be written if it overlaps memory to be read; both have been checked as arrays.
pub(crate) fn check_apart<T, U>((written, len): (*const T, usize), (read, other): (*const U, usize)) -> Outcome {
    let bytes = [len.wrapping_mul(size_of::<T>()), other.wrapping_mul(size_of::<U>())];
    check_ranges_apart(written.cast(), read.cast(), bytes)
}

/// Not generic, so there is only one copy of the code.
#[inline(never)]
fn check_ranges_apart(written: *const u8, read: *const u8, [len, other]: [usize; 2]) -> Outcome {
    let (a, b) = (written as usize, read as usize);
    let overlap = if a < b { b.wrapping_sub(a) < len } else { a.wrapping_sub(b) < other };
    if overlap { Err(HINGELINE_OVERLAP.into()) } else { Ok(()) }
}

/// Borrows a plain structure of the header.
///
/// # Safety
/// A pointer that is not NULL points to such a structure, which nothing changes meanwhile.
pub(crate) unsafe fn shared_struct<'a, T>(pointer: *const T) -> Outcome<&'a T> {
    check_pointer(pointer)?;
    // SAFETY: neither NULL nor misaligned, and there, as the caller promises.
    Ok(unsafe { &*pointer })
}
