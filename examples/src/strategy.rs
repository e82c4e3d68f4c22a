//! The five strategies of the lecture, run on the same budget of samples scored.

use clap::ValueEnum;
use hingeline::kernel::Kernel;
use hingeline::{
    Constant, Error, Gradient, GradientDescent, Hinge, InverseTime, MiniBatch, Model, Order, RandomLocalSearch,
    RandomSearch, Samples, Search, Sgd, SgdEpoch, Stopped,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;
use serde::Serialize;

use crate::dataset::Part;
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

/// What a strategy needs to know besides the loss.
#[derive(Clone, Copy, Debug)]
pub enum Plan {
    /// The standard deviation of a search's draws.
    Search(f32),
    /// The learning rates of a descent.
    Descent(Rates),
}

/// What all strategies are given alike.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The seed of the strategy's generator.
    pub seed: u64,
    /// How many times the training part may be scored.
    pub epochs: u32,
}

/// What a strategy leaves behind besides the model.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// The samples scored.
    pub evaluations: usize,
    /// What SGD did in its last epoch.
    pub last_epoch: Option<SgdEpoch>,
}

/// The samples of a mini-batch.
const BATCH_SIZE: u32 = 32;

impl Strategy {
    /// All of them, in the lecture's order.
    pub const ALL: [Self; 5] =
        [Self::RandomSearch, Self::RandomLocalSearch, Self::GradientDescent, Self::MiniBatch, Self::Sgd];

    /// The strategy's parameters: those that do well on standardised features, or a learning rate for all descents.
    pub fn plan(self, learning_rate: Option<f32>) -> Plan {
        let falling = |rate, decay| match learning_rate {
            Some(rate) => Plan::Descent(Rates::Constant(Constant { rate })),
            None => Plan::Descent(Rates::InverseTime(InverseTime { rate, decay })),
        };
        match self {
            Self::RandomSearch => Plan::Search(0.1),
            Self::RandomLocalSearch => Plan::Search(0.02),
            Self::GradientDescent => falling(0.1, 0.0),
            Self::MiniBatch => falling(0.05, 1e-3),
            Self::Sgd => falling(0.01, 1e-4),
        }
    }

    /// Trains the model within the budget; `tick` is told now and then how many samples were scored since.
    ///
    /// # Errors
    /// What the library refuses, with the sample at fault.
    pub fn train<const C: usize, const F: usize, K: Kernel>(
        self,
        plan: Plan,
        hinge: Hinge,
        budget: Budget,
        model: &mut Model<C, F, K>,
        part: &Part<F>,
        tick: impl Fn(usize),
    ) -> Result<Effort, Stopped> {
        let mut rng = XorShiftRng::seed_from_u64(budget.seed);
        let mut samples = part.samples()?;
        let allowed = samples.len() * budget.epochs as usize;
        let mut effort = Effort::default();
        match (self, plan) {
            (Self::RandomSearch, Plan::Search(deviation)) => {
                let mut candidate = Box::new(model.clone());
                let mut search = RandomSearch::new(Search::new(hinge, deviation)?, &mut candidate);
                effort.spend(allowed, tick, || Ok(search.step(model, &mut samples, &mut rng)?.evaluations))?;
            }
            (Self::RandomLocalSearch, Plan::Search(deviation)) => {
                let mut candidate = Box::new(model.clone());
                let mut search = RandomLocalSearch::new(Search::new(hinge, deviation)?, &mut candidate);
                effort.spend(allowed, tick, || Ok(search.step(model, &mut samples, &mut rng)?.evaluations))?;
            }
            (Self::GradientDescent, Plan::Descent(schedule)) => {
                let mut gradient = Box::new(Gradient::new());
                let mut descent = GradientDescent::new(hinge, schedule, &mut gradient)?;
                effort.spend(allowed, tick, || Ok(descent.step(model, &mut samples)?.samples))?;
            }
            (Self::MiniBatch, Plan::Descent(schedule)) => {
                let mut gradient = Box::new(Gradient::new());
                let mut order = Order::new(samples.len(), &mut rng)?;
                let mut descent = MiniBatch::new(hinge, schedule, BATCH_SIZE, &mut gradient)?;
                effort.spend(allowed, tick, || Ok(descent.step(model, &mut samples, &mut order)?.samples))?;
            }
            (Self::Sgd, Plan::Descent(schedule)) => {
                let mut order = Order::new(samples.len(), &mut rng)?;
                let mut descent = Sgd::new(hinge, schedule)?;
                let mut last = SgdEpoch::default();
                effort.spend(allowed, tick, || {
                    last = descent.epoch(model, &mut samples, &mut order)?;
                    Ok(samples.len())
                })?;
                effort.last_epoch = Some(last);
            }
            (_, Plan::Search(_)) => return Err(Error::InvalidLearningRate.into()),
            (_, Plan::Descent(_)) => return Err(Error::InvalidDeviation.into()),
        }
        Ok(effort)
    }
}

impl Effort {
    /// Repeats a step, which says how many samples it scored, until the budget is spent.
    fn spend(
        &mut self,
        allowed: usize,
        tick: impl Fn(usize),
        mut step: impl FnMut() -> Result<usize, Stopped>,
    ) -> Result<(), Stopped> {
        while self.evaluations < allowed {
            let scored = step()?;
            self.evaluations += scored;
            tick(scored);
        }
        Ok(())
    }
}
