//! Whether a learnt model is good enough to be used.

use crate::error::{Error, Stopped};
use crate::kernel::{KEY, Kernel};
use crate::model::{AnyModel, SamplesOf, Storage};

/// Guards the model in use against what a device learns in the field.
///
/// The device learns into a second model, the shadow. From time to time a [`review`](Self::review) counts how many of
/// some kept samples each of the two recognises. If the shadow is no worse, within a tolerance, it is published: copied
/// to the model in use. Otherwise the shadow is reset to the published model, and what it has learnt since is lost:
/// wrong labels, a broken sensor, a learning rate that was too high.
///
/// Keep samples of all classes whose labels are certain, some tens of each: with 50 samples, the accuracy is known to
/// ± 6 % at best. A [`Reservoir`](crate::Reservoir) will do, as long as it is not filled with samples whose labels are
/// in doubt. With a tolerance above 0 each review may lose a little, and many reviews may lose much; with 0 none loses
/// anything on these samples.
///
/// ```
/// use hingeline::{Adoption, Constant, Hinge, Model, Sgd, Slices};
///
/// let mut kept = Slices::new(&[[1.0], [-1.0]], &[0u8, 1])?;
/// let (mut shadow, mut published) = (Model::<2, 1>::new(), Model::new());
/// let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: 0.5 })?;
/// let adoption = Adoption::new(0.0)?;
///
/// sgd.step(&mut shadow, &[1.0], 0)?;
/// assert!(adoption.review(&mut shadow, &mut published, &mut kept)?.adopted);
///
/// // Someone teaches it nonsense.
/// for _ in 0..10 {
///     sgd.step(&mut shadow, &[1.0], 1)?;
/// }
/// assert!(!adoption.review(&mut shadow, &mut published, &mut kept)?.adopted);
/// assert_eq!(shadow.predict(&[1.0])?, 0);
/// # Ok::<(), hingeline::Stopped>(())
/// ```
///
/// # Cost
/// A second model and the kept samples. A review scores each of these samples twice; scratch: `C` scores.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Adoption {
    tolerance: f32,
}

/// The outcome of a review by an [`Adoption`].
///
/// ```
/// let review = hingeline::Review { adopted: true, shadow_correct: 9, published_correct: 8, samples: 10 };
/// assert!(review.adopted);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use]
pub struct Review {
    /// Whether the shadow was published; otherwise it was reset.
    pub adopted: bool,
    /// The number of kept samples that the shadow recognised, before it was reset, if it was.
    pub shadow_correct: usize,
    /// The number that the published model recognised, before the shadow replaced it, if it did.
    pub published_correct: usize,
    /// The number of kept samples.
    pub samples: usize,
}

impl Adoption {
    /// A guard that accepts an accuracy lower by at most this fraction.
    ///
    /// # Errors
    /// [`Error::InvalidTolerance`] unless the tolerance is at least 0 and below 1.
    ///
    /// ```
    /// use hingeline::{Adoption, Error};
    /// assert_eq!(Adoption::new(-0.1), Err(Error::InvalidTolerance));
    /// ```
    pub const fn new(tolerance: f32) -> Result<Self, Error> {
        if tolerance >= 0.0 && tolerance < 1.0 { Ok(Self { tolerance }) } else { Err(Error::InvalidTolerance) }
    }

    /// The fraction by which the accuracy may be lower.
    pub const fn tolerance(&self) -> f32 {
        self.tolerance
    }

    /// Publishes the shadow if it recognises enough of the kept samples; otherwise resets it.
    ///
    /// With `N` samples, the shadow passes if `published − shadow ≤ tolerance * N`, in binary32, for the numbers of
    /// samples that each recognises. If the shadow's scores of a sample overflow, the shadow does not recognise that
    /// sample.
    ///
    /// # Errors
    /// [`Error::EmptySet`]; [`Error::ShapeMismatch`] for two models of different shapes; for the sample at fault
    /// [`Error::LabelOutOfRange`], the errors of the set, and [`Error::NonFiniteScore`] if the published model cannot
    /// score it. Both models are then unchanged.
    pub fn review<S, T, K: Kernel, Other: Kernel, D>(
        &self,
        shadow: &mut AnyModel<S, K>,
        published: &mut AnyModel<T, Other>,
        kept: &mut D,
    ) -> Result<Review, Stopped>
    where
        S: Storage,
        T: Storage<Shape = S::Shape>,
        D: SamplesOf<S::Shape> + ?Sized,
    {
        shadow.check_shape(published.shape())?;
        let samples = kept.count(KEY);
        if samples == 0 {
            return Err(Error::EmptySet.into());
        }
        let (mut shadow_correct, mut published_correct) = (0_usize, 0_usize);
        for index in 0..samples {
            let (x, label) = kept.row(KEY, published.features(), index).map_err(Stopped::at(index))?;
            if label >= published.classes() {
                return Err(Stopped::at(index)(Error::LabelOutOfRange));
            }
            let answer = published.predict_row(x).map_err(Stopped::at(index))?;
            published_correct = published_correct.wrapping_add(usize::from(answer == label));
            shadow_correct = shadow_correct.wrapping_add(usize::from(shadow.predict_row(x) == Ok(label)));
        }
        let lost = published_correct.saturating_sub(shadow_correct) as f32;
        let adopted = lost <= self.tolerance * samples as f32;
        if adopted {
            published.copy_parts(shadow);
        } else {
            shadow.copy_parts(published);
        }
        Ok(Review { adopted, shadow_correct, published_correct, samples })
    }
}
