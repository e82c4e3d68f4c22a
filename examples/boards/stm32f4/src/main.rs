//! Learns in the field what its wearer does, on an STM32F405.
//!
//! The task with the higher priority takes the readings of an accelerometer, fills the window, and answers with the
//! published model. The task with the lower priority trains a shadow model on the windows that the wearer confirms,
//! publishes it from time to time, and saves checkpoints to flash.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod board;

use hingeline_wearer::Seen;
use panic_probe as _; // logs a panic
use rtic_monotonics::systick::prelude::*;

systick_monotonic!(Mono, 1_000);

/// A window, and the wearer's label for it.
type Window = (Seen, Option<u8>);

/// Windows that may wait: 2.5 seconds of them.
const WAITING: usize = 4;

#[rtic::app(device = stm32f4xx_hal::pac, dispatchers = [USART1, USART2])]
mod app {
    use cortex_m::peripheral::DWT;
    use defmt::{error, info, warn};
    use hingeline::Error;
    use hingeline::checkpoint::CheckpointError;
    use hingeline_wearer::{
        ACTIVITIES, CHECKSUM, CHOSEN, COMPARED, Learner, PUBLISH, Published, RATE, SEED, Sensor, Watcher, self_check,
    };
    use rtic_sync::channel::{Receiver, Sender};
    use rtic_sync::make_channel;
    use stm32f4xx_hal::pac::FLASH;

    use super::*;

    #[shared]
    struct Shared {
        /// The model for `sense` to answer with, until `sense` takes it. `learn` copies its 536 bytes while it holds
        /// the lock: by its length, that blocks `sense` for some 300 cycles, 20 µs at 16 MHz. Nothing waits for a
        /// learning step, and interrupts of a higher priority do not wait at all.
        published: Option<Published>,
    }

    const _: () = assert!(Published::SIZE == 536);

    #[local]
    struct Local {}

    /// The clock after a reset, which is the internal one: nothing here is in a hurry.
    const CLOCK: u32 = 16_000_000;

    #[init]
    fn init(mut cx: init::Context) -> (Shared, Local) {
        cx.core.DCB.enable_trace();
        cx.core.DWT.enable_cycle_counter();
        Mono::start(cx.core.SYST, CLOCK);
        let (sender, receiver) = make_channel!(Window, WAITING);
        if sense::spawn(sender).is_err() || learn::spawn(cx.device.FLASH, receiver).is_err() {
            error!("a task runs already");
        }
        (Shared { published: None }, Local {})
    }

    #[idle]
    fn idle(_: idle::Context) -> ! {
        loop {
            cortex_m::asm::wfi();
        }
    }

    /// Reads, and answers.
    #[task(priority = 2, shared = [published], local = [watcher: Watcher = Watcher::new()])]
    async fn sense(mut cx: sense::Context, mut sender: Sender<'static, Window, WAITING>) {
        let watcher = cx.local.watcher;
        // A driver of a real accelerometer goes here: `stm32f4xx_hal::i2c` or `spi`, with its pins.
        let mut sensor = Sensor::new(SEED);
        let mut shown = None;
        let period = 1_000_u32.millis() / RATE;
        let mut due = Mono::now();
        let mut last = DWT::cycle_count();
        loop {
            due += period;
            Mono::delay_until(due).await;
            // Erasing a sector stops the processor for one to two seconds; SysTick does not count in that time, but the
            // cycle counter does. A sensor with its own queue keeps some of the readings; without one, they are lost.
            let now = DWT::cycle_count();
            if now.wrapping_sub(last) >= 2 * (CLOCK / RATE) {
                warn!("readings are lost");
                watcher.gap();
            }
            last = now;
            if let Some(published) = cx.shared.published.lock(Option::take) {
                watcher.adopt(published);
            }
            // Its reading goes here. If it fails, call `watcher.gap()`.
            let reading = sensor.read();
            let Some(seen) = watcher.push(reading) else { continue };
            if seen.shown != shown {
                shown = seen.shown;
                // An LED or a display.
                info!("{=str}", shown.and_then(|class| ACTIVITIES.get(class).copied()).unwrap_or("?"));
            }
            // The wearer's button goes here.
            if sender.try_send((seen, sensor.confirmed())).is_err() {
                warn!("a window is not learnt: the other task is behind");
            }
        }
    }

    /// Learns, publishes and saves until something is refused that never should be.
    #[task(priority = 1, shared = [published])]
    async fn learn(mut cx: learn::Context, flash: FLASH, receiver: Receiver<'static, Window, WAITING>) {
        let publish = |published| cx.shared.published.lock(|slot| *slot = Some(published));
        if let Err(reason) = live(flash, receiver, publish).await {
            error!("stopped: {}", reason);
        }
    }

    async fn live(
        flash: FLASH,
        mut receiver: Receiver<'static, Window, WAITING>,
        mut publish: impl FnMut(Published),
    ) -> Result<(), Error> {
        self_check(CHOSEN)?;
        let mut learner = Learner::new()?;
        let mut checkpoints = match board::checkpoints(flash) {
            Ok(checkpoints) => checkpoints,
            Err(reason) => {
                error!("no checkpoints: {}", defmt::Debug2Format(&reason));
                return Ok(());
            }
        };
        let mut restored = false;
        match learner.restore(&mut checkpoints) {
            Ok((number, published)) => {
                info!("goes on from checkpoint {=u32}", number);
                restored = true;
                if let Some(published) = published {
                    publish(published);
                }
            }
            Err(CheckpointError::Empty) => info!("nothing was learnt yet"),
            // Perhaps of another shape, from a firmware before an update.
            Err(reason) => warn!("begins anew: {}", defmt::Debug2Format(&reason)),
        }

        let mut recognised = 0;
        while let Ok((seen, confirmed)) = receiver.recv().await {
            let Some(label) = confirmed else { continue };
            recognised += u32::from(seen.class == Some(label.into()));
            if let Err(reason) = learner.learn(&seen.features, label) {
                warn!("not learnt: {}", reason);
                continue;
            }
            let Some(published) = learner.publish()? else { continue };
            publish(published);
            info!("{=u32} windows learnt, {=u32} of the last {=u32} recognised", learner.learnt(), recognised, PUBLISH);
            recognised = 0;
            if learner.learnt() == COMPARED && !restored {
                // They are the same unless readings were lost.
                let checksum = learner.checksum();
                info!("weights {=u64:016x}, those of the desktop: {=bool}", checksum, checksum == CHECKSUM);
                board::compared(checksum);
            }
            if learner.is_save_due() {
                match learner.save(&mut checkpoints) {
                    Ok(number) => info!("checkpoint {=u32}", number),
                    Err(reason) => warn!("not saved: {}", defmt::Debug2Format(&reason)),
                }
            }
        }
        Ok(())
    }
}
