//! Passes the linker its scripts, wherever cargo is called from. The memory of the chip is in the script of `esp-hal`.

fn main() {
    for argument in ["-Tlinkall.x", "-Tdefmt.x"] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
