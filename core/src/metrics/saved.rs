//! The words of a confusion matrix in a record.

use super::confusion::Confusion;
use crate::state::{Fault, Part, kind};

/// The counts, row after row.
impl Part for Confusion<'_> {
    const KIND: u32 = kind::CONFUSION;
    type Seen = ();

    fn record_shape(&self) -> [u32; 2] {
        [self.classes() as u32; 2]
    }

    fn record_words(&self) -> usize {
        self.counts().len()
    }

    fn word(&self, index: usize) -> u32 {
        self.counts().get(index).copied().unwrap_or_default()
    }

    fn unseen(&self) {}

    fn see(&self, _: &mut (), _: usize, _: u32) -> Result<(), Fault> {
        Ok(())
    }

    fn whole(&self, (): &()) -> Result<(), Fault> {
        Ok(())
    }

    fn set(&mut self, index: usize, word: u32) {
        if let Some(count) = self.counts.get_mut(index) {
            *count = word;
        }
    }

    fn settle(&mut self, (): ()) {}

    fn clear_words(&mut self) {
        self.counts.fill(0);
    }
}
