//! A step of SGD by shape and violations, and an epoch on the digits.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use hingeline::{Hinge, Model, Order, Schedule, Sgd};
use hingeline_benches::{RATE, model_of, random_sample};
use hingeline_examples::digits::{CLASSES, FEATURES, digits};

fn sgd(rate: f32) -> Sgd {
    let hinge = Hinge::new(1.0, 0.0).expect("valid");
    Sgd::new(hinge, Schedule::Constant { rate }).expect("valid")
}

fn steps<const C: usize, const F: usize>(group: &mut BenchmarkGroup<'_, WallTime>) {
    let x = random_sample::<F>();
    for violations in [0, 1, 3] {
        let mut model = model_of::<C, F>(violations);
        let mut sgd = sgd(RATE);
        group.bench_function(format!("{C}x{F}/{violations} violations"), |bencher| {
            bencher.iter(|| black_box(sgd.step(&mut model, black_box(&x), black_box(0))));
        });
    }
}

fn step(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sgd step");
    steps::<4, 16>(&mut group);
    steps::<10, 64>(&mut group);
    steps::<7, 30>(&mut group);
    steps::<10, 784>(&mut group);
    group.finish();
}

fn epoch(criterion: &mut Criterion) {
    let set = digits();
    let mut samples = set.train.samples().expect("as many labels as rows");
    let mut model = Box::new(Model::<CLASSES, FEATURES>::new());
    let mut order = Order::resume([1, 2, 3, 4], set.train.labels.len(), 0, 0).expect("valid");
    let mut sgd = sgd(0.01);
    criterion.bench_function("sgd epoch/digits", |bencher| {
        bencher.iter(|| sgd.epoch(&mut model, &mut samples, &mut order));
    });
}

criterion_group!(benches, step, epoch);
criterion_main!(benches);
