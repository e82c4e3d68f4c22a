//! The options of the command line.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser};
use hingeline::kernel::Choice;
use hingeline::{Error, Hinge, Progress, Schedule};

use crate::dataset::Dataset;
use crate::rates::Fall;
use crate::recipe::Recipe;
use crate::report;
use crate::strategy::{Budget, Plan, Strategy};

/// Trains a linear classifier by each strategy of the optimisation lecture and compares them.
#[derive(Clone, Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
pub struct WithoutDirectory {
    /// The options that all sets share.
    #[command(flatten)]
    pub options: Options,
}

/// Trains a linear classifier by each strategy of the optimisation lecture and compares them.
#[derive(Clone, Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
pub struct WithDirectory {
    /// The directory of the data set's files
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The options that all sets share.
    #[command(flatten)]
    pub options: Options,
}

/// The options that all sets share.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The seed of all random draws
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// The budget of each strategy, in passes over the training part [default: depends on the set]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,

    /// The learning rate of the gradient strategies, the same at every step unless --schedule is given [default: one
    /// for each strategy, falling for some]
    #[arg(long, value_parser = learning_rate)]
    pub learning_rate: Option<f32>,

    /// How the learning rate of the gradient strategies falls
    #[arg(long, value_enum)]
    pub schedule: Option<Fall>,

    /// The L2 strength, α in the formula [default: depends on the set]
    #[arg(long, value_parser = l2)]
    pub l2: Option<f32>,

    /// The margin, Δ in the formula
    #[arg(long, default_value_t = 1.0, value_parser = margin)]
    pub margin: f32,

    /// Run only this strategy; may be given more than once
    #[arg(long, value_enum)]
    pub strategy: Vec<Strategy>,

    /// Average the models of SGD after each step of the last EPOCHS epochs; 0 turns averaging off
    #[arg(long, value_name = "EPOCHS", default_value_t = 0)]
    pub average: u32,

    /// Set aside this fraction of the training part, drawn at random; evaluate the model on it after each epoch, and
    /// keep the best one
    #[arg(long, value_name = "FRACTION", value_parser = fraction::<f32>)]
    pub validation: Option<f32>,

    /// Stop after this many epochs in a row without a better model [default: never]
    #[arg(long, value_name = "EPOCHS", requires = "validation", value_parser = clap::value_parser!(u32).range(1..))]
    pub patience: Option<u32>,

    /// Print a line after each epoch
    #[arg(long)]
    pub report: bool,

    /// The kernel: portable, sse2, avx2 or avx512; the results are the same to the bit [default: the fastest that this
    /// processor supports]
    #[arg(long, value_parser = kernel)]
    pub kernel: Option<Choice>,

    /// Print one JSON object per line instead of a table
    #[arg(long)]
    pub json: bool,
}

/// The settings of a run: the options, and the set's recipe where they are not given.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The loss.
    pub hinge: Hinge,
    /// The strategies in the lecture's order, and the parameters of each.
    pub plans: Vec<(Strategy, Plan)>,
    /// The budget of each strategy.
    pub budget: Budget,
    /// The epochs without a better model after which to stop, if the best model is to be kept at all.
    pub patience: Option<u32>,
    /// The options as given.
    pub options: Options,
}

impl Options {
    /// The settings for this set.
    ///
    /// # Errors
    /// If values are valid individually but not together, or an option would have no effect.
    pub fn settle<const F: usize, Q>(self, set: &Dataset<F, Q>) -> Result<Settings, String> {
        let recipe = &set.recipe;
        let l2 = self.l2.unwrap_or(recipe.l2);
        let budget = Budget { seed: self.seed, epochs: self.epochs.unwrap_or(recipe.epochs), averaged: self.average };
        let hinge = Hinge::new(self.margin, l2).map_err(|error| error.to_string())?;
        let mut plans = Vec::new();
        for strategy in self.strategies() {
            let steps = strategy.steps(set.train.labels.len(), budget.epochs);
            let plan = self.plan(strategy, recipe, l2, steps);
            if let Plan::Descent(rates) = plan {
                Progress::new(hinge, rates, 0).map_err(|error| {
                    format!("--learning-rate, --schedule and --l2 for {}: {error}", report::name(strategy))
                })?;
            }
            plans.push((strategy, plan));
        }
        self.check_effect(&plans, budget)?;
        let patience = self.validation.map(|_| self.patience.unwrap_or(u32::MAX));
        Ok(Settings { hinge, plans, budget, patience, options: self })
    }

    /// Refuses options that would have no effect on this run, or that contradict each other.
    fn check_effect(&self, plans: &[(Strategy, Plan)], budget: Budget) -> Result<(), String> {
        let Budget { epochs, averaged, .. } = budget;
        if averaged > epochs {
            return Err(format!("--average {averaged} is more than the {epochs} epochs of --epochs"));
        }
        if averaged > 0 && !plans.iter().any(|(strategy, _)| *strategy == Strategy::Sgd) {
            return Err(format!("--average {averaged} is for sgd, which is not among those of --strategy"));
        }
        let has_rate = plans.iter().any(|(_, plan)| matches!(plan, Plan::Descent(_)));
        if !has_rate && (self.learning_rate.is_some() || self.schedule.is_some()) {
            return Err("--learning-rate and --schedule: no strategy of --strategy has a learning rate".to_owned());
        }
        Ok(())
    }

    /// The strategies that were chosen, in the lecture's order; all if none was chosen.
    fn strategies(&self) -> impl Iterator<Item = Strategy> {
        let chosen = self.strategy.clone();
        let all = Strategy::ALL.into_iter();
        all.filter(move |strategy| chosen.is_empty() || chosen.contains(strategy))
    }

    fn plan(&self, strategy: Strategy, recipe: &Recipe, l2: f32, steps: u32) -> Plan {
        let default = recipe.plan(strategy);
        match (default, self.learning_rate, self.schedule) {
            (Plan::Search(_), _, _) | (_, None, None) => default,
            (Plan::Descent(rates), rate, fall) => {
                let first = rate.unwrap_or_else(|| rates.rate(0));
                Plan::Descent(fall.unwrap_or(Fall::Constant).from(first, l2, steps))
            }
        }
    }
}

/// Parses a learning rate.
///
/// # Errors
/// The library's own message.
pub fn learning_rate(text: &str) -> Result<f32, String> {
    number(text, &Error::InvalidLearningRate.to_string(), |rate| rate > 0.0)
}

/// Parses an L2 strength.
///
/// # Errors
/// The library's own message.
pub fn l2(text: &str) -> Result<f32, String> {
    number(text, &Error::InvalidL2.to_string(), |l2| Hinge::new(1.0, l2).is_ok())
}

/// Parses the power of the class weights.
///
/// # Errors
/// A message that says what is wrong.
pub fn power(text: &str) -> Result<f32, String> {
    number(text, "the power must be from 0 to 2", |power| (0.0..=2.0).contains(&power))
}

fn margin(text: &str) -> Result<f32, String> {
    number(text, &Error::InvalidMargin.to_string(), |margin| Hinge::new(margin, 0.0).is_ok())
}

/// Parses a fraction, above 0 and below 1.
///
/// # Errors
/// A message that says what is expected.
pub fn fraction<T: FromStr + PartialOrd + From<u8>>(text: &str) -> Result<T, String> {
    let part = text.parse().ok().filter(|part| *part > T::from(0) && *part < T::from(1));
    part.ok_or_else(|| "the fraction must be above 0 and below 1".to_owned())
}

fn kernel(text: &str) -> Result<Choice, String> {
    let names = Choice::ALL.map(Choice::name).join(", ");
    let choice = Choice::named(text).ok_or_else(|| format!("the kernels are {names}"))?;
    if choice.is_available() { Ok(choice) } else { Err(Error::KernelUnavailable.to_string()) }
}

fn number(text: &str, refusal: &str, is_useful: impl Fn(f32) -> bool) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if value.is_finite() && is_useful(value) => Ok(value),
        _ => Err(refusal.to_owned()),
    }
}
