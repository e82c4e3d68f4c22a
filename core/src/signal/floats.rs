//! The arithmetic of binary32 readings.

use core::f32::consts::FRAC_PI_2;

use super::axis::sealed::Reading;
use super::needs::Needs;
use super::readings::Readings;
use sealed::Sums;

mod sealed {
    /// The sums of readings, of their magnitudes and of their squares.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Sums {
        pub sum: f32,
        pub magnitudes: f32,
        pub squares: f32,
    }
}

impl Reading for f32 {
    const ZERO: Self = 0.0;

    type Wide = f32;
    type Sums = Sums;
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

    #[inline(always)]
    fn add_to(self, sums: Sums, needs: Needs) -> Sums {
        let Sums { mut sum, mut magnitudes, mut squares } = sums;
        sum += self;
        if needs.any(Needs::MAGNITUDES) {
            magnitudes += self.abs();
        }
        if needs.any(Needs::SQUARES) {
            squares += self * self;
        }
        Sums { sum, magnitudes, squares }
    }

    #[inline(always)]
    fn center(sums: Sums, count: usize) -> f32 {
        sums.sum / count as f32
    }

    #[inline(always)]
    fn is_known(center: f32) -> bool {
        center.is_finite()
    }

    #[inline(always)]
    fn mean(center: f32) -> f32 {
        center
    }

    #[inline(always)]
    fn is_below(self, center: f32) -> bool {
        self < center
    }

    #[inline(always)]
    fn mean_absolute(sums: Sums, count: usize) -> f32 {
        sums.magnitudes / count as f32
    }

    #[inline(always)]
    fn root_mean_square(sums: Sums, count: usize) -> f32 {
        libm::sqrtf(sums.squares / count as f32)
    }

    #[inline(always)]
    fn deviation(readings: Readings<'_, f32>, _: Sums, center: f32) -> f32 {
        let (sum, squares) = readings.fold((0.0, 0.0), |(sum, squares), x| {
            let d = x - center;
            (sum + d, squares + d * d)
        });
        let count = readings.len() as f32;
        libm::sqrtf(positive((squares - sum * sum / count) / count))
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
        // The mean of equal readings may differ from them by rounding.
        if first.is_constant() || second.is_constant() {
            return 0.0;
        }
        let (a, b) = (Self::center_of(first), Self::center_of(second));
        let start = ((0.0, 0.0), (0.0, 0.0), 0.0);
        let ((sum, squares), (other, others), products) =
            first.fold_pairs(second, start, |((sum, squares), (other, others), products), x, y| {
                let (d, e) = (x - a, y - b);
                ((sum + d, squares + d * d), (other + e, others + e * e), products + d * e)
            });
        let count = first.len() as f32;
        let (squares, others) = (squares - sum * sum / count, others - other * other / count);
        let products = products - sum * other / count;
        if !(squares.is_finite() && others.is_finite()) {
            return f32::NAN;
        }
        let divisor = libm::sqrtf(positive(squares)) * libm::sqrtf(positive(others));
        // Readings whose squares underflow count as constant.
        if divisor == 0.0 { 0.0 } else { (products / divisor).clamp(-1.0, 1.0) }
    }
}

/// The number, or 0 if it is negative; a NaN stays NaN.
fn positive(value: f32) -> f32 {
    if value < 0.0 { 0.0 } else { value }
}

/// `|X_k|²` of the readings minus their mean, for k cycles per window.
///
/// Goertzel's recursion alone loses digits for few cycles in many readings, or for nearly half as many cycles as
/// readings; Reinsch's differences, and sums in the latter case, keep them.
#[inline(always)]
fn squared_amplitude(readings: Readings<'_, f32>, center: f32, cycles: u16) -> f32 {
    // Whole numbers up to 2¹⁶: exact.
    let (twice, count) = (2.0 * f32::from(cycles), readings.len() as f32);
    let kappa = |quarters: f32| {
        let sine = sine_of_quarter(quarters / count);
        4.0 * (sine * sine)
    };
    if 2.0 * twice <= count {
        let kappa = -kappa(twice);
        let (delta, state) = readings.fold((0.0_f32, 0.0_f32), |(delta, state), x| {
            let delta = ((x - center) + kappa * state) + delta;
            (delta, state + delta)
        });
        delta * delta - (kappa * state) * (state - delta)
    } else {
        let kappa = kappa(count - twice);
        let (sigma, state) = readings.fold((0.0_f32, 0.0_f32), |(sigma, state), x| {
            let sigma = ((x - center) + kappa * state) - sigma;
            (sigma, sigma - state)
        });
        sigma * sigma - (kappa * state) * (sigma - state)
    }
}

/// The sine of t quarter turns, `0 ≤ t ≤ ½`, by its series up to the ninth power: the next term is below 2⁻²⁸ of it.
/// Shorter than a sine for any angle, and without binary64.
fn sine_of_quarter(t: f32) -> f32 {
    let a = FRAC_PI_2 * t;
    let square = a * a;
    let mut sum = 1.0 / 362_880.0;
    for coefficient in [-1.0 / 5_040.0, 1.0 / 120.0, -1.0 / 6.0, 1.0] {
        sum = coefficient + square * sum;
    }
    a * sum
}
