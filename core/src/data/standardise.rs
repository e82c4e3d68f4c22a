//! Features of mean 0 and variance 1: learned from a stream, frozen, applied or folded into a model.

use super::table::{Table, rows_of};
use crate::error::Error;
use crate::kernel::magnitude::{self, all_finite};
use crate::sum::Sum;

/// The running mean and variance of every feature of a stream, in one pass, without keeping any samples. With a share,
/// they forget.
///
/// Without forgetting ([`new`](Self::new)), all samples have the same weight. With [`forgetting`](Self::forgetting), the latest
/// sample always has at least the share `a`, and one that is t samples old has `(1 − a)^t` of that: the moments are those of
/// the last `1 / a` samples or so, and follow a sensor that drifts.
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
///
/// # Cost
/// `4 · (4 · F + 2)` bytes, all zero bits when new. A sample takes one division, and 31 additions and products per
/// feature.
///
/// # Numeric contract
/// Mean and variance are sums of two words each; the high word is the value rounded to binary32. For sample n, counted
/// from 1, `r = 1 / n` with n rounded to binary32, or the share if that is larger. For each feature
///
/// - `d = (x − mean.high) − mean.low`,
/// - `d * r` is added to the mean,
/// - `r * ((((d * d) * (1 − r)) − variance.high) − variance.low)` is added to the variance.
///
/// To add a term t to the words (high, low), take the rounded sum `s = high + t` and its rounding error,
/// `e = (high − (s − (s − high))) + (t − (s − high))`; then `low' = low + e`, `high = s + low'` and
/// `low = low' − (high − s)`.
///
/// Let u be 2⁻²⁴, and d the distance of each sample from the mean before it. After n samples, the mean is off by at
/// most 6 u times the average |d|, plus n · 2⁻⁴⁸ of the largest mean. The former comes from the rounding of `d * r` and
/// does not grow with n. The latter is a bound for rounding errors that all have the same sign; for independent ones,
/// the square root of n takes the place of n. The variance is off by at most 30 u of itself, plus 5 u of its average
/// over the stream, twice the average of |d| times the mean's error, and n · 2⁻⁴⁸ of the largest variance. With
/// forgetting, `2 / a` takes the place of n. The rounding to the high word adds to these errors.
///
/// The count stops at 2³² − 1 samples, 136 years at 1 Hz. After that, each sample has a share of 2⁻³².
///
/// # Source
/// B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products", Technometrics 4(3), 1962; the same
/// with weights: D. H. D. West, "Updating Mean and Variance Estimates: An Improved Method", Communications of the ACM 22(9),
/// 1979.
pub type Moments<const F: usize> = AnyMoments<[[f32; F]; 4]>;

/// [`Moments`] of a number of features that is known only at run time, in memory that the caller lends: four values per
/// feature.
///
/// The calls are the same, and so are the bits. Where [`Moments`] take arrays, these take slices, and refuse a slice of
/// another length with [`Error::ShapeMismatch`].
///
/// ```
/// use hingeline::DynMoments;
///
/// let features = 2;
/// let (mut memory, mut frozen) = (vec![0.0; 4 * features], vec![0.0; 2 * features]);
/// let mut moments = DynMoments::new(&mut memory, features)?;
/// for x in [[2.0, 1.0], [4.0, 1.0], [6.0, 1.0]] {
///     moments.observe(&x)?;
/// }
/// assert_eq!((moments.mean(), moments.count()), ([4.0, 1.0].as_slice(), 3));
///
/// let standardiser = moments.freeze(&mut frozen)?;
/// let mut x = [4.0, 2.0];
/// standardiser.apply(&mut x)?;
/// assert_eq!(x, [0.0, 1.0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type DynMoments<'a> = AnyMoments<&'a mut [f32]>;

/// [`Moments`] or [`DynMoments`]: the operations of both.
///
/// ```
/// use hingeline::{AnyMoments, Moments};
///
/// fn seen<T>(moments: &AnyMoments<T>) -> u32 {
///     moments.count()
/// }
/// assert_eq!(seen(&Moments::<3>::new()), 0);
/// ```
#[derive(Clone, Debug)]
pub struct AnyMoments<T> {
    /// Mean and variance, the high and the low words of each.
    pub(super) words: T,
    pub(super) count: u32,
    pub(super) share: f32,
}

/// With more, the latest sample would outweigh all others.
const LARGEST_SHARE: f32 = 0.5;

/// Refuses a share that moments cannot have.
pub(super) const fn check_share(share: f32) -> Result<f32, Error> {
    if share >= 0.0 && share <= LARGEST_SHARE { Ok(share) } else { Err(Error::InvalidShare) }
}

impl<T> AnyMoments<T> {
    /// The number of samples observed; stays at `u32::MAX` once it reaches that.
    pub const fn count(&self) -> u32 {
        self.count
    }
}

impl<const F: usize> Moments<F> {
    /// The bytes that the moments take.
    pub const SIZE: usize = size_of::<Self>();

    /// Moments of no samples.
    ///
    /// ```
    /// use hingeline::Moments;
    /// use static_cell::ConstStaticCell;
    ///
    /// static MOMENTS: ConstStaticCell<Moments<30>> = ConstStaticCell::new(Moments::new());
    /// assert_eq!(MOMENTS.take().count(), 0);
    /// ```
    pub const fn new() -> Self {
        Self { words: [[0.0; F]; 4], count: 0, share: 0.0 }
    }

    /// Moments of no samples, in which each new sample has at least this share when it is observed; 0 forgets nothing.
    ///
    /// # Errors
    /// [`Error::InvalidShare`] unless the share is from 0 to ½.
    ///
    /// ```
    /// use hingeline::{Error, Moments};
    ///
    /// // The last hundred samples or so.
    /// static MOMENTS: Moments<1> = match Moments::forgetting(0.01) {
    ///     Ok(moments) => moments,
    ///     Err(_) => panic!("at compile time"),
    /// };
    ///
    /// let mut moments = MOMENTS.clone();
    /// for t in 0..2_000 {
    ///     moments.observe(&[if t < 1_000 { 0.0 } else { 500.0 }])?;
    /// }
    /// assert!((moments.mean()[0] - 500.0).abs() < 0.1);
    /// assert_eq!(Moments::<1>::forgetting(0.75).err(), Some(Error::InvalidShare));
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn forgetting(share: f32) -> Result<Self, Error> {
        match check_share(share) {
            Ok(share) => Ok(Self { share, ..Self::new() }),
            Err(error) => Err(error),
        }
    }

    /// The mean of each feature, 0 before the first sample.
    pub const fn mean(&self) -> &[f32; F] {
        let [mean, ..] = &self.words;
        mean
    }

    /// The parts that [`load`](Self::load) takes: the high words of the means, their low words, and the same for the
    /// variances; the count; and the share.
    ///
    /// ```
    /// use hingeline::Moments;
    ///
    /// let (mut moments, mut copy) = (Moments::<1>::forgetting(0.01)?, Moments::new());
    /// moments.observe(&[0.1])?;
    /// let (words, count, share) = moments.parts();
    /// copy.load(words, count, share)?;
    /// assert_eq!(copy.parts(), moments.parts());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub const fn parts(&self) -> (&[[f32; F]; 4], u32, f32) {
        (&self.words, self.count, self.share)
    }

    /// Rebuilds moments in place from their [`parts`](Self::parts): the stream continues bit for bit.
    ///
    /// # Errors
    /// [`Error::InvalidShare`] as for [`forgetting`](Self::forgetting). [`Error::InvalidState`] for parts that no
    /// stream can produce: a word that is not finite, a low word that changes the high one, a variance below 0, a
    /// variance of fewer than two samples that is not 0, or a mean of no samples that is not 0. The moments are then
    /// unchanged.
    ///
    /// ```
    /// use hingeline::{Error, Moments};
    /// let mut moments = Moments::<1>::new();
    /// assert_eq!(moments.load(&[[1.0], [0.0], [-1.0], [0.0]], 2, 0.0), Err(Error::InvalidState));
    /// assert_eq!(moments.load(&[[1.0], [0.0], [4.0], [0.0]], 2, 0.0), Ok(()));
    /// ```
    pub fn load(&mut self, words: &[[f32; F]; 4], count: u32, share: f32) -> Result<(), Error> {
        let share = check_share(share)?;
        check_words(words.rows(), count)?;
        *self = Self { words: *words, count, share };
        Ok(())
    }

    /// Observes a sample.
    ///
    /// # Errors
    /// [`Error::NonFiniteFeature`] for a NaN or an infinity, and for a feature whose squared distance from the mean is
    /// not finite: one of 1.8 · 10¹⁹ or more. The moments are then unchanged.
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
        self.take(x)
    }

    /// A standardiser of features by these moments: `(x − mean) * factor`, `factor = 1 / sqrt(variance)`, from the high
    /// words.
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
        let mut parts = [[0.0; F]; 2];
        self.freeze_into(parts.each_mut().map(|row| row.as_mut_slice()))?;
        Ok(Standardiser { parts, limit: f32::INFINITY })
    }
}

impl<'a> DynMoments<'a> {
    /// Moments of no samples, for this many features.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for no features, [`Error::ShapeMismatch`] unless the memory has four values for each.
    pub fn new(memory: &'a mut [f32], features: usize) -> Result<Self, Error> {
        Self::forgetting(0.0, memory, features)
    }

    /// [`Moments::forgetting`].
    ///
    /// # Errors
    /// As for [`Moments::forgetting`], and as for [`new`](Self::new).
    pub fn forgetting(share: f32, memory: &'a mut [f32], features: usize) -> Result<Self, Error> {
        check_memory(memory, 4, features)?;
        let share = check_share(share)?;
        memory.fill(0.0);
        Ok(Self { words: memory, count: 0, share })
    }

    /// The number of features.
    pub const fn features(&self) -> usize {
        self.words.len() / 4
    }

    /// The mean of each feature, 0 before the first sample.
    pub fn mean(&self) -> &[f32] {
        let [mean, ..]: [&[f32]; 4] = self.words.rows();
        mean
    }

    /// [`Moments::parts`], with the four rows one after the other.
    pub const fn parts(&self) -> (&[f32], u32, f32) {
        (self.words, self.count, self.share)
    }

    /// [`Moments::load`], with the four rows one after the other.
    ///
    /// # Errors
    /// As for [`Moments::load`], and [`Error::ShapeMismatch`] for another number of words.
    ///
    /// ```
    /// use hingeline::DynMoments;
    ///
    /// let (mut memory, mut other) = ([0.0; 4], [0.0; 4]);
    /// let mut moments = DynMoments::new(&mut memory, 1)?;
    /// moments.observe(&[0.1])?;
    /// let mut copy = DynMoments::new(&mut other, 1)?;
    /// let (words, count, share) = moments.parts();
    /// copy.load(words, count, share)?;
    /// assert_eq!(copy.parts(), moments.parts());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn load(&mut self, words: &[f32], count: u32, share: f32) -> Result<(), Error> {
        if words.len() != self.words.len() {
            return Err(Error::ShapeMismatch);
        }
        let share = check_share(share)?;
        check_words(rows_of(words), count)?;
        self.words.iter_mut().zip(words).for_each(|(own, word)| *own = *word);
        (self.count, self.share) = (count, share);
        Ok(())
    }

    /// [`Moments::observe`].
    ///
    /// # Errors
    /// As for [`Moments::observe`], and [`Error::ShapeMismatch`] for another number of features.
    pub fn observe(&mut self, x: &[f32]) -> Result<(), Error> {
        if x.len() == self.features() { self.take(x) } else { Err(Error::ShapeMismatch) }
    }

    /// [`Moments::freeze`], in memory that the caller lends: two values per feature.
    ///
    /// # Errors
    /// As for [`Moments::freeze`], and [`Error::ShapeMismatch`] for memory of another length.
    pub fn freeze<'b>(&self, memory: &'b mut [f32]) -> Result<DynStandardiser<'b>, Error> {
        check_memory(memory, 2, self.features())?;
        self.freeze_into(Table::<2>::rows_mut(&mut &mut *memory))?;
        Ok(DynStandardiser { parts: memory, limit: f32::INFINITY })
    }
}

impl<T: Table<4>> AnyMoments<T> {
    /// Observes a sample with as many features.
    fn take(&mut self, x: &[f32]) -> Result<(), Error> {
        let count = self.count.saturating_add(1);
        let equal = 1.0 / count as f32;
        let share = if self.share > equal { self.share } else { equal };
        let [mean, mean_low, variance, variance_low] = self.words.rows_mut();
        advance([mean, mean_low], [variance, variance_low], x, share)?;
        self.count = count;
        Ok(())
    }

    /// Writes the standardiser for these moments: a mean and a factor for each feature.
    fn freeze_into(&self, [means, factors]: [&mut [f32]; 2]) -> Result<(), Error> {
        if self.count == 0 {
            return Err(Error::EmptySet);
        }
        let [mean, _, variance, _] = self.words.rows();
        means.iter_mut().zip(mean).for_each(|(own, mean)| *own = *mean);
        for (factor, variance) in factors.iter_mut().zip(variance) {
            let inverse = 1.0 / libm::sqrtf(*variance);
            *factor = if inverse.is_finite() { inverse } else { 1.0 };
        }
        Ok(())
    }
}

/// Refuses memory that does not have this many rows of one value per feature.
fn check_memory(memory: &[f32], rows: usize, features: usize) -> Result<(), Error> {
    if features == 0 {
        Err(Error::InvalidShape)
    } else if features.checked_mul(rows) == Some(memory.len()) {
        Ok(())
    } else {
        Err(Error::ShapeMismatch)
    }
}

/// Refuses words that no stream of this many samples can produce.
fn check_words([mean, mean_low, variance, variance_low]: [&[f32]; 4], count: u32) -> Result<(), Error> {
    let mut means = mean.iter().zip(mean_low);
    let mut variances = variance.iter().zip(variance_low);
    if means.all(|(high, low)| is_mean(*high, *low, count))
        && variances.all(|(high, low)| is_variance(*high, *low, count))
    {
        Ok(())
    } else {
        Err(Error::InvalidState)
    }
}

/// Whether a stream of this many samples can produce these two words of a mean.
pub(super) fn is_mean(high: f32, low: f32, count: u32) -> bool {
    Sum { high, low }.is_settled() && (count >= 1 || high == 0.0)
}

/// The same for a variance.
pub(super) fn is_variance(high: f32, low: f32, count: u32) -> bool {
    Sum { high, low }.is_settled() && high >= 0.0 && (count >= 2 || high == 0.0)
}

/// Adds a sample to the mean and the variance, each given as its high and its low words.
///
/// If all squared distances are finite, so are the new moments: both stay between their old values and those that the
/// sample alone would give, since a share is at most ½ except for the first sample, whose variance is 0.
fn advance(mean: [&mut [f32]; 2], variance: [&mut [f32]; 2], x: &[f32], share: f32) -> Result<(), Error> {
    let ([mean, mean_low], [variance, variance_low]) = (mean, variance);
    let distances = mean.iter().zip(&*mean_low).zip(x).map(|((high, low), x)| (x - high) - low);
    if !all_finite(distances.map(|d| d * d)) {
        return Err(Error::NonFiniteFeature);
    }
    let (means, variances) = (mean.iter_mut().zip(mean_low), variance.iter_mut().zip(variance_low));
    for ((mean, variance), x) in means.zip(variances).zip(x) {
        let (mut own_mean, mut own_variance) = (sum_of(&mean), sum_of(&variance));
        let d = (x - own_mean.high) - own_mean.low;
        own_mean.add(d * share);
        own_variance.add(share * ((((d * d) * (1.0 - share)) - own_variance.high) - own_variance.low));
        (*mean.0, *mean.1) = (own_mean.high, own_mean.low);
        (*variance.0, *variance.1) = (own_variance.high, own_variance.low);
    }
    Ok(())
}

fn sum_of((high, low): &(&mut f32, &mut f32)) -> Sum {
    Sum { high: **high, low: **low }
}

impl<const F: usize> Default for Moments<F> {
    fn default() -> Self {
        Self::new()
    }
}

/// Standardises features: `z[f] = (x[f] − mean[f]) * factor[f]`, clipped if there is a limit.
///
/// It is frozen from [`Moments`], or made from numbers that a desktop computed. Apply it to each sample before learning
/// from it. When training is over, [`fold`](Self::fold) it into the model, which then takes the sensor's raw features.
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
pub type Standardiser<const F: usize> = AnyStandardiser<[[f32; F]; 2]>;

/// A [`Standardiser`] of a number of features that is known only at run time, in memory that the caller lends: two
/// values per feature. It is frozen from [`DynMoments`].
///
/// ```
/// use hingeline::DynStandardiser;
///
/// let mut memory = [0.0; 4];
/// let standardiser = DynStandardiser::from_parts(&mut memory, &[10.0, 0.0], &[0.5, 2.0])?.clipped(5.0)?;
/// let mut x = [12.0, -1e30];
/// standardiser.apply(&mut x)?;
/// assert_eq!(x, [1.0, -5.0]);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type DynStandardiser<'a> = AnyStandardiser<&'a mut [f32]>;

/// A [`Standardiser`] or a [`DynStandardiser`]: the operations of both.
///
/// ```
/// use hingeline::{AnyStandardiser, Standardiser};
///
/// fn clips<T>(standardiser: &AnyStandardiser<T>) -> bool {
///     standardiser.limit().is_some()
/// }
/// assert!(!clips(&Standardiser::from_parts([0.0], [1.0])?));
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AnyStandardiser<T> {
    /// The means, and the factors.
    pub(super) parts: T,
    /// Infinite if nothing is clipped.
    pub(super) limit: f32,
}

impl<T> AnyStandardiser<T> {
    /// The limit to which features are clipped, if they are.
    pub const fn limit(&self) -> Option<f32> {
        if self.limit.is_finite() { Some(self.limit) } else { None }
    }
}

impl<const F: usize> Standardiser<F> {
    /// The bytes that the standardiser takes: `4 · (2 · F + 1)`.
    pub const SIZE: usize = size_of::<Self>();

    /// A standardiser with a mean and a factor for each feature, such as those that [`mean`](Self::mean) and
    /// [`factor`](Self::factor) return.
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
            Ok(Self { parts: [mean, factor], limit: f32::INFINITY })
        } else {
            Err(Error::InvalidScaling)
        }
    }

    /// The same, with each standardised feature clipped to `±limit` deviations.
    ///
    /// A step of SGD moves a weight by up to `(C − 1) · η · |z|`. One feature of 10³⁰, which is finite, from a loose
    /// contact or an overflow in a driver, leaves weights from which no number of good samples can recover. Clipped to
    /// 5, it counts as much as a feature five deviations from its mean, and learning continues. In a normal
    /// distribution, one value in 1.7 million is farther out. Clip both in training and in prediction.
    ///
    /// # Errors
    /// [`Error::InvalidLimit`] unless the limit is a finite number above 0.
    ///
    /// ```
    /// use hingeline::{Error, Standardiser};
    ///
    /// static STANDARDISER: Standardiser<2> = match Standardiser::from_parts([10.0, 0.0], [0.5, 2.0]) {
    ///     Ok(standardiser) => match standardiser.clipped(5.0) {
    ///         Ok(clipped) => clipped,
    ///         Err(_) => panic!("at compile time"),
    ///     },
    ///     Err(_) => panic!("at compile time"),
    /// };
    ///
    /// let mut x = [12.0, -1e30];
    /// STANDARDISER.apply(&mut x);
    /// assert_eq!(x, [1.0, -5.0]);
    /// assert_eq!(STANDARDISER.clone().clipped(0.0), Err(Error::InvalidLimit));
    /// ```
    pub const fn clipped(self, limit: f32) -> Result<Self, Error> {
        match check_limit(limit) {
            Ok(limit) => Ok(Self { limit, ..self }),
            Err(error) => Err(error),
        }
    }

    /// The number subtracted from each feature.
    pub const fn mean(&self) -> &[f32; F] {
        let [mean, _] = &self.parts;
        mean
    }

    /// The factor by which each feature is then multiplied.
    pub const fn factor(&self) -> &[f32; F] {
        let [_, factor] = &self.parts;
        factor
    }

    /// Standardises a sample in place.
    ///
    /// A feature that is NaN or infinite is not clipped and stays so; the next call that takes the sample refuses it. A
    /// finite feature that would overflow is clipped.
    ///
    /// ```
    /// let mut x = [3.0];
    /// hingeline::Standardiser::from_parts([2.0], [0.5])?.apply(&mut x);
    /// assert_eq!(x, [0.5]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn apply(&self, x: &mut [f32; F]) {
        self.standardise(x);
    }
}

impl<'a> DynStandardiser<'a> {
    /// A standardiser that leaves features unchanged, to be restored from a [state](crate::state).
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for no features, [`Error::ShapeMismatch`] unless the memory has two values for each.
    pub fn new(memory: &'a mut [f32], features: usize) -> Result<Self, Error> {
        check_memory(memory, 2, features)?;
        let mut own = Self { parts: memory, limit: f32::INFINITY };
        own.clear();
        Ok(own)
    }

    /// [`Standardiser::from_parts`].
    ///
    /// # Errors
    /// As for [`Standardiser::from_parts`], [`Error::ShapeMismatch`] unless there are as many factors as means, and as
    /// for [`new`](Self::new). The memory is then unchanged.
    pub fn from_parts(memory: &'a mut [f32], mean: &[f32], factor: &[f32]) -> Result<Self, Error> {
        check_memory(memory, 2, mean.len())?;
        if factor.len() != mean.len() {
            return Err(Error::ShapeMismatch);
        }
        if !all_finite(mean.iter().chain(factor).copied()) {
            return Err(Error::InvalidScaling);
        }
        let own = Self::new(memory, mean.len())?;
        own.parts.iter_mut().zip(mean.iter().chain(factor)).for_each(|(own, part)| *own = *part);
        Ok(own)
    }

    /// [`Standardiser::clipped`].
    ///
    /// # Errors
    /// As for [`Standardiser::clipped`].
    pub fn clipped(self, limit: f32) -> Result<Self, Error> {
        Ok(Self { limit: check_limit(limit)?, ..self })
    }

    /// The number of features.
    pub const fn features(&self) -> usize {
        self.parts.len() / 2
    }

    /// The number subtracted from each feature.
    pub fn mean(&self) -> &[f32] {
        let [mean, _] = self.rows();
        mean
    }

    /// The factor by which each feature is then multiplied.
    pub fn factor(&self) -> &[f32] {
        let [_, factor] = self.rows();
        factor
    }

    /// [`Standardiser::apply`].
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for another number of features.
    pub fn apply(&self, x: &mut [f32]) -> Result<(), Error> {
        if x.len() != self.features() {
            return Err(Error::ShapeMismatch);
        }
        self.standardise(x);
        Ok(())
    }
}

impl<T: Table<2>> AnyStandardiser<T> {
    /// The means and the factors.
    pub(crate) fn rows(&self) -> [&[f32]; 2] {
        self.parts.rows()
    }

    /// Makes the standardiser leave features unchanged.
    pub(super) fn clear(&mut self) {
        let [mean, factor] = self.parts.rows_mut();
        mean.fill(0.0);
        factor.fill(1.0);
        self.limit = f32::INFINITY;
    }

    fn standardise(&self, x: &mut [f32]) {
        let [mean, factor] = self.rows();
        for ((x, mean), factor) in x.iter_mut().zip(mean).zip(factor) {
            let z = (*x - mean) * factor;
            *x = if z.abs() > self.limit && x.is_finite() { self.limit.copysign(z) } else { z };
        }
    }
}

/// Refuses a limit that is not a finite number above 0.
const fn check_limit(limit: f32) -> Result<f32, Error> {
    if limit.is_finite() && limit > 0.0 { Ok(limit) } else { Err(Error::InvalidLimit) }
}
