//! Samples of a model's shape.

use super::storage::{Fixed, Runtime, Shape};
use crate::data::{DynSamples, Samples};
use crate::error::Error;

#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of samples for a model of shape `{S}`",
    note = "a `Model<C, F>` takes `Samples<F>`, a `DynModel` takes `DynSamples`"
)]
/// A set that fits a shape: [`Samples<F>`](Samples) for a shape that the compiler knows, [`DynSamples`] for one that is
/// known at run time.
///
/// Implement one of those two, not this trait.
///
/// ```
/// use hingeline::Slices;
/// use hingeline::shape::{Fixed, SamplesOf};
///
/// fn fits<S: SamplesOf<Fixed<2, 3>>>(_: &S) {}
/// fits(&Slices::new(&[[1.0, 2.0, 3.0]], &[0u8])?);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub trait SamplesOf<S: Shape>: sealed::Sealed<S> {}

impl<S: Shape, T: sealed::Sealed<S> + ?Sized> SamplesOf<S> for T {}

mod sealed {
    use crate::kernel::Key;

    use super::{DynSamples, Error, Fixed, Runtime, Samples};

    /// The set as slices, for callers that have the key. The names differ from those of [`Samples`], so that they do
    /// not clash with those.
    pub trait Sealed<S> {
        fn count(&self, _: Key) -> usize;
        fn row(&mut self, _: Key, features: usize, index: usize) -> Result<(&[f32], usize), Error>;
        fn resident_row(&self, _: Key, features: usize, index: usize) -> Option<(&[f32], usize)>;
        fn weight_of(&self, _: Key, index: usize) -> f32;
    }

    impl<const C: usize, const F: usize, T: Samples<F> + ?Sized> Sealed<Fixed<C, F>> for T {
        #[inline(always)]
        fn count(&self, _: Key) -> usize {
            self.len()
        }

        #[inline(always)]
        fn row(&mut self, _: Key, _: usize, index: usize) -> Result<(&[f32], usize), Error> {
            let (x, label) = self.sample(index)?;
            Ok((x, label))
        }

        #[inline(always)]
        fn resident_row(&self, _: Key, _: usize, index: usize) -> Option<(&[f32], usize)> {
            let (x, label) = self.resident(index)?;
            Some((x, label))
        }

        #[inline(always)]
        fn weight_of(&self, _: Key, index: usize) -> f32 {
            self.weight(index)
        }
    }

    impl<T: DynSamples + ?Sized> Sealed<Runtime> for T {
        fn count(&self, _: Key) -> usize {
            self.len()
        }

        fn row(&mut self, _: Key, features: usize, index: usize) -> Result<(&[f32], usize), Error> {
            let (x, label) = self.sample(index)?;
            if x.len() == features { Ok((x, label)) } else { Err(Error::ShapeMismatch) }
        }

        // A sample of another length is refused when `row` reads it.
        fn resident_row(&self, _: Key, features: usize, index: usize) -> Option<(&[f32], usize)> {
            self.resident(index).filter(|(x, _)| x.len() == features)
        }

        fn weight_of(&self, _: Key, index: usize) -> f32 {
            self.weight(index)
        }
    }
}
