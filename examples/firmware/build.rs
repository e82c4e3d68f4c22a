//! Passes the memory layout of the board to the linker.
//!
//! Your own firmware has one board: its `memory.x` is beside `Cargo.toml`, and `-Tlink.x` in `.cargo/config.toml`.

use std::path::Path;
use std::{env, fs};

fn main() {
    let target = env::var("TARGET").expect("cargo sets it");
    // A Cortex-M33 and a Cortex-M55 share one target; the kernel shows which of them this build is for.
    let helium = env::var("CARGO_CFG_HINGELINE_KERNEL").is_ok_and(|kernel| kernel == "helium");
    let Some(board) = board_of(&target, helium) else { return };
    let source = Path::new("boards").join(board);
    println!("cargo:rerun-if-changed={}", source.display());
    let directory = env::var("OUT_DIR").expect("cargo sets it");
    fs::copy(&source, Path::new(&directory).join("memory.x")).expect("the folder is writable");
    println!("cargo:rustc-link-search={directory}");
    if target.starts_with("riscv") {
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bin=wearable=-Tdefmt.x");
    // The proof calls everything, and no board needs to have room for it.
    println!("cargo:rustc-link-arg-bin=no_panic=--defsym=_never_run=1");
}

/// The memory of a board that QEMU emulates.
fn board_of(target: &str, helium: bool) -> Option<&'static str> {
    Some(match target {
        "thumbv8m.main-none-eabihf" if helium => "mps3-an547.x",
        "thumbv6m-none-eabi" => "microbit.x",
        "thumbv7m-none-eabi" => "lm3s6965evb.x",
        "thumbv7em-none-eabihf" => "mps2.x",
        "thumbv8m.main-none-eabihf" => "mps2-an505.x",
        "riscv32imac-unknown-none-elf" | "riscv32imafc-unknown-none-elf" => "virt.x",
        _ => return None,
    })
}
