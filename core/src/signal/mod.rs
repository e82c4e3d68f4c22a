//! From a stream of readings to samples and to answers: windows, their features, decisions over time.
//!
//! A sensor delivers readings, one value an axis. A [`Window`] keeps the last `LEN` of them in static memory; whenever one is due, its
//! features are a sample for a model. Which features these are is a list that the compiler knows, so a program links the code of those
//! that it names. A [`DynWindow`] does the same by a list, an axis count and a length that are known at run time, in memory that the
//! caller lends, and gives the same bits: the desktop trains on what the device will see.
//!
//! ```
//! use hingeline::Model;
//! use hingeline::signal::{Axis, Feature, Features, Hold, Votes, Window, count};
//!
//! /// What a window is turned into.
//! struct Wrist;
//! impl Features for Wrist {
//!     const LIST: &'static [Feature] = &[Feature::Mean, Feature::Deviation, Feature::Band(1, 4), Feature::Correlation(0, 1)];
//! }
//! const AXES: usize = 3;
//! const FEATURES: usize = count(Wrist::LIST, AXES);
//!
//! // Windows of 64 readings, a new one every 32.
//! let mut window = Window::<f32, Wrist, AXES, 64>::new(32, [Axis::new(); AXES])?;
//! let model = Model::<2, FEATURES>::new();
//! let (mut votes, mut hold) = (Votes::<3>::new(2)?, Hold::new(4));
//! let mut answers = 0;
//! for reading in [[0.1, 0.0, 9.8], [0.2, -0.1, 9.7]].into_iter().cycle().take(128) {
//!     if window.push(&reading)? {
//!         let mut x = [0.0; FEATURES];
//!         window.features(&mut x)?;
//!         let class = hold.push(votes.push(model.predict(&x).ok()));
//!         answers += usize::from(class.is_some());
//!     }
//! }
//! // The first of three windows has no second vote yet.
//! assert_eq!(answers, 2);
//! # Ok::<(), hingeline::Error>(())
//! ```
//!
//! # The features
//! Of the readings `x_0` to `x_{N−1}` of an axis, from the oldest to the newest, with the mean m:
//!
//! | feature | value |
//! |---|---|
//! | [`Mean`](Feature::Mean) | `m = Σ x / N` |
//! | [`Deviation`](Feature::Deviation) | `√(Σ (x − m)² / N)` |
//! | [`Minimum`](Feature::Minimum), [`Maximum`](Feature::Maximum), [`Range`](Feature::Range) | the smallest reading, the largest, their difference |
//! | [`RootMeanSquare`](Feature::RootMeanSquare) | `√(Σ x² / N)` |
//! | [`MeanAbsolute`](Feature::MeanAbsolute) | `Σ \|x\| / N` |
//! | [`ZeroCrossings`](Feature::ZeroCrossings) | the n with `(x_{n−1} < 0) ≠ (x_n < 0)` and `\|x_n − x_{n−1}\| ≥ noise` |
//! | [`MeanCrossings`](Feature::MeanCrossings) | the same of `x − m` |
//! | [`SlopeSignChanges`](Feature::SlopeSignChanges) | the n at which `x_n − x_{n−1}` and `x_{n+1} − x_n` have opposite signs, and one of them is at least the noise in magnitude |
//! | [`WaveformLength`](Feature::WaveformLength) | `Σ \|x_n − x_{n−1}\| / (N − 1)`: the length a reading, so that it does not grow with the window |
//! | [`Peaks`](Feature::Peaks) | the maxima to which the readings rise and from which they fall by more than the noise |
//! | [`Segments(n)`](Feature::Segments) | n values: the means of n parts, part i from reading `⌊i N / n⌋` to the one before `⌊(i + 1) N / n⌋` |
//! | [`Band(l, h)`](Feature::Band) | the root of the mean square of what the frequencies of l to h cycles a window make of the readings: `√(Σ_{k=l}^{h} w_k \|X_k\|² / N²)`, with the discrete Fourier transform X of `x − m`, and `w_k = 2`, or 1 for `k = N / 2` |
//! | [`Correlation(a, b)`](Feature::Correlation) | Pearson's coefficient of two axes, 0 if one is constant |
//!
//! At a rate of r readings a second a cycle a window is a frequency of `r / N`. The bands from 1 to `⌊N / 2⌋` together have the square of
//! the deviation. A sample has, for each axis, the features in the order of the list, and behind those of the last axis the correlations.
//!
//! # Numeric contract
//! Of f32, all in the order of the readings and in binary32, each operation rounded: sums start at +0.0; the square of the deviation is
//! `(Σ d² − ((Σ d)² / N)) / N` with `d = x − m`, and 0 if that is below it; square roots are those of the `libm` crate.
//! A correlation is `Σ d e / √(Σ d² · Σ e²)`, limited to ±1, 0 where the divisor is. A band runs Goertzel's recursion in Reinsch's form
//! for each k on `d`, from zeros. Where `4 k ≤ N`, with `κ = −(4 (s · s))` and `s = sin(π/2 · 2k / N)`,
//! `δ ← (d + κ · S) + δ`, `S ← S + δ`, and `|X|² = δ · δ − (κ · S) (S − δ)`; else with `κ = 4 (s · s)` and `s = sin(π/2 · (N − 2k) / N)`,
//! `σ ← (d + κ · S) − σ`, `S ← σ − S`, and `|X|² = σ · σ − (κ · S) (σ − S)`; 0 if that is below it. The sine of t quarter turns is
//! `a (1 + a² (−1/6 + a² (1/120 + a² (−1/5040 + a² · 1/362880))))` with `a = (π/2) t`. A window with a feature that is not finite is refused.
//!
//! Of i16 all features are i16 too, from exact sums: the mean is `⌊(2 Σ x + N) / 2 N⌋`, the deviation
//! `⌊√⌊(N Σ x² − (Σ x)²) / N²⌋⌋`, the root of the mean square `⌊√⌊Σ x² / N⌋⌋`; the other quotients are rounded down. A reading crosses
//! the mean by the sign of `N x − Σ x`. A correlation of 1 is 2¹⁴: with `A = N Σ x² − (Σ x)²`, B the same of the other axis, `P = N Σ x y − Σ x Σ y`, and
//! the largest a and b with `4^a A` and `4^b B` below 2⁶⁰, it is `2^(a+b) P / ⌊⌊√(4^a A)⌋ ⌊√(4^b B)⌋ / 2¹⁴⌋`, rounded towards 0 and limited to ±2¹⁴. A
//! band multiplies `x − mean`, with the rounded mean, by a table of 256 sines of 14 bits, at the entry nearest to the phase `n · ⌊2³² k / N⌋`
//! modulo 2³², and by that a quarter turn ahead, adds up both exactly, takes 14 bits off the sums, rounding down, and adds their squares; then it is
//! `⌊√⌊Σ w_k |X_k|² / N²⌋⌋`. What is beyond the range of i16, such as a range, is clamped and counted.
//!
//! # Never silent
//! A NaN is refused and counted ([`Window::refused`]), readings at the ends of the sensor's range are counted in each window
//! ([`Report::saturated`]), and so are clamps. Where readings were lost, [`Window::gap`] starts over, so no feature spans a gap.
//!
//! # Source
//! Crossings, slope sign changes and waveform length: B. Hudgins, P. Parker, R. Scott, "A New Strategy for Multifunction Myoelectric
//! Control", IEEE Transactions on Biomedical Engineering 40(1), 1993. Bands: G. Goertzel, "An Algorithm for the Evaluation of Finite Trigonometric
//! Series", American Mathematical Monthly 65(1), 1958; Reinsch's form: J. Stoer, R. Bulirsch, "Introduction to Numerical
//! Analysis", section 2.3.

mod axis;
mod compute;
mod feature;
mod floats;
mod hold;
mod integers;
mod readings;
mod smoothed;
mod turns;
mod votes;
mod window;

pub use axis::{Axis, Reading};
pub use compute::Report;
pub use feature::{Feature, Features, LONGEST, count};
pub use hold::Hold;
pub use smoothed::{DynSmoothed, Smoothed};
pub use votes::Votes;
pub use window::{DynWindow, Window};
