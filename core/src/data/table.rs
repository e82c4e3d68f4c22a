//! Rows of one value per feature: an array of arrays, or memory that the caller lends, split into rows of equal length.

pub(crate) use sealed::Table;

mod sealed {
    use super::rows_of;

    /// A table of `ROWS` rows.
    pub trait Table<const ROWS: usize> {
        /// The rows.
        fn rows(&self) -> [&[f32]; ROWS];

        /// The rows, for writing.
        fn rows_mut(&mut self) -> [&mut [f32]; ROWS];
    }

    impl<const F: usize, const ROWS: usize> Table<ROWS> for [[f32; F]; ROWS] {
        #[inline(always)]
        fn rows(&self) -> [&[f32]; ROWS] {
            self.each_ref().map(|row| row.as_slice())
        }

        #[inline(always)]
        fn rows_mut(&mut self) -> [&mut [f32]; ROWS] {
            self.each_mut().map(|row| row.as_mut_slice())
        }
    }

    impl<const ROWS: usize> Table<ROWS> for &mut [f32] {
        fn rows(&self) -> [&[f32]; ROWS] {
            rows_of(self)
        }

        fn rows_mut(&mut self) -> [&mut [f32]; ROWS] {
            let features = self.len().checked_div(ROWS).unwrap_or_default();
            let mut rest = &mut **self;
            core::array::from_fn(|_| {
                let (row, below) = core::mem::take(&mut rest).split_at_mut_checked(features).unwrap_or_default();
                rest = below;
                row
            })
        }
    }
}

/// Splits values into `ROWS` rows, one after the other.
pub(super) fn rows_of<const ROWS: usize>(mut values: &[f32]) -> [&[f32]; ROWS] {
    let features = values.len().checked_div(ROWS).unwrap_or_default();
    core::array::from_fn(|_| {
        let (row, below) = values.split_at_checked(features).unwrap_or_default();
        values = below;
        row
    })
}
