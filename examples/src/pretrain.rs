//! Weights for a firmware: trained here, written as Rust constants.

use hingeline::{Average, AveragedSgd, Constant, Hinge, Model, Moments, Order, Sgd, Slices, Standardiser, Stopped};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::dataset::Part;
use crate::records::{self, Value};

/// Features of a window.
pub const FEATURES: usize = 30;

/// Exercises.
pub const CLASSES: usize = 7;

/// The windows of the wearers 1 to 7; see `data/watch_shoulder/README.md` for their source.
const WINDOWS: &[u8] = include_bytes!("../data/watch_shoulder/train.bin");

const EPOCHS: u32 = 30;

/// The number of standard deviations that features are clipped to, here as on the watch: one in 600 values of the known
/// wearers is farther out.
const LIMIT: f32 = 5.0;

/// Trains on the known wearers.
///
/// # Errors
/// The errors of the steps.
pub fn train() -> Result<(Model<CLASSES, FEATURES>, Standardiser<FEATURES>), Stopped> {
    let mut windows: Part<FEATURES> =
        records::parse(WINDOWS, Value::F32, CLASSES).expect("the file in the repository is whole");
    let mut moments = Moments::new();
    for x in &windows.features {
        moments.observe(x)?;
    }
    let standardiser = moments.freeze()?.clipped(LIMIT)?;
    windows.features.iter_mut().for_each(|x| standardiser.apply(x));

    let mut samples = Slices::new(&windows.features, &windows.labels)?;
    let mut order = Order::new(windows.labels.len(), &mut XorShiftRng::seed_from_u64(1))?;
    let (mut model, mut average) = (Model::new(), Average::new());
    let sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.02 })?;
    let mut averaged = AveragedSgd::new(sgd, &mut average);
    for _ in 0..EPOCHS {
        averaged.epoch(&mut model, &mut samples, &mut order)?;
    }
    average.finish(&mut model)?;
    Ok((model, standardiser))
}

/// The constants as a Rust file. Rust prints every number with enough digits to read the same number back.
pub fn rust<const C: usize, const F: usize>(model: &Model<C, F>, standardiser: &Standardiser<F>) -> String {
    let (mean, factor) = (standardiser.mean(), standardiser.factor());
    let rows: String = model.weights().iter().map(|row| format!("        {row:?},\n")).collect();
    let (bias, scale) = (model.bias(), model.scale());
    let standardiser = standardiser.limit().map_or("standardiser".to_owned(), |limit| {
        format!("match standardiser.clipped({limit:?}) {{\n        Ok(clipped) => clipped,\n        Err(_) => panic!(),\n    }}")
    });
    format!(
        "//! Trained on the wearers 1 to 7: written by `cargo run --release --bin pretrain`, not by hand.

use hingeline::{{Model, Standardiser}};

/// Exercises.
pub const CLASSES: usize = {C};
/// Features of a window.
pub const FEATURES: usize = {F};

/// What the model's features are standardised with.
pub static STANDARDISER: Standardiser<FEATURES> = match Standardiser::from_parts(
    {mean:?},
    {factor:?},
) {{
    Ok(standardiser) => {standardiser},
    Err(_) => panic!(),
}};

/// The weights, of standardised features.
pub static MODEL: Model<CLASSES, FEATURES> = match Model::from_parts(
    [
{rows}    ],
    {bias:?},
    {scale:?},
) {{
    Ok(model) => model,
    Err(_) => panic!(),
}};
"
    )
}
