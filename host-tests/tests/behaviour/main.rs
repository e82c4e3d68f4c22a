//! The behaviour of the library, except for the bits of each kernel.

mod average;
mod checkpoints;
mod compact;
mod decisions;
mod exact;
mod golden;
mod gradient;
mod integers;
mod landscape;
mod lecture;
mod losses;
mod oracle;
mod order;
mod properties;
mod refusals;
mod repository;
mod reservoir;
mod saving;
mod stack;
mod standardise;
mod stopping;
mod strategies;
mod windows;
