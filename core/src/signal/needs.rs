//! Which sums and counts a list of features is made of.

pub(super) use sealed::Needs;

mod sealed {
    /// Which features are in a list: where the compiler knows it, nothing of the others is left.
    #[derive(Clone, Copy, Debug)]
    pub struct Needs(u32);

    impl Needs {
        pub const NONE: Self = Self(0);
        /// Of a correlation: squares.
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
        /// What takes a look at successive readings.
        pub const TURNS: u32 = Self::ZERO_CROSSINGS | Self::MEAN_CROSSINGS | Self::SLOPES | Self::LENGTH | Self::PEAKS;

        /// These and one more.
        pub const fn and(self, bit: u32) -> Self {
            Self(self.0 | bit)
        }

        /// Whether one of these is in the list.
        #[inline(always)]
        pub const fn any(self, bits: u32) -> bool {
            self.0 & bits != 0
        }
    }
}
