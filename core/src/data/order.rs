//! A shuffled order that visits each sample once per epoch, without an index array.

use core::hint::black_box;
use core::ops::{BitAnd, BitXor};

use rand_core::Rng;

use crate::error::Error;

/// Rounds of the permutation. With four, the distances between visits in sets of 8 to 63 samples are uneven enough to
/// show in three million visits; with five, they do not show in ten million.
const ROUNDS: usize = 5;

/// The order in which an epoch visits the samples; it differs from epoch to epoch.
///
/// A keyed permutation of `0..len` is evaluated at one place at a time, so the whole state is [`Order::SIZE`] bytes
/// whatever the length. The seed is drawn from the caller's generator once; the keys of each epoch are derived from it.
/// Tests cannot distinguish it from a random order: for up to six samples, all orders are equally likely; for more, so
/// are even and odd orders, each sample at each place, and each distance from one visit to the next and from one epoch
/// to the next.
///
/// ```
/// use hingeline::Order;
/// use rand_core::SeedableRng;
///
/// let mut order = Order::new(5, &mut rand_xorshift::XorShiftRng::seed_from_u64(1))?;
/// let mut visited = [0; 5];
/// for _ in 0..5 {
///     visited[order.index()] += 1;
///     order.skip();
/// }
/// assert_eq!(visited, [1; 5]);
/// assert_eq!((order.epoch(), order.position()), (1, 0));
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Cost
/// Every index of every length takes the same steps, among them ten multiplications and no division. Epochs and batches
/// compute sixteen indices side by side on kernels that [take batches](crate::kernel::Kernel::BATCHES), as
/// [`rest`](Self::rest) does; `cargo steps` times both. A new epoch takes 26 multiplications for its keys.
///
/// # Numeric contract
/// Integers of 32 bits only. With b = ⌊log₂ len⌋, a round takes a place x through
///
/// 1. `mix(x, k₁, max(1, b / 2))`,
/// 2. `x = len − 1 − x`,
/// 3. `mix(x, k₂, max(1, b / 4))`,
/// 4. `x = (x − ⌊(len + 1) / 4⌋) mod len`,
///
/// where `mix(x, k, s)` leaves x ≥ 2ᵇ alone, and otherwise is `x = (x + ⌊k / 2¹⁶⌋) · k mod 2ᵇ`, then
/// `x = x ^ ⌊x / 2ˢ⌋`.
///
/// Five rounds take ten keys from a chain of hashes h. It starts with the epoch and continues with the words w of the
/// seed in turn: `h = finaliser((h + 0x9e3779b9) ^ w)`, where the finaliser is that of MurmurHash3. The first three
/// links give no key, so that each key depends on all four words; each of the next ten, with the lowest bit set, is a
/// key.
///
/// Each step permutes `0..len`, and so does the whole. More than half of the places are below 2ᵇ, so each place is
/// mixed at least once in a round; the shift by a quarter of the length makes half of the mixed places come from each
/// of the two mixed parts. The addition of an odd number to an even count of places is an odd permutation, and that of
/// an even number is not. So the lowest bits of the keys' upper halves make even and odd orders equally likely.
///
/// # Source
/// The two lines of `mix`: A. Kensler, "Correlated Multi-Jittered Sampling", Pixar Technical Memo 13-01, 2013, with
/// keys in place of its constants. A. Appleby, MurmurHash3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Order {
    seed: [u32; 4],
    len: u32,
    epoch: u32,
    position: u32,
    keys: [[u32; 2]; ROUNDS],
}

impl Order {
    /// The bytes that the order takes.
    pub const SIZE: usize = size_of::<Self>();

    /// The order of a set of `len` samples, at the start of epoch 0. Takes four draws.
    ///
    /// # Errors
    /// [`Error::EmptySet`], [`Error::SetTooLarge`].
    ///
    /// ```
    /// use hingeline::{Error, Order};
    /// use rand_core::SeedableRng;
    /// let mut rng = rand_xorshift::XorShiftRng::seed_from_u64(1);
    /// assert_eq!(Order::new(0, &mut rng), Err(Error::EmptySet));
    /// ```
    pub fn new<R: Rng + ?Sized>(len: usize, rng: &mut R) -> Result<Self, Error> {
        let mut seed = [0; 4];
        for word in &mut seed {
            *word = rng.next_u32();
        }
        Self::resume(seed, len, 0, 0)
    }

    /// The order at the place that [`seed`](Self::seed), [`len`](Self::len), [`epoch`](Self::epoch) and
    /// [`position`](Self::position) returned.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and [`Error::InvalidState`] unless the position is below the length.
    ///
    /// ```
    /// use hingeline::Order;
    /// use rand_core::SeedableRng;
    /// let mut order = Order::new(100, &mut rand_xorshift::XorShiftRng::seed_from_u64(1))?;
    /// order.skip();
    /// let again = Order::resume(order.seed(), order.len(), order.epoch(), order.position())?;
    /// assert_eq!(again, order);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn resume(seed: [u32; 4], len: usize, epoch: u32, position: u32) -> Result<Self, Error> {
        let len = u32::try_from(len).map_err(|_| Error::SetTooLarge)?;
        if len == 0 {
            return Err(Error::EmptySet);
        }
        if position >= len {
            return Err(Error::InvalidState);
        }
        Ok(Self { seed, len, epoch, position, keys: keys_of(seed, epoch) })
    }

    /// The four words that were drawn for this order.
    pub const fn seed(&self) -> [u32; 4] {
        self.seed
    }

    /// The number of samples, at least one.
    #[expect(clippy::len_without_is_empty, reason = "an order is never empty")]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// The epochs completed.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The place in the epoch, from 0.
    pub const fn position(&self) -> u32 {
        self.position
    }

    /// The samples of this epoch that are still to come.
    pub const fn remaining(&self) -> u32 {
        self.len.saturating_sub(self.position)
    }

    /// The index of the current sample.
    ///
    /// ```
    /// # use hingeline::Order;
    /// assert!(Order::resume([1, 2, 3, 4], 10, 0, 7)?.index() < 10);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn index(&self) -> usize {
        let [index] = self.indices(self.position);
        index as usize
    }

    /// The indices of the samples that are still to come in this epoch, the current one first. The order does not
    /// advance.
    ///
    /// # Cost
    /// The indices are computed several at a time, side by side. On a processor with vectors this takes a fraction of
    /// the time of [`index`](Self::index); elsewhere it takes as long.
    ///
    /// ```
    /// # use hingeline::Order;
    /// let mut order = Order::resume([1, 2, 3, 4], 10, 0, 7)?;
    /// let rest: Vec<_> = order.rest().collect();
    /// for index in rest {
    ///     assert_eq!(index, order.index());
    ///     order.skip();
    /// }
    /// assert_eq!(order.epoch(), 1);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn rest(&self) -> impl Iterator<Item = usize> + use<> {
        let (order, mut ahead) = (*self, Ahead::<PLACES>::new(self));
        (self.position..self.len).filter_map(move |place| ahead.index(&order, place))
    }

    /// The indices at this place and the places after it; past the end of the epoch they are meaningless.
    fn indices<const N: usize>(&self, first: u32) -> [u32; N] {
        // A vector has twice the lanes of 16 bits, and SSE2 can multiply them.
        if N > 1 && self.len <= 1 << u16::BITS { self.permute::<u16, N>(first) } else { self.permute::<u32, N>(first) }
    }

    /// The keys. If many places go through the rounds together, the compiler must not see how many rounds there are: if
    /// it unrolled them, one vector would go through all rounds before the next one, and each step would wait for the
    /// previous one.
    fn rounds<const N: usize>(&self) -> &[[u32; 2]] {
        if N > 1 { black_box(&self.keys) } else { &self.keys }
    }

    /// The permutation, in integers wide enough for the places.
    fn permute<W: Word, const N: usize>(&self, first: u32) -> [u32; N] {
        let mut place = first.wrapping_sub(1);
        let mut places = [(); N].map(|()| {
            place = place.wrapping_add(1);
            W::low(place)
        });
        let last = self.len.wrapping_sub(1);
        // (len + 1) / 4 without a carry out of 32 bits.
        let quarter = W::low((last / 2).wrapping_add(1) / 2);
        let bits = (u32::BITS - 1).wrapping_sub(self.len.leading_zeros());
        let mask = W::low(1_u32.wrapping_shl(bits).wrapping_sub(1));
        let (half, fourth) = ((bits / 2).max(1), (bits / 4).max(1));
        let (last, len) = (W::low(last), W::low(self.len));
        for &[first, second] in self.rounds::<N>() {
            // Without a branch, so that it becomes a loop over vectors.
            for place in &mut places {
                let mirrored = last.minus(mix(*place, first, mask, half));
                let mixed = mix(mirrored, second, mask, fourth);
                let turned = mixed.minus(quarter);
                *place = if mixed < quarter { turned.plus(len) } else { turned };
            }
        }
        places.map(W::wide)
    }

    /// Advances to the next sample, and after the last one to the next epoch.
    ///
    /// ```
    /// # use hingeline::Order;
    /// let mut order = Order::resume([1, 2, 3, 4], 10, 0, 9)?;
    /// order.skip();
    /// assert_eq!((order.epoch(), order.position()), (1, 0));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn skip(&mut self) {
        self.advance(1);
    }

    /// Advances by this many samples, which must remain in this epoch.
    pub(crate) fn advance(&mut self, samples: u32) {
        self.position = self.position.wrapping_add(samples);
        if self.position >= self.len {
            self.position = 0;
            self.epoch = self.epoch.wrapping_add(1);
            self.keys = keys_of(self.seed, self.epoch);
        }
    }

    /// Refuses a set of another length.
    pub(crate) fn check_length(&self, len: usize) -> Result<(), Error> {
        if self.len() == len { Ok(()) } else { Err(Error::ShapeMismatch) }
    }
}

/// The number of indices that a strategy computes side by side: four vectors of SSE2 or NEON. With two, the
/// multiplications of one round wait for those of the round before.
pub(crate) const PLACES: usize = 16;

/// The indices of an epoch in turn, computed `N` at a time side by side.
pub(crate) struct Ahead<const N: usize> {
    first: u32,
    block: [u32; N],
}

impl<const N: usize> Ahead<N> {
    /// Starts before the index at the order's position.
    pub(crate) fn new(order: &Order) -> Self {
        Self { first: order.position, block: [0; N] }
    }

    /// The index at a place of the order's epoch, if the epoch has that place. The places must be requested in
    /// sequence.
    #[inline]
    pub(crate) fn index(&mut self, order: &Order, position: u32) -> Option<usize> {
        if position >= order.len {
            return None;
        }
        let turn = position.wrapping_sub(self.first) as usize;
        if turn == 0 || turn >= N {
            self.block = order.indices(position);
            self.first = position;
        }
        self.block.get(position.wrapping_sub(self.first) as usize).map(|index| *index as usize)
    }
}

/// The keys of an epoch: a chain of hashes over the epoch and the seed's words in turn, from the link that includes all
/// four words.
fn keys_of(seed: [u32; 4], epoch: u32) -> [[u32; 2]; ROUNDS] {
    let [a, b, c, d] = seed;
    let mut hash = [a, b, c].into_iter().fold(epoch, chain);
    let mut keys = [[0; 2]; ROUNDS];
    for (key, word) in keys.as_flattened_mut().iter_mut().zip([d, a, b, c].into_iter().cycle()) {
        hash = chain(hash, word);
        *key = hash | 1;
    }
    keys
}

/// The next link: the finaliser of MurmurHash3, in which every bit of the input changes half the bits of the output.
fn chain(hash: u32, word: u32) -> u32 {
    let mut hash = hash.wrapping_add(0x9e37_79b9) ^ word;
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// Permutes the places up to the mask, which is a power of two minus one, and leaves the others where they are.
#[inline(always)]
fn mix<W: Word>(place: W, key: u32, mask: W, shift: u32) -> W {
    let product = place.plus(W::low(key >> 16)).times(W::low(key)) & mask;
    let mixed = product ^ product.shifted(shift);
    if place <= mask { mixed } else { place }
}

/// An integer wide enough for the places; the arithmetic wraps around.
trait Word: Copy + PartialOrd + BitAnd<Output = Self> + BitXor<Output = Self> {
    /// The lowest bits of a value.
    fn low(value: u32) -> Self;
    fn wide(self) -> u32;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn shifted(self, bits: u32) -> Self;
}

macro_rules! word {
    ($($word:ty)*) => {$(
        impl Word for $word {
            #[inline(always)]
            fn low(value: u32) -> Self {
                value as Self
            }

            #[inline(always)]
            fn wide(self) -> u32 {
                self.into()
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }

            #[inline(always)]
            fn shifted(self, bits: u32) -> Self {
                self.wrapping_shr(bits)
            }
        }
    )*};
}

word!(u16 u32);
