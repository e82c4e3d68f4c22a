//! A NOR flash in memory, of which the power can be cut at any word.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

/// What a flash refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashError {
    /// There is no power.
    NoPower,
    /// A fault was planted at this place.
    Planted,
    /// The caller broke a rule.
    Rule(NorFlashErrorKind),
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl fmt::Display for FlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A range that cannot be read, from its start to behind its end.
pub type Unreadable = Rc<Cell<Option<(u32, u32)>>>;

/// A flash that reads, writes and erases in units of so many bytes.
///
/// Bits only fall, until an erase. A cut in the middle of a write leaves any bits in the word at which it came and, as a driver may write several
/// at once, perhaps in the others of the same call; a cut in the middle of an erase in the sectors of the call.
#[derive(Clone, Debug)]
pub struct SimulatedFlash<const READ: usize, const WRITE: usize, const ERASE: usize> {
    bytes: Vec<u8>,
    /// The words that were written since they were erased.
    written: Vec<bool>,
    /// Words written and sectors erased.
    operations: usize,
    /// The words and sectors until the power is cut.
    left: Option<usize>,
    erases: usize,
    unreadable: Unreadable,
    rng: XorShiftRng,
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> SimulatedFlash<READ, WRITE, ERASE> {
    /// An erased flash.
    pub fn new(capacity: usize) -> Self {
        let rng = XorShiftRng::seed_from_u64(1);
        let (bytes, written) = (vec![0xff; capacity], vec![false; capacity / WRITE]);
        Self { bytes, written, operations: 0, left: None, erases: 0, unreadable: Unreadable::default(), rng }
    }

    /// Cuts the power in the middle of the operation that comes after so many words and sectors.
    pub fn cut_after(&mut self, operations: usize, seed: u64) {
        (self.left, self.rng) = (Some(operations), XorShiftRng::seed_from_u64(seed));
    }

    /// The power is back.
    pub fn restore(&mut self) {
        self.left = None;
    }

    /// The words written and the sectors erased so far.
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// The sectors erased so far.
    pub fn erases(&self) -> usize {
        self.erases
    }

    /// What cannot be read, to be set while somebody else has the flash.
    pub fn unreadable(&self) -> Unreadable {
        Rc::clone(&self.unreadable)
    }

    /// Whatever is in it.
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Whether there is power for another word or sector; the cut comes when there is not.
    fn goes_on(&mut self) -> Result<bool, FlashError> {
        match &mut self.left {
            None => Ok(true),
            // Behind the cut.
            Some(usize::MAX) => Err(FlashError::NoPower),
            Some(0) => {
                self.left = Some(usize::MAX);
                Ok(false)
            }
            Some(left) => {
                *left -= 1;
                Ok(true)
            }
        }
    }

    /// What a cut leaves behind of a byte that was to become another.
    fn torn(&mut self, how: u32, before: u8, after: u8) -> u8 {
        let any = self.rng.next_u32() as u8;
        match how % 5 {
            0 => before,
            1 => after,
            2 => before & (after | any),
            3 => after | any,
            _ => any,
        }
    }
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> ErrorType for SimulatedFlash<READ, WRITE, ERASE> {
    type Error = FlashError;
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> ReadNorFlash for SimulatedFlash<READ, WRITE, ERASE> {
    const READ_SIZE: usize = READ;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        check_read(self, offset, bytes.len()).map_err(FlashError::Rule)?;
        if self.left == Some(usize::MAX) {
            return Err(FlashError::NoPower);
        }
        let range = offset..offset + bytes.len() as u32;
        if self.unreadable.get().is_some_and(|(from, to)| from < range.end && range.start < to) {
            return Err(FlashError::Planted);
        }
        bytes.copy_from_slice(&self.bytes[range.start as usize..range.end as usize]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> NorFlash for SimulatedFlash<READ, WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        check_erase(self, from, to).map_err(FlashError::Rule)?;
        let (mut from, to) = (from as usize, to as usize);
        while from < to {
            if !self.goes_on()? {
                let (how, len) =
                    (self.rng.next_u32(), if self.rng.next_u32().is_multiple_of(2) { ERASE } else { to - from });
                for at in from..from + len {
                    self.bytes[at] = self.torn(how, self.bytes[at], 0xff);
                }
                // A word that reads as erased is taken for one.
                for (word, written) in self.bytes.chunks(WRITE).zip(&mut self.written) {
                    *written &= word.iter().any(|byte| *byte != 0xff);
                }
                return Err(FlashError::NoPower);
            }
            self.bytes[from..from + ERASE].fill(0xff);
            self.written[from / WRITE..(from + ERASE) / WRITE].fill(false);
            (self.operations, self.erases) = (self.operations + 1, self.erases + 1);
            from += ERASE;
        }
        Ok(())
    }

    /// # Panics
    /// If a word is written twice.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        check_write(self, offset, bytes.len()).map_err(FlashError::Rule)?;
        let first = offset as usize / WRITE;
        for (index, word) in bytes.chunks(WRITE).enumerate() {
            let place = first + index;
            assert!(!self.written[place], "the word at {} is written twice", place * WRITE);
            if !self.goes_on()? {
                let words = if self.rng.next_u32().is_multiple_of(2) { 1 } else { bytes.len() / WRITE - index };
                for (place, word) in (place..place + words).zip(bytes.chunks(WRITE).skip(index)) {
                    let how = self.rng.next_u32();
                    for (at, after) in (place * WRITE..).zip(word) {
                        self.bytes[at] = self.torn(how, self.bytes[at], *after);
                    }
                    self.written[place] = self.bytes[place * WRITE..][..WRITE].iter().any(|byte| *byte != 0xff);
                }
                return Err(FlashError::NoPower);
            }
            for (own, new) in self.bytes[place * WRITE..].iter_mut().zip(word) {
                *own &= new;
            }
            self.written[place] = true;
            self.operations += 1;
        }
        Ok(())
    }
}

/// The same flash with calls that are awaited: each gives way once before it does anything.
#[derive(Clone, Debug)]
pub struct Awaited<F>(pub F);

impl<F: ErrorType> embedded_storage_async::nor_flash::ErrorType for Awaited<F>
where
    F::Error: embedded_storage_async::nor_flash::NorFlashError,
{
    type Error = F::Error;
}

impl<F: ReadNorFlash> embedded_storage_async::nor_flash::ReadNorFlash for Awaited<F>
where
    F::Error: embedded_storage_async::nor_flash::NorFlashError,
{
    const READ_SIZE: usize = F::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), F::Error> {
        give_way().await;
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl<F: NorFlash> embedded_storage_async::nor_flash::NorFlash for Awaited<F>
where
    F::Error: embedded_storage_async::nor_flash::NorFlashError,
{
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), F::Error> {
        give_way().await;
        self.0.erase(from, to)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), F::Error> {
        give_way().await;
        self.0.write(offset, bytes)
    }
}

/// Is ready when it is asked for the second time.
async fn give_way() {
    let mut asked = false;
    poll_fn(|_| {
        let ready = mem::replace(&mut asked, true);
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Polls a future at most so often; None if it is not ready then.
pub fn poll_for<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    })
}
