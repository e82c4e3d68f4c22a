//! A model beside other data of a device in one flash, by `sequential-storage`: a map from keys to bytes, with wear
//! levelling.
//!
//! A record is stored, so that a value of another shape, version or type is refused. It needs a buffer for the whole
//! record, unlike `Checkpoints`.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_storage::nor_flash::{NorFlash, NorFlashErrorKind, ReadNorFlash};
use embedded_storage_async::nor_flash as awaited;
use hingeline::state::{encode, load};
use hingeline::{Constant, Hinge, Model, Sgd};
#[cfg(not(feature = "std"))]
use hingeline_firmware::board::{entry, panicked};
use hingeline_firmware::board::{exit, println};
use hingeline_firmware::data::{WEARER_10, wearers_window};
use hingeline_firmware::pretrained::{CLASSES, FEATURES, MODEL, STANDARDISER};
use sequential_storage::Error;
use sequential_storage::cache::Cache;
use sequential_storage::map::{MapConfig, MapStorage};
use static_cell::ConstStaticCell;

#[path = "../flash.rs"]
mod flash;

use flash::{CAPACITY, Flash};

/// The keys of the map.
const LEARNT: u8 = 1;
const WEARER: u8 = 2;

/// The record of the model and its optimiser, and some bytes for the map.
const RECORD: usize = 1_000;

static FLASH: ConstStaticCell<Flash> = ConstStaticCell::new(Flash::new());
static MODEL_IN_RAM: ConstStaticCell<Model<CLASSES, FEATURES>> = ConstStaticCell::new(Model::new());

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    panicked(info)
}

#[cfg_attr(not(feature = "std"), entry)]
fn main() -> ! {
    let flash = FLASH.take();
    flash.left = u32::MAX;
    exit(block_on(run(flash, MODEL_IN_RAM.take())).is_some_and(|well| well.is_ok()))
}

/// Polls once: a driver that blocks is never pending. In your firmware, an executor awaits the future.
fn block_on<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// The blocking driver with an asynchronous interface.
struct Blocking<'a>(&'a mut Flash);

impl awaited::ErrorType for Blocking<'_> {
    type Error = NorFlashErrorKind;
}

impl awaited::ReadNorFlash for Blocking<'_> {
    const READ_SIZE: usize = Flash::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl awaited::NorFlash for Blocking<'_> {
    const WRITE_SIZE: usize = Flash::WRITE_SIZE;
    const ERASE_SIZE: usize = Flash::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        self.0.erase(from, to)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        self.0.write(offset, bytes)
    }
}

/// An error of any kind.
struct Wrong;

async fn run(flash: &mut Flash, model: &mut Model<CLASSES, FEATURES>) -> Result<(), Wrong> {
    let config = MapConfig::try_new(0..CAPACITY as u32).map_err(|_| Wrong)?;
    let mut map = MapStorage::<u8, _, _>::new(Blocking(flash), config, Cache::new_uncached());
    // At the first start the flash does not hold a map.
    let mut buffer = [0; RECORD];
    match map.fetch_item::<u8>(&mut buffer, &WEARER).await {
        Ok(_) => {}
        Err(Error::Corrupted { .. }) => map.erase_all().await.map_err(|_| Wrong)?,
        Err(_) => return Err(Wrong),
    }
    let schedule = Constant { rate: 0.02 };
    let mut sgd = Sgd::new(Hinge::new(1.0, 1e-4).map_err(|_| Wrong)?, schedule).map_err(|_| Wrong)?;
    model.copy_from(&MODEL);
    map.store_item(&mut buffer, &WEARER, &WEARER_10).await.map_err(|_| Wrong)?;
    for time in 0..5 {
        let (mut x, label) = wearers_window(WEARER_10, time).ok_or(Wrong)?;
        STANDARDISER.apply(&mut x);
        sgd.step(model, &x, label.into()).map_err(|_| Wrong)?;
        // After each step, to show that a new value replaces the old one; a device saves only occasionally.
        let mut record = [0; RECORD];
        let len = encode(&(&*model, &sgd), &mut record).map_err(|_| Wrong)?;
        let value = record.get(..len).ok_or(Wrong)?;
        map.store_item(&mut buffer, &LEARNT, &value).await.map_err(|_| Wrong)?;
    }
    println!("learnt {:016x} in {} steps", model.checksum(), sgd.progress().steps());

    // After a reset.
    *model = Model::new();
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).map_err(|_| Wrong)?, schedule).map_err(|_| Wrong)?;
    let mut record: &[u8] = map.fetch_item(&mut buffer, &LEARNT).await.map_err(|_| Wrong)?.ok_or(Wrong)?;
    load(&mut (&mut *model, &mut sgd), &mut record, &mut [0; 64]).map_err(|_| Wrong)?;
    println!("restored {:016x} in {} steps", model.checksum(), sgd.progress().steps());
    let wearer: u8 = map.fetch_item(&mut buffer, &WEARER).await.map_err(|_| Wrong)?.ok_or(Wrong)?;
    println!("wearer {wearer}");
    Ok(())
}
