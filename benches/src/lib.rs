//! What the benches share: shapes filled with random values.

use hingeline::{Model, random};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

/// A model and a sample of standard normal values, the same each time.
///
/// # Panics
/// Never: a normal deviate is finite.
pub fn random_model<const C: usize, const F: usize>() -> (Box<Model<C, F>>, [f32; F]) {
    let mut rng = XorShiftRng::seed_from_u64(1);
    let weights: Vec<f32> = (0..C * F).map(|_| random::normal(&mut rng)).collect();
    let mut model = Box::new(Model::new());
    model.load(&weights, &[0.0; C], 1.0).expect("normal deviates are finite");
    (model, std::array::from_fn(|_| random::normal(&mut rng)))
}
