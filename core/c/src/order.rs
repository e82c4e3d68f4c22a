//! The order of an epoch.

use hingeline::Order;

use crate::memory::{Object, array, exclusive, place_of, shared};
use crate::status::hingeline_status::HINGELINE_WRONG_SIZE;
use crate::status::{Told, told};

/// A shuffled order of a set without an index array, different in each epoch.
#[repr(C)]
pub struct hingeline_order {
    opaque: [u64; 12],
}

impl Object for Order {
    type Outer = hingeline_order;
    const TAG: usize = 0x1cc;
}

/// Initialises the order of `samples` samples from a seed of four words. Any words are valid; equal seeds give equal
/// runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_order_init(
    order: *mut hingeline_order,
    samples: usize,
    seed: *const u32,
    seed_len: usize,
) -> Told {
    // SAFETY: the pointers are the caller's, as the header says.
    told(|| unsafe {
        let seed: &[u32; 4] = array(seed, seed_len)?.try_into().map_err(|_| HINGELINE_WRONG_SIZE)?;
        place_of::<Order>(order)?.take(Order::resume(*seed, samples, 0, 0)?);
        Ok(())
    })
}

/// Returns the index of the current sample, SIZE_MAX if the order is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_order_index(order: *const hingeline_order) -> usize {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Order>(order) }.map_or(usize::MAX, Order::index)
}

/// Returns the number of samples, 0 if the order is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_order_samples(order: *const hingeline_order) -> usize {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Order>(order) }.map_or(0, Order::len)
}

/// Returns the epoch, counted from 0; 0 if the order is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_order_epoch(order: *const hingeline_order) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Order>(order) }.map_or(0, Order::epoch)
}

/// Returns the position in the epoch, counted from 0; 0 if the order is not initialised or is in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_order_position(order: *const hingeline_order) -> u32 {
    // SAFETY: the pointer is the caller's, as the header says.
    unsafe { shared::<Order>(order) }.map_or(0, Order::position)
}

/// Advances to the next sample without a step.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hingeline_order_skip(order: *mut hingeline_order) -> Told {
    // SAFETY: the pointer is the caller's, as the header says.
    told(|| unsafe {
        exclusive::<Order>(order)?.skip();
        Ok(())
    })
}
