//! The weights and the score function.

use core::fmt;

use super::scale::{Scale, StoredScale};
use super::storage::sealed::Storage as _;
use super::storage::{Arrays, Lent, Shape, Storage, copy};
use crate::error::{Error, Stopped};
use crate::kernel::magnitude::{self, all_finite};
use crate::kernel::{CHOSEN, Chosen, Kernel};

/// The number of samples that a kernel takes together: enough for each row of weights to serve several, few enough for
/// their scores to fit on the stack.
pub(crate) const BLOCK: usize = 8;

/// A linear model of `C` classes over `F` features: `s = W x + b`, with `W = scale · weights`.
///
/// # In firmware
/// No call moves the model: it stays in the static in which it was made, or in flash.
///
/// ```
/// use hingeline::Model;
/// use static_cell::ConstStaticCell;
///
/// // In RAM, to be trained.
/// static MODEL: ConstStaticCell<Model<3, 2>> = ConstStaticCell::new(Model::new());
///
/// // In flash; weights that are not finite do not compile.
/// static TRAINED: Model<3, 2> =
///     match Model::from_parts([[1.0, 0.0], [0.0, 1.0], [-1.0, -1.0]], [0.0; 3], 1.0) {
///         Ok(model) => model,
///         Err(_) => panic!("the weights are not finite"),
///     };
///
/// let model = MODEL.take();
/// model.copy_from(&TRAINED);
/// assert_eq!(model.predict(&[0.1, 0.9])?, 1);
/// # Ok::<(), hingeline::Error>(())
/// ```
///
/// # Layout
/// `weights` is row-major, one row of `F` binary32 values for each class, in place; then come the bias, the scale with
/// its carry, and an upper bound on the magnitude of the weights: [`Model::SIZE`] bytes, and nothing elsewhere.
/// [`Model::new`] is all zero bits, so a `static` model is in `.bss` and takes no flash.
///
/// The model stays finite: every step refuses a result that is not. Only the candidate that a search borrows is scratch
/// and may hold anything after a refusal.
///
/// # The scale
/// A descent with L2 would have to shrink every weight at each step. Instead it shrinks this one factor, and SGD writes
/// only the rows whose coefficient for the sample is not 0. A change too small for the factor's last bit is carried;
/// see [`Scale`]. [`Sgd`](crate::Sgd) describes when the scale is folded into the weights.
///
/// The stored weights alone, without the scale, are not the model.
pub type Model<const C: usize, const F: usize, K = Chosen> = AnyModel<Arrays<C, F>, K>;

/// A [`Model`] of a shape that is known at run time, in memory that the caller lends.
///
/// It trains and predicts with the same calls and computes the same bits. Where a static model takes arrays, this one
/// takes slices. Every call that takes a sample, a buffer, a direction, an average or a model of another shape refuses
/// it with [`Error::ShapeMismatch`].
///
/// Scratch, which a static model has on the stack, is in the lent memory; [`memory_len`](Self::memory_len) includes it. Any
/// alignment will do; weights that start at a multiple of 64 bytes are fastest. A source of samples that calls the model while a
/// call passes over the set gets [`Error::ScratchInUse`], and so does the callback of [`breakpoints`](crate::Landscape::breakpoints).
/// Because of the scratch, types of runtime shape are not `Sync`.
///
/// ```
/// use hingeline::{Constant, DynModel, Hinge, Sgd};
///
/// let (classes, features) = (2, 3); // from a file, or from a message
/// let mut memory = vec![0.0; DynModel::memory_len(classes, features)];
/// let mut model = DynModel::new(&mut memory, classes, features)?;
/// let mut sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.1 })?;
/// sgd.step(&mut model, &[1.0, 0.5, -0.5], 1)?;
/// assert_eq!(model.predict(&[1.0, 0.5, -0.5])?, 1);
/// assert!(model.predict(&[1.0, 0.5]).is_err());
/// # Ok::<(), hingeline::Error>(())
/// ```
pub type DynModel<'a, K = Chosen> = AnyModel<Lent<'a>, K>;

/// A [`Model`] or a [`DynModel`]: the operations of both.
///
/// ```
/// use hingeline::{AnyModel, Model, kernel::Kernel, shape::Storage};
///
/// fn is_fresh<S: Storage, K: Kernel>(model: &AnyModel<S, K>) -> bool {
///     model.squared_norm() == 0.0
/// }
/// assert!(is_fresh(&Model::<3, 2>::new()));
/// ```
#[derive(Clone)]
#[repr(C)]
pub struct AnyModel<S, K> {
    pub(super) storage: S,
    pub(super) scale: StoredScale,
    /// No weight is larger in magnitude than this; see `update.rs`.
    pub(super) bound: f32,
    kernel: K,
}

impl<const C: usize, const F: usize> AnyModel<Arrays<C, F>, Chosen> {
    /// A model of zeros with scale 1, on the kernel of this build.
    ///
    /// A shape of fewer than two classes or of no features does not compile.
    ///
    /// ```
    /// let model = hingeline::Model::<10, 64>::new();
    /// assert_eq!(model.weights(), &[[0.0; 64]; 10]);
    /// ```
    pub const fn new() -> Self {
        Self::on(CHOSEN)
    }

    /// A model of these weights, by value: for a `static`, which the compiler initialises.
    ///
    /// To fill a model at run time, [`load`](Self::load) it in place.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    ///
    /// ```
    /// use hingeline::{Error, Model};
    ///
    /// let model = Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5], 1.0)?;
    /// assert_eq!(model.bias(), &[0.5, -0.5]);
    /// assert!(Model::from_parts([[f32::NAN], [0.0]], [0.0; 2], 1.0).is_err());
    /// # Ok::<(), Error>(())
    /// ```
    pub const fn from_parts(weights: [[f32; F]; C], bias: [f32; C], scale: f32) -> Result<Self, Error> {
        let mut model = Self::new();
        let scale = Scale { value: scale, carry: 0.0 };
        match check_parts(weights.as_flattened(), &bias, scale) {
            Ok(bound) => {
                model.storage = Arrays { weights, bias };
                model.scale = StoredScale::of(scale);
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

    /// The bytes of RAM or flash that the model takes: `4 · (C · F + C + 3)`, rounded up if the kernel needs its
    /// weights aligned.
    pub const SIZE: usize = size_of::<Self>();

    /// A model of zeros with scale 1, on a kernel of the caller's choice.
    ///
    /// ```
    /// use hingeline::{Model, kernel::Portable};
    /// let model = Model::<10, 64, _>::on(Portable);
    /// assert_eq!(model.scale(), 1.0);
    /// ```
    pub const fn on(kernel: K) -> Self {
        const { assert!(C >= 2, "a classifier needs at least two classes") };
        const { assert!(F >= 1, "a sample needs at least one feature") };
        Self { storage: Arrays::ZERO, scale: StoredScale::ONE, bound: 0.0, kernel }
    }

    /// The weights as they are stored, one row per class; the model's `W` is [`scale`](Self::scale) times these.
    pub const fn weights(&self) -> &[[f32; F]; C] {
        &self.storage.weights
    }

    /// The bias of each class.
    pub const fn bias(&self) -> &[f32; C] {
        &self.storage.bias
    }

    /// Copies another model into this one, in place. The other model may be on another kernel.
    ///
    /// ```
    /// use hingeline::Model;
    ///
    /// let trained = Model::from_parts([[1.0], [2.0]], [0.0; 2], 1.0)?;
    /// let mut model = Model::<2, 1>::new();
    /// model.copy_from(&trained);
    /// assert_eq!(model.weights(), trained.weights());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn copy_from<Other>(&mut self, other: &Model<C, F, Other>) {
        self.copy_parts(other);
    }
}

impl<const C: usize, const F: usize, K: Kernel> AnyModel<Arrays<C, F>, K> {
    /// The scores of many samples: the same bits as [`scores`](Self::scores) for each, and faster if the kernel takes
    /// [batches](Kernel::BATCHES).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there is a row of scores for each sample; [`Error::NonFiniteScore`] with the
    /// index of the first sample that has one. The rows up to and including that of this sample then hold their scores,
    /// and later rows may hold scores too.
    ///
    /// # Cost
    /// On a kernel that does not take batches, the cost of the samples one by one, and eight slices on the stack.
    ///
    /// ```
    /// let model = hingeline::Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5], 1.0)?;
    /// let mut scores = [[0.0; 2]; 3];
    /// model.batch_scores(&[[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]], &mut scores)?;
    /// assert_eq!(scores, [[3.5, 6.5], [1.5, 2.5], [2.5, 3.5]]);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn batch_scores(&self, samples: &[[f32; F]], scores: &mut [[f32; C]]) -> Result<(), Stopped> {
        self.view().checked_batches(samples, scores.as_flattened_mut())
    }
}

impl<'a> AnyModel<Lent<'a>, Chosen> {
    /// A model of zeros with scale 1, on the kernel of this build.
    ///
    /// # Errors
    /// As for [`on`](Self::on).
    pub fn new(memory: &'a mut [f32], classes: usize, features: usize) -> Result<Self, Error> {
        Self::on(CHOSEN, memory, classes, features)
    }

    /// The number of values that a model on the kernel of this build needs in memory.
    ///
    /// ```
    /// use hingeline::DynModel;
    /// assert!(DynModel::memory_len(10, 64) >= 10 * 64 + 10);
    /// ```
    pub const fn memory_len(classes: usize, features: usize) -> usize {
        Self::memory_len_on(CHOSEN, classes, features)
    }
}

impl<'a, K: Kernel> AnyModel<Lent<'a>, K> {
    /// Rows of scratch: a sample's own, and those of a batch or of the directions of a landscape.
    const SCRATCH: usize = 1 + if K::BATCHES { BLOCK } else { Lent::MOST_DIRECTIONS };

    /// The number of values that a model on this kernel needs in memory: `classes · (features + 1)`, and `4 · classes`
    /// of scratch, or `9 · classes` where the kernel takes [batches](Kernel::BATCHES). `usize::MAX` if that overflows.
    pub const fn memory_len_on(_kernel: K, classes: usize, features: usize) -> usize {
        Lent::len(classes, features, Self::SCRATCH)
    }

    /// A model of zeros with scale 1, on a kernel of the caller's choice.
    ///
    /// # Errors
    /// [`Error::InvalidShape`] for fewer than two classes or no features, [`Error::ShapeMismatch`] for memory whose
    /// length is not [`memory_len_on`](Self::memory_len_on).
    ///
    /// ```
    /// use hingeline::{DynModel, Error, kernel::Portable};
    ///
    /// let mut memory = [0.0; DynModel::memory_len_on(Portable, 3, 2)];
    /// assert_eq!(DynModel::on(Portable, &mut memory, 3, 2)?.classes(), 3);
    /// assert_eq!(DynModel::on(Portable, &mut memory[1..], 3, 2).err(), Some(Error::ShapeMismatch));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on(kernel: K, memory: &'a mut [f32], classes: usize, features: usize) -> Result<Self, Error> {
        let mut storage = Lent::new(memory, classes, features, Self::SCRATCH)?;
        let (weights, bias) = storage.parts_mut();
        weights.fill(0.0);
        bias.fill(0.0);
        Ok(Self { storage, scale: StoredScale::ONE, bound: 0.0, kernel })
    }

    /// [`Model::batch_scores`] for slices of samples, with their scores row after row.
    ///
    /// # Errors
    /// As for [`Model::batch_scores`], and [`Error::ShapeMismatch`] for a sample of another length.
    pub fn batch_scores(&self, samples: &[&[f32]], scores: &mut [f32]) -> Result<(), Stopped> {
        for (index, x) in samples.iter().enumerate() {
            self.check_sample(x).map_err(Stopped::at(index))?;
        }
        self.view().checked_batches(samples, scores)
    }
}

impl<K> AnyModel<Lent<'_>, K> {
    /// The weights as they are stored, one row per class, row after row.
    pub fn weights(&self) -> &[f32] {
        self.storage.weights()
    }

    /// The bias of each class.
    pub fn bias(&self) -> &[f32] {
        self.storage.bias()
    }

    /// [`Model::copy_from`].
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] if the other model has another shape. This model is then unchanged.
    pub fn copy_from<Other>(&mut self, other: &DynModel<'_, Other>) -> Result<(), Error> {
        self.check_shape(other.shape())?;
        self.copy_parts(other);
        Ok(())
    }
}

impl<S: Storage, K> AnyModel<S, K> {
    /// The number of classes.
    #[inline(always)]
    pub fn classes(&self) -> usize {
        self.storage.bias().len()
    }

    /// The number of features.
    #[inline(always)]
    pub fn features(&self) -> usize {
        self.storage.features()
    }

    /// The parts that [`load`](Self::load) takes: the weights row after row, the bias and the scale.
    ///
    /// ```
    /// use hingeline::{DynModel, Model};
    ///
    /// let trained = Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5], 0.75)?;
    /// let mut memory = [0.0; DynModel::memory_len(2, 2)];
    /// let mut copy = DynModel::new(&mut memory, trained.classes(), trained.features())?;
    /// let (weights, bias, scale) = trained.parts();
    /// copy.load(weights, bias, scale)?;
    /// assert_eq!(copy.checksum(), trained.checksum());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn parts(&self) -> (&[f32], &[f32], Scale) {
        (self.storage.weights(), self.storage.bias(), self.scale.get())
    }

    /// The factor that turns the stored weights into `W`; 1 unless a descent with L2 changed it. [`parts`](Self::parts)
    /// returns its carry too.
    pub const fn scale(&self) -> f32 {
        self.scale.value()
    }

    /// Rebuilds a model in place from its [`parts`](Self::parts), bit for bit. A plain number is a scale without a
    /// carry.
    ///
    /// It cannot check whether the parts belong together: rows from two different moments are accepted, and so are
    /// weights with the scale of another model. A caller that stores parts one by one must make sure of that, for
    /// example with the [`checksum`](Self::checksum).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are `C · F` weights and `C` biases, [`Error::NonFiniteModel`] if one of
    /// them, or a weight times the scale, is not finite, [`Error::InvalidScale`] for a scale outside 2⁻¹⁶ to 2¹⁶ or a
    /// carry of more than half the last bit of its value. The model is then unchanged.
    ///
    /// ```
    /// use hingeline::Model;
    ///
    /// let saved = Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5], 0.75)?;
    /// let mut model = Model::<2, 2>::new();
    /// let (weights, bias, scale) = saved.parts();
    /// model.load(weights, bias, scale)?;
    /// assert_eq!(model.checksum(), saved.checksum());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn load(&mut self, weights: &[f32], bias: &[f32], scale: impl Into<Scale>) -> Result<(), Error> {
        let (own_weights, own_bias) = self.storage.parts_mut();
        if weights.len() != own_weights.len() || bias.len() != own_bias.len() {
            return Err(Error::ShapeMismatch);
        }
        let scale = scale.into();
        let bound = check_parts(weights, bias, scale)?;
        copy(weights, own_weights);
        copy(bias, own_bias);
        self.scale = StoredScale::of(scale);
        self.bound = bound;
        Ok(())
    }

    /// A fingerprint of the model's bits: equal for equal runs on every target.
    ///
    /// FNV-1a in 64 bits over the little-endian bytes of the weights in row-major order, the bias, the scale and its carry.
    /// Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
    ///
    /// ```
    /// use hingeline::Model;
    /// assert_ne!(Model::<2, 3>::new().checksum(), Model::<2, 4>::new().checksum());
    /// ```
    pub fn checksum(&self) -> u64 {
        let Scale { value, carry } = self.scale.get();
        let values = self.storage.weights().iter().chain(self.storage.bias()).chain([&value, &carry]);
        fnv1a(values.flat_map(|value| value.to_bits().to_le_bytes()))
    }

    /// Copies all but the kernel from a model of the same shape.
    pub(crate) fn copy_parts<T: Storage, Other>(&mut self, other: &AnyModel<T, Other>) {
        let (weights, bias) = self.storage.parts_mut();
        copy(other.storage.weights(), weights);
        copy(other.storage.bias(), bias);
        self.scale = other.scale;
        self.bound = other.bound;
    }

    /// Whether `W`, the stored weights times the scale, is known to be finite.
    pub(crate) fn has_finite_weights(&self) -> bool {
        self.scale.get().keeps_finite(self.bound)
    }

    /// [`Sgd::steps_until_fold`](crate::Sgd::steps_until_fold) for steps with this decay.
    pub(crate) fn steps_until_fold(&self, decay: f32) -> u64 {
        self.scale.get().steps_until_fold(decay)
    }

    /// Classes and features.
    pub(crate) fn shape(&self) -> [usize; 2] {
        self.storage.shape()
    }

    /// Refuses another shape; a shape that the compiler knows is never refused.
    #[inline(always)]
    pub(crate) fn check_shape(&self, shape: [usize; 2]) -> Result<(), Error> {
        if self.shape() == shape { Ok(()) } else { Err(Error::ShapeMismatch) }
    }

    /// Refuses a sample of another length.
    #[inline(always)]
    pub(crate) fn check_sample(&self, x: &[f32]) -> Result<(), Error> {
        if x.len() == self.storage.features() { Ok(()) } else { Err(Error::ShapeMismatch) }
    }

    /// Lends a row of scratch and `MORE` further rows; a row has one value per class.
    #[inline(always)]
    pub(crate) fn with_scratch<const MORE: usize, T, E: From<Error>>(
        &self,
        f: impl FnOnce(&mut [f32], &mut [f32]) -> Result<T, E>,
    ) -> Result<T, E> {
        self.storage.with_scratch::<MORE, T, E>(f)
    }
}

/// Read access to a model, for algorithms that do not know its shape.
#[derive(Clone, Copy)]
pub(crate) struct View<'a, K> {
    pub(crate) features: usize,
    pub(crate) weights: &'a [f32],
    pub(crate) bias: &'a [f32],
    pub(crate) scale: f32,
    pub(crate) kernel: K,
}

/// Write access to a model, for the same algorithms; they keep `bound` valid.
pub(crate) struct ViewMut<'a, K> {
    pub(crate) weights: &'a mut [f32],
    pub(crate) bias: &'a mut [f32],
    pub(crate) scale: &'a mut StoredScale,
    pub(crate) bound: &'a mut f32,
    pub(crate) kernel: K,
}

/// The inputs of a step: the model, the sample, and two copies of the bias.
pub(crate) type StepParts<'a, K> = (ViewMut<'a, K>, &'a [f32], [&'a mut [f32]; 2]);

impl<K: Kernel> ViewMut<'_, K> {
    #[inline(always)]
    pub(crate) fn as_view(&self, features: usize) -> View<'_, K> {
        View { features, weights: self.weights, bias: self.bias, scale: self.scale.value(), kernel: self.kernel }
    }
}

impl<K: Kernel> View<'_, K> {
    /// The scores, finite or not.
    #[inline(always)]
    pub(crate) fn scores(self, x: &[f32], scores: &mut [f32]) {
        self.kernel.scores(self.weights, self.scale, self.bias, x, scores);
    }

    /// The scores of as many samples as there are rows, finite or not.
    #[inline(always)]
    pub(crate) fn batch_scores(self, samples: &[&[f32]], scores: &mut [f32]) {
        self.kernel.batch_scores(self.weights, self.scale, self.bias, samples, scores);
    }

    fn checked_batches<X: AsRef<[f32]>>(self, samples: &[X], scores: &mut [f32]) -> Result<(), Stopped> {
        // Kernels that take batches want this many references at once; other targets have no room for them.
        if K::BATCHES { self.in_blocks::<64, X>(samples, scores) } else { self.in_blocks::<BLOCK, X>(samples, scores) }
    }

    fn in_blocks<const BLOCK: usize, X: AsRef<[f32]>>(self, samples: &[X], scores: &mut [f32]) -> Result<(), Stopped> {
        let classes = self.bias.len();
        if samples.len().checked_mul(classes) != Some(scores.len()) {
            return Err(Error::ShapeMismatch.into());
        }
        let (mut first, mut rest) = (0_usize, scores);
        for samples in samples.chunks(BLOCK) {
            let mut xs: [&[f32]; BLOCK] = [&[]; BLOCK];
            for (x, sample) in xs.iter_mut().zip(samples) {
                *x = sample.as_ref();
            }
            let len = samples.len().wrapping_mul(classes);
            let (scores, below) = core::mem::take(&mut rest).split_at_mut_checked(len).ok_or(Error::ShapeMismatch)?;
            self.batch_scores(xs.get(..samples.len()).unwrap_or_default(), scores);
            if let Some(at) = super::storage::rows(scores, classes)
                .take(samples.len())
                .position(|scores| !all_finite(scores.iter().copied()))
            {
                return Err(Stopped::at(first.wrapping_add(at))(Error::NonFiniteScore));
            }
            first = first.wrapping_add(BLOCK);
            rest = below;
        }
        Ok(())
    }

    /// [`AnyModel::squared_norm`].
    pub(crate) fn squared_norm(self) -> f32 {
        (self.scale * self.scale) * self.kernel.dot(self.weights, self.weights)
    }
}

impl<S: Storage, K: Kernel> AnyModel<S, K> {
    /// The score of every class: `s[c] = (scale * dot(weights[c], x)) + bias[c]`, as
    /// [`Kernel::scores`] defines it.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] if a score is NaN or infinite; the buffer then holds these scores.
    ///
    /// ```
    /// let model = hingeline::Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5], 1.0)?;
    /// let mut scores = [0.0; 2];
    /// model.scores(&[1.0, 1.0], &mut scores)?;
    /// assert_eq!(scores, [3.5, 6.5]);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn scores(
        &self,
        x: &<S::Shape as Shape>::Sample,
        scores: &mut <S::Shape as Shape>::Scores,
    ) -> Result<(), Error> {
        let (x, scores) = (x.as_ref(), scores.as_mut());
        self.check_sample(x)?;
        if scores.len() != self.storage.bias().len() {
            return Err(Error::ShapeMismatch);
        }
        self.checked_scores(x, scores)
    }

    #[inline(always)]
    fn checked_scores(&self, x: &[f32], scores: &mut [f32]) -> Result<(), Error> {
        self.view().scores(x, scores);
        // No pass over x is needed to find a NaN or an infinity in it. An infinity times a weight is an infinity, or
        // NaN if the weight is zero; adding finite terms leaves it one of the two, and so do the positive scale and the
        // finite bias. So each score of such a sample is NaN or infinite.
        if all_finite(scores.iter().copied()) { Ok(()) } else { Err(Error::NonFiniteScore) }
    }

    /// The class of the highest score; the lowest index wins a tie.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] if a score is NaN or infinite.
    ///
    /// ```
    /// let model = hingeline::Model::from_parts([[1.0, 0.0], [0.0, 1.0]], [0.0; 2], 1.0)?;
    /// assert_eq!(model.predict(&[0.25, 0.75])?, 1);
    /// assert_eq!(model.predict(&[0.5, 0.5])?, 0);
    /// assert!(model.predict(&[f32::NAN, 0.5]).is_err());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn predict(&self, x: &<S::Shape as Shape>::Sample) -> Result<usize, Error> {
        self.predict_row(x.as_ref())
    }

    /// [`predict`](Self::predict) for a slice.
    pub(crate) fn predict_row(&self, x: &[f32]) -> Result<usize, Error> {
        self.with_checked_scores(x, argmax)
    }

    /// Applies `f` to the scores of a sample, which are finite.
    pub(super) fn with_checked_scores<T>(&self, x: &[f32], f: impl FnOnce(&[f32]) -> T) -> Result<T, Error> {
        self.check_sample(x)?;
        self.with_scratch::<0, _, _>(|scores, _| {
            self.checked_scores(x, scores)?;
            Ok(f(scores))
        })
    }

    /// `R(W) = Σ W²`, computed as `(scale * scale) * dot(weights, weights)` over all rows as one slice.
    ///
    /// ```
    /// let model = hingeline::Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [9.0; 2], 0.5)?;
    /// assert_eq!(model.squared_norm(), 7.5);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn squared_norm(&self) -> f32 {
        self.view().squared_norm()
    }

    #[inline(always)]
    pub(crate) fn view(&self) -> View<'_, K> {
        View {
            features: self.storage.features(),
            weights: self.storage.weights(),
            bias: self.storage.bias(),
            scale: self.scale.value(),
            kernel: self.kernel,
        }
    }

    #[inline(always)]
    pub(crate) fn view_mut(&mut self) -> ViewMut<'_, K> {
        let (weights, bias) = self.storage.parts_mut();
        ViewMut { weights, bias, scale: &mut self.scale, bound: &mut self.bound, kernel: self.kernel }
    }

    /// Lends the model for writing, a row of scratch and `MORE` further rows.
    pub(crate) fn with_scratch_mut<const MORE: usize, T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(ViewMut<'_, K>, &mut [f32], &mut [f32]) -> Result<T, E>,
    ) -> Result<T, E> {
        let (scale, bound, kernel) = (&mut self.scale, &mut self.bound, self.kernel);
        self.storage.with_scratch_mut::<MORE, T, E>(|[weights, bias, row, more]| {
            f(ViewMut { weights, bias, scale, bound, kernel }, row, more)
        })
    }

    /// Two copies of the bias for [`with_copies`](Self::with_copies).
    #[inline(always)]
    pub(crate) fn copies(&self) -> S::Copies {
        self.storage.copies()
    }

    /// The model for writing on a kernel, a sample, and two copies of the bias as scratch.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] for a sample of another length.
    #[inline(always)]
    pub(crate) fn with_copies<'s, I: Kernel>(
        &'s mut self,
        copies: &'s mut S::Copies,
        kernel: I,
        x: &'s [f32],
    ) -> Result<StepParts<'s, I>, Error> {
        self.check_sample(x)?;
        // The length is already that of the storage. This repeats it for a compiler that sees only this part.
        let x = x.get(..self.storage.features()).ok_or(Error::ShapeMismatch)?;
        let [weights, bias, first, second] = self.storage.with_copies(copies)?;
        let model = ViewMut { weights, bias, scale: &mut self.scale, bound: &mut self.bound, kernel };
        Ok((model, x, [first, second]))
    }

    #[inline(always)]
    pub(crate) fn kernel(&self) -> K {
        self.kernel
    }
}

impl<const C: usize, const F: usize> Default for AnyModel<Arrays<C, F>, Chosen> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Storage, K> fmt::Debug for AnyModel<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [classes, features] = self.shape();
        f.debug_struct("Model")
            .field("classes", &classes)
            .field("features", &features)
            .field("scale", &self.scale())
            .field("checksum", &self.checksum())
            .finish_non_exhaustive()
    }
}

/// The hash of Fowler, Noll and Vo in 64 bits.
pub(crate) fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The index of the highest score; the lowest index wins a tie, and the index is 0 if there are no scores.
///
/// ```
/// assert_eq!(hingeline::argmax(&[1.0, 3.0, 3.0]), 1);
/// ```
pub fn argmax(scores: &[f32]) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (class, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (class, score);
        }
    }
    best.0
}

/// Refuses parts that a model must not hold, and returns the largest magnitude of the weights.
const fn check_parts(weights: &[f32], bias: &[f32], scale: Scale) -> Result<f32, Error> {
    let bound = magnitude::largest(weights);
    match scale.checked() {
        Err(error) => Err(error),
        Ok(scale) if scale.keeps_finite(bound) && magnitude::largest(bias).is_finite() => Ok(bound),
        Ok(_) => Err(Error::NonFiniteModel),
    }
}
