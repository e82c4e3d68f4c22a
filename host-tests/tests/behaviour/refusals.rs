//! Invalid input is refused, with the right error at the right sample, and without a trace.

mod acceptance;
mod arguments;
mod bounds;
mod folds;
mod loading;
mod orders;
mod samples;
mod shrinking;
mod steps;
mod strategy;
mod texts;
