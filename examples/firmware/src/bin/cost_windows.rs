//! What windows cost: a reading, and the features of a window of 64 readings of three axes by four lists, in binary32 and in integers of 16
//! bits. Each is called once.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[path = "../windowed.rs"]
mod windowed;

use core::hint::black_box;

use hingeline::Error;
use hingeline::signal::{Axis, Features, Reading, Report};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use windowed::{AXES, BANDS, Bands, Half, LEN, PAIRS, PLAIN, Pairs, Plain, TIME, Time, empty, raw, reading};

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[inline(never)]
fn floats_push(window: &mut Half<f32, Plain>, reading: &[f32; AXES]) -> Result<bool, Error> {
    window.push(reading)
}

#[inline(never)]
fn floats_plain(window: &Half<f32, Plain>, x: &mut [f32; PLAIN]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn floats_time(window: &Half<f32, Time>, x: &mut [f32; TIME]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn floats_bands(window: &Half<f32, Bands>, x: &mut [f32; BANDS]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn floats_pairs(window: &Half<f32, Pairs>, x: &mut [f32; PAIRS]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_push(window: &mut Half<i16, Plain>, reading: &[i16; AXES]) -> Result<bool, Error> {
    window.push(reading)
}

#[inline(never)]
fn integers_plain(window: &Half<i16, Plain>, x: &mut [i16; PLAIN]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_time(window: &Half<i16, Time>, x: &mut [i16; TIME]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_bands(window: &Half<i16, Bands>, x: &mut [i16; BANDS]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_pairs(window: &Half<i16, Pairs>, x: &mut [i16; PAIRS]) -> Result<Report, Error> {
    window.features(x)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    exit(measure().is_ok())
}

/// A window that is full, and not from its place of birth on.
fn full<R: Reading, L: Features>(axis: Axis<R>, at: impl Fn(usize) -> [R; AXES]) -> Result<Half<R, L>, Error> {
    let mut window = empty(axis)?;
    for time in 0..LEN + 20 {
        window.push(&at(time))?;
    }
    Ok(window)
}

fn measure() -> Result<(), Error> {
    let (floats, integers) = (Axis::<f32>::new().noise(0.02)?, Axis::<i16>::new().noise(20)?);
    let mut plain = full::<f32, Plain>(floats, reading)?;
    floats_push(&mut plain, black_box(&reading(LEN)))?;
    floats_plain(black_box(&plain), &mut [0.0; PLAIN])?;
    floats_time(black_box(&full(floats, reading)?), &mut [0.0; TIME])?;
    floats_bands(black_box(&full(floats, reading)?), &mut [0.0; BANDS])?;
    floats_pairs(black_box(&full(floats, reading)?), &mut [0.0; PAIRS])?;
    let mut plain = full::<i16, Plain>(integers, raw)?;
    integers_push(&mut plain, black_box(&raw(LEN)))?;
    integers_plain(black_box(&plain), &mut [0; PLAIN])?;
    integers_time(black_box(&full(integers, raw)?), &mut [0; TIME])?;
    integers_bands(black_box(&full(integers, raw)?), &mut [0; BANDS])?;
    integers_pairs(black_box(&full(integers, raw)?), &mut [0; PAIRS])?;
    let (of_floats, of_integers) = (Half::<f32, Plain>::SIZE, Half::<i16, Plain>::SIZE);
    println!("floats {of_floats} integers {of_integers} checksum {:016x}", windowed::fingerprint()?);
    Ok(())
}
