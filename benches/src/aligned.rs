//! Memory at chosen addresses, so that the allocator's placement has no influence.

use std::ops::{Deref, DerefMut};

/// A value at the start of a cache line.
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

/// A value at the start of a page.
#[derive(Clone, Debug)]
#[repr(align(4096))]
pub struct Paged<T>(pub T);

/// A few scores near the end of a page.
///
/// A processor may take a load to depend on an earlier store if both have the same offset in a page. So results lie at
/// an offset where neither the weights nor the samples of a small problem do.
#[derive(Clone, Debug)]
#[repr(C, align(4096))]
pub struct Results<const C: usize> {
    before: [f32; 896],
    /// The scores.
    pub scores: [f32; C],
}

impl<const C: usize> Results<C> {
    /// Zeros.
    pub fn new() -> Box<Self> {
        Box::new(Self { before: [0.0; 896], scores: [0.0; C] })
    }
}
