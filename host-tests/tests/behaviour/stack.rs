//! The stack that a thread needs, as stated in the guide. If it needs more, the test program ends with "has overflowed
//! its stack".
//!
//! The tests are compiled with the library optimised. The stack of a debug build is checked with
//! `cargo test -p hingeline-tests --test behaviour --config profile.dev.package.hingeline.opt-level=0 -- in_256_kib`.

use std::thread;

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{
    Average, AveragedSgd, Constant, Gradient, GradientDescent, Hinge, Model, Order, Sgd, SgdEpoch, Slices, Stopped,
};

/// Steps of each kind, an evaluation and a prediction on a kernel.
struct Steps;

impl Work for Steps {
    type Output = Result<SgdEpoch, Stopped>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let features: Vec<[f32; 64]> =
            (0..40).map(|sample| std::array::from_fn(|at| ((sample * 7 + at) % 9) as f32)).collect();
        let labels: Vec<u8> = (0..40).map(|sample| sample % 10).collect();
        let (mut samples, mut model) = (Slices::new(&features, &labels)?, Model::<10, 64, K>::on(kernel));
        let (hinge, schedule) = (Hinge::new(1.0, 1e-3)?, Constant { rate: 1e-3 });
        let mut gradient = Gradient::new();
        GradientDescent::new(hinge, schedule, &mut gradient)?.step(&mut model, &mut samples)?;
        let (mut average, mut order) = (Average::new(), Order::resume([1, 2, 3, 4], 40, 0, 0)?);
        let mut sgd = AveragedSgd::new(Sgd::new(hinge, schedule)?, &mut average);
        let epoch = sgd.epoch(&mut model, &mut samples, &mut order)?;
        average.finish(&mut model)?;
        hinge.evaluate(&model, &mut samples)?;
        model.predict(&[1.0; 64])?;
        Ok(epoch)
    }
}

fn run_in(stack: usize) {
    for kernel in Choice::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let work = move || kernel.run(Steps).expect("it is available").map(|epoch| epoch.steps);
        let thread = thread::Builder::new().stack_size(stack).spawn(work).expect("it starts");
        assert_eq!(thread.join().expect("it ends"), Ok(40), "{kernel:?}");
    }
}

#[test]
fn steps_run_in_256_kib_in_a_debug_build() {
    run_in(256 << 10);
}

#[test]
fn steps_run_in_64_kib_where_the_library_is_optimised() {
    run_in(64 << 10);
}
