//! Bit-for-bit comparison, in which any NaN equals any other.

use core::fmt::Display;

use hingeline::{Gradient, Model};

/// Whether two values have the same bits, or are both NaN.
pub fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

/// Asserts that two values have the same bits, or are both NaN.
#[track_caller]
pub fn assert_same(actual: f32, expected: f32, what: impl Display) {
    assert!(
        same(actual, expected),
        "{what}: {actual:?} ({:#010x}), expected {expected:?} ({:#010x})",
        actual.to_bits(),
        expected.to_bits()
    );
}

/// Asserts that the values of every pair have the same bits, or are both NaN.
#[track_caller]
pub fn assert_all_same<A: AsRef<[f32]> + ?Sized, B: AsRef<[f32]> + ?Sized>(
    actual: &A,
    expected: &B,
    what: impl Display,
) {
    assert_slices_same(actual.as_ref(), expected.as_ref(), &what);
}

/// Not generic, so that it is compiled here, with optimisation.
#[track_caller]
fn assert_slices_same(actual: &[f32], expected: &[f32], what: &dyn Display) {
    assert_eq!(actual.len(), expected.len(), "{what}: lengths differ");
    for (index, (a, b)) in actual.iter().zip(expected).enumerate() {
        assert_same(*a, *b, format_args!("{what}, element {index}"));
    }
}

/// The bits of a model, to check that a call has not changed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelBits {
    weights: Vec<u32>,
    bias: Vec<u32>,
    scale: [u32; 2],
}

impl ModelBits {
    /// The current bits of this model.
    pub fn of<const C: usize, const F: usize, K>(model: &Model<C, F, K>) -> Self {
        Self { weights: bits(model.weights().as_flattened()), bias: bits(model.bias()), scale: scale_bits(model) }
    }
}

/// The bits of a model's scale and its carry.
pub fn scale_bits<const C: usize, const F: usize, K>(model: &Model<C, F, K>) -> [u32; 2] {
    let scale = model.parts().2;
    [scale.value, scale.carry].map(f32::to_bits)
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Whether every number of the model is finite, both as stored and times the scale.
pub fn is_finite<const C: usize, const F: usize, K>(model: &Model<C, F, K>) -> bool {
    let mut weights = model.weights().as_flattened().iter();
    let is_finite = |value: &f32| value.is_finite();
    weights.all(|w| w.is_finite() && (w * model.scale()).is_finite()) && model.bias().iter().all(is_finite)
}

/// All elements of a gradient: those of the weights in row-major order, then those of the bias.
pub fn elements<const C: usize, const F: usize>(gradient: &Gradient<C, F>) -> Vec<f32> {
    let weights = gradient.weights().as_flattened().iter();
    weights.chain(gradient.bias()).copied().collect()
}
