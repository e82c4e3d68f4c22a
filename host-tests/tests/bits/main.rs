//! What must be the same bits on every kernel and every processor: the checks of the repository run this program on emulated ones too.

mod arithmetic;
mod batches;
mod dyn_moments;
mod kernels;
mod replay;
mod runtime_shapes;
mod saved;
mod windows;
