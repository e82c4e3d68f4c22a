//! Data sets as they are stored in flash: records of a label and its features.

use hingeline::Error;

/// Handwritten digits of 8 × 8 pixels; `examples/data/digits/README.md` names the source.
pub static DIGITS: &[u8] = include_bytes!("../../data/digits/train.bin");

/// More digits, for testing.
pub static DIGITS_TEST: &[u8] = include_bytes!("../../data/digits/test.bin");

/// Shoulder exercises of seven wearers; `examples/data/watch_shoulder/README.md` names the source.
pub static WATCH: &[u8] = include_bytes!("../../data/watch_shoulder/train.bin");

/// Windows of three other wearers, and the wearer of each.
static NEW_WINDOWS: &[u8] = include_bytes!("../../data/watch_shoulder/test.bin");
static NEW_WEARERS: &[u8] = include_bytes!("../../data/watch_shoulder/test_wearers.bin");

/// The wearer whose exercises differ most from those of the others.
pub const WEARER_10: u8 = 10;

/// The times between which the wearer confirms wrong labels.
const MISTAKEN: (usize, usize) = (150, 190);

/// The window and the label at this time, counted from 0, in the recording of one wearer.
pub fn wearers_window<const F: usize>(wearer: u8, time: usize) -> Option<([f32; F], u8)> {
    let mut own = NEW_WEARERS.iter().enumerate().filter(|(_, whose)| **whose == wearer);
    let (index, _) = own.nth(time)?;
    let mut window = [0.0; F];
    let label = decode_floats(NEW_WINDOWS, index, &mut window).ok()?;
    Some((window, label as u8))
}

/// Whether the wearer confirms the window at this time; half of them are.
pub const fn is_confirmed(time: usize) -> bool {
    time.is_multiple_of(2)
}

/// The label that the wearer confirms for a window. For a while the watch hangs upside down on the wrist, and the
/// wearer presses the button next to the intended one.
pub const fn confirmed_label(time: usize, label: u8, classes: u8) -> u8 {
    if MISTAKEN.0 <= time && time < MISTAKEN.1 { (label + 1) % classes } else { label }
}

/// Writes the features of a record of bytes, and returns its label.
///
/// # Errors
/// [`Error::IndexOutOfRange`] for a record that does not exist.
pub fn decode_bytes<const F: usize>(records: &[u8], index: usize, x: &mut [f32; F]) -> Result<usize, Error> {
    let record = record(records, index, 1 + F)?;
    let (label, pixels) = record.split_first().ok_or(Error::IndexOutOfRange)?;
    for (x, pixel) in x.iter_mut().zip(pixels) {
        *x = f32::from(*pixel);
    }
    Ok(usize::from(*label))
}

/// The same for a record of binary32, in little-endian order.
///
/// # Errors
/// As [`decode_bytes`].
pub fn decode_floats<const F: usize>(records: &[u8], index: usize, x: &mut [f32; F]) -> Result<usize, Error> {
    let record = record(records, index, 1 + 4 * F)?;
    let (label, values) = record.split_first().ok_or(Error::IndexOutOfRange)?;
    for (x, bytes) in x.iter_mut().zip(values.as_chunks().0) {
        *x = f32::from_le_bytes(*bytes);
    }
    Ok(usize::from(*label))
}

fn record(records: &[u8], index: usize, size: usize) -> Result<&[u8], Error> {
    let start = index.checked_mul(size).ok_or(Error::IndexOutOfRange)?;
    let (_, rest) = records.split_at_checked(start).ok_or(Error::IndexOutOfRange)?;
    Ok(rest.split_at_checked(size).ok_or(Error::IndexOutOfRange)?.0)
}
