//! A flash in RAM, for tests and for an emulator.

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

const SECTOR: usize = 4_096;

/// Two sectors of 4 kB, which lose their contents when the power goes.
#[derive(Debug)]
pub struct RamFlash {
    bytes: [u8; Self::CAPACITY],
}

impl RamFlash {
    /// The bytes of both sectors.
    pub const CAPACITY: usize = 2 * SECTOR;

    /// All zeros, so that a `static` of it takes no flash. It is not erased, just as a real flash may not be at first.
    pub const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY] }
    }

    fn part(&mut self, at: u32, len: usize) -> Result<&mut [u8], NorFlashErrorKind> {
        let own = self.bytes.get_mut(at as usize..).and_then(|own| own.get_mut(..len));
        own.ok_or(NorFlashErrorKind::OutOfBounds)
    }
}

impl Default for RamFlash {
    fn default() -> Self {
        Self::new()
    }
}

impl ErrorType for RamFlash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for RamFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, at: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        bytes.copy_from_slice(self.part(at, bytes.len())?);
        Ok(())
    }

    fn capacity(&self) -> usize {
        Self::CAPACITY
    }
}

impl NorFlash for RamFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        self.part(from, to.saturating_sub(from) as usize)?.fill(0xff);
        Ok(())
    }

    fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        // Writing to flash clears bits, and sets none.
        self.part(at, bytes.len())?.iter_mut().zip(bytes).for_each(|(own, byte)| *own &= byte);
        Ok(())
    }
}
