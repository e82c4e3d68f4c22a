//! What does well on a set, where the person at the command line does not say otherwise.

use hingeline::InverseTime;

use crate::rates::Rates;
use crate::strategy::{Plan, Strategy};

/// The defaults of a set.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// How many times the training part each strategy may score samples.
    pub epochs: u32,
    /// The L2 strength.
    pub l2: f32,
    /// The deviation of random search's weights.
    pub random_search: f32,
    /// The deviation of a step of random local search.
    pub random_local_search: f32,
    /// The learning rates of gradient descent on the whole training part.
    pub gradient_descent: InverseTime,
    /// Those of mini-batches.
    pub mini_batch: InverseTime,
    /// Those of single samples.
    pub sgd: InverseTime,
    /// The finite difference of the gradient check: features of large numbers want a small one.
    pub difference: f32,
}

impl Recipe {
    /// The parameters of a strategy.
    pub fn plan(&self, strategy: Strategy) -> Plan {
        match strategy {
            Strategy::RandomSearch => Plan::Search(self.random_search),
            Strategy::RandomLocalSearch => Plan::Search(self.random_local_search),
            Strategy::GradientDescent => Plan::Descent(Rates::InverseTime(self.gradient_descent)),
            Strategy::MiniBatch => Plan::Descent(Rates::InverseTime(self.mini_batch)),
            Strategy::Sgd => Plan::Descent(Rates::InverseTime(self.sgd)),
        }
    }
}
