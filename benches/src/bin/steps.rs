//! Scores and steps of SGD, with the guard and without, in turn so that noise hits all alike; and what they take in
//! RAM.

use std::hint::black_box;
use std::time::Duration;

use hingeline::kernel::{Chosen, Kernel};
use hingeline::{Constant, Gradient, Hinge, Model, Order, Sgd};
use hingeline_benches::contest::{Contestant, fastest};
use hingeline_benches::{RATE, model_of, random_sample, unguarded_step};

/// Time for each comparison.
const BUDGET: Duration = Duration::from_millis(500);

fn compare<const C: usize, const F: usize>() -> Result<(), hingeline::Error> {
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
        println!(
            "| {C}x{F} | {violations} | {scores:.0} | {guarded:.0} | {unguarded:.0} | {:.2} |",
            guarded / unguarded
        );
    }
    Ok(())
}

fn main() -> Result<(), hingeline::Error> {
    println!("kernel: {}; ns a call, the shortest in alternation", Chosen::NAME);
    println!("| shape | violations | scores | step | step without guard | ratio |");
    println!("|---|---|---|---|---|---|");
    compare::<10, 64>()?;
    compare::<10, 784>()?;
    let mut order = Order::resume([1, 2, 3, 4], 60_000, 0, 0)?;
    let mut next = [Contestant::new("order", || {
        order.skip();
        black_box(order.index());
    })];
    let order = fastest(&mut next, BUDGET)[0];
    println!("\nthe next index of a shuffled order of 60,000 samples: {order:.0} ns");
    println!(
        "bytes at 10x64: model {}, SGD {}, order {}, gradient for the batch strategies {}",
        Model::<10, 64>::SIZE,
        Sgd::<Constant>::SIZE,
        Order::SIZE,
        Gradient::<10, 64>::SIZE
    );
    Ok(())
}
