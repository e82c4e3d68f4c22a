//! The board: how a program starts, prints, measures its stack and ends. The one file that is not safe Rust.
//!
//! Programs talk to a debugger or an emulator through semihosting. On a board of your own, [`print!`] becomes RTT or a
//! serial port, and [`exit`] goes away.

#[cfg(target_os = "none")]
pub use semihosting::{print, println};

#[cfg(all(target_arch = "arm", target_os = "none"))]
use cortex_m as _; // brings the critical sections
#[cfg(all(target_arch = "arm", target_os = "none"))]
pub use cortex_m_rt::entry;
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
use riscv as _; // brings the critical sections
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use riscv_rt::entry;

/// Ends the program; the emulator's status is 0 if it went well.
#[cfg(target_os = "none")]
pub fn exit(well: bool) -> ! {
    semihosting::process::exit(i32::from(!well))
}

/// What to do about a panic: say it, and fail.
#[cfg(target_os = "none")]
pub fn panicked(info: &core::panic::PanicInfo<'_>) -> ! {
    println!("{info}");
    exit(false)
}

/// A fault would hang an emulator: it is said, and is a failure.
#[cfg(all(target_arch = "arm", target_os = "none"))]
#[cortex_m_rt::exception]
// SAFETY: the attribute wants an `unsafe fn`; this one touches nothing of the program that it ends.
unsafe fn HardFault(_: &cortex_m_rt::ExceptionFrame) -> ! {
    semihosting::sys::arm_compat::sys_write0(c"HardFault\n");
    exit(false)
}

/// The same for whatever a RISC-V core takes exception at.
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
// SAFETY: no other symbol has the name of the runtime's handler, which calls it with a frame that it made.
#[unsafe(no_mangle)]
unsafe extern "C" fn ExceptionHandler(_: &riscv_rt::TrapFrame) -> ! {
    semihosting::sys::arm_compat::sys_write0(c"exception\n");
    exit(false)
}

/// Calls it on a stack painted below for this many bytes; returns what it returns and how many of them it used, all if
/// it may have used more.
///
/// The caller sees to it that the stack has so much room. Interrupts would leave their traces too.
#[cfg(target_os = "none")]
#[inline(never)]
pub fn stack_used<T>(room: usize, run: impl FnOnce() -> T) -> (T, usize) {
    const PAINT: u32 = 0xcccc_cccc;
    let top = stack_pointer();
    let bottom = core::ptr::with_exposed_provenance_mut::<u32>(top.wrapping_sub(room) & !3);
    let words = room / 4;
    for word in 0..words {
        // SAFETY: RAM below the stack pointer, in use by nobody: nothing is called here.
        unsafe { bottom.add(word).write_volatile(PAINT) };
    }
    let result = called(run);
    // SAFETY: as above.
    let untouched = (0..words).take_while(|word| unsafe { bottom.add(*word).read_volatile() } == PAINT).count();
    (result, 4 * (words - untouched))
}

/// A frame of its own, below the caller's.
#[cfg(target_os = "none")]
#[inline(never)]
fn called<T>(run: impl FnOnce() -> T) -> T {
    run()
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
    /// What the panic handler of a program calls that must not be able to panic.
    pub safe fn a_panic_can_be_reached() -> !;
}

/// Makes a function the entry of a program without a runtime, which is linked and never run.
#[macro_export]
macro_rules! bare_entry {
    ($main:path) => {
        // SAFETY: no other symbol of such a program has the name of the linker's entry point.
        #[unsafe(no_mangle)]
        extern "C" fn _start() -> ! {
            $main()
        }
    };
}
