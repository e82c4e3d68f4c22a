//! Classifies a recording with the model that `hingeline export` wrote, one reading at a time, as a sensor delivers them.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hingeline::Error;
use semihosting::{println, process};
use static_cell::ConstStaticCell;

#[rustfmt::skip]
#[allow(dead_code, reason = "this program does not use everything in the file")]
mod model;

/// The columns are those of the training data, without the class.
static RECORDING: &str = include_str!("recording.csv");

static WINDOW: ConstStaticCell<model::SensorWindow> = ConstStaticCell::new(model::SensorWindow::new());

#[entry]
fn main() -> ! {
    match classify_all() {
        Ok(()) => process::exit(0),
        Err(error) => {
            println!("{error:?}");
            process::exit(1)
        }
    }
}

fn classify_all() -> Result<(), Error> {
    let window = WINDOW.take();
    for line in RECORDING.lines().skip(1) {
        // A value that cannot be read becomes a NaN, which the window refuses.
        let mut values = line.split(',').map(|value| value.parse().unwrap_or(f32::NAN));
        let reading: [f32; model::AXES] = core::array::from_fn(|_| values.next().unwrap_or(f32::NAN));
        if window.push(&reading)? {
            let (class, _) = model::classify(window)?;
            println!("{}", model::CLASS_NAMES[class]);
        }
    }
    Ok(())
}
