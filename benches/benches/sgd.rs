//! A step of SGD by kernel, shape and violations, and an epoch by kernel and shape.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{Model, Order, Slices};
use hingeline_benches::{RATE, model_on, overlapping_classes, quick, random_sample, sgd};

const SAMPLES: usize = 1_000;

/// One shape on one kernel.
struct Steps<'a, 'b, const C: usize, const F: usize>(&'a mut BenchmarkGroup<'b, WallTime>);

impl<const C: usize, const F: usize> Work for Steps<'_, '_, C, F> {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        let x = random_sample::<F>();
        for violations in [0, 1, 3] {
            let mut model = Box::new(model_on::<C, F, K>(kernel, violations));
            let mut sgd = sgd(RATE);
            self.0.bench_function(format!("{C}x{F}/{violations} violations/{}", K::NAME), |bencher| {
                bencher.iter(|| black_box(sgd.step(&mut model, black_box(&x), black_box(0))));
            });
        }
    }
}

struct Epoch<'a, 'b, const C: usize, const F: usize>(&'a mut BenchmarkGroup<'b, WallTime>);

impl<const C: usize, const F: usize> Work for Epoch<'_, '_, C, F> {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        let (features, labels) = overlapping_classes::<F>(C, SAMPLES);
        let mut samples = Slices::new(&features, &labels).expect("as many labels as rows");
        let mut order = Order::resume([1, 2, 3, 4], SAMPLES, 0, 0).expect("valid");
        let mut model = Box::new(Model::<C, F, K>::on(kernel));
        let mut sgd = sgd(1e-3);
        self.0.throughput(Throughput::Elements(SAMPLES as u64));
        self.0.bench_function(format!("{C}x{F}/{}", K::NAME), |bencher| {
            bencher.iter(|| sgd.epoch(&mut model, &mut samples, &mut order));
        });
    }
}

fn step<const C: usize, const F: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sgd step");
    Choice::ALL.iter().filter(|choice| choice.is_available()).for_each(|choice| {
        choice.run(Steps::<C, F>(&mut group)).expect("available");
    });
    group.finish();
}

fn epoch<const C: usize, const F: usize>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sgd epoch");
    Choice::ALL.iter().filter(|choice| choice.is_available()).for_each(|choice| {
        choice.run(Epoch::<C, F>(&mut group)).expect("available");
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = quick();
    targets =
        step::<4, 16>, step::<10, 64>, step::<7, 30>, step::<10, 784>, step::<10, 3072>, step::<26, 16>, step::<100, 512>,
        epoch::<4, 16>, epoch::<10, 64>, epoch::<7, 30>, epoch::<10, 784>, epoch::<10, 3072>, epoch::<26, 16>,
        epoch::<100, 512>
}
criterion_main!(benches);
