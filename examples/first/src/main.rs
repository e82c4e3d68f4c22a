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

/// The columns are `model::AXIS_NAMES`, in this order, and the first row names them.
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
    let (header, readings) = RECORDING.split_once('\n').unwrap_or((RECORDING, ""));
    if !header.trim_end().split(',').eq(model::AXIS_NAMES) {
        println!("the columns are {header}; expected {:?}", model::AXIS_NAMES);
        return Err(Error::ShapeMismatch);
    }
    for line in readings.lines() {
        // A value that cannot be read becomes a NaN, which the window refuses.
        let mut values = line.split(',').map(|value| value.trim().parse().unwrap_or(f32::NAN));
        let reading: [f32; model::AXES] = core::array::from_fn(|_| values.next().unwrap_or(f32::NAN));
        if window.push(&reading)? {
            let (class, _) = model::classify(window)?;
            println!("{}", model::CLASS_NAMES[class]);
        }
    }
    Ok(())
}
