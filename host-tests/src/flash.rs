//! A NOR flash in memory whose power can be cut at any word.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

/// The errors of a flash.
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

/// The power of a flash: the number of words and sectors until it is cut.
#[derive(Clone, Debug, Default)]
pub struct Power(Rc<Cell<Option<usize>>>);

impl Power {
    /// The value after the cut.
    const GONE: usize = usize::MAX;

    /// Cuts the power in the middle of the operation that follows this many words and sectors.
    pub fn cut_after(&self, operations: usize) {
        self.0.set(Some(operations));
    }

    /// Restores the power.
    pub fn restore(&self) {
        self.0.set(None);
    }

    fn is_gone(&self) -> bool {
        self.0.get() == Some(Self::GONE)
    }

    /// Whether there is power for another word or sector. If there is not, the cut happens now.
    fn goes_on(&self) -> Result<bool, FlashError> {
        let (left, goes_on) = match self.0.get() {
            None => (None, true),
            Some(Self::GONE) => return Err(FlashError::NoPower),
            Some(0) => (Some(Self::GONE), false),
            Some(left) => (Some(left - 1), true),
        };
        self.0.set(left);
        Ok(goes_on)
    }
}

/// A range that cannot be read: its start and its exclusive end.
pub type Unreadable = Rc<Cell<Option<(u32, u32)>>>;

/// A flash that reads, writes and erases in units of this many bytes.
///
/// Bits only fall until an erase. A cut in the middle of a write leaves arbitrary bits in the current word and perhaps
/// in the other words of the same call, since a driver may write several at once. A cut in the middle of an erase
/// leaves arbitrary bits in sectors of the call.
#[derive(Debug)]
pub struct SimulatedFlash<const READ: usize, const WRITE: usize, const ERASE: usize> {
    bytes: Vec<u8>,
    /// Whether each word was written since it was erased.
    written: Vec<bool>,
    /// The words written and sectors erased.
    operations: usize,
    power: Power,
    erases: usize,
    unreadable: Unreadable,
    /// A word that cannot be written.
    stuck: Option<usize>,
    rng: XorShiftRng,
}

impl<const READ: usize, const WRITE: usize, const ERASE: usize> SimulatedFlash<READ, WRITE, ERASE> {
    /// An erased flash.
    pub fn new(capacity: usize) -> Self {
        let rng = XorShiftRng::seed_from_u64(1);
        let (bytes, written) = (vec![0xff; capacity], vec![false; capacity / WRITE]);
        Self {
            bytes,
            written,
            operations: 0,
            power: Power::default(),
            stuck: None,
            erases: 0,
            unreadable: Unreadable::default(),
            rng,
        }
    }

    /// Cuts the power in the middle of the operation that follows this many words and sectors.
    pub fn cut_after(&mut self, operations: usize, seed: u64) {
        self.power.cut_after(operations);
        self.rng = XorShiftRng::seed_from_u64(seed);
    }

    /// Restores the power.
    pub fn restore(&mut self) {
        self.power.restore();
    }

    /// The power, which can be cut and restored while other code owns the flash.
    pub fn power(&self) -> Power {
        self.power.clone()
    }

    /// From now on, writes leave this word unchanged.
    pub fn make_stuck(&mut self, word: usize) {
        self.stuck = Some(word);
    }

    /// The words written and the sectors erased so far.
    pub fn operations(&self) -> usize {
        self.operations
    }

    /// The sectors erased so far.
    pub fn erases(&self) -> usize {
        self.erases
    }

    /// The unreadable range, which can be set while other code owns the flash.
    pub fn unreadable(&self) -> Unreadable {
        Rc::clone(&self.unreadable)
    }

    /// The contents.
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// A torn word that reads as erased counts as not written.
    fn take_torn(&mut self, words: Range<usize>) {
        for place in words {
            self.written[place] = self.bytes[place * WRITE..][..WRITE].iter().any(|byte| *byte != 0xff);
        }
    }

    /// The value that a cut leaves in a byte that was about to change.
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

/// A copy has its own power and faults.
impl<const READ: usize, const WRITE: usize, const ERASE: usize> Clone for SimulatedFlash<READ, WRITE, ERASE> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            written: self.written.clone(),
            power: Power(Rc::new(Cell::new(self.power.0.get()))),
            unreadable: Rc::new(Cell::new(self.unreadable.get())),
            rng: self.rng.clone(),
            ..*self
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
        if self.power.is_gone() {
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
        let (start, to) = (from as usize, to as usize);
        let mut from = start;
        while from < to {
            if !self.power.goes_on()? {
                // This sector only, this sector and those that follow, or all sectors of the call.
                let torn = match self.rng.next_u32() % 3 {
                    0 => from..from + ERASE,
                    1 => from..to,
                    _ => start..to,
                };
                let how = self.rng.next_u32();
                for at in torn.clone() {
                    self.bytes[at] = self.torn(how, self.bytes[at], 0xff);
                }
                self.take_torn(torn.start / WRITE..torn.end / WRITE);
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
            if !self.power.goes_on()? {
                // This word only, this word and those that follow, or all words of the call.
                let torn = match self.rng.next_u32() % 3 {
                    0 => index..index + 1,
                    1 => index..bytes.len() / WRITE,
                    _ => 0..bytes.len() / WRITE,
                };
                for index in torn {
                    let how = self.rng.next_u32();
                    let word = &bytes[index * WRITE..][..WRITE];
                    for (at, after) in ((first + index) * WRITE..).zip(word) {
                        self.bytes[at] = self.torn(how, self.bytes[at], *after);
                    }
                    self.take_torn(first + index..first + index + 1);
                }
                return Err(FlashError::NoPower);
            }
            if self.stuck != Some(place) {
                for (own, new) in self.bytes[place * WRITE..].iter_mut().zip(word) {
                    *own &= new;
                }
            }
            self.written[place] = true;
            self.operations += 1;
        }
        Ok(())
    }
}

/// The same flash with asynchronous calls. Each yields before every word and sector, so that a dropped call has done a
/// part of its work.
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
        for sector in (from..to).step_by(F::ERASE_SIZE) {
            give_way().await;
            self.0.erase(sector, sector + F::ERASE_SIZE as u32)?;
        }
        Ok(())
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), F::Error> {
        for (at, word) in (offset..).step_by(F::WRITE_SIZE).zip(bytes.chunks(F::WRITE_SIZE)) {
            give_way().await;
            self.0.write(at, word)?;
        }
        Ok(())
    }
}

/// Becomes ready when it is polled for the second time.
async fn give_way() {
    let mut asked = false;
    poll_fn(|_| {
        let ready = mem::replace(&mut asked, true);
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Polls a future at most this many times; `None` if it is not ready by then.
pub fn poll_for<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    })
}
