//! Scores of a batch on wide registers: rows are packed once for many samples, so that a pass over them is one stream.
//!
//! Rows far apart are many streams, and rows a multiple of a page apart want the same lines of the nearest cache. Packed, they are
//! one, and as many rows go by a sample as there are registers: each of their elements is loaded as an operand of its product.

/// Memory that starts at a cache line.
#[cfg(hingeline_sse2)]
#[repr(align(64))]
pub(super) struct Aligned<T>(pub(super) T);

/// A row-major matrix, and what else scores are made of.
#[derive(Clone, Copy)]
pub(in crate::kernel) struct Rows<'a> {
    pub(super) weights: &'a [f32],
    pub(super) scale: f32,
    pub(super) bias: &'a [f32],
    pub(super) features: usize,
}

#[cfg(hingeline_sse2)]
impl Rows<'_> {
    /// Where a class's row starts.
    ///
    /// # Safety
    /// The weights hold the row.
    #[inline(always)]
    pub(super) unsafe fn row(&self, class: usize) -> *const f32 {
        // SAFETY: by the caller.
        unsafe { self.weights.as_ptr().add(class.wrapping_mul(self.features)) }
    }

    /// The biases of `CLASSES` classes from one on.
    ///
    /// # Safety
    /// There are as many.
    #[inline(always)]
    pub(super) unsafe fn biases<const CLASSES: usize>(&self, class: usize) -> [f32; CLASSES] {
        // SAFETY: by the caller.
        unsafe { self.bias.as_ptr().add(class).cast::<[f32; CLASSES]>().read() }
    }
}
