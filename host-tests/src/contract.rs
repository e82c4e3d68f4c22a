//! A second, literal implementation of the arithmetic contract: plain, slow, in binary32.
//!
//! The library's results must equal these to the bit. Every product and every sum is a separate operation, in the order
//! in which it is written. Compilers keep this order, since Rust neither fuses nor reorders floating-point operations.
#![expect(
    clippy::assign_op_pattern,
    clippy::needless_range_loop,
    reason = "the text of the contract, index by index, is easier to compare with than an iterator"
)]

mod average;
mod descent;
mod landscape;
mod loss;
mod losses;
mod random;

pub use average::Average;
pub use descent::{
    batch_step, constant_rate, cosine_rate, inverse_time_rate, limited_sgd_step, pegasos_rate, sgd_step,
    step_decay_rate,
};
pub use landscape::{Landscape, Lines, downhill, line_search_step};
pub use loss::{
    Gradient, compensated_sum, double_sum, gradient, margins, sample_loss, set_loss, squared_norm, sum_gradient,
};
pub use losses::{Function, Objective};
pub use random::{checksum, index, normal, uniform};

/// A feature of compact samples: the whole number times its scale, plus its offset.
pub fn decoded(q: i32, scale: f32, offset: f32) -> f32 {
    ((q as f32) * scale) + offset
}

/// A sample: features and label.
pub type Sample = (Vec<f32>, usize);

/// A model: `W = scale * weights`.
#[derive(Clone, Debug)]
pub struct Model {
    /// One row per class, as stored.
    pub weights: Vec<Vec<f32>>,
    /// One value per class.
    pub bias: Vec<f32>,
    /// The factor of all weights.
    pub scale: f32,
    /// The rounding error of the scale.
    pub carry: f32,
}

impl<const C: usize, const F: usize, K> From<&hingeline::Model<C, F, K>> for Model {
    fn from(model: &hingeline::Model<C, F, K>) -> Self {
        Self {
            weights: model.weights().iter().map(|row| row.to_vec()).collect(),
            bias: model.bias().to_vec(),
            scale: model.scale(),
            carry: model.parts().2.carry,
        }
    }
}

impl<const C: usize, const F: usize> From<&hingeline::Direction<C, F>> for Model {
    fn from(direction: &hingeline::Direction<C, F>) -> Self {
        Self {
            weights: direction.weights().iter().map(|row| row.to_vec()).collect(),
            bias: direction.bias().to_vec(),
            scale: 1.0,
            carry: 0.0,
        }
    }
}

impl Model {
    /// All weights in row-major order.
    pub fn flat_weights(&self) -> Vec<f32> {
        self.weights.concat()
    }

    /// The scores of a sample.
    pub fn scores(&self, x: &[f32]) -> Vec<f32> {
        scores(&self.flat_weights(), self.scale, &self.bias, x)
    }
}

/// Copies the samples of a set.
pub fn samples_of<const F: usize>(set: &crate::generate::Set<F>) -> Vec<Sample> {
    set.iter().map(|(x, label)| (x.to_vec(), label)).collect()
}

/// 16 lanes from −0.0, element `i` in lane `i mod 16`, folded in halves.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lane = [-0.0_f32; 16];
    for i in 0..a.len() {
        lane[i % 16] = lane[i % 16] + (a[i] * b[i]);
    }
    for h in [8, 4, 2, 1] {
        for l in 0..h {
            lane[l] = lane[l] + lane[l + h];
        }
    }
    lane[0]
}

/// `(scale * dot(w[c], x)) + bias[c]` for every class.
pub fn scores(weights: &[f32], scale: f32, bias: &[f32], x: &[f32]) -> Vec<f32> {
    let mut scores = Vec::new();
    for c in 0..bias.len() {
        let row = &weights[c * x.len()..(c + 1) * x.len()];
        scores.push((scale * dot(row, x)) + bias[c]);
    }
    scores
}

/// `y[i] = y[i] + (k * x[i])`, not performed for `k = 0`.
pub fn axpy(k: f32, x: &[f32], y: &mut [f32]) {
    if k == 0.0 {
        return;
    }
    for i in 0..y.len() {
        y[i] = y[i] + (k * x[i]);
    }
}

/// `scores` of every sample, one row after the other.
pub fn batch_scores(weights: &[f32], scale: f32, bias: &[f32], samples: &[Vec<f32>]) -> Vec<f32> {
    samples.iter().flat_map(|x| scores(weights, scale, bias, x)).collect()
}

/// `rank_one` of every sample in order, with its own row of factors.
pub fn batch_rank_one(k: &[Vec<f32>], samples: &[Vec<f32>], rows: &mut [f32]) {
    for s in 0..samples.len() {
        rank_one(&k[s], &samples[s], rows);
    }
}

/// `axpy` of every row with its own factor.
pub fn rank_one(k: &[f32], x: &[f32], rows: &mut [f32]) {
    for c in 0..k.len() {
        axpy(k[c], x, &mut rows[c * x.len()..(c + 1) * x.len()]);
    }
}

/// `y[i] = y[i] * k`.
pub fn scale(k: f32, y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] = y[i] * k;
    }
}

/// The largest magnitude, or +0.0 if there are no elements; not finite if an element is not.
pub fn largest(x: &[f32]) -> f32 {
    let mut largest = 0.0;
    for i in 0..x.len() {
        if x[i].is_nan() {
            return f32::NAN;
        }
        if x[i].abs() > largest {
            largest = x[i].abs();
        }
    }
    largest
}
