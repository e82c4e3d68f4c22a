//! Prints the kernel that the target chooses, the best one of the processor, and the fingerprint of a model trained
//! with the former. The checks of the repository compare these for builds that are too many to test each. The program
//! fails where the arithmetic is not that of the contract.

use hingeline::kernel::{CHOSEN, Choice, Chosen, Kernel, fingerprint, self_check};
use hingeline::{
    Average, AveragedSgd, Constant, Direction, Gradient, GradientDescent, Hinge, InverseTime, LineSearch, MiniBatch,
    Model, Order, RandomLocalSearch, RandomSearch, Search, Sgd, Stopped,
};
use hingeline_host_tests::generate::{self, Set};

const CLASSES: usize = 7;
const FEATURES: usize = 30;
const EPOCHS: u32 = 5;

fn main() -> Result<(), Stopped> {
    if let Err(error) = self_check(CHOSEN) {
        println!("fingerprint {:#018x}", fingerprint(CHOSEN));
        return Err(error.into());
    }
    println!("chosen {}, best {}, trained {:016x}", Chosen::NAME, Choice::best().name(), trained()?);
    Ok(())
}

/// Runs every strategy, each starting where the one before it ended.
fn trained() -> Result<u64, Stopped> {
    let mut rng = generate::rng(1);
    let set = Set::<FEATURES>::draw(&mut rng, 200, CLASSES, generate::ordinary);
    let hinge = Hinge::new(1.0, 1e-3)?;
    let (mut model, mut candidate) = (Model::<CLASSES, FEATURES>::new(), Model::new());
    let mut samples = set.slices();

    let mut search = RandomSearch::new(Search::new(hinge, 0.1)?, &mut candidate);
    (0..EPOCHS).try_for_each(|_| search.step(&mut model, &mut samples, &mut rng).map(drop))?;
    let mut search = RandomLocalSearch::new(Search::new(hinge, 0.02)?, &mut candidate);
    (0..EPOCHS).try_for_each(|_| search.step(&mut model, &mut samples, &mut rng).map(drop))?;

    let mut direction = Direction::new();
    let mut search = LineSearch::new(hinge, &mut direction);
    (0..EPOCHS).try_for_each(|_| search.step(&mut model, &mut samples).map(drop))?;

    let mut gradient = Gradient::new();
    let mut descent = GradientDescent::new(hinge, Constant { rate: 1e-3 }, &mut gradient)?;
    (0..EPOCHS).try_for_each(|_| descent.step(&mut model, &mut samples).map(drop))?;
    let mut order = Order::new(set.labels.len(), &mut rng)?;
    let mut descent = MiniBatch::new(hinge, Constant { rate: 1e-3 }, 32, &mut gradient)?;
    (0..EPOCHS).try_for_each(|_| descent.epoch(&mut model, &mut samples, &mut order).map(drop))?;

    let mut average = Average::new();
    let sgd = Sgd::new(hinge, InverseTime { rate: 1e-3, decay: 1e-3 })?;
    let mut averaged = AveragedSgd::new(sgd, &mut average);
    (0..EPOCHS).try_for_each(|_| averaged.epoch(&mut model, &mut samples, &mut order).map(drop))?;
    average.finish(&mut model)?;
    Ok(model.checksum())
}
