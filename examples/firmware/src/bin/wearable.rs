//! A watch that knows seven exercises from other wearers, and learns how its own wearer does them.
//!
//! Windows arrive in an interrupt handler and wait in a queue. The main loop predicts each. The wearer confirms half of
//! them, and a shadow model learns from those; the published model adopts it at a review. For a while the confirmed
//! labels are wrong. The other windows measure the accuracy before and after, and that of a device without reviews. The
//! program logs its seed, the windows it learned from and its reviews, so that a desktop can replay it: `cargo
//! hingeline replay LOG`.
#![no_std]
#![no_main]

use core::cell::RefCell;

use cortex_m::interrupt::{self, Mutex};
use cortex_m::peripheral::SCB;
use cortex_m_rt::{entry, exception};
use defmt::{error, info, warn};
use defmt_semihosting as _; // the logger
use heapless::spsc::Queue;
use hingeline::{Model, Stopped};
use hingeline_firmware::board::exit;
use hingeline_firmware::data::{WEARER_10, confirmed_label, is_confirmed, wearers_window};
use hingeline_firmware::pretrained::{CLASSES, FEATURES};
use hingeline_firmware::wearer::{Learner, TOLERANCE, UNGUARDED};
use static_cell::ConstStaticCell;

const SEED: u64 = 10;

/// All the memory that learning takes; the assertions stop a change that takes more from compiling.
static LEARNER: ConstStaticCell<Learner> = ConstStaticCell::new(Learner::new());
const _: () = assert!(size_of::<Learner>() <= 6_700);
const _: () = assert!(Model::<CLASSES, FEATURES>::SIZE == 880);

/// The same without a guard, for comparison; a real device does not have this.
static COMPARED: ConstStaticCell<Learner> = ConstStaticCell::new(Learner::new());

/// The time when the wearer is at rest and a fold can be done.
const NIGHT: usize = 120;

/// Windows between the sensor and the main loop.
static ARRIVED: Mutex<RefCell<Sensor>> = Mutex::new(RefCell::new(Sensor { next: 0, queue: Queue::new() }));

/// A window of the sensor, and the wearer's label for it.
type Window = ([f32; FEATURES], Option<u8>);

/// Stands for a driver that fills a queue of three.
struct Sensor {
    next: usize,
    queue: Queue<Window, 4>,
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    error!("panic");
    exit(false)
}

/// The sensor's interrupt: takes windows from the hardware, as long as there is room.
#[exception]
fn PendSV() {
    interrupt::free(|cs| {
        let mut sensor = ARRIVED.borrow(cs).borrow_mut();
        while !sensor.queue.is_full()
            && let Some(window) = measured(sensor.next)
        {
            sensor.next += 1;
            let _ = sensor.queue.enqueue(window);
        }
    });
}

/// The hardware's measurement at this time: recorded windows of a wearer that the weights in flash have not seen. The
/// hundredth contains a broken value and is refused. That at 150 contains a finite but absurd value. The standardiser
/// clips it, so the model learns a little nonsense from it, and continues.
fn measured(time: usize) -> Option<Window> {
    let (mut window, label) = wearers_window(WEARER_10, time)?;
    match time {
        100 => window[7] = f32::NAN,
        150 => window[7] = 1e30,
        _ => {}
    }
    Some((window, is_confirmed(time).then_some(confirmed_label(time, label, CLASSES as u8))))
}

fn next_window() -> Option<Window> {
    SCB::set_pendsv();
    cortex_m::asm::isb();
    interrupt::free(|cs| ARRIVED.borrow(cs).borrow_mut().queue.dequeue())
}

#[entry]
fn main() -> ! {
    let learner = LEARNER.take();
    let well = live(learner, COMPARED.take());
    if let Err(reason) = well {
        error!("stopped: {}", reason);
    }
    exit(well.is_ok())
}

fn live(learner: &mut Learner, compared: &mut Learner) -> Result<(), Stopped> {
    learner.start(SEED)?;
    compared.start(SEED)?;
    info!("seed {=u64}", SEED);
    let before = accuracy(learner);
    for time in 0.. {
        let Some((window, confirmed)) = next_window() else { break };
        if time == NIGHT {
            // An event of the run, like a window: the replay folds at the same place.
            info!("fold");
            let windows = learner.rest()?;
            compared.rest()?;
            info!("no fold for {=u64} windows", windows);
        }
        if learner.predict(&window).is_err() {
            warn!("a window is refused: no class");
        }
        if let Some(label) = confirmed {
            learn(learner, &window, label)?;
            // Not logged. It refuses the same windows as the other.
            let _ = compared.learn(&window, label);
            if compared.is_review_due() {
                let _ = compared.review(UNGUARDED)?;
            }
        }
    }
    info!("before: {=u32} of {=u32} unconfirmed windows recognised", before.0, before.1);
    let after = accuracy(learner);
    info!("after: {=u32} of {=u32}", after.0, after.1);
    let without = accuracy(compared);
    info!("without a guard: {=u32} of {=u32}", without.0, without.1);
    info!("weights {=u64:016x}", learner.model().checksum());
    Ok(())
}

/// Logs what is learned before learning from it: as bits, since a rounded number would lead to other weights.
fn learn(learner: &mut Learner, window: &[f32; FEATURES], label: u8) -> Result<(), Stopped> {
    info!("saw {=u8} {=[?]:08x}", label, window.map(f32::to_bits).as_slice());
    if let Err(reason) = learner.learn(window, label) {
        warn!("not learned from: {}", reason);
    }
    if learner.is_review_due() {
        review(learner)?;
    }
    Ok(())
}

/// Logs a review before it happens, as an event of the run, and its result afterwards.
fn review(learner: &mut Learner) -> Result<(), Stopped> {
    info!("review");
    let review = learner.review(TOLERANCE)?;
    let (shadow, published, samples) = (review.shadow_correct, review.published_correct, review.samples);
    if review.adopted {
        info!("adopted: {=usize} of {=usize}, {=usize} before", shadow, samples, published);
    } else {
        warn!("reverted: {=usize} of {=usize}, {=usize} before", shadow, samples, published);
    }
    Ok(())
}

/// The number of unconfirmed windows that are recognised, and the number of all of them.
fn accuracy(learner: &Learner) -> (u32, u32) {
    let (mut recognised, mut count) = (0, 0);
    for time in 0.. {
        let Some((window, label)) = wearers_window(WEARER_10, time) else { break };
        if !is_confirmed(time) {
            recognised += u32::from(learner.predict(&window) == Ok(usize::from(label)));
            count += 1;
        }
    }
    (recognised, count)
}
