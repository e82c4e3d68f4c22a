//! Runs the models that `hingeline export` wrote: those of the digits on their test part, and those of windows on
//! recordings, reading by reading. For each, the fingerprint of all scores and the number recognised are the same as on
//! the desktop.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use exported::{bytes, floats, integers, windows, windows_integers};
use hingeline::Error;
use hingeline::signal::{Hold, Votes};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use hingeline_firmware::data::DIGITS_TEST;

// In the program and not in the library: otherwise the compiler would generate different code for the other programs.
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
    exit(evaluate().is_ok())
}

fn evaluate() -> Result<(), Error> {
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
    })?;
    over_recordings()
}

/// FNV-1a of no bytes.
const NOTHING: u64 = 0xcbf2_9ce4_8422_2325;

/// Adds scores as little-endian bytes.
fn add_to(hash: &mut u64, scores: &[u32]) {
    for byte in scores.iter().flat_map(|score| score.to_le_bytes()) {
        *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
}

/// The recordings of a wearer that the models have not seen, by the name of the exercise.
static RECORDINGS: [(&str, &str); 7] = [
    ("ABD", include_str!("../../../data/recordings/test/ABD_10.csv")),
    ("ER", include_str!("../../../data/recordings/test/ER_10.csv")),
    ("FEL", include_str!("../../../data/recordings/test/FEL_10.csv")),
    ("IR", include_str!("../../../data/recordings/test/IR_10.csv")),
    ("PEN", include_str!("../../../data/recordings/test/PEN_10.csv")),
    ("ROW", include_str!("../../../data/recordings/test/ROW_10.csv")),
    ("TRAP", include_str!("../../../data/recordings/test/TRAP_10.csv")),
];

/// The readings of a recording, as a sensor would deliver them.
fn readings(text: &str) -> impl Iterator<Item = [i16; windows::AXES]> {
    text.lines().skip(1).map(|line| {
        let mut values = line.split(',').map(|value| value.parse().unwrap_or_default());
        core::array::from_fn(|_| values.next().unwrap_or_default())
    })
}

/// The results for windows: FNV-1a of all scores, the windows recognised, and those whose answer by votes is right.
struct Tally {
    hash: u64,
    recognised: u32,
    answered: u32,
    votes: Votes<5>,
    hold: Hold,
}

impl Tally {
    fn new() -> Result<Self, Error> {
        let (hash, recognised, answered) = (NOTHING, 0, 0);
        Ok(Self { hash, recognised, answered, votes: Votes::new(3)?, hold: Hold::new(1) })
    }

    fn add(&mut self, scores: &[u32], class: usize, name: &str) {
        add_to(&mut self.hash, scores);
        let is_right = |class: &usize| windows::CLASS_NAMES.get(*class) == Some(&name);
        self.recognised += u32::from(is_right(&class));
        self.answered += u32::from(self.hold.push(self.votes.push(Some(class))).as_ref().is_some_and(is_right));
    }

    /// Called when a recording ends.
    fn clear(&mut self) {
        self.votes.clear();
        self.hold.clear();
    }
}

fn over_recordings() -> Result<(), Error> {
    let (mut of_floats, mut of_integers) = (Tally::new()?, Tally::new()?);
    for (name, text) in &RECORDINGS {
        let (mut window, mut whole) = (windows::SensorWindow::new(), windows_integers::SensorWindow::new());
        for reading in readings(text) {
            if window.push(&reading.map(f32::from))? {
                let (mut x, mut scores) = ([0.0; windows::FEATURES], [0.0; windows::CLASSES]);
                window.features(&mut x)?;
                windows::scores(&x, &mut scores)?;
                of_floats.add(&scores.map(f32::to_bits), windows::classify(&window)?.0, name);
            }
            if whole.push(&reading)? {
                let (mut x, mut scores) = ([0; windows_integers::FEATURES], [0; windows::CLASSES]);
                whole.features(&mut x)?;
                windows_integers::scores(&x, &mut scores)?;
                of_integers.add(&scores.map(i32::cast_unsigned), windows_integers::classify(&whole)?.0, name);
            }
        }
        of_floats.clear();
        of_integers.clear();
    }
    for (name, Tally { hash, recognised, answered, .. }) in [("windows", of_floats), ("whole", of_integers)] {
        println!("{name} {hash:016x} {recognised} {answered}");
    }
    Ok(())
}

/// Prints FNV-1a of all scores, as little-endian bytes, and the number of digits recognised.
fn over(
    name: &str,
    mut scores_of: impl FnMut(&[u8; FEATURES]) -> Result<([u32; CLASSES], usize), Error>,
) -> Result<(), Error> {
    let (mut hash, mut recognised) = (NOTHING, 0);
    for record in DIGITS_TEST.chunks_exact(1 + FEATURES) {
        let Some((label, pixels)) = record.split_first() else { continue };
        let pixels = pixels.first_chunk().ok_or(Error::ShapeMismatch)?;
        let (scores, class) = scores_of(pixels)?;
        add_to(&mut hash, &scores);
        recognised += u32::from(class == usize::from(*label));
    }
    println!("{name} {hash:016x} {recognised}");
    Ok(())
}
