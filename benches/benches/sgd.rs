//! A step of SGD with the guard and without, an epoch on the digits, and what an order costs.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use hingeline::kernel::{CHOSEN, Kernel};
use hingeline::{Hinge, Model, Order, Schedule, Sgd, coefficients};
use hingeline_benches::random_model;
use hingeline_examples::digits::{CLASSES, FEATURES, digits};

/// So small that the steps of a bench leave the model's margins as they are.
const RATE: f32 = 1e-12;

fn hinge() -> Hinge {
    Hinge::new(1.0, 0.0).expect("valid")
}

/// A model whose bias makes a given number of margins count for class 0; its weights matter little.
fn model_of<const C: usize, const F: usize>(violations: usize) -> Box<Model<C, F>> {
    let bias: [f32; C] = std::array::from_fn(|class| match class {
        0 => 0.0,
        class if class <= violations => 10.0,
        _ => -10.0,
    });
    let mut model = Box::new(Model::new());
    model.load(&[1e-6; F].repeat(C), &bias, 1.0).expect("finite");
    model
}

/// The step as it would be if nothing could go wrong: scores, margins, loss, coefficients, update.
fn unguarded<const C: usize, const F: usize>(
    weights: &mut [[f32; F]; C],
    bias: &mut [f32; C],
    x: &[f32; F],
) -> (f32, usize) {
    let mut scratch = [0.0; C];
    CHOSEN.scores(weights.as_flattened(), 1.0, bias, x, &mut scratch);
    let own = scratch[0];
    for score in &mut scratch {
        *score = (*score - own) + 1.0;
    }
    scratch[0] = 0.0;
    let loss = scratch.iter().fold(0.0, |sum, margin| sum + margin.max(0.0));
    let violations = coefficients(&mut scratch, 0);
    if violations > 0 {
        for coefficient in &mut scratch {
            *coefficient *= -RATE;
        }
        CHOSEN.rank_one(&scratch, x, weights.as_flattened_mut());
        CHOSEN.axpy(1.0, &scratch, bias);
    }
    (loss, violations)
}

fn steps<const C: usize, const F: usize>(group: &mut BenchmarkGroup<'_, WallTime>, violations: usize) {
    let (_, x) = random_model::<C, F>();
    let mut model = model_of::<C, F>(violations);
    let mut sgd = Sgd::new(hinge(), Schedule::Constant { rate: RATE }).expect("valid");
    let name = format!("{C}x{F}/{violations} violations");
    assert_eq!(sgd.step(&mut model, &x, 0).map(|step| step.violations), Ok(violations));
    group.bench_function(format!("guarded/{name}"), |bencher| {
        bencher.iter(|| black_box(sgd.step(black_box(&mut model), black_box(&x), black_box(0))));
    });
    let (mut weights, mut bias) = (Box::new(*model.weights()), *model.bias());
    assert_eq!(unguarded(&mut weights, &mut bias, &x).1, violations);
    group.bench_function(format!("unguarded/{name}"), |bencher| {
        bencher.iter(|| black_box(unguarded(black_box(&mut weights), black_box(&mut bias), black_box(&x))));
    });
}

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sgd step");
    for violations in [0, 1, 3] {
        steps::<10, 64>(&mut group, violations);
        steps::<10, 784>(&mut group, violations);
    }
    group.finish();
}

fn epoch(criterion: &mut Criterion) {
    let set = digits();
    let mut samples = set.train.samples().expect("as many labels as rows");
    let mut model = Box::new(Model::<CLASSES, FEATURES>::new());
    let mut order = Order::resume([1, 2, 3, 4], set.train.labels.len(), 0, 0).expect("valid");
    let mut sgd = Sgd::new(hinge(), Schedule::Constant { rate: 0.01 }).expect("valid");
    criterion.bench_function("sgd epoch/digits", |bencher| {
        bencher.iter(|| sgd.epoch(&mut model, &mut samples, &mut order));
    });
}

fn order(criterion: &mut Criterion) {
    let mut order = Order::resume([1, 2, 3, 4], 60_000, 0, 0).expect("valid");
    criterion.bench_function("order/60000", |bencher| {
        bencher.iter(|| {
            order.skip();
            black_box(order.index())
        });
    });
}

criterion_group!(benches, step, epoch, order);
criterion_main!(benches);
