//! Checkpoints on a flash whose calls are awaited.

use core::ops::Range;

use embedded_storage_async::nor_flash::NorFlash;

use super::error::CheckpointError;
use super::log::{BUFFER, Buffer, Geometry, Log, Operation, Step};
use super::save::{Clear, Outcome, Prepare, Save};
use super::scan::Scan;
use crate::state::{Decoder, Fault, Reading, Restore, State};

/// [`Checkpoints`](super::Checkpoints) on a flash whose calls are awaited, through the async `NorFlash` of
/// `embedded-storage-async` 0.4. The flash holds the same bytes.
///
/// Dropping the future of a call has the effect of a power cut: the newest record is still there, and the next call
/// reads what the flash holds. A target whose restoring was dropped is as [`CheckpointError::Cleared`] describes.
///
/// ```
/// use embedded_storage_async::nor_flash::NorFlash;
/// use hingeline::checkpoint::{AsyncCheckpoints, CheckpointError};
/// use hingeline::Model;
///
/// async fn remember<F: NorFlash>(flash: F, model: &mut Model<7, 30>) -> Result<(), CheckpointError<F::Error>> {
///     let mut checkpoints = AsyncCheckpoints::open(flash, 0x10_0000..0x10_2000).await?;
///     match checkpoints.load(model).await {
///         Ok(_) | Err(CheckpointError::Empty) => (),
///         Err(error) => return Err(error),
///     }
///     checkpoints.save(&*model).await?;
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct AsyncCheckpoints<F> {
    flash: F,
    log: Log,
}

impl<F: NorFlash> AsyncCheckpoints<F> {
    /// As [`Checkpoints::open`](super::Checkpoints::open).
    ///
    /// # Errors
    /// The same errors.
    pub async fn open(flash: F, range: Range<u32>) -> Result<Self, CheckpointError<F::Error>> {
        let capacity = flash.capacity();
        let geometry = Geometry { read: F::READ_SIZE, write: F::WRITE_SIZE, erase: F::ERASE_SIZE, capacity };
        Self::open_as(flash, geometry, range).await
    }

    /// As [`Checkpoints::open_as`](super::Checkpoints::open_as).
    ///
    /// # Errors
    /// The same errors.
    pub async fn open_as(flash: F, geometry: Geometry, range: Range<u32>) -> Result<Self, CheckpointError<F::Error>> {
        let log = Log::new(geometry, range).ok_or(CheckpointError::UnsuitableFlash)?;
        let mut checkpoints = Self { flash, log };
        checkpoints.rescan().await?;
        Ok(checkpoints)
    }

    /// The number of the newest record, counted from 1, if there is one.
    pub const fn newest(&self) -> Option<u32> {
        if self.log.newest.is_some() { Some(self.log.newest_sequence) } else { None }
    }

    /// As [`Checkpoints::save`](super::Checkpoints::save).
    ///
    /// # Errors
    /// The same errors.
    pub async fn save<T: State + ?Sized>(&mut self, state: &T) -> Result<u32, CheckpointError<F::Error>> {
        self.rescan().await?;
        let save = Save::new(&mut self.log, state)?;
        match self.run(save).await? {
            Outcome::Saved(sequence) => Ok(sequence),
            Outcome::NotAsWritten => Err(CheckpointError::NotAsWritten),
        }
    }

    /// As [`Checkpoints::load`](super::Checkpoints::load).
    ///
    /// # Errors
    /// The same errors.
    pub async fn load<T: Restore + ?Sized>(&mut self, target: &mut T) -> Result<u32, CheckpointError<F::Error>> {
        self.rescan().await?;
        // Unless this succeeds, the next call reads what the flash holds.
        self.log.known = false;
        let result = self.load_newest(target).await;
        self.log.known = result.is_ok();
        result
    }

    async fn load_newest<T: Restore + ?Sized>(&mut self, target: &mut T) -> Result<u32, CheckpointError<F::Error>> {
        let (at, len) = self.log.newest.ok_or(CheckpointError::Empty)?;
        let mut reading = Reading::new(target);
        self.read_record(at, len, |bytes| reading.push(target, bytes, false)).await??;
        if !reading.is_whole() {
            return Err(CheckpointError::Refused(Fault::Truncated));
        }
        let sum = reading.sum();
        let mut decoder = Decoder::new(target);
        match self.read_record(at, len, |bytes| decoder.push(bytes)).await {
            Ok(Ok(())) => decoder.finish_if(|own| own == sum).map_err(|_| CheckpointError::Cleared)?,
            _ => return Err(CheckpointError::Cleared),
        }
        Ok(self.log.newest_sequence)
    }

    /// As [`Checkpoints::prepare`](super::Checkpoints::prepare).
    ///
    /// # Errors
    /// The same errors.
    pub async fn prepare(&mut self) -> Result<bool, CheckpointError<F::Error>> {
        self.rescan().await?;
        let prepare = Prepare::new(&self.log);
        let due = !prepare.is_done();
        self.run(prepare).await?;
        Ok(due)
    }

    /// As [`Checkpoints::is_erase_due`](super::Checkpoints::is_erase_due).
    pub fn is_erase_due<T: State + ?Sized>(&self, state: &T) -> bool {
        self.log.is_erase_due(state)
    }

    /// As [`Checkpoints::saves_per_erase`](super::Checkpoints::saves_per_erase).
    pub fn saves_per_erase<T: State + ?Sized>(&self, state: &T) -> u32 {
        self.log.records(state)
    }

    /// As [`Checkpoints::clear`](super::Checkpoints::clear).
    ///
    /// # Errors
    /// The same errors.
    pub async fn clear(&mut self) -> Result<(), CheckpointError<F::Error>> {
        self.rescan().await?;
        let clear = Clear::new(&mut self.log);
        self.run(clear).await?;
        self.rescan().await
    }

    /// Returns the flash.
    pub fn release(self) -> F {
        self.flash
    }

    async fn rescan(&mut self) -> Result<(), CheckpointError<F::Error>> {
        if self.log.known {
            return Ok(());
        }
        let scan = Scan::new(&mut self.log);
        self.run(scan).await
    }

    async fn run<O: Operation>(&mut self, mut operation: O) -> Result<O::Output, CheckpointError<F::Error>> {
        let mut buffer = [0; BUFFER];
        loop {
            match operation.next(&mut self.log, &mut buffer) {
                Step::Read { at, len } => {
                    let bytes = buffer.get_mut(..len).unwrap_or_default();
                    // Tries once more if it fails: what cannot be read does not count.
                    let read = self.flash.read(at, bytes).await.is_ok() || self.flash.read(at, bytes).await.is_ok();
                    operation.take(&mut self.log, read.then_some(bytes));
                }
                Step::Write { at, len } => {
                    let bytes = buffer.get(..len).unwrap_or_default();
                    self.flash.write(at, bytes).await.map_err(CheckpointError::Flash)?;
                }
                Step::Erase(range) => self.flash.erase(range.start, range.end).await.map_err(CheckpointError::Flash)?,
                Step::Done(output) => return Ok(output),
            }
        }
    }

    /// Reads a record to its end, or until its bytes are refused.
    async fn read_record(
        &mut self,
        at: u32,
        len: u32,
        mut take: impl FnMut(&[u8]) -> Result<(), Fault>,
    ) -> Result<Result<(), CheckpointError<F::Error>>, CheckpointError<F::Error>> {
        let mut buffer: Buffer = [0; BUFFER];
        let mut offset = 0_u32;
        while offset < len {
            let rest = len.saturating_sub(offset).min(BUFFER as u32);
            let bytes = buffer.get_mut(..self.log.padded(rest) as usize).unwrap_or_default();
            self.flash.read(at.saturating_add(offset), bytes).await.map_err(CheckpointError::Flash)?;
            if let Err(fault) = take(bytes.get(..rest as usize).unwrap_or_default()) {
                return Ok(Err(CheckpointError::Refused(fault)));
            }
            offset = offset.saturating_add(rest);
        }
        Ok(Ok(()))
    }
}
