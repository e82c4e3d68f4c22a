//! Integer arithmetic on slices: the definition.
//!
//! Sums of integers are the same in any order, so there is less to define than for binary32: the products, the
//! rounding, and where a result is clamped. Callers keep within bounds that exclude overflow.

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`, for 16-bit or 8-bit weights in row-major order.
#[inline]
pub(crate) fn scores<T: Copy + Into<i32>>(weights: &[T], bias: &[i32], x: &[T], scores: &mut [i32]) {
    let mut rows = weights;
    for (score, bias) in scores.iter_mut().zip(bias) {
        let Some((row, below)) = rows.split_at_checked(x.len()) else { return };
        *score = bias.wrapping_add(dot(row, x));
        rows = below;
    }
}

#[inline(always)]
fn dot<T: Copy + Into<i32>>(a: &[T], b: &[T]) -> i32 {
    let products = a.iter().zip(b).map(|(a, b)| (*a).into().wrapping_mul((*b).into()));
    products.fold(0, i32::wrapping_add)
}

pub(crate) use sealed::Rate;

mod sealed {
    /// What a step takes from a row: `k · 2^shift · x[f]`, or `k · ((x[f] + 2^(−shift−1)) >> −shift)` for a shift below
    /// 0.
    #[derive(Clone, Copy, Debug)]
    pub struct Rate {
        pub(crate) shift: i32,
        /// A step takes `k · 2^bias_shift` from the bias.
        pub(crate) bias_shift: u32,
        /// The largest magnitude of a weight, to which results are clamped; none where all of them fit.
        pub(crate) limit: Option<i32>,
    }

    impl Rate {
        /// The input as it enters a product with a coefficient.
        #[inline(always)]
        pub(crate) fn of(self, x: i32) -> i32 {
            if self.shift >= 0 {
                x.wrapping_shl(self.shift.cast_unsigned())
            } else {
                let right = self.shift.wrapping_neg().cast_unsigned();
                let half = 1_i32.wrapping_shl(right).wrapping_shr(1);
                x.wrapping_add(half).wrapping_shr(right)
            }
        }
    }
}

/// The largest magnitude of a bias.
pub(crate) const LARGEST_BIAS: i32 = 1 << 28;

/// `bias = bias − k · 2^bias_shift` for each bias and its coefficient, clamped; returns how many were clamped. Once
/// for all calls.
#[inline(never)]
pub(crate) fn update_biases(bias: &mut [i32], coefficients: &[i32], rate: Rate) -> u32 {
    let mut clamped = 0_u32;
    for (k, bias) in coefficients.iter().zip(bias) {
        *bias = bias.wrapping_sub(k.wrapping_shl(rate.bias_shift));
        // One comparison for both ends.
        if bias.wrapping_add(LARGEST_BIAS).cast_unsigned() > LARGEST_BIAS.cast_unsigned().wrapping_mul(2) {
            *bias = clamp(*bias, LARGEST_BIAS);
            clamped = clamped.wrapping_add(1);
        }
    }
    clamped
}

/// `row[f] = row[f] − k · rate(x[f])` for each row whose coefficient is not 0; returns how many results were clamped.
#[inline]
pub(crate) fn update(weights: &mut [i16], coefficients: &[i32], rate: Rate, x: &[i16]) -> u32 {
    if let Some(limit) = rate.limit {
        return update_clamped(weights, coefficients, rate, x, limit);
    }
    for_each_row(weights, coefficients, x.len(), |row, k| {
        // In 16 bits: the bits cut off a factor do not affect a result that fits, and vectors hold twice as many
        // numbers.
        if rate.shift >= 0 {
            // The product of k and the power of two is known before the loop.
            let factor = rate.of(k) as i16;
            for (w, x) in row.iter_mut().zip(x) {
                *w = w.wrapping_sub(factor.wrapping_mul(*x));
            }
        } else {
            let k = k as i16;
            for (w, x) in row.iter_mut().zip(x) {
                *w = w.wrapping_sub(k.wrapping_mul(rate.of((*x).into()) as i16));
            }
        }
    });
    0
}

/// Calls back with each row of `of_row` elements whose coefficient is not 0.
#[inline(always)]
fn for_each_row(rows: &mut [i16], coefficients: &[i32], of_row: usize, mut each: impl FnMut(&mut [i16], i32)) {
    let mut rest = rows;
    for k in coefficients {
        let Some((row, below)) = rest.split_at_mut_checked(of_row) else { return };
        rest = below;
        if *k != 0 {
            each(row, *k);
        }
    }
}

#[cold]
#[inline(never)]
fn update_clamped(weights: &mut [i16], coefficients: &[i32], rate: Rate, x: &[i16], limit: i32) -> u32 {
    let mut clamped = 0_u32;
    for_each_row(weights, coefficients, x.len(), |row, k| {
        for (w, x) in row.iter_mut().zip(x) {
            let result = i32::from(*w).wrapping_sub(k.wrapping_mul(rate.of((*x).into())));
            let within = clamp(result, limit);
            clamped = clamped.wrapping_add(u32::from(result != within));
            *w = within as i16;
        }
    });
    clamped
}

/// The nearest number of magnitude at most `limit`, which is at least 0.
#[inline(always)]
pub(crate) fn clamp(value: i32, limit: i32) -> i32 {
    value.min(limit).max(limit.wrapping_neg())
}

/// `w = w − ((w + 2^(bits−1)) >> bits)`.
#[inline]
pub(crate) fn shrink(weights: &mut [i16], bits: u32) {
    let half = 1_i32.wrapping_shl(bits.wrapping_sub(1));
    for w in weights {
        let wide = i32::from(*w);
        *w = wide.wrapping_sub(wide.wrapping_add(half).wrapping_shr(bits)) as i16;
    }
}

/// The largest magnitude.
#[inline]
pub(crate) const fn largest(weights: &[i16]) -> i32 {
    let (mut largest, mut rest) = (0, weights);
    while let Some((first, others)) = rest.split_first() {
        let magnitude = first.unsigned_abs() as i32;
        if magnitude > largest {
            largest = magnitude;
        }
        rest = others;
    }
    largest
}
