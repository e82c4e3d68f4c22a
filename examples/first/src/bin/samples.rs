//! Classifies the rows of a CSV file with the model that `hingeline export` wrote, for data with one sample per row.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use hingeline::Error;
use semihosting::{println, process};

#[rustfmt::skip]
#[allow(dead_code, reason = "this program does not use everything in the file")]
#[path = "../samples_model.rs"]
mod model;

/// The columns are those of `model::FEATURE_NAMES`, without the class.
static ROWS: &str = include_str!("../samples.csv");

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
    for line in ROWS.lines().skip(1) {
        // A value that cannot be read becomes a NaN, which the model refuses.
        let mut values = line.split(',').map(|value| value.parse().unwrap_or(f32::NAN));
        let sample: [f32; model::FEATURES] = core::array::from_fn(|_| values.next().unwrap_or(f32::NAN));
        // The features as recorded: the model standardises them.
        println!("{}", model::CLASS_NAMES[model::predict(&sample)?]);
    }
    Ok(())
}
