//! The loss along a ray and in a plane.

use super::{Model, Sample, compensated_sum, dot, gradient, margins, sample_loss, squared_norm};

/// A landscape: a loss around a model in some directions, which are models of scale 1.
#[derive(Clone, Debug)]
pub struct Landscape {
    /// Δ.
    pub delta: f32,
    /// α.
    pub l2: f32,
    /// `W`.
    pub model: Model,
    /// `W1` and so on.
    pub directions: Vec<Model>,
}

impl Landscape {
    /// A sample's margins at the model, and their slope in each direction: the differences of its scores.
    pub fn lines(&self, (x, label): &Sample) -> Lines {
        let mut slopes = Vec::new();
        for direction in &self.directions {
            slopes.push(margins(direction, x, *label, 0.0));
        }
        Lines { margins: margins(&self.model, x, *label, self.delta), slopes }
    }

    /// The lines of a set.
    pub fn lines_of(&self, samples: &[Sample]) -> Vec<Lines> {
        samples.iter().map(|sample| self.lines(sample)).collect()
    }

    /// `R = R + (a_k * ((2 * P_k) + (a_k * G_kk)))`, from `R(W)`, with `P_k = (p_k + (a_1 * G_1k)) + …`.
    pub fn norm(&self, at: &[f32]) -> f32 {
        let w = self.model.flat_weights();
        let d: Vec<_> = self.directions.iter().map(Model::flat_weights).collect();
        let mut r = squared_norm(&self.model);
        for k in 0..at.len() {
            if at[k] == 0.0 {
                continue;
            }
            let mut p = self.model.scale * dot(&w, &d[k]);
            for l in 0..k {
                if at[l] != 0.0 {
                    p = p + (at[l] * dot(&d[l], &d[k]));
                }
            }
            r = r + (at[k] * ((2.0 * p) + (at[k] * dot(&d[k], &d[k]))));
        }
        if r < 0.0 { 0.0 } else { r }
    }

    /// The loss of a set at a point.
    pub fn loss(&self, lines: &[Lines], at: &[f32]) -> f32 {
        let mut losses = Vec::new();
        for sample in lines {
            losses.push(sample_loss(&sample.margins_at(at)));
        }
        let mean = compensated_sum(&losses) / lines.len() as f32;
        if self.l2 == 0.0 { mean } else { mean + (self.l2 * self.norm(at)) }
    }

    /// The derivative along a ray.
    pub fn derivative(&self, lines: &[Lines], a: f32) -> f32 {
        let mut total = 0.0;
        for part in lines.chunks(256) {
            let mut of_part = 0.0;
            for sample in part {
                let m = sample.margins_at(&[a]);
                let mut of_sample = 0.0;
                for j in 0..m.len() {
                    if m[j] > 0.0 {
                        of_sample = of_sample + sample.slopes[0][j];
                    }
                }
                of_part = of_part + of_sample;
            }
            total = total + of_part;
        }
        let mean = total / lines.len() as f32;
        if self.l2 == 0.0 {
            return mean;
        }
        let d = self.directions[0].flat_weights();
        let p = self.model.scale * dot(&self.model.flat_weights(), &d);
        let along = if a == 0.0 { p } else { p + (a * dot(&d, &d)) };
        mean + (self.l2 * (2.0 * along))
    }

    /// The smallest `a ≥ 0` at which the derivative is at least zero, if there is one, found by 31 bisections of the
    /// bits.
    pub fn minimum(&self, lines: &[Lines]) -> Option<f32> {
        smallest(|a| self.derivative(lines, a) >= 0.0)
    }
}

/// A sample on a landscape.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The margins at the model.
    pub margins: Vec<f32>,
    /// Their slopes in each direction.
    pub slopes: Vec<Vec<f32>>,
}

impl Lines {
    /// `((m_j + (a_1 * q_1j)) + (a_2 * q_2j)) …`.
    pub fn margins_at(&self, at: &[f32]) -> Vec<f32> {
        let mut m = self.margins.clone();
        for j in 0..m.len() {
            for k in 0..at.len() {
                m[j] = m[j] + (at[k] * self.slopes[k][j]);
            }
        }
        m
    }

    /// The place where the margin of each class changes its sign, if it does.
    pub fn breakpoints(&self) -> Vec<Option<f32>> {
        let counts = |j: usize, a: f32| self.margins[j] + (a * self.slopes[0][j]) > 0.0;
        (0..self.margins.len()).map(|j| smallest(|a| counts(j, a) != counts(j, 0.0))).collect()
    }
}

/// The smallest non-negative number for which a condition holds that also holds for all larger numbers.
fn smallest(holds: impl Fn(f32) -> bool) -> Option<f32> {
    let mut bits = 0;
    for place in (0..31).rev() {
        let higher = bits + (1 << place);
        if higher <= f32::MAX.to_bits() && !holds(f32::from_bits(higher - 1)) {
            bits = higher;
        }
    }
    holds(f32::from_bits(bits)).then_some(f32::from_bits(bits))
}

/// The ray of steepest descent, along `−g`.
pub fn downhill(model: &Model, samples: &[Sample], delta: f32, l2: f32) -> Landscape {
    let g = gradient(model, samples, delta, l2);
    let negative = |g: &Vec<f32>| g.iter().map(|g| g * -1.0).collect::<Vec<_>>();
    let direction =
        Model { weights: g.weights.iter().map(negative).collect(), bias: negative(&g.bias), scale: 1.0, carry: 0.0 };
    Landscape { delta, l2, model: model.clone(), directions: vec![direction] }
}

/// A step of the exact line search to the minimum `a` downhill: `w = w + ((a / scale) * d)`. Returns `a`.
pub fn line_search_step(model: &mut Model, samples: &[Sample], delta: f32, l2: f32) -> f32 {
    let ray = downhill(model, samples, delta, l2);
    let direction = &ray.directions[0];
    let a = ray.minimum(&ray.lines_of(samples)).expect("the loss is bounded below");
    for c in 0..model.weights.len() {
        super::axpy(a / model.scale, &direction.weights[c], &mut model.weights[c]);
    }
    super::axpy(a, &direction.bias, &mut model.bias);
    a
}
