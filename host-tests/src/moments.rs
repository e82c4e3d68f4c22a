//! Mean and variance of a stream in f64, and bounds of the error of those in binary32.

use crate::tolerance::U;

/// The moments of one feature, with bounds of the library's errors that grow with its roundings.
#[derive(Clone, Copy, Debug)]
pub struct Reference {
    /// The number of samples so far.
    pub count: u32,
    /// The least share of a sample; 0 without forgetting.
    pub share: f64,
    /// The exact mean, except for the rounding of f64.
    pub mean: f64,
    /// The exact variance, except for the rounding of f64.
    pub variance: f64,
    /// A bound of the error of the mean.
    pub mean_error: f64,
    /// A bound of the error of the variance.
    pub variance_error: f64,
}

impl Reference {
    /// The moments of no samples.
    pub const fn new(share: f64) -> Self {
        Self::resume(0, share, 0.0, 0.0)
    }

    /// Moments that are taken as exact.
    pub const fn resume(count: u32, share: f64, mean: f64, variance: f64) -> Self {
        Self { count, share, mean, variance, mean_error: 0.0, variance_error: 0.0 }
    }

    /// Adds a sample.
    ///
    /// With d the distance from the previous mean, both errors are carried over with the weight `1 − r`, and these are
    /// added:
    ///
    /// - to that of the mean: `r d` with five roundings (two of d, two of r, that of the product) and those of second
    ///   order, and an addition whose error is 2⁻⁴⁷ of the mean;
    /// - to that of the variance: d² with the error of the mean in it; nine roundings of `r (1 − r) d²` and five of its
    ///   difference from the variance, which is at most `r (d² + variance)`; an addition whose error is 2⁻⁴⁷ of the
    ///   variance.
    ///
    /// The first sample is the mean, exactly.
    pub fn observe(&mut self, x: f64) {
        self.count = self.count.saturating_add(1);
        let r = (1.0 / f64::from(self.count)).max(self.share);
        let (kept, d, lost) = (1.0 - r, x - self.mean, 8.0 * U * U);
        if self.count > 1 {
            let squares = d * d;
            let of_mean = 2.0 * d.abs() * self.mean_error + self.mean_error * self.mean_error;
            let rounded = 9.0 * U * squares + 5.0 * U * (squares + self.variance);
            let largest = self.mean.abs().max((self.mean + r * d).abs());
            self.variance_error =
                kept * self.variance_error + r * (kept * of_mean + rounded) + lost * self.variance.max(squares * r);
            self.mean_error = kept * self.mean_error + r * 6.0 * U * d.abs() + lost * largest;
        }
        self.variance = kept * (self.variance + r * d * d);
        self.mean += r * d;
    }
}
