//! Gives the linker its scripts, wherever cargo was called. The memory of the chip is in that of `esp-hal`.

fn main() {
    for argument in ["-Tlinkall.x", "-Tdefmt.x"] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
