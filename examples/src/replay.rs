//! Replays the log of the firmware `wearable`.
//!
//! The device logs its seed and the bits of every window that it is asked to learn from. The code that processes them
//! is one file, compiled for the device and for this machine.

#[path = "../firmware/src/data.rs"]
#[allow(dead_code, unreachable_pub, reason = "the firmware shares it among its programs")]
mod data;
#[path = "../firmware/src/pretrained.rs"]
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "the firmware shares it among its programs")]
mod pretrained;
#[path = "../firmware/src/wearer.rs"]
#[allow(dead_code, unreachable_pub, reason = "the firmware shares it among its programs")]
mod wearer;

use pretrained::{CLASSES, FEATURES};
use wearer::{Learner, TOLERANCE};

/// The number of characters that a message shows of a faulty line.
const SHOWN: usize = 200;

/// How a replay ended.
#[derive(Clone, Copy, Debug)]
pub struct Replayed {
    /// Windows that were learned from.
    pub learned: u32,
    /// Windows that were not learned from.
    pub refused: u32,
    /// Reviews that published what was learned.
    pub adopted: u32,
    /// Reviews that took it back.
    pub reverted: u32,
    /// The fingerprint of the weights here.
    pub weights: u64,
    /// The one in the log.
    pub logged: u64,
}

/// Repeats what the device did, from its log.
///
/// # Errors
/// A message that says what is wrong with the log.
pub fn replay(log: &str) -> Result<Replayed, String> {
    let mut learner = Learner::new();
    let mut started = false;
    let (mut learned, mut refused, mut adopted, mut reverted) = (0, 0, 0, 0);
    for (number, line) in (1..).zip(log.lines()) {
        let problem = |what: &str| format!("line {number}: {what}: {}", line.chars().take(SHOWN).collect::<String>());
        // A line begins with the log level.
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
            (Some("fold"), None) if started => {
                learner.rest().map_err(|error| problem(&error.to_string()))?;
            }
            (Some("review"), None) if started => {
                let review = learner.review(TOLERANCE).map_err(|error| problem(&error.to_string()))?;
                *(if review.adopted { &mut adopted } else { &mut reverted }) += 1;
            }
            (Some("saw"), _) => return Err(problem("a window before the seed")),
            (Some("weights"), Some(logged)) => {
                let logged = u64::from_str_radix(logged, 16).map_err(|_| problem("no fingerprint"))?;
                let weights = learner.model().checksum();
                return Ok(Replayed { learned, refused, adopted, reverted, weights, logged });
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
