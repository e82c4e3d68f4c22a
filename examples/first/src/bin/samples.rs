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

/// The columns are `model::FEATURE_NAMES`, in this order, and the first row names them.
static ROWS: &str = include_str!("../samples.csv");

#[entry]
fn main() -> ! {
    let (header, rows) = ROWS.split_once('\n').unwrap_or((ROWS, ""));
    if !header.trim_end().split(',').eq(model::FEATURE_NAMES) {
        println!("the columns are {header}; expected {:?}", model::FEATURE_NAMES);
        process::exit(1)
    }
    for (number, line) in rows.lines().enumerate() {
        match classify(line) {
            Ok(class) => println!("{}", model::CLASS_NAMES[class]),
            Err(error) => {
                println!("row {}: {error}", number + 1);
                process::exit(1)
            }
        }
    }
    process::exit(0)
}

fn classify(line: &str) -> Result<usize, Error> {
    // A value that cannot be read becomes a NaN, which the model refuses.
    let mut values = line.split(',').map(|value| value.trim().parse().unwrap_or(f32::NAN));
    let sample: [f32; model::FEATURES] = core::array::from_fn(|_| values.next().unwrap_or(f32::NAN));
    // The features as recorded: `predict` standardises them.
    model::predict(&sample)
}
