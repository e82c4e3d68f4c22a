//! What `hingeline export` writes of a model of the digits, as it is and in integers; written by
//! `cargo run --release --bin hingeline`, not by hand:
//!
//! ```sh
//! hingeline train examples/data/digits --loss hinge --learning-rate 0.01 --l2 1e-3 --epochs 2
//! hingeline export model.json --to rust -o examples/firmware/src/exported/floats.rs
//! hingeline export model.json --to rust --integers i16 -o examples/firmware/src/exported/integers.rs
//! hingeline export model.json --to rust --integers i8 -o examples/firmware/src/exported/bytes.rs
//! ```

pub mod bytes;
pub mod floats;
pub mod integers;
