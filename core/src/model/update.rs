//! The guarded update: what a step writes to the model, decided before the first write.
//!
//! A step whose result would not be finite is refused. Finite scores do not prove that it is: with `w = 0`, `x = 1e20`
//! and a learning rate of 1e19 the scores are 0 and the update is infinite. So:
//!
//! 1. The model stores an upper bound on `|w|`. With the largest `|x|` (or `|g|`) it bounds every weight after the step,
//!    `bound + |k| · max |x|`, and rounding to nearest is monotone, so the bound computed in the same operations holds
//!    for the rounded results too. If it is finite, so are all weights. This costs one pass over `x`, and for SGD only
//!    when a margin counts.
//! 2. Where the bound does not decide, one read-only pass over the rows to be written computes every result and looks.
//!
//! The bound rises by at most a step at a time, and stops rising once a step is lost in its rounding. So case 2
//! needs weights or steps near the end of the range of binary32.

use super::gradient::Gradient;
use super::model::{Model, Parts};
use super::scale::Scale;
use crate::error::Error;
use crate::kernel::magnitude::{self, all_finite};
use crate::kernel::{KEY, Kernel, Portable};

/// What follows a model from step to step, such as an average of it.
pub(crate) trait Observer<const C: usize, const F: usize> {
    /// Refuses a step that it could not follow, before anything is written. The first bound is that of the weights before the
    /// step, the second one after it; scale and biases are those after it.
    fn check(&self, bounds: [f32; 2], scale: f32, bias: impl Iterator<Item = f32>) -> Result<(), Error>;

    /// Called before rows are written: those whose factor is not 0, or all of them.
    fn before(&mut self, model: &Parts<'_, C, F, impl Kernel>, factors: impl Iterator<Item = f32>, all: bool);

    /// Called after the step.
    fn after(&mut self, scale: f32, bias: &[f32; C]);
}

/// No observer.
impl<const C: usize, const F: usize> Observer<C, F> for () {
    fn check(&self, _: [f32; 2], _: f32, _: impl Iterator<Item = f32>) -> Result<(), Error> {
        Ok(())
    }

    fn before(&mut self, _: &Parts<'_, C, F, impl Kernel>, _: impl Iterator<Item = f32>, _: bool) {}

    fn after(&mut self, _: f32, _: &[f32; C]) {}
}

/// What a sample's step is made of.
pub(crate) struct Update<'a, const C: usize> {
    /// The coefficients of the sample's gradient; undefined if no margin counts.
    pub(crate) coefficients: &'a [f32; C],
    /// The number of positive coefficients, and so the largest magnitude among them all.
    pub(crate) violations: usize,
    /// The bias after the step, which is finite.
    pub(crate) bias: &'a [f32; C],
    pub(crate) rate: f32,
    /// The factor that shrinks W.
    pub(crate) shrink: f32,
}

/// What became of the scale in a step of SGD.
pub(crate) struct Shrunk {
    /// The scale was folded into the weights: this step wrote all of them.
    pub(crate) folded: bool,
    /// The L2 strength was too small to change the scale.
    pub(crate) lost: bool,
}

impl<const C: usize, const F: usize, K: Kernel> Model<C, F, K> {
    /// One sample's step: `W ← shrink · W`, then row `c` of W takes `−rate · coefficients[c]` times x.
    pub(crate) fn descend_sample(
        &mut self,
        x: &[f32; F],
        update: &Update<'_, C>,
        observer: &mut impl Observer<C, F>,
    ) -> Result<Shrunk, Error> {
        let &Update { coefficients, violations, bias, rate, shrink } = update;
        let before = self.scale();
        let shrunk = before * shrink;
        let fold = fold_of(shrunk);
        let scale = shrunk / fold;
        let bound_before = *self.parts_mut().bound;
        let mut bound = bound_before * fold;
        let factor = -(rate / scale);
        // Without a violation the coefficients are undefined: weights and bias stay.
        let factors = || coefficients.iter().map(|k| if violations > 0 { k * factor } else { 0.0 });

        if violations > 0 {
            let largest_factor = violations as f32 * factor.abs();
            let change = largest_factor * self.kernel().largest(x);
            let after = || rows_after(self.weights(), fold, factors(), x);
            bound = decide(Scale::of(scale), bound, change, after)?;
        }
        observer.check([bound_before, bound], scale, bias.iter().copied())?;

        let model = self.parts_mut();
        observer.before(&model, factors(), fold != 1.0);
        let weights = model.weights.as_flattened_mut();
        if fold != 1.0 {
            model.kernel.scale(fold, weights);
        }
        if violations > 0 {
            model.kernel.scaled_rank_one(KEY, coefficients, factor, x, weights);
            *model.bias = *bias;
        }
        *model.scale = Scale::of(scale);
        *model.bound = bound;
        observer.after(scale, model.bias);
        Ok(Shrunk { folded: fold != 1.0, lost: shrunk == before })
    }

    /// A batch's step: `w = w * shrink`, then `w = w + (f * g)` with `f = −(rate / samples)`, by the scale's inverse
    /// more for the stored weights of a model whose scale is not 1.
    pub(crate) fn descend_batch(
        &mut self,
        gradient: &Gradient<C, F>,
        samples: f32,
        rate: f32,
        shrink: f32,
    ) -> Result<(), Error> {
        let bias_factor = -(rate / samples);
        let factor = bias_factor / self.scale();
        let steps = gradient.weights().as_flattened();
        let change = factor.abs() * self.kernel().largest(steps);
        let bound = *self.parts_mut().bound * shrink;
        let after = || {
            let weights = self.weights().as_flattened().iter();
            weights.zip(steps).map(move |(w, g)| (w * shrink) + (factor * g))
        };
        let bound = decide(Scale::of(self.scale()), bound, change, after)?;
        check_bias(self.bias(), gradient.bias(), bias_factor)?;

        let Parts { kernel, weights, bias, bound: own_bound, .. } = self.parts_mut();
        let weights = weights.as_flattened_mut();
        if shrink != 1.0 {
            kernel.scale(shrink, weights);
        }
        kernel.axpy(factor, steps, weights);
        Portable.axpy(bias_factor, gradient.bias(), bias);
        *own_bound = bound;
        Ok(())
    }
}

/// 1 for a scale that may stay; else the power of two to multiply the weights with, which leaves a scale in [1, 2).
fn fold_of(scale: f32) -> f32 {
    const EXPONENT: u32 = 0x7f80_0000;
    if scale >= Scale::SMALLEST { 1.0 } else { f32::from_bits(scale.to_bits() & EXPONENT) }
}

/// An upper bound on the weights after a step that moves them by at most `change`, or a refusal.
///
/// `after` is asked for the results one by one only if the bounds do not decide. `change` is NaN if a value that it was
/// computed from is, and then some result is NaN or infinite too.
fn decide<I: Iterator<Item = f32>>(
    scale: Scale,
    bound: f32,
    change: f32,
    after: impl FnOnce() -> I,
) -> Result<f32, Error> {
    let quick = bound + change;
    if scale.keeps_finite(quick) {
        return Ok(quick);
    }
    decide_by_the_results(scale, bound, after)
}

/// Out of the way: it is rarely called, and would be the larger part of a step's code and stack.
#[cold]
#[inline(never)]
fn decide_by_the_results<I: Iterator<Item = f32>>(
    scale: Scale,
    bound: f32,
    after: impl FnOnce() -> I,
) -> Result<f32, Error> {
    let exact = after().fold(bound, |largest, w| magnitude::largest(&[largest, w]));
    if scale.keeps_finite(exact) { Ok(exact) } else { Err(Error::NonFiniteStep) }
}

/// The weights of the rows that a sample's step writes, as they would be after it.
fn rows_after<'a, const C: usize, const F: usize>(
    weights: &'a [[f32; F]; C],
    fold: f32,
    factors: impl Iterator<Item = f32>,
    x: &'a [f32; F],
) -> impl Iterator<Item = f32> {
    let written = weights.iter().zip(factors).filter(|(_, k)| *k != 0.0);
    written.flat_map(move |(row, k)| row.iter().zip(x).map(move |(w, x)| (w * fold) + (k * x)))
}

/// Refuses a step of the bias, `b + (factor * step)`, whose result is not finite.
fn check_bias<const C: usize>(bias: &[f32; C], steps: &[f32; C], factor: f32) -> Result<(), Error> {
    let after = bias.iter().zip(steps).map(|(b, step)| b + (factor * step));
    if all_finite(after) { Ok(()) } else { Err(Error::NonFiniteStep) }
}
