//! The features of the target, each predicate in this one place: its vectors, which the compiler reports, and its
//! floating-point unit, which stable Rust does not report for Thumb. A build whose arithmetic would break the numeric
//! contract is refused, as far as its target and flags show this.

use std::env;

/// The values that `--cfg hingeline_kernel="…"` accepts.
const KERNELS: [&str; 9] = ["portable", "scalar", "vfp", "helium", "neon", "simd128", "sse2", "avx2", "avx512"];

/// On 32-bit Arm, processors and features for which the compiler turns plain loops into Helium instructions, which
/// flush subnormals to zero.
const HELIUM: [&str; 5] =
    ["target-cpu=cortex-m52", "target-cpu=cortex-m55", "target-cpu=cortex-m85", "target-cpu=star-mc3", "+mve"];

/// The same for NEON, which flushes subnormals on 32-bit Arm only.
const NEON: [&str; 2] = ["target-cpu=swift", "+neonfp"];

/// Processors and features of Armv8-M with the DSP extension.
const DSP: [&str; 3] = ["target-cpu=cortex-m33", "target-cpu=cortex-m35p", "+dsp"];

/// Flags that allow the compiler to fuse a product and a sum, to reorder additions, to divide with an error, or to
/// assume that NaN, infinity and the sign of zero do not matter; and flags that make the C compiler link code that
/// turns on flush to zero.
const RELAXED: [&str; 11] = [
    "fp-contract=fast",
    "nvptx-fma-level",
    "force-vector-width",
    "nvptx-prec-",
    "enable-unsafe-fp-math",
    "enable-no-nans-fp-math",
    "enable-no-infs-fp-math",
    "enable-no-signed-zeros-fp-math",
    "-ffast-math",
    "-funsafe-math",
    "-Ofast",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let build = Build::of_environment();
    for (name, holds) in build.facts() {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if holds {
            println!("cargo::rustc-cfg={name}");
        }
    }
    if let Some(refusal) = build.refusal() {
        println!("cargo::error={refusal}");
    }
}

/// The build, as cargo describes it.
struct Build {
    target: String,
    arch: String,
    vendor: String,
    abi: String,
    os: String,
    endian: String,
    pointer_width: String,
    features: String,
    /// The forced kernel, or an empty string.
    kernel: String,
    /// Whether the build declares that the processor has the DSP extension.
    dsp: bool,
    flags: String,
}

impl Build {
    fn of_environment() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        Self {
            target: variable("TARGET"),
            arch: variable("CARGO_CFG_TARGET_ARCH"),
            vendor: variable("CARGO_CFG_TARGET_VENDOR"),
            abi: variable("CARGO_CFG_TARGET_ABI"),
            os: variable("CARGO_CFG_TARGET_OS"),
            endian: variable("CARGO_CFG_TARGET_ENDIAN"),
            pointer_width: variable("CARGO_CFG_TARGET_POINTER_WIDTH"),
            features: variable("CARGO_CFG_TARGET_FEATURE"),
            kernel: variable("CARGO_CFG_HINGELINE_KERNEL"),
            dsp: env::var_os("CARGO_CFG_HINGELINE_DSP").is_some(),
            flags: variable("CARGO_ENCODED_RUSTFLAGS"),
        }
    }

    fn has(&self, feature: &str) -> bool {
        self.features.split(',').any(|own| own == feature)
    }

    fn flag(&self, flags: &[&'static str]) -> Option<&'static str> {
        flags.iter().copied().find(|flag| self.flags.contains(flag))
    }

    fn facts(&self) -> [(&'static str, bool); 12] {
        // Cortex-M4F and M7, and Cortex-M33 and M55.
        let has_unit = ["thumbv7em-none-eabihf", "thumbv8m.main-none-eabihf"].contains(&self.target.as_str());
        // Armv7E-M has the extension. In Armv8-M it is optional: nearly every Cortex-M33 has it, and every one with
        // Helium does.
        let (is_v7e, is_v8) =
            (self.target.starts_with("thumbv7em-none"), self.target.starts_with("thumbv8m.main-none"));
        let has_dsp = is_v8 && (self.dsp || self.kernel == "helium" || self.flag(&DSP).is_some());
        let (thumb1, rv32m) =
            (self.target == "thumbv6m-none-eabi", self.arch == "riscv32" && self.has("m") && !self.has("e"));
        // Also a Cortex-M33 without the extension.
        let thumb2 = self.target == "thumbv7m-none-eabi" || is_v8 && !has_dsp;
        [
            ("hingeline_assembly", thumb1 || thumb2 || is_v7e || has_dsp || rv32m),
            ("hingeline_dsp", is_v7e || has_dsp),
            ("hingeline_dsp_told", has_dsp),
            ("hingeline_forced", !self.kernel.is_empty()),
            ("hingeline_thumb1", thumb1),
            ("hingeline_thumb2", thumb2),
            ("hingeline_rv32m", rv32m),
            ("hingeline_vfp", has_unit),
            ("hingeline_helium", self.target == "thumbv8m.main-none-eabihf" && self.kernel == "helium"),
            ("hingeline_neon", self.arch == "aarch64" && self.has("neon") && self.endian == "little"),
            ("hingeline_simd128", self.arch == "wasm32" && self.has("simd128")),
            ("hingeline_sse2", self.arch == "x86_64" && self.has("sse2")),
        ]
    }

    /// Why this build would not keep the contract, or that it forces a kernel that does not exist.
    fn refusal(&self) -> Option<String> {
        if !self.kernel.is_empty() && !KERNELS.contains(&self.kernel.as_str()) {
            let kernels = KERNELS.join(", ");
            return Some(format!("`hingeline_kernel` is {:?}; the kernels are {kernels}", self.kernel));
        }
        if let Some(flag) = self.flag(&RELAXED) {
            return Some(format!(
                "with {flag} floating-point results differ from the numeric contract; remove the flag"
            ));
        }
        if self.pointer_width == "16" {
            return Some("sample indices take 32 bits, but this target's `usize` has 16".to_owned());
        }
        match self.arch.as_str() {
            "x86" | "x86_64" => self.refusal_of_x86(),
            "arm" => self.refusal_of_arm(),
            "powerpc" if self.abi == "spe" => Some("the processor's SPE unit flushes subnormals to zero".to_owned()),
            _ => None,
        }
    }

    /// Without SSE2 only x87 is left, whose registers hold more digits than binary32; or the target has no operating
    /// system and computes in software, which stable Rust does not report.
    fn refusal_of_x86(&self) -> Option<String> {
        let in_software = ["none", "uefi"].contains(&self.os.as_str());
        (!self.has("sse2") && !in_software).then(|| {
            "without SSE2 the compiler uses x87, whose registers hold more digits than binary32; \
             build for a target with SSE2, such as i686"
                .to_owned()
        })
    }

    fn refusal_of_arm(&self) -> Option<String> {
        if let Some(flag) = self.flag(&HELIUM) {
            return Some(format!(
                "with {flag} the compiler uses Helium for plain loops, which flushes subnormals to zero; \
                 remove the flag, and for a Cortex-M55 use --cfg hingeline_kernel=\"helium\""
            ));
        }
        let neon = self.flag(&NEON).or((self.vendor == "apple").then_some("Apple's 32-bit targets"));
        neon.map(|what| {
            format!("with {what} the compiler uses NEON for plain code, which flushes subnormals to zero there")
        })
    }
}
