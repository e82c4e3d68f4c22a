//! Scores of a batch on wide registers: rows are packed once for many samples, so that a pass over them is one stream.
//!
//! Rows far apart are many streams, and rows a multiple of a page apart compete for the same lines of the first-level
//! cache. Packed, they are one stream, and a sample is multiplied by as many rows at once as there are registers: each
//! of their elements is loaded as an operand of its product.

/// Memory that starts at a cache line.
#[cfg(hingeline_sse2)]
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);

/// A row-major matrix, and the other values that scores are computed from.
#[derive(Clone, Copy)]
pub(in crate::kernel) struct Rows<'a> {
    pub(super) weights: &'a [f32],
    pub(super) scale: f32,
    pub(super) bias: &'a [f32],
    pub(super) features: usize,
}

#[cfg(hingeline_sse2)]
impl Rows<'_> {
    /// The address of a class's row.
    ///
    /// # Safety
    /// The weights hold the row.
    #[inline(always)]
    pub(super) unsafe fn row(&self, class: usize) -> *const f32 {
        // SAFETY: by the caller.
        unsafe { self.weights.as_ptr().add(class.wrapping_mul(self.features)) }
    }

    /// The biases of `CLASSES` classes from `class` on.
    ///
    /// # Safety
    /// There are that many.
    #[inline(always)]
    pub(super) unsafe fn biases<const CLASSES: usize>(&self, class: usize) -> [f32; CLASSES] {
        // SAFETY: by the caller.
        unsafe { self.bias.as_ptr().add(class).cast::<[f32; CLASSES]>().read() }
    }
}
