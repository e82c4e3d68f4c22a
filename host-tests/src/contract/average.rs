//! The mean of the models after each step of SGD.

use super::loss::coefficients;
use super::{Model, Sample, axpy, margins, scale, sgd_step};

/// The sums of an averaged descent.
#[derive(Clone, Debug)]
pub struct Average {
    weights: Vec<Vec<f32>>,
    bias: Vec<f32>,
    pending: Vec<f32>,
    steps: u32,
}

impl Average {
    /// An average of no steps.
    pub fn new(classes: usize, features: usize) -> Self {
        let zeros = vec![0.0; classes];
        Self { weights: vec![vec![0.0; features]; classes], bias: zeros.clone(), pending: zeros, steps: 0 }
    }

    /// A step of SGD. Each row that the step writes is first added to the sum, times the scales of the steps that left
    /// it unchanged.
    pub fn step(&mut self, model: &mut Model, sample: &Sample, delta: f32, l2: f32, rate: f32) {
        let before = model.clone();
        let (k, violations) = coefficients(&margins(model, &sample.0, sample.1, delta), sample.1);
        let folded = sgd_step(model, sample, delta, l2, rate);
        let f = -(rate / model.scale);
        for c in 0..k.len() {
            if folded || (violations > 0 && k[c] * f != 0.0) {
                axpy(self.pending[c], &before.weights[c], &mut self.weights[c]);
                self.pending[c] = 0.0;
            }
        }
        for c in 0..k.len() {
            self.pending[c] = self.pending[c] + model.scale;
            self.bias[c] = self.bias[c] + model.bias[c];
        }
        self.steps = self.steps + 1;
    }

    /// `w = ((w * pending) + (1 * sum)) * (1 / T)`.
    pub fn mean(&self, model: &Model) -> Model {
        let mut mean = Model { scale: 1.0, carry: 0.0, bias: self.bias.clone(), ..model.clone() };
        let part = 1.0 / self.steps as f32;
        for c in 0..mean.weights.len() {
            scale(self.pending[c], &mut mean.weights[c]);
            axpy(1.0, &self.weights[c], &mut mean.weights[c]);
            scale(part, &mut mean.weights[c]);
        }
        scale(part, &mut mean.bias);
        mean
    }
}
