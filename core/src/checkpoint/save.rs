//! Appends a record to a log.

use super::log::{BUFFER, Buffer, Log, Operation, Place, Step};
use super::scan::Verify;
use crate::state::{Encoder, Fault, State};

/// The outcome of a save that the flash did not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The record has this number.
    Saved(u32),
    /// The data read back is not the data written.
    NotAsWritten,
}

/// Why a save cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The record is longer than a region.
    TooLong,
    /// There are no more numbers.
    OutOfNumbers,
    /// A part that cannot be read would have to be erased, and there is no other record.
    Unreadable,
}

impl From<Fault> for Unfit {
    fn from(_: Fault) -> Self {
        Self::TooLong
    }
}

/// The next stage.
enum Stage {
    /// The region to be used has to be erased.
    Erase,
    /// It has been erased.
    Erased,
    Write,
    Verify(Verify),
}

/// Erases the other region if there is no room, writes the record in pieces, with its checksum in the last one, and
/// reads it back.
pub(super) struct Save<'a, T: ?Sized> {
    encoder: Encoder<'a, T>,
    stage: Stage,
    second: bool,
    sequence: u32,
    written: u32,
}

impl<'a, T: State + ?Sized> Save<'a, T> {
    pub(super) fn new(log: &mut Log, state: &'a T) -> Result<Self, Unfit> {
        // The number that erased flash shows is not a valid one.
        let sequence = log.sequence.checked_add(1).filter(|next| *next < u32::MAX).ok_or(Unfit::OutOfNumbers)?;
        let encoder = Encoder::numbered(state, sequence)?;
        let len = log.padded(encoder.record_len() as u32);
        if len > log.region_len() {
            return Err(Unfit::TooLong);
        }
        let Place { second, erase } = log.place(len);
        if erase && log.newest.is_none() && log.unreadable {
            return Err(Unfit::Unreadable);
        }
        // From here on, if the operation is interrupted, the content of the flash is unknown.
        log.known = false;
        let stage = if erase { Stage::Erase } else { Stage::Write };
        Ok(Self { encoder, stage, second, sequence, written: 0 })
    }

    /// Where the record begins.
    fn start(&self, log: &Log) -> u32 {
        log.start_of(self.second).saturating_add(log.end(self.second))
    }

    /// The next piece of the record in the buffer, padded as the flash requires.
    fn piece(&mut self, log: &Log, buffer: &mut Buffer) -> Option<usize> {
        let most = if self.written == 0 { log.head() as usize } else { BUFFER };
        let piece = buffer.get_mut(..most)?;
        let filled = self.encoder.fill(piece);
        let len = log.padded(filled as u32) as usize;
        piece.get_mut(filled..len)?.fill(0xff);
        (filled > 0).then_some(len)
    }
}

impl<T: State + ?Sized> Operation for Save<'_, T> {
    type Output = Outcome;

    fn next(&mut self, log: &mut Log, buffer: &mut Buffer) -> Step<Outcome> {
        match self.stage {
            Stage::Erase => {
                self.stage = Stage::Erased;
                return Step::Erase(log.range_of(self.second));
            }
            Stage::Erased => {
                self.stage = Stage::Write;
                log.set_end(self.second, 0);
            }
            Stage::Write | Stage::Verify(_) => {}
        }
        let (start, len) = (self.start(log), self.encoder.record_len() as u32);
        if let Stage::Write = self.stage {
            if let Some(len) = self.piece(log, buffer) {
                let at = start.saturating_add(self.written);
                self.written = self.written.saturating_add(len as u32);
                return Step::Write { at, len };
            }
            self.stage = Stage::Verify(Verify::new(start, len));
        }
        let Stage::Verify(verify) = &self.stage else { return Step::Done(Outcome::NotAsWritten) };
        if let Some((at, len)) = verify.next(log) {
            return Step::Read { at, len };
        }
        if !verify.is_whole() {
            return Step::Done(Outcome::NotAsWritten);
        }
        log.set_end(self.second, log.end(self.second).saturating_add(self.written));
        (log.newest, log.second) = (Some((start, len)), self.second);
        (log.sequence, log.newest_sequence, log.known) = (self.sequence, self.sequence, true);
        Step::Done(Outcome::Saved(self.sequence))
    }

    fn take(&mut self, _: &mut Log, bytes: Option<&[u8]>) {
        if let Stage::Verify(verify) = &mut self.stage {
            verify.take(bytes);
        }
    }
}

/// Erases the region that is not active, unless it is already erased.
pub(super) struct Prepare {
    /// Whether it is erased.
    done: bool,
}

impl Prepare {
    pub(super) fn new(log: &Log) -> Self {
        Self { done: log.end(!log.second) == 0 }
    }

    /// Whether there is nothing to erase.
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }
}

impl Operation for Prepare {
    type Output = ();

    fn next(&mut self, log: &mut Log, _: &mut Buffer) -> Step<()> {
        let other = !log.second;
        if self.done {
            log.set_end(other, 0);
            return Step::Done(());
        }
        self.done = true;
        // Until it is erased, its content is unknown.
        log.set_end(other, log.region_len());
        Step::Erase(log.range_of(other))
    }

    fn take(&mut self, _: &mut Log, _: Option<&[u8]>) {}
}

/// Erases both regions, the one with the newest record last: until then, that record is found.
pub(super) struct Clear {
    erased: u8,
}

impl Clear {
    pub(super) fn new(log: &mut Log) -> Self {
        log.known = false;
        Self { erased: 0 }
    }
}

impl Operation for Clear {
    type Output = ();

    fn next(&mut self, log: &mut Log, _: &mut Buffer) -> Step<()> {
        self.erased = self.erased.saturating_add(1);
        match self.erased {
            1 => Step::Erase(log.range_of(!log.second)),
            2 => Step::Erase(log.range_of(log.second)),
            _ => Step::Done(()),
        }
    }

    fn take(&mut self, _: &mut Log, _: Option<&[u8]>) {}
}
