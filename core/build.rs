//! Tells the crate what the compiler does not: what floating-point unit a Thumb target has.

use std::env;

/// Processors for which the compiler would make Helium instructions of plain loops, which flush subnormals to zero.
const FLUSHING: [&str; 4] = ["target-cpu=cortex-m52", "target-cpu=cortex-m55", "target-cpu=cortex-m85", "+mve"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(hingeline_vfp)");
    println!("cargo::rustc-check-cfg=cfg(hingeline_helium)");
    let variable = |name| env::var(name).unwrap_or_default();
    let target = variable("TARGET");
    // Cortex-M4F and M7, and Cortex-M33 and M55. Stable Rust shows no `target_feature` of these.
    if ["thumbv7em-none-eabihf", "thumbv8m.main-none-eabihf"].contains(&target.as_str()) {
        println!("cargo::rustc-cfg=hingeline_vfp");
    }
    if target == "thumbv8m.main-none-eabihf" && variable("CARGO_CFG_HINGELINE_KERNEL") == "helium" {
        println!("cargo::rustc-cfg=hingeline_helium");
    }
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    if let Some(flag) = FLUSHING.into_iter().find(|flag| target.starts_with("thumb") && flags.contains(flag)) {
        println!(
            "cargo::error=with {flag} the compiler makes Helium of plain loops, which flushes subnormals to zero; \
             leave it out, and for a Cortex-M55 use --cfg hingeline_kernel=\"helium\""
        );
    }
}
