//! The choice of learning rate and L2 strength for a set, on a part of it that is set aside.

use clap::ValueEnum;
use hingeline::kernel::Kernel;
use hingeline::{
    AveragedSgd, CrammerSinger, DynAverage, DynModel, DynSamples, Loss, Objective, Order, Sgd, Softmax, Stopped,
    Weighted, WestonWatkins, class_weights,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;
use serde::Serialize;

use crate::dataset::{DatasetOf, Flat, confusion, correct};
use crate::integers;
use crate::rates::Fall;
use crate::strategy::Strategy;

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

/// Trains a model, which is of zeros, by averaged SGD.
///
/// # Errors
/// What the library refuses, with the sample at fault.
pub fn train<K: Kernel>(
    kernel: K,
    part: &Flat,
    task: Task,
    trial: Trial,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    if task.integers {
        return integers::train(kernel, part, task, trial, model);
    }
    match task.loss {
        LossName::Hinge => train_by(part, task, trial, WestonWatkins::new(1.0)?, model),
        LossName::CrammerSinger => train_by(part, task, trial, CrammerSinger::new(1.0)?, model),
        LossName::Softmax => train_by(part, task, trial, Softmax, model),
    }
}

/// The same, by a loss that may get weights.
fn train_by<K: Kernel, L: Loss>(
    part: &Flat,
    task: Task,
    trial: Trial,
    loss: L,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    if task.weight_power == 0.0 {
        return minimise(part, task, trial, loss, model);
    }
    let (mut counts, mut weights) = (vec![0; model.classes()], vec![0.0; model.classes()]);
    part.samples()?.count_classes(&mut counts)?;
    class_weights(&counts, task.weight_power, &mut weights)?;
    minimise(part, task, trial, Weighted::new(loss, &weights)?, model)
}

fn minimise<K: Kernel, L: Loss>(
    part: &Flat,
    task: Task,
    trial: Trial,
    loss: L,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    let (Task { epochs, seed, .. }, Trial { learning_rate, l2 }) = (task, trial);
    let steps = Strategy::Sgd.steps(part.labels.len(), epochs);
    let rates = Fall::InverseTime.from(learning_rate, l2, steps);
    let mut samples = part.samples()?;
    let mut order = Order::new(part.labels.len(), &mut XorShiftRng::seed_from_u64(seed))?;
    let mut sgd = Sgd::new(Objective::of(loss, l2)?, rates)?;
    let averaged = epochs.div_ceil(2);
    for _ in averaged..epochs {
        sgd.epoch(model, &mut samples, &mut order)?;
    }
    let (classes, features) = (model.classes(), model.features());
    let mut memory = vec![0.0; DynAverage::memory_len(classes, features)];
    let mut average = DynAverage::new(&mut memory, classes, features)?;
    let mut sgd = AveragedSgd::new(sgd, &mut average);
    for _ in 0..averaged {
        sgd.epoch(model, &mut samples, &mut order)?;
    }
    average.finish(model)?;
    Ok(())
}

/// The best of a grid of learning rates and L2 strengths on fifths of the training part, each trained on its
/// four others; of equally good ones the one with the lower loss.
///
/// # Errors
/// What is wrong, for people, if the set is too small to be divided.
pub fn select<K: Kernel>(
    kernel: K,
    set: &DatasetOf<Box<[f32]>>,
    task: Task,
    only: (Option<f32>, Option<f32>),
) -> Result<Trial, String> {
    let mut divided = Vec::new();
    for fifth in 0..FIFTHS {
        let mut own = set.clone();
        own.set_aside(0.2, task.seed.wrapping_add(fifth))?;
        divided.push([own.train.flat(), own.validation.flat()]);
    }
    let features = divided[0][0].width as f32;
    let rates = only.0.map_or(task.loss.rates().map(|rate| rate / features).to_vec(), |rate| vec![rate]);
    let strengths = only.1.map_or(STRENGTHS.to_vec(), |l2| vec![l2]);
    let mut best: Option<((f64, f32), Trial)> = None;
    for l2 in strengths {
        for &learning_rate in &rates {
            let trial = Trial { learning_rate, l2 };
            // Too large a rate for this strength is refused, and so is one that diverges: neither is the best.
            let Ok(score) = score(kernel, set.classes.len(), &divided, task, trial) else { continue };
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
fn score<K: Kernel>(
    kernel: K,
    classes: usize,
    divided: &[[Flat; 2]],
    task: Task,
    trial: Trial,
) -> Result<(f64, f32), Stopped> {
    let (mut value, mut loss, mut counts) = (0.0, 0.0, Vec::new());
    for [part, validation] in divided {
        let mut memory = vec![0.0; DynModel::memory_len_on(kernel, classes, part.width)];
        let mut model = DynModel::on(kernel, &mut memory, classes, part.width)?;
        train(kernel, part, task, trial, &mut model)?;
        let confusion = confusion(&model, &mut validation.samples()?, &mut counts)?;
        value += match task.criterion {
            // Whole numbers, so that equal ones are equal.
            Criterion::Accuracy => f64::from(correct(&confusion, classes)),
            Criterion::MacroF1 => f64::from(confusion.macro_f1().unwrap_or_default()),
        };
        let hinge = Objective::of(WestonWatkins::new(1.0)?, 0.0)?;
        loss += hinge.evaluate(&model, &mut validation.samples()?)?.data_loss;
    }
    Ok((value, loss))
}
