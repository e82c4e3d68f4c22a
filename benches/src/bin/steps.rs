//! Scores and steps of SGD, with the guard and without, in turn so that noise hits all alike; and what they take in RAM.

use std::hint::black_box;
use std::time::Instant;

use hingeline::kernel::{Chosen, Kernel};
use hingeline::{Gradient, Hinge, Model, Order, Schedule, Sgd};
use hingeline_benches::{RATE, model_of, random_sample, unguarded_step};

const ROUNDS: usize = 500;
const CALLS: u32 = 200;

/// The shortest time of a call in ns, of each of the three.
fn fastest(mut calls: [&mut dyn FnMut(); 3]) -> [f64; 3] {
    let mut best = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        for (call, best) in calls.iter_mut().zip(&mut best) {
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            *best = best.min(start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS));
        }
    }
    best
}

fn compare<const C: usize, const F: usize>() -> Result<(), hingeline::Error> {
    let x = random_sample::<F>();
    for violations in [0, 1, 3] {
        let mut model = model_of::<C, F>(violations);
        let scored = model.clone();
        let (mut weights, mut bias) = (*model.weights(), *model.bias());
        let mut sgd = Sgd::new(Hinge::new(1.0, 0.0)?, Schedule::Constant { rate: RATE })?;
        assert_eq!(sgd.step(&mut model, &x, 0)?.violations, violations);
        assert_eq!(unguarded_step(&mut weights, &mut bias, &x).1, violations);
        let mut scores = [0.0; C];
        let [scores, guarded, unguarded] = fastest([
            &mut || {
                let _ = black_box(scored.scores(black_box(&x), black_box(&mut scores)));
            },
            &mut || {
                let _ = black_box(sgd.step(&mut model, black_box(&x), black_box(0)));
            },
            &mut || {
                black_box(unguarded_step(&mut weights, &mut bias, black_box(&x)));
            },
        ]);
        println!(
            "| {C}x{F} | {violations} | {scores:.0} | {guarded:.0} | {unguarded:.0} | {:.2} |",
            guarded / unguarded
        );
    }
    Ok(())
}

fn main() -> Result<(), hingeline::Error> {
    println!("kernel: {}; ns a call, the shortest of {ROUNDS} rounds", Chosen::NAME);
    println!("| shape | violations | scores | step | step without guard | ratio |");
    println!("|---|---|---|---|---|---|");
    compare::<10, 64>()?;
    compare::<10, 784>()?;
    let mut order = Order::resume([1, 2, 3, 4], 60_000, 0, 0)?;
    let [order, ..] = fastest([
        &mut || {
            order.skip();
            black_box(order.index());
        },
        &mut || (),
        &mut || (),
    ]);
    println!("\nthe next index of a shuffled order of 60,000 samples: {order:.0} ns");
    println!(
        "bytes at 10x64: model {}, SGD {}, order {}, gradient for the batch strategies {}",
        Model::<10, 64>::SIZE,
        Sgd::SIZE,
        Order::SIZE,
        Gradient::<10, 64>::SIZE
    );
    Ok(())
}
