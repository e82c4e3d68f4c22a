//! A watch that learns how its wearer moves, and loses its power again and again: during a step, a write or an erase.
//! It keeps its model, its optimiser and its order in flash, and ends in the bits of a watch that was never reset.
//!
//! It also restores the records beside the data, which every core reads and writes alike.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use core::hint::black_box;

use hingeline::checkpoint::{CheckpointError, Checkpoints};
use hingeline::state::{Fault, LoadError, encode, load};
use hingeline::{
    Average, AveragedSgd, CrammerSinger, Decoded, EarlyStopping, Error, Hinge, InverseTime, Model, Moments, Objective,
    Order, Sgd, Stopped, integer,
};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use hingeline_firmware::data::{WEARER_10, is_confirmed, wearers_window};
use hingeline_firmware::pretrained::{CLASSES, FEATURES, MODEL, STANDARDISER};
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;
use static_cell::ConstStaticCell;

// In the programs and not in the library: otherwise the compiler would generate different code for the other programs.
#[path = "../flash.rs"]
mod flash;

use flash::{CAPACITY, Flash};

/// Two regions of two sectors each; a region holds two records.
static FLASH: ConstStaticCell<Flash> = ConstStaticCell::new(Flash::new());
static WATCH: ConstStaticCell<Watch> = ConstStaticCell::new(Watch { model: Model::new(), optimiser: None });

/// Records as every core writes them.
static FLOATS: &[u8] = include_bytes!("../../../data/records/floats.bin");
static INTEGERS: &[u8] = include_bytes!("../../../data/records/integers.bin");

/// Epochs over the confirmed windows.
const EPOCHS: u32 = 3;

/// Windows between two saves.
const SAVE: u32 = 8;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    exit(floats().is_ok() && integers().is_ok() && lives(FLASH.take(), WATCH.take()).unwrap_or_default())
}

/// The state in RAM, which a reset destroys.
struct Watch {
    model: Model<CLASSES, FEATURES>,
    optimiser: Option<(Sgd<InverseTime>, Order)>,
}

impl Watch {
    /// Restores the factory state.
    fn start(&mut self, windows: usize) -> Result<(), Error> {
        self.model.copy_from(&MODEL);
        let sgd = Sgd::new(Hinge::new(1.0, 1e-4)?, InverseTime { rate: 0.02, decay: 1e-2 })?;
        self.optimiser = Some((sgd, Order::resume([2, 7, 1, 8], windows, 0, 0)?));
        Ok(())
    }
}

/// The windows that the wearer confirms.
fn confirmed_window(index: usize, x: &mut [f32; FEATURES]) -> Result<usize, Error> {
    let (window, label) = wearers_window(WEARER_10, 2 * index).ok_or(Error::IndexOutOfRange)?;
    *x = window;
    STANDARDISER.apply(x);
    Ok(label.into())
}

/// Why a life ended.
enum End {
    /// Everything has been learnt.
    Done,
    /// The power failed.
    Reset,
}

/// Runs from a reset to the next one: restores the saved state, and continues learning.
fn live(flash: &mut Flash, watch: &mut Watch, windows: usize, steps: u32) -> Result<End, Stopped> {
    watch.start(windows)?;
    let Some((sgd, order)) = &mut watch.optimiser else { return Ok(End::Done) };
    let Ok(mut checkpoints) = Checkpoints::open(flash, 0..CAPACITY as u32) else { return Ok(End::Reset) };
    match checkpoints.load(&mut (&mut watch.model, &mut *sgd, &mut *order)) {
        // The factory state is used if nothing has been saved.
        Ok(_) | Err(CheckpointError::Empty) => {}
        Err(_) => return Err(Error::InvalidState.into()),
    }
    let mut buffer = [0.0; FEATURES];
    let mut samples = Decoded::new(windows, &mut buffer, confirmed_window);
    for _ in 0..steps {
        if order.epoch() == EPOCHS {
            return Ok(End::Done);
        }
        sgd.step_next(&mut watch.model, &mut samples, order)?;
        if order.position().is_multiple_of(SAVE) && checkpoints.save(&(&watch.model, &*sgd, &*order)).is_err() {
            return Ok(End::Reset);
        }
    }
    Ok(End::Reset)
}

/// One run without a reset, and one with many.
fn lives(flash: &mut Flash, watch: &mut Watch) -> Result<bool, Stopped> {
    let windows = (0..).take_while(|time| wearers_window::<FEATURES>(WEARER_10, *time).is_some());
    let windows = windows.filter(|time| is_confirmed(*time)).count();
    flash.left = u32::MAX;
    while !matches!(live(flash, watch, windows, u32::MAX)?, End::Done) {}
    let (whole, erases) = (watch.model.checksum(), flash.erases);
    println!("without resets: weights {whole:016x}, {erases} sectors erased");

    *flash = Flash::new();
    let (mut resets, mut rng) = (0, XorShiftRng::seed_from_u64(3));
    loop {
        // Some runs end during a write or an erase, some after a step.
        flash.left = rng.next_u32() % 900;
        watch.model = black_box(Model::new());
        match live(flash, watch, windows, 1 + rng.next_u32() % 24)? {
            End::Done => break,
            End::Reset => resets += 1,
        }
    }
    let weights = watch.model.checksum();
    println!("with {resets} resets: weights {weights:016x}, {} sectors erased", flash.erases);
    Ok(weights == whole)
}

/// Any error with a record: a single type, for brevity.
#[derive(Debug)]
struct Wrong;

impl From<Error> for Wrong {
    fn from(_: Error) -> Self {
        Self
    }
}

impl From<Fault> for Wrong {
    fn from(_: Fault) -> Self {
        Self
    }
}

impl<E> From<LoadError<E>> for Wrong {
    fn from(_: LoadError<E>) -> Self {
        Self
    }
}

/// Restores six states, saves them again, and continues with them.
fn floats() -> Result<(), Wrong> {
    let (mut model, mut average) = (Model::<3, 5>::new(), Average::<3, 5>::new());
    let schedule = InverseTime { rate: 0.5, decay: 0.0 };
    let mut sgd = Sgd::new(Objective::of(CrammerSinger::new(0.5)?, 0.0)?, schedule)?;
    let (mut order, mut moments) = (Order::resume([0; 4], 1, 0, 0)?, Moments::<5>::new());
    let mut stopping = EarlyStopping::new(1)?;
    let mut all = (&mut model, &mut average, &mut sgd, &mut order, &mut moments, &mut stopping);
    load(&mut all, &mut &FLOATS[..], &mut [0; 24])?;
    let mut again = [0; 600];
    let len = encode(&all, &mut again)?;
    let same = again.get(..len) == Some(FLOATS);
    let x = [0.5, -1.0, 0.25, 2.0, -0.125];
    let mut averaged = AveragedSgd::new(sgd, &mut average);
    averaged.step(&mut model, &x, order.index() % 3)?;
    average.finish(&mut model)?;
    println!("floats: the same bytes: {same}, then weights {:016x}", model.checksum());
    if same { Ok(()) } else { Err(Wrong) }
}

/// The same in integers.
fn integers() -> Result<(), Wrong> {
    let mut model = integer::Model::<3, 5>::new();
    let schedule = integer::Halving { exponent: 1, period: 1, last: 1 };
    let mut sgd = integer::Sgd::new(integer::Hinge::new(1.0, 0.0)?, schedule)?;
    let mut sums = [integer::Sums::ZERO; 5];
    let mut moments = integer::Moments::<i16>::new(&mut sums);
    let mut scales = [integer::InputScale::ZERO; 5];
    load(&mut (&mut model, &mut sgd, &mut moments, &mut scales), &mut &INTEGERS[..], &mut [0; 24])?;
    let mut again = [0; 400];
    let len = encode(&(&model, &sgd, &moments, &scales), &mut again)?;
    let same = again.get(..len) == Some(INTEGERS);
    let mut buffer = [0; 5];
    sgd.step(&mut model, integer::Inputs::scaled(&[100_i16, -200, 0, 50, 7], &scales, &mut buffer)?, 1)?;
    println!("integers: the same bytes: {same}, then weights {:016x}", model.checksum());
    if same { Ok(()) } else { Err(Wrong) }
}
