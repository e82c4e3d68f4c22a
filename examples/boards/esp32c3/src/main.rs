//! Learns in the field what its wearer does, on an ESP32-C3.
//!
//! A timer interrupt takes the readings of an accelerometer, fills the window, and answers with the published model.
//! The main loop trains a shadow model on the windows that the wearer confirms, publishes it from time to time, and
//! saves checkpoints to flash.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

use core::cell::{Cell, RefCell};
use core::ops::Range;

use critical_section::Mutex;
use defmt::{error, info, warn};
use esp_hal::Blocking;
use esp_hal::clock::CpuClock;
use esp_hal::interrupt::Priority;
use esp_hal::time::{Duration, Instant};
use esp_hal::timer::PeriodicTimer;
use esp_hal::timer::timg::TimerGroup;
use esp_println as _; // the logger
use esp_storage::FlashStorage;
use heapless::spsc::{Consumer, Producer, Queue};
use hingeline::Error;
use hingeline::checkpoint::{CheckpointError, Checkpoints};
use hingeline_wearer::{
    ACTIVITIES, CHECKSUM, CHOSEN, COMPARED, Learner, PUBLISH, Published, RATE, SEED, Seen, Sensor, Watcher, self_check,
};
use static_cell::{ConstStaticCell, StaticCell};

// The descriptor that the bootloader reads.
esp_bootloader_esp_idf::esp_app_desc!();

/// The last two sectors of a flash of 4 MB: the partition `learnt` of `partitions.csv`.
const CHECKPOINTS: Range<u32> = 0x3f_e000..0x40_0000;

/// The time from one reading to the next.
const PERIOD: Duration = Duration::from_micros(1_000_000 / RATE as u64);

/// The model for the interrupt to answer with, until the interrupt takes it. Both sides copy its 536 bytes in a
/// critical section: by its length, that blocks all interrupts for some 400 cycles, 3 µs at 160 MHz. Nothing waits for
/// a learning step or for a prediction.
static PUBLISHED: Mutex<RefCell<Option<Published>>> = Mutex::new(RefCell::new(None));
const _: () = assert!(Published::SIZE == 536);

/// A window, and the wearer's label for it.
type Window = (Seen, Option<u8>);

/// Windows on their way from the interrupt to the main loop: four, 2.5 seconds of them.
static WINDOWS: ConstStaticCell<Queue<Window, 5>> = ConstStaticCell::new(Queue::new());

/// What the interrupt owns.
struct Senses {
    timer: PeriodicTimer<'static, Blocking>,
    sensor: Sensor,
    watcher: Watcher,
    windows: Producer<'static, Window>,
    shown: Option<usize>,
    /// When the last reading was taken.
    last: Instant,
}

/// The interrupt takes it out and puts it back when it is done; nothing else waits in the meantime.
static SENSES: Mutex<Cell<Option<&'static mut Senses>>> = Mutex::new(Cell::new(None));

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    error!("{}", defmt::Display2Format(info));
    loop {
        core::hint::spin_loop();
    }
}

#[esp_hal::main]
fn main() -> ! {
    static OWNED: StaticCell<Senses> = StaticCell::new();

    let peripherals = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    let (windows, arrived) = WINDOWS.take().split();
    let mut timer = PeriodicTimer::new(TimerGroup::new(peripherals.TIMG0).timer0);
    timer.set_interrupt_handler(sense);
    timer.listen();
    if timer.start(PERIOD).is_err() {
        error!("the timer has no such period");
    }
    let last = Instant::now();
    // A driver of a real accelerometer goes here: `esp_hal::i2c` or `spi`, with its pins.
    let sensor = Sensor::new(SEED);
    let senses = OWNED.init(Senses { timer, sensor, watcher: Watcher::new(), windows, shown: None, last });
    critical_section::with(|cs| SENSES.borrow(cs).set(Some(senses)));

    if let Err(reason) = learn(FlashStorage::new(peripherals.FLASH), arrived) {
        error!("stopped: {}", reason);
    }
    loop {
        esp_hal::interrupt::wait_for_interrupt();
    }
}

/// Reads, and answers.
#[esp_hal::handler(priority = Priority::Priority2)]
fn sense() {
    let Some(senses) = critical_section::with(|cs| SENSES.borrow(cs).take()) else { return };
    senses.timer.clear_interrupt();
    read(senses);
    critical_section::with(|cs| SENSES.borrow(cs).set(Some(senses)));
}

fn read(senses: &mut Senses) {
    // Erasing a sector blocks interrupts for 45 ms or longer. A sensor with its own queue keeps the readings; without
    // one, they are lost.
    let now = Instant::now();
    if now - senses.last >= PERIOD * 2 {
        warn!("readings are lost");
        senses.watcher.gap();
    }
    senses.last = now;
    if let Some(published) = critical_section::with(|cs| PUBLISHED.borrow_ref_mut(cs).take()) {
        senses.watcher.adopt(published);
    }
    // Its reading goes here. If it fails, call `watcher.gap()`.
    let reading = senses.sensor.read();
    let Some(seen) = senses.watcher.push(reading) else { return };
    if seen.shown != senses.shown {
        senses.shown = seen.shown;
        // An LED or a display.
        info!("{=str}", seen.shown.and_then(|class| ACTIVITIES.get(class).copied()).unwrap_or("?"));
    }
    // The wearer's button goes here.
    if senses.windows.enqueue((seen, senses.sensor.confirmed())).is_err() {
        warn!("a window is not learnt: the main loop is behind");
    }
}

fn publish(published: Published) {
    critical_section::with(|cs| PUBLISHED.borrow_ref_mut(cs).replace(published));
}

/// Learns, publishes, saves.
fn learn(flash: FlashStorage<'static>, mut arrived: Consumer<'static, Window>) -> Result<(), Error> {
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
                publish(published);
            }
        }
        Err(CheckpointError::Empty) => info!("nothing was learnt yet"),
        // Perhaps of another shape, from a firmware before an update.
        Err(reason) => warn!("begins anew: {}", reason),
    }

    let mut recognised = 0;
    loop {
        let Some((seen, confirmed)) = arrived.dequeue() else {
            esp_hal::interrupt::wait_for_interrupt();
            continue;
        };
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
        }
        if learner.is_save_due() {
            match learner.save(&mut checkpoints) {
                Ok(number) => info!("checkpoint {=u32}", number),
                Err(reason) => warn!("not saved: {}", reason),
            }
        }
    }
}
