//! States in `serde`, for formats such as `postcard`.

use core::fmt;

use serde::de::{DeserializeSeed, Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserializer, Serialize, Serializer};

use super::part::{Restore, State};

/// A state as `serde` writes it: the sequence of the words of its record, without the record's header and checksum.
///
/// It includes kinds and shapes, so that another state is refused. The format around it must guard against damage; a
/// record does that by itself.
///
/// ```
/// use hingeline::Model;
/// use hingeline::state::{IntoState, Serialised};
/// use serde::de::DeserializeSeed;
///
/// let trained = Model::from_parts([[1.0], [-1.0]], [0.5, -0.5], 1.0)?;
/// let text = serde_json::to_string(&Serialised(&trained)).unwrap();
///
/// let mut model = Model::<2, 1>::new();
/// IntoState(&mut model).deserialize(&mut serde_json::Deserializer::from_str(&text)).unwrap();
/// assert_eq!(model.checksum(), trained.checksum());
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Serialised<'a, T: ?Sized>(pub &'a T);

impl<T: State + ?Sized> Serialize for Serialised<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let words = self.0.words();
        let mut sequence = serializer.serialize_seq(Some(words))?;
        for index in 0..words {
            sequence.serialize_element(&self.0.word_at(index))?;
        }
        sequence.end()
    }
}

/// A state as `serde` reads it, into an existing target.
///
/// Wrong input is refused. Models, averages, moments and other states of many numbers are then as newly created, and
/// [`Plain`](super::Plain) states are unchanged.
///
/// ```
/// use hingeline::EarlyStopping;
/// use hingeline::state::{IntoState, Serialised};
/// use serde::de::DeserializeSeed;
///
/// let mut stopping = EarlyStopping::new(5)?;
/// let damaged = "[22, 0, 0, 3, 0, 0, 0]"; // a patience of 0
/// let refused = IntoState(&mut stopping).deserialize(&mut serde_json::Deserializer::from_str(damaged));
/// assert!(refused.is_err());
/// assert_eq!(stopping, EarlyStopping::new(5)?);
/// # Ok::<(), hingeline::Error>(())
/// ```
#[derive(Debug)]
pub struct IntoState<'a, T: ?Sized>(pub &'a mut T);

impl<'de, T: Restore + ?Sized> DeserializeSeed<'de> for IntoState<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Restore + ?Sized> Visitor<'de> for IntoState<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} words of a state", self.0.words())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        let Self(target) = self;
        match read(target, &mut sequence) {
            Ok(seen) => {
                target.complete(seen);
                Ok(())
            }
            Err(error) => {
                target.empty();
                Err(error)
            }
        }
    }
}

/// Stores each word where it belongs; returns the facts gathered from all of them.
fn read<'de, T: Restore + ?Sized, A: SeqAccess<'de>>(target: &mut T, sequence: &mut A) -> Result<T::Seen, A::Error> {
    let (words, mut seen) = (target.words(), target.unseen());
    for index in 0..words {
        let word: u32 =
            sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(index, &"all words of a state"))?;
        target.see_at(&mut seen, index, word).map_err(A::Error::custom)?;
        target.set_at(index, word);
    }
    if sequence.next_element::<u32>()?.is_some() {
        return Err(A::Error::invalid_length(words.saturating_add(1), &"no word after a state"));
    }
    target.check_whole(&seen).map_err(A::Error::custom)?;
    Ok(seen)
}
