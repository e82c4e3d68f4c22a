//! Loops too long for a test program, which is built without optimisation.

use hingeline::{Average, AveragedSgd, Constant, Model, Sgd};

/// Steps this many times on a sample of class 0, and returns the descent.
///
/// # Panics
/// If a step is refused.
pub fn averaged_steps(
    count: u32,
    mut sgd: Sgd<Constant>,
    average: &mut Average<2, 1>,
    model: &mut Model<2, 1>,
    x: [f32; 1],
) -> Sgd<Constant> {
    for _ in 0..count {
        let mut averaged = AveragedSgd::new(sgd, average);
        averaged.step(model, &x, 0).expect("there is room");
        sgd = averaged.sgd();
    }
    sgd
}
