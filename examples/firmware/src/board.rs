//! The board: how a program starts, prints, measures its stack and ends. The only file that is not safe Rust.
//!
//! Programs talk to a debugger or an emulator through semihosting. On your own board, [`print!`] becomes RTT or a
//! serial port, and [`exit`] goes away. On an operating system, both are those of the standard library.

#[cfg(feature = "std")]
extern crate std;

#[cfg(target_os = "none")]
pub use semihosting::{print, println};
#[cfg(feature = "std")]
pub use std::{print, println};

#[cfg(all(target_arch = "arm", target_os = "none"))]
use cortex_m as _; // brings the critical sections
#[cfg(all(target_arch = "arm", target_os = "none"))]
pub use cortex_m_rt::entry;
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
use riscv as _; // brings the critical sections
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use riscv_rt::entry;

/// Ends the program; the exit status of the emulator is 0 if it went well.
#[cfg(target_os = "none")]
pub fn exit(well: bool) -> ! {
    semihosting::process::exit(i32::from(!well))
}

/// Ends the program; its exit status is 0 if it went well.
#[cfg(feature = "std")]
pub fn exit(well: bool) -> ! {
    std::process::exit(i32::from(!well))
}

/// Handles a panic: prints it, and fails.
#[cfg(target_os = "none")]
pub fn panicked(info: &core::panic::PanicInfo<'_>) -> ! {
    println!("{info}");
    exit(false)
}

/// A fault would hang an emulator, so it is printed and fails.
#[cfg(all(target_arch = "arm", target_os = "none"))]
#[cortex_m_rt::exception]
// SAFETY: the attribute requires an `unsafe fn`; this one touches nothing of the program that it ends.
unsafe fn HardFault(_: &cortex_m_rt::ExceptionFrame) -> ! {
    semihosting::sys::arm_compat::sys_write0(c"HardFault\n");
    exit(false)
}

/// The same for any exception of a RISC-V core.
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
// SAFETY: no other symbol has the name of the runtime's handler, which calls it with a frame that it made.
#[unsafe(no_mangle)]
unsafe extern "C" fn ExceptionHandler(_: &riscv_rt::TrapFrame) -> ! {
    semihosting::sys::arm_compat::sys_write0(c"exception\n");
    exit(false)
}

/// Calls a function on a stack that is painted below for this many bytes, or down to the statics. Returns the
/// function's result and an upper bound of the bytes that it used: the few next to its caller are not painted.
///
/// Interrupts would also leave traces on the stack.
#[cfg(target_os = "none")]
#[inline(never)]
pub fn stack_used<T>(room: usize, run: impl FnOnce() -> T) -> (T, usize) {
    let (bottom, words) = paint(room);
    let (result, top) = called(run);
    // SAFETY: these words are RAM that was painted and that nothing else uses.
    let untouched = (0..words).take_while(|word| unsafe { bottom.add(*word).read_volatile() } == PAINT).count();
    (result, top.saturating_sub(bottom.addr() + 4 * untouched))
}

/// Calls the function and measures nothing: the stack of an operating system cannot be painted.
#[cfg(feature = "std")]
pub fn stack_used<T>(_room: usize, run: impl FnOnce() -> T) -> (T, usize) {
    (run(), 0)
}

#[cfg(target_os = "none")]
const PAINT: u32 = 0xcccc_cccc;

/// Paints below its own frame, which may not exist when the stack pointer is read.
#[cfg(target_os = "none")]
#[inline(never)]
fn paint(room: usize) -> (*const u32, usize) {
    const FRAME: usize = 64;
    let (end, statics) = (stack_pointer().saturating_sub(FRAME), (&raw const __sheap).addr());
    let start = end.saturating_sub(room).max(statics).next_multiple_of(4);
    let bottom = core::ptr::with_exposed_provenance_mut::<u32>(start);
    let words = end.saturating_sub(start) / 4;
    for word in 0..words {
        // SAFETY: RAM between the last static and this function's frame, which is smaller than the space left for it:
        // nothing uses it.
        unsafe { bottom.add(word).write_volatile(PAINT) };
    }
    (bottom, words)
}

/// Calls the function from a frame of its own, and returns the stack pointer there.
#[cfg(target_os = "none")]
#[inline(never)]
fn called<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let top = stack_pointer();
    (run(), top)
}

// SAFETY: the linker scripts of both runtimes define this symbol after the last static; only its address is taken.
#[cfg(target_os = "none")]
unsafe extern "C" {
    static __sheap: u32;
}

#[cfg(target_os = "none")]
#[inline(always)]
fn stack_pointer() -> usize {
    let pointer;
    // SAFETY: reads a register.
    #[cfg(target_arch = "arm")]
    unsafe {
        core::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack))
    };
    // SAFETY: reads a register.
    #[cfg(target_arch = "riscv32")]
    unsafe {
        core::arch::asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack))
    };
    pointer
}

// SAFETY: declares a function that is never defined, so a program that could call it does not link.
unsafe extern "C" {
    /// Called by the panic handler of a program that must not be able to panic.
    pub safe fn a_panic_can_be_reached() -> !;
}

/// Makes a function the entry point of a program without a runtime, which is linked and never run.
#[macro_export]
macro_rules! bare_entry {
    ($main:path) => {
        // SAFETY: no other symbol of such a program has the name of the linker's entry point.
        #[cfg(not(target_os = "wasi"))]
        #[unsafe(no_mangle)]
        extern "C" fn _start() -> ! {
            $main()
        }
        // SAFETY: no other symbol of such a program has this name, which the entry point of WASI's C library calls.
        #[cfg(target_os = "wasi")]
        #[unsafe(no_mangle)]
        extern "C" fn __main_void() -> i32 {
            $main()
        }
        // On an operating system, the compiler's own functions for 128 bits are built to unwind and refer to this name.
        // SAFETY: no other symbol of such a program has it, and nothing unwinds.
        #[cfg(not(target_os = "wasi"))]
        #[unsafe(no_mangle)]
        extern "C" fn rust_eh_personality() {}
    };
}
