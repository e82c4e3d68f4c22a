//! Finite differences, the analytic gradient, and the check of one against the other.

mod agreement;
mod kinks;
mod report;
mod unchanged;

use hingeline::{FiniteDifference, Parameter};

/// Every parameter of a model, in the order in which a gradient lists them.
fn parameters<const C: usize, const F: usize>() -> impl Iterator<Item = Parameter> {
    let weights = (0..C).flat_map(|class| (0..F).map(move |feature| Parameter::Weight { class, feature }));
    weights.chain((0..C).map(|class| Parameter::Bias { class }))
}

fn central(step: f32) -> FiniteDifference {
    FiniteDifference::central(step).unwrap()
}

fn forward(step: f32) -> FiniteDifference {
    FiniteDifference::forward(step).unwrap()
}
