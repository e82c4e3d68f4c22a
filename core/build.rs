//! What a target has, each predicate in this one place: its vectors, which the compiler tells, and its floating-point unit,
//! which stable Rust does not tell for Thumb.

use std::env;

/// What `--cfg hingeline_kernel="…"` may ask for.
const KERNELS: [&str; 9] = ["portable", "scalar", "vfp", "helium", "neon", "simd128", "sse2", "avx2", "avx512"];

/// Processors for which the compiler would make Helium instructions of plain loops, which flush subnormals to zero.
const FLUSHING: [&str; 5] =
    ["target-cpu=cortex-m52", "target-cpu=cortex-m55", "target-cpu=cortex-m85", "target-cpu=star-mc3", "+mve"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name| env::var(name).unwrap_or_default();
    let (target, arch) = (variable("TARGET"), variable("CARGO_CFG_TARGET_ARCH"));
    let features = variable("CARGO_CFG_TARGET_FEATURE");
    let has = |feature| features.split(',').any(|own| own == feature);
    let kernel = variable("CARGO_CFG_HINGELINE_KERNEL");
    // Cortex-M4F and M7, and Cortex-M33 and M55.
    let has_unit = ["thumbv7em-none-eabihf", "thumbv8m.main-none-eabihf"].contains(&target.as_str());
    let is_little = variable("CARGO_CFG_TARGET_ENDIAN") == "little";
    let facts = [
        ("hingeline_forced", !kernel.is_empty()),
        ("hingeline_vfp", has_unit),
        ("hingeline_helium", target == "thumbv8m.main-none-eabihf" && kernel == "helium"),
        ("hingeline_neon", arch == "aarch64" && has("neon") && is_little),
        ("hingeline_simd128", arch == "wasm32" && has("simd128")),
        ("hingeline_sse2", arch == "x86_64" && has("sse2")),
    ];
    for (name, holds) in facts {
        println!("cargo::rustc-check-cfg=cfg({name})");
        if holds {
            println!("cargo::rustc-cfg={name}");
        }
    }

    if !kernel.is_empty() && !KERNELS.contains(&kernel.as_str()) {
        println!("cargo::error=`hingeline_kernel` is {kernel:?}; the kernels are {}", KERNELS.join(", "));
    }
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    if let Some(flag) = FLUSHING.into_iter().find(|flag| target.starts_with("thumb") && flags.contains(flag)) {
        println!(
            "cargo::error=with {flag} the compiler makes Helium of plain loops, which flushes subnormals to zero; \
             leave it out, and for a Cortex-M55 use --cfg hingeline_kernel=\"helium\""
        );
    }
}
