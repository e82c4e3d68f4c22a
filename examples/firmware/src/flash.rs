//! A NOR flash in RAM whose power can fail. The driver of your board takes its place.

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

const SECTOR: usize = 1_024;
pub(crate) const CAPACITY: usize = 4 * SECTOR;

/// The contents, and the time until the power fails.
#[derive(Debug)]
pub(crate) struct Flash {
    bytes: [u8; CAPACITY],
    /// The words and sectors that can be changed before the power fails.
    pub(crate) left: u32,
    pub(crate) erases: u32,
    noise: u32,
}

impl Flash {
    pub(crate) const fn new() -> Self {
        // All zeros, so that the initial value takes no flash; not erased, as a real flash may be at first.
        Self { bytes: [0; CAPACITY], left: 0, erases: 0, noise: 0 }
    }

    /// Counts a word or a sector; at the last one the power fails and leaves arbitrary bits behind.
    fn change(
        &mut self,
        at: usize,
        len: usize,
        mut byte: impl FnMut(usize, u8) -> u8,
    ) -> Result<(), NorFlashErrorKind> {
        let fails = self.left == 0;
        self.left = self.left.saturating_sub(1);
        let own = self.bytes.get_mut(at..at + len).ok_or(NorFlashErrorKind::OutOfBounds)?;
        for (index, own) in own.iter_mut().enumerate() {
            self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *own = if fails { (self.noise >> 24) as u8 } else { byte(index, *own) };
        }
        if fails { Err(NorFlashErrorKind::Other) } else { Ok(()) }
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let own = self.bytes.get(offset as usize..).and_then(|own| own.get(..bytes.len()));
        bytes.copy_from_slice(own.ok_or(NorFlashErrorKind::OutOfBounds)?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        CAPACITY
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        for at in (from as usize..to as usize).step_by(SECTOR) {
            self.change(at, SECTOR, |_, _| 0xff)?;
            self.erases += 1;
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        for (at, word) in (offset as usize..).step_by(4).zip(bytes.as_chunks::<4>().0) {
            self.change(at, 4, |index, before| before & word[index])?;
        }
        Ok(())
    }
}
