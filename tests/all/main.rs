//! The tests that hold the library against the harness, as modules of one program: generic code is compiled once for all of them.

mod arithmetic;
mod average;
mod batches;
mod compact;
mod exact;
mod golden;
mod gradient;
mod kernels;
mod landscape;
mod lecture;
mod oracle;
mod order;
mod properties;
mod refusals;
mod replay;
mod repository;
mod reservoir;
mod runtime_shapes;
mod standardise;
mod stopping;
mod strategies;
