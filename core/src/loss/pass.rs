//! A pass over samples of a set: their losses and, if requested, their data gradient.

use super::function::{Loss, SampleLoss, weighted};
use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::model::{AnyModel, BLOCK, ElementsMut, SamplesOf, Shape, Storage, View, copy};
use crate::sum::Sum;

/// Visits the samples with these indices in order. The gradient is added to the content of its buffer, and is not yet
/// divided by the number of samples.
pub(crate) fn pass<S: Storage, K: Kernel, L: Loss, D: SamplesOf<S::Shape> + ?Sized>(
    loss: &L,
    model: &AnyModel<S, K>,
    gradient: Option<ElementsMut<'_>>,
    samples: &mut D,
    indices: impl Iterator<Item = usize>,
) -> Result<Total, Stopped> {
    let pass = Pass { loss, model: model.view(), gradient, total: Total::default() };
    if K::BATCHES {
        model.with_scratch::<BLOCK, _, _>(|row, block| pass.by_blocks(samples, indices, row, block))
    } else {
        model.with_scratch::<0, _, _>(|row, _| pass.one_by_one(samples, indices, row))
    }
}

/// The state of a pass: the loss, the model, the buffer if a gradient is wanted, and the totals so far.
struct Pass<'a, K, L> {
    loss: &'a L,
    model: View<'a, K>,
    gradient: Option<ElementsMut<'a>>,
    total: Total,
}

impl<K: Kernel, L: Loss> Pass<'_, K, L> {
    fn one_by_one<S: Shape, D: SamplesOf<S> + ?Sized>(
        mut self,
        samples: &mut D,
        indices: impl Iterator<Item = usize>,
        scores: &mut [f32],
    ) -> Result<Total, Stopped> {
        for index in indices {
            self.take_one(samples, index, scores)?;
        }
        Ok(self.total)
    }

    fn by_blocks<S: Shape, D: SamplesOf<S> + ?Sized>(
        mut self,
        samples: &mut D,
        mut indices: impl Iterator<Item = usize>,
        row: &mut [f32],
        block: &mut [f32],
    ) -> Result<Total, Stopped> {
        let mut slots = [0; BLOCK];
        loop {
            let taken = take(&mut slots, &mut indices);
            if taken.is_empty() {
                return Ok(self.total);
            }
            if !self.take_together(samples, taken, block)? {
                taken.iter().try_for_each(|index| self.take_one(samples, *index, row))?;
            }
        }
    }

    fn take_one<S: Shape, D: SamplesOf<S> + ?Sized>(
        &mut self,
        samples: &mut D,
        index: usize,
        scores: &mut [f32],
    ) -> Result<(), Stopped> {
        let weight = samples.weight_of(KEY, index);
        let (x, label) = samples.row(KEY, self.model.features, index).map_err(Stopped::at(index))?;
        self.model.scores(x, scores);
        if self.add(scores, label, weight).map_err(Stopped::at(index))?
            && let Some(gradient) = &mut self.gradient
        {
            self.model.kernel.rank_one(scores, x, gradient.weights);
        }
        Ok(())
    }

    /// Takes the samples together if all of them are in memory; otherwise does nothing and returns false.
    ///
    /// The error is that of the first sample at fault, as if they were taken one by one.
    fn take_together<S: Shape, D: SamplesOf<S> + ?Sized>(
        &mut self,
        samples: &D,
        indices: &[usize],
        block: &mut [f32],
    ) -> Result<bool, Stopped> {
        let (mut xs, mut labels): ([&[f32]; BLOCK], _) = ([&[]; BLOCK], [0; BLOCK]);
        for ((x, own), index) in xs.iter_mut().zip(&mut labels).zip(indices) {
            let Some((features, label)) = samples.resident_row(KEY, self.model.features, *index) else {
                return Ok(false);
            };
            (*x, *own) = (features, label);
        }
        let classes = self.model.bias.len();
        let xs = xs.get(..indices.len()).unwrap_or_default();
        let used = block.get_mut(..classes.wrapping_mul(indices.len())).unwrap_or_default();
        self.model.batch_scores(xs, used);
        // Samples with coefficients move to the front; they are few once the model has learnt something.
        let (mut with_coefficients, mut count) = ([&[] as &[f32]; BLOCK], 0_usize);
        let mut slots = with_coefficients.iter_mut();
        for (place, ((x, label), index)) in xs.iter().zip(labels).zip(indices).enumerate() {
            let Some((before, scores)) = row_of(used, classes, place) else { continue };
            if self.add(scores, label, samples.weight_of(KEY, *index)).map_err(Stopped::at(*index))?
                && let Some(slot) = slots.next()
            {
                *slot = x;
                if let Some((_, front)) = row_of(before, classes, count) {
                    copy(scores, front);
                }
                count = count.wrapping_add(1);
            }
        }
        let k = used.get(..classes.wrapping_mul(count));
        if let (Some(gradient), Some(k), Some(xs)) = (&mut self.gradient, k, with_coefficients.get(..count)) {
            self.model.kernel.batch_rank_one(k, xs, gradient.weights);
        }
        Ok(true)
    }

    /// Adds up the parts that need no features. If a gradient is wanted and the sample has one, turns its scores into
    /// coefficients and returns true.
    fn add(&mut self, scores: &mut [f32], label: usize, weight: f32) -> Result<bool, Error> {
        let Some(gradient) = &mut self.gradient else {
            self.total.add(weighted(weight, self.loss.loss(label, scores)?)?, 0);
            return Ok(false);
        };
        let SampleLoss { loss, violations, largest } = self.loss.coefficients(label, scores)?.times(weight, scores)?;
        self.total.add(loss, violations);
        if largest > 0.0 {
            for (bias, coefficient) in gradient.bias.iter_mut().zip(scores) {
                *bias += *coefficient;
            }
        }
        Ok(largest > 0.0)
    }
}

/// The part before the row of a place, and that row.
fn row_of(block: &mut [f32], classes: usize, place: usize) -> Option<(&mut [f32], &mut [f32])> {
    let (before, rest) = block.split_at_mut_checked(classes.wrapping_mul(place))?;
    Some((before, rest.get_mut(..classes)?))
}

/// Takes as many indices as there are and as fit.
fn take<'a>(block: &'a mut [usize; BLOCK], indices: &mut impl Iterator<Item = usize>) -> &'a [usize] {
    let mut count = 0_usize;
    for (slot, index) in block.iter_mut().zip(indices) {
        *slot = index;
        count = count.wrapping_add(1);
    }
    block.get(..count).unwrap_or_default()
}

/// The totals of a pass over samples.
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

    /// The number of samples, as the factor of the step needs it.
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
