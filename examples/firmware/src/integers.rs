//! Training in integers: the same on the desktop and on every core, down to the fingerprint of the weights.

use hingeline::integer::{Decoded, Halving, Hinge, InputScale, Model, Moments, Sgd, SgdEpoch, Sums};
use hingeline::kernel::Kernel;
use hingeline::{Error, Order, Stopped};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::data::DIGITS;
use crate::training::{DIGIT_CLASSES, DIGIT_FEATURES};

/// A model of the digits.
pub type Digits<K = hingeline::kernel::Chosen> = Model<DIGIT_CLASSES, DIGIT_FEATURES, K>;

/// A `const`, so that no floating-point code is linked into the firmware.
const HINGE: Hinge = match Hinge::new(1.0, 1e-4) {
    Ok(hinge) => hinge,
    Err(_) => panic!("at compile time"),
};

/// One pass for mean and deviation, then two epochs over the bytes as they are stored in flash. Returns the report of
/// the last epoch.
///
/// # Errors
/// Those of the steps.
pub fn digits<K: Kernel>(model: &mut Digits<K>) -> Result<SgdEpoch, Stopped> {
    let len = DIGITS.len() / (1 + DIGIT_FEATURES);
    let (mut sums, mut scales) = ([Sums::ZERO; DIGIT_FEATURES], [InputScale::ZERO; DIGIT_FEATURES]);
    let mut moments = Moments::<u8>::new(&mut sums);
    for index in 0..len {
        let (_, pixels) = record(index)?;
        moments.observe(pixels)?;
    }
    moments.freeze(&mut scales)?;

    let (mut raw, mut buffer) = ([0_u8; DIGIT_FEATURES], [0; DIGIT_FEATURES]);
    let mut samples = Decoded::new(len, &scales, &mut raw, &mut buffer, |index, raw: &mut [u8]| {
        let (label, pixels) = record(index)?;
        raw.iter_mut().zip(pixels).for_each(|(raw, pixel)| *raw = *pixel);
        Ok(label)
    });
    let mut order = Order::new(len, &mut XorShiftRng::seed_from_u64(1))?;
    let mut sgd = Sgd::new(HINGE, Halving { exponent: 7, period: 13, last: 12 })?;
    sgd.epoch(model, &mut samples, &mut order)?;
    sgd.epoch(model, &mut samples, &mut order)
}

/// Label and pixels of a record.
fn record(index: usize) -> Result<(usize, &'static [u8]), Error> {
    let record = DIGITS.as_chunks::<{ 1 + DIGIT_FEATURES }>().0.get(index).ok_or(Error::IndexOutOfRange)?;
    let (label, pixels) = record.split_first().ok_or(Error::IndexOutOfRange)?;
    Ok((usize::from(*label), pixels))
}
