//! What the library promises, but for the bits of each kernel.

mod average;
mod compact;
mod exact;
mod golden;
mod gradient;
mod landscape;
mod lecture;
mod oracle;
mod order;
mod properties;
mod refusals;
mod repository;
mod reservoir;
mod standardise;
mod stopping;
mod strategies;
