//! The score function, by shape.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hingeline::kernel::{Chosen, Kernel};
use hingeline_benches::{model_of, random_sample};

fn scores<const C: usize, const F: usize>(criterion: &mut Criterion) {
    let (model, x) = (model_of::<C, F>(0), random_sample::<F>());
    let mut group = criterion.benchmark_group("scores");
    group.throughput(Throughput::Elements((C * F) as u64));
    group.bench_function(format!("{}/{C}x{F}", Chosen::NAME), |bencher| {
        let mut scores = [0.0; C];
        bencher.iter(|| model.scores(black_box(&x), black_box(&mut scores)));
    });
    group.finish();
}

criterion_group!(
    benches,
    scores::<4, 16>,
    scores::<10, 64>,
    scores::<7, 30>,
    scores::<10, 784>,
    scores::<10, 3072>,
    scores::<26, 16>,
    scores::<100, 512>
);
criterion_main!(benches);
