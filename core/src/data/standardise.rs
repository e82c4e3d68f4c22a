//! Features of mean 0 and variance 1: learned from a stream, frozen, applied or folded into a model.

use crate::error::Error;
use crate::kernel::magnitude::{self, all_finite};

/// The running mean and variance of every feature of a stream: Welford's method, one pass, nothing kept.
///
/// # Cost
/// `4 · (2 · F + 1)` bytes, zero bits when new; a sample takes one division, and five operations a feature.
///
/// # Numeric contract
/// For sample n, counted from 1, `r = 1 / n` with n rounded to binary32, and for each feature `d = x − mean`, `mean = mean + (d * r)`, then
/// `squares = squares + (d * (x − mean))`. The variance is `squares * (1 / n)`.
///
/// # Source
/// B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products", Technometrics 4(3), 1962.
///
/// ```
/// use hingeline::Moments;
///
/// let mut moments = Moments::<1>::new();
/// for x in [2.0, 4.0, 6.0] {
///     moments.observe(&[x])?;
/// }
/// assert_eq!((moments.mean(), moments.count()), (&[4.0], 3));
///
/// let standardiser = moments.freeze()?;
/// let mut x = [4.0];
/// standardiser.apply(&mut x);
/// assert_eq!(x, [0.0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Moments<const F: usize> {
    mean: [f32; F],
    squares: [f32; F],
    count: u32,
}

impl<const F: usize> Moments<F> {
    /// The bytes that it takes.
    pub const SIZE: usize = size_of::<Self>();

    /// Moments of no sample.
    ///
    /// ```
    /// use hingeline::Moments;
    /// use static_cell::ConstStaticCell;
    ///
    /// static MOMENTS: ConstStaticCell<Moments<30>> = ConstStaticCell::new(Moments::new());
    /// assert_eq!(MOMENTS.take().count(), 0);
    /// ```
    pub const fn new() -> Self {
        Self { mean: [0.0; F], squares: [0.0; F], count: 0 }
    }

    /// The samples observed; stays at `u32::MAX` when it is reached.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The mean of each feature, 0 before the first sample.
    pub const fn mean(&self) -> &[f32; F] {
        &self.mean
    }

    /// Takes in a sample.
    ///
    /// # Errors
    /// [`Error::NonFiniteFeature`] for a NaN or an infinity, and for a feature so large that a mean or a sum of squares
    /// would not be finite. Nothing has changed then.
    ///
    /// ```
    /// use hingeline::{Error, Moments};
    ///
    /// let mut moments = Moments::<1>::new();
    /// moments.observe(&[1.0])?;
    /// assert_eq!(moments.observe(&[f32::NAN]), Err(Error::NonFiniteFeature));
    /// assert_eq!(moments.observe(&[1e30]), Err(Error::NonFiniteFeature));
    /// assert_eq!(moments.count(), 1);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn observe(&mut self, x: &[f32; F]) -> Result<(), Error> {
        let count = self.count.saturating_add(1);
        let share = 1.0 / count as f32;
        let features = || self.mean.iter().zip(&self.squares).zip(x);
        // Whatever is not finite on the way leaves a sum of squares that is not, since they are sums of such.
        if !all_finite(features().map(|((mean, squares), x)| advanced(*mean, *squares, *x, share).1)) {
            return Err(Error::NonFiniteFeature);
        }
        for ((mean, squares), x) in self.mean.iter_mut().zip(&mut self.squares).zip(x) {
            (*mean, *squares) = advanced(*mean, *squares, *x, share);
        }
        self.count = count;
        Ok(())
    }

    /// What standardises features by these moments: `(x − mean) * factor`, `factor = 1 / sqrt(variance)`.
    ///
    /// A feature whose variance is 0, or so small that the factor would not be finite, gets the factor 1. The square root is libm's.
    ///
    /// # Errors
    /// [`Error::EmptySet`] before the first sample.
    ///
    /// ```
    /// use hingeline::{Error, Moments};
    ///
    /// assert_eq!(Moments::<1>::new().freeze().err(), Some(Error::EmptySet));
    /// ```
    pub fn freeze(&self) -> Result<Standardiser<F>, Error> {
        if self.count == 0 {
            return Err(Error::EmptySet);
        }
        let share = 1.0 / self.count as f32;
        let mut factor = [1.0; F];
        for (factor, squares) in factor.iter_mut().zip(&self.squares) {
            let inverse = 1.0 / libm::sqrtf(squares * share);
            if inverse.is_finite() {
                *factor = inverse;
            }
        }
        Ok(Standardiser { mean: self.mean, factor })
    }
}

/// Mean and sum of squares after one more value, which has this share in the mean.
fn advanced(mean: f32, squares: f32, x: f32, share: f32) -> (f32, f32) {
    let before = x - mean;
    let mean = mean + (before * share);
    (mean, squares + (before * (x - mean)))
}

impl<const F: usize> Default for Moments<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// Standardises features: `z[f] = (x[f] − mean[f]) * factor[f]`.
///
/// Frozen from [`Moments`], or from numbers that a desktop computed. Apply it to each sample before it is learned from, and
/// when training is over [`fold`](Self::fold) it into the model, which then takes features as the sensor gives them.
///
/// ```
/// use hingeline::{Model, Standardiser};
///
/// static STANDARDISER: Standardiser<2> = match Standardiser::from_parts([10.0, 0.0], [0.5, 2.0]) {
///     Ok(standardiser) => standardiser,
///     Err(_) => panic!("at compile time"),
/// };
///
/// let mut x = [12.0, 3.0];
/// let mut model = Model::from_parts([[1.0, 1.0], [-1.0, 2.0]], [0.0; 2], 1.0)?;
/// let mut folded = model.clone();
/// STANDARDISER.fold(&mut folded)?;
/// let (mut scores, mut same) = ([0.0; 2], [0.0; 2]);
/// folded.scores(&x, &mut same)?;
/// STANDARDISER.apply(&mut x);
/// model.scores(&x, &mut scores)?;
/// assert_eq!(scores, same);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Standardiser<const F: usize> {
    mean: [f32; F],
    factor: [f32; F],
}

impl<const F: usize> Standardiser<F> {
    /// The bytes that it takes: `8 · F`.
    pub const SIZE: usize = size_of::<Self>();

    /// Of a mean and a factor for each feature, such as those that [`mean`](Self::mean) and [`factor`](Self::factor) gave.
    ///
    /// # Errors
    /// [`Error::InvalidScaling`] if one of them is not finite.
    ///
    /// ```
    /// use hingeline::{Error, Standardiser};
    /// assert_eq!(Standardiser::from_parts([0.0], [f32::INFINITY]), Err(Error::InvalidScaling));
    /// ```
    pub const fn from_parts(mean: [f32; F], factor: [f32; F]) -> Result<Self, Error> {
        if magnitude::largest(&mean).is_finite() && magnitude::largest(&factor).is_finite() {
            Ok(Self { mean, factor })
        } else {
            Err(Error::InvalidScaling)
        }
    }

    /// What is subtracted from each feature.
    pub const fn mean(&self) -> &[f32; F] {
        &self.mean
    }

    /// What each feature is multiplied with then.
    pub const fn factor(&self) -> &[f32; F] {
        &self.factor
    }

    /// Standardises a sample in place. A feature that is not finite stays so; the call that takes the sample next refuses it.
    ///
    /// ```
    /// let mut x = [3.0];
    /// hingeline::Standardiser::from_parts([2.0], [0.5])?.apply(&mut x);
    /// assert_eq!(x, [0.5]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn apply(&self, x: &mut [f32; F]) {
        for ((x, mean), factor) in x.iter_mut().zip(&self.mean).zip(&self.factor) {
            *x = (*x - mean) * factor;
        }
    }
}
