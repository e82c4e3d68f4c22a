//! Turns sensor readings into samples and class decisions: windows, features, and voting over time.
//!
//! A sensor delivers readings, one value per axis. A [`Window`] keeps the last `LEN` of them in static memory. Each time a window is due, its
//! features form one sample for a model. The feature list is a compile-time constant, so only the listed features are linked. A [`DynWindow`] does the
//! same with a list, a length and a number of axes chosen at run time, in memory that the caller lends. Its results are bit-identical, so
//! the desktop trains on exactly the device's features.
//!
//! ```
//! use hingeline::Model;
//! use hingeline::signal::{Feature, Features, Hold, Votes, Window, count};
//!
//! /// Computed of each window.
//! struct Wrist;
//! impl Features for Wrist {
//!     type Reading = f32;
//!     const LIST: &'static [Feature] = &[Feature::Mean, Feature::Deviation, Feature::Band(1, 4), Feature::Correlation(0, 1)];
//! }
//! const AXES: usize = 3;
//! const FEATURES: usize = count(Wrist::LIST, AXES);
//!
//! // Windows of 64 readings, one every 32.
//! let mut window = Window::<Wrist, AXES, 64, 32>::new();
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
//! For the readings `x_0` to `x_{N−1}` of an axis, from the oldest to the newest, with the mean m. The unit is that of
//! the readings unless another one is given:
//!
//! | feature | value | unit |
//! |---|---|---|
//! | [`Mean`](Feature::Mean) | `m = Σ x / N` | |
//! | [`Deviation`](Feature::Deviation) | `√(Σ (x − m)² / N)` | |
//! | [`Minimum`](Feature::Minimum), [`Maximum`](Feature::Maximum), [`Range`](Feature::Range) | the smallest reading, the largest, their difference | |
//! | [`RootMeanSquare`](Feature::RootMeanSquare) | `√(Σ x² / N)` | |
//! | [`MeanAbsolute`](Feature::MeanAbsolute) | `Σ \|x\| / N` | |
//! | [`ZeroCrossings`](Feature::ZeroCrossings) | the number of n such that `(x_{n−1} < 0) ≠ (x_n < 0)` and `\|x_n − x_{n−1}\| ≥ noise` | count |
//! | [`MeanCrossings`](Feature::MeanCrossings) | the same with `x < m` | count |
//! | [`SlopeSignChanges`](Feature::SlopeSignChanges) | the number of n such that `x_n − x_{n−1}` and `x_{n+1} − x_n` have opposite signs, and one of them is at least the noise in magnitude | count |
//! | [`WaveformLength`](Feature::WaveformLength) | `Σ \|x_n − x_{n−1}\| / (N − 1)`: per step, so that it does not grow with the window | |
//! | [`Peaks`](Feature::Peaks) | the number of maxima whose rise and fall both exceed the noise | count |
//! | [`Segments(n)`](Feature::Segments) | n values: the means of n consecutive parts, part i from reading `⌊i N / n⌋` to the one before `⌊(i + 1) N / n⌋` | |
//! | [`Band(l, h)`](Feature::Band) | the RMS amplitude of the components from l to h cycles per window: `√(Σ_{k=l}^{h} w_k \|X_k\|² / N²)`, with the discrete Fourier transform X of `x − m`, and `w_k = 2`, or 1 for `k = N / 2` | |
//! | [`Correlation(a, b)`](Feature::Correlation) | Pearson's coefficient of two axes, 0 if one is constant | 1, for `i16` 2⁻¹⁴ |
//!
//! At a sampling rate r, k cycles per window are the frequency `k r / N`. Except for rounding, the squares of adjacent
//! bands that cover 1 to `⌊N / 2⌋` add up to the variance. A sample has, for each axis, the features in the order of
//! the list, followed by the correlations.
//!
//! # Numeric contract
//! For `f32`, everything is computed in the order of the readings and in binary32, each operation rounded. Sums start
//! at +0.0. The square of the deviation is `(Σ d² − ((Σ d)² / N)) / N` with `d = x − m`, or 0 if that is negative.
//! Square roots are those of the `libm` crate. A correlation is `P / (√A · √B)` with `A = Σ d² − ((Σ d)² / N)`, B the
//! same for the other axis, and `P = Σ d e − ((Σ d · Σ e) / N)`, limited to ±1; it is 0 if all readings of an axis are
//! equal, or if the divisor is 0. A band runs Goertzel's recursion in Reinsch's form for each k on `d`, from zeros. If
//! `4 k ≤ N`, with `κ = −(4 (s · s))` and `s = sin(π/2 · (2k / N))`, `δ ← (d + κ · S) + δ`, `S ← S + δ`, and
//! `|X|² = δ · δ − (κ · S) (S − δ)`; otherwise with `κ = 4 (s · s)` and `s = sin(π/2 · ((N − 2k) / N))`,
//! `σ ← (d + κ · S) − σ`, `S ← σ − S`, and `|X|² = σ · σ − (κ · S) (σ − S)`; or 0 if that is negative. The sum over k
//! starts at +0.0 and is divided by `N · N`. The sine of t quarter turns is
//! `a (1 + a² (−1/6 + a² (1/120 + a² (−1/5040 + a² · 1/362880))))` with `a = (π/2) t`. A window with a mean or a
//! feature that is not finite is refused.
//!
//! For `i16`, all features are `i16` too, from exact sums. The mean is `⌊(2 Σ x + N) / 2 N⌋`, the deviation
//! `⌊√⌊(N Σ x² − (Σ x)²) / N²⌋⌋`, the root of the mean square `⌊√⌊Σ x² / N⌋⌋`; other quotients are rounded down. A reading is below the mean if
//! `N x < Σ x`. A correlation of 1 is 2¹⁴: with `A = N Σ x² − (Σ x)²`, B the same for the other axis,
//! `P = N Σ x y − Σ x Σ y`, and the largest a and b up to 30 with `4^a A` and `4^b B` below 2⁶⁰, it is
//! `2^(a+b) P / ⌊⌊√(4^a A)⌋ ⌊√(4^b B)⌋ / 2¹⁴⌋`, rounded towards 0 and limited to ±2¹⁴. A band multiplies `x − mean`,
//! with the rounded mean, by a table of 256 sines of 14 bits. The entry is the one nearest to the phase
//! `n · ⌊2³² k / N⌋` modulo 2³², and to that phase plus a quarter turn. Both sums are exact; they are shifted right by
//! 14 bits, rounding down, and their squares are added. The feature is `⌊√⌊Σ w_k |X_k|² / N²⌋⌋`. A value outside the
//! range of `i16`, such as a [`Range`](Feature::Range) can be, is clamped and counted.
//!
//! # Never silent
//! A NaN is refused and counted ([`Window::refused`]), readings at the limits of the sensor are counted per window
//! ([`Report::saturated`]), and so are clamps. If readings were lost, [`Window::gap`] starts over, so no feature spans
//! a gap.
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
mod needs;
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
