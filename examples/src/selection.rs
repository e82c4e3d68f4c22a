//! The choice of learning rate and L2 strength for a set, on a part of it that is set aside.

use hingeline::kernel::Kernel;
use hingeline::{Hinge, Model, Stopped};

use crate::dataset::{Dataset, Part};
use crate::rates::Fall;
use crate::strategy::{Budget, Plan, Strategy, go_on};

/// What a training run is made of, besides its seed.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// The learning rate of the first step; it falls to a tenth as 1/t.
    pub learning_rate: f32,
    /// The L2 strength.
    pub l2: f32,
    /// The epochs; SGD's models are averaged over the second half.
    pub epochs: u32,
}

/// The learning rates to try, times the features: a step changes a score by about the rate times that.
const RATES: [f32; 6] = [3.0, 1.0, 0.3, 0.1, 0.03, 0.01];

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
    trial: Trial,
    seed: u64,
) -> Result<Box<Model<C, F, K>>, Stopped> {
    let Trial { learning_rate, l2, epochs } = trial;
    let hinge = Hinge::new(1.0, l2)?;
    let steps = Strategy::Sgd.steps(part.labels.len(), epochs);
    let plan = Plan::Descent(Fall::InverseTime.from(learning_rate, l2, steps));
    let mut model = Box::new(Model::on(kernel));
    let budget = Budget { seed, epochs, averaged: epochs.div_ceil(2) };
    Strategy::Sgd.train(plan, hinge, budget, &mut model, part, go_on)?;
    Ok(model)
}

/// The best of a grid of learning rates and L2 strengths by accuracy on fifths of the training part, each trained on its
/// four others; of equally good ones the one with the lower loss.
///
/// # Errors
/// If the set is too small to be divided, or a sample is refused.
pub fn select<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    set: &Dataset<F>,
    epochs: u32,
    seed: u64,
    only: (Option<f32>, Option<f32>),
) -> Result<Trial, Stopped> {
    let mut divided = Vec::new();
    for fifth in 0..FIFTHS {
        let mut own = set.clone();
        own.set_aside(0.2, seed.wrapping_add(fifth))?;
        divided.push(own);
    }
    let rates = only.0.map_or(RATES.map(|rate| rate / F as f32).to_vec(), |rate| vec![rate]);
    let strengths = only.1.map_or(STRENGTHS.to_vec(), |l2| vec![l2]);
    let mut best: Option<((usize, f32), Trial)> = None;
    for l2 in strengths {
        for &learning_rate in &rates {
            let trial = Trial { learning_rate, l2, epochs };
            // Too large a rate for this strength is refused, and so is one that diverges: neither is the best.
            let Ok(score) = score::<C, F, K>(kernel, &divided, trial, seed) else { continue };
            let is_better = |(correct, loss): (usize, f32)| score.0 > correct || (score.0 == correct && score.1 < loss);
            if best.is_none_or(|(other, _)| is_better(other)) {
                best = Some((score, trial));
            }
        }
    }
    // Nothing of the grid works: let the first of it say why.
    let fallback = Trial { learning_rate: rates[0], l2: only.1.unwrap_or(STRENGTHS[0]), epochs };
    Ok(best.map_or(fallback, |(_, trial)| trial))
}

/// The validation samples that are predicted right, and the sum of the losses on each fifth.
fn score<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    divided: &[Dataset<F>],
    trial: Trial,
    seed: u64,
) -> Result<(usize, f32), Stopped> {
    let (mut correct, mut loss) = (0, 0.0);
    for set in divided {
        let model = train::<C, F, K>(kernel, &set.train, trial, seed)?;
        let evaluation = Hinge::new(1.0, 0.0)?.evaluate(&model, &mut set.validation.samples()?)?;
        correct += evaluation.correct;
        loss += evaluation.data_loss;
    }
    Ok((correct, loss))
}
