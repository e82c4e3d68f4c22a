//! The memory of a model: arrays in place, or slices that the caller lends.

use core::cell::Cell;
use core::fmt;

use crate::error::Error;
pub(crate) use crate::kernel::copy;

/// The number of classes and features, as a type: known at compile time or at run time.
///
/// This trait is sealed. Its types are [`Fixed`] and [`Runtime`].
///
/// ```
/// use hingeline::shape::{Fixed, Runtime, Shape};
///
/// // A sample of two features, and one of any number.
/// fn first<S: Shape>(x: &S::Sample) -> f32 {
///     x.as_ref()[0]
/// }
/// assert_eq!(first::<Fixed<3, 2>>(&[1.0, 2.0]), 1.0);
/// assert_eq!(first::<Runtime>([1.0, 2.0].as_slice()), 1.0);
/// ```
pub trait Shape: sealed::Shape {
    /// A sample's features: an array of them, or a slice.
    type Sample: ?Sized + AsRef<[f32]>;
    /// A value for each class: an array of them, or a slice.
    type Scores: ?Sized + AsRef<[f32]> + AsMut<[f32]>;
}

/// A shape that the compiler knows: `C` classes and `F` features.
///
/// ```
/// let x: &<hingeline::shape::Fixed<3, 2> as hingeline::shape::Shape>::Sample = &[1.0, 2.0];
/// assert_eq!(x.len(), 2);
/// ```
#[derive(Debug)]
pub struct Fixed<const C: usize, const F: usize>;

/// A shape that is known at run time.
///
/// ```
/// let x: &<hingeline::shape::Runtime as hingeline::shape::Shape>::Sample = &[1.0, 2.0];
/// assert_eq!(x.len(), 2);
/// ```
#[derive(Debug)]
pub struct Runtime;

impl<const C: usize, const F: usize> Shape for Fixed<C, F> {
    type Sample = [f32; F];
    type Scores = [f32; C];
}

impl Shape for Runtime {
    type Sample = [f32];
    type Scores = [f32];
}

/// Memory of a shape: one weight for each class and feature, one bias for each class.
///
/// This trait is sealed. Its types are [`Arrays`] and [`Lent`].
///
/// ```
/// use hingeline::{AnyModel, kernel::Chosen, shape::Storage};
///
/// // Both kinds of model.
/// fn norm<S: Storage>(model: &AnyModel<S, Chosen>) -> f32 {
///     model.squared_norm()
/// }
/// assert_eq!(norm(&hingeline::Model::<2, 1>::new()), 0.0);
/// ```
pub trait Storage: sealed::Storage {
    /// The shape of the memory.
    type Shape: Shape;
}

/// Memory in place: arrays of a shape that the compiler knows.
///
/// ```
/// use hingeline::{AnyModel, Model, kernel::Chosen, shape::Arrays};
///
/// let model: AnyModel<Arrays<3, 2>, Chosen> = Model::new();
/// assert_eq!(model.weights(), &[[0.0; 2]; 3]);
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Arrays<const C: usize, const F: usize> {
    // First, so that they start at the alignment of the kernel's type.
    pub(crate) weights: [[f32; F]; C],
    pub(crate) bias: [f32; C],
}

impl<const C: usize, const F: usize> Arrays<C, F> {
    pub(crate) const ZERO: Self = Self { weights: [[0.0; F]; C], bias: [0.0; C] };
}

impl<const C: usize, const F: usize> Storage for Arrays<C, F> {
    type Shape = Fixed<C, F>;
}

/// Memory that the caller lends, of a shape that is known at run time.
///
/// ```
/// use hingeline::{AnyModel, DynModel, kernel::Chosen, shape::Lent};
///
/// let mut memory = [0.0; DynModel::memory_len(3, 2)];
/// let model: AnyModel<Lent<'_>, Chosen> = DynModel::new(&mut memory, 3, 2)?;
/// assert_eq!(model.weights(), &[0.0; 6]);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub struct Lent<'a> {
    features: usize,
    weights: &'a mut [f32],
    bias: &'a mut [f32],
    /// Taken while a call uses it.
    scratch: Cell<&'a mut [f32]>,
}

impl<'a> Lent<'a> {
    /// The directions of a landscape for which there is scratch, on every kernel.
    pub(crate) const MOST_DIRECTIONS: usize = 3;

    /// The number of values for a shape and this many rows of scratch; a row has one value for each class. `usize::MAX`
    /// if that overflows.
    pub(crate) const fn len(classes: usize, features: usize, scratch: usize) -> usize {
        match features.saturating_add(1).saturating_add(scratch).checked_mul(classes) {
            Some(len) => len,
            None => usize::MAX,
        }
    }

    /// Takes the memory as it is.
    pub(crate) fn new(memory: &'a mut [f32], classes: usize, features: usize, scratch: usize) -> Result<Self, Error> {
        // Classes are counted in 32 bits.
        if classes < 2 || features < 1 || u32::try_from(classes).is_err() {
            return Err(Error::InvalidShape);
        }
        if memory.len() != Self::len(classes, features, scratch) {
            return Err(Error::ShapeMismatch);
        }
        // None of the products can overflow: they are parts of the length.
        let (weights, rest) =
            memory.split_at_mut_checked(classes.wrapping_mul(features)).ok_or(Error::ShapeMismatch)?;
        let (bias, scratch) = rest.split_at_mut_checked(classes).ok_or(Error::ShapeMismatch)?;
        Ok(Self { features, weights, bias, scratch: Cell::new(scratch) })
    }
}

impl fmt::Debug for Lent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent")
            .field("classes", &self.bias.len())
            .field("features", &self.features)
            .finish_non_exhaustive()
    }
}

impl Storage for Lent<'_> {
    type Shape = Runtime;
}

/// The scratch while a call uses it; puts it back when dropped.
struct Taken<'s, 'a> {
    home: &'s Cell<&'a mut [f32]>,
    scratch: &'a mut [f32],
}

impl Drop for Taken<'_, '_> {
    fn drop(&mut self) {
        self.home.set(core::mem::take(&mut self.scratch));
    }
}

pub(crate) mod sealed {
    use super::{Arrays, Error, Fixed, Lent, Runtime, Taken, copy, fmt, row_and_more};

    pub trait Shape {}
    impl<const C: usize, const F: usize> Shape for Fixed<C, F> {}
    impl Shape for Runtime {}

    /// Memory that lends slices, and scratch with some values for each class.
    pub trait Storage {
        /// The directions of a landscape for which there is scratch.
        const MOST_DIRECTIONS: usize;

        /// A value for each class, kept in the same kind of memory.
        type Row: AsRef<[f32]> + AsMut<[f32]> + fmt::Debug;

        /// Two copies of the bias, if the storage has no scratch for them.
        type Copies;

        fn features(&self) -> usize;
        fn weights(&self) -> &[f32];
        fn bias(&self) -> &[f32];
        fn parts_mut(&mut self) -> (&mut [f32], &mut [f32]);

        /// Classes and features.
        #[inline(always)]
        fn shape(&self) -> [usize; 2] {
            [self.bias().len(), self.features()]
        }

        /// Lends a row of scratch, with one value per class, and `MORE` further rows.
        fn with_scratch<const MORE: usize, T, E: From<Error>>(
            &self,
            f: impl FnOnce(&mut [f32], &mut [f32]) -> Result<T, E>,
        ) -> Result<T, E>;

        /// The same, with weights and bias for writing.
        fn with_scratch_mut<const MORE: usize, T, E: From<Error>>(
            &mut self,
            f: impl FnOnce([&mut [f32]; 4]) -> Result<T, E>,
        ) -> Result<T, E>;

        /// Two copies of the bias for [`with_copies`](Self::with_copies).
        fn copies(&self) -> Self::Copies;

        /// Weights and bias for writing, and two copies of the bias as scratch: on small processors, copying is shorter
        /// than filling with zeros.
        fn with_copies<'s>(&'s mut self, copies: &'s mut Self::Copies) -> Result<[&'s mut [f32]; 4], Error>;
    }

    impl<const C: usize, const F: usize> Storage for Arrays<C, F> {
        const MOST_DIRECTIONS: usize = usize::MAX;

        type Row = [f32; C];
        type Copies = [[f32; C]; 2];

        #[inline(always)]
        fn features(&self) -> usize {
            F
        }

        #[inline(always)]
        fn weights(&self) -> &[f32] {
            self.weights.as_flattened()
        }

        #[inline(always)]
        fn bias(&self) -> &[f32] {
            &self.bias
        }

        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut [f32], &mut [f32]) {
            (self.weights.as_flattened_mut(), &mut self.bias)
        }

        #[inline(always)]
        fn with_scratch<const MORE: usize, T, E: From<Error>>(
            &self,
            f: impl FnOnce(&mut [f32], &mut [f32]) -> Result<T, E>,
        ) -> Result<T, E> {
            f(&mut [0.0; C], [[0.0; C]; MORE].as_flattened_mut())
        }

        #[inline(always)]
        fn with_scratch_mut<const MORE: usize, T, E: From<Error>>(
            &mut self,
            f: impl FnOnce([&mut [f32]; 4]) -> Result<T, E>,
        ) -> Result<T, E> {
            let (weights, bias) = self.parts_mut();
            f([weights, bias, &mut [0.0; C], [[0.0; C]; MORE].as_flattened_mut()])
        }

        #[inline(always)]
        fn copies(&self) -> [[f32; C]; 2] {
            [self.bias, self.bias]
        }

        #[inline(always)]
        fn with_copies<'s>(&'s mut self, [first, second]: &'s mut [[f32; C]; 2]) -> Result<[&'s mut [f32]; 4], Error> {
            Ok([self.weights.as_flattened_mut(), &mut self.bias, first, second])
        }
    }

    impl<'a> Storage for Lent<'a> {
        const MOST_DIRECTIONS: usize = Lent::MOST_DIRECTIONS;

        type Row = &'a mut [f32];
        type Copies = ();

        fn features(&self) -> usize {
            self.features
        }

        fn weights(&self) -> &[f32] {
            self.weights
        }

        fn bias(&self) -> &[f32] {
            self.bias
        }

        fn parts_mut(&mut self) -> (&mut [f32], &mut [f32]) {
            (self.weights, self.bias)
        }

        fn with_scratch<const MORE: usize, T, E: From<Error>>(
            &self,
            f: impl FnOnce(&mut [f32], &mut [f32]) -> Result<T, E>,
        ) -> Result<T, E> {
            let taken = Taken { home: &self.scratch, scratch: self.scratch.take() };
            let (row, more) = row_and_more(taken.scratch, self.bias.len(), MORE)?;
            f(row, more)
        }

        fn with_scratch_mut<const MORE: usize, T, E: From<Error>>(
            &mut self,
            f: impl FnOnce([&mut [f32]; 4]) -> Result<T, E>,
        ) -> Result<T, E> {
            let (row, more) = row_and_more(self.scratch.get_mut(), self.bias.len(), MORE)?;
            f([self.weights, self.bias, row, more])
        }

        fn copies(&self) {}

        fn with_copies<'s>(&'s mut self, (): &'s mut ()) -> Result<[&'s mut [f32]; 4], Error> {
            let (first, second) = row_and_more(self.scratch.get_mut(), self.bias.len(), 1)?;
            copy(self.bias, first);
            copy(self.bias, second);
            Ok([self.weights, self.bias, first, second])
        }
    }
}

/// Splits off a row, with one value per class, and `more` further rows.
fn row_and_more(scratch: &mut [f32], classes: usize, more: usize) -> Result<(&mut [f32], &mut [f32]), Error> {
    let (row, rest) = scratch.split_at_mut_checked(classes).ok_or(Error::ScratchInUse)?;
    Ok((row, rest.get_mut(..classes.saturating_mul(more)).ok_or(Error::ScratchInUse)?))
}

/// The rows of a matrix in row-major order.
pub(crate) fn rows(matrix: &[f32], features: usize) -> impl Iterator<Item = &[f32]> {
    let mut rest = matrix;
    core::iter::from_fn(move || {
        let (row, below) = rest.split_at_checked(features)?;
        rest = below;
        Some(row)
    })
}

/// The same, for writing.
pub(crate) fn rows_mut(matrix: &mut [f32], features: usize) -> impl Iterator<Item = &mut [f32]> {
    let mut rest = matrix;
    core::iter::from_fn(move || {
        let (row, below) = core::mem::take(&mut rest).split_at_mut_checked(features)?;
        rest = below;
        Some(row)
    })
}
