//! Times of several pieces of work, in alternation so that the machine's noise affects all of them alike.

use std::time::{Duration, Instant};

/// A piece of work that can be repeated.
pub struct Contestant<'a> {
    /// The name in the results.
    pub name: &'static str,
    /// Does the work this many times. The loop is inside, so that a call through a pointer is not part of each
    /// repetition.
    repeat: Box<dyn FnMut(u32) + 'a>,
}

impl<'a> Contestant<'a> {
    /// A contestant that makes this call.
    pub fn new(name: &'static str, mut call: impl FnMut() + 'a) -> Self {
        let repeat = Box::new(move |times| {
            for _ in 0..times {
                call();
            }
        });
        Self { name, repeat }
    }

    fn time(&mut self, times: u32) -> Duration {
        let start = Instant::now();
        (self.repeat)(times);
        start.elapsed()
    }
}

impl std::fmt::Debug for Contestant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The minimum length of a turn: long compared with the clock's resolution, short compared with the machine's changes
/// of speed.
const TURN: Duration = Duration::from_micros(40);

/// The shortest time of a call of each contestant, in ns. Contestants take turns until the budget for all of them is
/// used up.
pub fn fastest(contestants: &mut [Contestant<'_>], budget: Duration) -> Vec<f64> {
    let start = Instant::now();
    let times: Vec<_> = contestants.iter_mut().map(times_in_a_turn).collect();
    let mut shortest = vec![f64::INFINITY; contestants.len()];
    loop {
        for ((contestant, times), shortest) in contestants.iter_mut().zip(&times).zip(&mut shortest) {
            let nanoseconds = contestant.time(*times).as_secs_f64() * 1e9 / f64::from(*times);
            *shortest = shortest.min(nanoseconds);
        }
        if start.elapsed() > budget {
            return shortest;
        }
    }
}

fn times_in_a_turn(contestant: &mut Contestant<'_>) -> u32 {
    let mut times = 1;
    while contestant.time(times) < TURN {
        times *= 2;
    }
    times
}
