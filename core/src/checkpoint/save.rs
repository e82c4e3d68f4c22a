//! Appends a record to a log.

use super::log::{BUFFER, Buffer, Log, Operation, Step};
use super::scan::Verify;
use crate::state::{Encoder, Fault, State};

/// What becomes of a save that the flash did not refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The record has this number.
    Saved(u32),
    /// What was read back is not what was written.
    NotAsWritten,
}

/// Why a save cannot begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The record is longer than a region.
    TooLong,
    /// There are no more numbers.
    OutOfNumbers,
}

impl From<Fault> for Unfit {
    fn from(_: Fault) -> Self {
        Self::TooLong
    }
}

/// What comes next.
enum Stage {
    /// The region to be used has to be erased.
    Erase,
    Write,
    Verify(Verify),
}

/// Erases the other region if the active one is full, writes the record in pieces, its checksum in the last one, and reads it back.
pub(super) struct Save<'a, T: ?Sized> {
    encoder: Encoder<'a, T>,
    stage: Stage,
    sequence: u32,
    at: u32,
    written: u32,
}

impl<'a, T: State + ?Sized> Save<'a, T> {
    pub(super) fn new(log: &mut Log, state: &'a T) -> Result<Self, Unfit> {
        // That of erased flash is none.
        let sequence = log.sequence.checked_add(1).filter(|next| *next < u32::MAX).ok_or(Unfit::OutOfNumbers)?;
        let encoder = Encoder::numbered(state, sequence)?;
        let len = log.padded(encoder.record_len() as u32);
        if len > log.region_len() {
            return Err(Unfit::TooLong);
        }
        let stage = if log.has_room(len) { Stage::Write } else { Stage::Erase };
        let at = log.start_of(log.second).saturating_add(log.end);
        // Whoever breaks off from here on does not know what the flash holds.
        log.known = false;
        Ok(Self { encoder, stage, sequence, at, written: 0 })
    }

    /// The next piece of the record in the buffer, padded as the flash wants it.
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
        if let Stage::Erase = self.stage {
            let other = log.other();
            if !log.erased {
                // The next call is behind the erase.
                log.erased = true;
                return Step::Erase(other);
            }
            log.turn();
            (self.at, self.stage) = (other.start, Stage::Write);
        }
        if let Stage::Write = self.stage {
            if let Some(len) = self.piece(log, buffer) {
                let at = self.at.saturating_add(self.written);
                self.written = self.written.saturating_add(len as u32);
                return Step::Write { at, len };
            }
            self.stage = Stage::Verify(Verify::new(self.at, self.encoder.record_len() as u32));
        }
        let Stage::Verify(verify) = &self.stage else { return Step::Done(Outcome::NotAsWritten) };
        if let Some((at, len)) = verify.next(log) {
            return Step::Read { at, len };
        }
        if !verify.is_whole() {
            return Step::Done(Outcome::NotAsWritten);
        }
        log.end = log.end.saturating_add(self.written);
        log.newest = Some((self.at, self.encoder.record_len() as u32));
        (log.sequence, log.newest_sequence, log.known) = (self.sequence, self.sequence, true);
        Step::Done(Outcome::Saved(self.sequence))
    }

    fn take(&mut self, _: &mut Log, bytes: Option<&[u8]>) {
        if let Stage::Verify(verify) = &mut self.stage {
            verify.take(bytes);
        }
    }
}

/// Erases the region that is not active.
pub(super) struct Prepare {
    /// Whether the next call is behind the erase.
    erased: bool,
}

impl Prepare {
    pub(super) fn new() -> Self {
        Self { erased: false }
    }
}

impl Operation for Prepare {
    type Output = ();

    fn next(&mut self, log: &mut Log, _: &mut Buffer) -> Step<()> {
        if self.erased || log.erased {
            log.erased = true;
            return Step::Done(());
        }
        self.erased = true;
        Step::Erase(log.other())
    }

    fn take(&mut self, _: &mut Log, _: Option<&[u8]>) {}
}
