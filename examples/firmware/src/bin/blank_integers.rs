//! The smallest program that trains in integers: a model, a sensor of bytes, and a loop. Like `blank`, for a processor
//! without a floating-point unit.
#![no_std]
#![no_main]

use hingeline::integer::{Halving, Hinge, InputScale, Inputs, Model, Moments, Sgd, Sums};
use hingeline::{Error, random};
use hingeline_firmware::board::{entry, exit, panicked, println};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;
use static_cell::ConstStaticCell;

const CLASSES: usize = 3;
const FEATURES: usize = 4;

static MODEL: ConstStaticCell<Model<CLASSES, FEATURES>> = ConstStaticCell::new(Model::new());

/// A `const`, so that no floating-point code is linked into the firmware.
const HINGE: Hinge = match Hinge::new(1.0, 1e-4) {
    Ok(hinge) => hinge,
    Err(_) => panic!("at compile time"),
};

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[entry]
fn main() -> ! {
    exit(learn(MODEL.take(), Sensor(XorShiftRng::seed_from_u64(1))).is_ok())
}

fn learn(model: &mut Model<CLASSES, FEATURES>, mut sensor: Sensor) -> Result<(), Error> {
    let scales = scales(&mut sensor)?;
    // The rate starts at 1/32, and is halved after 256 steps.
    let mut sgd = Sgd::new(HINGE, Halving { exponent: 5, period: 8, last: 8 })?;
    let (mut recognised, mut clamped) = (0, 0);
    for window in 1..=500 {
        let (raw, label) = sensor.next_window();
        let mut buffer = [0; FEATURES];
        let x = Inputs::scaled(&raw, &scales, &mut buffer)?;
        recognised += u32::from(model.predict(x)? == label);
        clamped += sgd.step(model, x, label)?.clamped;
        if window % 100 == 0 {
            println!("{recognised} of 100 recognised");
            recognised = 0;
        }
    }
    println!("{clamped} weights clamped");
    println!("weights {:016x}", model.checksum());
    Ok(())
}

/// The scales that turn readings into inputs, by the mean and deviation of the first readings.
fn scales(sensor: &mut Sensor) -> Result<[InputScale; FEATURES], Error> {
    let (mut sums, mut scales) = ([Sums::ZERO; FEATURES], [InputScale::ZERO; FEATURES]);
    let mut moments = Moments::new(&mut sums);
    for _ in 0..100 {
        moments.observe(&sensor.next_window().0)?;
    }
    moments.freeze(&mut scales)?;
    Ok(scales)
}

/// Stands for a sensor of eight bits: noise around a centre for each class.
struct Sensor(XorShiftRng);

impl Sensor {
    fn next_window(&mut self) -> ([u8; FEATURES], usize) {
        const CENTRES: [[u8; FEATURES]; CLASSES] = [[150, 100, 125, 100], [100, 150, 100, 125], [70, 125, 100, 150]];
        let label = random::index(&mut self.0, CLASSES as u32) as usize;
        let mut raw = CENTRES[label % CLASSES];
        for reading in &mut raw {
            // The sum of four dice of 32 sides, with a deviation of 18.
            let dice = self.0.next_u32().to_le_bytes().map(|die| die % 32);
            *reading = *reading - 62 + dice.iter().sum::<u8>();
        }
        (raw, label)
    }
}
