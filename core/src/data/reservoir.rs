//! A bounded buffer of a stream's samples, in which each is as likely to be kept as any other.

use heapless::Vec;
use rand_core::Rng;

use super::samples::{Sample, Samples};
use crate::error::Error;
use crate::kernel::magnitude::all_finite;
use crate::random;

/// At most `N` samples of a stream of any length, of `C` classes and `F` features, drawn so that each one offered so far is in it
/// with the same probability: reservoir sampling, algorithm R.
///
/// It is a set of [`Samples`] in memory: draw mini-batches from it, or take full-batch steps on it, so that a learning
/// device does not forget earlier samples. Labels are `u8`, `u16` or `usize`; other types do not compile. All samples
/// in it are valid for learning: their features are finite, their labels are below `C`.
///
/// ```
/// use hingeline::{Constant, Gradient, Hinge, MiniBatch, Model, Order, Reservoir, Samples};
/// use rand_core::SeedableRng;
///
/// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
/// let mut reservoir = Reservoir::<2, 1, 8>::new();
/// for t in 0..100_u8 {
///     let label = t % 2;
///     reservoir.offer(&[1.0 - 2.0 * f32::from(label)], label, &mut rng)?;
/// }
/// assert_eq!((reservoir.len(), reservoir.seen()), (8, 100));
///
/// let (mut model, mut gradient) = (Model::<2, 1>::new(), Gradient::new());
/// let mut order = Order::new(reservoir.len(), &mut rng)?;
/// let mut descent = MiniBatch::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 }, 4, &mut gradient)?;
/// descent.step(&mut model, &mut reservoir, &mut order)?;
/// # Ok::<(), hingeline::Stopped>(())
/// ```
///
/// # Cost
/// About `N · (4 · F + size of a label)` bytes, in place: [`Reservoir::SIZE`]. Offering a sample takes one pass over
/// it, and one draw once the buffer is full.
///
/// # Numeric contract
/// The first N samples fill the buffer in their order. For sample t > N, counted from 1, an index below t is drawn by
/// [`random::index`], from one word; if it is below N, the sample replaces the one at that index. Above 2³² − 1
/// samples, t stays at that number.
///
/// # Source
/// J. S. Vitter, "Random Sampling with a Reservoir", ACM Transactions on Mathematical Software 11(1), 1985; algorithm R is
/// A. Waterman's.
#[derive(Clone, Debug)]
pub struct Reservoir<const C: usize, const F: usize, const N: usize, L = u8> {
    pub(super) features: Vec<[f32; F], N>,
    pub(super) labels: Vec<L, N>,
    pub(super) seen: u32,
}

impl<const C: usize, const F: usize, const N: usize, L: Copy + Into<usize>> Reservoir<C, F, N, L> {
    /// The bytes that the buffer takes.
    pub const SIZE: usize = size_of::<Self>();

    /// An empty buffer. A buffer for no samples or for fewer than two classes does not compile, nor does one with
    /// labels of another type:
    ///
    /// ```compile_fail,E0277
    /// hingeline::Reservoir::<7, 30, 32, i32>::new();
    /// ```
    ///
    /// ```
    /// use hingeline::Reservoir;
    /// use static_cell::ConstStaticCell;
    ///
    /// static SEEN: ConstStaticCell<Reservoir<7, 30, 32>> = ConstStaticCell::new(Reservoir::new());
    /// assert_eq!(SEEN.take().seen(), 0);
    /// ```
    pub const fn new() -> Self {
        const { assert!(N >= 1, "a reservoir must hold at least one sample") };
        const { assert!(C >= 2, "a classifier needs at least two classes") };
        Self { features: Vec::new(), labels: Vec::new(), seen: 0 }
    }

    /// The samples offered so far; refused ones do not count.
    pub const fn seen(&self) -> u32 {
        self.seen
    }

    /// Offers the next sample of the stream; returns the index at which it is kept, if it is.
    ///
    /// # Errors
    /// [`Error::NonFiniteFeature`] for a NaN or an infinity, [`Error::LabelOutOfRange`] for a label that is not below
    /// `C`: either would make every batch that contains it fail. The buffer and the generator are then unchanged.
    ///
    /// ```
    /// use hingeline::{Error, Reservoir};
    /// use rand_core::SeedableRng;
    ///
    /// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
    /// let mut reservoir = Reservoir::<3, 1, 2>::new();
    /// assert_eq!(reservoir.offer(&[0.5], 1, &mut rng), Ok(Some(0)));
    /// assert_eq!(reservoir.offer(&[f32::NAN], 1, &mut rng), Err(Error::NonFiniteFeature));
    /// assert_eq!(reservoir.offer(&[0.5], 3, &mut rng), Err(Error::LabelOutOfRange));
    /// assert_eq!(reservoir.seen(), 1);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn offer<R: Rng + ?Sized>(&mut self, x: &[f32; F], label: L, rng: &mut R) -> Result<Option<usize>, Error> {
        check(x, label, C)?;
        self.seen = self.seen.saturating_add(1);
        let filled = self.features.len();
        // Both have the same capacity and length: if one accepts the sample, so does the other.
        if filled < N {
            let kept = self.features.push(*x).is_ok() && self.labels.push(label).is_ok();
            return Ok(kept.then_some(filled));
        }
        let index = random::index(rng, self.seen) as usize;
        let (Some(own_x), Some(own_label)) = (self.features.get_mut(index), self.labels.get_mut(index)) else {
            return Ok(None);
        };
        (*own_x, *own_label) = (*x, label);
        Ok(Some(index))
    }

    /// The parts that [`load`](Self::load) takes: the features and the labels of the samples kept, and the number of
    /// samples [seen](Self::seen).
    ///
    /// ```
    /// use hingeline::Reservoir;
    /// use rand_core::SeedableRng;
    ///
    /// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
    /// let (mut reservoir, mut copy) = (Reservoir::<2, 1, 2>::new(), Reservoir::<2, 1, 2>::new());
    /// for t in 0..5 {
    ///     reservoir.offer(&[f32::from(t)], t % 2, &mut rng)?;
    /// }
    /// let (features, labels, seen) = reservoir.parts();
    /// copy.load(features, labels, seen)?;
    /// assert_eq!(copy.parts(), reservoir.parts());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn parts(&self) -> (&[[f32; F]], &[L], u32) {
        (&self.features, &self.labels, self.seen)
    }

    /// Rebuilds a buffer in place from its [`parts`](Self::parts): with the generator's state, the stream continues bit
    /// for bit.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are as many labels as rows of features, [`Error::InvalidState`] unless
    /// there are as many as were seen, or `N` if more were seen; for a sample, the errors of [`offer`](Self::offer).
    /// The buffer is then unchanged.
    ///
    /// ```
    /// use hingeline::{Error, Reservoir};
    /// let mut reservoir = Reservoir::<2, 1, 2>::new();
    /// assert_eq!(reservoir.load(&[[0.5]], &[1], 9), Err(Error::InvalidState));
    /// assert_eq!(reservoir.load(&[[0.5]], &[2], 1), Err(Error::LabelOutOfRange));
    /// assert_eq!(reservoir.load(&[[0.5], [1.5]], &[1, 0], 9), Ok(()));
    /// ```
    pub fn load(&mut self, features: &[[f32; F]], labels: &[L], seen: u32) -> Result<(), Error> {
        if features.len() != labels.len() {
            return Err(Error::ShapeMismatch);
        }
        if features.len() != N.min(usize::try_from(seen).unwrap_or(N)) {
            return Err(Error::InvalidState);
        }
        features.iter().zip(labels).try_for_each(|(x, label)| check(x, *label, C))?;
        self.clear();
        for (x, label) in features.iter().zip(labels) {
            // They fit: this was checked.
            let _ = self.features.push(*x).is_ok() && self.labels.push(*label).is_ok();
        }
        self.seen = seen;
        Ok(())
    }

    /// Empties the buffer, to begin with another stream.
    ///
    /// ```
    /// let mut reservoir = hingeline::Reservoir::<2, 3, 4>::new();
    /// reservoir.clear();
    /// assert_eq!(reservoir.seen(), 0);
    /// ```
    pub fn clear(&mut self) {
        self.features.clear();
        self.labels.clear();
        self.seen = 0;
    }
}

impl<const C: usize, const F: usize, const N: usize, L: Copy + Into<usize>> Default for Reservoir<C, F, N, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const C: usize, const F: usize, const N: usize, L: Copy + Into<usize>> Samples<F> for Reservoir<C, F, N, L> {
    fn len(&self) -> usize {
        self.features.len()
    }

    fn sample(&mut self, index: usize) -> Result<Sample<'_, F>, Error> {
        self.resident(index).ok_or(Error::IndexOutOfRange)
    }

    fn resident(&self, index: usize) -> Option<Sample<'_, F>> {
        Some((self.features.get(index)?, (*self.labels.get(index)?).into()))
    }
}

/// Refuses a sample from which no model of this many classes could learn.
fn check<L: Into<usize>>(x: &[f32], label: L, classes: usize) -> Result<(), Error> {
    if !all_finite(x.iter().copied()) {
        Err(Error::NonFiniteFeature)
    } else if label.into() >= classes {
        Err(Error::LabelOutOfRange)
    } else {
        Ok(())
    }
}
