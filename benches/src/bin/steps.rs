//! Scores and steps of SGD, with and without the guard, in turn so that noise affects all of them alike; and the RAM
//! that they take.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hingeline::kernel::{Chosen, Kernel};
use hingeline::{Constant, Gradient, Hinge, Model, Order, Sgd};
use hingeline_benches::contest::{Contestant, fastest};
use hingeline_benches::{RATE, model_of, random_sample, unguarded_step};
use hingeline_console::{Problem, line};

/// Time for each comparison.
const BUDGET: Duration = Duration::from_millis(500);

fn compare<const C: usize, const F: usize>() -> Result<(), Problem> {
    let x = random_sample::<F>();
    for violations in [0, 1, 3] {
        let mut model = model_of::<C, F>(violations);
        let scored = model.clone();
        let (mut weights, mut bias) = (*model.weights(), *model.bias());
        let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Constant { rate: RATE })?;
        assert_eq!(sgd.step(&mut model, &x, 0)?.violations, violations);
        assert_eq!(unguarded_step(&mut weights, &mut bias, &x).1, violations);
        let mut scores = [0.0; C];
        let mut contestants = [
            Contestant::new("scores", || {
                let _ = black_box(scored.scores(black_box(&x), black_box(&mut scores)));
            }),
            Contestant::new("step", || {
                let _ = black_box(sgd.step(&mut model, black_box(&x), black_box(0)));
            }),
            Contestant::new("step without guard", || {
                black_box(unguarded_step(&mut weights, &mut bias, black_box(&x)));
            }),
        ];
        let times = fastest(&mut contestants, BUDGET);
        let [scores, guarded, unguarded] = [times[0], times[1], times[2]];
        let ratio = guarded / unguarded;
        line(format_args!("| {C}x{F} | {violations} | {scores:.0} | {guarded:.0} | {unguarded:.0} | {ratio:.2} |"))?;
    }
    Ok(())
}

/// The indices of a shuffled order: read one by one, and as an epoch computes them, several side by side.
fn indices(len: usize) -> Result<(), Problem> {
    let order = Order::resume([1, 2, 3, 4], len, 0, 0)?;
    let mut asked = order;
    let mut contestants = [
        Contestant::new("one by one", || {
            asked.skip();
            black_box(asked.index());
        }),
        Contestant::new("an epoch", || {
            for index in black_box(order).rest() {
                black_box(index);
            }
        }),
    ];
    let times = fastest(&mut contestants, BUDGET);
    line(format_args!("| {len} | {:.1} | {:.1} |", times[0], times[1] / len as f64))
}

/// Scores and steps of SGD, with and without the guard, and the RAM that they take
#[derive(Debug, Parser)]
struct Options {}

fn main() -> ExitCode {
    hingeline_console::main(|Options {}| run().map(|()| ExitCode::SUCCESS))
}

fn run() -> Result<(), Problem> {
    line(format_args!("kernel: {}; ns a call, the shortest in alternation", Chosen::NAME))?;
    line("| shape | violations | scores | step | step without guard | ratio |")?;
    line("|---|---|---|---|---|---|")?;
    compare::<10, 64>()?;
    compare::<10, 784>()?;
    line("\n| samples | index, one by one | index, in an epoch |")?;
    line("|---|---|---|")?;
    for len in [1_024, 1_297, 2_047, 60_000, 100_000] {
        indices(len)?;
    }
    line(format_args!(
        "\nbytes at 10x64: model {}, SGD {}, order {}, gradient for the batch strategies {}",
        Model::<10, 64>::SIZE,
        Sgd::<Constant>::SIZE,
        Order::SIZE,
        Gradient::<10, 64>::SIZE
    ))
}
