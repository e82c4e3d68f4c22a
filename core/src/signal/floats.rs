//! The arithmetic of readings in binary32.

use core::f32::consts::PI;

use super::axis::sealed::Reading;
use super::readings::Readings;

impl Reading for f32 {
    type Wide = f32;
    type Center = f32;

    #[inline(always)]
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }

    #[inline(always)]
    fn wide(self) -> f32 {
        self
    }

    #[inline(always)]
    fn difference(self, other: f32) -> f32 {
        self - other
    }

    #[inline(always)]
    fn magnitude(wide: f32) -> f32 {
        wide.abs()
    }

    #[inline(always)]
    fn sum(a: f32, b: f32) -> f32 {
        a + b
    }

    #[inline(always)]
    fn quotient(a: f32, count: usize) -> f32 {
        a / count as f32
    }

    #[inline(always)]
    fn of_count(count: u32) -> f32 {
        count as f32
    }

    #[inline(always)]
    fn narrow(wide: f32, _: &mut u32) -> f32 {
        wide
    }

    fn center(readings: Readings<'_, f32>) -> f32 {
        readings.fold(0.0, |sum, x| sum + x) / readings.len() as f32
    }

    #[inline(always)]
    fn mean(center: f32) -> f32 {
        center
    }

    #[inline(always)]
    fn is_below(self, center: f32) -> bool {
        self < center
    }

    fn deviation(readings: Readings<'_, f32>, center: f32) -> f32 {
        let (sum, squares) = readings.fold((0.0, 0.0), |(sum, squares), x| {
            let d = x - center;
            (sum + d, squares + d * d)
        });
        let count = readings.len() as f32;
        libm::sqrtf(positive((squares - sum * sum / count) / count))
    }

    fn root_mean_square(readings: Readings<'_, f32>) -> f32 {
        libm::sqrtf(readings.fold(0.0, |squares, x| squares + x * x) / readings.len() as f32)
    }

    fn band(readings: Readings<'_, f32>, center: f32, low: u16, high: u16) -> f32 {
        let count = readings.len();
        let mut power = 0.0;
        for cycles in low..=high {
            let square = positive(squared_amplitude(readings, center, cycles));
            power += if usize::from(cycles).saturating_mul(2) == count { square } else { 2.0 * square };
        }
        libm::sqrtf(power / (count as f32 * count as f32))
    }

    fn correlation(first: Readings<'_, f32>, second: Readings<'_, f32>) -> f32 {
        let (a, b) = (Self::center(first), Self::center(second));
        let [products, squares, others] = first.fold_pairs(second, [0.0; 3], |[products, squares, others], x, y| {
            let (d, e) = (x - a, y - b);
            [products + d * e, squares + d * d, others + e * e]
        });
        let divisor = libm::sqrtf(squares * others);
        // A square that underflows is that of a constant.
        if divisor == 0.0 { 0.0 } else { clamp(products / divisor) }
    }
}

/// The number, or 0 if it is below; a NaN stays one.
fn positive(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

/// The number, at most 1 in magnitude; a NaN stays one.
fn clamp(value: f32) -> f32 {
    if value > 1.0 {
        1.0
    } else if value < -1.0 {
        -1.0
    } else {
        value
    }
}

/// `|X_k|²` of the readings less their mean, for k cycles a window.
///
/// Goertzel's recursion alone loses digits where few cycles are in many readings; Reinsch's differences keep them.
fn squared_amplitude(readings: Readings<'_, f32>, center: f32, cycles: u16) -> f32 {
    let count = readings.len();
    let half_angle = PI * f32::from(cycles) / count as f32;
    if usize::from(cycles).saturating_mul(4) <= count {
        let sine = libm::sinf(half_angle);
        let kappa = -(4.0 * (sine * sine));
        let (delta, state) = readings.fold((0.0, 0.0), |(delta, state), x| {
            let delta: f32 = ((x - center) + kappa * state) + delta;
            (delta, state + delta)
        });
        delta * delta - (kappa * state) * (state - delta)
    } else {
        let cosine = libm::cosf(half_angle);
        let kappa = 4.0 * (cosine * cosine);
        let (sigma, state) = readings.fold((0.0, 0.0), |(sigma, state), x| {
            let sigma: f32 = ((x - center) + kappa * state) - sigma;
            (sigma, sigma - state)
        });
        sigma * sigma - (kappa * state) * (sigma - state)
    }
}
