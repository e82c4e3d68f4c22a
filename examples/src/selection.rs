//! The choice of learning rate and L2 strength for a set, on a part of it that is set aside.

use clap::ValueEnum;
use hingeline::kernel::Kernel;
use hingeline::{
    CrammerSinger, Loss, Model, Objective, Samples, Softmax, Stopped, Weighted, WestonWatkins, class_weights,
};
use serde::Serialize;

use crate::dataset::{Dataset, Part};
use crate::integers;
use crate::rates::Fall;
use crate::strategy::{Budget, Plan, Strategy, go_on};

/// What a training run minimises, but for the L2 term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossName {
    /// The hinge loss of Weston and Watkins: each margin counts
    Hinge,
    /// The hinge loss of Crammer and Singer: the largest margin counts
    CrammerSinger,
    /// The cross-entropy of the softmax
    Softmax,
}

/// What makes one model better than another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// The fraction of the samples whose class is predicted
    Accuracy,
    /// The mean F1 of the classes
    MacroF1,
}

/// What is the same for all trials of a choice.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// The loss.
    pub loss: LossName,
    /// The power p of the class weights `(n / (K · n_c))^p`; 0 for none.
    pub weight_power: f32,
    /// What the choice goes by.
    pub criterion: Criterion,
    /// Whether training is in integers of 16 bits, on features that were rounded for it.
    pub integers: bool,
    /// The epochs; SGD's models are averaged over the second half.
    pub epochs: u32,
    /// The seed of all draws.
    pub seed: u64,
}

/// What a training run is made of besides.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// The learning rate of the first step; it falls to a tenth as 1/t.
    pub learning_rate: f32,
    /// The L2 strength.
    pub l2: f32,
}

impl LossName {
    /// The learning rates to try, times the features: a step of a hinge changes a score by about the rate times that. The coefficients of the softmax are smaller.
    const fn rates(self) -> [f32; 6] {
        match self {
            Self::Hinge | Self::CrammerSinger => [3.0, 1.0, 0.3, 0.1, 0.03, 0.01],
            Self::Softmax => [30.0, 10.0, 3.0, 1.0, 0.3, 0.1],
        }
    }
}

/// The L2 strengths to try.
const STRENGTHS: [f32; 6] = [1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2];

/// How many different fifths are set aside: small ones say little each.
const FIFTHS: u64 = 3;

/// Trains a model from zero by averaged SGD.
///
/// # Errors
/// What the library refuses, with the sample at fault.
pub fn train<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    part: &Part<F>,
    task: Task,
    trial: Trial,
) -> Result<Box<Model<C, F, K>>, Stopped> {
    if task.integers {
        return integers::train(kernel, part, task, trial);
    }
    match task.loss {
        LossName::Hinge => train_by(kernel, part, task, trial, WestonWatkins::new(1.0)?),
        LossName::CrammerSinger => train_by(kernel, part, task, trial, CrammerSinger::new(1.0)?),
        LossName::Softmax => train_by(kernel, part, task, trial, Softmax),
    }
}

/// The same, by a loss that may get weights.
fn train_by<const C: usize, const F: usize, K: Kernel, L: Loss>(
    kernel: K,
    part: &Part<F>,
    task: Task,
    trial: Trial,
    loss: L,
) -> Result<Box<Model<C, F, K>>, Stopped> {
    if task.weight_power == 0.0 {
        return minimise(kernel, part, task, trial, loss);
    }
    let (mut counts, mut weights) = ([0; C], [0.0; C]);
    part.samples()?.count_classes(&mut counts)?;
    class_weights(&counts, task.weight_power, &mut weights)?;
    minimise(kernel, part, task, trial, Weighted::new(loss, &weights)?)
}

fn minimise<const C: usize, const F: usize, K: Kernel, L: Loss>(
    kernel: K,
    part: &Part<F>,
    task: Task,
    trial: Trial,
    loss: L,
) -> Result<Box<Model<C, F, K>>, Stopped> {
    let (Task { epochs, seed, .. }, Trial { learning_rate, l2 }) = (task, trial);
    let steps = Strategy::Sgd.steps(part.labels.len(), epochs);
    let plan = Plan::Descent(Fall::InverseTime.from(learning_rate, l2, steps));
    let mut model = Box::new(Model::on(kernel));
    let budget = Budget { seed, epochs, averaged: epochs.div_ceil(2) };
    Strategy::Sgd.train(plan, Objective::of(loss, l2)?, budget, &mut model, part, go_on)?;
    Ok(model)
}

/// The best of a grid of learning rates and L2 strengths on fifths of the training part, each trained on its
/// four others; of equally good ones the one with the lower loss.
///
/// # Errors
/// What is wrong, for people, if the set is too small to be divided.
pub fn select<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    set: &Dataset<F>,
    task: Task,
    only: (Option<f32>, Option<f32>),
) -> Result<Trial, String> {
    let mut divided = Vec::new();
    for fifth in 0..FIFTHS {
        let mut own = set.clone();
        own.set_aside(0.2, task.seed.wrapping_add(fifth))?;
        divided.push(own);
    }
    let rates = only.0.map_or(task.loss.rates().map(|rate| rate / F as f32).to_vec(), |rate| vec![rate]);
    let strengths = only.1.map_or(STRENGTHS.to_vec(), |l2| vec![l2]);
    let mut best: Option<((f64, f32), Trial)> = None;
    for l2 in strengths {
        for &learning_rate in &rates {
            let trial = Trial { learning_rate, l2 };
            // Too large a rate for this strength is refused, and so is one that diverges: neither is the best.
            let Ok(score) = score::<C, F, K>(kernel, &divided, task, trial) else { continue };
            let is_better = |(value, loss): (f64, f32)| score.0 > value || (score.0 == value && score.1 < loss);
            if best.is_none_or(|(other, _)| is_better(other)) {
                best = Some((score, trial));
            }
        }
    }
    // Nothing of the grid works: let the first of it say why.
    let fallback = Trial { learning_rate: rates[0], l2: only.1.unwrap_or(STRENGTHS[0]) };
    Ok(best.map_or(fallback, |(_, trial)| trial))
}

/// What the choice goes by, and the loss of a hinge: both are sums over the fifths.
fn score<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    divided: &[Dataset<F>],
    task: Task,
    trial: Trial,
) -> Result<(f64, f32), Stopped> {
    let (mut value, mut loss, mut counts) = (0.0, 0.0, Vec::new());
    for set in divided {
        let model = train::<C, F, K>(kernel, &set.train, task, trial)?;
        let confusion = set.validation.confusion(&model, &mut counts)?;
        value += match task.criterion {
            // Whole numbers, so that equal ones are equal.
            Criterion::Accuracy => (0..C).filter_map(|class| confusion.count(class, class)).map(f64::from).sum(),
            Criterion::MacroF1 => f64::from(confusion.macro_f1().unwrap_or_default()),
        };
        let hinge = Objective::of(WestonWatkins::new(1.0)?, 0.0)?;
        loss += hinge.evaluate(&model, &mut set.validation.samples()?)?.data_loss;
    }
    Ok((value, loss))
}
