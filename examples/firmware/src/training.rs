//! Training on whole data sets: the same on the desktop and on every core, down to the fingerprint of the weights.

use hingeline::kernel::Kernel;
use hingeline::{
    CrammerSinger, Decoded, Error, InverseTime, Loss, Model, Moments, Objective, Order, Samples, Sgd, Softmax,
    Standardiser, Stopped, Weighted, WestonWatkins, class_weights,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::data::{DIGITS, WATCH, decode_bytes, decode_floats};

/// Pixels of a digit.
pub const DIGIT_FEATURES: usize = 64;
/// The digits.
pub const DIGIT_CLASSES: usize = 10;
/// Features of a window of the watch.
pub const WATCH_FEATURES: usize = 30;
/// Exercises.
pub const WATCH_CLASSES: usize = 7;

/// A model of the digits.
pub type Digits<K = hingeline::kernel::Chosen> = Model<DIGIT_CLASSES, DIGIT_FEATURES, K>;
/// A model of the watch's windows.
pub type Watch<K = hingeline::kernel::Chosen> = Model<WATCH_CLASSES, WATCH_FEATURES, K>;

/// Trains on the digits as they are stored in flash, one byte per pixel.
///
/// # Errors
/// Those of the steps.
pub fn digits<K: Kernel>(model: &mut Digits<K>) -> Result<(), Stopped> {
    train(model, HINGE, DIGITS.len() / (1 + DIGIT_FEATURES), |index, x| decode_bytes(DIGITS, index, x))
}

/// Trains on the watch's windows as they are stored in flash, four bytes per feature.
///
/// # Errors
/// Those of the steps.
pub fn watch<K: Kernel>(model: &mut Watch<K>) -> Result<(), Stopped> {
    watch_by(model, HINGE)
}

/// The same by another loss.
///
/// # Errors
/// Those of the steps.
pub fn watch_by<K: Kernel, L: Loss>(model: &mut Watch<K>, loss: L) -> Result<(), Stopped> {
    train(model, loss, WATCH.len() / (1 + 4 * WATCH_FEATURES), |index, x| decode_floats(WATCH, index, x))
}

/// Trains by each loss in turn, and by the hinge with weights for the classes, and returns the fingerprints.
///
/// # Errors
/// Those of the steps.
pub fn watch_by_losses<K: Kernel>(model: &mut Watch<K>) -> Result<[u64; 3], Stopped> {
    let crammer_singer = fresh_watch_by(model, CrammerSinger::new(1.0)?)?;
    let softmax = fresh_watch_by(model, Softmax)?;
    let (mut counts, mut weights) = ([0; WATCH_CLASSES], [0.0; WATCH_CLASSES]);
    let mut buffer = [0.0; WATCH_FEATURES];
    let len = WATCH.len() / (1 + 4 * WATCH_FEATURES);
    Decoded::new(len, &mut buffer, |index, x: &mut [f32; WATCH_FEATURES]| decode_floats(WATCH, index, x))
        .count_classes(&mut counts)?;
    class_weights(&counts, 0.5, &mut weights)?;
    Ok([crammer_singer, softmax, fresh_watch_by(model, Weighted::new(HINGE, &weights)?)?])
}

/// Trains from zero and returns the fingerprint.
fn fresh_watch_by<K: Kernel, L: Loss>(model: &mut Watch<K>, loss: L) -> Result<u64, Stopped> {
    model.load(&[0.0; WATCH_CLASSES * WATCH_FEATURES], &[0.0; WATCH_CLASSES], 1.0)?;
    watch_by(model, loss)?;
    Ok(model.checksum())
}

const HINGE: WestonWatkins = match WestonWatkins::new(1.0) {
    Ok(hinge) => hinge,
    Err(_) => panic!("at compile time"),
};

/// One pass for mean and variance, then two epochs of SGD over samples that are standardised as they are read.
fn train<const C: usize, const F: usize, K: Kernel, L: Loss>(
    model: &mut Model<C, F, K>,
    loss: L,
    len: usize,
    decode: impl Fn(usize, &mut [f32; F]) -> Result<usize, Error>,
) -> Result<(), Stopped> {
    let mut buffer = [0.0; F];
    let standardiser = standardiser(&mut Decoded::new(len, &mut buffer, &decode))?;
    let mut samples = Decoded::new(len, &mut buffer, |index, x: &mut [f32; F]| {
        let label = decode(index, x)?;
        standardiser.apply(x);
        Ok(label)
    });
    let mut order = Order::new(len, &mut XorShiftRng::seed_from_u64(1))?;
    let mut sgd = Sgd::new(Objective::of(loss, 1e-3)?, InverseTime { rate: 0.02, decay: 1e-4 })?;
    for _ in 0..2 {
        sgd.epoch(model, &mut samples, &mut order)?;
    }
    Ok(())
}

fn standardiser<const F: usize>(samples: &mut impl Samples<F>) -> Result<Standardiser<F>, Stopped> {
    let mut moments = Moments::new();
    for index in 0..samples.len() {
        let (x, _) = samples.sample(index)?;
        moments.observe(x)?;
    }
    Ok(moments.freeze()?)
}
