//! Desktop programs built on hingeline: the strategies of the optimisation lecture on real data.
//!
//! Each program reads a data set and calls [`programme::run`].

pub mod cifar10;
#[cfg(not(target_family = "wasm"))]
pub mod command;
pub mod dataset;
pub mod digits;
pub mod folder;
pub mod grow;
pub mod idx;
#[cfg(not(target_family = "wasm"))]
pub mod integers;
pub mod mnist;
pub mod options;
pub mod pretrain;
#[cfg(not(target_family = "wasm"))]
pub mod programme;
pub mod rates;
pub mod recipe;
pub mod records;
pub mod replay;
pub mod report;
#[cfg(not(target_family = "wasm"))]
pub mod selection;
pub mod strategy;
#[cfg(not(target_family = "wasm"))]
pub mod watch;
