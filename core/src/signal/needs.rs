//! The sums and counts that a list of features needs.

pub(super) use sealed::Needs;

mod sealed {
    /// The set of features in a list: if the compiler knows it, no code for the others remains.
    #[derive(Clone, Copy, Debug)]
    pub struct Needs(u32);

    impl Needs {
        pub const NONE: Self = Self(0);
        /// The needs of a correlation: squares.
        pub const PAIRS: Self = Self(Self::SQUARES);
        pub const DEVIATION: u32 = 1 << 1;
        pub const EXTREMES: u32 = 1 << 2;
        pub const SQUARES: u32 = 1 << 3;
        pub const MAGNITUDES: u32 = 1 << 4;
        pub const ZERO_CROSSINGS: u32 = 1 << 5;
        pub const MEAN_CROSSINGS: u32 = 1 << 6;
        pub const SLOPES: u32 = 1 << 7;
        pub const LENGTH: u32 = 1 << 8;
        pub const PEAKS: u32 = 1 << 9;
        pub const SEGMENTS: u32 = 1 << 10;
        pub const BANDS: u32 = 1 << 11;
        pub const CORRELATIONS: u32 = 1 << 12;
        /// Features that compare successive readings.
        pub const TURNS: u32 = Self::ZERO_CROSSINGS | Self::MEAN_CROSSINGS | Self::SLOPES | Self::LENGTH | Self::PEAKS;

        /// These features and one more.
        pub const fn and(self, bit: u32) -> Self {
            Self(self.0 | bit)
        }

        /// Whether one of these features is in the list.
        #[inline(always)]
        pub const fn any(self, bits: u32) -> bool {
            self.0 & bits != 0
        }
    }
}
