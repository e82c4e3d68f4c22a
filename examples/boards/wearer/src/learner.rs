//! What the main loop does with a window that the wearer has confirmed.

use embedded_storage::nor_flash::NorFlash;
use hingeline::checkpoint::{CheckpointError, Checkpoints};
use hingeline::{Constant, Error, Hinge, Model, Moments, Sgd, SgdStep, Standardiser};

use crate::{CLASSES, FEATURES, PUBLISH, SAVE};

/// Features are clipped to this many standard deviations, whatever a loose contact makes of them.
const LIMIT: f32 = 4.0;

/// The smallest share of a window in the moments: the last few hundred windows count.
const SHARE: f32 = 1.0 / 256.0;

/// The published model: weights, and the scaling that they were trained with. The two are published together.
#[derive(Clone, Debug)]
pub struct Published {
    model: Model<CLASSES, FEATURES>,
    standardiser: Standardiser<FEATURES>,
}

impl Published {
    /// The bytes that a publication copies.
    pub const SIZE: usize = size_of::<Self>();

    /// The class of a window; `None` for a window with a NaN.
    pub fn predict(&self, features: &[f32; FEATURES]) -> Option<usize> {
        let mut x = *features;
        self.standardiser.apply(&mut x);
        self.model.predict(&x).ok()
    }
}

/// A shadow of the published model: it learns, and nobody sees it before it is published.
/// [`Adoption`](hingeline::Adoption) compares the two on windows whose labels are certain; a device whose wearer may be
/// wrong should use it.
#[derive(Debug)]
pub struct Learner {
    shadow: Model<CLASSES, FEATURES>,
    sgd: Sgd<Constant>,
    moments: Moments<FEATURES>,
    standardiser: Option<Standardiser<FEATURES>>,
    /// Confirmed windows, since the start or since the checkpoint that was restored.
    learnt: u32,
}

impl Learner {
    /// A learner that has learnt nothing.
    ///
    /// # Errors
    /// Never: the constants are valid.
    pub fn new() -> Result<Self, Error> {
        let sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.02 })?;
        Ok(Self { shadow: Model::new(), sgd, moments: Moments::forgetting(SHARE)?, standardiser: None, learnt: 0 })
    }

    /// Learns from a window. Before the first publication it only measures the range of the features.
    ///
    /// # Errors
    /// [`Error::NonFiniteFeature`] for a NaN, and the errors of a step. The weights are then unchanged.
    pub fn learn(&mut self, features: &[f32; FEATURES], label: u8) -> Result<Option<SgdStep>, Error> {
        self.moments.observe(features)?;
        self.learnt = self.learnt.saturating_add(1);
        let Some(standardiser) = &self.standardiser else { return Ok(None) };
        let mut x = *features;
        standardiser.apply(&mut x);
        self.sgd.step(&mut self.shadow, &x, label.into()).map(Some)
    }

    /// What to publish, if it is time. From now on, features are scaled by what has been seen so far.
    ///
    /// # Errors
    /// Never, once a window was learnt.
    pub fn publish(&mut self) -> Result<Option<Published>, Error> {
        if !self.learnt.is_multiple_of(PUBLISH) {
            return Ok(None);
        }
        let standardiser = self.moments.freeze()?.clipped(LIMIT)?;
        self.standardiser = Some(standardiser.clone());
        Ok(Some(Published { model: self.shadow.clone(), standardiser }))
    }

    /// Whether it is time for a checkpoint: right after a publication, so that a reset loses only the windows since
    /// then.
    pub const fn is_save_due(&self) -> bool {
        self.learnt.is_multiple_of(SAVE)
    }

    /// Confirmed windows since the start.
    pub const fn learnt(&self) -> u32 {
        self.learnt
    }

    /// The fingerprint of the weights.
    pub fn checksum(&self) -> u64 {
        self.shadow.checksum()
    }

    /// Writes a checkpoint; returns its number.
    ///
    /// # Errors
    /// The errors of [`Checkpoints::save`]. The previous checkpoint is then still there.
    pub fn save<F: NorFlash>(&self, checkpoints: &mut Checkpoints<F>) -> Result<u32, CheckpointError<F::Error>> {
        checkpoints.save(&(&self.shadow, &self.sgd, &self.moments))
    }

    /// Restores the newest checkpoint. Returns its number, and what to publish.
    ///
    /// # Errors
    /// [`CheckpointError::Empty`] at the very first start. After any error the learner is new, or as it was.
    pub fn restore<F: NorFlash>(
        &mut self,
        checkpoints: &mut Checkpoints<F>,
    ) -> Result<(u32, Option<Published>), CheckpointError<F::Error>> {
        let mut target = (&mut self.shadow, &mut self.sgd, &mut self.moments);
        let mut result = checkpoints.load(&mut target);
        if let Err(CheckpointError::Flash(_) | CheckpointError::Cleared) = result {
            // The second call finds the previous record, if this one cannot be read.
            result = checkpoints.load(&mut target);
        }
        let number = result?;
        self.learnt = 0;
        // A checkpoint is written after a publication, so there are moments to freeze.
        Ok((number, self.publish().unwrap_or_default()))
    }
}
