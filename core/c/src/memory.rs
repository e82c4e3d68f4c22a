//! What C gives: pointers to objects and to arrays. Whatever can be checked of them is checked here.
//!
//! What cannot be: that memory is there, that nothing else uses it during the call, and that it stays where it is for as long as an object
//! keeps it. Those are the caller's promises, which the header states.

use core::mem::{MaybeUninit, align_of, size_of};
use core::ops::{Deref, DerefMut};

use crate::status::Outcome;
use crate::status::hingeline_status::{
    HINGELINE_IN_USE, HINGELINE_MISALIGNED, HINGELINE_NOT_INITIALISED, HINGELINE_NULL_POINTER, HINGELINE_OVERLAP,
    HINGELINE_WRONG_SIZE,
};

/// What lies in an object of the header's: a word that says what it is and where, then the value.
///
/// A copy of an object lies elsewhere, and so is none: two objects never share the memory that one was given.
#[repr(C)]
pub(crate) struct Held<T> {
    seal: usize,
    value: MaybeUninit<T>,
}

/// A value that lies in an object of the header's.
pub(crate) trait Object: Sized {
    /// The object, as C declares it.
    type Outer;

    /// A number of its own; even.
    const TAG: usize;

    /// That the value fits.
    const FITS: () = {
        assert!(size_of::<Held<Self>>() <= size_of::<Self::Outer>(), "the object in the header is too small");
        assert!(
            align_of::<Held<Self>>() <= align_of::<Self::Outer>(),
            "the object in the header is aligned too little"
        );
    };
}

/// What an object of this address has for a seal.
fn seal_of<T: Object>(at: *const Held<T>) -> usize {
    (at as usize) ^ T::TAG
}

/// Where an object is, if it can be there.
fn place_of<T: Object>(outer: *const T::Outer) -> Outcome<*mut Held<T>> {
    const { T::FITS };
    check_pointer(outer)?;
    Ok(outer.cast_mut().cast())
}

/// Refuses a pointer that can point to nothing of this type.
fn check_pointer<T>(pointer: *const T) -> Outcome {
    if pointer.is_null() {
        Err(HINGELINE_NULL_POINTER)
    } else if pointer.is_aligned() {
        Ok(())
    } else {
        Err(HINGELINE_MISALIGNED)
    }
}

/// Puts a value into an object.
///
/// # Safety
/// A pointer that is not NULL points to an object that nothing else uses.
pub(crate) unsafe fn place<T: Object>(outer: *mut T::Outer, value: T) -> Outcome {
    let at = place_of::<T>(outer)?;
    // SAFETY: the caller's object is large enough and aligned, as `FITS` and the check say, and nobody else's.
    unsafe { at.write(Held { seal: seal_of(at), value: MaybeUninit::new(value) }) };
    Ok(())
}

/// Refuses an object that has not been initialised, that has been copied, or that is in use.
///
/// # Safety
/// As [`shared`].
unsafe fn check_seal<T: Object>(at: *mut Held<T>) -> Outcome {
    // SAFETY: `place_of` found it aligned, and the caller's object is there. Its first word is read alone, since the value may be lent.
    let seal = unsafe { (&raw const (*at).seal).read() };
    match seal {
        seal if seal == seal_of(at) => Ok(()),
        seal if seal == seal_of(at) ^ 1 => Err(HINGELINE_IN_USE),
        _ => Err(HINGELINE_NOT_INITIALISED),
    }
}

/// The value of an object, to be read.
///
/// # Safety
/// A pointer that is not NULL points to an object of the type that is asked for, which nothing changes meanwhile.
pub(crate) unsafe fn shared<'a, T: Object>(outer: *const T::Outer) -> Outcome<&'a T> {
    let at = place_of::<T>(outer)?;
    // SAFETY: with this seal the value has been written, and nothing changes it, as the caller promises.
    unsafe {
        check_seal(at)?;
        Ok((*at).value.assume_init_ref())
    }
}

/// The value of an object, to be changed.
///
/// # Safety
/// A pointer that is not NULL points to an object of the type that is asked for, which nothing else uses meanwhile.
pub(crate) unsafe fn exclusive<'a, T: Object>(outer: *mut T::Outer) -> Outcome<&'a mut T> {
    let at = place_of::<T>(outer)?;
    // SAFETY: as in `shared`, and nothing else uses it.
    unsafe {
        check_seal(at)?;
        Ok((*at).value.assume_init_mut())
    }
}

/// The value of an object, marked as in use for as long as this is there: a callback that comes back with the same object is refused.
pub(crate) struct InUse<'a, T: Object> {
    /// A pointer, since a callback may read the seal meanwhile.
    seal: *mut usize,
    value: &'a mut T,
}

/// The same for a call that calls back.
///
/// # Safety
/// As [`exclusive`]; a callback may name the object.
pub(crate) unsafe fn in_use<'a, T: Object>(outer: *mut T::Outer) -> Outcome<InUse<'a, T>> {
    let at = place_of::<T>(outer)?;
    // SAFETY: as in `exclusive`. A callback that names the object reads its seal and no more, and the seal is no part of the reference.
    unsafe {
        check_seal(at)?;
        let seal = &raw mut (*at).seal;
        seal.write(seal_of(at) ^ 1);
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
        unsafe { self.seal.write(seal_of::<T>(self.seal.cast())) };
    }
}

/// An array, to be read. None has length 0 and may be NULL.
///
/// # Safety
/// A pointer that is not NULL points to so many values, which nothing changes meanwhile.
pub(crate) unsafe fn array<'a, T>(values: *const T, len: usize) -> Outcome<&'a [T]> {
    if len == 0 {
        return Ok(&[]);
    }
    check_array(values, len)?;
    // SAFETY: not NULL, aligned, no longer than memory; the caller's values are there.
    Ok(unsafe { core::slice::from_raw_parts(values, len) })
}

/// An array, to be written.
///
/// # Safety
/// A pointer that is not NULL points to so many values, which nothing else uses meanwhile.
pub(crate) unsafe fn array_mut<'a, T>(values: *mut T, len: usize) -> Outcome<&'a mut [T]> {
    if len == 0 {
        return Ok(&mut []);
    }
    check_array(values, len)?;
    // SAFETY: not NULL, aligned, no longer than memory; the caller's values are there and nobody else's.
    Ok(unsafe { core::slice::from_raw_parts_mut(values, len) })
}

fn check_array<T>(values: *const T, len: usize) -> Outcome {
    check_pointer(values)?;
    let bytes = len.checked_mul(size_of::<T>()).filter(|bytes| isize::try_from(*bytes).is_ok());
    let end = bytes.and_then(|bytes| (values as usize).checked_add(bytes));
    if end.is_some() { Ok(()) } else { Err(HINGELINE_WRONG_SIZE) }
}

/// So many values at the start of memory of this many bytes.
///
/// # Safety
/// As [`array_mut`], of bytes; for `'a` nothing else uses them.
pub(crate) unsafe fn memory<'a, T>(memory: *mut core::ffi::c_void, bytes: usize, len: usize) -> Outcome<&'a mut [T]> {
    let wanted = len.checked_mul(size_of::<T>()).ok_or(HINGELINE_WRONG_SIZE)?;
    if bytes < wanted {
        return Err(HINGELINE_WRONG_SIZE);
    }
    // SAFETY: as the caller promises.
    unsafe { array_mut(memory.cast(), len) }
}

/// Writes a result, if the caller wants it.
///
/// # Safety
/// A pointer that is not NULL points to a place for the value.
pub(crate) unsafe fn report<T>(to: *mut T, value: T) -> Outcome {
    if to.is_null() {
        return Ok(());
    }
    // SAFETY: as the caller promises.
    unsafe { write(to, value) }
}

/// Refuses a place that a result cannot be written to, before anything is done.
pub(crate) fn check_report<T>(to: *mut T) -> Outcome {
    if to.is_null() { Ok(()) } else { check_pointer(to) }
}

/// Writes a result.
///
/// # Safety
/// As [`report`].
pub(crate) unsafe fn write<T>(to: *mut T, value: T) -> Outcome {
    check_pointer(to)?;
    // SAFETY: neither NULL nor misaligned, and there, as the caller promises.
    unsafe { to.write(value) };
    Ok(())
}

/// Refuses memory that is written if it overlaps some that is read.
pub(crate) fn check_apart<T, U>((written, len): (*const T, usize), (read, other): (*const U, usize)) -> Outcome {
    let end = |start: usize, len: usize, size: usize| start.saturating_add(len.saturating_mul(size));
    let (a, b) = (written as usize, read as usize);
    if end(a, len, size_of::<T>()) <= b || end(b, other, size_of::<U>()) <= a { Ok(()) } else { Err(HINGELINE_OVERLAP) }
}

/// A plain structure of the header's, to be read.
///
/// # Safety
/// A pointer that is not NULL points to one, which nothing changes meanwhile.
pub(crate) unsafe fn shared_struct<'a, T>(pointer: *const T) -> Outcome<&'a T> {
    check_pointer(pointer)?;
    // SAFETY: neither NULL nor misaligned, and there, as the caller promises.
    Ok(unsafe { &*pointer })
}
