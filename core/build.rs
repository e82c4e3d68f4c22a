//! Tells the crate what the compiler does not: whether a Thumb target has a floating-point unit.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-check-cfg=cfg(hingeline_vfp)");
    let target = env::var("TARGET").unwrap_or_default();
    // Cortex-M4F and M7, and Cortex-M33 and M55. Stable Rust shows no `target_feature` of these.
    if ["thumbv7em-none-eabihf", "thumbv8m.main-none-eabihf"].contains(&target.as_str()) {
        println!("cargo:rustc-cfg=hingeline_vfp");
    }
}
