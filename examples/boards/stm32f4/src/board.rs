//! What differs between a board and an emulator: the logger, the flash, and the end of the program.

#[cfg(not(feature = "qemu"))]
pub(crate) use hardware::*;
#[cfg(feature = "qemu")]
pub(crate) use qemu::*;

#[cfg(not(feature = "qemu"))]
mod hardware {
    use core::ops::Range;

    use defmt_rtt as _; // the logger
    use hingeline::checkpoint::{CheckpointError, Checkpoints};
    use static_cell::StaticCell;
    use stm32f4xx_hal::flash::{Error, FlashExt, UnlockedFlash};
    use stm32f4xx_hal::pac::FLASH;

    pub(crate) type Storage = UnlockedFlash<'static>;

    /// Sectors 10 and 11, of 128 kB each, where `memory.x` places nothing.
    const CHECKPOINTS: Range<u32> = 0xc_0000..0x10_0000;

    static OWNED: StaticCell<FLASH> = StaticCell::new();

    /// Opens the checkpoints; the flash stays unlocked.
    pub(crate) fn checkpoints(flash: FLASH) -> Result<Checkpoints<Storage>, CheckpointError<Error>> {
        Checkpoints::open(OWNED.init(flash).unlocked(), CHECKPOINTS)
    }

    /// A board continues.
    pub(crate) fn compared(_checksum: u64) {}
}

#[cfg(feature = "qemu")]
mod qemu {
    use defmt_semihosting as _; // the logger
    use embedded_storage::nor_flash::NorFlashErrorKind;
    use hingeline::checkpoint::{CheckpointError, Checkpoints};
    use hingeline_wearer::{CHECKSUM, RamFlash};
    use static_cell::ConstStaticCell;
    use stm32f4xx_hal::pac::FLASH;

    pub(crate) type Storage = &'static mut RamFlash;

    static OWNED: ConstStaticCell<RamFlash> = ConstStaticCell::new(RamFlash::new());

    /// QEMU does not emulate the flash controller of this chip.
    pub(crate) fn checkpoints(_flash: FLASH) -> Result<Checkpoints<Storage>, CheckpointError<NorFlashErrorKind>> {
        Checkpoints::open(OWNED.take(), 0..RamFlash::CAPACITY as u32)
    }

    /// Exits with status 0 if the weights are those of the desktop. The log goes to standard output as frames, so text
    /// goes to standard error.
    pub(crate) fn compared(checksum: u64) {
        semihosting::eprintln!("weights {checksum:016x}");
        semihosting::process::exit(i32::from(checksum != CHECKSUM))
    }
}
