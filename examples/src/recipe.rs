//! The default parameters of a data set, used where the command line does not set them.

use hingeline::InverseTime;

use crate::rates::Rates;
use crate::strategy::{Plan, Strategy};

/// The defaults of a set.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The budget of each strategy: samples scored, in multiples of the training part.
    pub epochs: u32,
    /// The L2 strength.
    pub l2: f32,
    /// The standard deviation of the weights that random search draws.
    pub random_search: f32,
    /// The standard deviation of a step of random local search.
    pub random_local_search: f32,
    /// The learning rates of gradient descent on the whole training part.
    pub gradient_descent: InverseTime,
    /// The learning rates of mini-batch gradient descent.
    pub mini_batch: InverseTime,
    /// The learning rates of SGD.
    pub sgd: InverseTime,
    /// The step of the finite differences in the gradient check: large feature values need a small one.
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
