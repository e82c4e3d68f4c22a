//! Memory between two inaccessible pages: a kernel that reads or writes beyond its slice ends the program there.

use mmap_rs::{Error, MmapMut, MmapNone, MmapOptions};

/// The position of a slice in its memory.
#[derive(Clone, Copy, Debug)]
pub enum Flush {
    /// It begins at the end of the page before it.
    Start,
    /// It ends at the start of the page after it.
    End,
}

/// Memory between two guard pages.
#[derive(Debug)]
pub struct Guarded {
    _before: MmapNone,
    memory: MmapMut,
    _behind: MmapNone,
}

impl Guarded {
    /// Maps memory for this many values.
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn new(values: usize) -> Result<Self, Error> {
        let page = MmapOptions::page_size();
        let size = (values * size_of::<f32>()).next_multiple_of(page).max(page);
        let mut before = MmapOptions::new(size + 2 * page)?.map_mut()?;
        let mut memory = before.split_off(page)?;
        let behind = memory.split_off(size)?;
        let guard = |page: MmapMut| page.make_none().map_err(|(_, error)| error);
        Ok(Self { _before: guard(before)?, memory, _behind: guard(behind)? })
    }

    /// This many values, at one end of the memory.
    ///
    /// # Panics
    /// If there are more than the memory was made for.
    pub fn values<T: bytemuck::Pod>(&mut self, count: usize, flush: Flush) -> &mut [T] {
        let all: &mut [T] = bytemuck::cast_slice_mut(&mut self.memory);
        match flush {
            Flush::Start => &mut all[..count],
            Flush::End => {
                let start = all.len() - count;
                &mut all[start..]
            }
        }
    }
}
