//! The programs and what they are made of, from the outside.

mod digits;
mod directories;
mod readers;
mod sets;
mod wearable;
