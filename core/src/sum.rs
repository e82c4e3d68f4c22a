//! Sums of many terms, in twice the digits of binary32.

/// A sum in two words; the high word is the sum rounded to binary32.
///
/// The rounding error of an addition goes to the low word, so a term counts until it is below 2⁻⁴⁸ of the sum: a sum of
/// equal terms does not stop growing before there are 2⁴⁷ of them. An addition is off by at most 2⁻⁴⁷ of the sum.
///
/// Source: T. J. Dekker, "A Floating-Point Technique for Extending the Available Precision", Numerische Mathematik 18 (1971);
/// the exact sum of two numbers is that of D. E. Knuth, "The Art of Computer Programming" 2, section 4.2.2.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    pub(crate) high: f32,
    pub(crate) low: f32,
}

impl Sum {
    pub(crate) fn add(&mut self, term: f32) {
        let (high, lost) = exact_sum(self.high, term);
        let low = self.low + lost;
        self.high = high + low;
        self.low = low - (self.high - high);
    }

    /// Adds a product without rounding it first, unless it is so small that its lowest bits are below the smallest
    /// subnormal.
    pub(crate) fn add_product(&mut self, a: f32, b: f32) {
        let ((a, a_rest), (b, b_rest)) = (halves(a), halves(b));
        for product in [a * b, a * b_rest, a_rest * b, a_rest * b_rest] {
            self.add(product);
        }
    }

    pub(crate) fn value(self) -> f32 {
        self.high
    }

    /// Whether the two words can be the result of an addition.
    pub(crate) fn is_settled(self) -> bool {
        (self.high + self.low).to_bits() == self.high.to_bits() && self.high.is_finite() && self.low.is_finite()
    }
}

/// The rounded sum and its rounding error.
fn exact_sum(a: f32, b: f32) -> (f32, f32) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// A number as the sum of two numbers with half of its digits: products of such numbers are exact.
fn halves(x: f32) -> (f32, f32) {
    const UPPER: u32 = !0xfff;
    let upper = f32::from_bits(x.to_bits() & UPPER);
    (upper, x - upper)
}
