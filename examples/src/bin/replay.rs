//! Replays the log of the firmware `wearable` on this machine, and ends in the weights that the device had, to the last bit.
//!
//! The device logged its seed and the bits of every window that it was asked to learn from. What it does with them is one
//! file, compiled for the device and for this program.

#[path = "../../firmware/src/pretrained.rs"]
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "the firmware shares it among its programs")]
mod pretrained;
#[path = "../../firmware/src/wearer.rs"]
#[allow(unreachable_pub, reason = "the firmware shares it among its programs")]
mod wearer;

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, io};

use clap::Parser;
use pretrained::{CLASSES, FEATURES};
use wearer::Learner;

/// Replays the log of the firmware `wearable` and compares the weights
#[derive(Debug, Parser)]
struct Options {
    /// The log as text, a line each; standard input if there is none
    log: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match read(options.log).and_then(|log| replay(&log)) {
        Ok(Replayed { learned, refused, weights, logged }) => {
            println!("{learned} windows learned from, {refused} refused");
            println!("weights {weights:016x} here, {logged:016x} on the device");
            if weights == logged { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn read(log: Option<PathBuf>) -> Result<String, String> {
    let mut text = String::new();
    match log {
        Some(path) => fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display())),
        None => io::stdin().read_to_string(&mut text).map(|_| text).map_err(|error| error.to_string()),
    }
}

/// How a replay ended.
struct Replayed {
    learned: u32,
    refused: u32,
    /// The fingerprint of the weights here, and the one in the log.
    weights: u64,
    logged: u64,
}

fn replay(log: &str) -> Result<Replayed, String> {
    let mut learner = Learner::new();
    let (mut started, mut learned, mut refused) = (false, 0, 0);
    for (number, line) in (1..).zip(log.lines()) {
        let problem = |what: &str| format!("line {number}: {what}: {line}");
        // The level comes first.
        let mut words = line.split_whitespace().skip(1);
        match (words.next(), words.next()) {
            (Some("seed"), Some(seed)) => {
                let seed = seed.parse().map_err(|_| problem("no seed"))?;
                learner.start(seed).map_err(|error| problem(&error.to_string()))?;
                started = true;
            }
            (Some("saw"), Some(label)) if started => {
                let label = label.parse().map_err(|_| problem("no label"))?;
                let window = window(words).ok_or_else(|| problem("not the bits of a window"))?;
                let exercise = learner.predict(&window).is_ok_and(|exercise| exercise < CLASSES);
                match learner.learn(&window, label) {
                    Ok(_) if exercise => learned += 1,
                    _ => refused += 1,
                }
            }
            (Some("saw"), _) => return Err(problem("a window before the seed")),
            (Some("weights"), Some(logged)) => {
                let logged = u64::from_str_radix(logged, 16).map_err(|_| problem("no fingerprint"))?;
                return Ok(Replayed { learned, refused, weights: learner.model().checksum(), logged });
            }
            _ => {}
        }
    }
    Err("the log ends without the fingerprint of the weights".to_owned())
}

/// `[bits, bits, ...]` in hexadecimal digits.
fn window<'a>(words: impl Iterator<Item = &'a str>) -> Option<[f32; FEATURES]> {
    let bits = words.map(|word| u32::from_str_radix(word.trim_matches(['[', ']', ',']), 16).ok());
    let values: Option<Vec<f32>> = bits.map(|bits| bits.map(f32::from_bits)).collect();
    values?.try_into().ok()
}
