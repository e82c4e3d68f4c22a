//! Sums of many terms.

/// Neumaier's compensated sum: what the rounding of each addition loses is kept and added at the end, so that the
/// error does not grow with the number of terms.
///
/// Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    total: f32,
    lost: f32,
}

impl Sum {
    pub(crate) fn add(&mut self, term: f32) {
        let total = self.total + term;
        self.lost +=
            if self.total.abs() >= term.abs() { (self.total - total) + term } else { (term - total) + self.total };
        self.total = total;
    }

    pub(crate) fn value(self) -> f32 {
        self.total + self.lost
    }
}
