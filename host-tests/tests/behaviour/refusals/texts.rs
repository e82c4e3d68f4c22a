//! The messages of errors.

use std::collections::BTreeSet;
use std::convert::Infallible;

use hingeline::checkpoint::CheckpointError;
use hingeline::state::{Fault, LoadError};
use hingeline::{Error, Stopped};

/// Some errors of each kind: each has a message, and no two messages are equal.
#[test]
fn every_error_says_what_it_is() {
    let errors = [
        Error::NonFiniteScore,
        Error::NonFiniteLoss,
        Error::NonFiniteStep,
        Error::NonFiniteFeature,
        Error::LabelOutOfRange,
        Error::EmptySet,
        Error::ShapeMismatch,
        Error::InvalidMargin,
        Error::InvalidLearningRate,
        Error::InvalidState,
        Error::L2TooStrong,
        Error::KernelUnavailable,
    ];
    let faults = [
        Fault::NoRecord,
        Fault::Version(7),
        Fault::Kind,
        Fault::Shape,
        Fault::Weights,
        Fault::Truncated,
        Fault::TooLong,
        Fault::Checksum,
        Fault::BufferTooSmall,
    ];
    type Checkpoint = CheckpointError<&'static str>;
    let checkpoints = [
        Checkpoint::Flash("busy"),
        Checkpoint::UnsuitableFlash,
        Checkpoint::TooLong,
        Checkpoint::Empty,
        Checkpoint::NotAsWritten,
        Checkpoint::Cleared,
        Checkpoint::Unreadable,
        Checkpoint::OutOfNumbers,
    ];
    let loads = [LoadError::Source("gone"), LoadError::Cleared];
    let texts: Vec<String> = (errors.iter().map(ToString::to_string))
        .chain(faults.iter().map(ToString::to_string))
        .chain(checkpoints.iter().map(ToString::to_string))
        .chain(loads.iter().map(ToString::to_string))
        .collect();
    assert!(texts.iter().all(|text| text.len() > 15), "{texts:?}");
    assert_eq!(texts.iter().collect::<BTreeSet<_>>().len(), texts.len(), "{texts:?}");
}

#[test]
fn an_error_in_another_says_the_same() {
    let text = Error::InvalidState.to_string();
    assert_eq!(Fault::Content(Error::InvalidState).to_string(), text);
    assert_eq!(LoadError::<Infallible>::Refused(Fault::Content(Error::InvalidState)).to_string(), text);
    assert_eq!(CheckpointError::<Infallible>::Refused(Fault::Content(Error::InvalidState)).to_string(), text);
    assert_eq!(Stopped::from(Error::InvalidState).to_string(), text);
    assert_eq!(Stopped { error: Error::InvalidState, sample: Some(7) }.to_string(), format!("sample 7: {text}"));
}
