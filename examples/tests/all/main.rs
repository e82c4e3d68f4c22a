//! The programs and what they are made of, from the outside.

mod command;
mod dataset;
mod digits;
mod directories;
mod grow;
mod readers;
mod streams;
mod stretches;
mod wearable;
