//! Reads a log from its start to find its newest whole record and its free space.

use super::log::{BUFFER, Buffer, Log, Operation, Step};
use crate::state::{Checksum, HEADER, Header, WHOLE, WORD, checksum};

/// A record that is being read from its start to its end.
pub(super) struct Verify {
    at: u32,
    len: u32,
    read: u32,
    checksum: Checksum,
    readable: bool,
}

impl Verify {
    pub(super) fn new(at: u32, len: u32) -> Self {
        Self { at, len, read: 0, checksum: checksum(), readable: true }
    }

    /// The next bytes to read; `None` at the end, or if they could not be read.
    pub(super) fn next(&self, log: &Log) -> Option<(u32, usize)> {
        let rest = self.len.saturating_sub(self.read);
        let len = log.padded(rest.min(BUFFER as u32));
        (rest > 0 && self.readable).then_some((self.at.saturating_add(self.read), len as usize))
    }

    pub(super) fn take(&mut self, bytes: Option<&[u8]>) {
        let rest = self.len.saturating_sub(self.read) as usize;
        match bytes {
            Some(bytes) => {
                let own = bytes.get(..rest).unwrap_or(bytes);
                self.checksum.update(own);
                self.read = self.read.saturating_add(own.len() as u32);
            }
            None => self.readable = false,
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        self.readable && self.read == self.len && self.checksum.clone().finalize() == WHOLE
    }
}

/// The object being read.
enum Reading {
    /// Bytes that may be a header.
    Header,
    /// The record of a header.
    Record(Header, Verify),
    /// Bytes that may be free space, up to here.
    Blank(u32),
}

/// Walks through both regions, from record to record.
///
/// # What is found in a region
/// Records one after another, then free space. A record that was cut off is skipped by the length in its header. The
/// header is written separately, and has no word that reads as erased; if it was cut off or cannot be read, the walk
/// continues unit by unit until it finds the next one. Space is free if everything up to the end of the region reads as
/// erased.
pub(super) struct Scan {
    second: bool,
    /// The offset in the region.
    at: u32,
    reading: Reading,
    /// The count of headers that could not be read: each may have a number that is not known.
    hidden: u32,
    done: bool,
}

impl Scan {
    /// A scan before the first region; forgets what was known.
    pub(super) fn new(log: &mut Log) -> Self {
        log.forget();
        Self { second: false, at: 0, reading: Reading::Header, hidden: 0, done: false }
    }

    /// The current place in the flash.
    fn place(&self, log: &Log) -> u32 {
        log.start_of(self.second).saturating_add(self.at)
    }

    /// Continues after the bytes read.
    fn pass(&mut self, log: &mut Log, len: u32) {
        self.at = self.at.saturating_add(len);
        self.reading = Reading::Header;
        if log.region_len().saturating_sub(self.at) < log.head() {
            self.end_region(log, log.region_len());
        }
    }

    /// Sets the start of the free space of the region.
    fn end_region(&mut self, log: &mut Log, end: u32) {
        log.set_end(self.second, end);
        if self.second {
            log.sequence = log.sequence.saturating_add(self.hidden);
            // Nothing is known of a flash that could not be read.
            (self.done, log.known) = (true, log.newest.is_some() || !log.unreadable);
        }
        (self.second, self.at, self.reading) = (true, 0, Reading::Header);
    }

    fn take_header(&mut self, log: &mut Log, bytes: &[u8]) {
        if is_erased(bytes) {
            self.reading = Reading::Blank(self.at);
            return;
        }
        let rest = log.region_len().saturating_sub(self.at);
        match header_of(bytes) {
            Some(header) if log.padded(header.len) <= rest => {
                log.sequence = log.sequence.max(header.sequence);
                self.reading = Reading::Record(header, Verify::new(self.place(log), header.len));
            }
            _ => self.pass(log, log.unit()),
        }
    }

    /// Takes a record that has been read to its end, or could not be.
    fn take_record(&mut self, log: &mut Log, header: Header, whole: bool) {
        // Of two records with the same number, the later one is the newer one.
        if whole && (log.newest.is_none() || header.sequence >= log.newest_sequence) {
            (log.newest, log.newest_sequence) = (Some((self.place(log), header.len)), header.sequence);
            log.second = self.second;
        }
        self.pass(log, log.padded(header.len));
    }

    fn take_blank(&mut self, log: &mut Log, from: u32, bytes: &[u8]) {
        match bytes.iter().position(|byte| *byte != 0xff) {
            // Not free: the walk continues there.
            Some(index) => {
                let units = (index as u32).checked_div(log.unit()).unwrap_or_default();
                self.at = from;
                self.pass(log, units.saturating_mul(log.unit()));
            }
            None => {
                let next = from.saturating_add(bytes.len() as u32);
                self.reading = Reading::Blank(next);
                if next >= log.region_len() {
                    self.end_region(log, self.at);
                }
            }
        }
    }
}

fn is_erased(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0xff)
}

fn header_of(bytes: &[u8]) -> Option<Header> {
    let mut words = [0; HEADER / WORD];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    Header::parse(words).ok()
}

impl Operation for Scan {
    type Output = ();

    fn next(&mut self, log: &mut Log, _: &mut Buffer) -> Step<()> {
        if let Reading::Record(header, verify) = &self.reading {
            if let Some((at, len)) = verify.next(log) {
                return Step::Read { at, len };
            }
            let (header, whole) = (*header, verify.is_whole());
            self.take_record(log, header, whole);
        }
        if self.done {
            return Step::Done(());
        }
        if let Reading::Blank(from) = self.reading {
            let len = log.region_len().saturating_sub(from).min(BUFFER as u32) as usize;
            return Step::Read { at: log.start_of(self.second).saturating_add(from), len };
        }
        Step::Read { at: self.place(log), len: log.head() as usize }
    }

    fn take(&mut self, log: &mut Log, bytes: Option<&[u8]>) {
        log.unreadable |= bytes.is_none();
        match (&mut self.reading, bytes) {
            (Reading::Record(_, verify), bytes) => verify.take(bytes),
            (Reading::Header, Some(bytes)) => self.take_header(log, bytes),
            (Reading::Header, None) => {
                self.hidden = self.hidden.saturating_add(1);
                self.pass(log, log.unit());
            }
            (Reading::Blank(from), Some(bytes)) => {
                let from = *from;
                self.take_blank(log, from, bytes);
            }
            // Treated as a header, unit by unit.
            (Reading::Blank(from), None) => {
                self.at = *from;
                self.reading = Reading::Header;
            }
        }
    }
}
