//! Which kernel runs: selected by the target, forced by the build, or detected at run time.

use super::{Kernel, OfTarget, Portable, Scalar};
use crate::error::Error;

#[cfg(hingeline_helium)]
use super::Helium;
#[cfg(hingeline_neon)]
use super::Neon;
#[cfg(hingeline_simd128)]
use super::Simd128;
#[cfg(hingeline_vfp)]
use super::Vfp;
#[cfg(hingeline_sse2)]
use super::{Avx2, Avx512, Sse2};

// The one place that decides at compile time. `OF_TARGET` does not compile where the target lacks the instruction set.
cfg_select! {
    hingeline_kernel = "portable" => { type Token = Portable; }
    hingeline_kernel = "scalar" => { type Token = Scalar; }
    all(hingeline_kernel = "sse2", hingeline_sse2) => { type Token = Sse2; }
    all(hingeline_kernel = "avx2", hingeline_sse2) => { type Token = Avx2; }
    all(hingeline_kernel = "avx512", hingeline_sse2) => { type Token = Avx512; }
    all(hingeline_kernel = "vfp", hingeline_vfp) => { type Token = Vfp; }
    hingeline_helium => { type Token = Helium; }
    all(hingeline_kernel = "neon", hingeline_neon) => { type Token = Neon; }
    all(hingeline_kernel = "simd128", hingeline_simd128) => { type Token = Simd128; }
    hingeline_kernel = "vfp" => {
        compile_error!("`hingeline_kernel` forces a kernel for Thumb with a floating-point unit; this target has none");
        type Token = Portable;
    }
    hingeline_kernel = "helium" => {
        compile_error!("`hingeline_kernel` forces the kernel for Cortex-M55, whose target is thumbv8m.main-none-eabihf");
        type Token = Portable;
    }
    hingeline_kernel = "neon" => {
        compile_error!("`hingeline_kernel` forces a kernel that needs AArch64 with NEON; this target is another one");
        type Token = Portable;
    }
    hingeline_kernel = "simd128" => {
        compile_error!("`hingeline_kernel` forces a kernel that needs WebAssembly with -C target-feature=+simd128");
        type Token = Portable;
    }
    any(hingeline_kernel = "sse2", hingeline_kernel = "avx2", hingeline_kernel = "avx512") => {
        compile_error!("`hingeline_kernel` forces a kernel that needs x86-64 with SSE2; this target is another one");
        type Token = Portable;
    }
    all(target_arch = "x86_64", target_feature = "avx512f", target_feature = "avx512vl") => { type Token = Avx512; }
    all(target_arch = "x86_64", target_feature = "avx2") => { type Token = Avx2; }
    hingeline_sse2 => { type Token = Sse2; }
    hingeline_neon => { type Token = Neon; }
    hingeline_simd128 => { type Token = Simd128; }
    hingeline_vfp => { type Token = Vfp; }
    any(target_arch = "riscv32", all(target_arch = "arm", target_os = "none")) => { type Token = Scalar; }
    _ => { type Token = Portable; }
}

/// The kernel that [`Model`](crate::Model) uses by default: the best one that every processor of this target supports.
/// The choice costs nothing at run time.
///
/// `--cfg hingeline_kernel="…"` in `RUSTFLAGS` forces a kernel; the build fails if the target does not meet its gate.
/// Otherwise it is the last of these that is chosen automatically and whose gate the target meets:
///
#[doc = include_str!("table.md")]
///
/// A gate is a property of the target; `-C target-feature` and `-C target-cpu` add features to it. The cost is that of
/// the scores: in executed instructions, on WebAssembly in wasmtime's fuel, and on x86-64 in time on a server (AMD Zen
/// 3, AVX-512 on Zen 4). `cargo firmware` does the counting, `cargo kernels` measures the time.
///
/// The names are those of [`Choice`]; any other name does not compile. A build can assert which kernel it has:
///
/// ```
/// use hingeline::kernel::Choice;
///
/// const _: () = assert!(!matches!(Choice::CHOSEN, Choice::Vfp));
/// ```
///
/// ```
/// use hingeline::kernel::{Choice, Chosen, Kernel};
///
/// assert_eq!(Chosen::NAME, Choice::CHOSEN.name());
/// ```
pub type Chosen = Token;

/// The token of [`Chosen`].
pub const CHOSEN: Chosen = Token::OF_TARGET;

/// Whether a kernel is forced at compile time.
const FORCED: bool = cfg!(hingeline_forced);

/// Work to be run on a kernel that is known only at run time: a training loop, an evaluation, a whole program.
///
/// It is compiled once for each kernel that the target may have, so the choice costs nothing inside. A model on that
/// kernel cannot leave the work, but its values can: [`Model::copy_from`](crate::Model::copy_from) accepts a model of
/// any kernel.
///
/// ```
/// use hingeline::kernel::{Choice, Kernel, Work};
/// use hingeline::{Constant, Error, Hinge, Model, Sgd};
///
/// struct Train<'a> {
///     features: &'a [[f32; 2]],
///     labels: &'a [usize],
///     trained: &'a mut Model<2, 2>,
/// }
///
/// impl Work for Train<'_> {
///     type Output = Result<(), Error>;
///
///     fn run<K: Kernel>(self, kernel: K) -> Self::Output {
///         let mut model = Model::<2, 2, K>::on(kernel);
///         let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.1 })?;
///         for (x, label) in self.features.iter().zip(self.labels) {
///             sgd.step(&mut model, x, *label)?;
///         }
///         self.trained.copy_from(&model);
///         Ok(())
///     }
/// }
///
/// let (mut best, mut portable) = (Model::new(), Model::new());
/// let (features, labels) = ([[1.0, 2.0], [-1.0, 0.5]], [0, 1]);
/// Choice::best().run(Train { features: &features, labels: &labels, trained: &mut best })??;
/// Choice::Portable.run(Train { features: &features, labels: &labels, trained: &mut portable })??;
/// assert_eq!(best.checksum(), portable.checksum());
/// # Ok::<(), Error>(())
/// ```
pub trait Work {
    /// What the work returns.
    ///
    /// ```
    /// use hingeline::kernel::{Choice, Kernel, Work};
    ///
    /// struct Name;
    /// impl Work for Name {
    ///     type Output = &'static str;
    ///     fn run<K: Kernel>(self, _: K) -> &'static str {
    ///         K::NAME
    ///     }
    /// }
    /// assert_eq!(Choice::Portable.run(Name), Ok("portable"));
    /// ```
    type Output;

    /// Runs the work, on models from [`Model::on(kernel)`](crate::Model::on).
    ///
    /// ```
    /// use hingeline::kernel::{Kernel, Portable, Work};
    ///
    /// struct Dot<'a>(&'a [f32], &'a [f32]);
    /// impl Work for Dot<'_> {
    ///     type Output = f32;
    ///     fn run<K: Kernel>(self, kernel: K) -> f32 {
    ///         kernel.dot(self.0, self.1)
    ///     }
    /// }
    /// assert_eq!(Dot(&[1.0, 2.0], &[3.0, 4.0]).run(Portable), 11.0);
    /// ```
    fn run<K: Kernel>(self, kernel: K) -> Self::Output;
}

/// A kernel by name, for a choice at run time. Make the choice once, outside all loops.
///
/// Every kernel has a name on every target, so a program's options are the same everywhere; running a kernel that the
/// target or the processor lacks returns an error.
///
/// ```
/// use hingeline::kernel::Choice;
///
/// let names: Vec<_> = Choice::ALL.iter().map(|choice| choice.name()).collect();
/// assert_eq!(names, ["portable", "scalar", "vfp", "helium", "neon", "simd128", "sse2", "avx2", "avx512"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Choice {
    /// [`Portable`], on every target.
    Portable,
    /// [`Scalar`], on every target.
    Scalar,
    /// `Vfp`, on Cortex-M4F, M7 and M33.
    Vfp,
    /// `Helium`, on Cortex-M55, in programs that are built for it.
    Helium,
    /// `Neon`, on AArch64.
    Neon,
    /// `Simd128`, on WebAssembly, in modules that are built for it.
    Simd128,
    /// `Sse2`, on x86-64.
    Sse2,
    /// `Avx2`, on x86-64.
    Avx2,
    /// `Avx512`, on x86-64.
    Avx512,
}

impl Choice {
    /// All kernels. Of those that a processor supports, the last one is the fastest.
    pub const ALL: [Self; 9] = [
        Self::Portable,
        Self::Scalar,
        Self::Vfp,
        Self::Helium,
        Self::Neon,
        Self::Simd128,
        Self::Sse2,
        Self::Avx2,
        Self::Avx512,
    ];

    /// The choice of [`Chosen`].
    pub const CHOSEN: Self = Chosen::CHOICE;

    /// The fastest kernel of this processor; or [`Chosen`], if `--cfg hingeline_kernel` forces one.
    ///
    /// The processor is examined once per run of a program. Without an operating system it is not examined: there only
    /// the features of the target count.
    ///
    /// ```
    /// use hingeline::kernel::Choice;
    /// assert!(Choice::best().is_available());
    /// ```
    pub fn best() -> Self {
        let detected = Self::ALL.into_iter().rev().find(|choice| choice.is_available());
        if FORCED { Self::CHOSEN } else { detected.unwrap_or(Self::CHOSEN) }
    }

    /// The kernel's [`NAME`](Kernel::NAME).
    ///
    /// ```
    /// assert_eq!(hingeline::kernel::Choice::Avx2.name(), "avx2");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Scalar => "scalar",
            Self::Vfp => "vfp",
            Self::Helium => "helium",
            Self::Neon => "neon",
            Self::Simd128 => "simd128",
            Self::Sse2 => "sse2",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The kernel of this name.
    ///
    /// ```
    /// use hingeline::kernel::Choice;
    /// assert_eq!(Choice::named("avx2"), Some(Choice::Avx2));
    /// assert_eq!(Choice::named("mmx"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == name)
    }

    /// Whether the target and the processor have what the kernel needs.
    ///
    /// ```
    /// assert!(hingeline::kernel::Choice::Portable.is_available());
    /// ```
    pub fn is_available(self) -> bool {
        self.run(Nothing).is_ok()
    }

    /// Runs the work on this kernel.
    ///
    /// # Errors
    /// [`Error::KernelUnavailable`] if the target or the processor lacks what the kernel needs; the work is then not
    /// started.
    ///
    /// ```
    /// use hingeline::kernel::{Choice, Kernel, Work};
    ///
    /// struct Sum<'a>(&'a [f32]);
    /// impl Work for Sum<'_> {
    ///     type Output = f32;
    ///     fn run<K: Kernel>(self, kernel: K) -> f32 {
    ///         kernel.dot(self.0, &[1.0; 3])
    ///     }
    /// }
    /// assert_eq!(Choice::best().run(Sum(&[1.0, 2.0, 3.0])), Ok(6.0));
    /// ```
    pub fn run<W: Work>(self, work: W) -> Result<W::Output, Error> {
        match self {
            Self::Portable => Ok(work.run(Portable)),
            Self::Scalar => Ok(work.run(Scalar)),
            #[cfg(hingeline_vfp)]
            Self::Vfp => Ok(work.run(Vfp)),
            #[cfg(hingeline_helium)]
            Self::Helium => Ok(work.run(Helium)),
            #[cfg(hingeline_neon)]
            Self::Neon => Ok(work.run(Neon)),
            #[cfg(hingeline_simd128)]
            Self::Simd128 => Ok(work.run(Simd128)),
            #[cfg(hingeline_sse2)]
            Self::Sse2 => Ok(work.run(Sse2)),
            #[cfg(hingeline_sse2)]
            Self::Avx2 => Ok(work.run(Avx2::new()?)),
            #[cfg(hingeline_sse2)]
            Self::Avx512 => Ok(work.run(Avx512::new()?)),
            _ => Err(Error::KernelUnavailable),
        }
    }
}

/// Work that does nothing, to find out whether it can run.
struct Nothing;

impl Work for Nothing {
    type Output = ();

    fn run<K: Kernel>(self, _kernel: K) {}
}
