//! The weights and the score function.

use core::fmt;

use super::scale::Scale;
use crate::error::{Error, Stopped};
use crate::kernel::magnitude::{self, all_finite};
use crate::kernel::{CHOSEN, Chosen, Kernel};

/// Samples that a kernel is given together: enough for each row of weights to serve several, few enough for their
/// scores to fit on the stack.
pub(crate) const BLOCK: usize = 8;

/// A linear model of `C` classes over `F` features: `s = W x + b`, with `W = scale · weights`.
///
/// # Layout
/// `weights` is row-major, one row of `F` binary32 values for each class, in place; then come the bias, the scale and
/// an upper bound on the magnitude of the weights: [`Model::SIZE`] bytes, nothing anywhere else. [`Model::new`] is all
/// zero bits, so a `static` model lies in `.bss` and costs no flash.
///
/// The model keeps what it was given finite: every step refuses a result that is not. Only the candidate that a search
/// borrows is scratch, and may hold anything after a refusal.
///
/// # The scale
/// SGD with L2 would have to shrink every weight at each step. Instead it shrinks this one factor, and touches only
/// the rows that the sample asks it to. See [`Sgd`](crate::Sgd) for when the scale is folded into the weights.
///
/// # In firmware
/// No call moves the model: it stays in the static that it was made in, or in flash.
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
#[derive(Clone)]
#[repr(C)]
pub struct Model<const C: usize, const F: usize, K = Chosen> {
    // First, so that they start where the kernel's token wants the model aligned.
    weights: [[f32; F]; C],
    bias: [f32; C],
    scale: Scale,
    /// No weight is larger in magnitude than this; see `update.rs`.
    bound: f32,
    kernel: K,
}

impl<const C: usize, const F: usize> Model<C, F> {
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

    /// A model of these weights, made by value: for a `static`, where the compiler does it.
    ///
    /// To fill a model at run time, [`load`](Self::load) it in place.
    ///
    /// # Errors
    /// As [`load`](Self::load).
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
        match check_parts(weights.as_flattened(), &bias, scale) {
            Ok((scale, bound)) => {
                model.weights = weights;
                model.bias = bias;
                model.scale = scale;
                model.bound = bound;
                Ok(model)
            }
            Err(error) => Err(error),
        }
    }
}

impl<const C: usize, const F: usize, K> Model<C, F, K> {
    /// The number of classes.
    pub const CLASSES: usize = C;

    /// The number of features.
    pub const FEATURES: usize = F;

    /// The bytes of RAM or flash that the model takes: `4 · (C · F + C + 2)`, rounded up where the kernel wants its
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
        Self { weights: [[0.0; F]; C], bias: [0.0; C], scale: Scale::ONE, bound: 0.0, kernel }
    }

    /// The weights as they are stored, one row a class; the model's `W` is [`scale`](Self::scale) times these.
    pub const fn weights(&self) -> &[[f32; F]; C] {
        &self.weights
    }

    /// The bias of each class.
    pub const fn bias(&self) -> &[f32; C] {
        &self.bias
    }

    /// The factor that turns the stored weights into `W`; 1 unless SGD with L2 changed it.
    pub const fn scale(&self) -> f32 {
        self.scale.get()
    }

    /// Rebuilds a model in place from what [`weights`](Self::weights) (flattened), [`bias`](Self::bias) and
    /// [`scale`](Self::scale) gave, bit for bit.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there are `C · F` weights and `C` biases, [`Error::NonFiniteModel`] if one of
    /// them, or a weight times the scale, is not finite, [`Error::InvalidScale`] for a scale outside 2⁻¹⁶ to 2¹⁶. The
    /// model is then as before.
    ///
    /// ```
    /// use hingeline::Model;
    ///
    /// let saved = Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5], 0.75)?;
    /// let mut model = Model::<2, 2>::new();
    /// model.load(saved.weights().as_flattened(), saved.bias(), saved.scale())?;
    /// assert_eq!(model.checksum(), saved.checksum());
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn load(&mut self, weights: &[f32], bias: &[f32], scale: f32) -> Result<(), Error> {
        let own = self.weights.as_flattened_mut();
        if weights.len() != own.len() || bias.len() != C {
            return Err(Error::ShapeMismatch);
        }
        let (scale, bound) = check_parts(weights, bias, scale)?;
        copy(weights, own);
        copy(bias, &mut self.bias);
        self.scale = scale;
        self.bound = bound;
        Ok(())
    }

    /// Makes this model, where it lies, a copy of another one, whatever kernel that one is on.
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
        copy(other.weights.as_flattened(), self.weights.as_flattened_mut());
        self.bias = other.bias;
        self.scale = other.scale;
        self.bound = other.bound;
    }

    /// A fingerprint of the model's bits: equal for equal runs on every target.
    ///
    /// FNV-1a in 64 bits over the little-endian bytes of the weights in row-major order, the bias and the scale.
    /// Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
    ///
    /// ```
    /// use hingeline::Model;
    /// assert_ne!(Model::<2, 3>::new().checksum(), Model::<2, 4>::new().checksum());
    /// ```
    pub fn checksum(&self) -> u64 {
        let weights = self.weights.as_flattened().iter();
        weights
            .chain(&self.bias)
            .chain(&[self.scale()])
            .flat_map(|value| value.to_bits().to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }

    /// Whether `W`, the stored weights times the scale, is known to be finite.
    pub(crate) fn has_finite_weights(&self) -> bool {
        self.scale.keeps_finite(self.bound)
    }

    /// Everything that changes in a step.
    pub(crate) fn parts_mut(&mut self) -> Parts<'_, C, F, K>
    where
        K: Copy,
    {
        Parts {
            weights: &mut self.weights,
            bias: &mut self.bias,
            scale: &mut self.scale,
            bound: &mut self.bound,
            kernel: self.kernel,
        }
    }
}

/// A model taken apart for whoever may change it; who does keeps `bound` true.
pub(crate) struct Parts<'a, const C: usize, const F: usize, K> {
    pub(crate) weights: &'a mut [[f32; F]; C],
    pub(crate) bias: &'a mut [f32; C],
    pub(crate) scale: &'a mut Scale,
    pub(crate) bound: &'a mut f32,
    pub(crate) kernel: K,
}

impl<const C: usize, const F: usize, K: Kernel> Model<C, F, K> {
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
    pub fn scores(&self, x: &[f32; F], scores: &mut [f32; C]) -> Result<(), Error> {
        self.raw_scores(x, scores);
        // No pass over x is needed to find a NaN or an infinity in it. An infinity times a weight is an infinity, or
        // NaN if the weight is zero; whatever is finite and added leaves it one of the two, and so do the positive
        // scale and the finite bias. So each score of such a sample is NaN or infinite.
        if all_finite(scores.iter().copied()) { Ok(()) } else { Err(Error::NonFiniteScore) }
    }

    /// The scores of many samples: for each the bits of [`scores`](Self::scores), faster where the kernel takes
    /// [batches](Kernel::BATCHES).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] unless there is a row of scores for each sample; [`Error::NonFiniteScore`] with the
    /// index of the first sample that has one; its scores and all before it are then in their rows, and rows behind it
    /// may hold scores too.
    ///
    /// # Cost
    /// That of the samples one by one on a kernel that does not take batches, and eight slices on the stack.
    ///
    /// ```
    /// let model = hingeline::Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [0.5, -0.5], 1.0)?;
    /// let mut scores = [[0.0; 2]; 3];
    /// model.batch_scores(&[[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]], &mut scores)?;
    /// assert_eq!(scores, [[3.5, 6.5], [1.5, 2.5], [2.5, 3.5]]);
    /// # Ok::<(), hingeline::Stopped>(())
    /// ```
    pub fn batch_scores(&self, samples: &[[f32; F]], scores: &mut [[f32; C]]) -> Result<(), Stopped> {
        if samples.len() != scores.len() {
            return Err(Error::ShapeMismatch.into());
        }
        let mut first = 0_usize;
        for (samples, scores) in samples.chunks(BLOCK).zip(scores.chunks_mut(BLOCK)) {
            let mut xs: [&[f32]; BLOCK] = [&[]; BLOCK];
            for (x, sample) in xs.iter_mut().zip(samples) {
                *x = sample;
            }
            self.raw_batch_scores(xs.get(..samples.len()).unwrap_or_default(), scores);
            if let Some(at) = scores.iter().position(|scores| !all_finite(scores.iter().copied())) {
                return Err(Stopped::at(first.wrapping_add(at))(Error::NonFiniteScore));
            }
            first = first.wrapping_add(BLOCK);
        }
        Ok(())
    }

    /// The scores, whatever they are.
    pub(crate) fn raw_scores(&self, x: &[f32; F], scores: &mut [f32; C]) {
        self.kernel.scores(self.weights.as_flattened(), self.scale(), &self.bias, x, scores);
    }

    /// The scores of as many samples as there are rows, whatever they are.
    pub(crate) fn raw_batch_scores(&self, samples: &[&[f32]], scores: &mut [[f32; C]]) {
        let weights = self.weights.as_flattened();
        self.kernel.batch_scores(weights, self.scale(), &self.bias, samples, scores.as_flattened_mut());
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
    pub fn predict(&self, x: &[f32; F]) -> Result<usize, Error> {
        let mut scores = [0.0; C];
        self.scores(x, &mut scores)?;
        Ok(argmax(&scores))
    }

    /// `R(W) = Σ W²`, computed as `(scale * scale) * dot(weights, weights)` over all rows as one slice.
    ///
    /// ```
    /// let model = hingeline::Model::from_parts([[1.0, 2.0], [3.0, 4.0]], [9.0; 2], 0.5)?;
    /// assert_eq!(model.squared_norm(), 7.5);
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn squared_norm(&self) -> f32 {
        let weights = self.weights.as_flattened();
        (self.scale() * self.scale()) * self.kernel.dot(weights, weights)
    }

    pub(crate) fn kernel(&self) -> K {
        self.kernel
    }
}

impl<const C: usize, const F: usize> Default for Model<C, F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const C: usize, const F: usize, K> fmt::Debug for Model<C, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("classes", &C)
            .field("features", &F)
            .field("scale", &self.scale())
            .field("checksum", &self.checksum())
            .finish_non_exhaustive()
    }
}

/// The index of the highest score; the lowest index wins a tie, and 0 is the answer for none.
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

/// Refuses what a model must not hold, and returns the largest magnitude of the weights.
const fn check_parts(weights: &[f32], bias: &[f32], scale: f32) -> Result<(Scale, f32), Error> {
    let bound = magnitude::largest(weights);
    match Scale::in_range(scale) {
        Err(error) => Err(error),
        Ok(scale) if scale.keeps_finite(bound) && magnitude::largest(bias).is_finite() => Ok((scale, bound)),
        Ok(_) => Err(Error::NonFiniteModel),
    }
}

/// `copy_from_slice` without its panic: the part that both have.
fn copy(from: &[f32], to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
