//! A linear classifier of 10 classes over 64 features, written by `hingeline export`, not by hand.
//!
//! Weights 92c858cc55a67800 in binary32 before they were written.

use hingeline::Error;
use hingeline::integer::{ByteInputs, ByteModel, InputScale};

/// The classes.
pub const CLASSES: usize = 10;
/// The features of a sample.
pub const FEATURES: usize = 64;

/// The names of the classes, in the order of the scores.
pub static CLASS_NAMES: [&str; CLASSES] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
/// The names of the features.
pub static FEATURE_NAMES: [&str; FEATURES] = ["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "x31", "x32", "x33", "x34", "x35", "x36", "x37", "x38", "x39", "x40", "x41", "x42", "x43", "x44", "x45", "x46", "x47", "x48", "x49", "x50", "x51", "x52", "x53", "x54", "x55", "x56", "x57", "x58", "x59", "x60", "x61", "x62", "x63"];

const fn scale(zero: i16, factor: u16) -> InputScale {
    match InputScale::new(zero, factor) {
        Ok(scale) => scale,
        Err(_) => panic!(),
    }
}

/// The scales that turn raw features into inputs.
#[rustfmt::skip]
pub static SCALES: [InputScale; FEATURES] = [scale(0, 0), scale(0, 9213), scale(5, 1727), scale(12, 1927), scale(12, 1925), scale(6, 1447), scale(2, 2311), scale(0, 7238), scale(0, 16383), scale(2, 2617), scale(10, 1516), scale(12, 2069), scale(10, 1726), scale(8, 1367), scale(2, 2185), scale(0, 9077), scale(0, 16383), scale(3, 2284), scale(10, 1436), scale(7, 1410), scale(7, 1330), scale(8, 1339), scale(2, 2361), scale(0, 16383), scale(0, 16383), scale(3, 2610), scale(9, 1333), scale(9, 1387), scale(10, 1329), scale(7, 1380), scale(2, 2208), scale(0, 16383), scale(0, 0), scale(2, 2404), scale(8, 1317), scale(9, 1312), scale(10, 1390), scale(9, 1404), scale(3, 2415), scale(0, 0), scale(0, 16383), scale(2, 2846), scale(7, 1258), scale(7, 1285), scale(8, 1310), scale(8, 1434), scale(3, 1893), scale(0, 16383), scale(0, 16383), scale(1, 4430), scale(8, 1446), scale(9, 1582), scale(9, 1533), scale(9, 1378), scale(4, 1640), scale(0, 7899), scale(0, 16383), scale(0, 9141), scale(6, 1610), scale(12, 1898), scale(12, 1676), scale(7, 1360), scale(2, 1879), scale(0, 4146)];

#[rustfmt::skip]
static WEIGHTS: [i8; CLASSES * FEATURES] = [
    0, 0, 0, 1, 1, -2, -2, -2, -7, -1, 1, 1, 0, 2, -1, -2, -14, 0, 1, -1, -2, 2, 1, 0, -14, 1, 0, -3, -5, -1, 3, 1, 0, 3, 1, -4, -5, 0, 2, 0, -8, 0, 2, -2, -2, 1, 0, 0, 0, 0, 2, 3, 1, 1, -1, 0, 1, 1, 0, 0, 0, -1, -1, 0,
    0, -1, -1, -1, -3, 1, -1, -2, -10, -3, -5, 0, 1, 1, -1, -2, 62, -1, -1, 7, 4, 0, -1, -1, 97, 3, 2, 6, 2, -1, -1, 1, 0, -1, 1, 1, 1, -1, -1, 0, -8, -3, -1, 1, 2, -3, -3, -2, 0, -1, -2, 1, 2, 0, -2, 4, 1, 0, -1, -2, 2, 1, 0, 3,
    0, 0, 0, 1, 0, -1, -1, -2, 17, 3, 1, -2, 2, -1, 0, -2, -11, 0, -3, -3, 1, 0, 1, -1, -14, -2, -5, -6, 0, -1, -1, 0, 0, -1, -4, -1, 0, -4, -2, 0, 0, 0, 0, 5, -2, -5, -1, 0, 0, 1, 2, 5, 3, 3, 3, 0, 0, 2, 1, 1, 1, 3, 4, 2,
    0, 1, 0, 1, 3, 1, 0, -2, -8, 2, 1, -2, 0, 1, 2, -1, 0, 1, -5, -4, 2, -1, 0, -1, -15, -3, -7, -2, 2, -4, -3, 0, 0, -2, -4, -2, 3, 1, -1, 0, 0, 0, -3, -5, -2, 4, 3, 0, 0, 0, 0, -1, -1, 2, 3, 0, 0, 2, 1, 2, 1, 1, 1, -1,
    0, 0, -2, -3, 0, -3, -2, -1, -7, -1, -3, 1, -1, -5, -1, 2, -14, -1, 0, 2, 0, -1, 1, 4, 48, 2, 2, -1, 0, 1, 3, 53, 0, 5, 3, 1, 2, 2, 2, 0, 34, 5, 1, 3, 3, 0, 0, 0, 0, 0, -3, -1, 2, -4, -2, -1, 1, 0, -1, -2, 0, -3, -1, 0,
    0, 2, 5, 0, 0, 4, 4, -2, -4, 2, 3, 0, 0, 0, 0, -1, -14, 1, 3, 1, -3, -5, -3, -1, -42, 4, 3, 2, -1, -1, -2, 0, 0, 1, 1, -3, -2, 2, 2, 0, 0, -1, -3, -3, 0, 2, 0, 0, 0, -1, -1, -3, 2, 0, -1, -1, 0, 1, 4, 3, 0, -2, -2, -1,
    0, -1, -2, 0, -1, 0, -1, -2, -7, -2, -1, 2, -2, -1, 0, -1, -14, -1, 2, 2, -3, -4, -1, 0, -14, 0, 3, 0, -3, -2, -1, 1, 0, 3, 4, 1, 0, 1, 0, 0, -8, 0, 4, 1, 0, 2, 2, 2, 0, 0, 2, 3, 0, 2, 1, 0, 1, 0, -1, 0, 2, 2, 1, 0,
    0, -1, 1, 2, 1, 1, 3, 13, -7, -1, 1, 3, 2, 0, 0, 8, -14, -2, -4, -3, 1, 1, 0, 1, -14, -3, -1, -3, 0, 3, 3, -31, 0, 0, 1, 0, 1, 4, 4, 0, -8, 2, -1, 2, 1, -3, -1, 0, 0, -1, -2, 2, -3, -5, -1, 0, 0, -2, 0, -1, -5, -3, -1, 0,
    0, 0, -1, -2, 0, 1, -3, -1, 39, 0, 2, -2, -1, 3, -1, -1, 35, 2, 4, 1, -1, 3, 1, -1, -17, -2, 0, 5, 2, 0, -2, -2, 0, -4, -1, 7, 3, -5, -6, 0, -1, -1, 5, 1, 2, 3, -1, -1, 0, 1, 4, -4, -3, 2, 0, -2, -2, -1, -2, 0, 1, 1, -1, -2,
    0, 0, 0, 1, -2, -2, 2, -1, -8, 0, 0, 0, -1, 2, 2, -1, -15, 0, 4, -2, 0, 5, 2, -1, -15, -1, 3, 3, 3, 6, 0, -21, 0, -4, -2, 0, -2, 1, 0, 0, 0, -2, -4, -4, -4, -1, 1, 0, 0, 0, -2, -4, -4, -1, 1, 0, 0, -2, 1, -1, 0, 0, 0, -1,
];
static BIAS: [i32; CLASSES] = [-29, -66, -54, 19, -80, 57, -16, -89, 180, 78];

/// The weights, of inputs.
pub static MODEL: ByteModel<'static> = match ByteModel::from_parts(&WEIGHTS, &BIAS, FEATURES, 4) {
    Ok(model) => model,
    Err(_) => panic!(),
};

/// The class of a sample's raw features.
///
/// # Errors
/// Never: the shapes agree.
pub fn predict(raw: &[u8; FEATURES]) -> Result<usize, Error> {
    MODEL.predict(ByteInputs::scaled(raw, &SCALES, &mut [0; FEATURES])?)
}

/// The score of each class, from a sample's raw features.
///
/// # Errors
/// Never: the shapes agree.
pub fn scores(raw: &[u8; FEATURES], scores: &mut [i32; CLASSES]) -> Result<(), Error> {
    MODEL.scores(ByteInputs::scaled(raw, &SCALES, &mut [0; FEATURES])?, scores)
}
