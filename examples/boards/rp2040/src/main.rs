//! Learns in the field what its wearer does, on an RP2040.
//!
//! A task that runs in an interrupt takes the readings of an accelerometer, fills the window, and answers with the
//! published model. The main loop trains a shadow model on the windows that the wearer confirms, publishes it from time
//! to time, and saves checkpoints to flash.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

#[allow(unsafe_code)]
mod urgent;

use core::ops::Range;

use defmt::{error, info, warn};
use defmt_rtt as _; // the logger
use embassy_executor::Spawner;
use embassy_rp::flash::{Blocking, ERASE_SIZE, Flash};
use embassy_rp::peripherals::FLASH;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use embassy_sync::signal::Signal;
use embassy_time::{Duration, Instant, Timer};
use hingeline::Error;
use hingeline::checkpoint::{CheckpointError, Checkpoints};
use hingeline_wearer::{
    ACTIVITIES, CHECKSUM, CHOSEN, COMPARED, Learner, PUBLISH, Published, RATE, SEED, Seen, Sensor, Watcher, self_check,
};
use panic_probe as _; // logs a panic
use static_cell::ConstStaticCell;

/// The flash of a Pico.
const FLASH_SIZE: usize = 2 << 20;

/// The last two sectors of the flash, where `memory.x` places nothing.
const CHECKPOINTS: Range<u32> = (FLASH_SIZE - 2 * ERASE_SIZE) as u32..FLASH_SIZE as u32;

/// Writes and erases by code in RAM, with interrupts off, because the program runs from the flash.
type Storage = Flash<'static, FLASH, Blocking, FLASH_SIZE>;

/// The time from one reading to the next.
const PERIOD: Duration = Duration::from_hz(RATE as u64);

/// The model for the interrupt to answer with, until the interrupt takes it. Both sides copy its 536 bytes in a
/// critical section: by its length, that blocks all interrupts for some 400 cycles, 3 µs at 125 MHz. Nothing waits for
/// a learning step or for a prediction.
static PUBLISHED: Signal<CriticalSectionRawMutex, Published> = Signal::new();
const _: () = assert!(Published::SIZE == 536);

/// Windows on their way from the interrupt to the main loop, with the wearer's labels: 2.5 seconds of them.
static WINDOWS: Channel<CriticalSectionRawMutex, (Seen, Option<u8>), 4> = Channel::new();

static WATCHER: ConstStaticCell<Watcher> = ConstStaticCell::new(Watcher::new());

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let peripherals = embassy_rp::init(embassy_rp::config::Config::default());
    match sense(WATCHER.take()) {
        Ok(task) => urgent::start().spawn(task),
        Err(_) => error!("the task runs already"),
    }
    if let Err(reason) = learn(Flash::new_blocking(peripherals.FLASH)).await {
        error!("stopped: {}", reason);
    }
}

/// Reads, and answers. It runs in an interrupt.
#[embassy_executor::task]
async fn sense(watcher: &'static mut Watcher) -> ! {
    // A driver of a real accelerometer goes here: `embassy_rp::i2c` or `spi`, with its pins.
    let mut sensor = Sensor::new(SEED);
    let mut shown = None;
    let mut due = Instant::now();
    loop {
        due += PERIOD;
        Timer::at(due).await;
        // Erasing a sector blocks interrupts for 45 ms or longer. A sensor with its own queue keeps the readings;
        // without one, they are lost.
        if due.elapsed() >= PERIOD {
            warn!("readings are lost");
            watcher.gap();
            due = Instant::now();
        }
        if let Some(published) = PUBLISHED.try_take() {
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
        if WINDOWS.try_send((seen, sensor.confirmed())).is_err() {
            warn!("a window is not learnt: the main loop is behind");
        }
    }
}

/// Learns, publishes, saves.
async fn learn(flash: Storage) -> Result<(), Error> {
    self_check(CHOSEN)?;
    let mut learner = Learner::new()?;
    let mut checkpoints = match Checkpoints::open(flash, CHECKPOINTS) {
        Ok(checkpoints) => checkpoints,
        Err(reason) => {
            error!("no checkpoints: {}", reason);
            return Ok(());
        }
    };
    let mut restored = false;
    match learner.restore(&mut checkpoints) {
        Ok((number, published)) => {
            info!("goes on from checkpoint {=u32}", number);
            restored = true;
            if let Some(published) = published {
                PUBLISHED.signal(published);
            }
        }
        Err(CheckpointError::Empty) => info!("nothing was learnt yet"),
        // Perhaps of another shape, from a firmware before an update.
        Err(reason) => warn!("begins anew: {}", reason),
    }

    let mut recognised = 0;
    loop {
        let (seen, confirmed) = WINDOWS.receive().await;
        let Some(label) = confirmed else { continue };
        recognised += u32::from(seen.class == Some(label.into()));
        if let Err(reason) = learner.learn(&seen.features, label) {
            warn!("not learnt: {}", reason);
            continue;
        }
        let Some(published) = learner.publish()? else { continue };
        PUBLISHED.signal(published);
        info!("{=u32} windows learnt, {=u32} of the last {=u32} recognised", learner.learnt(), recognised, PUBLISH);
        recognised = 0;
        if learner.learnt() == COMPARED && !restored {
            // They are the same unless readings were lost.
            let checksum = learner.checksum();
            info!("weights {=u64:016x}, those of the desktop: {=bool}", checksum, checksum == CHECKSUM);
        }
        if learner.is_save_due() {
            match learner.save(&mut checkpoints) {
                Ok(number) => info!("checkpoint {=u32}", number),
                Err(reason) => warn!("not saved: {}", reason),
            }
        }
    }
}
