//! Seeing the loss on a device: its values along the direction of the gradient, as text for a serial port, and descent
//! without a learning rate.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use hingeline::{Decoded, Direction, Hinge, Landscape, LineSearch, Model, Samples, Span, Stopped, grid};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use hingeline_firmware::data::{WATCH, decode_floats};
use hingeline_firmware::training::{WATCH_CLASSES as C, WATCH_FEATURES as F};
use static_cell::ConstStaticCell;

static MODEL: ConstStaticCell<Model<C, F>> = ConstStaticCell::new(Model::new());
static DIRECTION: ConstStaticCell<Direction<C, F>> = ConstStaticCell::new(Direction::new());

/// The number of windows of the recording that are used, and the distance between them.
const WINDOWS: usize = 40;
const APART: usize = 37;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    let mut buffer = [0.0; F];
    let read = |index: usize, x: &mut [f32; F]| decode_floats(WATCH, APART * index, x);
    exit(look(&mut Decoded::new(WINDOWS, &mut buffer, read)).is_ok())
}

fn look(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let (model, direction) = (MODEL.take(), DIRECTION.take());
    let hinge = Hinge::new(1.0, 1e-3)?;
    direction.downhill(&hinge, model, samples)?;
    let ray = Landscape::new(hinge, model, [direction]);
    ray.losses(samples, grid([Span::new(0.0, 0.05, 11)?]), |[a], loss| println!("loss {loss:.4} at {a:.3}"))?;
    let minimum = ray.minimum(samples)?;
    let breakpoints = ray.breakpoints(samples, |_| {})?;
    println!("least at {:.6}, bits {:08x}; {breakpoints} breakpoints", minimum.at, minimum.at.to_bits());

    let mut search = LineSearch::new(hinge, direction);
    for _ in 0..8 {
        let step = search.step(model, samples)?;
        println!("loss {:.4} after {:.6} down the gradient", step.loss, step.minimum.at);
    }
    println!("weights {:016x}", model.checksum());
    Ok(())
}
