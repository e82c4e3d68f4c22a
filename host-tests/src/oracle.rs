//! The textbook in f64: formulas as printed, in the simplest loops.
//!
//! Weights here are `W` itself; there is no scale.
#![expect(clippy::needless_range_loop, reason = "indices as in the formulas are the point of a textbook")]

/// A sample: features and label.
pub type Sample = (Vec<f64>, usize);

/// Scores `s = W x + b`.
#[derive(Clone, Debug)]
pub struct Model {
    /// `W`, one row per class.
    pub weights: Vec<Vec<f64>>,
    /// `b`.
    pub bias: Vec<f64>,
}

/// A gradient, in the layout of the model.
pub type Gradient = Model;

/// The loss: margin Δ and L2 strength α.
#[derive(Clone, Copy, Debug)]
pub struct Loss {
    /// Δ.
    pub delta: f64,
    /// α.
    pub l2: f64,
}

impl From<&hingeline::Hinge> for Loss {
    fn from(hinge: &hingeline::Hinge) -> Self {
        Self { delta: hinge.margin().into(), l2: hinge.l2().into() }
    }
}

impl<const C: usize, const F: usize, K> From<&hingeline::Model<C, F, K>> for Model {
    fn from(model: &hingeline::Model<C, F, K>) -> Self {
        let scale = f64::from(model.scale());
        let row = |row: &[f32; F]| row.iter().map(|w| scale * f64::from(*w)).collect();
        Self { weights: model.weights().iter().map(row).collect(), bias: widen(model.bias()) }
    }
}

impl<const C: usize, const F: usize> From<&hingeline::Direction<C, F>> for Model {
    fn from(direction: &hingeline::Direction<C, F>) -> Self {
        Self { weights: direction.weights().iter().map(|row| widen(row)).collect(), bias: widen(direction.bias()) }
    }
}

/// The binary32 values, which f64 holds exactly.
pub fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// Copies the samples of a set.
pub fn samples_of<const F: usize>(set: &crate::generate::Set<F>) -> Vec<Sample> {
    set.iter().map(|(x, label)| (widen(x), label)).collect()
}

impl Model {
    fn zero_like(&self) -> Self {
        Self { weights: vec![vec![0.0; self.weights[0].len()]; self.weights.len()], bias: vec![0.0; self.bias.len()] }
    }

    /// `s = W x + b`.
    pub fn scores(&self, x: &[f64]) -> Vec<f64> {
        let mut scores = self.bias.clone();
        for c in 0..scores.len() {
            for i in 0..x.len() {
                scores[c] += self.weights[c][i] * x[i];
            }
        }
        scores
    }

    /// The class of the highest score; the first one if scores are equal.
    pub fn predict(&self, x: &[f64]) -> usize {
        let scores = self.scores(x);
        let mut best = 0;
        for c in 0..scores.len() {
            if scores[c] > scores[best] {
                best = c;
            }
        }
        best
    }

    /// `W + a W1`, and the same for the bias.
    pub fn moved(&self, a: f64, direction: &Self) -> Self {
        let mut moved = self.clone();
        for c in 0..moved.bias.len() {
            for i in 0..moved.weights[c].len() {
                moved.weights[c][i] += a * direction.weights[c][i];
            }
            moved.bias[c] += a * direction.bias[c];
        }
        moved
    }

    /// `R(W) = Σ W²`.
    pub fn squared_norm(&self) -> f64 {
        self.weights.iter().flatten().map(|w| w * w).sum()
    }

    /// A step of SGD: `W ← (1 − 2ηα) W`, then `w_c ← w_c − η k_c x` and `b_c ← b_c − η k_c`.
    pub fn sgd_step(&mut self, loss: Loss, rate: f64, sample: &Sample) {
        self.batch_step(loss, rate, core::slice::from_ref(sample));
    }

    /// A step down the gradient of a batch: `W ← W − η ∇L`, and the same for the bias.
    pub fn batch_step(&mut self, loss: Loss, rate: f64, samples: &[Sample]) {
        let gradient = loss.gradient(self, samples);
        for c in 0..self.bias.len() {
            for i in 0..self.weights[c].len() {
                self.weights[c][i] -= rate * gradient.weights[c][i];
            }
            self.bias[c] -= rate * gradient.bias[c];
        }
    }
}

impl Loss {
    /// `s_j − s_y + Δ` for every class except that of the label, which has 0.
    pub fn margins(&self, model: &Model, (x, label): &Sample) -> Vec<f64> {
        let scores = model.scores(x);
        let mut margins = vec![0.0; scores.len()];
        for j in 0..scores.len() {
            if j != *label {
                margins[j] = scores[j] - scores[*label] + self.delta;
            }
        }
        margins
    }

    /// `L_i = Σ_{j≠y} max(0, margin_j)`.
    pub fn of_sample(&self, model: &Model, sample: &Sample) -> f64 {
        let margins = self.margins(model, sample);
        margins.iter().map(|margin| margin.max(0.0)).sum()
    }

    /// `L = 1/N Σ L_i + α R(W)`.
    pub fn of_set(&self, model: &Model, samples: &[Sample]) -> f64 {
        let sum: f64 = samples.iter().map(|s| self.of_sample(model, s)).sum();
        sum / samples.len() as f64 + self.l2 * model.squared_norm()
    }

    /// `∇_{w_j} L = 1/N Σ_i k_ij x_i + 2 α w_j`, `∂L/∂b_j = 1/N Σ_i k_ij`.
    pub fn gradient(&self, model: &Model, samples: &[Sample]) -> Gradient {
        let n = samples.len() as f64;
        let mut gradient = model.zero_like();
        for sample in samples {
            let (x, label) = sample;
            let margins = self.margins(model, sample);
            for j in 0..margins.len() {
                if j != *label && margins[j] > 0.0 {
                    for i in 0..x.len() {
                        gradient.weights[j][i] += x[i] / n;
                        gradient.weights[*label][i] -= x[i] / n;
                    }
                    gradient.bias[j] += 1.0 / n;
                    gradient.bias[*label] -= 1.0 / n;
                }
            }
        }
        for c in 0..gradient.weights.len() {
            for i in 0..gradient.weights[c].len() {
                gradient.weights[c][i] += 2.0 * self.l2 * model.weights[c][i];
            }
        }
        gradient
    }
}

/// Loss and coefficients of Crammer and Singer, `max(0, max_{j≠y} s_j − s_y + Δ)`.
pub fn crammer_singer(delta: f64, s: &[f64], y: usize) -> (f64, Vec<f64>) {
    let mut k = vec![0.0; s.len()];
    let (mut rival, mut highest) = (y, f64::NEG_INFINITY);
    for j in 0..s.len() {
        if j != y && s[j] > highest {
            (rival, highest) = (j, s[j]);
        }
    }
    let margin = highest - s[y] + delta;
    if margin > 0.0 {
        k[rival] = 1.0;
        k[y] = -1.0;
    }
    (margin.max(0.0), k)
}

/// Loss and coefficients of the softmax, `−ln p_y` with `p_j = exp(s_j) / Σ exp(s_i)`.
pub fn softmax(s: &[f64], y: usize) -> (f64, Vec<f64>) {
    let highest = s.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = s.iter().map(|s| (s - highest).exp()).sum();
    let mut k: Vec<f64> = s.iter().map(|s| (s - highest).exp() / sum).collect();
    k[y] -= 1.0;
    (sum.ln() - (s[y] - highest), k)
}

/// `rate / (1 + decay · t)`.
pub fn inverse_time_rate(rate: f64, decay: f64, t: u64) -> f64 {
    rate / (1.0 + decay * t as f64)
}

/// `rate · factor^⌊t / every⌋`.
pub fn step_decay_rate(rate: f64, factor: f64, every: u32, t: u64) -> f64 {
    rate * factor.powf((t / u64::from(every)) as f64)
}

/// `floor + ½ (rate − floor) (1 + cos(π t / steps))` before the last step, then the floor.
pub fn cosine_rate(rate: f64, floor: f64, steps: u32, t: u64) -> f64 {
    let turn = (t as f64 / f64::from(steps)).min(1.0);
    floor + 0.5 * (rate - floor) * (1.0 + (core::f64::consts::PI * turn).cos())
}

/// `1 / (2α (t + start))`.
pub fn pegasos_rate(l2: f64, start: f64, t: u64) -> f64 {
    1.0 / (2.0 * l2 * (t as f64 + start))
}

/// Box and Muller's normal deviate of two uniform numbers.
pub fn normal(u1: f64, u2: f64) -> f64 {
    (-2.0 * (1.0 - u1).ln()).sqrt() * (core::f64::consts::TAU * u2).cos()
}
