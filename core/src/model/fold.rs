//! A standardiser, folded into a model.

use super::model::{AnyModel, ViewMut};
use super::storage::{Storage, copy, rows, rows_mut};
use crate::data::{AnyStandardiser, Table};
use crate::error::Error;
use crate::kernel::Kernel;
use crate::kernel::magnitude::all_finite;
use crate::sum::Sum;

impl<T: Table<2>> AnyStandardiser<T> {
    /// Turns a model of standardised features into the same model of raw features: `w[c][f] = w[c][f] * factor[f]`,
    /// then `bias[c] = bias[c] − scale · Σ w[c][f] · mean[f]`.
    ///
    /// # Numeric contract
    /// The bias is computed from the weights after rounding, so the effect of their rounding vanishes at the mean. Its
    /// products are not rounded, and their sum has two words; the bias is the high word. It is off by one rounding,
    /// 2⁻²⁴ of it, and by `(F + 1)` · 2⁻⁴⁴ of the sum of all `|scale · w · mean|` and of the bias before.
    ///
    /// The scores are not the same bit for bit. Let u be 2⁻²⁴, and W the weights after the fold times the scale. Except
    /// for terms in u², a score of the features x is off by at most
    ///
    /// `u · ((F/16 + 6) · Σ |W[f] · x[f]| + Σ |W[f] · (x[f] − mean[f])| + |bias| + |score|)`,
    ///
    /// and a score of the model before the fold, of the result of [`apply`](crate::Standardiser::apply) on x, by at
    /// most
    ///
    /// `u · ((F/16 + 8) · Σ |W[f] · (x[f] − mean[f])| + |score|)`.
    ///
    /// So a folded model is less accurate by the ratio of mean to deviation, whatever the bias: binary32 does not have
    /// the digits for both W · x and what is left of it. For a pressure of 101,325 ± 133 Pa the ratio is 760, and a
    /// score is typically off by 4 · 10⁻⁵ of that feature's weight before the fold; for ± 2 Pa by 2 · 10⁻³, for ± 0.1
    /// Pa by 5 · 10⁻². If this is too much, keep `apply`, or subtract a number near the mean from the sensor's reading
    /// while it is a whole number, and learn the moments of the difference.
    ///
    /// # Errors
    /// [`Error::NotLinear`] for a standardiser that [clips](crate::Standardiser::clipped), since no weights can do
    /// that; [`Error::ShapeMismatch`] for a model with another number of features; [`Error::NonFiniteModel`] if a
    /// weight, a bias or an intermediate product would not be finite. The model is then unchanged.
    ///
    /// ```
    /// use hingeline::{Model, Standardiser};
    ///
    /// let mut model = Model::from_parts([[4.0], [-2.0]], [1.0, 0.0], 1.0)?;
    /// Standardiser::from_parts([3.0], [0.5])?.fold(&mut model)?;
    /// assert_eq!((model.weights(), model.bias()), (&[[2.0], [-1.0]], &[-5.0, 3.0]));
    /// # Ok::<(), hingeline::Error>(())
    /// ```
    pub fn fold<S: Storage, K: Kernel>(&self, model: &mut AnyModel<S, K>) -> Result<(), Error> {
        if self.limit().is_some() {
            return Err(Error::NotLinear);
        }
        let ([mean, factor], features) = (self.rows(), model.features());
        if mean.len() != features {
            return Err(Error::ShapeMismatch);
        }
        model.with_scratch_mut::<0, _, _>(|ViewMut { weights, bias, scale, bound, .. }, folded_bias, _| {
            let mut largest = 0.0_f32;
            for ((folded, row), bias) in folded_bias.iter_mut().zip(rows(weights, features)).zip(bias.iter()) {
                let row = || row.iter().zip(factor).map(|(weight, factor)| weight * factor);
                if !all_finite(row()) {
                    return Err(Error::NonFiniteModel);
                }
                largest = row().fold(largest, |largest, weight| largest.max(weight.abs()));
                *folded = shifted(*bias, scale.value(), row(), mean);
            }
            if !(scale.get().keeps_finite(largest) && all_finite(folded_bias.iter().copied())) {
                return Err(Error::NonFiniteModel);
            }
            for row in rows_mut(weights, features) {
                row.iter_mut().zip(factor).for_each(|(weight, factor)| *weight *= factor);
            }
            copy(folded_bias, bias);
            *bound = largest;
            Ok(())
        })
    }
}

/// `bias − scale · Σ w · mean`, rounded once or nearly so.
fn shifted(bias: f32, scale: f32, row: impl Iterator<Item = f32>, mean: &[f32]) -> f32 {
    let mut dot = Sum::default();
    for (weight, mean) in row.zip(mean) {
        dot.add_product(weight, *mean);
    }
    let mut shifted = Sum::default();
    shifted.add(bias);
    shifted.add_product(-scale, dot.high);
    shifted.add_product(-scale, dot.low);
    shifted.value()
}
