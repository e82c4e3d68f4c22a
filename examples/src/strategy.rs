//! The five strategies of the lecture, with the same budget of samples scored.

use std::ops::ControlFlow;

use clap::ValueEnum;
use hingeline::kernel::Kernel;
use hingeline::{
    Average, AveragedSgd, Error, Gradient, GradientDescent, Loss, MiniBatch, Model, Objective, Order,
    RandomLocalSearch, RandomSearch, Samples, Search, Sgd, SgdEpoch, Stopped,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;
use serde::Serialize;

use crate::dataset::{Kept, Part};
use crate::rates::Rates;

/// A way to find good weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Draw weights, keep the best
    RandomSearch,
    /// Change the weights a little, keep what is better
    RandomLocalSearch,
    /// Follow the gradient of all samples
    GradientDescent,
    /// Follow the gradient of a few samples
    MiniBatch,
    /// Follow the gradient of one sample
    Sgd,
}

/// The parameters of a strategy, besides the loss.
#[derive(Clone, Copy, Debug)]
pub enum Plan {
    /// The standard deviation of a search's draws.
    Search(f32),
    /// The learning rates of a descent.
    Descent(Rates),
}

/// The budget, which is the same for all strategies.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The seed of the strategy's generator.
    pub seed: u64,
    /// How many times the training part may be scored.
    pub epochs: u32,
    /// The number of last epochs over which SGD's models are averaged; 0 for none.
    pub averaged: u32,
}

/// The result of a strategy, besides the model.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// The samples scored.
    pub evaluations: usize,
    /// SGD's report on its last epoch.
    pub last_epoch: Option<SgdEpoch>,
}

/// Always continues: the callback of callers that have nothing to watch.
///
/// # Errors
/// Never.
pub fn go_on<M>(_: &M, _: usize) -> Result<ControlFlow<()>, Stopped> {
    Ok(ControlFlow::Continue(()))
}

/// The number of samples in a mini-batch.
const BATCH_SIZE: u32 = 32;

impl Strategy {
    /// All of them, in the lecture's order.
    pub const ALL: [Self; 5] =
        [Self::RandomSearch, Self::RandomLocalSearch, Self::GradientDescent, Self::MiniBatch, Self::Sgd];

    /// The number of steps that a descent makes in `epochs` epochs over `samples` samples.
    pub fn steps(self, samples: usize, epochs: u32) -> u32 {
        let samples = u32::try_from(samples).unwrap_or(u32::MAX);
        let an_epoch = match self {
            Self::RandomSearch | Self::RandomLocalSearch | Self::GradientDescent => 1,
            Self::MiniBatch => samples.div_ceil(BATCH_SIZE),
            Self::Sgd => samples,
        };
        an_epoch.saturating_mul(epochs)
    }

    /// Trains the model within the budget, or until `watch` breaks.
    ///
    /// `watch` is called after each step, with the current model and the number of samples that the step scored.
    ///
    /// # Errors
    /// An error of the library, with the sample at fault, or an error that `watch` returns.
    pub fn train<const C: usize, const F: usize, Q: Kept, K: Kernel, L: Loss, E: From<Stopped>>(
        self,
        plan: Plan,
        objective: Objective<L>,
        budget: Budget,
        model: &mut Model<C, F, K>,
        part: &Part<F, Q>,
        watch: impl FnMut(&Model<C, F, K>, usize) -> Result<ControlFlow<()>, E>,
    ) -> Result<Effort, E> {
        let mut rng = XorShiftRng::seed_from_u64(budget.seed);
        let mut samples = part.samples().map_err(Stopped::from)?;
        let allowed = samples.len() * budget.epochs as usize;
        let mut effort = Effort::default();
        match (self, plan) {
            (Self::RandomSearch, Plan::Search(deviation)) => {
                let mut candidate = Box::new(model.clone());
                let mut search =
                    RandomSearch::new(Search::new(objective, deviation).map_err(Stopped::from)?, &mut candidate);
                let step = |model: &mut _| Ok(search.step(model, &mut samples, &mut rng)?.evaluations);
                effort.spend(allowed, model, watch, step)?;
            }
            (Self::RandomLocalSearch, Plan::Search(deviation)) => {
                let mut candidate = Box::new(model.clone());
                let mut search =
                    RandomLocalSearch::new(Search::new(objective, deviation).map_err(Stopped::from)?, &mut candidate);
                let step = |model: &mut _| Ok(search.step(model, &mut samples, &mut rng)?.evaluations);
                effort.spend(allowed, model, watch, step)?;
            }
            (Self::GradientDescent, Plan::Descent(rates)) => {
                let mut gradient = Box::new(Gradient::new());
                let mut descent = GradientDescent::new(objective, rates, &mut gradient).map_err(Stopped::from)?;
                let step = |model: &mut _| Ok(descent.step(model, &mut samples)?.samples);
                effort.spend(allowed, model, watch, step)?;
            }
            (Self::MiniBatch, Plan::Descent(rates)) => {
                let mut gradient = Box::new(Gradient::new());
                let mut order = Order::new(samples.len(), &mut rng).map_err(Stopped::from)?;
                let mut descent = MiniBatch::new(objective, rates, BATCH_SIZE, &mut gradient).map_err(Stopped::from)?;
                let step = |model: &mut _| Ok(descent.step(model, &mut samples, &mut order)?.samples);
                effort.spend(allowed, model, watch, step)?;
            }
            (Self::Sgd, Plan::Descent(rates)) => {
                let mut order = Order::new(samples.len(), &mut rng).map_err(Stopped::from)?;
                let sgd = Sgd::new(objective, rates).map_err(Stopped::from)?;
                let mut last = SgdEpoch::default();
                if budget.averaged == 0 {
                    let mut sgd = sgd;
                    let step = |model: &mut _| {
                        last = sgd.epoch(model, &mut samples, &mut order)?;
                        Ok(samples.len())
                    };
                    effort.spend(allowed, model, watch, step)?;
                } else {
                    let mut averaged = Averaged {
                        sgd,
                        average: Box::new(Average::new()),
                        iterate: Box::new(model.clone()),
                        alone: budget.epochs.saturating_sub(budget.averaged),
                    };
                    let step = |model: &mut _| {
                        last = averaged.epoch(model, &mut samples, &mut order)?;
                        Ok(samples.len())
                    };
                    effort.spend(allowed, model, watch, step)?;
                }
                effort.last_epoch = Some(last);
            }
            (_, Plan::Search(_)) => return Err(Stopped::from(Error::InvalidLearningRate).into()),
            (_, Plan::Descent(_)) => return Err(Stopped::from(Error::InvalidDeviation).into()),
        }
        Ok(effort)
    }
}

/// SGD whose model is the mean of its models over the last epochs.
struct Averaged<const C: usize, const F: usize, K, L> {
    sgd: Sgd<Rates, L>,
    average: Box<Average<C, F>>,
    /// The model that the steps update; the caller sees the mean.
    iterate: Box<Model<C, F, K>>,
    /// The number of epochs before averaging begins.
    alone: u32,
}

impl<const C: usize, const F: usize, K: Kernel, L: Loss> Averaged<C, F, K, L> {
    fn epoch(
        &mut self,
        model: &mut Model<C, F, K>,
        samples: &mut impl Samples<F>,
        order: &mut Order,
    ) -> Result<SgdEpoch, Stopped> {
        if order.epoch() < self.alone {
            let epoch = self.sgd.epoch(&mut self.iterate, samples, order)?;
            model.copy_from(&self.iterate);
            return Ok(epoch);
        }
        let mut averaged = AveragedSgd::new(self.sgd, &mut self.average);
        let epoch = averaged.epoch(&mut self.iterate, samples, order)?;
        self.sgd = averaged.sgd();
        model.copy_from(&self.iterate);
        self.average.finish(model)?;
        Ok(epoch)
    }
}

impl Effort {
    /// Repeats a step, which returns the number of samples it scored, until the budget is spent or `watch` breaks.
    fn spend<M, E: From<Stopped>>(
        &mut self,
        allowed: usize,
        model: &mut M,
        mut watch: impl FnMut(&M, usize) -> Result<ControlFlow<()>, E>,
        mut step: impl FnMut(&mut M) -> Result<usize, Stopped>,
    ) -> Result<(), E> {
        while self.evaluations < allowed {
            let scored = step(model)?;
            self.evaluations += scored;
            if watch(model, scored)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}
