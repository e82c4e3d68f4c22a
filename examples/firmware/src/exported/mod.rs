//! The files that `hingeline export` writes for a model of the digits, in binary32 and in integers. They are generated
//! by `cargo run --release --bin hingeline`, not written by hand:
//!
//! ```sh
//! hingeline train examples/data/digits --loss hinge --learning-rate 0.01 --l2 1e-3 --epochs 2
//! hingeline export model.json --to rust -o examples/firmware/src/exported/floats.rs
//! hingeline export model.json --to rust --integers i16 -o examples/firmware/src/exported/integers.rs
//! hingeline export model.json --to rust --integers i8 -o examples/firmware/src/exported/bytes.rs
//! ```
//!
//! And for recordings, windows and their model in one file:
//!
//! ```sh
//! hingeline train examples/data/recordings/train --label-from file --window 100 --hop 50 \
//!     --features mean,deviation,minimum,maximum,mean-crossings,waveform-length,segments:4,band:1-6,correlation:0-1 \
//!     --loss hinge --learning-rate 1e-3 --l2 1e-3 --epochs 20
//! hingeline export model.json --to rust -o examples/firmware/src/exported/windows.rs
//! ```
//!
//! `windows_integers.rs` is the same with `train --reading-type i16 --noise 10 --sensor-range=-32000:32000` and `export
//! --integers i16`.

pub mod bytes;
pub mod floats;
pub mod integers;
pub mod windows;
pub mod windows_integers;
