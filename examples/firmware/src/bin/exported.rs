//! Runs the models that `hingeline export` wrote on the test part of the digits. A fingerprint of all scores of each is
//! the desktop's, and so is what is recognised.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use exported::{bytes, floats, integers};
use hingeline::Error;
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use hingeline_firmware::data::DIGITS_TEST;

// In the program and not in the library, whose other programs would be compiled to other code.
#[rustfmt::skip]
#[path = "../exported/mod.rs"]
#[allow(dead_code, reason = "a program need not use all that is written")]
mod exported;

const CLASSES: usize = floats::CLASSES;
const FEATURES: usize = floats::FEATURES;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    exit(judge().is_ok())
}

fn judge() -> Result<(), Error> {
    over("floats", |pixels| {
        let (x, mut scores) = (pixels.map(f32::from), [0.0; CLASSES]);
        floats::scores(&x, &mut scores)?;
        Ok((scores.map(f32::to_bits), floats::predict(&x)?))
    })?;
    over("integers", |pixels| {
        let mut scores = [0; CLASSES];
        integers::scores(pixels, &mut scores)?;
        Ok((scores.map(i32::cast_unsigned), integers::predict(pixels)?))
    })?;
    over("bytes", |pixels| {
        let mut scores = [0; CLASSES];
        bytes::scores(pixels, &mut scores)?;
        Ok((scores.map(i32::cast_unsigned), bytes::predict(pixels)?))
    })
}

/// Prints FNV-1a of all scores, as little-endian bytes, and how many of the digits are recognised.
fn over(
    name: &str,
    mut scores_of: impl FnMut(&[u8; FEATURES]) -> Result<([u32; CLASSES], usize), Error>,
) -> Result<(), Error> {
    let (mut hash, mut recognised) = (0xcbf2_9ce4_8422_2325_u64, 0);
    for record in DIGITS_TEST.chunks_exact(1 + FEATURES) {
        let Some((label, pixels)) = record.split_first() else { continue };
        let pixels = pixels.first_chunk().ok_or(Error::ShapeMismatch)?;
        let (scores, class) = scores_of(pixels)?;
        for byte in scores.iter().flat_map(|score| score.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        recognised += u32::from(class == usize::from(*label));
    }
    println!("{name} {hash:016x} {recognised}");
    Ok(())
}
