//! The log of a program through defmt, as text.

use std::path::Path;

use defmt_decoder::{DecodeError, Table};

use crate::Failure;
use crate::elf::read_program;

/// One line for each frame that the program wrote.
pub(crate) fn decode(program: &Path, frames: &[u8]) -> Result<String, Failure> {
    let table = Table::parse(&read_program(program)?)?.ok_or("the program does not log")?;
    let mut decoder = table.new_stream_decoder();
    decoder.received(frames);
    let mut text = String::new();
    loop {
        match decoder.decode() {
            Ok(frame) => {
                let level = frame.level().map_or("", |level| level.as_str());
                text += &format!("{level:<5} {}\n", frame.display_message());
            }
            Err(DecodeError::UnexpectedEof) => return Ok(text),
            Err(DecodeError::Malformed) => return Err("a malformed frame in the log".into()),
        }
    }
}
