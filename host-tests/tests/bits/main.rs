//! Results that must have the same bits on every kernel and every processor. The checks of the repository run this
//! program on emulated processors too.

mod arithmetic;
mod batches;
mod dyn_moments;
mod kernels;
mod replay;
mod runtime_shapes;
mod saved;
mod windows;
