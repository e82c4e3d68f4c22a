//! Models as safetensors, which Python reads and writes without a script.

use std::collections::HashMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::scaler::Scaler;
use super::stored::Stored;

const CLASSES: &str = "classes";
const FEATURES: &str = "features";

/// Encodes the model as a file with the tensors `weight` (classes × features) and `bias`, and `mean` and `factor` if
/// features are standardised. The names of classes and features are JSON in its metadata.
///
/// # Errors
/// If the library returns an error.
pub fn write(stored: &Stored) -> Result<Vec<u8>, String> {
    let (classes, features) = (stored.classes.len(), stored.features.len());
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let Scaler { mean, factor } = &stored.standardiser;
    let mut tensors = vec![
        ("weight", vec![classes, features], bytes(&stored.weights.concat())),
        ("bias", vec![classes], bytes(&stored.bias)),
    ];
    if stored.standardiser != Scaler::none(features) {
        tensors.extend([("mean", vec![features], bytes(mean)), ("factor", vec![features], bytes(factor))]);
    }
    let views: Result<Vec<_>, _> = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((*name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect();
    let names = |names: &[String]| serde_json::to_string(names).map_err(|error| error.to_string());
    let metadata =
        HashMap::from([(CLASSES.to_owned(), names(&stored.classes)?), (FEATURES.to_owned(), names(&stored.features)?)]);
    let views = views.map_err(|error: safetensors::SafeTensorError| error.to_string())?;
    safetensors::serialize(views, Some(metadata)).map_err(|error| error.to_string())
}

/// The model of such a file, or of one that a framework wrote, in which the name of a layer may precede `weight` and
/// `bias`.
///
/// # Errors
/// A message that says what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Stored, String> {
    let say = |error: safetensors::SafeTensorError| error.to_string();
    let tensors = SafeTensors::deserialize(bytes).map_err(say)?;
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(say)?;
    let (shape, weights) = one_of(&tensors, "weight")?.ok_or_else(|| missing(&tensors, "weight"))?;
    let &[classes, features] = shape.as_slice() else {
        return Err(format!("a weight of shape {shape:?}; expected classes × features"));
    };
    let of_length = |name: &str, len: usize| match one_of(&tensors, name)? {
        Some((shape, _)) if shape != [len] => Err(format!("a {name} of shape {shape:?}; expected [{len}]")),
        found => Ok(found.map(|(_, values)| values)),
    };
    let bias = of_length("bias", classes)?.unwrap_or_else(|| vec![0.0; classes]);
    let mean = of_length("mean", features)?.unwrap_or_else(|| vec![0.0; features]);
    let factor = of_length("factor", features)?.unwrap_or_else(|| vec![1.0; features]);
    let names = |key: &str, len: usize, own: &dyn Fn(usize) -> String| match header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(key))
    {
        None => Ok((0..len).map(own).collect()),
        Some(text) => serde_json::from_str::<Vec<String>>(text).map_err(|error| format!("the names of {key}: {error}")),
    };
    let classes = names(CLASSES, classes, &|class| class.to_string())?;
    let features = names(FEATURES, features, &|feature| format!("x{feature}"))?;
    Stored::new(classes, features, Scaler { mean, factor }, &weights, &bias)
}

/// The shape and the values of a tensor.
type Tensor = (Vec<usize>, Vec<f32>);

/// The tensor with this name, or the only one whose name ends with a dot and this name.
fn one_of(tensors: &SafeTensors<'_>, name: &str) -> Result<Option<Tensor>, String> {
    let is_named = |own: &str| own == name || own.strip_suffix(name).is_some_and(|layer| layer.ends_with('.'));
    let mut found = tensors.iter().filter(|(own, _)| is_named(own));
    let Some((own, tensor)) = found.next() else { return Ok(None) };
    if let Some((other, _)) = found.next() {
        return Err(format!("two tensors {own} and {other}; expected a single linear layer"));
    }
    let bytes = tensor.data();
    let values = match tensor.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F64 => bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect(),
        other => return Err(format!("{own} is of type {other:?}; expected F32 or F64")),
    };
    Ok(Some((tensor.shape().to_vec(), values)))
}

fn missing(tensors: &SafeTensors<'_>, name: &str) -> String {
    let own: Vec<&str> = tensors.iter().map(|(own, _)| own).collect();
    format!("no tensor {name}; the tensors are {own:?}")
}
