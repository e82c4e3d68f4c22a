//! What a person may choose on the command line.

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use hingeline::kernel::Choice;
use hingeline::{Error, Hinge, Progress};

use crate::strategy::{Plan, Strategy};

/// Trains a linear classifier by each strategy of the optimisation lecture and compares them.
#[derive(Clone, Debug, Parser)]
#[command(version, allow_negative_numbers = true)]
pub struct Options {
    /// The seed of all random draws
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// How many times the training part each strategy may score samples
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: u32,

    /// The learning rate of the gradient strategies, the same at every step [default: one for each, falling for some]
    #[arg(long, value_parser = learning_rate)]
    pub learning_rate: Option<f32>,

    /// The L2 strength, α of the formula
    #[arg(long, default_value_t = 1e-3, value_parser = l2)]
    pub l2: f32,

    /// The margin, Δ of the formula
    #[arg(long, default_value_t = 1.0, value_parser = margin)]
    pub margin: f32,

    /// Only this strategy; may be given more than once
    #[arg(long, value_enum)]
    pub strategy: Vec<Strategy>,

    /// The kernel: portable, sse2, avx2 or avx512; by default the fastest that this processor has. The results are the
    /// same to the bit
    #[arg(long, value_parser = kernel)]
    pub kernel: Option<Choice>,

    /// Print one JSON object a line instead of a table
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// The options of this process; ends it with a message and status 2 if they are of no use.
    pub fn from_command_line() -> Self {
        let options = Self::parse();
        if let Err(error) = options.check() {
            let message = format!("--learning-rate and --l2: {error}");
            Self::command().error(ErrorKind::ValueValidation, message).exit();
        }
        options
    }

    /// Refuses values that are of use each, but not together.
    fn check(&self) -> Result<(), Error> {
        let hinge = self.hinge()?;
        for strategy in self.strategies() {
            if let Plan::Descent(schedule) = strategy.plan(self.learning_rate) {
                Progress::new(hinge, schedule, 0)?;
            }
        }
        Ok(())
    }

    /// The loss that was chosen.
    ///
    /// # Errors
    /// If its parameters are of no use.
    pub fn hinge(&self) -> Result<Hinge, Error> {
        Hinge::new(self.margin, self.l2)
    }

    /// The strategies that were chosen, in the lecture's order; all if none was.
    pub fn strategies(&self) -> impl Iterator<Item = Strategy> {
        let chosen = self.strategy.clone();
        let all = Strategy::ALL.into_iter();
        all.filter(move |strategy| chosen.is_empty() || chosen.contains(strategy))
    }
}

fn learning_rate(text: &str) -> Result<f32, String> {
    number(text, Error::InvalidLearningRate, |rate| rate > 0.0)
}

fn l2(text: &str) -> Result<f32, String> {
    number(text, Error::InvalidL2, |l2| Hinge::new(1.0, l2).is_ok())
}

fn margin(text: &str) -> Result<f32, String> {
    number(text, Error::InvalidMargin, |margin| Hinge::new(margin, 0.0).is_ok())
}

fn kernel(text: &str) -> Result<Choice, String> {
    let names = Choice::ALL.map(Choice::name).join(", ");
    let choice = Choice::named(text).ok_or_else(|| format!("the kernels are {names}"))?;
    if choice.is_available() { Ok(choice) } else { Err(Error::KernelUnavailable.to_string()) }
}

fn number(text: &str, refusal: Error, is_useful: impl Fn(f32) -> bool) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(value) if value.is_finite() && is_useful(value) => Ok(value),
        _ => Err(refusal.to_string()),
    }
}
