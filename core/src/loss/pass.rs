//! A pass over samples of a set: their losses and, if asked, their data gradient.

use super::hinge::{Hinge, coefficients};
use super::sum::Sum;
use crate::data::Samples;
use crate::error::{Error, Stopped};
use crate::kernel::Kernel;
use crate::kernel::margins::margins_of_scores;
use crate::model::{BLOCK, Gradient, Model};

/// What a pass needs: a model, its loss, and the buffer if a gradient is wanted.
pub(crate) struct Pass<'a, const C: usize, const F: usize, K> {
    pub(crate) hinge: &'a Hinge,
    pub(crate) model: &'a Model<C, F, K>,
    pub(crate) gradient: Option<&'a mut Gradient<C, F>>,
}

impl<const C: usize, const F: usize, K: Kernel> Pass<'_, C, F, K> {
    /// Goes over the samples of these indices in their order; the gradient is not yet divided by their number.
    pub(crate) fn over<S: Samples<F> + ?Sized>(
        mut self,
        samples: &mut S,
        indices: impl Iterator<Item = usize>,
    ) -> Result<Total, Stopped> {
        let mut total = Total::default();
        let mut indices = indices;
        if K::BATCHES {
            let mut block = [0; BLOCK];
            loop {
                let taken = take(&mut block, &mut indices);
                if taken.is_empty() {
                    break;
                }
                if !self.take_together(samples, taken, &mut total)? {
                    taken.iter().try_for_each(|index| self.take_one(samples, *index, &mut total))?;
                }
            }
        } else {
            indices.try_for_each(|index| self.take_one(samples, index, &mut total))?;
        }
        Ok(total)
    }

    fn take_one<S: Samples<F> + ?Sized>(
        &mut self,
        samples: &mut S,
        index: usize,
        total: &mut Total,
    ) -> Result<(), Stopped> {
        let mut scratch = [0.0; C];
        let (x, label) = samples.sample(index).map_err(Stopped::at(index))?;
        self.model.raw_scores(x, &mut scratch);
        if self.add(&mut scratch, label, total).map_err(Stopped::at(index))?
            && let Some(gradient) = &mut self.gradient
        {
            self.model.kernel().rank_one(&scratch, x, gradient.weights.as_flattened_mut());
        }
        Ok(())
    }

    /// Takes the samples at once if they all lie in memory; else returns false and has done nothing.
    ///
    /// The refusal is that of the first sample at fault, as if they were taken one by one.
    fn take_together<S: Samples<F> + ?Sized>(
        &mut self,
        samples: &S,
        indices: &[usize],
        total: &mut Total,
    ) -> Result<bool, Stopped> {
        let (mut xs, mut labels, mut scratch): ([&[f32]; BLOCK], _, _) = ([&[]; BLOCK], [0; BLOCK], [[0.0; C]; BLOCK]);
        for ((x, own), index) in xs.iter_mut().zip(&mut labels).zip(indices) {
            let Some((features, label)) = samples.resident(*index) else {
                return Ok(false);
            };
            (*x, *own) = (features, label);
        }
        let xs = xs.get(..indices.len()).unwrap_or_default();
        let scratch = scratch.get_mut(..indices.len()).unwrap_or_default();
        self.model.raw_batch_scores(xs, scratch);
        // Those with a margin that counts, which are few in a model that has learnt something.
        let (mut violating, mut coefficients) = ([&[] as &[f32]; BLOCK], [[0.0; C]; BLOCK]);
        let mut slots = violating.iter_mut().zip(&mut coefficients);
        let mut count = 0_usize;
        for (((x, scores), label), index) in xs.iter().zip(scratch).zip(labels).zip(indices) {
            if self.add(scores, label, total).map_err(Stopped::at(*index))?
                && let Some((slot, row)) = slots.next()
            {
                (*slot, *row) = (x, *scores);
                count = count.wrapping_add(1);
            }
        }
        if let (Some(gradient), Some(k), Some(xs)) =
            (&mut self.gradient, coefficients.get(..count), violating.get(..count))
        {
            self.model.kernel().batch_rank_one(k.as_flattened(), xs, gradient.weights.as_flattened_mut());
        }
        Ok(true)
    }

    /// Adds up what needs no features. If a gradient is wanted and a margin counts, turns the scores of a sample into its
    /// coefficients and returns true.
    fn add(&mut self, scores: &mut [f32; C], label: usize, total: &mut Total) -> Result<bool, Error> {
        let loss = margins_of_scores(self.hinge.margin(), label, scores)?;
        let Some(gradient) = &mut self.gradient else {
            total.add(loss, 0);
            return Ok(false);
        };
        // Margins that count are above zero, and so is their sum.
        if loss == 0.0 {
            total.add(loss, 0);
            return Ok(false);
        }
        let violations = coefficients(scores, label);
        for (bias, coefficient) in gradient.bias.iter_mut().zip(scores) {
            *bias += *coefficient;
        }
        total.add(loss, violations);
        Ok(true)
    }
}

/// As many indices as there are and fit.
fn take<'a>(block: &'a mut [usize; BLOCK], indices: &mut impl Iterator<Item = usize>) -> &'a [usize] {
    let mut count = 0_usize;
    for (slot, index) in block.iter_mut().zip(indices) {
        *slot = index;
        count = count.wrapping_add(1);
    }
    block.get(..count).unwrap_or_default()
}

/// What a pass over samples adds up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Total {
    loss: Sum,
    count: usize,
    pub(crate) violations: usize,
}

impl Total {
    pub(crate) fn add(&mut self, loss: f32, violations: usize) {
        self.loss.add(loss);
        self.count = self.count.saturating_add(1);
        self.violations = self.violations.saturating_add(violations);
    }

    /// The number of samples as the factor of the step wants it.
    pub(crate) fn samples(&self) -> f32 {
        self.count as f32
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn mean_loss(&self) -> Result<f32, Error> {
        if self.count == 0 {
            return Err(Error::EmptySet);
        }
        let mean = self.loss.value() / self.samples();
        if mean.is_finite() { Ok(mean) } else { Err(Error::NonFiniteLoss) }
    }
}
