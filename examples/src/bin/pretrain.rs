//! Trains on the known wearers of a watch and prints the Rust constants that the firmware `wearable` starts from.

use hingeline_examples::pretrain::{rust, train};

fn main() -> Result<(), hingeline::Stopped> {
    let (model, standardiser) = train()?;
    print!("{}", rust(&model, &standardiser));
    Ok(())
}
