//! Scores of a sample and of a batch, by kernel and shape.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use hingeline::kernel::{Choice, Kernel, Work};
use hingeline_benches::{model_on, quick, random_sample};

const BATCH: usize = 64;

/// One shape on one kernel.
struct Scores<'a, 'b, const C: usize, const F: usize>(&'a mut BenchmarkGroup<'b, WallTime>);

impl<const C: usize, const F: usize> Work for Scores<'_, '_, C, F> {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        let (model, x) = (Box::new(model_on::<C, F, K>(kernel, 0)), random_sample::<F>());
        let mut scores = [0.0; C];
        self.0.throughput(Throughput::Elements((C * F) as u64));
        self.0.bench_function(format!("{C}x{F}/{}", K::NAME), |bencher| {
            bencher.iter(|| model.scores(black_box(&x), black_box(&mut scores)));
        });
    }
}

struct Batch<'a, 'b, const C: usize, const F: usize>(&'a mut BenchmarkGroup<'b, WallTime>);

impl<const C: usize, const F: usize> Work for Batch<'_, '_, C, F> {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        let model = Box::new(model_on::<C, F, K>(kernel, 0));
        let (samples, mut scores) = (vec![random_sample::<F>(); BATCH], [[0.0; C]; BATCH]);
        self.0.throughput(Throughput::Elements((BATCH * C * F) as u64));
        self.0.bench_function(format!("{C}x{F}/{}", K::NAME), |bencher| {
            bencher.iter(|| model.batch_scores(black_box(&samples), black_box(&mut scores)));
        });
    }
}

fn scores<const C: usize, const F: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scores");
    Choice::ALL.iter().filter(|choice| choice.is_available()).for_each(|choice| {
        choice.run(Scores::<C, F>(&mut group)).expect("available");
    });
    group.finish();
}

fn batch<const C: usize, const F: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("batch scores");
    Choice::ALL.iter().filter(|choice| choice.is_available()).for_each(|choice| {
        choice.run(Batch::<C, F>(&mut group)).expect("available");
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = quick();
    targets =
        scores::<4, 16>, scores::<10, 64>, scores::<7, 30>, scores::<10, 784>, scores::<10, 3072>, scores::<26, 16>,
        scores::<100, 512>, batch::<4, 16>, batch::<10, 64>, batch::<7, 30>, batch::<10, 784>, batch::<10, 3072>,
        batch::<26, 16>, batch::<100, 512>
}
criterion_main!(benches);
