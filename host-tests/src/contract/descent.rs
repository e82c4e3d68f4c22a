//! Learning rates, and the steps of both kinds of descent.

use super::loss::coefficients;
use super::{Model, Sample, axpy, margins, scale, sum_gradient};

/// `η = rate`.
pub fn constant_rate(rate: f32) -> f32 {
    rate
}

/// `η = rate / (1 + decay · t)`, with `t` rounded to binary32.
pub fn inverse_time_rate(rate: f32, decay: f32, t: u64) -> f32 {
    rate / (1.0 + (decay * (t as f32)))
}

/// `η = rate · factor^⌊t / every⌋`, the whole quotient rounded to binary32.
pub fn step_decay_rate(rate: f32, factor: f32, every: u64, t: u64) -> f32 {
    let times = (t - t % every) / every;
    rate * libm::powf(factor, times as f32)
}

/// `η = floor + (rate − floor) * s²` with `s = sin(π/2 · (steps − t) / steps)`, and the floor from `steps` on.
pub fn cosine_rate(rate: f32, floor: f32, steps: u64, t: u64) -> f32 {
    let left = steps.saturating_sub(t);
    let sine = libm::sinf(core::f32::consts::FRAC_PI_2 * ((left as f32) / (steps as f32)));
    floor + ((rate - floor) * (sine * sine))
}

/// `η = 1 / (2α (t + start))`.
pub fn pegasos_rate(l2: f32, start: f32, t: u64) -> f32 {
    1.0 / ((2.0 * l2) * ((t as f32) + start))
}

/// A step of SGD: the scale shrinks and is folded if it is small, then the sample is added to the rows.
///
/// Returns whether the scale was folded.
pub fn sgd_step(model: &mut Model, sample: &Sample, delta: f32, l2: f32, rate: f32) -> bool {
    limited_sgd_step(model, sample, delta, l2, rate, rate)
}

/// The same, with a separate learning rate for L2.
pub fn limited_sgd_step(model: &mut Model, sample: &Sample, delta: f32, l2: f32, rate_of_l2: f32, rate: f32) -> bool {
    let (x, label) = sample;
    let (k, violations) = coefficients(&margins(model, x, *label, delta), *label);
    let folded = shrink(model, rate_of_l2, l2);
    if violations > 0 {
        let f = -(rate / model.scale);
        for c in 0..k.len() {
            axpy(k[c] * f, x, &mut model.weights[c]);
        }
        axpy(-rate, &k, &mut model.bias);
    }
    folded
}

/// Scale and carry, as one number, shrink by the share `2ηα`; below 2⁻¹⁶ the scale is folded. Returns whether it was.
pub(super) fn shrink(model: &mut Model, rate: f32, l2: f32) -> bool {
    let decay = 2.0 * (rate * l2);
    let (mut value, mut carry) = (model.scale, model.carry);
    if decay > 0.5 {
        value = value * (1.0 - decay);
        carry = carry * (1.0 - decay);
    } else if decay > 0.0 {
        carry = carry - (value * decay);
    }
    model.scale = value + carry;
    model.carry = carry - (model.scale - value);
    model.scale < 2.0_f32.powi(-16) && fold(model)
}

/// The weights are multiplied by the power of two 2^⌊log₂ scale⌋, and scale and carry are divided by it. Returns
/// whether it is below 1.
fn fold(model: &mut Model) -> bool {
    let mut power = 1.0;
    while power > model.scale {
        power = power / 2.0;
    }
    for c in 0..model.weights.len() {
        scale(power, &mut model.weights[c]);
    }
    model.scale = model.scale / power;
    model.carry = model.carry / power;
    power < 1.0
}

/// A step of batch descent: the scale shrinks, then `w = w + ((f / scale) * g)` with `f = −(η / N)`.
pub fn batch_step(model: &mut Model, samples: &[Sample], delta: f32, l2: f32, rate: f32) {
    let g = sum_gradient(model, samples, delta);
    shrink(model, rate, l2);
    let f = -(rate / samples.len() as f32);
    for c in 0..model.weights.len() {
        axpy(f / model.scale, &g.weights[c], &mut model.weights[c]);
    }
    axpy(f, &g.bias, &mut model.bias);
}
