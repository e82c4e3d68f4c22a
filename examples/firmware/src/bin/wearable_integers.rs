//! The watch of `wearable` on a processor without a floating-point unit. The weights that a desktop trained in binary32
//! are converted to integers, and learning from the confirmed windows is in integers.
//!
//! The windows are recorded in binary32. A watch that uses integers throughout converts its own readings to inputs by
//! scales.
#![no_std]
#![no_main]

use hingeline::Error;
use hingeline::integer::{Halving, Hinge, Inputs, Model, Sgd};
use hingeline_firmware::board::{entry, exit, panicked, println};
use hingeline_firmware::data::{WEARER_10, confirmed_label, is_confirmed, wearers_window};
use hingeline_firmware::pretrained::{CLASSES, FEATURES, MODEL, STANDARDISER};
use static_cell::ConstStaticCell;

type Watch = Model<CLASSES, FEATURES>;

static WATCH: ConstStaticCell<Watch> = ConstStaticCell::new(Model::new());
const _: () = assert!(Watch::SIZE == 456);

const HINGE: Hinge = match Hinge::new(1.0, 1e-4) {
    Ok(hinge) => hinge,
    Err(_) => panic!("at compile time"),
};

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[entry]
fn main() -> ! {
    exit(live(WATCH.take()).is_ok())
}

fn live(watch: &mut Watch) -> Result<(), Error> {
    watch.quantise(&MODEL)?;
    println!("{} fraction bits", watch.fraction_bits());
    report("before", watch)?;
    let mut sgd = Sgd::new(HINGE, Halving { exponent: 8, period: 12, last: 10 })?;
    let mut clamped = 0;
    for time in 0.. {
        let Some((window, label)) = wearers_window(WEARER_10, time) else { break };
        if is_confirmed(time) {
            let values = inputs(window);
            let step = sgd.step(watch, Inputs::new(&values)?, confirmed_label(time, label, CLASSES as u8).into())?;
            clamped += step.clamped;
        }
    }
    println!("{} steps, {clamped} weights clamped", sgd.progress().steps);
    report("after", watch)?;
    println!("weights {:016x}", watch.checksum());
    Ok(())
}

/// A window's inputs: its deviations, in 32nds.
fn inputs(mut window: [f32; FEATURES]) -> [i16; FEATURES] {
    STANDARDISER.apply(&mut window);
    // Rounded by hand, since `core` has no `round`.
    window.map(|x| ((x * 32.0 + 128.5).clamp(0.0, 255.0) as i16) - 128)
}

/// Reports the number of unconfirmed windows that are recognised.
fn report(when: &str, watch: &Watch) -> Result<(), Error> {
    let (mut recognised, mut count) = (0, 0);
    for time in 0.. {
        let Some((window, label)) = wearers_window(WEARER_10, time) else { break };
        if !is_confirmed(time) {
            recognised += u32::from(watch.predict(Inputs::new(&inputs(window))?)? == usize::from(label));
            count += 1;
        }
    }
    println!("{when}: {recognised} of {count} unconfirmed windows recognised");
    Ok(())
}
