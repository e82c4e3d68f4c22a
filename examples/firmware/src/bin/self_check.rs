//! The first program to run on a new board. It checks the arithmetic, the kernel against the definition, and the
//! gradient against finite differences.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use hingeline::kernel::{CHOSEN, Chosen, Kernel, self_check};
use hingeline::{Decoded, FiniteDifference, Gradient, Hinge, Model, Stopped};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use hingeline_firmware::data::{WATCH, decode_floats};
use hingeline_firmware::table;
use hingeline_firmware::training::{WATCH_CLASSES, WATCH_FEATURES};
use static_cell::ConstStaticCell;

static MODEL: ConstStaticCell<Model<WATCH_CLASSES, WATCH_FEATURES>> = ConstStaticCell::new(Model::new());
static GRADIENT: ConstStaticCell<Gradient<WATCH_CLASSES, WATCH_FEATURES>> = ConstStaticCell::new(Gradient::new());

/// The step of the differences, and the largest relative error that rounding can explain at that step.
const STEP: f32 = 1e-2;
const TOLERANCE: f32 = 1e-2;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    println!("kernel {}", Chosen::NAME);
    // Your own program calls this when it starts.
    let keeps_the_contract = self_check(CHOSEN).is_ok();
    println!("arithmetic {}", if keeps_the_contract { "of the contract" } else { "OF ANOTHER KIND" });
    let report = table::check(CHOSEN);
    println!("{} results compared with the definition, {} differ", report.compared, report.different);
    println!("fingerprint {:016x}", report.checksum);
    let all_is_well = gradient_is_right() == Ok(true) && report.is_right() && keeps_the_contract;
    println!("{}", if all_is_well { "all is well" } else { "SOMETHING IS WRONG" });
    exit(all_is_well)
}

/// Checks the analytic gradient on the first windows of the watch, at weights after one step from zero.
fn gradient_is_right() -> Result<bool, Stopped> {
    let (model, gradient) = (MODEL.take(), GRADIENT.take());
    let hinge = Hinge::new(1.0, 1e-3)?;
    let mut buffer = [0.0; WATCH_FEATURES];
    let mut samples =
        Decoded::new(4, &mut buffer, |index, x: &mut [f32; WATCH_FEATURES]| decode_floats(WATCH, 31 * index, x));
    let check = FiniteDifference::central(STEP)?.check(&hinge, model, &mut samples, gradient)?;
    println!("gradient: {} compared, {} at a kink, {} drowned in rounding", check.compared, check.kinks, check.drowned);
    println!("largest relative error {:08x}", check.largest_error.to_bits());
    Ok(check.compared > 100 && check.largest_error < TOLERANCE)
}
