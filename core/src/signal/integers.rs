//! The arithmetic of 16-bit integer readings: exact sums.
//!
//! A window has at most 2¹⁵ − 1 readings of magnitude at most 2¹⁵, so a sum is at most 2³⁰, a sum of squares at most
//! 2⁴⁵, and N times that at most 2⁶⁰.

use super::axis::sealed::Reading;
use super::needs::Needs;
use super::readings::Readings;
use sealed::{Center, Sums};

mod sealed {
    /// The sums of readings, of their magnitudes and of their squares.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Sums {
        pub sum: i32,
        pub magnitudes: i32,
        pub squares: u64,
    }

    /// Sum and number of the readings.
    #[derive(Clone, Copy, Debug)]
    pub struct Center {
        pub sum: i32,
        pub count: i32,
    }
}

/// The fraction bits of a sine and of a correlation.
const FRACTION: u32 = 14;

impl Reading for i16 {
    const ZERO: Self = 0;

    type Wide = i32;
    type Sums = Sums;
    type Center = Center;

    #[inline(always)]
    fn is_finite(self) -> bool {
        true
    }

    #[inline(always)]
    fn wide(self) -> i32 {
        self.into()
    }

    #[inline(always)]
    fn difference(self, other: i16) -> i32 {
        i32::from(self).wrapping_sub(other.into())
    }

    #[inline(always)]
    fn magnitude(wide: i32) -> i32 {
        wide.wrapping_abs()
    }

    /// The sum of magnitudes below 2¹⁶ or of readings.
    #[inline(always)]
    fn sum(a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    #[inline(always)]
    fn quotient(a: i32, count: usize) -> i32 {
        a.checked_div(count as i32).unwrap_or_default()
    }

    #[inline(always)]
    fn of_count(count: u32) -> i32 {
        count as i32
    }

    #[inline(always)]
    fn narrow(wide: i32, clamped: &mut u32) -> i16 {
        i16::try_from(wide).unwrap_or_else(|_| {
            *clamped = clamped.saturating_add(1);
            if wide < 0 { i16::MIN } else { i16::MAX }
        })
    }

    #[inline(always)]
    fn add_to(self, sums: Sums, needs: Needs) -> Sums {
        let Sums { mut sum, mut magnitudes, mut squares } = sums;
        let x = i32::from(self);
        sum = sum.wrapping_add(x);
        if needs.any(Needs::MAGNITUDES) {
            magnitudes = magnitudes.wrapping_add(x.wrapping_abs());
        }
        if needs.any(Needs::SQUARES | Needs::DEVIATION) {
            squares = squares.wrapping_add(u64::from(x.wrapping_mul(x).cast_unsigned()));
        }
        Sums { sum, magnitudes, squares }
    }

    #[inline(always)]
    fn center(Sums { sum, .. }: Sums, count: usize) -> Center {
        Center { sum, count: count as i32 }
    }

    #[inline(always)]
    fn is_known(_: Center) -> bool {
        true
    }

    fn mean(Center { sum, count }: Center) -> i32 {
        let twice = (sum.wrapping_mul(2)).wrapping_add(count);
        twice.checked_div_euclid(count.wrapping_mul(2)).unwrap_or_default()
    }

    #[inline(always)]
    fn is_below(self, Center { sum, count }: Center) -> bool {
        i32::from(self).wrapping_mul(count) < sum
    }

    #[inline(always)]
    fn mean_absolute(sums: Sums, count: usize) -> i32 {
        Self::quotient(sums.magnitudes, count)
    }

    #[inline(always)]
    fn root_mean_square(sums: Sums, count: usize) -> i32 {
        root(sums.squares.checked_div(count as u64))
    }

    #[inline(always)]
    fn deviation(_: Readings<'_, i16>, sums: Sums, center: Center) -> i32 {
        let count = u64::from(center.count.unsigned_abs());
        root(spread(sums.squares, center).checked_div(count.wrapping_mul(count)))
    }

    fn band(readings: Readings<'_, i16>, center: Center, low: u16, high: u16) -> i32 {
        let (count, mean) = (readings.len() as u64, Self::mean(center));
        let mut power = 0_u64;
        for cycles in low..=high {
            // With exact sines, Parseval's theorem bounds the sum of all by N Σ d², below 2⁶². The sines of the table
            // add less than half of it.
            let square = squared_amplitude(readings, mean, cycles);
            let weight = if u64::from(cycles).wrapping_mul(2) == count { 1 } else { 2 };
            power = power.saturating_add(square.saturating_mul(weight));
        }
        root(power.checked_div(count.wrapping_mul(count)))
    }

    fn correlation(first: Readings<'_, i16>, second: Readings<'_, i16>) -> i32 {
        let (a, b, products) =
            first.fold_pairs(second, (Sums::default(), Sums::default(), 0_i64), |(a, b, products), x, y| {
                let product = i32::from(x).wrapping_mul(y.into());
                (x.add_to(a, Needs::PAIRS), y.add_to(b, Needs::PAIRS), products.wrapping_add(product.into()))
            });
        let (squares, others) = (a.squares, b.squares);
        let [a, b] = [a, b].map(|sums| Self::center(sums, first.len()));
        let (of_first, of_second) = (spread(squares, a), spread(others, b));
        let both = products.wrapping_mul(a.count.into()).wrapping_sub(i64::from(a.sum).wrapping_mul(b.sum.into()));
        let ((first, shift), (second, more)) = (long_root(of_first), long_root(of_second));
        let divisor = first.wrapping_mul(second) >> FRACTION;
        // By Cauchy–Schwarz below 2⁶⁰, as is the product of the roots.
        let both = both.wrapping_shl(shift.wrapping_add(more));
        let quotient = both.checked_div(divisor as i64).unwrap_or_default();
        quotient.clamp(-(1 << FRACTION), 1 << FRACTION) as i32
    }
}

/// `N Σ x² − (Σ x)²`, N² times the variance.
fn spread(squares: u64, Center { sum, count }: Center) -> u64 {
    let sum = u64::from(sum.unsigned_abs());
    squares.wrapping_mul(count.unsigned_abs().into()).wrapping_sub(sum.wrapping_mul(sum))
}

fn root(square: Option<u64>) -> i32 {
    long_isqrt(square.unwrap_or_default()) as i32
}

/// `⌊√n⌋`, bit by bit from the highest one: a tenth of the code of the standard library's root, which has tables.
///
/// Source: C. Woo, "Square Root by Abacus Algorithm", 1985, a digit-by-digit root in base 2.
#[inline(never)]
fn long_isqrt(n: u64) -> u64 {
    let (mut rest, mut root) = (n, 0_u64);
    // The highest power of 4 that is not above n.
    let mut bit = 1_u64.wrapping_shl(63_u32.saturating_sub((n | 1).leading_zeros()) & !1);
    while bit != 0 {
        let trial = root.wrapping_add(bit);
        root >>= 1;
        if let Some(left) = rest.checked_sub(trial) {
            (rest, root) = (left, root.wrapping_add(bit));
        }
        bit >>= 2;
    }
    root
}

/// The root of a number below 2⁶⁰ with thirty digits, and the number of bits by which it is shifted for that.
fn long_root(square: u64) -> (u64, u32) {
    let shift = square.leading_zeros().saturating_sub(4) / 2;
    (long_isqrt(square.wrapping_shl(shift.wrapping_mul(2))), shift)
}

/// `|X_k|²` of the readings minus their mean, for k cycles per window.
fn squared_amplitude(readings: Readings<'_, i16>, mean: i32, cycles: u16) -> u64 {
    let step = (u64::from(cycles) << 32).checked_div(readings.len() as u64).unwrap_or_default() as u32;
    let (_, cosines, sines) = readings.fold((0_u32, 0_i64, 0_i64), |(phase, cosines, sines), x| {
        // The factors are below 2¹⁶ and at most 2¹⁴: the product fits in 32 bits.
        let d = i32::from(x).wrapping_sub(mean);
        let times = |angle: u32| i64::from(d.wrapping_mul(sine(angle).into()));
        let quarter = phase.wrapping_add(1 << 30);
        (phase.wrapping_add(step), cosines.wrapping_add(times(quarter)), sines.wrapping_add(times(phase)))
    });
    let square = |sum: i64| {
        let sum = (sum >> FRACTION).unsigned_abs();
        sum.wrapping_mul(sum)
    };
    square(cosines).wrapping_add(square(sines))
}

/// A turn in 256 steps.
const STEPS: usize = 256;
static SINES: [i16; STEPS] = sines();

/// The sine of an angle, in units of 2⁻³² turns, at the nearest step.
#[inline(always)]
fn sine(angle: u32) -> i16 {
    let index = angle.wrapping_add(1 << 23) >> 24;
    SINES.get(index as usize).copied().unwrap_or_default()
}

/// Computed by the compiler from the series of the sine: its remainder is below 2⁻³⁰ within half a turn, and no sine
/// times 2¹⁴ is nearer than that to an odd multiple of ½.
const fn sines() -> [i16; STEPS] {
    let (mut table, mut rest) = ([0; STEPS], STEPS);
    while rest > 0 {
        rest = rest.saturating_sub(1);
        // Within half a turn of 0.
        let turns = rest as f64 / STEPS as f64 - 0.5;
        let angle = turns * core::f64::consts::TAU;
        let (mut term, mut sum, mut power) = (angle, angle, 1.0);
        while power < 27.0 {
            term *= -(angle * angle) / ((power + 1.0) * (power + 2.0));
            sum += term;
            power += 2.0;
        }
        // sin(a − π) = −sin a.
        let value = -sum * (1_u32 << FRACTION) as f64;
        let rounded = if value < 0.0 { value - 0.5 } else { value + 0.5 };
        if let Some((place, _)) = table.split_at_mut(rest).1.split_first_mut() {
            *place = rounded as i16;
        }
    }
    table
}
