//! An executor that runs in an interrupt: its tasks preempt the main loop. The only file that is not safe Rust.

use embassy_executor::{InterruptExecutor, SendSpawner};
use embassy_rp::interrupt;
use embassy_rp::interrupt::{InterruptExt, Priority};

static EXECUTOR: InterruptExecutor = InterruptExecutor::new();

/// Starts it in an interrupt that no peripheral uses.
pub(crate) fn start() -> SendSpawner {
    interrupt::SWI_IRQ_1.set_priority(Priority::P2);
    EXECUTOR.start(interrupt::SWI_IRQ_1)
}

#[interrupt]
fn SWI_IRQ_1() {
    // SAFETY: only this handler calls it, and it is enabled after the executor has been made.
    unsafe { EXECUTOR.on_interrupt() }
}
