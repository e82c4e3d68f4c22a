//! A bounded buffer of a stream's samples, each as likely to be in it as any other.

use heapless::Vec;
use rand_core::Rng;

use super::samples::{Sample, Samples};
use crate::error::Error;
use crate::random;

/// At most `N` samples of a stream of any length, drawn so that each one offered so far is in it with the same probability:
/// reservoir sampling, algorithm R.
///
/// It is a set of [`Samples`], in memory: draw mini-batches from it, or take full-batch steps on it, so that a device that
/// learns does not forget what came earlier. Labels are `u8`, `u16` or `usize`.
///
/// # Cost
/// About `N · (4 · F + size of a label)` bytes, in place: [`Reservoir::SIZE`]. To offer a sample takes a pass over it, and a
/// draw once the buffer is full.
///
/// # Numeric contract
/// The first N samples fill the buffer in their order. For sample t > N, counted from 1, an index below t is drawn by
/// [`random::index`], one word; if it is below N, the sample replaces the one of that index. Above 2³² − 1 samples, t stays at
/// that number.
///
/// # Source
/// J. S. Vitter, "Random Sampling with a Reservoir", ACM Transactions on Mathematical Software 11(1), 1985; algorithm R is
/// A. Waterman's.
///
/// ```
/// use hingeline::{Constant, Gradient, Hinge, MiniBatch, Model, Order, Reservoir, Samples};
/// use rand_core::SeedableRng;
///
/// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
/// let mut reservoir = Reservoir::<1, 8>::new();
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
#[derive(Clone, Debug)]
pub struct Reservoir<const F: usize, const N: usize, L = u8> {
    features: Vec<[f32; F], N>,
    labels: Vec<L, N>,
    seen: u32,
}

impl<const F: usize, const N: usize, L> Reservoir<F, N, L> {
    /// The bytes that it takes.
    pub const SIZE: usize = size_of::<Self>();

    /// An empty buffer. One for no samples does not compile.
    ///
    /// ```
    /// use hingeline::Reservoir;
    /// use static_cell::ConstStaticCell;
    ///
    /// static SEEN: ConstStaticCell<Reservoir<30, 32>> = ConstStaticCell::new(Reservoir::new());
    /// assert_eq!(SEEN.take().seen(), 0);
    /// ```
    pub const fn new() -> Self {
        const { assert!(N >= 1, "a reservoir of no samples keeps nothing") };
        Self { features: Vec::new(), labels: Vec::new(), seen: 0 }
    }

    /// The samples offered so far; refused ones do not count.
    pub const fn seen(&self) -> u32 {
        self.seen
    }

    /// Offers the next sample of the stream; returns the index at which it was kept, if it was.
    ///
    /// # Errors
    /// [`Error::NonFiniteFeature`] for a NaN or an infinity, which would be in the way of each batch that it is drawn into.
    /// Buffer and generator are then as before.
    ///
    /// ```
    /// use hingeline::{Error, Reservoir};
    /// use rand_core::SeedableRng;
    ///
    /// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
    /// let mut reservoir = Reservoir::<1, 2>::new();
    /// assert_eq!(reservoir.offer(&[0.5], 1, &mut rng), Ok(Some(0)));
    /// assert_eq!(reservoir.offer(&[f32::NAN], 1, &mut rng), Err(Error::NonFiniteFeature));
    /// assert_eq!(reservoir.seen(), 1);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn offer<R: Rng + ?Sized>(&mut self, x: &[f32; F], label: L, rng: &mut R) -> Result<Option<usize>, Error> {
        if !x.iter().all(|feature| feature.is_finite()) {
            return Err(Error::NonFiniteFeature);
        }
        self.seen = self.seen.saturating_add(1);
        let filled = self.features.len();
        // Both have the same capacity and length: if one takes it, the other does.
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

    /// Empties it, to begin with another stream.
    ///
    /// ```
    /// let mut reservoir = hingeline::Reservoir::<2, 4>::new();
    /// reservoir.clear();
    /// assert_eq!(reservoir.seen(), 0);
    /// ```
    pub fn clear(&mut self) {
        self.features.clear();
        self.labels.clear();
        self.seen = 0;
    }
}

impl<const F: usize, const N: usize, L> Default for Reservoir<F, N, L> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const F: usize, const N: usize, L: Copy + Into<usize>> Samples<F> for Reservoir<F, N, L> {
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
