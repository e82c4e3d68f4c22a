//! A bound on features, for sets and for single samples.

use super::samples::{DynSamples, Sample, Samples};
use crate::error::Error;
use crate::kernel::magnitude;

/// Refuses a sample with a feature that is larger in magnitude than a bound.
///
/// A failing sensor may deliver numbers that are finite but far from all others. In one step, one of them moves the
/// weights further than thousands of good samples can bring them back. To report such a sample and leave it out, check
/// it before the step; to limit how much it counts, [clip](crate::Standardiser) it. For a whole set there is
/// [`Bounded`].
///
/// # Errors
/// [`Error::FeatureTooLarge`], [`Error::NonFiniteFeature`] for a NaN or an infinity.
///
/// ```
/// use hingeline::{Error, check_features};
///
/// assert_eq!(check_features(&[0.5, -4.0], 4.0), Ok(()));
/// assert_eq!(check_features(&[0.5, 1e30], 4.0), Err(Error::FeatureTooLarge));
/// assert_eq!(check_features(&[f32::NAN, 0.5], 4.0), Err(Error::NonFiniteFeature));
/// ```
pub fn check_features(x: &[f32], bound: f32) -> Result<(), Error> {
    let largest = magnitude::largest(x);
    if !largest.is_finite() {
        Err(Error::NonFiniteFeature)
    } else if largest <= bound {
        Ok(())
    } else {
        Err(Error::FeatureTooLarge)
    }
}

/// A set that refuses a sample, as [`check_features`] does, if a feature is larger in magnitude than a bound.
///
/// ```
/// use hingeline::{Bounded, Error, Samples, Slices};
///
/// let mut all = Slices::new(&[[1.0], [1e30]], &[0u8, 1])?;
/// let mut bounded = Bounded::new(&mut all, 10.0)?;
/// assert_eq!(bounded.sample(0)?, (&[1.0], 0));
/// assert_eq!(bounded.sample(1), Err(Error::FeatureTooLarge));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct Bounded<'a, S: ?Sized> {
    samples: &'a mut S,
    bound: f32,
}

impl<'a, S: ?Sized> Bounded<'a, S> {
    /// The set with this bound.
    ///
    /// # Errors
    /// [`Error::InvalidLimit`] unless the bound is finite and above 0.
    pub const fn new(samples: &'a mut S, bound: f32) -> Result<Self, Error> {
        if bound > 0.0 && bound.is_finite() { Ok(Self { samples, bound }) } else { Err(Error::InvalidLimit) }
    }
}

// A sample beyond the bound does not count as resident: it is refused when it is read.
impl<const F: usize, S: Samples<F> + ?Sized> Samples<F> for Bounded<'_, S> {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        let (x, label) = self.samples.sample(index)?;
        check_features(x, self.bound)?;
        Ok((x, label))
    }

    fn resident(&self, index: usize) -> Option<Sample<'_, F>> {
        self.samples.resident(index).filter(|(x, _)| check_features(*x, self.bound).is_ok())
    }

    fn weight(&self, index: usize) -> f32 {
        self.samples.weight(index)
    }
}

impl<S: DynSamples + ?Sized> DynSamples for Bounded<'_, S> {
    fn len(&self) -> usize {
        self.samples.len()
    }

    fn sample(&mut self, index: usize) -> Result<(&[f32], usize), Error> {
        let (x, label) = self.samples.sample(index)?;
        check_features(x, self.bound)?;
        Ok((x, label))
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        self.samples.resident(index).filter(|(x, _)| check_features(x, self.bound).is_ok())
    }

    fn weight(&self, index: usize) -> f32 {
        self.samples.weight(index)
    }
}
