//! The costs of saving and restoring a model, its optimiser and its order, as bytes and on flash. Each function is
//! called once, so that a trace can count it.
#![no_std]
#![no_main]

use core::hint::black_box;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use hingeline::checkpoint::Checkpoints;
use hingeline::state::{encode, load};
use hingeline::{Error, Hinge, InverseTime, Model, Order, Sgd};
use hingeline_firmware::board::{entry, exit, panicked, println, stack_used};
use static_cell::ConstStaticCell;

const SECTOR: usize = 4_096;
const CAPACITY: usize = 2 * SECTOR;

static MODEL: ConstStaticCell<Model<10, 64>> = ConstStaticCell::new(Model::new());
static FLASH: ConstStaticCell<Flash> = ConstStaticCell::new(Flash([0; CAPACITY]));

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

/// A flash that only copies: any further work of a driver is not the library's.
struct Flash([u8; CAPACITY]);

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let own = self.0.get(offset as usize..).ok_or(NorFlashErrorKind::OutOfBounds)?;
        bytes.iter_mut().zip(own).for_each(|(to, from)| *to = *from);
        Ok(())
    }

    fn capacity(&self) -> usize {
        CAPACITY
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = SECTOR;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        let own = self.0.get_mut(from as usize..to as usize).ok_or(NorFlashErrorKind::OutOfBounds)?;
        own.fill(0xff);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        let own = self.0.get_mut(offset as usize..).ok_or(NorFlashErrorKind::OutOfBounds)?;
        own.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

/// A model, its optimiser and its order.
type Parts<'a> = (&'a mut Model<10, 64>, &'a mut Sgd<InverseTime>, &'a mut Order);

#[inline(never)]
fn to_bytes(state: &Parts<'_>, record: &mut [u8]) -> usize {
    encode(state, record).unwrap_or_default()
}

#[inline(never)]
fn from_bytes(state: &mut Parts<'_>, mut record: &[u8]) -> bool {
    load(state, &mut record, &mut [0; 64]).is_ok()
}

#[inline(never)]
fn open(flash: &mut Flash) -> Option<Checkpoints<&mut Flash>> {
    Checkpoints::open(flash, 0..CAPACITY as u32).ok()
}

#[inline(never)]
fn save(checkpoints: &mut Checkpoints<&mut Flash>, state: &Parts<'_>) -> u32 {
    checkpoints.save(state).unwrap_or_default()
}

#[inline(never)]
fn restore(checkpoints: &mut Checkpoints<&mut Flash>, state: &mut Parts<'_>) -> u32 {
    checkpoints.load(state).unwrap_or_default()
}

#[entry]
fn main() -> ! {
    exit(measure().unwrap_or_default())
}

/// The size of the stack that is painted for a call.
const ROOM: usize = 2_048;

fn measure() -> Result<bool, Error> {
    let (model, flash) = (MODEL.take(), FLASH.take());
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-3)?, InverseTime { rate: 0.01, decay: 1e-4 })?;
    let mut order = Order::resume([1, 2, 3, 4], 1_797, 0, black_box(7))?;
    sgd.step(model, black_box(&[0.5; 64]), black_box(3))?;
    let checksum = model.checksum();
    // The bytes lie in the memory of the flash, since the smallest board has no room for a second buffer.
    let state = (&mut *model, &mut sgd, &mut order);
    let (len, to) = stack_used(ROOM, || to_bytes(&state, &mut flash.0));
    *model = Model::new();
    let mut state = (&mut *model, &mut sgd, &mut order);
    let (loaded, from) = stack_used(ROOM, || from_bytes(&mut state, flash.0.get(..len).unwrap_or_default()));
    let as_bytes = loaded && model.checksum() == checksum;

    // An erased flash; the second start finds one record in it.
    flash.0.fill(0xff);
    let Ok(mut checkpoints) = Checkpoints::open(flash, 0..CAPACITY as u32) else { return Ok(false) };
    let state = (&mut *model, &mut sgd, &mut order);
    let (saved, saving) = stack_used(ROOM, || save(&mut checkpoints, &state));
    let (opened, opening) = stack_used(ROOM, || open(checkpoints.release()));
    let Some(mut checkpoints) = opened else { return Ok(false) };
    *model = Model::new();
    let mut state = (&mut *model, &mut sgd, &mut order);
    let (restored, restoring) = stack_used(ROOM, || restore(&mut checkpoints, &mut state));
    // The memory of the flash itself, here a reference, does not count as the library's.
    let (ram, stack) = (size_of_val(&checkpoints) - size_of::<&mut Flash>(), [to, from, saving, opening, restoring]);
    println!("record {len} checkpoints {ram} stack {}", stack.into_iter().max().unwrap_or_default());
    Ok(as_bytes && saved > 0 && restored == saved && model.checksum() == checksum)
}
