//! The smallest program that trains: a model, a sensor, and a loop.
#![no_std]
#![no_main]

use hingeline::{Constant, Error, Hinge, Model, Sgd, random};
use hingeline_firmware::board::{entry, exit, panicked, println};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;
use static_cell::ConstStaticCell;

const CLASSES: usize = 3;
const FEATURES: usize = 4;

static MODEL: ConstStaticCell<Model<CLASSES, FEATURES>> = ConstStaticCell::new(Model::new());

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[entry]
fn main() -> ! {
    exit(learn(MODEL.take(), Sensor(XorShiftRng::seed_from_u64(1))).is_ok())
}

fn learn(model: &mut Model<CLASSES, FEATURES>, mut sensor: Sensor) -> Result<(), Error> {
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, Constant { rate: 0.05 })?;
    let mut recognised = 0;
    for window in 1..=500 {
        let (x, label) = sensor.next_window();
        recognised += u32::from(model.predict(&x)? == label);
        sgd.step(model, &x, label)?;
        if window % 100 == 0 {
            println!("{recognised} of 100 recognised");
            recognised = 0;
        }
    }
    println!("weights {:016x}", model.checksum());
    Ok(())
}

/// Stands for a sensor: noise around a centre for each class.
struct Sensor(XorShiftRng);

impl Sensor {
    fn next_window(&mut self) -> ([f32; FEATURES], usize) {
        const CENTRES: [[f32; FEATURES]; CLASSES] = [[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.0, 0.5], [-1.0, 0.5, 0.0, 1.0]];
        let label = random::index(&mut self.0, CLASSES as u32) as usize;
        let mut x = CENTRES[label % CLASSES];
        for feature in &mut x {
            *feature += 0.5 * random::normal(&mut self.0);
        }
        (x, label)
    }
}
