//! Models in records, as a device stores and sends them.

use hingeline::state::encode;
use hingeline::{DynModel, Scale};

use super::scaler::Scaler;
use super::stored::Stored;

/// The first bytes of a record.
pub const MAGIC: &[u8] = b"HNGL";

const VERSION: u16 = 1;
/// The number that stands for a model in binary32.
const MODEL: u32 = 1;

/// Encodes the model as a record.
///
/// # Errors
/// If its features are standardised: a record of a model alone does not hold the standardisation.
pub fn write(stored: &Stored) -> Result<Vec<u8>, String> {
    if stored.standardiser != Scaler::none(stored.features.len()) {
        return Err("a record of a model has no standardisation; expected --fold".to_owned());
    }
    stored.with_model(|model| {
        let mut bytes = vec![0; hingeline::state::record_len(model)];
        encode(model, &mut bytes).map(|_| bytes).map_err(|fault| fault.to_string())
    })?
}

/// The first model in a record, wherever it is in the record. The names and the standardisation come from `like`, if it
/// is given.
///
/// # Errors
/// A message that says what is wrong with the record.
pub fn read(bytes: &[u8], like: Option<&Stored>) -> Result<(Stored, u64), String> {
    let (classes, features, values) = model_of(bytes)?;
    let (weights, rest) = values.split_at(classes * features);
    let (bias, rest) = rest.split_at(classes);
    let scale = Scale { value: rest[0], carry: rest[1] };
    // Checks the model as strictly as a device does.
    let mut memory = vec![0.0; DynModel::memory_len(classes, features)];
    let mut model = DynModel::new(&mut memory, classes, features).map_err(|error| error.to_string())?;
    model.load(weights, bias, scale).map_err(|error| error.to_string())?;
    let checksum = model.checksum();
    let weights: Vec<f32> = weights.iter().map(|weight| weight * scale.value).collect();
    let Some(like) = like else {
        let names = (0..features).map(|feature| format!("x{feature}")).collect();
        let classes = (0..classes).map(|class| class.to_string()).collect();
        return Ok((Stored::new(classes, names, Scaler::none(features), &weights, bias)?, checksum));
    };
    if (like.classes.len(), like.features.len()) != (classes, features) {
        let own = (like.classes.len(), like.features.len());
        return Err(format!(
            "{classes} classes and {features} features; the model of --like has {} and {}",
            own.0, own.1
        ));
    }
    let scaler = like.standardiser.clone();
    let mut stored = Stored::new(like.classes.clone(), like.features.clone(), scaler, &weights, bias)?;
    (stored.label, stored.raw) = (like.label.clone(), like.raw);
    if let Some(signal) = &like.signal {
        stored = stored.with_signal(signal.clone())?;
    }
    Ok((stored, checksum))
}

/// The number of classes, the number of features, and the numbers of the first model of a record.
fn model_of(bytes: &[u8]) -> Result<(usize, usize, Vec<f32>), String> {
    let word = |index: usize| bytes.as_chunks().0.get(index).map(|word| u32::from_le_bytes(*word));
    let torn = || "the record is torn or damaged".to_owned();
    let header = bytes.get(..16).ok_or_else(torn)?;
    if word(4) != Some(crc32fast::hash(header)) {
        return Err(torn());
    }
    let version = word(1).ok_or_else(torn)? as u16;
    if version != VERSION {
        return Err(format!("the record has format version {version}; expected {VERSION}"));
    }
    let len = word(2).ok_or_else(torn)? as usize;
    let (record, checksum) = bytes.get(..len).and_then(<[u8]>::split_last_chunk::<4>).ok_or_else(torn)?;
    if u32::from_le_bytes(*checksum) != crc32fast::hash(record) {
        return Err(torn());
    }
    let (words, mut at) = (record.len() / 4, 5);
    while at + 4 <= words {
        let [kind, rows, columns, count] = [0, 1, 2, 3].map(|index| word(at + index).unwrap_or_default());
        let (rows, columns, count) = (rows as usize, columns as usize, count as usize);
        at += 4;
        if kind == MODEL {
            let expected = columns.checked_add(1).and_then(|width| width.checked_mul(rows)?.checked_add(3));
            if expected != Some(count) || at + count > words {
                return Err(torn());
            }
            let values = (at..at + count).map(|index| f32::from_bits(word(index).unwrap_or_default())).collect();
            return Ok((rows, columns, values));
        }
        at += count;
    }
    Err("the record holds no model in binary32".to_owned())
}
