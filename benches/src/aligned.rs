//! Memory that starts at a cache line, so that where the allocator happened to put it decides nothing.

use std::ops::{Deref, DerefMut};

/// A value that starts at a cache line.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Aligned<T>(pub T);

impl<T> Deref for Aligned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
