//! Reads a log from its start to find its newest whole record and its free space.

use super::log::{BUFFER, Buffer, Log, Operation, Step};
use crate::state::{Checksum, HEADER, Header, WHOLE, WORD, checksum};

/// A record that is read from its start to its end.
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

    /// What to read next; nothing at the end, or if it could not be read.
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

/// What is read.
enum Reading {
    /// What may be a header.
    Header,
    /// The record behind a header.
    Record(Header, Verify),
}

/// Walks through both regions, from record to record.
///
/// # What is found in a region
/// Records one behind another, then free space. A record that was cut is passed over by the length in its header. The header is
/// written by itself: if it was cut, nothing lies behind it, and it is passed over alone. It has no word that reads as erased.
///
/// If a header cannot be read, the region takes no more.
pub(super) struct Scan {
    second: bool,
    /// In the region.
    at: u32,
    reading: Reading,
    done: bool,
}

impl Scan {
    /// Before the first region; forgets what was known.
    pub(super) fn new(log: &mut Log) -> Self {
        (log.second, log.end, log.newest) = (true, log.region_len(), None);
        (log.sequence, log.newest_sequence, log.erased, log.known) = (0, 0, false, false);
        Self { second: false, at: 0, reading: Reading::Header, done: false }
    }

    /// Goes on behind what was read.
    fn pass(&mut self, log: &mut Log, len: u32) {
        self.at = self.at.saturating_add(len);
        self.reading = Reading::Header;
        if log.region_len().saturating_sub(self.at) < log.head() {
            self.end_region(log, log.region_len());
        }
    }

    /// The free space of the region begins here.
    fn end_region(&mut self, log: &mut Log, end: u32) {
        let start = log.start_of(self.second);
        let is_own = |at: u32| at >= start && at.saturating_sub(start) < log.region_len();
        if log.newest.is_some_and(|(at, _)| is_own(at)) {
            (log.second, log.end) = (self.second, end);
        }
        if self.second {
            (self.done, log.known) = (true, true);
        }
        (self.second, self.at, self.reading) = (true, 0, Reading::Header);
    }

    /// A header cannot be read: nobody knows where the next one is, nor the numbers of those behind, which may be readable again one day.
    fn give_up_region(&mut self, log: &mut Log) {
        let most = log.region_len().checked_div(log.head()).unwrap_or_default();
        log.sequence = log.sequence.saturating_add(most);
        self.end_region(log, log.region_len());
    }

    fn take_header(&mut self, log: &mut Log, bytes: &[u8]) {
        if bytes.iter().all(|byte| *byte == 0xff) {
            self.end_region(log, self.at);
            return;
        }
        let rest = log.region_len().saturating_sub(self.at);
        match header_of(bytes) {
            Some(header) if log.padded(header.len) <= rest => {
                log.sequence = log.sequence.max(header.sequence);
                let at = log.start_of(self.second).saturating_add(self.at);
                self.reading = Reading::Record(header, Verify::new(at, header.len));
            }
            _ => self.pass(log, log.head()),
        }
    }
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
        if self.done {
            return Step::Done(());
        }
        if let Reading::Record(header, verify) = &self.reading {
            if let Some((at, len)) = verify.next(log) {
                return Step::Read { at, len };
            }
            let header = *header;
            // Of two with the same number, the one that is found last would be the one that was written last.
            if verify.is_whole() && (log.newest.is_none() || header.sequence >= log.newest_sequence) {
                let at = log.start_of(self.second).saturating_add(self.at);
                (log.newest, log.newest_sequence) = (Some((at, header.len)), header.sequence);
            }
            self.pass(log, log.padded(header.len));
            return self.next_header(log);
        }
        self.next_header(log)
    }

    fn take(&mut self, log: &mut Log, bytes: Option<&[u8]>) {
        match (&mut self.reading, bytes) {
            (Reading::Record(_, verify), bytes) => verify.take(bytes),
            (Reading::Header, Some(bytes)) => self.take_header(log, bytes),
            (Reading::Header, None) => self.give_up_region(log),
        }
    }
}

impl Scan {
    fn next_header(&self, log: &Log) -> Step<()> {
        if self.done {
            return Step::Done(());
        }
        Step::Read { at: log.start_of(self.second).saturating_add(self.at), len: log.head() as usize }
    }
}
