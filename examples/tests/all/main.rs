//! The programs and what they are made of, from the outside.

mod digits;
mod directories;
mod grow;
mod readers;
mod sets;
mod streams;
mod stretches;
mod wearable;
