//! A second, literal implementation of the integer contract, in i128: nothing here can overflow, and only what is named
//! so saturates.
#![expect(clippy::needless_range_loop, reason = "indices as in the contract are easier to compare with")]

/// The number of fraction bits of an input.
pub const Q: i128 = 5;

/// Division by a power of two that rounds down.
pub fn shift_down(value: i128, bits: i128) -> i128 {
    value.div_euclid(1 << bits)
}

/// The nearest number of at most this magnitude.
pub fn clamp(value: i128, limit: i128) -> i128 {
    value.clamp(-limit, limit)
}

/// The input for a raw value.
pub fn input(raw: i128, zero: i128, factor: i128, shift: i128) -> i128 {
    shift_down((raw - zero) * factor + (1 << (shift - 1)), shift).clamp(-128, 127)
}

/// Zero and factor of a feature's raw values.
pub fn scale(raw: &[i128], shift: i128) -> (i128, i128) {
    let n = raw.len() as i128;
    let sum: i128 = raw.iter().sum();
    let squares: i128 = raw.iter().map(|value| value * value).sum();
    let zero = (2 * sum + n).div_euclid(2 * n);
    let spread = n * squares - sum * sum;
    let factor = if spread == 0 { 0 } else { ((n * n * (1 << (2 * (Q + shift)))) / spread).isqrt() };
    (zero, factor.min((1 << 14) - 1))
}

/// The margins that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hinge {
    /// The loss of Weston and Watkins: all margins above zero.
    All,
    /// The loss of Crammer and Singer: the largest margin above zero.
    Largest,
}

/// A model and the state of its descent.
#[derive(Clone, Debug)]
pub struct State {
    /// One row per class.
    pub weights: Vec<Vec<i128>>,
    /// One value per class.
    pub bias: Vec<i128>,
    /// The number of fraction bits of the weights.
    pub p: i128,
    /// The L2 shrinkage that is still due, in units of 2⁻⁶³.
    pub owed: i128,
    /// The number of steps.
    pub t: i128,
}

/// The parameters of a descent.
#[derive(Clone, Copy, Debug)]
pub struct Descent {
    /// The loss.
    pub hinge: Hinge,
    /// Δ · 2¹⁶.
    pub margin: i128,
    /// 2α · 2³².
    pub lambda: i128,
    /// Exponent, period and last exponent of the schedule.
    pub schedule: [i128; 3],
}

/// The report of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepReport {
    /// The loss.
    pub loss: i128,
    /// The margins that count.
    pub violations: usize,
    /// Whether all weights shrank.
    pub shrunk: bool,
    /// The number of results that were clamped.
    pub clamped: u32,
}

impl State {
    /// A fresh model.
    pub fn new(classes: usize, features: usize, p: i128) -> Self {
        Self { weights: vec![vec![0; features]; classes], bias: vec![0; classes], p, owed: 0, t: 0 }
    }

    /// `b + Σ w x`.
    pub fn scores(&self, x: &[i128]) -> Vec<i128> {
        let mut scores = self.bias.clone();
        for c in 0..scores.len() {
            for f in 0..x.len() {
                scores[c] += self.weights[c][f] * x[f];
            }
        }
        scores
    }

    /// The coefficients and the loss.
    fn coefficients(&self, descent: Descent, scores: &[i128], y: usize, v: i128) -> (Vec<i128>, i128, usize) {
        let d = shift_down(descent.margin * (1 << (self.p + Q)), 16);
        let mut margins = Vec::new();
        for j in 0..scores.len() {
            margins.push(if j == y { 0 } else { scores[j] - (scores[y] - d) });
        }
        let largest = margins.iter().copied().max().unwrap_or(0);
        let (mut k, mut loss, mut violations) = (vec![0; scores.len()], 0, 0);
        for j in 0..scores.len() {
            let counts = match descent.hinge {
                Hinge::All => margins[j] > 0,
                Hinge::Largest => margins[j] > 0 && margins[j] == largest && violations == 0,
            };
            if counts {
                k[j] = v;
                k[y] -= v;
                loss += v * margins[j];
                violations += 1;
            }
        }
        (k, loss, if v == 0 { 0 } else { violations })
    }

    /// A step on a sample whose class has this weight.
    pub fn step(&mut self, descent: Descent, x: &[i128], y: usize, v: i128) -> StepReport {
        let [first, period, last] = descent.schedule;
        let mut e = first;
        while (1 + shift_down(self.t, period)) >= (2 << (e - first)) {
            e += 1;
        }
        let e = e.min(last);
        let scores = self.scores(x);
        let (k, loss, violations) = self.coefficients(descent, &scores, y, v);
        self.t += 1;
        self.owed += descent.lambda * (1 << (31 - e));
        let shrunk = self.owed >= 1 << 57;
        if shrunk {
            self.owed -= 1 << 57;
            for w in self.weights.iter_mut().flatten() {
                *w -= shift_down(*w + 32, 6);
            }
        }
        let limit = ((1 << 22) / x.len() as i128).min(32_767);
        let t = self.p - Q - e;
        let mut clamped = 0;
        for c in 0..k.len() {
            for f in 0..x.len() {
                let u = if t >= 0 { x[f] * (1 << t) } else { shift_down(x[f] + (1 << (-t - 1)), -t) };
                let result = self.weights[c][f] - k[c] * u;
                self.weights[c][f] = clamp(result, limit);
                clamped += u32::from(self.weights[c][f] != result);
            }
            let result = self.bias[c] - k[c] * (1 << (self.p + Q - e));
            self.bias[c] = clamp(result, 1 << 28);
            clamped += u32::from(self.bias[c] != result);
        }
        StepReport { loss, violations, shrunk, clamped }
    }
}
