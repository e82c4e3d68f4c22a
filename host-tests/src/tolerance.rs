//! The distance that a result in binary32 may have from the exact one: a bound for each operation, computed from the
//! data.
//!
//! With u = 2⁻²⁴, a rounded operation returns the exact result times (1 + δ), |δ| ≤ u. A product of k such factors is
//! off by at most γ(k) = k u / (1 − k u). So a term that passes through k roundings on its way into a result adds at
//! most γ(k) times its magnitude to the error, and the bounds below only count roundings and add magnitudes.
//! (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition, sections 3.1 and 4.2.)
//!
//! Underflow is left out: these bounds hold for data whose products are normal numbers or zero, as
//! [`ordinary`](crate::generate::ordinary) values give them.
//!
//! | operation | roundings of a term | bound |
//! |---|---|---|
//! | dot product of n | its product, ⌈n/16⌉ − 1 additions in its lane (to −0.0 is exact), 4 in the fold | [`dot`] |
//! | score | dot, times the scale, plus the bias | [`score`] |
//! | margin | score, minus the label's score, plus Δ | [`margin`] |
//! | loss of a sample | margin, at most C − 2 additions; max(0, ·) does not widen a distance | [`sample_loss`] |
//! | Σ W² | dot, scale², their product | [`squared_norm`] |
//! | loss of a set | loss of the sample, compensated sum, 1/N, plus the regulariser | [`set_loss`] |
//! | gradient | `k * x`, at most N − 1 additions, 1/N and its product, plus the regulariser | [`weight_gradient`] |
//! | step | as listed at each function | [`step`], [`bias_step`] |
//! | loss on a landscape | the margin and each direction's slope times its coordinate, added; then as of a set | [`landscape`] |
//! | finite difference | both losses of every sample, divided by the distance | [`difference`] |

use crate::oracle::{Loss, Model, Sample};

/// The unit roundoff of binary32, rounding to nearest.
pub const U: f64 = 1.0 / 16_777_216.0;

/// The maximum relative error of k roundings.
pub fn gamma(k: usize) -> f64 {
    let ku = k as f64 * U;
    ku / (1.0 - ku)
}

/// The number of roundings that a product passes through in a dot product of n terms.
fn dot_roundings(n: usize) -> usize {
    n.div_ceil(16) + 4
}

/// A dot product of these terms.
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let magnitude: f64 = a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum();
    gamma(dot_roundings(a.len())) * magnitude
}

/// `Σ |w x| + |b|`: the magnitude of the terms of a score.
fn score_magnitude(model: &Model, class: usize, x: &[f64]) -> f64 {
    let products = model.weights[class].iter().zip(x);
    products.map(|(w, x)| (w * x).abs()).sum::<f64>() + model.bias[class].abs()
}

/// A score: the roundings of the dot product, one of `scale *`, one of `+ bias`.
pub fn score(model: &Model, class: usize, x: &[f64]) -> f64 {
    gamma(dot_roundings(x.len()) + 2) * score_magnitude(model, class, x)
}

fn margin_magnitude(model: &Model, delta: f64, (x, label): &Sample, class: usize) -> f64 {
    score_magnitude(model, class, x) + score_magnitude(model, *label, x) + delta
}

/// A margin: the roundings of its scores, one of the subtraction, one of `+ Δ`.
pub fn margin(model: &Model, delta: f64, sample: &Sample, class: usize) -> f64 {
    let roundings = dot_roundings(sample.0.len()) + 4;
    gamma(roundings) * margin_magnitude(model, delta, sample, class)
}

/// Whether every margin is far enough from zero that binary32 and f64 must agree on which of them count.
pub fn is_decided(model: &Model, loss: Loss, sample: &Sample) -> bool {
    is_decided_within(model, loss, sample, 0.0)
}

/// The same if the scores of the model already have this error.
pub fn is_decided_within(model: &Model, loss: Loss, sample: &Sample, off: f64) -> bool {
    let margins = loss.margins(model, sample).into_iter().enumerate();
    let mut others = margins.filter(|(class, _)| *class != sample.1);
    others.all(|(class, m)| m.abs() > margin(model, loss.delta, sample, class) + 2.0 * off)
}

fn sample_loss_magnitude(model: &Model, delta: f64, sample: &Sample) -> f64 {
    let others = (0..model.bias.len()).filter(|class| *class != sample.1);
    others.map(|class| margin_magnitude(model, delta, sample, class)).sum()
}

fn sample_loss_roundings(model: &Model, sample: &Sample) -> usize {
    dot_roundings(sample.0.len()) + 4 + model.bias.len().saturating_sub(2)
}

/// The loss of a sample: the roundings of its margins, and those of their sum from +0.0, whose first addition is exact.
pub fn sample_loss(model: &Model, delta: f64, sample: &Sample) -> f64 {
    let magnitude = sample_loss_magnitude(model, delta, sample);
    gamma(sample_loss_roundings(model, sample)) * magnitude
}

/// A sum of n terms in two words: the rounding to the high word, and at each addition half a unit in the last place of
/// a low word that is at most one unit of the high one.
pub fn compensated_sum(terms: &[f64]) -> f64 {
    let magnitude: f64 = terms.iter().map(|term| term.abs()).sum();
    (U + 2.0 * terms.len() as f64 * U * U) * magnitude
}

/// `Σ W²`: the roundings of the dot product over all rows, one of scale², one of the product of both.
pub fn squared_norm(model: &Model) -> f64 {
    let weights = model.weights.len() * model.weights[0].len();
    gamma(dot_roundings(weights) + 2) * model.squared_norm()
}

/// The loss of a set. On the data: the mean of its samples' errors, and on the mean of their losses the roundings of
/// the compensated sum, of its division by N and of the last addition. On the regulariser: the roundings of the norm,
/// of `α *` and of the last addition.
pub fn set_loss(model: &Model, loss: Loss, samples: &[Sample]) -> f64 {
    let n = samples.len() as f64;
    let losses = samples.iter().map(|s| loss.of_sample(model, s)).collect::<Vec<_>>();
    let own: f64 = samples.iter().map(|s| sample_loss(model, loss.delta, s)).sum();
    let sum = own + compensated_sum(&losses);
    let data = sum / n + gamma(2) * (losses.iter().sum::<f64>() + sum) / n;
    let regulariser = loss.l2 * (squared_norm(model) + gamma(2) * model.squared_norm());
    // The last addition and the product with α round values that already have the errors bounded above.
    (data + regulariser) * (1.0 + gamma(3))
}

/// The loss of a set at a point of a landscape, from its directions and coordinates.
///
/// A term of a margin passes through the roundings of [`margin`]; or through those of a score, of a difference and of
/// its product with the coordinate, which are no more, and at most one addition per direction; then through the
/// sample's C − 2 additions. The terms are at most the magnitudes of the margins at the model and of the directions'
/// scores, each times its coordinate.
///
/// A term of the regulariser is a product of two weights of the model and the directions: its dot product, scale² or an
/// equivalent, two products with coordinates, and two additions per direction. It is at most `(Σ |a_k| |W_k|)²`, weight
/// by weight.
pub fn landscape(model: &Model, loss: Loss, directions: &[(f64, Model)], samples: &[Sample]) -> f64 {
    let (n, d) = (samples.len() as f64, directions.len());
    let at = directions.iter().fold(model.clone(), |moved, (a, direction)| moved.moved(*a, direction));
    let losses = samples.iter().map(|s| loss.of_sample(&at, s)).collect::<Vec<_>>();
    let own: f64 = samples.iter().map(|s| landscape_sample(model, loss.delta, directions, s)).sum();
    let sum = own + compensated_sum(&losses);
    let data = sum / n + gamma(2) * (losses.iter().sum::<f64>() + sum) / n;
    let mut norm = 0.0;
    for c in 0..model.weights.len() {
        for i in 0..model.weights[c].len() {
            let reach = directions.iter().map(|(a, direction)| (a * direction.weights[c][i]).abs());
            norm += (model.weights[c][i].abs() + reach.sum::<f64>()).powi(2);
        }
    }
    let weights = model.weights.len() * model.weights[0].len();
    let regulariser = loss.l2 * gamma(dot_roundings(weights) + 2 + 2 + 2 * d + 2) * norm;
    (data + regulariser) * (1.0 + gamma(3))
}

fn landscape_sample(model: &Model, delta: f64, directions: &[(f64, Model)], sample: &Sample) -> f64 {
    let mut magnitude = sample_loss_magnitude(model, delta, sample);
    for (a, direction) in directions {
        magnitude += a.abs() * sample_loss_magnitude(direction, 0.0, sample);
    }
    gamma(sample_loss_roundings(model, sample) + 1 + directions.len()) * magnitude
}

/// `Σ_i |k_i x_i|` over a set, by class and feature: the magnitude of the terms of the gradient by one weight. For the
/// bias, the same with x = 1.
///
/// The coefficients must be those that the library uses, so the samples must be [decided](is_decided).
pub fn gradient_magnitudes(model: &Model, loss: Loss, samples: &[Sample]) -> Model {
    let mut total = Model {
        weights: vec![vec![0.0; model.weights[0].len()]; model.weights.len()],
        bias: vec![0.0; model.bias.len()],
    };
    let data = Loss { l2: 0.0, ..loss };
    for sample in samples {
        let own = data.gradient(model, core::slice::from_ref(sample));
        for (row, own) in total.weights.iter_mut().zip(&own.weights) {
            row.iter_mut().zip(own).for_each(|(sum, g)| *sum += g.abs());
        }
        total.bias.iter_mut().zip(&own.bias).for_each(|(sum, g)| *sum += g.abs());
    }
    total
}

/// An element of the gradient of n samples, from the `magnitude` of its sum: the product `k * x`, n − 1 additions (the
/// first one, to +0.0, is exact), the rounding of 1/N, its product, and the last addition; and for the regulariser
/// `2αW` the product of α and scale, the one with w, and the last addition.
pub fn weight_gradient(n: usize, magnitude: f64, l2: f64, weight: f64) -> f64 {
    gamma(n + 3) * magnitude / n as f64 + gamma(3) * 2.0 * l2 * weight.abs()
}

/// An element of the bias' gradient: the sum of small whole numbers is exact, so only 1/N and its product remain.
pub fn bias_gradient(n: usize, magnitude: f64) -> f64 {
    gamma(2) * magnitude / n as f64
}

/// A weight after a step on n samples, `W ← (1 − 2ηα) W − (η/N) Σ k x`.
///
/// The shrunk weight: ηα and the subtraction, each below u since both are at most 1; the product with the scale or the
/// weight; the last addition. The update: `k * x`, n − 1 additions, η/N, `/ scale`, their product, the last addition,
/// and one more for SGD, since it multiplies k and f first. SGD divides its update by the same scale that multiplies it
/// later, so the error of the scale itself cancels.
pub fn step(n: usize, weight: f64, rate: f64, magnitude: f64) -> f64 {
    gamma(4) * weight.abs() + gamma(n + 5) * rate * magnitude / n as f64
}

/// A bias after such a step: η/N, its product with the exact sum, the addition.
pub fn bias_step(n: usize, bias: f64, rate: f64, magnitude: f64) -> f64 {
    gamma(1) * bias.abs() + gamma(3) * rate * magnitude / n as f64
}

/// `rate / (1 + decay · t)`: t, its product, the sum, the quotient; all terms are positive.
pub fn inverse_time_rate(rate: f64) -> f64 {
    gamma(4) * rate
}

/// `1 / (2α (t + start))`: t, the sum, the product with 2α, which is exact, and the quotient; all terms are positive.
pub fn pegasos_rate(rate: f64) -> f64 {
    gamma(4) * rate
}

/// `rate · factor^k`: libm's power is accurate to one unit in the last place, 2u, and the product rounds once more.
pub fn step_decay_rate(rate: f64) -> f64 {
    gamma(3) * rate
}

/// The rate of a cosine schedule by the half-angle formula. The angle has the roundings of both whole numbers, of their
/// quotient, of π/2 and of the product. A sine below π/2 does not increase a relative error, and libm's adds one unit
/// in the last place, 2u. All this counts twice in the square; then follow its rounding, `rate − floor`, the product
/// and the sum, of positive terms.
///
/// The oracle's cosine near −1 has an error of 2⁻⁵² of the rate.
pub fn cosine_rate(rate: f64, first: f64) -> f64 {
    gamma(18) * rate + f64::EPSILON * first
}

/// The mean of the models of T steps, from the mean of its terms' magnitudes: at most T additions and a product for a
/// term on its way into its sum, the last sum, the scale that it is stored with, and 1/T and its product.
pub fn average(steps: usize, magnitude: f64) -> f64 {
    gamma(steps + 5) * magnitude
}

/// A normal deviate of radius r. `1 − u₁` is exact; libm's logarithm and cosine are accurate to one unit in the last
/// place, 2u; the square root halves the error of its argument and rounds once. The angle has the roundings of τ and of
/// the product, and the cosine passes them on with a slope of at most 1.
pub fn normal(radius: f64) -> f64 {
    radius * (gamma(6) + gamma(2) * core::f64::consts::TAU)
}

/// A finite difference over `distance` whose two points have these models, and whose exact quotient is `slope`.
///
/// The two losses of each sample have the errors of their bounds, their difference is rounded (its magnitude grows by
/// the sum of both bounds), and the sum of the differences is compensated. The rest is relative to the two terms of the
/// quotient: the division by N; α, distance, scale, the sum of both points and three products of the regulariser; the
/// sum and the quotient of both; and three for the distance, which is `scale * (above − below)`.
pub fn difference(points: [&Model; 2], loss: Loss, samples: &[Sample], distance: f64) -> f64 {
    let n = samples.len() as f64;
    let mut own = 0.0;
    let mut differences = Vec::new();
    for sample in samples {
        let losses = points.map(|point| loss.of_sample(point, sample));
        let off: f64 = points.map(|point| sample_loss(point, loss.delta, sample)).iter().sum();
        let difference = (losses[0] - losses[1]).abs() + off;
        own += off + U * difference;
        differences.push(difference);
    }
    let data = own + compensated_sum(&differences);
    let magnitude: f64 = differences.iter().sum();
    data / n / distance * (1.0 + gamma(8)) + gamma(8) * magnitude / n / distance
}

/// The regulariser's share of a finite difference, `α (a − b)(a + b) / (a − b)` for points a and b.
pub fn difference_of_regulariser(l2: f64, points: [f64; 2]) -> f64 {
    gamma(10) * l2 * (points[0].abs() + points[1].abs())
}
