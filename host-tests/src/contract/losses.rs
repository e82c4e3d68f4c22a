//! Each loss, and weights of classes and samples.

use super::descent::shrink;
use super::{Gradient, Lines, Model, Sample, axpy, compensated_sum, margins, sample_loss, scale, squared_norm};

/// A loss of one sample.
#[derive(Clone, Copy, Debug)]
pub enum Function {
    /// The loss of Weston and Watkins, with Δ.
    WestonWatkins(f32),
    /// The loss of Crammer and Singer, with Δ.
    CrammerSinger(f32),
    /// The cross-entropy.
    Softmax,
}

/// A loss, an L2 term, and weights of the classes, where `None` means 1.
#[derive(Clone, Debug)]
pub struct Objective {
    /// The loss.
    pub function: Function,
    /// α.
    pub l2: f32,
    /// One weight per class.
    pub weights: Option<Vec<f32>>,
}

/// The class of the highest score; the first one if scores are equal.
fn top(s: &[f32], without: Option<usize>) -> Option<usize> {
    let mut best: Option<usize> = None;
    for j in 0..s.len() {
        if Some(j) != without && best.is_none_or(|best| s[j] > s[best]) {
            best = Some(j);
        }
    }
    best
}

impl Function {
    /// The loss and the coefficients for these scores.
    pub fn of_scores(self, s: &[f32], y: usize) -> (f32, Vec<f32>) {
        let mut k = vec![0.0; s.len()];
        let loss = match self {
            Self::WestonWatkins(delta) => {
                let m: Vec<_> = (0..s.len()).map(|j| if j == y { 0.0 } else { (s[j] - s[y]) + delta }).collect();
                for j in 0..m.len() {
                    if m[j] > 0.0 {
                        k[j] = 1.0;
                        k[y] = k[y] - 1.0;
                    }
                }
                sample_loss(&m)
            }
            Self::CrammerSinger(delta) => {
                let rival = top(s, Some(y)).expect("there are two classes");
                let margin = (s[rival] - s[y]) + delta;
                if margin > 0.0 {
                    k[rival] = 1.0;
                    k[y] = -1.0;
                }
                if margin > 0.0 { margin } else { 0.0 }
            }
            Self::Softmax => {
                let t = top(s, None).expect("there is a class");
                let m = s[t];
                let e: Vec<_> = s.iter().map(|s| libm::expf(s - m)).collect();
                let mut r = 0.0;
                for j in 0..e.len() {
                    if j != t {
                        r = r + e[j];
                    }
                }
                let q = 1.0 / (1.0 + r);
                for j in 0..e.len() {
                    k[j] = if j == t { q } else { e[j] * q };
                }
                k[y] = if y == t { -(r * q) } else { k[y] - 1.0 };
                libm::log1pf(r) - (s[y] - m)
            }
        };
        (loss, k)
    }
}

impl Objective {
    /// The loss and the coefficients of a sample of this weight: times the weight of its class, then times its own.
    pub fn of_sample(&self, model: &Model, (x, y): &Sample, weight: f32) -> (f32, Vec<f32>) {
        let (loss, k) = self.function.of_scores(&model.scores(x), *y);
        let class = self.weights.as_ref().map_or(1.0, |weights| weights[*y]);
        let times = |value: f32| weight * (class * value);
        (times(loss), k.into_iter().map(times).collect())
    }

    /// The loss of a set.
    pub fn loss(&self, model: &Model, samples: &[Sample], weights: &[f32]) -> f32 {
        let losses: Vec<_> = samples.iter().zip(weights).map(|(s, v)| self.of_sample(model, s, *v).0).collect();
        let mean = compensated_sum(&losses) / samples.len() as f32;
        if self.l2 == 0.0 { mean } else { mean + (self.l2 * squared_norm(model)) }
    }

    /// The gradient of a batch before its division by N.
    pub fn sum_gradient(&self, model: &Model, samples: &[Sample], weights: &[f32]) -> Gradient {
        let zero = vec![vec![0.0; model.weights[0].len()]; model.weights.len()];
        let mut gradient = Gradient { weights: zero, bias: vec![0.0; model.bias.len()] };
        for (sample, weight) in samples.iter().zip(weights) {
            let (_, k) = self.of_sample(model, sample, *weight);
            for c in 0..k.len() {
                axpy(k[c], &sample.0, &mut gradient.weights[c]);
            }
            if k.iter().any(|k| *k != 0.0) {
                for c in 0..k.len() {
                    gradient.bias[c] = gradient.bias[c] + k[c];
                }
            }
        }
        gradient
    }

    /// The gradient of the loss of a set.
    pub fn gradient(&self, model: &Model, samples: &[Sample], weights: &[f32]) -> Gradient {
        let mut gradient = self.sum_gradient(model, samples, weights);
        let mean = 1.0 / samples.len() as f32;
        for c in 0..model.weights.len() {
            scale(mean, &mut gradient.weights[c]);
            axpy((2.0 * self.l2) * model.scale, &model.weights[c], &mut gradient.weights[c]);
        }
        scale(mean, &mut gradient.bias);
        gradient
    }

    /// A step of SGD on a sample of this weight.
    pub fn sgd_step(&self, model: &mut Model, sample: &Sample, weight: f32, rate: f32) {
        let (_, k) = self.of_sample(model, sample, weight);
        shrink(model, rate, self.l2);
        if k.iter().any(|k| *k != 0.0) {
            let f = -(rate / model.scale);
            for c in 0..k.len() {
                axpy(k[c] * f, &sample.0, &mut model.weights[c]);
            }
            axpy(-rate, &k, &mut model.bias);
        }
    }

    /// A step of batch descent.
    pub fn batch_step(&self, model: &mut Model, samples: &[Sample], weights: &[f32], rate: f32) {
        let g = self.sum_gradient(model, samples, weights);
        shrink(model, rate, self.l2);
        let f = -(rate / samples.len() as f32);
        for c in 0..model.weights.len() {
            axpy(f / model.scale, &g.weights[c], &mut model.weights[c]);
        }
        axpy(f, &g.bias, &mut model.bias);
    }

    /// The data loss at a point of a landscape.
    pub fn loss_at(&self, model: &Model, directions: &[Model], samples: &[Sample], weights: &[f32], at: &[f32]) -> f32 {
        let mut losses = Vec::new();
        for (sample, weight) in samples.iter().zip(weights) {
            let (x, y) = sample;
            let loss = match self.function {
                // One line per margin.
                Function::WestonWatkins(delta) | Function::CrammerSinger(delta) => {
                    let slopes = directions.iter().map(|direction| margins(direction, x, *y, 0.0)).collect();
                    let m = Lines { margins: margins(model, x, *y, delta), slopes }.margins_at(at);
                    let largest = m.iter().copied().fold(0.0, |a, b| if b > a { b } else { a });
                    if matches!(self.function, Function::CrammerSinger(_)) { largest } else { sample_loss(&m) }
                }
                // One line per score.
                Function::Softmax => {
                    let slopes = directions.iter().map(|direction| direction.scores(x)).collect();
                    let s = Lines { margins: model.scores(x), slopes }.margins_at(at);
                    self.function.of_scores(&s, *y).0
                }
            };
            let class = self.weights.as_ref().map_or(1.0, |weights| weights[*y]);
            losses.push(weight * (class * loss));
        }
        compensated_sum(&losses) / samples.len() as f32
    }
}
