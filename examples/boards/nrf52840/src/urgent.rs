//! An executor that runs in an interrupt: its tasks preempt the main loop. The only file that is not safe Rust.

use embassy_executor::{InterruptExecutor, SendSpawner};
use embassy_nrf::interrupt;
use embassy_nrf::interrupt::{InterruptExt, Priority};

static EXECUTOR: InterruptExecutor = InterruptExecutor::new();

/// Starts it in an interrupt that no peripheral uses.
pub(crate) fn start() -> SendSpawner {
    // A radio's interrupts may preempt it; the main loop may not.
    interrupt::EGU1_SWI1.set_priority(Priority::P6);
    EXECUTOR.start(interrupt::EGU1_SWI1)
}

#[interrupt]
fn EGU1_SWI1() {
    // SAFETY: only this handler calls it, and it is enabled after the executor has been made.
    unsafe { EXECUTOR.on_interrupt() }
}
