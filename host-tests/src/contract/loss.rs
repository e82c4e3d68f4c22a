//! Margins, losses and gradients.

use super::{Model, Sample, axpy, dot, scale};

/// The margins `(s[j] − s[y]) + Δ`; 0 for the label's own class, which has none.
pub fn margins(model: &Model, x: &[f32], label: usize, delta: f32) -> Vec<f32> {
    let s = model.scores(x);
    let mut margins = Vec::new();
    for j in 0..s.len() {
        if j == label {
            margins.push(0.0);
        } else {
            margins.push((s[j] - s[label]) + delta);
        }
    }
    margins
}

/// The sum of the margins that count, in ascending order of classes, from +0.0.
pub fn sample_loss(margins: &[f32]) -> f32 {
    let mut loss = 0.0;
    for j in 0..margins.len() {
        if margins[j] > 0.0 {
            loss = loss + margins[j];
        }
    }
    loss
}

/// The high word of a sum in two words.
pub fn compensated_sum(terms: &[f32]) -> f32 {
    let (mut high, mut low) = (0.0_f32, 0.0_f32);
    for i in 0..terms.len() {
        (high, low) = double_sum((high, low), terms[i]);
    }
    high
}

/// Adds one more term to a sum in two words.
pub fn double_sum((high, low): (f32, f32), term: f32) -> (f32, f32) {
    let sum = high + term;
    let of_term = sum - high;
    let lost = (high - (sum - of_term)) + (term - of_term);
    let rest = low + lost;
    let high = sum + rest;
    (high, rest - (high - sum))
}

/// `(scale * scale) * dot(w, w)`.
pub fn squared_norm(model: &Model) -> f32 {
    let w = model.flat_weights();
    (model.scale * model.scale) * dot(&w, &w)
}

/// The mean of the samples' losses and `α * R(W)`.
pub fn set_loss(model: &Model, samples: &[Sample], delta: f32, l2: f32) -> f32 {
    let mut losses = Vec::new();
    for (x, label) in samples {
        losses.push(sample_loss(&margins(model, x, *label, delta)));
    }
    let mean = compensated_sum(&losses) / samples.len() as f32;
    if l2 == 0.0 { mean } else { mean + (l2 * squared_norm(model)) }
}

/// A gradient, in the layout of the model.
#[derive(Clone, Debug)]
pub struct Gradient {
    /// One row per class.
    pub weights: Vec<Vec<f32>>,
    /// One value per class.
    pub bias: Vec<f32>,
}

/// The whole numbers by which the sample is added to the row of each class, and the number of margins that count.
pub(super) fn coefficients(margins: &[f32], label: usize) -> (Vec<f32>, usize) {
    let mut k = vec![0.0; margins.len()];
    let mut violations = 0;
    for j in 0..margins.len() {
        if j != label && margins[j] > 0.0 {
            k[j] = 1.0;
            violations += 1;
        }
    }
    k[label] = -(violations as f32);
    (k, violations)
}

/// The gradient of a batch before its division by N: from +0.0, `g = g + (k * x)`.
pub fn sum_gradient(model: &Model, samples: &[Sample], delta: f32) -> Gradient {
    let mut gradient = Gradient {
        weights: vec![vec![0.0; model.weights[0].len()]; model.weights.len()],
        bias: vec![0.0; model.bias.len()],
    };
    for (x, label) in samples {
        let (k, _) = coefficients(&margins(model, x, *label, delta), *label);
        for c in 0..k.len() {
            for i in 0..x.len() {
                gradient.weights[c][i] = gradient.weights[c][i] + (k[c] * x[i]);
            }
            gradient.bias[c] = gradient.bias[c] + k[c];
        }
    }
    gradient
}

/// The gradient of the loss: the batch's, times 1/N, plus `(2α · scale) * w`.
pub fn gradient(model: &Model, samples: &[Sample], delta: f32, l2: f32) -> Gradient {
    let mut gradient = sum_gradient(model, samples, delta);
    let mean = 1.0 / samples.len() as f32;
    for c in 0..gradient.weights.len() {
        scale(mean, &mut gradient.weights[c]);
        axpy((2.0 * l2) * model.scale, &model.weights[c], &mut gradient.weights[c]);
    }
    scale(mean, &mut gradient.bias);
    gradient
}
