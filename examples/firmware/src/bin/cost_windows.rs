//! The costs of windows: of a reading, and of the features of a window of 64 readings of three axes by four lists, in
//! binary32 and in 16-bit integers. Each is called once.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[path = "../windowed.rs"]
mod windowed;

use core::hint::black_box;

use hingeline::Error;
use hingeline::signal::{Features, Report};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use windowed::{
    AXES, BANDS, Bands, Half, LEN, PAIRS, PLAIN, Pairs, Plain, RawBands, RawPairs, RawPlain, RawTime, TIME, Time, raw,
    reading,
};

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[inline(never)]
fn floats_push(window: &mut Half<Plain>, reading: &[f32; AXES]) -> Result<bool, Error> {
    window.push(reading)
}

#[inline(never)]
fn floats_plain(window: &Half<Plain>, x: &mut [f32; PLAIN]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn floats_time(window: &Half<Time>, x: &mut [f32; TIME]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn floats_bands(window: &Half<Bands>, x: &mut [f32; BANDS]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn floats_pairs(window: &Half<Pairs>, x: &mut [f32; PAIRS]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_push(window: &mut Half<RawPlain>, reading: &[i16; AXES]) -> Result<bool, Error> {
    window.push(reading)
}

#[inline(never)]
fn integers_plain(window: &Half<RawPlain>, x: &mut [i16; PLAIN]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_time(window: &Half<RawTime>, x: &mut [i16; TIME]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_bands(window: &Half<RawBands>, x: &mut [i16; BANDS]) -> Result<Report, Error> {
    window.features(x)
}

#[inline(never)]
fn integers_pairs(window: &Half<RawPairs>, x: &mut [i16; PAIRS]) -> Result<Report, Error> {
    window.features(x)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    exit(measure().is_ok())
}

/// A full window whose oldest reading is not the first in its memory.
fn full<L: Features>(at: impl Fn(usize) -> [L::Reading; AXES]) -> Result<Half<L>, Error> {
    let mut window = Half::new();
    for time in 0..LEN + 20 {
        window.push(&at(time))?;
    }
    Ok(window)
}

fn measure() -> Result<(), Error> {
    let mut plain = full(reading)?;
    floats_push(&mut plain, black_box(&reading(LEN)))?;
    floats_plain(black_box(&plain), &mut [0.0; PLAIN])?;
    floats_time(black_box(&full(reading)?), &mut [0.0; TIME])?;
    floats_bands(black_box(&full(reading)?), &mut [0.0; BANDS])?;
    floats_pairs(black_box(&full(reading)?), &mut [0.0; PAIRS])?;
    let mut plain = full(raw)?;
    integers_push(&mut plain, black_box(&raw(LEN)))?;
    integers_plain(black_box(&plain), &mut [0; PLAIN])?;
    integers_time(black_box(&full(raw)?), &mut [0; TIME])?;
    integers_bands(black_box(&full(raw)?), &mut [0; BANDS])?;
    integers_pairs(black_box(&full(raw)?), &mut [0; PAIRS])?;
    let (of_floats, of_integers) = (Half::<Plain>::SIZE, Half::<RawPlain>::SIZE);
    println!("floats {of_floats} integers {of_integers} checksum {:016x}", windowed::fingerprint()?);
    Ok(())
}
