//! Trains on the known wearers of a watch and prints the Rust constants that the firmware `wearable` starts from.

use std::error::Error;
use std::io::{self, Write};

use hingeline_examples::pretrain::{rust, train};

fn main() -> Result<(), Box<dyn Error>> {
    let (model, standardiser) = train()?;
    Ok(io::stdout().write_all(rust(&model, &standardiser).as_bytes())?)
}
