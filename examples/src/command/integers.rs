//! A model in integers, for raw features that are whole numbers.

use clap::ValueEnum;
use hingeline::integer::{self, Agreement, ByteModel, DynModel, InputScale, RawValue};
use serde::{Deserialize, Serialize};

use super::scaler::{Scaler, Standardised};
use super::stored::Stored;
use super::table::Table;

/// The width of a model's integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Width {
    /// 16 bits
    I16,
    /// 8 bits, for prediction only
    I8,
}

/// The type of raw features on a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Raw {
    /// Whole numbers from 0 to 255
    U8,
    /// Whole numbers from −128 to 127
    I8,
    /// Whole numbers from −32,768 to 32,767
    I16,
    /// Anything else
    #[default]
    F32,
}

impl Raw {
    /// The narrowest type that holds all values of a table.
    pub fn of(table: &Table) -> Self {
        let narrowest = [Self::U8, Self::I8, Self::I16].into_iter().find(|raw| raw.holds(table));
        narrowest.unwrap_or(Self::F32)
    }

    /// Whether it holds all values of a table.
    pub fn holds(self, table: &Table) -> bool {
        let range = match self {
            Self::U8 => 0.0..=255.0,
            Self::I8 => -128.0..=127.0,
            Self::I16 => -32_768.0..=32_767.0,
            Self::F32 => return true,
        };
        table.values.iter().all(|x| range.contains(&x) && f32::from(x as i16) == x)
    }

    /// The fraction bits of an input's factor.
    pub const fn shift(self) -> u32 {
        match self {
            Self::U8 | Self::I8 => 8,
            Self::I16 | Self::F32 => 12,
        }
    }

    /// Its name in Rust.
    pub const fn rust(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::F32 => "f32",
        }
    }
}

/// A model in integers.
#[derive(Clone, Debug)]
pub struct Integers {
    /// The type of the weights.
    pub width: Width,
    /// The type of the raw features.
    pub raw: Raw,
    /// The weights, row by row.
    pub weights: Vec<i16>,
    /// The bias of each class.
    pub bias: Vec<i32>,
    /// The fraction bits of the weights.
    pub bits: u8,
    /// The scales that turn raw features into inputs.
    pub scales: Vec<InputScale>,
}

impl Integers {
    /// The nearest model in integers to a model.
    ///
    /// # Errors
    /// A message that says why this is not possible.
    pub fn of(stored: &Stored, width: Width) -> Result<Self, String> {
        let (classes, features) = (stored.classes.len(), stored.features.len());
        let refuse = |error: hingeline::Error| error.to_string();
        let scales = scales(stored)?;
        let stored = &adjusted(stored, &scales)?;
        let mut wide = vec![0; classes * features];
        let mut bias = vec![0; classes];
        let bits = match width {
            Width::I16 => {
                let mut memory = vec![0; 2 * classes];
                let mut model = DynModel::new(&mut wide, &mut memory, classes, features).map_err(refuse)?;
                stored.with_model(|float| model.quantise(float))?.map_err(refuse)?;
                let (_, own, bits) = model.parts();
                bias.copy_from_slice(own);
                bits
            }
            Width::I8 => {
                let mut narrow = vec![0; classes * features];
                let bits = stored.with_model(|float| {
                    ByteModel::quantise(float, &mut narrow, &mut bias).map(|model| model.parts().2)
                })?;
                wide = narrow.into_iter().map(i16::from).collect();
                bits.map_err(refuse)?
            }
        };
        Ok(Self { width, raw: stored.raw, weights: wide, bias, bits, scales })
    }

    /// Counts the samples of a table for which the code and the model predict the same class. The table is standardised
    /// in place.
    ///
    /// # Errors
    /// If the library returns an error.
    pub fn agreement(&self, stored: &Stored, table: &mut Table) -> Result<Agreement, String> {
        match self.raw {
            Raw::U8 => self.agreement_on(table.values.iter().map(|x| x as u8).collect(), stored, table),
            Raw::I8 => self.agreement_on(table.values.iter().map(|x| x as i8).collect(), stored, table),
            Raw::I16 | Raw::F32 => self.agreement_on(table.values.iter().map(|x| x as i16).collect(), stored, table),
        }
    }

    fn agreement_on<Q: RawValue>(&self, raw: Vec<Q>, stored: &Stored, table: &mut Table) -> Result<Agreement, String> {
        let (classes, features) = (self.bias.len(), self.scales.len());
        let refuse = |error: hingeline::Error| error.to_string();
        table.standardise(&stored.standardiser);
        let mut buffer = vec![0; features];
        let mut inputs = integer::Raw::new(&raw, &table.labels, &self.scales, &mut buffer).map_err(refuse)?;
        let mut floats = Standardised::new(table, &stored.standardiser);
        let agreement = match self.width {
            Width::I16 => {
                let (mut weights, mut memory) = (vec![0; classes * features], vec![0; 2 * classes]);
                let mut model = DynModel::new(&mut weights, &mut memory, classes, features).map_err(refuse)?;
                model.load(&self.weights, &self.bias, self.bits).map_err(refuse)?;
                stored.with_model(|float| model.agreement(float, &mut floats, &mut inputs))?
            }
            Width::I8 => {
                let weights: Vec<i8> = self.weights.iter().map(|w| *w as i8).collect();
                let model = ByteModel::from_parts(&weights, &self.bias, features, self.bits).map_err(refuse)?;
                let mut narrow = vec![0; features];
                stored.with_model(|float| model.agreement(float, &mut floats, &mut inputs, &mut narrow))?
            }
        };
        agreement.map_err(|stopped| stopped.to_string())
    }
}

/// The input that represents one standard deviation, in the units of a factor.
fn unit(stored: &Stored) -> f64 {
    32.0 * 2.0_f64.powi(stored.raw.shift() as i32)
}

/// The scales that turn raw features into inputs: a standard deviation becomes 32, or less if it is below half a unit.
fn scales(stored: &Stored) -> Result<Vec<InputScale>, String> {
    if stored.raw == Raw::F32 {
        let what = "integers need raw features that are whole numbers of at most 16 bits";
        return Err(format!("{what}; it is not known whether this model has them"));
    }
    const LARGEST: f64 = ((1 << 14) - 1) as f64;
    let pairs = stored.standardiser.mean.iter().zip(&stored.standardiser.factor);
    let scale = |(mean, factor): (&f32, &f32)| {
        let factor = (f64::from(*factor) * unit(stored)).round().clamp(0.0, LARGEST);
        InputScale::new(mean.round() as i16, factor as u16).map_err(|error| error.to_string())
    };
    pairs.map(scale).collect()
}

/// The model with the rounding errors of means and factors moved into its weights and biases.
fn adjusted(stored: &Stored, scales: &[InputScale]) -> Result<Stored, String> {
    let Scaler { mean, factor } = &stored.standardiser;
    let (mut weights, mut bias) = (Vec::new(), Vec::new());
    for (row, b) in stored.weights.iter().zip(&stored.bias) {
        let mut own = f64::from(*b);
        for (((w, mean), factor), scale) in row.iter().zip(mean).zip(factor).zip(scales) {
            let (w, exact) = (f64::from(*w), f64::from(*factor));
            let rounded = f64::from(scale.factor()) / unit(stored);
            own -= w * exact * (f64::from(*mean) - f64::from(scale.zero()));
            weights.push(if rounded > 0.0 { (w * exact / rounded) as f32 } else { 0.0 });
        }
        bias.push(own as f32);
    }
    let (classes, features) = (stored.classes.clone(), stored.features.clone());
    let mut adjusted = Stored::new(classes, features, Scaler::none(stored.features.len()), &weights, &bias)?;
    adjusted.raw = stored.raw;
    Ok(adjusted)
}
