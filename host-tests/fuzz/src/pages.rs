//! Memory between two pages that nobody may touch: a kernel that reads or writes beyond its slice ends the program there.

use mmap_rs::{Error, MmapMut, MmapNone, MmapOptions};

/// Where in its memory a slice lies.
#[derive(Clone, Copy, Debug)]
pub enum Flush {
    /// It begins where the page before it ends.
    Start,
    /// It ends where the page behind it begins.
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
    /// For so many values.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(values: usize) -> Result<Self, Error> {
        let page = MmapOptions::page_size();
        let size = (values * size_of::<f32>()).next_multiple_of(page).max(page);
        let mut before = MmapOptions::new(size + 2 * page)?.map_mut()?;
        let mut memory = before.split_off(page)?;
        let behind = memory.split_off(size)?;
        let guard = |page: MmapMut| page.make_none().map_err(|(_, error)| error);
        Ok(Self { _before: guard(before)?, memory, _behind: guard(behind)? })
    }

    /// So many values, at one end of the memory.
    ///
    /// # Panics
    /// If there are more than the memory was made for.
    pub fn values(&mut self, count: usize, flush: Flush) -> &mut [f32] {
        let all: &mut [f32] = bytemuck::cast_slice_mut(&mut self.memory);
        match flush {
            Flush::Start => &mut all[..count],
            Flush::End => {
                let start = all.len() - count;
                &mut all[start..]
            }
        }
    }
}
