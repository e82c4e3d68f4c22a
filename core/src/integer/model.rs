//! The weights and the score function.

use core::fmt;

use super::input::{INPUT_BITS, Inputs};
use super::storage::{Arrays, Lent, Storage};
use crate::error::{Error, Stopped};
use crate::kernel::{CHOSEN, Chosen, KEY, Kernel, integers};
use crate::model::{copy, fnv1a};

/// A linear model of `C` classes over `F` features in integers: [`crate::Model`] with 16-bit weights and 32-bit biases.
///
/// [`Model::SIZE`] bytes, `4 · C + 2 · C · F + 8` except for the padding of an odd number of weights: half of a
/// binary32 model. A new model is all zero bits, so a `static` is in `.bss`.
///
/// ```
/// use hingeline::integer::{Inputs, Model};
/// use static_cell::ConstStaticCell;
///
/// // In RAM, to be trained.
/// static MODEL: ConstStaticCell<Model<3, 2>> = ConstStaticCell::new(Model::new());
///
/// // In flash; weights out of bounds do not compile.
/// static TRAINED: Model<3, 2> = match Model::from_parts([[512, 0], [0, 512], [-512, -512]], [0; 3], 13) {
///     Ok(model) => model,
///     Err(_) => panic!("out of bounds"),
/// };
///
/// let model = MODEL.take();
/// model.copy_from(&TRAINED);
/// assert_eq!(model.predict(Inputs::new(&[3, 29])?)?, 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type Model<const C: usize, const F: usize, K = Chosen> = AnyModel<Arrays<C, F>, K>;

/// A [`Model`] whose shape is known at run time, in memory that the caller lends. It has the same methods and gives the
/// same bits.
///
/// ```
/// use hingeline::integer::{DynModel, Inputs};
///
/// let (classes, features) = (3, 2);
/// let (mut weights, mut memory) = (vec![0; classes * features], vec![0; 2 * classes]);
/// let model = DynModel::new(&mut weights, &mut memory, classes, features)?;
/// assert_eq!(model.predict(Inputs::new(&[3, 29])?)?, 0);
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type DynModel<'a, K = Chosen> = AnyModel<Lent<'a>, K>;

/// A [`Model`] or a [`DynModel`]: the methods that both have.
///
/// ```
/// use hingeline::integer::{AnyModel, Model, Storage};
///
/// fn is_fresh<S: Storage, K>(model: &AnyModel<S, K>) -> bool {
///     model.parts().0.iter().all(|weight| *weight == 0)
/// }
/// assert!(is_fresh(&Model::<3, 2>::new()));
/// ```
#[derive(Clone)]
#[repr(C)]
pub struct AnyModel<S, K> {
    /// An upper bound on the magnitude of the weights.
    bound: i32,
    /// Stored XOR 13, so that a new model is all zero bits.
    fraction_bits: u8,
    kernel: K,
    pub(super) storage: S,
}

/// The number of fraction bits of a new model's weights.
pub(super) const WEIGHT_BITS: u8 = 13;
/// The largest number of fraction bits.
pub(super) const MOST_BITS: u8 = 15;
pub(super) use crate::kernel::integers::LARGEST_BIAS;

const MOST_CLASSES: usize = 1_024;
const MOST_FEATURES: usize = 4_096;

/// The number of samples of a batch that a kernel gets at once.
const TOGETHER: usize = 8;

/// W, the largest magnitude of a weight: `min(32767, ⌊2²² / F⌋)`.
pub(super) const fn largest_weight(features: usize) -> i32 {
    // There is no model without features.
    match (1_usize << 22).checked_div(features) {
        Some(limit) if limit < 32_767 => limit as i32,
        _ => 32_767,
    }
}

/// Rejects shapes for which a sum could overflow.
pub(super) const fn check_shape(classes: usize, features: usize) -> Result<(), Error> {
    let fits = classes >= 2 && classes <= MOST_CLASSES && features >= 1 && features <= MOST_FEATURES;
    if fits { Ok(()) } else { Err(Error::InvalidShape) }
}

/// Rejects biases and fraction bits that a model must not have.
pub(super) const fn check_bias(bias: &[i32], fraction_bits: u8) -> Result<(), Error> {
    if fraction_bits > MOST_BITS {
        return Err(Error::InvalidScale);
    }
    let mut rest = bias;
    while let Some((first, others)) = rest.split_first() {
        if first.unsigned_abs() > LARGEST_BIAS.unsigned_abs() {
            return Err(Error::WeightTooLarge);
        }
        rest = others;
    }
    Ok(())
}

/// Rejects parts that a model must not have, and returns the largest magnitude of the weights.
const fn check_parts(weights: &[i16], bias: &[i32], fraction_bits: u8, features: usize) -> Result<i32, Error> {
    let bound = integers::largest(weights);
    if let Err(error) = check_bias(bias, fraction_bits) {
        return Err(error);
    }
    if bound <= largest_weight(features) { Ok(bound) } else { Err(Error::WeightTooLarge) }
}

impl<const C: usize, const F: usize> AnyModel<Arrays<C, F>, Chosen> {
    /// A model of zeros with 13 fraction bits, on the kernel of this build. Fewer than two classes or more than 1,024,
    /// and no features or more than 4,096, do not compile.
    pub const fn new() -> Self {
        Self::on(CHOSEN)
    }

    /// A model of these parts, by value: for a `static`. To fill a model in place at run time, use
    /// [`load`](Self::load).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub const fn from_parts(weights: [[i16; F]; C], bias: [i32; C], fraction_bits: u8) -> Result<Self, Error> {
        let mut model = Self::new();
        match check_parts(weights.as_flattened(), &bias, fraction_bits, F) {
            Ok(bound) => {
                model.storage = Arrays { bias, weights };
                model.fraction_bits = fraction_bits ^ WEIGHT_BITS;
                model.bound = bound;
                Ok(model)
            }
            Err(error) => Err(error),
        }
    }
}

impl<const C: usize, const F: usize, K> AnyModel<Arrays<C, F>, K> {
    /// The number of classes.
    pub const CLASSES: usize = C;

    /// The number of features.
    pub const FEATURES: usize = F;

    /// The number of bytes that the model takes.
    pub const SIZE: usize = size_of::<Self>();

    /// A model of zeros with 13 fraction bits, on a kernel of the caller's choice.
    ///
    /// ```
    /// use hingeline::integer::Model;
    /// use hingeline::kernel::Portable;
    /// assert_eq!(Model::<10, 64, _>::on(Portable).fraction_bits(), 13);
    /// ```
    pub const fn on(kernel: K) -> Self {
        const { assert!(check_shape(C, F).is_ok(), "2 to 1,024 classes, 1 to 4,096 features") };
        Self { bound: 0, fraction_bits: 0, kernel, storage: Arrays { bias: [0; C], weights: [[0; F]; C] } }
    }

    /// The weights, one row per class.
    pub const fn weights(&self) -> &[[i16; F]; C] {
        &self.storage.weights
    }

    /// The bias of each class.
    pub const fn bias(&self) -> &[i32; C] {
        &self.storage.bias
    }

    /// Copies another model, which may be on another kernel, into this one in place.
    pub fn copy_from<Other>(&mut self, other: &Model<C, F, Other>) {
        self.copy_parts(other);
    }
}

impl<'a> AnyModel<Lent<'a>, Chosen> {
    /// A model of zeros with 13 fraction bits on the kernel of this build, in memory for `classes · features` weights,
    /// and for `classes` biases and as many scores.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for shapes that a [`Model`] cannot have, [`Error::ShapeMismatch`] for memory of wrong
    /// lengths.
    pub fn new(weights: &'a mut [i16], memory: &'a mut [i32], classes: usize, features: usize) -> Result<Self, Error> {
        Self::on(CHOSEN, weights, memory, classes, features)
    }
}

impl<'a, K> AnyModel<Lent<'a>, K> {
    /// The same on a kernel of the caller's choice.
    ///
    /// # Errors
    /// As [`new`](DynModel::new).
    pub fn on(
        kernel: K,
        weights: &'a mut [i16],
        memory: &'a mut [i32],
        classes: usize,
        features: usize,
    ) -> Result<Self, Error> {
        check_shape(classes, features)?;
        Ok(Self { bound: 0, fraction_bits: 0, kernel, storage: Lent::new(weights, memory, classes, features)? })
    }

    /// Copies another model into this one in place.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] if the other model has another shape; this one is then unchanged.
    pub fn copy_from<Other>(&mut self, other: &DynModel<'_, Other>) -> Result<(), Error> {
        if [self.classes(), self.features()] != [other.classes(), other.features()] {
            return Err(Error::ShapeMismatch);
        }
        self.copy_parts(other);
        Ok(())
    }
}

impl<S: Storage, K> AnyModel<S, K> {
    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.storage.bias().len()
    }

    /// The number of features.
    pub fn features(&self) -> usize {
        self.storage.features()
    }

    /// The fraction bits p of the weights; scores and biases have p + 5.
    pub const fn fraction_bits(&self) -> u8 {
        self.fraction_bits ^ WEIGHT_BITS
    }

    /// The arguments of [`load`](Self::load): the weights row after row, the biases, the fraction bits.
    pub fn parts(&self) -> (&[i16], &[i32], u8) {
        (self.storage.weights(), self.storage.bias(), self.fraction_bits())
    }

    /// Restores a model in place from its [`parts`](Self::parts). It cannot check whether the parts belong together.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are `C · F` weights and `C` biases, [`Error::InvalidScale`] for more than
    /// 15 fraction bits, [`Error::WeightTooLarge`] for a weight beyond ±W or a bias beyond ±2²⁸. The model is then
    /// unchanged.
    ///
    /// ```
    /// use hingeline::Error;
    /// use hingeline::integer::Model;
    ///
    /// let mut model = Model::<2, 1>::new();
    /// model.load(&[5, -5], &[100, -100], 12)?;
    /// assert_eq!(model.parts(), ([5, -5].as_slice(), [100, -100].as_slice(), 12));
    /// assert_eq!(model.load(&[5, -32_768], &[0; 2], 12), Err(Error::WeightTooLarge));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn load(&mut self, weights: &[i16], bias: &[i32], fraction_bits: u8) -> Result<(), Error> {
        let features = self.features();
        let (own_weights, own_bias) = self.storage.parts_mut();
        if weights.len() != own_weights.len() || bias.len() != own_bias.len() {
            return Err(Error::ShapeMismatch);
        }
        self.bound = check_parts(weights, bias, fraction_bits, features)?;
        copy(weights, own_weights);
        copy(bias, own_bias);
        self.fraction_bits = fraction_bits ^ WEIGHT_BITS;
        Ok(())
    }

    /// A fingerprint of the model: equal for equal runs on every target.
    ///
    /// FNV-1a in 64 bits over the little-endian bytes of the weights in row-major order, the biases, and the fraction
    /// bits as one byte.
    pub fn checksum(&self) -> u64 {
        let weights = self.storage.weights().iter().flat_map(|w| w.to_le_bytes());
        let bias = self.storage.bias().iter().flat_map(|b| b.to_le_bytes());
        fnv1a(weights.chain(bias).chain([self.fraction_bits()]))
    }

    /// Fills in weights and biases, which are within the bounds.
    pub(super) fn fill(
        &mut self,
        weights: impl Iterator<Item = i16>,
        bias: impl Iterator<Item = i32>,
        fraction_bits: u8,
    ) {
        let (own_weights, own_bias) = self.storage.parts_mut();
        own_weights.iter_mut().zip(weights).for_each(|(own, w)| *own = w);
        own_bias.iter_mut().zip(bias).for_each(|(own, b)| *own = b);
        self.bound = integers::largest(own_weights);
        self.fraction_bits = fraction_bits ^ WEIGHT_BITS;
    }

    /// Sets the bound of the weights that were filled in, and their fraction bits.
    pub(super) fn set_bounds(&mut self, bound: i32, fraction_bits: u8) {
        self.bound = bound;
        self.fraction_bits = fraction_bits ^ WEIGHT_BITS;
    }

    /// Sets everything to zero, with the fraction bits of a new model.
    pub(super) fn clear(&mut self) {
        let (weights, bias) = self.storage.parts_mut();
        weights.fill(0);
        bias.fill(0);
        self.set_bounds(0, WEIGHT_BITS);
    }

    fn copy_parts<T: Storage, Other>(&mut self, other: &AnyModel<T, Other>) {
        let (weights, bias) = self.storage.parts_mut();
        copy(other.storage.weights(), weights);
        copy(other.storage.bias(), bias);
        self.fraction_bits = other.fraction_bits;
        self.bound = other.bound;
    }

    /// One score per class, as scratch.
    pub(super) fn with_scores<T, E: From<Error>>(&self, f: impl FnOnce(&mut [i32]) -> Result<T, E>) -> Result<T, E> {
        self.storage.with_scores(f)
    }
}

impl<S: Storage, K: Kernel> AnyModel<S, K> {
    /// The score of every class, exactly, with p + 5 fraction bits.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for a wrong number of inputs or of scores.
    ///
    /// ```
    /// use hingeline::integer::{Inputs, Model};
    ///
    /// let model = Model::from_parts([[1, 2], [3, 4]], [10, -10], 13)?;
    /// let mut scores = [0; 2];
    /// model.scores(Inputs::new(&[1, -1])?, &mut scores)?;
    /// assert_eq!(scores, [9, -11]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn scores(&self, x: Inputs<'_>, scores: &mut [i32]) -> Result<(), Error> {
        if x.values().len() != self.features() || scores.len() != self.classes() {
            return Err(Error::ShapeMismatch);
        }
        self.kernel.integer_scores(KEY, self.storage.weights(), self.storage.bias(), x.values(), scores);
        Ok(())
    }

    /// The [`scores`](Self::scores) of many samples, row after row.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there is a row of scores for each sample, and for a sample with a wrong number
    /// of inputs, with its index; the scores of the samples before it are then in their rows.
    ///
    /// ```
    /// use hingeline::integer::{Inputs, Model};
    ///
    /// let model = Model::from_parts([[1, 2], [3, 4]], [10, -10], 13)?;
    /// let mut scores = [0; 4];
    /// model.batch_scores(&[Inputs::new(&[1, -1])?, Inputs::new(&[0, 2])?], &mut scores)?;
    /// assert_eq!(scores, [9, -11, 14, -2]);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn batch_scores(&self, samples: &[Inputs<'_>], scores: &mut [i32]) -> Result<(), Stopped> {
        let classes = self.classes();
        if samples.len().checked_mul(classes) != Some(scores.len()) {
            return Err(Error::ShapeMismatch.into());
        }
        let features = self.features();
        let (weights, bias) = (self.storage.weights(), self.storage.bias());
        let (mut rest, mut before) = (scores, 0_usize);
        for some in samples.chunks(TOGETHER) {
            let mut inputs = [&[][..]; TOGETHER];
            let of_shape = some.iter().take_while(|x| x.values().len() == features);
            let count = of_shape.zip(&mut inputs).map(|(x, own)| *own = x.values()).count();
            let inputs = inputs.get(..count).unwrap_or_default();
            let (own, below) = rest.split_at_mut_checked(count.saturating_mul(classes)).ok_or(Error::ShapeMismatch)?;
            self.kernel.integer_batch_scores(KEY, weights, bias, inputs, own);
            before = before.saturating_add(count);
            if count < some.len() {
                return Err(Stopped::at(before)(Error::ShapeMismatch));
            }
            rest = below;
        }
        Ok(())
    }

    /// The class with the highest score; the lowest index wins a tie.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for a wrong number of inputs.
    pub fn predict(&self, x: Inputs<'_>) -> Result<usize, Error> {
        self.storage.with_scores(|scores| {
            self.scores(x, scores)?;
            Ok(argmax(scores))
        })
    }

    /// A mutable view of the model for algorithms that do not know its shape, and one score per class.
    #[inline(always)]
    pub(super) fn with_view<T>(
        &mut self,
        f: impl FnOnce(ViewMut<'_, K>, &mut [i32]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (features, fraction_bits, kernel) = (self.features(), self.fraction_bits(), self.kernel);
        // If the compiler knows the number of features, it knows this too.
        let (limit, bound) = (largest_weight(features), &mut self.bound);
        self.storage.with_scores_mut(|weights, bias, scores| {
            f(ViewMut { features, fraction_bits, limit, weights, bias, bound, kernel }, scores)
        })
    }
}

/// A mutable view of a model; code that changes it keeps `bound` valid.
pub(super) struct ViewMut<'a, K> {
    pub(super) features: usize,
    pub(super) fraction_bits: u8,
    /// W.
    pub(super) limit: i32,
    pub(super) weights: &'a mut [i16],
    pub(super) bias: &'a mut [i32],
    pub(super) bound: &'a mut i32,
    pub(super) kernel: K,
}

impl<K> ViewMut<'_, K> {
    /// The number of fraction bits of scores and biases.
    pub(super) fn score_bits(&self) -> u32 {
        u32::from(self.fraction_bits).wrapping_add(INPUT_BITS)
    }
}

impl<const C: usize, const F: usize> Default for AnyModel<Arrays<C, F>, Chosen> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Storage, K> fmt::Debug for AnyModel<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("classes", &self.classes())
            .field("features", &self.features())
            .field("fraction_bits", &self.fraction_bits())
            .field("checksum", &self.checksum())
            .finish_non_exhaustive()
    }
}

/// The index of the highest score; the lowest index wins a tie.
pub(super) fn argmax(scores: &[i32]) -> usize {
    let mut best = (0, i32::MIN);
    for (class, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (class, score);
        }
    }
    best.0
}
