//! Learning from one wearer: what the device does with a window, and what a desktop does that replays its log.

use hingeline::{Constant, Error, Hinge, Model, Reservoir, Samples, Sgd, SgdStep, random};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::pretrained::{CLASSES, FEATURES, MODEL, STANDARDISER};

/// Windows kept to be learned from again, so that today's exercise does not push yesterday's out of the weights.
pub const KEPT: usize = 32;

/// The model as it adapts, and all that decides how.
#[derive(Debug)]
pub struct Learner {
    model: Model<CLASSES, FEATURES>,
    sgd: Option<Sgd<Constant>>,
    kept: Reservoir<FEATURES, KEPT>,
    rng: Option<XorShiftRng>,
}

impl Learner {
    /// One that has seen nothing: a `static` of it takes no flash.
    pub const fn new() -> Self {
        Self { model: Model::new(), sgd: None, kept: Reservoir::new(), rng: None }
    }

    /// Starts from the weights in flash. The seed decides all draws.
    ///
    /// # Errors
    /// None for the constants that these are.
    pub fn start(&mut self, seed: u64) -> Result<(), Error> {
        self.model.copy_from(&MODEL);
        self.sgd = Some(Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.02 })?);
        self.rng = Some(XorShiftRng::seed_from_u64(seed));
        Ok(())
    }

    /// The model as it is now, for standardised windows.
    pub const fn model(&self) -> &Model<CLASSES, FEATURES> {
        &self.model
    }

    /// The exercise that a window of the sensor shows.
    ///
    /// # Errors
    /// [`Error::NonFiniteScore`] for a window with a NaN in it.
    pub fn predict(&self, window: &[f32; FEATURES]) -> Result<usize, Error> {
        let mut x = *window;
        STANDARDISER.apply(&mut x);
        self.model.predict(&x)
    }

    /// Learns from a window whose exercise is known, and once more from one of those that it kept.
    ///
    /// # Errors
    /// What a step refuses; nothing has changed then, but for the first step if it was the second.
    pub fn learn(&mut self, window: &[f32; FEATURES], label: u8) -> Result<SgdStep, Error> {
        let (Some(sgd), Some(rng)) = (&mut self.sgd, &mut self.rng) else { return Err(Error::InvalidState) };
        let mut x = *window;
        STANDARDISER.apply(&mut x);
        let step = sgd.step(&mut self.model, &x, label.into())?;
        self.kept.offer(&x, label, rng)?;
        let again = random::index(rng, self.kept.len() as u32) as usize;
        let (x, label) = self.kept.sample(again)?;
        sgd.step(&mut self.model, x, label)?;
        Ok(step)
    }
}

impl Default for Learner {
    fn default() -> Self {
        Self::new()
    }
}
