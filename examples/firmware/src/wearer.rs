//! Learning from one wearer: the device's work on a window, which a desktop repeats when it replays the log.
//!
//! A shadow model learns. The model that answers adopts it at a review, if the shadow recognises windows with certain
//! labels as well as before, within a tolerance.

use hingeline::{
    Adoption, Constant, Decoded, Error, Hinge, Model, Reservoir, Review, Samples, Sgd, SgdStep, Stopped, random,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use super::data::{WATCH, decode_floats};
use super::pretrained::{CLASSES, FEATURES, MODEL, STANDARDISER};

/// Windows kept for learning from again, so that today's exercise does not displace yesterday's in the weights.
pub const KEPT: usize = 32;

/// Confirmed windows between two reviews.
pub const REVIEW: usize = 8;

/// One in this many windows in flash is part of the review.
const STRIDE: usize = 16;

/// The bytes of a window in flash: its label and its features.
const RECORD: usize = 1 + 4 * FEATURES;

/// The number of windows in the review.
const TRUSTED: usize = WATCH.len() / RECORD / STRIDE;

/// Windows of the wearers that the weights were trained on. The compiler copies them, so that the others take no flash.
static TRUSTED_WINDOWS: [[u8; RECORD]; TRUSTED] = {
    let (mut windows, mut window) = ([[0; RECORD]; TRUSTED], 0);
    while window < TRUSTED {
        let mut byte = 0;
        while byte < RECORD {
            windows[window][byte] = WATCH[window * STRIDE * RECORD + byte];
            byte += 1;
        }
        window += 1;
    }
    windows
};

/// The accuracy that a review may cost on the windows of other wearers, since the model is to improve for this one.
/// Each review may cost that much.
pub const TOLERANCE: f32 = 0.04;

/// A tolerance that lets nearly everything pass: a device without a guard.
pub const UNGUARDED: f32 = 0.99;

/// The models as they adapt, and all state that the adaptation depends on.
#[derive(Debug)]
pub struct Learner {
    published: Model<CLASSES, FEATURES>,
    shadow: Model<CLASSES, FEATURES>,
    sgd: Option<Sgd<Constant>>,
    kept: Reservoir<CLASSES, FEATURES, KEPT>,
    /// The windows learned from since the last review, which are kept if the review adopts the shadow.
    recent: Reservoir<CLASSES, FEATURES, REVIEW>,
    rng: Option<XorShiftRng>,
}

impl Learner {
    /// A learner that has seen nothing: a `static` of it takes no flash.
    pub const fn new() -> Self {
        Self {
            published: Model::new(),
            shadow: Model::new(),
            sgd: None,
            kept: Reservoir::new(),
            recent: Reservoir::new(),
            rng: None,
        }
    }

    /// Starts from the weights in flash. The seed determines all draws.
    ///
    /// # Errors
    /// None for these constants.
    pub fn start(&mut self, seed: u64) -> Result<(), Error> {
        self.published.copy_from(&MODEL);
        self.shadow.copy_from(&MODEL);
        self.sgd = Some(Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.02 })?);
        self.rng = Some(XorShiftRng::seed_from_u64(seed));
        Ok(())
    }

    /// The model that answers, for standardised windows.
    pub const fn model(&self) -> &Model<CLASSES, FEATURES> {
        &self.published
    }

    /// The exercise in a window of the sensor.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] for a window that contains a NaN.
    pub fn predict(&self, window: &[f32; FEATURES]) -> Result<usize, Error> {
        let mut x = *window;
        STANDARDISER.apply(&mut x);
        self.published.predict(&x)
    }

    /// Learns from a window whose exercise is known, and once more from one of the kept windows.
    ///
    /// # Errors
    /// Those of the steps. Nothing has changed then, except by the first step if the second one failed.
    pub fn learn(&mut self, window: &[f32; FEATURES], label: u8) -> Result<SgdStep, Error> {
        let (Some(sgd), Some(rng)) = (&mut self.sgd, &mut self.rng) else { return Err(Error::InvalidState) };
        let mut x = *window;
        STANDARDISER.apply(&mut x);
        let step = sgd.step(&mut self.shadow, &x, label.into())?;
        self.recent.offer(&x, label, rng)?;
        // Nothing is kept before the first review.
        if self.kept.len() > 0 {
            let again = random::index(rng, self.kept.len() as u32) as usize;
            let (x, label) = self.kept.sample(again)?;
            sgd.step(&mut self.shadow, x, label)?;
        }
        Ok(step)
    }

    /// Whether enough has been learned for a review.
    pub const fn is_review_due(&self) -> bool {
        self.recent.seen() >= REVIEW as u32
    }

    /// Publishes the shadow or reverts it. After a revert, the windows learned from since the last review are not kept.
    ///
    /// # Errors
    /// Those of [`Adoption`], and [`Error::InvalidState`] before [`start`](Self::start).
    pub fn review(&mut self, tolerance: f32) -> Result<Review, Stopped> {
        let rng = self.rng.as_mut().ok_or(Error::InvalidState)?;
        let mut buffer = [0.0; FEATURES];
        let mut trusted = Decoded::new(TRUSTED, &mut buffer, trusted_window);
        let review = Adoption::new(tolerance)?.review(&mut self.shadow, &mut self.published, &mut trusted)?;
        if review.adopted {
            let (features, labels, _) = self.recent.parts();
            for (x, label) in features.iter().zip(labels) {
                self.kept.offer(x, *label, rng)?;
            }
        }
        self.recent.clear();
        Ok(review)
    }

    /// Folds the scale while there is time, so that no window of the next hours takes the longest step. Returns a
    /// number of windows that certainly come before one that does.
    ///
    /// # Errors
    /// [`Error::InvalidState`] before [`start`](Self::start).
    pub fn rest(&mut self) -> Result<u64, Error> {
        let sgd = self.sgd.as_ref().ok_or(Error::InvalidState)?;
        sgd.fold(&mut self.shadow);
        // Each window is two steps.
        Ok(sgd.steps_until_fold(&self.shadow) / 2)
    }
}

impl Default for Learner {
    fn default() -> Self {
        Self::new()
    }
}

/// Standardises a window in flash, and returns its label.
fn trusted_window(index: usize, x: &mut [f32; FEATURES]) -> Result<usize, Error> {
    let label = decode_floats(TRUSTED_WINDOWS.as_flattened(), index, x)?;
    STANDARDISER.apply(x);
    Ok(label)
}
