//! A shuffled order that visits each sample once an epoch, without an index array.

use rand_core::Rng;

use crate::error::Error;

/// Rounds of the permutation, half of them on each half. With six, neighbours stayed neighbours up to 23 % too often in
/// sets of a hundred or two, whose halves have three or four bits.
const ROUNDS: usize = 10;

/// With halves of fewer than three bits the round functions have too few values to make all orders equally likely.
const FEWEST_BITS: u32 = 6;

/// The order in which an epoch visits the samples, another one each epoch.
///
/// A keyed permutation of `0..len` is evaluated at one place at a time: a Feistel network over the smallest power of
/// two that holds `len`, and at least 64, repeated until it lands below `len`. That takes fewer than two evaluations on
/// average (64 / `len` for fewer than 33 samples), and its whole state is
/// [`Order::SIZE`] bytes whatever the length. The keys are drawn from the caller's generator once; each epoch's are
/// derived from them.
///
/// # Numeric contract
/// Integers of 32 bits only. With `bits` = max(6, ⌈log₂ len⌉), the place is split into its upper ⌊bits / 2⌋ bits and
/// the rest; in round r the hash of one part and a key is added to the other without carry, even rounds changing the
/// lower part. Hash and key derivation are the finaliser of MurmurHash3.
///
/// # Source
/// M. Luby and C. Rackoff, "How to Construct Pseudorandom Permutations from Pseudorandom Functions", 1988; J. Black and
/// P. Rogaway, "Ciphers with Arbitrary Finite Domains", 2002 (the walk); A. Appleby, MurmurHash3 (the hash).
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Order {
    seed: [u32; 4],
    len: u32,
    epoch: u32,
    position: u32,
    keys: [u32; ROUNDS],
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

    /// The order at a place that [`seed`](Self::seed), [`len`](Self::len), [`epoch`](Self::epoch) and
    /// [`position`](Self::position) gave.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::InvalidState`] unless the position is below the length.
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

    /// The index of the sample whose turn it is.
    ///
    /// ```
    /// # use hingeline::Order;
    /// assert!(Order::resume([1, 2, 3, 4], 10, 0, 7)?.index() < 10);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn index(&self) -> usize {
        self.index_at(self.position)
    }

    /// The sample after the current one, if this epoch has one.
    pub(crate) fn next_index(&self) -> Option<usize> {
        (self.remaining() > 1).then(|| self.index_at(self.position.wrapping_add(1)))
    }

    fn index_at(&self, position: u32) -> usize {
        let bits = u32::BITS.wrapping_sub(self.len.wrapping_sub(1).leading_zeros()).max(FEWEST_BITS);
        let mut place = position;
        // A permutation leads every place back to where it came from in the end, so to one below the length.
        loop {
            place = permute(place, bits, &self.keys);
            if place < self.len {
                return place as usize;
            }
        }
    }

    /// Goes on to the next sample, and behind the last one to the next epoch.
    ///
    /// ```
    /// # use hingeline::Order;
    /// let mut order = Order::resume([1, 2, 3, 4], 10, 0, 9)?;
    /// order.skip();
    /// assert_eq!((order.epoch(), order.position()), (1, 0));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn skip(&mut self) {
        self.position = self.position.wrapping_add(1);
        if self.position >= self.len {
            self.position = 0;
            self.epoch = self.epoch.wrapping_add(1);
            self.keys = keys_of(self.seed, self.epoch);
        }
    }

    /// Refuses a set that this is not the order of.
    pub(crate) fn check_length(&self, len: usize) -> Result<(), Error> {
        if self.len() == len { Ok(()) } else { Err(Error::ShapeMismatch) }
    }
}

/// The keys of an epoch: a chain of hashes over the epoch and the seed's words in turn.
fn keys_of(seed: [u32; 4], epoch: u32) -> [u32; ROUNDS] {
    let mut keys = [0; ROUNDS];
    let mut hash = epoch;
    for (key, word) in keys.iter_mut().zip(seed.iter().cycle()) {
        hash = mix(hash.wrapping_add(0x9e37_79b9) ^ word);
        *key = hash;
    }
    keys
}

/// One evaluation of the Feistel network over `bits` bits.
fn permute(place: u32, bits: u32, keys: &[u32; ROUNDS]) -> u32 {
    let high_bits = bits / 2;
    let low_bits = bits.wrapping_sub(high_bits);
    let (high_mask, low_mask) = (mask(high_bits), mask(low_bits));
    let mut high = place.unbounded_shr(low_bits) & high_mask;
    let mut low = place & low_mask;
    let (pairs, _) = keys.as_chunks::<2>();
    for [even, odd] in pairs {
        low ^= mix(high ^ even) & low_mask;
        high ^= mix(low ^ odd) & high_mask;
    }
    high.unbounded_shl(low_bits) | low
}

fn mask(bits: u32) -> u32 {
    u32::MAX.unbounded_shr(u32::BITS.wrapping_sub(bits))
}

/// The finaliser of MurmurHash3: every bit of the input changes half the bits of the output.
fn mix(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}
