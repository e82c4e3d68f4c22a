//! Averaged SGD on a set of any shape, and the choice of its loss, learning rate and L2 strength by cross-validation.

use clap::ValueEnum;
use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{
    AveragedSgd, CrammerSinger, DynAverage, DynModel, DynSamples, Loss, Objective, Order, Selected, Sgd, Softmax,
    Stopped, WestonWatkins, WithWeights, class_weights,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::dataset::{confusion, correct};
use crate::integers;
use crate::rates::Fall;
use crate::strategy::Strategy;

/// The loss that a training run minimises, apart from the L2 term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossName {
    /// The hinge loss of Weston and Watkins: each margin counts
    Hinge,
    /// The hinge loss of Crammer and Singer: the largest margin counts
    CrammerSinger,
    /// The cross-entropy of the softmax
    Softmax,
}

/// The measure by which models are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// The fraction of the samples that are classified correctly
    Accuracy,
    /// The mean F1 of the classes
    MacroF1,
}

/// The parameters of a training run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The loss.
    pub loss: LossName,
    /// The learning rate of the first step; it falls to a tenth as 1/t.
    pub learning_rate: f32,
    /// The L2 strength.
    pub l2: f32,
    /// The power p of the class weights `(n / (K · n_c))^p`; 0 for none.
    pub weight_power: f32,
    /// The number of epochs; SGD's models are averaged over the second half.
    pub epochs: u32,
    /// Whether to train in 16-bit integers, on features that were rounded for it.
    pub integers: bool,
}

/// Trains a model, which must be all zeros, by averaged SGD.
///
/// # Errors
/// An error of the library, with the sample at fault.
pub fn train<K: Kernel>(
    kernel: K,
    samples: &mut dyn DynSamples,
    recipe: Recipe,
    seed: u64,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    if recipe.integers {
        return integers::train(kernel, samples, recipe, seed, model);
    }
    match recipe.loss {
        LossName::Hinge => train_by(samples, recipe, seed, WestonWatkins::new(1.0)?, model),
        LossName::CrammerSinger => train_by(samples, recipe, seed, CrammerSinger::new(1.0)?, model),
        LossName::Softmax => train_by(samples, recipe, seed, Softmax, model),
    }
}

/// Trains with this loss, and with class weights if the recipe has them: as weights of the samples, so that one loop
/// serves both.
fn train_by<K: Kernel, L: Loss>(
    samples: &mut dyn DynSamples,
    recipe: Recipe,
    seed: u64,
    loss: L,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    if recipe.weight_power == 0.0 {
        return minimise(samples, recipe, seed, loss, model);
    }
    let weights = weights_of_classes(samples, model.classes(), recipe.weight_power)?;
    minimise(&mut WithWeights::new(samples, &weights), recipe, seed, loss, model)
}

/// The weight of each sample's class.
fn weights_of_classes(samples: &mut dyn DynSamples, classes: usize, power: f32) -> Result<Vec<f32>, Stopped> {
    let (mut counts, mut weights) = (vec![0; classes], vec![0.0; classes]);
    samples.count_classes(&mut counts)?;
    class_weights(&counts, power, &mut weights)?;
    (0..samples.len())
        .map(|index| Ok(weights[samples.sample(index).map_err(|error| Stopped { error, sample: Some(index) })?.1]))
        .collect()
}

fn minimise<K: Kernel, L: Loss>(
    samples: &mut dyn DynSamples,
    recipe: Recipe,
    seed: u64,
    loss: L,
    model: &mut DynModel<'_, K>,
) -> Result<(), Stopped> {
    let Recipe { learning_rate, l2, epochs, .. } = recipe;
    let steps = Strategy::Sgd.steps(samples.len(), epochs);
    let rates = Fall::InverseTime.from(learning_rate, l2, steps);
    let mut order = Order::new(samples.len(), &mut XorShiftRng::seed_from_u64(seed))?;
    let mut sgd = Sgd::new(Objective::of(loss, l2)?, rates)?;
    let averaged = epochs.div_ceil(2);
    for _ in averaged..epochs {
        sgd.epoch(model, samples, &mut order)?;
    }
    let (classes, features) = (model.classes(), model.features());
    let mut memory = vec![0.0; DynAverage::memory_len(classes, features)];
    let mut average = DynAverage::new(&mut memory, classes, features)?;
    let mut sgd = AveragedSgd::new(sgd, &mut average);
    for _ in 0..averaged {
        sgd.epoch(model, samples, &mut order)?;
    }
    average.finish(model)?;
    Ok(())
}

impl LossName {
    /// The learning rates to try, multiplied by the number of features: a step of a hinge changes a score by about the
    /// rate times that number. The coefficients of the softmax are smaller.
    const fn rates(self) -> [f32; 8] {
        match self {
            Self::Hinge | Self::CrammerSinger => [30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01],
            Self::Softmax => [100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03],
        }
    }
}

/// The L2 strengths to try.
const STRENGTHS: [f32; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2];

/// What is given, and how to choose the rest.
#[derive(Clone, Debug)]
pub struct Search {
    /// The losses to choose from.
    pub losses: Vec<LossName>,
    /// The learning rate, if it is given.
    pub learning_rate: Option<f32>,
    /// The L2 strength, if it is given.
    pub l2: Option<f32>,
    /// The powers of the class weights to choose from.
    pub weight_powers: Vec<f32>,
    /// The number of epochs of each run.
    pub epochs: u32,
    /// Whether to train in integers.
    pub integers: bool,
    /// How many recipes to try.
    pub trials: usize,
    /// The measure that decides the choice.
    pub criterion: Criterion,
    /// The number of folds of the cross-validation.
    pub folds: usize,
    /// The seed of all random draws.
    pub seed: u64,
}

/// A recipe, and its results in cross-validation.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// The recipe.
    pub recipe: Recipe,
    /// The measure that decides the choice, averaged over the folds.
    pub value: f64,
    /// How many recipes were tried.
    pub tried: usize,
    /// The hinge loss on the folds, which breaks ties.
    loss: f64,
}

impl Found {
    fn beats(&self, other: &Self) -> bool {
        self.value > other.value || (self.value == other.value && self.loss < other.loss)
    }
}

impl Search {
    /// All recipes of the grid.
    fn grid(&self, features: usize) -> Vec<Recipe> {
        let mut grid = Vec::new();
        let strengths = self.l2.map_or(STRENGTHS.to_vec(), |l2| vec![l2]);
        for &loss in &self.losses {
            let rates = loss.rates().map(|rate| rate / features as f32).to_vec();
            for learning_rate in self.learning_rate.map_or(rates, |rate| vec![rate]) {
                for &l2 in &strengths {
                    for &weight_power in &self.weight_powers {
                        let (epochs, integers) = (self.epochs, self.integers);
                        grid.push(Recipe { loss, learning_rate, l2, weight_power, epochs, integers });
                    }
                }
            }
        }
        grid
    }

    /// Recipes near a good one, which vary the parameters that were not given.
    fn near(&self, recipe: Recipe, step: f32) -> Vec<Recipe> {
        let (mut rates, mut strengths) = (vec![1.0], vec![1.0]);
        if self.learning_rate.is_none() {
            rates.extend([step, 1.0 / step]);
        }
        if self.l2.is_none() {
            strengths.extend([step, 1.0 / step]);
        }
        let mut near = Vec::new();
        for rate in rates {
            for &strength in &strengths {
                let (learning_rate, l2) = (recipe.learning_rate * rate, recipe.l2 * strength);
                near.push(Recipe { learning_rate, l2, ..recipe });
            }
        }
        near
    }

    /// The best recipe that was found, or `None` if all were refused. Two thirds of the trials are drawn from a grid;
    /// the others are near the best one so far. The result is the same on any number of processors.
    ///
    /// # Errors
    /// A message that says what is wrong, if the set is too small to be divided.
    pub fn run<S: DynSamples + Clone + Sync>(
        &self,
        samples: &S,
        shape: [usize; 2],
        labels: &[u16],
        groups: Option<&[u32]>,
        tried: &(dyn Fn() + Sync),
    ) -> Result<Option<Found>, String> {
        let folds = match groups {
            None => folds(labels, self.folds, self.seed)?,
            Some(groups) => folds_of_groups(labels, groups, self.folds, self.seed)?,
        };
        let mut grid = self.grid(shape[1]);
        shuffle(&mut grid, self.seed)?;
        if grid.len() > self.trials {
            grid.truncate(self.trials.min(self.trials.div_ceil(3) * 2));
        }
        let (mut best, mut step) = (None, 2.0);
        self.try_all(&grid, samples, shape, &folds, tried, &mut best);
        let mut seen = grid;
        while seen.len() < self.trials {
            let Some(Found { recipe, .. }) = best else { break };
            let mut near: Vec<_> = self.near(recipe, step).into_iter().filter(|own| !seen.contains(own)).collect();
            near.truncate(self.trials - seen.len());
            if near.is_empty() {
                break;
            }
            seen.extend_from_slice(&near);
            self.try_all(&near, samples, shape, &folds, tried, &mut best);
            // A finer step if nothing nearby was better.
            if best.is_some_and(|best| best.recipe == recipe) {
                step = f32::sqrt(step);
            }
        }
        Ok(best.map(|found| Found { tried: seen.len(), ..found }))
    }

    fn try_all<S: DynSamples + Clone + Sync>(
        &self,
        recipes: &[Recipe],
        samples: &S,
        shape: [usize; 2],
        folds: &[Fold],
        tried: &(dyn Fn() + Sync),
        best: &mut Option<Found>,
    ) {
        let evaluated: Vec<Option<Found>> = recipes
            .par_iter()
            .map(|recipe| {
                let parts = folds.par_iter().map(|fold| {
                    let trial = OfFold { samples: samples.clone(), shape, fold, recipe: *recipe, search: self };
                    // A rate that is too large for this strength is refused, and so is one that diverges: neither can
                    // be the best.
                    Choice::best().run(trial).ok()?.ok()
                });
                let parts: Option<Vec<(f64, f64)>> = parts.collect();
                tried();
                let parts = parts?;
                let mean = |of: fn(&(f64, f64)) -> f64| parts.iter().map(of).sum::<f64>() / parts.len() as f64;
                Some(Found { recipe: *recipe, value: mean(|part| part.0), loss: mean(|part| part.1), tried: 0 })
            })
            .collect();
        for found in evaluated.into_iter().flatten() {
            if best.is_none_or(|best| found.beats(&best)) {
                *best = Some(found);
            }
        }
    }
}

/// The samples to train on, and those to validate on.
type Fold = [Vec<usize>; 2];

/// A recipe on a fold, to be run on a kernel.
struct OfFold<'a, S> {
    samples: S,
    shape: [usize; 2],
    fold: &'a Fold,
    recipe: Recipe,
    search: &'a Search,
}

impl<S: DynSamples> Work for OfFold<'_, S> {
    type Output = Result<(f64, f64), Stopped>;

    /// The measure that decides the choice, and the hinge loss.
    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { mut samples, shape: [classes, features], fold: [train_on, choose_by], recipe, search } = self;
        let mut memory = vec![0.0; DynModel::memory_len_on(kernel, classes, features)];
        let mut model = DynModel::on(kernel, &mut memory, classes, features)?;
        train(kernel, &mut Selected::new(&mut samples, train_on), recipe, search.seed, &mut model)?;
        let mut rest = Selected::new(&mut samples, choose_by);
        let mut counts = Vec::new();
        let confusion = confusion(&model, &mut rest, &mut counts)?;
        let value = match search.criterion {
            // A quotient of whole numbers, so that equal accuracies compare equal.
            Criterion::Accuracy => f64::from(correct(&confusion, classes)) / choose_by.len() as f64,
            Criterion::MacroF1 => f64::from(confusion.macro_f1().unwrap_or_default()),
        };
        let hinge = Objective::of(WestonWatkins::new(1.0)?, 0.0)?;
        Ok((value, hinge.evaluate(&model, &mut rest)?.data_loss.into()))
    }
}

/// Divides the samples into `count` folds, in each of which the classes are as frequent as in the whole set.
///
/// # Errors
/// A message that says what is wrong, if there are fewer samples than folds.
pub fn folds(labels: &[u16], count: usize, seed: u64) -> Result<Vec<Fold>, String> {
    if labels.len() < count {
        return Err(format!("{} samples cannot be divided into {count} parts", labels.len()));
    }
    let mut fold_of = vec![0; labels.len()];
    // The classes follow one another, so that the remainders of small classes are spread over the folds.
    for (place, index) in by_class(labels, seed)?.into_iter().enumerate() {
        fold_of[index] = place % count;
    }
    Ok(by_fold(&fold_of, count))
}

/// Like [`folds`], but all samples of a group are in one fold.
///
/// # Errors
/// A message that says what is wrong, if there are fewer groups than folds.
pub fn folds_of_groups(labels: &[u16], groups: &[u32], count: usize, seed: u64) -> Result<Vec<Fold>, String> {
    let fold_of = share_out(labels, groups, &vec![1.0 / count as f64; count], seed)?;
    Ok(by_fold(&fold_of, count))
}

/// Makes `count` folds, given the fold of each sample.
fn by_fold(fold_of: &[usize], count: usize) -> Vec<Fold> {
    let of = |keep: &dyn Fn(usize) -> bool| (0..fold_of.len()).filter(|index| keep(fold_of[*index])).collect();
    (0..count).map(|fold| [of(&|own| own != fold), of(&|own| own == fold)]).collect()
}

/// About this fraction of the samples of each class, and the others. Each group is in one of the two parts.
///
/// # Errors
/// A message that says what is wrong.
pub fn divide_groups(labels: &[u16], groups: &[u32], fraction: f64, seed: u64) -> Result<[Vec<usize>; 2], String> {
    let part_of = share_out(labels, groups, &[fraction, 1.0 - fraction], seed)?;
    let parts = [0, 1].map(|part| (0..labels.len()).filter(|index| part_of[*index] == part).collect::<Vec<_>>());
    if parts.iter().any(Vec::is_empty) {
        return Err(format!("{fraction} of the groups is none or all of them; expected some"));
    }
    Ok(parts)
}

/// Assigns each sample to a part; `shares` has the sizes of the parts. The largest groups come first, and each goes to
/// the part that then differs least from its share of each class. The seed shuffles groups of equal size.
fn share_out(labels: &[u16], groups: &[u32], shares: &[f64], seed: u64) -> Result<Vec<usize>, String> {
    let classes = labels.iter().max().map_or(0, |label| usize::from(*label) + 1);
    let count = groups.iter().max().map_or(0, |group| *group as usize + 1);
    let (mut counts, mut all) = (vec![vec![0.0; classes]; count], vec![0.0; classes]);
    for (label, group) in labels.iter().zip(groups) {
        counts[*group as usize][usize::from(*label)] += 1.0;
        all[usize::from(*label)] += 1.0;
    }
    let mut order: Vec<usize> = (0..count).filter(|group| counts[*group].iter().any(|count| *count > 0.0)).collect();
    if order.len() < shares.len() || shares.len() < 2 {
        return Err(format!("{} groups cannot be divided into {} parts", order.len(), shares.len()));
    }
    shuffle(&mut order, seed)?;
    let size = |group: usize| counts[group].iter().sum::<f64>();
    order.sort_by(|a, b| size(*b).total_cmp(&size(*a)));
    let (mut parts, mut part_of_group) = (vec![vec![0.0; classes]; shares.len()], vec![0; count]);
    for group in order {
        // The growth of the squared distance from the shares.
        let growth = |part: usize| {
            let of = |class: usize| {
                let (own, more) = (parts[part][class], counts[group][class]);
                if more == 0.0 { 0.0 } else { more * (2.0 * own + more) / (shares[part] * all[class]) }
            };
            // The size of a part counts like one more class; otherwise parts without a class would stay empty.
            let (own, more) = (parts[part].iter().sum::<f64>(), size(group));
            (0..classes).map(of).sum::<f64>() + more * (2.0 * own + more) / (shares[part] * labels.len() as f64)
        };
        let growths: Vec<f64> = (0..shares.len()).map(growth).collect();
        let least = (0..shares.len()).min_by(|a, b| growths[*a].total_cmp(&growths[*b])).unwrap_or_default();
        parts[least].iter_mut().zip(&counts[group]).for_each(|(part, count)| *part += count);
        part_of_group[group] = least;
    }
    Ok(groups.iter().map(|group| part_of_group[*group as usize]).collect())
}

/// About this fraction of the samples of each class, and the others. The only sample of a class is among the others.
///
/// # Errors
/// A message that says what is wrong.
pub fn divide(labels: &[u16], fraction: f64, seed: u64) -> Result<[Vec<usize>; 2], String> {
    let mut parts = [Vec::new(), Vec::new()];
    let order = by_class(labels, seed)?;
    for class in order.chunk_by(|a, b| labels[*a] == labels[*b]) {
        let count = ((class.len() as f64 * fraction).round() as usize).min(class.len() - 1);
        parts[0].extend_from_slice(&class[..count]);
        parts[1].extend_from_slice(&class[count..]);
    }
    parts.iter_mut().for_each(|part| part.sort_unstable());
    if parts[0].is_empty() {
        return Err(format!("{fraction} of {} samples is none of them; expected at least one", labels.len()));
    }
    Ok(parts)
}

/// The indices of the samples, class by class, each class shuffled.
fn by_class(labels: &[u16], seed: u64) -> Result<Vec<usize>, String> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    shuffle(&mut order, seed)?;
    order.sort_by_key(|index| labels[*index]);
    Ok(order)
}

fn shuffle<T: Clone>(values: &mut Vec<T>, seed: u64) -> Result<(), String> {
    if values.is_empty() {
        return Ok(());
    }
    let order = Order::new(values.len(), &mut XorShiftRng::seed_from_u64(seed));
    let order = order.map_err(|error| format!("{} samples: {error}", values.len()))?;
    *values = order.rest().map(|index| values[index].clone()).collect();
    Ok(())
}
