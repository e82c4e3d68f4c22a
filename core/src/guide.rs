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
