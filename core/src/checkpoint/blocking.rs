//! Checkpoints on a flash whose calls block.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;

use super::error::CheckpointError;
use super::log::{BUFFER, Geometry, Log, Operation, Step};
use super::save::{Clear, Outcome, Prepare, Save};
use super::scan::Scan;
use crate::state::{Restore, Source, State, load};

/// The newest state of a device in flash, safe against a power cut at any instant.
///
/// The range of flash consists of two regions, used in turn. Records are appended to one region until it is full; then
/// the other one is erased and used. A record that was cut off is skipped, and the one before it is still there, since
/// it is never in the region that is being erased. No word that reads as written is written again.
///
/// States that are saved together are found together: a tuple of references is one record.
///
/// # Cost
/// A save writes [`record_len`](crate::state::record_len) bytes, rounded up to the write size of the flash, and reads
/// them back. Every [`saves_per_erase`](Self::saves_per_erase) saves it erases a region first, which may take seconds;
/// call [`prepare`](Self::prepare) when there is time for it. Memory: 44 bytes on a 32-bit processor, in addition to
/// the flash driver. The page [`saving`](crate::guide::saving) lists the stack and the instructions for each core.
///
/// # What is asked of the flash
/// [`NorFlash`] of `embedded-storage` 0.3: an interrupted write may leave any bits in the words that it was to write,
/// an interrupted erase in the sectors that it was to erase, and nothing else changes. The flash reads and writes at
/// most 64 bytes at once. A word whose write was interrupted before any of its bits changed reads as erased, and is
/// written again. If reading a torn word causes a processor fault, as on a flash with error correction, the driver must
/// turn it into an `Err`; the record then does not count.
///
/// ```
/// use hingeline::checkpoint::{CheckpointError, Checkpoints};
/// use hingeline::{Constant, Hinge, Model, Sgd};
/// # use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
/// # struct Flash([u8; 8192]);
/// # impl ErrorType for Flash { type Error = core::convert::Infallible; }
/// # impl ReadNorFlash for Flash {
/// #     const READ_SIZE: usize = 1;
/// #     fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
/// #         bytes.copy_from_slice(&self.0[at as usize..][..bytes.len()]);
/// #         Ok(())
/// #     }
/// #     fn capacity(&self) -> usize { 8192 }
/// # }
/// # impl NorFlash for Flash {
/// #     const WRITE_SIZE: usize = 4;
/// #     const ERASE_SIZE: usize = 4096;
/// #     fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
/// #         self.0[from as usize..to as usize].fill(0xff);
/// #         Ok(())
/// #     }
/// #     fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Self::Error> {
/// #         self.0[at as usize..][..bytes.len()].copy_from_slice(bytes);
/// #         Ok(())
/// #     }
/// # }
/// # let mut flash = Flash([0xff; 8192]);
/// let mut model = Model::<3, 2>::new();
/// let mut sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.1 })?;
///
/// // At the start: two sectors of 4 kB.
/// let mut checkpoints = Checkpoints::open(&mut flash, 0..8192).unwrap();
/// match checkpoints.load(&mut (&mut model, &mut sgd)) {
///     Ok(_) => (),
///     Err(CheckpointError::Empty) => (), // the first start of all
///     Err(error) => panic!("{error}"),
/// }
///
/// // Now and then.
/// sgd.step(&mut model, &[1.0, 0.5], 2)?;
/// checkpoints.save(&(&model, &sgd)).unwrap();
/// assert_eq!(checkpoints.newest(), Some(1));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct Checkpoints<F> {
    flash: F,
    log: Log,
}

impl<F: NorFlash> Checkpoints<F> {
    /// Reads both regions of this range to find the newest record.
    ///
    /// # Errors
    /// [`CheckpointError::UnsuitableFlash`] unless the range is an even number of sectors of the flash, and for a flash
    /// that reads or writes more than 64 bytes at once. Flash that cannot be read is not an error: a record there does
    /// not count.
    pub fn open(flash: F, range: Range<u32>) -> Result<Self, CheckpointError<F::Error>> {
        let capacity = flash.capacity();
        Self::open_as(
            flash,
            Geometry { read: F::READ_SIZE, write: F::WRITE_SIZE, erase: F::ERASE_SIZE, capacity },
            range,
        )
    }

    /// [`open`](Self::open) for a flash whose sizes are known only at run time, such as a chip that reports them, or a
    /// driver in C: those of the trait are ignored.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn open_as(flash: F, geometry: Geometry, range: Range<u32>) -> Result<Self, CheckpointError<F::Error>> {
        let log = Log::new(geometry, range).ok_or(CheckpointError::UnsuitableFlash)?;
        let mut checkpoints = Self { flash, log };
        checkpoints.rescan()?;
        Ok(checkpoints)
    }

    /// The number of the newest record, counted from 1, if there is one.
    pub const fn newest(&self) -> Option<u32> {
        if self.log.newest.is_some() { Some(self.log.newest_sequence) } else { None }
    }

    /// Appends a state as the newest record; returns its number.
    ///
    /// # Errors
    /// [`CheckpointError::TooLong`], [`CheckpointError::Flash`], [`CheckpointError::NotAsWritten`],
    /// [`CheckpointError::Unreadable`], [`CheckpointError::OutOfNumbers`]. The newest record is then still there, and
    /// the next save reads what the flash holds before it writes.
    pub fn save<T: State + ?Sized>(&mut self, state: &T) -> Result<u32, CheckpointError<F::Error>> {
        self.rescan()?;
        let save = Save::new(&mut self.log, state)?;
        match self.run(save)? {
            Outcome::Saved(sequence) => Ok(sequence),
            Outcome::NotAsWritten => Err(CheckpointError::NotAsWritten),
        }
    }

    /// Restores the newest state; returns the number of its record.
    ///
    /// # Errors
    /// [`CheckpointError::Empty`] if there is none, [`CheckpointError::Refused`] if it is not one for this target,
    /// [`CheckpointError::Flash`] if it can no longer be read: the target is then unchanged.
    /// [`CheckpointError::Cleared`] if it could be read only once. After a failure, the next call reads both regions
    /// again: if the record cannot be read, it finds the previous one.
    pub fn load<T: Restore + ?Sized>(&mut self, target: &mut T) -> Result<u32, CheckpointError<F::Error>> {
        self.rescan()?;
        let (at, len) = self.log.newest.ok_or(CheckpointError::Empty)?;
        let mut record = Record { flash: &mut self.flash, log: &self.log, at, len };
        let result = load(target, &mut record, &mut [0; BUFFER]);
        // A record that can no longer be read does not count: the next call finds the one before it.
        self.log.known = result.is_ok();
        result?;
        Ok(self.log.newest_sequence)
    }

    /// Erases the region that does not hold the newest record, unless it is erased. Returns whether it erased.
    ///
    /// Without this call, the save that finds no room erases. Call it when there is time and
    /// [`is_erase_due`](Self::is_erase_due) returns true: an earlier call discards older records.
    ///
    /// # Errors
    /// [`CheckpointError::Flash`].
    pub fn prepare(&mut self) -> Result<bool, CheckpointError<F::Error>> {
        self.rescan()?;
        let prepare = Prepare::new(&self.log);
        let due = !prepare.is_done();
        self.run(prepare)?;
        Ok(due)
    }

    /// Whether the next save of this state has to erase a region first. After a failed call it may have to; this then
    /// returns true.
    pub fn is_erase_due<T: State + ?Sized>(&self, state: &T) -> bool {
        self.log.is_erase_due(state)
    }

    /// The number of records of this state that a region holds, and so the number of saves per erase of a region. 0 if
    /// it holds none.
    ///
    /// Two regions that endure 10,000 erases each last for 20,000 times as many saves.
    pub fn saves_per_erase<T: State + ?Sized>(&self, state: &T) -> u32 {
        self.log.records(state)
    }

    /// Erases both regions: nothing is found afterwards.
    ///
    /// The region with the newest record is erased last, so that after a power cut either that record is found or none.
    ///
    /// # Errors
    /// [`CheckpointError::Flash`].
    pub fn clear(&mut self) -> Result<(), CheckpointError<F::Error>> {
        self.rescan()?;
        let clear = Clear::new(&mut self.log);
        self.run(clear)?;
        self.rescan()
    }

    /// Returns the flash.
    pub fn release(self) -> F {
        self.flash
    }

    /// Reads what the flash holds, unless it is known.
    fn rescan(&mut self) -> Result<(), CheckpointError<F::Error>> {
        if self.log.known {
            return Ok(());
        }
        let scan = Scan::new(&mut self.log);
        self.run(scan)
    }

    fn run<O: Operation>(&mut self, mut operation: O) -> Result<O::Output, CheckpointError<F::Error>> {
        let mut buffer = [0; BUFFER];
        loop {
            match operation.next(&mut self.log, &mut buffer) {
                Step::Read { at, len } => {
                    let bytes = buffer.get_mut(..len).unwrap_or_default();
                    // Tries once more if it fails: what cannot be read does not count.
                    let read = self.flash.read(at, bytes).is_ok() || self.flash.read(at, bytes).is_ok();
                    operation.take(&mut self.log, read.then_some(bytes));
                }
                Step::Write { at, len } => {
                    let bytes = buffer.get(..len).unwrap_or_default();
                    self.flash.write(at, bytes).map_err(CheckpointError::Flash)?;
                }
                Step::Erase(range) => self.flash.erase(range.start, range.end).map_err(CheckpointError::Flash)?,
                Step::Done(output) => return Ok(output),
            }
        }
    }
}

/// The bytes of a record.
struct Record<'a, F> {
    flash: &'a mut F,
    log: &'a Log,
    at: u32,
    len: u32,
}

impl<F: NorFlash> Source for Record<'_, F> {
    type Error = F::Error;

    /// The buffer has 64 bytes, so every offset is a multiple of its length.
    fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, F::Error> {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        let len = self.len.saturating_sub(offset).min(buffer.len() as u32);
        if len == 0 {
            // The end need not be an offset from which this flash can read.
            return Ok(0);
        }
        let padded = self.log.padded(len) as usize;
        self.flash.read(self.at.saturating_add(offset), buffer.get_mut(..padded).unwrap_or_default())?;
        Ok(len as usize)
    }
}
