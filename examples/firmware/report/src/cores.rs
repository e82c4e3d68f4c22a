//! The cores: what each is built for, and which machine plays it.

/// A processor core, and the board that QEMU plays it on.
#[derive(Debug)]
pub(crate) struct Core {
    /// Its name on the command line and in the table.
    pub(crate) name: &'static str,
    /// What the compiler calls it.
    pub(crate) target: &'static str,
    /// The kernel that must run on it.
    pub(crate) kernel: &'static str,
    /// The emulator and its arguments.
    pub(crate) emulator: &'static [&'static str],
    /// Whether the logger that `defmt` has for emulators runs there.
    pub(crate) logs: bool,
}

impl Core {
    /// The type of the kernel, as it stands in the names of functions.
    pub(crate) fn kernel_type(&self) -> &'static str {
        match self.kernel {
            "vfp" => "hingeline::kernel::vfp::Vfp",
            _ => "hingeline::kernel::scalar::Scalar",
        }
    }
}

/// All of them, the smallest first.
pub(crate) const CORES: [Core; 7] = [
    Core {
        name: "cortex-m0",
        target: "thumbv6m-none-eabi",
        kernel: "scalar",
        emulator: &["qemu-system-arm", "-M", "microbit"],
        logs: true,
    },
    Core {
        name: "cortex-m3",
        target: "thumbv7m-none-eabi",
        kernel: "scalar",
        emulator: &["qemu-system-arm", "-M", "lm3s6965evb"],
        logs: true,
    },
    Core {
        name: "cortex-m4f",
        target: "thumbv7em-none-eabihf",
        kernel: "vfp",
        emulator: &["qemu-system-arm", "-M", "mps2-an386"],
        logs: true,
    },
    Core {
        name: "cortex-m7",
        target: "thumbv7em-none-eabihf",
        kernel: "vfp",
        emulator: &["qemu-system-arm", "-M", "mps2-an500"],
        logs: true,
    },
    Core {
        name: "cortex-m33",
        target: "thumbv8m.main-none-eabihf",
        kernel: "vfp",
        emulator: &["qemu-system-arm", "-M", "mps2-an505"],
        logs: true,
    },
    Core {
        name: "rv32imac",
        target: "riscv32imac-unknown-none-elf",
        kernel: "scalar",
        emulator: &["qemu-system-riscv32", "-M", "virt", "-bios", "none"],
        logs: false,
    },
    Core {
        name: "rv32imafc",
        target: "riscv32imafc-unknown-none-elf",
        kernel: "scalar",
        emulator: &["qemu-system-riscv32", "-M", "virt", "-bios", "none"],
        logs: false,
    },
];
