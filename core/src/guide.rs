//! The manual. Every program on these pages is compiled and run as a test, but for fragments that need a board's drivers.
//!
//! | page | content |
//! |---|---|
//! | [`first_model`] | from a CSV file to a classifier in an emulator, in four commands |
//! | [`choosing`] | the loss, the learning rate, L2, and weights for rare classes |
//! | [`windows`] | from a sensor's readings to an answer |
//! | [`firmware`] | the program, its data, projects to copy, a board of your own |
//! | [`adapting`] | doubt, wrong labels, one more class, drift, back to a checkpoint |
//! | [`saving`] | state that survives a power cut, in flash or as bytes |
//! | [`replaying`] | a field failure repeated on the desktop |
//! | [`integers`] | 16-bit integers or floats |
//! | [`runtime_shapes`] | models whose shape is known only at run time |
//! | [`c`] | the library for C and C++ |
//! | [`coming_from`] | scikit-learn, PyTorch, emlearn, CMSIS-DSP and this crate |
//! | [`command`] | what `hingeline` reads, and how it chooses |
//! | [`costs`] | memory, the longest step, interrupts, debug builds |
//! | [`cores`] | flash, stack and instructions on every core |
//! | [`contract`] | what "the same bits" means, and where it holds |
//! | [`lecture`] | five strategies, and what the loss looks like |
//! | [`kernels`] | the instruction sets, how to force one, how to add one |
//! | [`proof`] | how each claim is tested |
//! | [`inside`] | the modules of the source, and a sample's way through them |
//!
//! # Terms
//!
//! | term | meaning |
//! |---|---|
//! | class, feature, sample, label | what is told apart; a number that describes it; a row of features; the class of a sample |
//! | score | how much the model speaks for a class: the product of its row of weights with the features, plus its bias. The highest wins |
//! | margin | how far the score of a class is above that of the label, plus Δ. A margin above zero is a violation: it adds to the loss |
//! | coefficient | how much a step changes the row of a class, in units of the sample; 0 leaves the row as it is |
//! | learning rate, schedule | the length of a step, η; how it changes from step to step |
//! | L2 | the strength α with which the loss grows with the squares of the weights |
//! | scale, fold | a factor for all weights, which L2 shrinks in place of each weight; multiplying it into the weights |
//! | guard | the check that a step leaves nothing behind that is not finite |
//! | kernel | the arithmetic for one instruction set |
//! | record, checkpoint | a state as bytes; a record in flash that survives a power cut |

#[doc = include_str!("guide/first_model.md")]
pub mod first_model {}

#[doc = include_str!("guide/choosing.md")]
pub mod choosing {}

#[doc = include_str!("guide/windows.md")]
pub mod windows {}

#[doc = include_str!("guide/firmware.md")]
pub mod firmware {}

#[doc = include_str!("guide/adapting.md")]
pub mod adapting {}

#[doc = include_str!("guide/saving.md")]
pub mod saving {}

#[doc = include_str!("guide/replaying.md")]
pub mod replaying {}

#[doc = include_str!("guide/integers.md")]
pub mod integers {}

#[doc = include_str!("guide/runtime_shapes.md")]
pub mod runtime_shapes {}

#[doc = include_str!("guide/c.md")]
pub mod c {}

#[doc = include_str!("guide/coming_from.md")]
pub mod coming_from {}

#[doc = include_str!("guide/command.md")]
pub mod command {}

#[doc = include_str!("guide/costs.md")]
pub mod costs {}

#[doc = include_str!("guide/cores.md")]
pub mod cores {}

#[doc = include_str!("guide/contract.md")]
pub mod contract {}

#[doc = include_str!("guide/lecture.md")]
pub mod lecture {}

#[doc = include_str!("guide/kernels.md")]
pub mod kernels {}

#[doc = include_str!("guide/proof.md")]
pub mod proof {}

#[doc = include_str!("guide/inside.md")]
pub mod inside {}
