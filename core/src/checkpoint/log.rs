//! The places of the records in flash, and of the next write.

use core::ops::Range;

use crate::state::{HEADER, State, WORD, record_len};

/// The number of bytes read or written at once.
pub(super) const BUFFER: usize = 64;
pub(super) type Buffer = [u8; BUFFER];

/// The sizes of a flash, in bytes. The larger of the read size and the write size, or 4 if both are smaller, must be a
/// multiple of both and a divisor of 64 and of the sector size.
///
/// ```
/// use hingeline::checkpoint::Geometry;
///
/// // As a chip describes itself when it is asked.
/// let geometry = Geometry { read: 1, write: 4, erase: 4_096, capacity: 1 << 20 };
/// assert_eq!(geometry.capacity / geometry.erase, 256);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Geometry {
    /// The number of bytes read at once, at most 64.
    pub read: usize,
    /// The number of bytes written at once, at most 64.
    pub write: usize,
    /// The number of bytes erased at once: a sector.
    pub erase: usize,
    /// The size of the whole flash.
    pub capacity: usize,
}

/// Two regions of the same length, one after the other, and what is known about them.
///
/// Records are appended to the active region, which holds the newest one. When it is full, the other one is used; if that is full too, it is
/// erased first. So the newest record is never in a region that is being erased.
#[derive(Debug)]
pub(super) struct Log {
    start: u32,
    /// The length of one region.
    region: u32,
    /// Every offset and every length is a multiple of this.
    unit: u32,
    /// Where the free space of each region begins.
    ends: [u32; 2],
    /// Where the newest whole record begins, and its length.
    pub(super) newest: Option<(u32, u32)>,
    /// The highest number of a record; below that of erased flash.
    pub(super) sequence: u32,
    /// The number of the newest whole record.
    pub(super) newest_sequence: u32,
    /// Whether the second region is the active one.
    pub(super) second: bool,
    /// Whether no operation has been interrupted since the regions were read.
    pub(super) known: bool,
    /// Whether something could not be read.
    pub(super) unreadable: bool,
}

/// Where a record goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) second: bool,
    /// Whether the region has to be erased first.
    pub(super) erase: bool,
}

impl Log {
    /// The log in this range, about which nothing is known yet. `None` for a range that cannot be erased in two halves,
    /// and for a flash that reads or writes more than the buffer at once.
    pub(super) fn new(flash: Geometry, range: Range<u32>) -> Option<Self> {
        // No record starts or ends within a word.
        let unit = flash.read.max(flash.write).max(WORD);
        let is_multiple = |value: usize, of: usize| value.checked_rem(of) == Some(0);
        let fits = [flash.read, flash.write].iter().all(|size| is_multiple(unit, *size))
            && is_multiple(BUFFER, unit)
            && is_multiple(flash.erase, unit);
        let region = range.end.checked_sub(range.start)? / 2;
        let whole = [range.start, range.end, region].iter().all(|at| is_multiple(*at as usize, flash.erase));
        let inside = range.end as usize <= flash.capacity && region > 0;
        let mut log = Self {
            start: range.start,
            region,
            unit: unit as u32,
            ends: [0; 2],
            newest: None,
            sequence: 0,
            newest_sequence: 0,
            second: false,
            known: false,
            unreadable: false,
        };
        log.forget();
        (fits && whole && inside).then_some(log)
    }

    /// Forgets what was known.
    pub(super) fn forget(&mut self) {
        (self.ends, self.newest, self.sequence, self.newest_sequence) = ([self.region; 2], None, 0, 0);
        (self.second, self.known, self.unreadable) = (false, false, false);
    }

    pub(super) const fn unit(&self) -> u32 {
        self.unit
    }

    /// A length in whole units.
    pub(super) fn padded(&self, len: u32) -> u32 {
        len.checked_next_multiple_of(self.unit).unwrap_or(u32::MAX)
    }

    /// The number of bytes that hold a header: the first piece of a record to be written, and the least that a record
    /// takes.
    pub(super) fn head(&self) -> u32 {
        self.padded(HEADER as u32)
    }

    pub(super) const fn region_len(&self) -> u32 {
        self.region
    }

    /// Where a region begins.
    pub(super) const fn start_of(&self, second: bool) -> u32 {
        if second { self.start.saturating_add(self.region) } else { self.start }
    }

    pub(super) const fn range_of(&self, second: bool) -> Range<u32> {
        let from = self.start_of(second);
        from..from.saturating_add(self.region)
    }

    /// Where the free space of a region begins.
    pub(super) const fn end(&self, second: bool) -> u32 {
        let [first_end, second_end] = self.ends;
        if second { second_end } else { first_end }
    }

    pub(super) const fn set_end(&mut self, second: bool, end: u32) {
        let [first_end, second_end] = &mut self.ends;
        *(if second { second_end } else { first_end }) = end;
    }

    const fn has_room(&self, second: bool, len: u32) -> bool {
        len <= self.region.saturating_sub(self.end(second))
    }

    /// Where the next record of this padded length goes.
    pub(super) const fn place(&self, len: u32) -> Place {
        let in_other = self.has_room(!self.second, len);
        let second = if self.has_room(self.second, len) { self.second } else { !self.second };
        Place { second, erase: second != self.second && !in_other }
    }

    /// Whether a save of this state has to erase a region first, or may have to.
    pub(super) fn is_erase_due<T: State + ?Sized>(&self, state: &T) -> bool {
        !self.known || self.place(self.padded_record(state)).erase
    }

    /// How many records of this state a region holds.
    pub(super) fn records<T: State + ?Sized>(&self, state: &T) -> u32 {
        self.region.checked_div(self.padded_record(state)).unwrap_or_default()
    }

    fn padded_record<T: State + ?Sized>(&self, state: &T) -> u32 {
        self.padded(u32::try_from(record_len(state)).unwrap_or(u32::MAX))
    }
}

/// The next action on the flash.
pub(super) enum Step<T> {
    /// Read into the buffer.
    Read { at: u32, len: usize },
    /// Write from the buffer.
    Write { at: u32, len: usize },
    /// Erase this range.
    Erase(Range<u32>),
    /// Nothing more.
    Done(T),
}

/// An operation on a log, step by step, so that a driver may block or wait.
pub(super) trait Operation {
    type Output;

    /// The next step. This is called again when the step is done; an operation is abandoned if a write or an erase
    /// fails.
    fn next(&mut self, log: &mut Log, buffer: &mut Buffer) -> Step<Self::Output>;

    /// Takes the bytes read, or `None` if they could not be read.
    fn take(&mut self, log: &mut Log, bytes: Option<&[u8]>);
}
