//! The memory of a model: arrays in place, or slices that the caller lends.

use core::cell::Cell;
use core::fmt;

use crate::error::Error;

/// Memory for a shape: a weight for each class and feature, a bias for each class. This trait is sealed; its types are
/// [`Arrays`] and [`Lent`].
///
/// ```
/// use hingeline::integer::{AnyModel, DynModel, Model, Storage};
/// use hingeline::kernel::Kernel;
///
/// /// Of a model of either kind.
/// fn bytes<S: Storage, K: Kernel>(model: &AnyModel<S, K>) -> usize {
///     let (weights, bias, _) = model.parts();
///     size_of_val(weights) + size_of_val(bias)
/// }
/// assert_eq!(bytes(&Model::<2, 3>::new()), 20);
/// assert_eq!(bytes(&DynModel::new(&mut [0; 6], &mut [0; 4], 2, 3)?), 20);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait Storage: sealed::Storage {}

/// Memory in place.
///
/// ```
/// use hingeline::integer::{AnyModel, Arrays, Model};
/// use hingeline::kernel::Chosen;
///
/// let model: AnyModel<Arrays<2, 3>, Chosen> = Model::new();
/// assert_eq!((model.classes(), model.features()), (2, 3));
/// ```
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Arrays<const C: usize, const F: usize> {
    // First, and aligned to the width of a load.
    pub(super) bias: [i32; C],
    pub(super) weights: [[i16; F]; C],
}

/// Memory that the caller lends.
///
/// ```
/// use hingeline::integer::{AnyModel, DynModel, Lent};
/// use hingeline::kernel::Chosen;
///
/// let (mut weights, mut memory) = ([0; 6], [0; 4]);
/// let model: AnyModel<Lent, Chosen> = DynModel::new(&mut weights, &mut memory, 2, 3)?;
/// assert_eq!((model.classes(), model.features()), (2, 3));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub struct Lent<'a> {
    features: usize,
    weights: &'a mut [i16],
    bias: &'a mut [i32],
    /// Empty while a call uses it.
    scores: Cell<&'a mut [i32]>,
}

impl<'a> Lent<'a> {
    pub(super) fn new(
        weights: &'a mut [i16],
        memory: &'a mut [i32],
        classes: usize,
        features: usize,
    ) -> Result<Self, Error> {
        if classes.checked_mul(features) != Some(weights.len()) || classes.checked_mul(2) != Some(memory.len()) {
            return Err(Error::ShapeMismatch);
        }
        let (bias, scores) = memory.split_at_mut_checked(classes).ok_or(Error::ShapeMismatch)?;
        weights.fill(0);
        bias.fill(0);
        Ok(Self { features, weights, bias, scores: Cell::new(scores) })
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

impl<const C: usize, const F: usize> Arrays<C, F> {
    /// Scratch, to be overwritten. Zeros would take a call; a copy takes a few instructions on Arm, and one value a
    /// short loop elsewhere.
    #[inline(always)]
    fn scratch(&self) -> [i32; C] {
        if cfg!(target_arch = "arm") { self.bias } else { [self.bias.first().copied().unwrap_or_default(); C] }
    }
}

impl<const C: usize, const F: usize> Storage for Arrays<C, F> {}
impl Storage for Lent<'_> {}

/// The scores while they are in use; dropping this puts them back.
struct Taken<'s, 'a> {
    home: &'s Cell<&'a mut [i32]>,
    scores: &'a mut [i32],
}

impl Drop for Taken<'_, '_> {
    fn drop(&mut self) {
        self.home.set(core::mem::take(&mut self.scores));
    }
}

pub(super) mod sealed {
    use super::{Arrays, Error, Lent, Taken};

    pub trait Storage {
        fn features(&self) -> usize;
        fn weights(&self) -> &[i16];
        fn bias(&self) -> &[i32];
        fn parts_mut(&mut self) -> (&mut [i16], &mut [i32]);

        /// A value for each class, as scratch.
        fn with_scores<T, E: From<Error>>(&self, f: impl FnOnce(&mut [i32]) -> Result<T, E>) -> Result<T, E>;

        /// The same, with mutable weights and biases.
        fn with_scores_mut<T>(
            &mut self,
            f: impl FnOnce(&mut [i16], &mut [i32], &mut [i32]) -> Result<T, Error>,
        ) -> Result<T, Error>;
    }

    impl<const C: usize, const F: usize> Storage for Arrays<C, F> {
        #[inline(always)]
        fn features(&self) -> usize {
            F
        }

        #[inline(always)]
        fn weights(&self) -> &[i16] {
            self.weights.as_flattened()
        }

        #[inline(always)]
        fn bias(&self) -> &[i32] {
            &self.bias
        }

        #[inline(always)]
        fn parts_mut(&mut self) -> (&mut [i16], &mut [i32]) {
            (self.weights.as_flattened_mut(), &mut self.bias)
        }

        #[inline(always)]
        fn with_scores<T, E: From<Error>>(&self, f: impl FnOnce(&mut [i32]) -> Result<T, E>) -> Result<T, E> {
            f(&mut self.scratch())
        }

        #[inline(always)]
        fn with_scores_mut<T>(
            &mut self,
            f: impl FnOnce(&mut [i16], &mut [i32], &mut [i32]) -> Result<T, Error>,
        ) -> Result<T, Error> {
            let mut scores = self.scratch();
            f(self.weights.as_flattened_mut(), &mut self.bias, &mut scores)
        }
    }

    impl Storage for Lent<'_> {
        fn features(&self) -> usize {
            self.features
        }

        fn weights(&self) -> &[i16] {
            self.weights
        }

        fn bias(&self) -> &[i32] {
            self.bias
        }

        fn parts_mut(&mut self) -> (&mut [i16], &mut [i32]) {
            (self.weights, self.bias)
        }

        fn with_scores<T, E: From<Error>>(&self, f: impl FnOnce(&mut [i32]) -> Result<T, E>) -> Result<T, E> {
            let taken = Taken { home: &self.scores, scores: self.scores.take() };
            if taken.scores.len() == self.bias.len() { f(taken.scores) } else { Err(Error::ScratchInUse.into()) }
        }

        fn with_scores_mut<T>(
            &mut self,
            f: impl FnOnce(&mut [i16], &mut [i32], &mut [i32]) -> Result<T, Error>,
        ) -> Result<T, Error> {
            f(self.weights, self.bias, self.scores.get_mut())
        }
    }
}
