//! Teaches the tenth digit to a model of nine, with and without samples kept of the nine, and prints how much it
//! forgets, averaged over several seeds.

use std::process::ExitCode;

use clap::Parser;
use hingeline_console::line;
use hingeline_examples::grow::{Growth, Row, table};

/// Teaches the tenth digit to a model of nine, with and without samples kept of the nine
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// The first seed; a seed decides which samples are kept and drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// The number of seeds to average over
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    seeds: u64,
}

fn main() -> ExitCode {
    hingeline_console::main(|options: Options| {
        line("kept  rehearsals  bias    known before  known after  new")?;
        for Row { kept, rehearsals, bias, growths } in table(options.seed, options.seeds)? {
            let bias = format!("{bias:?}").to_lowercase();
            let percent = |part: fn(&Growth) -> u32, of: fn(&Growth) -> u32| {
                let sum = |count: fn(&Growth) -> u32| growths.iter().map(count).map(f64::from).sum::<f64>();
                100.0 * sum(part) / sum(of)
            };
            line(format_args!(
                "{kept:>4}  {rehearsals:>10}  {bias:<6}  {:>10.1} %  {:>9.1} %  {:.1} %",
                percent(|growth| growth.before, |growth| growth.known),
                percent(|growth| growth.after, |growth| growth.known),
                percent(|growth| growth.new, |growth| growth.news),
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}
