//! The guarded update: what a step writes to the model, decided before the first write.
//!
//! A step whose result would not be finite is refused. Finite scores do not prove that the result is: with `w = 0`,
//! `x = 1e20` and a learning rate of 1e19 the scores are 0 and the update is infinite. So:
//!
//! 1. The model stores an upper bound on `|w|`. With the largest `|x|` (or `|g|`) it bounds every weight after the
//!    step, `bound + |k| · max |x|`, and rounding to nearest is monotone, so the bound computed with the same
//!    operations holds for the rounded results too. If it is finite, so are all weights. This costs one pass over `x`,
//!    and for SGD only when a margin counts.
//! 2. If that bound does not decide, one read-only pass over the rows to be written computes and checks every result.
//!
//! The bound rises by at most a step at a time, and stops rising once a step is lost in its rounding. So case 2 occurs
//! only for weights or steps near the end of the range of binary32.

use super::gradient::Elements;
use super::model::ViewMut;
use super::scale::{Scale, StoredScale};
use super::storage::rows;
use crate::error::Error;
use crate::kernel::magnitude::{self, all_finite};
use crate::kernel::{KEY, Kernel, Portable};

/// An observer that follows a model from step to step, such as an average.
pub(crate) trait Observer {
    /// Refuses a step that it could not follow, before anything is written. The first bound is that of the weights
    /// before the step, the second that after it; the scale and the biases are those after it.
    fn check(&self, bounds: [f32; 2], scale: f32, bias: &[f32]) -> Result<(), Error>;

    /// Called before rows are written: those whose factor is not 0, or all of them.
    fn before(&mut self, model: &ViewMut<'_, impl Kernel>, factors: impl Iterator<Item = f32>, all: bool);

    /// Called after the step.
    fn after(&mut self, scale: f32, bias: &[f32]);
}

/// No observer.
impl Observer for () {
    fn check(&self, _: [f32; 2], _: f32, _: &[f32]) -> Result<(), Error> {
        Ok(())
    }

    fn before(&mut self, _: &ViewMut<'_, impl Kernel>, _: impl Iterator<Item = f32>, _: bool) {}

    fn after(&mut self, _: f32, _: &[f32]) {}
}

/// The inputs of a sample's step.
pub(crate) struct Update<'a> {
    /// The coefficients of the sample's gradient, undefined if all are 0, and undefined after the step.
    pub(crate) coefficients: &'a mut [f32],
    /// The largest magnitude of these; 0 for a step that only shrinks.
    pub(crate) largest: f32,
    /// The bias after the step, which is finite.
    pub(crate) bias: &'a [f32],
    pub(crate) rate: f32,
    /// The share of W that L2 removes.
    pub(crate) decay: f32,
}

impl<K: Kernel> ViewMut<'_, K> {
    /// One sample's step: `W ← (1 − decay) · W`, then adds `−rate · coefficients[c]` times x to row `c` of W. Returns
    /// whether the scale was folded into the weights; if so, the step wrote all of them.
    ///
    /// The caller then copies the bias: it may know the number of classes, and a copy of known length is shorter.
    #[cfg_attr(any(hingeline_neon, hingeline_simd128, hingeline_sse2), inline(always))]
    #[cfg_attr(not(any(hingeline_neon, hingeline_simd128, hingeline_sse2)), inline)]
    pub(crate) fn descend_sample(
        &mut self,
        x: &[f32],
        update: Update<'_>,
        observer: &mut impl Observer,
    ) -> Result<bool, Error> {
        let Update { coefficients, largest, bias, rate, decay } = update;
        let (scale, fold) = self.decayed_scale(decay);
        let bound_before = *self.bound;
        let mut bound = bound_before * fold;
        let factor = -(rate / scale.value);
        // Without a violation the coefficients are undefined: weights and bias stay.
        let moves = largest > 0.0;

        if moves {
            let largest_factor = largest * factor.abs();
            let change = largest_factor * self.kernel.largest(x);
            let quick = bound + change;
            bound = if scale.keeps_finite(quick) {
                quick
            } else {
                bound_by_rows(scale, bound, self.weights, fold, (coefficients, factor), x)?
            };
        }
        observer.check([bound_before, bound], scale.value, bias)?;

        observer.before(self, factors(coefficients, moves, factor), fold != 1.0);
        if fold != 1.0 {
            self.kernel.scale(fold, self.weights);
        }
        if moves {
            self.kernel.scaled_rank_one(KEY, coefficients, factor, x, self.weights);
        }
        *self.scale = StoredScale::of(scale);
        *self.bound = bound;
        observer.after(scale.value, if moves { bias } else { self.bias });
        Ok(fold != 1.0)
    }

    /// A batch's step: `W ← (1 − decay) · W`, then `w = w + (f * g)` with `f = −(rate / samples) / scale`. Returns whether the
    /// scale was folded into the weights.
    pub(crate) fn descend_batch(
        self,
        gradient: Elements<'_>,
        samples: f32,
        rate: f32,
        decay: f32,
    ) -> Result<bool, Error> {
        let (scale, fold) = self.decayed_scale(decay);
        let bias_factor = -(rate / samples);
        let factor = bias_factor / scale.value;
        let steps = gradient.weights;
        let change = factor.abs() * self.kernel.largest(steps);
        let bound = *self.bound * fold;
        let quick = bound + change;
        let bound = if scale.keeps_finite(quick) {
            quick
        } else {
            let after = self.weights.iter().zip(steps).map(|(w, g)| (w * fold) + (factor * g));
            bound_by(scale, bound, after)?
        };
        check_bias(self.bias, gradient.bias, bias_factor)?;

        if fold != 1.0 {
            self.kernel.scale(fold, self.weights);
        }
        self.kernel.axpy(factor, steps, self.weights);
        Portable.axpy(bias_factor, gradient.bias, self.bias);
        *self.scale = StoredScale::of(scale);
        *self.bound = bound;
        Ok(fold != 1.0)
    }

    /// Folds the scale into the weights, all but a factor in [1, 2). Returns whether there was something to fold.
    pub(crate) fn fold(self, observer: &mut impl Observer) -> Result<bool, Error> {
        let scale = self.scale.get();
        let fold = scale.fold();
        if fold == 1.0 {
            return Ok(false);
        }
        let bound = *self.bound * fold;
        observer.check([*self.bound, bound], 0.0, self.bias)?;
        observer.before(&self, core::iter::repeat(0.0), true);
        self.kernel.scale(fold, self.weights);
        *self.scale = StoredScale::of(scale.without(fold));
        *self.bound = bound;
        Ok(true)
    }

    /// The scale after a step, and the factor to fold into the weights before it; 1 for none.
    #[inline]
    fn decayed_scale(&self, decay: f32) -> (Scale, f32) {
        let scale = self.scale.get().decayed(decay);
        let fold = scale.due_fold();
        // Seldom due, and a division takes as long as several rows.
        if fold == 1.0 { (scale, fold) } else { (scale.without(fold), fold) }
    }
}

/// The bound on the weights after a sample's step, from the results in the rows that it writes.
///
/// A function of its own, since it is rarely called and would be the larger part of a step's code and stack.
#[cold]
#[inline(never)]
fn bound_by_rows(
    scale: Scale,
    bound: f32,
    weights: &[f32],
    fold: f32,
    (coefficients, factor): (&[f32], f32),
    x: &[f32],
) -> Result<f32, Error> {
    let written = rows(weights, x.len()).zip(factors(coefficients, true, factor)).filter(|(_, k)| *k != 0.0);
    let after = written.flat_map(|(row, k)| row.iter().zip(x).map(move |(w, x)| (w * fold) + (k * x)));
    bound_by(scale, bound, after)
}

/// The bound on these results, or an error. A bound by magnitudes is NaN if a value from which it was computed is; some
/// result is then NaN or infinite too.
#[inline]
fn bound_by(scale: Scale, bound: f32, after: impl Iterator<Item = f32>) -> Result<f32, Error> {
    let exact = after.fold(bound, |largest, w| magnitude::largest(&[largest, w]));
    if scale.keeps_finite(exact) { Ok(exact) } else { Err(Error::NonFiniteStep) }
}

/// The factors of the rows; all are 0 if the step does not move, because the coefficients are then undefined.
fn factors(coefficients: &[f32], moves: bool, factor: f32) -> impl Iterator<Item = f32> {
    coefficients.iter().map(move |k| if moves { k * factor } else { 0.0 })
}

/// Refuses a step of the bias, `b + (factor * step)`, whose result is not finite.
fn check_bias(bias: &[f32], steps: &[f32], factor: f32) -> Result<(), Error> {
    let after = bias.iter().zip(steps).map(|(b, step)| b + (factor * step));
    if all_finite(after) { Ok(()) } else { Err(Error::NonFiniteStep) }
}
