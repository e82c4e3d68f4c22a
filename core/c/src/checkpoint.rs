//! Objects in flash.

use core::ffi::{c_int, c_void};

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use hingeline::checkpoint::{Checkpoints, Geometry};

use crate::memory::{Object, check_report, in_use, place_of, report, shared, shared_struct, write};
use crate::record::{Parts, hingeline_state};
use crate::status::hingeline_status::HINGELINE_NULL_POINTER;
use crate::status::{Told, told};

/// The driver of a NOR flash: sizes in bytes, and three functions that return 0 on success. Offsets are those of the
/// driver, not addresses; offsets and lengths are multiples of the sizes. Erased bytes are 0xff. Only erased bytes are
/// written, and none is written twice. `bytes` may be unaligned. A power cut may leave any bits in the bytes that were
/// being written or erased, and must not change any others. If reading a torn word faults, as with error correction,
/// `read` must catch the fault and return a number other than 0.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct hingeline_flash {
    /// The size of a read, at most 64.
    pub read_size: usize,
    /// The size of a write, at most 64.
    pub write_size: usize,
    /// The size of an erase: a sector.
    pub erase_size: usize,
    /// The size of the whole flash.
    pub capacity: usize,
    /// Reads `len` bytes from an offset.
    pub read: Option<unsafe extern "C" fn(context: *mut c_void, offset: u32, bytes: *mut u8, len: usize) -> c_int>,
    /// Writes `len` bytes to an offset.
    pub write: Option<unsafe extern "C" fn(context: *mut c_void, offset: u32, bytes: *const u8, len: usize) -> c_int>,
    /// Erases `len` bytes from an offset.
    pub erase: Option<unsafe extern "C" fn(context: *mut c_void, offset: u32, len: usize) -> c_int>,
    /// Passed to the functions.
    pub context: *mut c_void,
}

/// The newest state in flash, found again after a power cut at any instant. The range of flash is two regions, used in turn; no record is
/// ever in the region that is being erased.
#[repr(C)]
pub struct hingeline_checkpoints {
    opaque: [usize; 24],
}

impl Object for Checkpoints<Driver> {
    type Outer = hingeline_checkpoints;
    const TAG: usize = 0x122;
}

/// The caller's driver.
pub(crate) struct Driver(hingeline_flash);

/// A function of the driver failed.
#[derive(Debug)]
pub(crate) struct DriverFailed;

impl NorFlashError for DriverFailed {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl ErrorType for Driver {
    type Error = DriverFailed;
}

fn done(result: Option<c_int>) -> Result<(), DriverFailed> {
    if result == Some(0) { Ok(()) } else { Err(DriverFailed) }
}

/// The sizes of the traits are not used: those of the caller's driver are.
impl ReadNorFlash for Driver {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), DriverFailed> {
        let Self(flash) = self;
        // SAFETY: the driver writes that many bytes, as the header says.
        done(flash.read.map(|read| unsafe { read(flash.context, offset, bytes.as_mut_ptr(), bytes.len()) }))
    }

    fn capacity(&self) -> usize {
        self.0.capacity
    }
}

impl NorFlash for Driver {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = 1;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), DriverFailed> {
        let Self(flash) = self;
        let len = to.saturating_sub(from) as usize;
        // SAFETY: the driver touches nothing of ours, as the header says.
        done(flash.erase.map(|erase| unsafe { erase(flash.context, from, len) }))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), DriverFailed> {
        let Self(flash) = self;
        // SAFETY: the driver reads that many bytes, as the header says.
        done(flash.write.map(|write| unsafe { write(flash.context, offset, bytes.as_ptr(), bytes.len()) }))
    }
}

/// Reads the range of flash from `start` to `end` to find the newest record. The structure is copied; its context must
/// remain valid.
///
/// HINGELINE_UNSUITABLE_FLASH unless the range is an even number of whole sectors, and the sizes of reads and writes
/// divide 64 and a sector.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_open(
    checkpoints: *mut hingeline_checkpoints,
    flash: *const hingeline_flash,
    start: u32,
    end: u32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let place = place_of::<Checkpoints<Driver>>(checkpoints)?;
        let flash = *shared_struct(flash)?;
        if flash.read.is_none() || flash.write.is_none() || flash.erase.is_none() {
            return Err(HINGELINE_NULL_POINTER.into());
        }
        let geometry = Geometry {
            read: flash.read_size,
            write: flash.write_size,
            erase: flash.erase_size,
            capacity: flash.capacity,
        };
        place.take(Checkpoints::open_as(Driver(flash), geometry, start..end)?);
        Ok(())
    })
}

/// Appends a state as the newest record, and writes its number, counted from 1, to `number`, which may be NULL.
/// Occasionally it erases a region first, which may take seconds: hingeline_checkpoints_prepare does this when there is
/// time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_save(
    checkpoints: *mut hingeline_checkpoints,
    state: *const hingeline_state,
    number: *mut u32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(number)?;
        let mut checkpoints = in_use::<Checkpoints<Driver>>(checkpoints)?;
        let saved = Parts::of(state)?.with(|state| checkpoints.save(state))?;
        report(number, saved)
    })
}

/// Restores the newest record, and writes its number to `number`, which may be NULL. HINGELINE_NO_CHECKPOINT if there
/// is none, as on the very first start; the objects are then unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_load(
    checkpoints: *mut hingeline_checkpoints,
    state: *const hingeline_state,
    number: *mut u32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        check_report(number)?;
        let mut checkpoints = in_use::<Checkpoints<Driver>>(checkpoints)?;
        let loaded = Parts::of(state)?.with(|state| checkpoints.load(state))?;
        report(number, loaded)
    })
}

/// Returns the number of the newest record, 0 if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_newest(checkpoints: *const hingeline_checkpoints) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    let newest = unsafe { shared::<Checkpoints<Driver>>(checkpoints) }.map(|checkpoints| checkpoints.newest());
    newest.ok().flatten().unwrap_or(0)
}

/// Erases the region that is not in use, unless it is erased already, so that the next saves do not have to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_prepare(checkpoints: *mut hingeline_checkpoints) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe {
        in_use::<Checkpoints<Driver>>(checkpoints)?.prepare()?;
        Ok(())
    })
}

/// Writes whether the next save of this state erases a region first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_is_erase_due(
    checkpoints: *const hingeline_checkpoints,
    state: *const hingeline_state,
    due: *mut bool,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let checkpoints = shared::<Checkpoints<Driver>>(checkpoints)?;
        let is_due = Parts::of(state)?.with(|state| checkpoints.is_erase_due(state));
        write(due, is_due)
    })
}

/// Writes the number of saves of this state per erase of a region.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_saves_per_erase(
    checkpoints: *const hingeline_checkpoints,
    state: *const hingeline_state,
    saves: *mut u32,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let checkpoints = shared::<Checkpoints<Driver>>(checkpoints)?;
        let each = Parts::of(state)?.with(|state| checkpoints.saves_per_erase(state));
        write(saves, each)
    })
}

/// Erases everything in the range: the device forgets what it has learnt.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_checkpoints_clear(checkpoints: *mut hingeline_checkpoints) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe { Ok(in_use::<Checkpoints<Driver>>(checkpoints)?.clear()?) })
}
