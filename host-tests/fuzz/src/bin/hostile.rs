//! Random calls for any length of time: `cargo hostile api --seconds 600`.
//!
//! The program prints its seed first and a summary last. Each round is drawn from its own seed, the one after that of
//! the previous round, so the seed of a failed round repeats that round alone.

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use clap::{Parser, ValueEnum};
use hingeline_fuzz::{api, kernels, readers};
use hingeline_host_tests::power_cuts;

/// Calls the library with random and hostile arguments, and fails if something panics, changes what it refused, or differs from
/// kernel to kernel
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// What to call
    #[arg(value_enum)]
    target: Target,

    /// How long to run
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,

    /// At most this many rounds
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
    rounds: u64,

    /// The seed of the first round; each round uses the next one [default: from the clock]
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    /// Every strategy and every set, on models of either kind of shape, on every kernel
    Api,
    /// Every kernel, on slices that end at the end of mapped memory
    Kernels,
    /// Everything that reads a file or the command line
    Readers,
    /// Checkpoints on a flash whose power is cut at every point
    Cuts,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let first = options.seed.unwrap_or_else(from_the_clock);
    println!("seed {first}");
    let mut round = match Rounds::new(options.target) {
        Ok(rounds) => rounds,
        Err(problem) => {
            eprintln!("no guard pages: {problem}");
            return ExitCode::FAILURE;
        }
    };
    let (start, limit) = (Instant::now(), Duration::from_secs_f64(options.seconds));
    let mut rounds = 0;
    while rounds < options.rounds && start.elapsed() < limit {
        let seed = first.wrapping_add(rounds);
        if panic::catch_unwind(AssertUnwindSafe(|| round.run(seed))).is_err() {
            eprintln!("found: seed {seed} (repeat it with --seed {seed} --rounds 1)");
            return ExitCode::FAILURE;
        }
        rounds += 1;
    }
    println!("{rounds} rounds, {}, nothing found", round.calls);
    ExitCode::SUCCESS
}

fn from_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_secs()
}

/// The rounds of one target, and the calls made so far.
struct Rounds {
    target: Target,
    memory: kernels::Memory,
    calls: Calls,
}

impl Rounds {
    fn new(target: Target) -> Result<Self, mmap_rs::Error> {
        Ok(Self { target, memory: kernels::Memory::new()?, calls: Calls { accepted: 0, refused: 0 } })
    }

    fn run(&mut self, seed: u64) {
        let [accepted, refused] = match self.target {
            Target::Api => api::run(seed),
            Target::Kernels => [kernels::run(seed, &mut self.memory), 0],
            Target::Readers => [readers::run(seed), 0],
            Target::Cuts => [power_cuts::cut_everywhere(seed, 1) as u64, 0],
        };
        self.calls.accepted += accepted;
        self.calls.refused += refused;
    }
}

struct Calls {
    accepted: u64,
    refused: u64,
}

impl std::fmt::Display for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} calls", self.accepted + self.refused)?;
        if self.refused > 0 { write!(f, ", {} of them refused", self.refused) } else { Ok(()) }
    }
}
