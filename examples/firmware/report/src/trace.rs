//! Counts executed instructions between a function's entry and its return.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use hingeline_console::file::FileError;

use crate::Failure;
use crate::cores::Core;
use crate::run::{Run, run};

/// The addresses of the instructions that a program executed, in order.
#[derive(Debug)]
pub(crate) struct Trace(Vec<u64>);

impl Trace {
    /// Runs a program on a core, and returns its output and its trace.
    pub(crate) fn of_run(core: &Core, program: &Path) -> Result<(Run, Self), Failure> {
        let log = program.with_extension(format!("{}.trace", core.name));
        let printed = run(core, program, Some(&log))?;
        let trace = Self::read(&log)?;
        std::fs::remove_file(&log).map_err(|error| FileError::new(&log, error))?;
        Ok((printed, trace))
    }

    /// Reads the emulator's trace: one line per instruction, with its address after the first slash in brackets.
    fn read(path: &Path) -> Result<Self, Failure> {
        let mut addresses = Vec::new();
        let refuse = |error| FileError::new(path, error);
        for line in BufReader::new(File::open(path).map_err(refuse)?).split(b'\n') {
            let line = line.map_err(refuse)?;
            let line = String::from_utf8_lossy(&line);
            let Some(address) = line.strip_prefix("Trace ").and_then(|rest| rest.split('/').nth(1)) else { continue };
            let address = u64::from_str_radix(address, 16);
            addresses.push(address.map_err(|error| FileError::new(path, format_args!("{error}: {line}")))?);
        }
        Ok(Self(addresses))
    }

    /// The instructions of the first call of the function at this address, including those of the functions that it
    /// calls.
    pub(crate) fn first_call(&self, entry: u64) -> Result<&[u64], Failure> {
        first_call(&self.0, entry)
    }
}

/// The same within a part of a trace.
pub(crate) fn first_call(trace: &[u64], entry: u64) -> Result<&[u64], Failure> {
    first_call_of(trace, &[entry])
}

/// The same for any of some functions.
pub(crate) fn first_call_of<'a>(trace: &'a [u64], entries: &[u64]) -> Result<&'a [u64], Failure> {
    let start = trace.iter().position(|address| entries.contains(address)).ok_or("a function was not called")?;
    let call = start.checked_sub(1).and_then(|before| trace.get(before)).ok_or("a function was not called")?;
    // The call takes two or four bytes, and only its return leads to the address after it.
    let inside = trace.get(start..).unwrap_or_default();
    let length = inside.iter().position(|address| [call + 2, call + 4].contains(address));
    Ok(inside.get(..length.ok_or("a function did not return to where it was called")?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_counted_from_entry_to_return_with_what_it_calls() {
        // 100 calls 200, which calls 300 in four bytes and runs twice through 206.
        let trace = Trace(vec![100, 200, 202, 300, 302, 206, 206, 104, 200]);
        assert_eq!(trace.first_call(200).unwrap(), &[200, 202, 300, 302, 206, 206]);
        assert_eq!(trace.first_call(300).unwrap(), &[300, 302]);
        assert!(trace.first_call(400).is_err());
        // The last call never returns.
        assert!(first_call(&trace.0[6..], 200).is_err());
    }
}
