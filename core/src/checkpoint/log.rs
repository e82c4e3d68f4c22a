//! Where the records lie in flash, and what may be written next.

use core::ops::Range;

use crate::state::HEADER;

/// The bytes that are read or written at once.
pub(super) const BUFFER: usize = 64;
pub(super) type Buffer = [u8; BUFFER];

/// What a flash can do.
#[derive(Clone, Copy)]
pub(super) struct Geometry {
    pub(super) read: usize,
    pub(super) write: usize,
    pub(super) erase: usize,
    pub(super) capacity: usize,
}

/// Two regions of the same length, one behind the other, and what is known of them.
///
/// Records are appended to the active region. When it is full, the other one is erased and becomes the active one. So the newest record is
/// always in a region that is not being erased.
#[derive(Debug)]
pub(super) struct Log {
    start: u32,
    /// The length of one region.
    region: u32,
    /// What every offset and every length is a multiple of.
    unit: u32,
    /// Which region is the active one.
    pub(super) second: bool,
    /// Where the free space of the active region begins.
    pub(super) end: u32,
    /// Where the newest whole record begins, and its length.
    pub(super) newest: Option<(u32, u32)>,
    /// The highest number that a record has; below that of erased flash.
    pub(super) sequence: u32,
    /// The number of the newest whole record.
    pub(super) newest_sequence: u32,
    /// The other region was erased whole since the start.
    pub(super) erased: bool,
    /// No operation has been broken off since the regions were read.
    pub(super) known: bool,
}

impl Log {
    /// The log in this range, nothing of which is known. None for a range that cannot be erased in two halves, and for a flash that
    /// reads or writes more than the buffer at once.
    pub(super) fn new(flash: Geometry, range: Range<u32>) -> Option<Self> {
        let unit = flash.read.max(flash.write);
        let is_multiple = |value: usize, of: usize| value.checked_rem(of) == Some(0);
        let fits = [flash.read, flash.write].iter().all(|size| is_multiple(unit, *size))
            && is_multiple(BUFFER, unit)
            && is_multiple(flash.erase, unit);
        let region = range.end.checked_sub(range.start)? / 2;
        let whole = [range.start, range.end, region].iter().all(|at| is_multiple(*at as usize, flash.erase));
        let inside = range.end as usize <= flash.capacity && region > 0;
        (fits && whole && inside).then_some(Self {
            start: range.start,
            region,
            unit: unit as u32,
            second: true,
            end: region,
            newest: None,
            sequence: 0,
            newest_sequence: 0,
            erased: false,
            known: false,
        })
    }

    /// A length in whole units.
    pub(super) fn padded(&self, len: u32) -> u32 {
        len.checked_next_multiple_of(self.unit).unwrap_or(u32::MAX)
    }

    /// The bytes that hold a header: the first piece that is written of a record, and the least that one takes.
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

    /// The region that is not active.
    pub(super) const fn other(&self) -> Range<u32> {
        let from = self.start_of(!self.second);
        from..from.saturating_add(self.region)
    }

    /// Whether another record of this padded length has room in the active region.
    pub(super) const fn has_room(&self, len: u32) -> bool {
        len <= self.region.saturating_sub(self.end)
    }

    /// Makes the other region, which is erased, the active one.
    pub(super) fn turn(&mut self) {
        (self.second, self.end, self.erased) = (!self.second, 0, false);
    }
}

/// What is to be done with the flash next.
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

    /// The next step. Called again when it has been done; an operation of which a step failed to write or to erase is given up.
    fn next(&mut self, log: &mut Log, buffer: &mut Buffer) -> Step<Self::Output>;

    /// Takes what was read, or nothing if it could not be.
    fn take(&mut self, log: &mut Log, bytes: Option<&[u8]>);
}
