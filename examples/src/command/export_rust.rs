//! A model as a Rust file for this library.

use std::fmt::Write;

use super::integers::{Integers, Raw, Width};
use super::signal::{Asked, Kind, Signal};
use super::stored::Stored;

/// Writes the file. Rust prints every number with enough digits to read the same number back.
pub fn code(stored: &Stored, integers: Option<&Integers>) -> String {
    let (classes, features) = (stored.classes.len(), stored.features.len());
    let mut code = format!(
        "//! A linear classifier of {classes} classes over {features} features, written by `hingeline export`, not by hand.
//!
//! Weights {checksum} in binary32 before they were written.

{imports}

/// The classes.
pub const CLASSES: usize = {classes};
/// The features of a sample.
pub const FEATURES: usize = {features};

/// The names of the classes, in the order of the scores.
pub static CLASS_NAMES: [&str; CLASSES] = {class_names:?};
/// The names of the features.
pub static FEATURE_NAMES: [&str; FEATURES] = {feature_names:?};
",
        checksum = stored.weights_checksum,
        imports = imports(stored, integers) + stored.signal.as_ref().map_or("", of_signal),
        class_names = stored.classes,
        feature_names = stored.features,
    );
    match integers {
        None => floats(&mut code, stored),
        Some(integers) => whole(&mut code, integers),
    }
    if let Some(signal) = &stored.signal {
        windows(&mut code, signal, integers.is_some());
    }
    code
}

/// A feature as it is written in code.
fn feature(name: &str) -> String {
    match name.parse() {
        Ok(Asked::Plain(feature)) => format!("Feature::{feature:?}"),
        // The features of a stored model have been checked.
        _ => unreachable!("{name}"),
    }
}

/// Writes the window whose features the model takes.
fn windows(code: &mut String, signal: &Signal, in_integers: bool) {
    let Signal { axes, window, hop, features, noise, saturation, sampling_rate, .. } = signal;
    let (reading, zero) = if signal.readings == Kind::I16 { ("i16", "0") } else { ("f32", "0.0") };
    let list: String = features.iter().map(|name| format!("        {},\n", feature(name))).collect();
    let number =
        |value: f32| if signal.readings == Kind::I16 { format!("{}", value as i16) } else { format!("{value:?}") };
    let of_axis = |axis: usize| {
        let noise = number(noise.get(axis).copied().unwrap_or_default());
        let own = match saturation.get(axis).map(|ends| ends.map(number)) {
            Some([low, high]) => format!("Axis::<{reading}>::new().saturates_at({low}, {high})"),
            None => "Ok(Axis::new())".to_owned(),
        };
        format!("        axis({own}, {noise}),\n")
    };
    let known = signal.has_axes();
    let own: String = (0..axes.len()).filter(|_| known).map(of_axis).collect();
    let (of_axes, axis) = if known {
        (
            format!("\n    #[rustfmt::skip]\n    const AXES: &'static [Axis<{reading}>] = &[\n{own}    ];\n"),
            format!(
                "
const fn axis(axis: Result<Axis<{reading}>, Error>, noise: {reading}) -> Axis<{reading}> {{
    match axis {{
        Ok(axis) => match axis.noise(noise) {{
            Ok(axis) => axis,
            Err(_) => panic!(),
        }},
        Err(_) => panic!(),
    }}
}}
"
            ),
        )
    } else {
        (String::new(), String::new())
    };
    let rate = sampling_rate.map_or_else(String::new, |rate| {
        format!(
            "/// Readings per second, in hertz: the rate of the recordings.\npub const SAMPLING_RATE: f32 = {:?};\n",
            rate as f32
        )
    });
    let (of_model, scale, convert) = match (reading, in_integers) {
        ("i16", false) => ("i16", "&x.map(f32::from)", " of `x.map(f32::from)`"),
        _ => (reading, "&x", ""),
    };
    let _ = write!(
        code,
        "
/// The axes of a reading.
pub const AXES: usize = {count};
/// The readings of a window, and those from one window to the next.
pub const WINDOW: usize = {window};
pub const HOP: usize = {hop};
{rate}/// The names of the axes.
pub static AXIS_NAMES: [&str; AXES] = {axes:?};

/// The features of a window.
pub struct List;

impl Features for List {{
    type Reading = {reading};

    #[rustfmt::skip]
    const LIST: &'static [Feature] = &[
{list}    ];
{of_axes}}}
{axis}
/// The last readings of the sensor, in the units of the recordings. Keep it in a static, which takes no flash:
/// `static WINDOW: ConstStaticCell<SensorWindow> = ConstStaticCell::new(SensorWindow::new());`
///
/// Push each reading; call [`classify`] when `push` returns `true`. Call `gap` when a reading was lost or refused, as the
/// training did; then clear votes and smoothed scores too.
pub type SensorWindow = Window<List, AXES, WINDOW, HOP>;

/// Predicts the class of the window that is due, and reports how many of its readings are at the limits of the sensor.
///
/// The features are [`SensorWindow::features`], for [`predict`] and [`scores`]{convert}.
///
/// # Errors
/// If there are fewer readings than a window has, or a feature or a score is not finite.
pub fn classify(window: &SensorWindow) -> Result<(usize, Report), Error> {{
    let mut x: [{of_model}; FEATURES] = [{zero}; FEATURES];
    let report = window.features(&mut x)?;
    Ok((predict({scale})?, report))
}}
",
        count = axes.len(),
    );
}

/// The additional imports of a file with windows.
fn of_signal(signal: &Signal) -> &'static str {
    if signal.has_axes() {
        "\nuse hingeline::signal::{Axis, Feature, Features, Report, Window};"
    } else {
        "\nuse hingeline::signal::{Feature, Features, Report, Window};"
    }
}

fn imports(stored: &Stored, integers: Option<&Integers>) -> String {
    let of_model = match integers.map(|integers| integers.width) {
        None if stored.standardiser.is_none() => "use hingeline::{Error, Model};",
        None => "use hingeline::{Error, Model, Standardiser};",
        Some(Width::I16) => "use hingeline::Error;\nuse hingeline::integer::{InputScale, Inputs, Model};",
        Some(Width::I8) => "use hingeline::Error;\nuse hingeline::integer::{ByteInputs, ByteModel, InputScale};",
    };
    of_model.to_owned()
}

fn floats(code: &mut String, stored: &Stored) {
    let rows: String = stored.weights.iter().map(|row| format!("        {row:?},\n")).collect();
    let is_kept = !stored.standardiser.is_none();
    if is_kept {
        let (mean, factor) = (&stored.standardiser.mean, &stored.standardiser.factor);
        let _ = write!(
            code,
            "
/// Standardises the features before they are scored.
#[rustfmt::skip]
pub static STANDARDISER: Standardiser<FEATURES> = match Standardiser::from_parts(
    {mean:?},
    {factor:?},
) {{
    Ok(standardiser) => standardiser,
    Err(_) => panic!(),
}};
"
        );
    }
    let of = if is_kept { "standardised features" } else { "features as they come" };
    let _ = write!(
        code,
        "
/// The weights, of {of}.
#[rustfmt::skip]
pub static MODEL: Model<CLASSES, FEATURES> = match Model::from_parts(
    [
{rows}    ],
    {bias:?},
    1.0,
) {{
    Ok(model) => model,
    Err(_) => panic!(),
}};
",
        bias = stored.bias
    );
    let (own, argument) = if is_kept {
        ("    let mut standardised = *x;\n    STANDARDISER.apply(&mut standardised);\n", "&standardised")
    } else {
        ("", "x")
    };
    let _ = write!(
        code,
        "
/// The class of a sample, from its features as recorded.
///
/// # Errors
/// If a score is not finite.
pub fn predict(x: &[f32; FEATURES]) -> Result<usize, Error> {{
{own}    MODEL.predict({argument})
}}

/// The score of each class, from a sample's features as recorded.
///
/// # Errors
/// If a score is not finite.
pub fn scores(x: &[f32; FEATURES], scores: &mut [f32; CLASSES]) -> Result<(), Error> {{
{own}    MODEL.scores({argument}, scores)
}}
"
    );
}

fn whole(code: &mut String, integers: &Integers) {
    let pairs: Vec<_> = integers.scales.iter().map(|scale| (scale.zero(), scale.factor())).collect();
    let calls: String = pairs.iter().map(|(zero, factor)| format!("scale({zero}, {factor}), ")).collect();
    let _ = write!(
        code,
        "
const fn scale(zero: i16, factor: u16) -> InputScale {{
    match InputScale::new(zero, factor) {{
        Ok(scale) => scale,
        Err(_) => panic!(),
    }}
}}

/// The scales that turn raw features into inputs.
#[rustfmt::skip]
pub static SCALES: [InputScale; FEATURES] = [{}];
",
        calls.trim_end_matches(", ")
    );
    let (bias, bits) = (&integers.bias, integers.bits);
    let rows = integers.weights.chunks(integers.scales.len());
    let rows: String = match integers.width {
        Width::I16 => rows.map(|row| format!("        {row:?},\n")).collect(),
        // All rows in one array.
        Width::I8 => rows.map(|row| format!("    {},\n", format!("{row:?}").trim_matches(['[', ']']))).collect(),
    };
    let model = match integers.width {
        Width::I16 => format!(
            "
/// The weights, of inputs.
#[rustfmt::skip]
pub static MODEL: Model<CLASSES, FEATURES> = match Model::from_parts(
    [
{rows}    ],
    {bias:?},
    {bits},
) {{
    Ok(model) => model,
    Err(_) => panic!(),
}};
"
        ),
        Width::I8 => format!(
            "
#[rustfmt::skip]
static WEIGHTS: [i8; CLASSES * FEATURES] = [
{rows}];
static BIAS: [i32; CLASSES] = {bias:?};

/// The weights, of inputs.
pub static MODEL: ByteModel<'static> = match ByteModel::from_parts(&WEIGHTS, &BIAS, FEATURES, {bits}) {{
    Ok(model) => model,
    Err(_) => panic!(),
}};
"
        ),
    };
    code.push_str(&model);
    let raw = if integers.raw == Raw::F32 { "i16" } else { integers.raw.rust() };
    let inputs = if integers.width == Width::I16 { "Inputs" } else { "ByteInputs" };
    let _ = write!(
        code,
        "
/// The class of a sample's raw features.
///
/// # Errors
/// Never: the shapes agree.
pub fn predict(raw: &[{raw}; FEATURES]) -> Result<usize, Error> {{
    MODEL.predict({inputs}::scaled(raw, &SCALES, &mut [0; FEATURES])?)
}}

/// The score of each class, from a sample's raw features.
///
/// # Errors
/// Never: the shapes agree.
pub fn scores(raw: &[{raw}; FEATURES], scores: &mut [i32; CLASSES]) -> Result<(), Error> {{
    MODEL.scores({inputs}::scaled(raw, &SCALES, &mut [0; FEATURES])?, scores)
}}
"
    );
}
