//! The cores: the target and flags of each, and the machine that emulates it.

/// A processor core, and what emulates it.
#[derive(Debug)]
pub(crate) struct Core {
    /// Its name on the command line and in the table.
    pub(crate) name: &'static str,
    /// The compiler's name for its target.
    pub(crate) target: &'static str,
    /// The compiler's additional flags.
    pub(crate) flags: &'static str,
    /// The kernel that must run on it.
    pub(crate) kernel: &'static str,
    /// The machine that emulates it.
    pub(crate) machine: Machine,
}

/// What emulates a core.
#[derive(Debug)]
pub(crate) enum Machine {
    /// A board, in an emulator.
    Board(&'static [&'static str]),
    /// A board that the `defmt` logger for emulators supports.
    LoggingBoard(&'static [&'static str]),
    /// A process of an operating system, in an emulator.
    Process(&'static [&'static str]),
    /// A module, in an engine.
    Module,
}

impl Core {
    /// The type of the kernel, as it appears in the names of functions.
    pub(crate) fn kernel_type(&self) -> &'static str {
        match self.kernel {
            "vfp" => "hingeline::kernel::vfp::Vfp",
            "helium" => "hingeline::kernel::helium::Helium",
            "neon" => "hingeline::kernel::neon::Neon",
            "simd128" => "hingeline::kernel::simd128::Simd128",
            "scalar" => "hingeline::kernel::scalar::Scalar",
            _ => "hingeline::kernel::portable::Portable",
        }
    }

    /// The functions in assembly that the kernel's scores and updates must call, if it is written in assembly.
    pub(crate) fn assembly(&self) -> Option<[&'static str; 2]> {
        match self.kernel {
            "vfp" => Some(["hingeline::kernel::vfp::scores_of_rows", "hingeline::kernel::vfp::add_multiples"]),
            "helium" => Some(["hingeline::kernel::helium::scores_of_rows", "hingeline::kernel::helium::add_multiples"]),
            _ => None,
        }
    }

    /// Whether there is no operating system.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.machine, Machine::Board(_) | Machine::LoggingBoard(_))
    }
}

const AARCH64: &str = "-Ctarget-feature=+crt-static -Crelocation-model=static";
const PORTABLE_AARCH64: &str =
    "-Ctarget-feature=+crt-static -Crelocation-model=static --cfg hingeline_kernel=\"portable\"";

/// All cores, the smallest first; and the portable kernel on cores with vectors, for comparison.
pub(crate) static CORES: [Core; 13] = [
    Core {
        name: "cortex-m0",
        target: "thumbv6m-none-eabi",
        flags: "",
        kernel: "scalar",
        machine: Machine::LoggingBoard(&["qemu-system-arm", "-M", "microbit"]),
    },
    Core {
        name: "cortex-m3",
        target: "thumbv7m-none-eabi",
        flags: "",
        kernel: "scalar",
        machine: Machine::LoggingBoard(&["qemu-system-arm", "-M", "lm3s6965evb"]),
    },
    Core {
        name: "cortex-m4f",
        target: "thumbv7em-none-eabihf",
        flags: "",
        kernel: "vfp",
        machine: Machine::LoggingBoard(&["qemu-system-arm", "-M", "mps2-an386"]),
    },
    Core {
        name: "cortex-m7",
        target: "thumbv7em-none-eabihf",
        flags: "",
        kernel: "vfp",
        machine: Machine::LoggingBoard(&["qemu-system-arm", "-M", "mps2-an500"]),
    },
    Core {
        name: "cortex-m33",
        target: "thumbv8m.main-none-eabihf",
        flags: "--cfg hingeline_dsp",
        kernel: "vfp",
        machine: Machine::LoggingBoard(&["qemu-system-arm", "-M", "mps2-an505"]),
    },
    Core {
        name: "cortex-m55",
        target: "thumbv8m.main-none-eabihf",
        flags: "--cfg hingeline_kernel=\"helium\"",
        kernel: "helium",
        machine: Machine::LoggingBoard(&["qemu-system-arm", "-M", "mps3-an547"]),
    },
    Core {
        name: "rv32imac",
        target: "riscv32imac-unknown-none-elf",
        flags: "",
        kernel: "scalar",
        machine: Machine::Board(&["qemu-system-riscv32", "-M", "virt", "-bios", "none"]),
    },
    Core {
        name: "rv32imafc",
        target: "riscv32imafc-unknown-none-elf",
        flags: "",
        kernel: "scalar",
        machine: Machine::Board(&["qemu-system-riscv32", "-M", "virt", "-bios", "none"]),
    },
    Core {
        name: "aarch64",
        target: "aarch64-unknown-linux-gnu",
        flags: AARCH64,
        kernel: "neon",
        machine: Machine::Process(&["qemu-aarch64"]),
    },
    Core {
        name: "aarch64-portable",
        target: "aarch64-unknown-linux-gnu",
        flags: PORTABLE_AARCH64,
        kernel: "portable",
        machine: Machine::Process(&["qemu-aarch64"]),
    },
    Core {
        name: "wasm32",
        target: "wasm32-wasip1",
        flags: "-Ctarget-feature=+simd128",
        kernel: "simd128",
        machine: Machine::Module,
    },
    Core { name: "wasm32-portable", target: "wasm32-wasip1", flags: "", kernel: "portable", machine: Machine::Module },
    Core {
        name: "wasm32-vectorised",
        target: "wasm32-wasip1",
        flags: "-Ctarget-feature=+simd128 --cfg hingeline_kernel=\"portable\"",
        kernel: "portable",
        machine: Machine::Module,
    },
];
